//! What the hits of a search are ordered by, as one figure: the greater comes first, and equal ones follow their day.

use vivier_domain::offer::Position;

use crate::filters::distance_km;
use crate::rank::Ranking;
use crate::search::SearchIndex;

/// The order of one search.
pub(crate) enum Order<'a> {
    /// By day alone.
    Day,
    /// By how well it matches.
    Match(Box<Ranking<'a>>),
    /// By how far it is from here.
    Distance(Position),
}

/// Half of the Earth's circumference in kilometres, and a little more: nothing lies farther.
const FARTHEST_KM: f32 = 20_040.0;

impl Order<'_> {
    /// The score of an offer whose words weigh `words`: not negative.
    pub(crate) fn score(&self, doc: u32, index: &SearchIndex, words: f32) -> f32 {
        match self {
            Self::Day => 0.0,
            Self::Match(ranking) => ranking.score(doc, index.columns.published(doc), words),
            // What has no place comes last.
            Self::Distance(here) => {
                let place = index.rows[doc as usize].place;
                place.map_or(0.0, |place| FARTHEST_KM - distance_km(*here, place))
            }
        }
    }

    /// What the words of an offer that is not near must weigh for a score that is not below `worst`; less may be told than that.
    pub(crate) fn least_words(&self, worst: f32) -> f32 {
        self.ranking().map_or(0.0, |ranking| ranking.least_words(worst))
    }

    /// The ranking, where hits are ordered by one.
    pub(crate) fn ranking(&self) -> Option<&Ranking<'_>> {
        match self {
            Self::Match(ranking) => Some(ranking),
            Self::Day | Self::Distance(_) => None,
        }
    }
}
