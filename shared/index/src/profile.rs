//! The offers that suit what somebody has done and can do: each part of the score is told with it.
//!
//! What comes in has no field for who somebody is, so nothing of that can count.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::fmt;

use jiff::civil::Date;
use serde::Serialize;
use tantivy::Searcher;
use utoipa::ToSchema;
use vivier_domain::offer::{Position, Remote};
use vivier_text::analysis;

use crate::bits::{Bits, Ranks};
use crate::build::day_number;
use crate::columns::Day;
use crate::filters::distance_km;
use crate::page::{OfferDetail, OfferSummary};
use crate::query::FieldWeights;
use crate::row::{self, Dimension};
use crate::search::{SearchError, SearchIndex};
use crate::vectors::Sought;
use crate::words::Words;

/// What somebody has done and can do.
#[derive(Clone, Default)]
pub struct CandidateProfile {
    /// What they worked as, latest first; the first [`TITLES`] count.
    pub titles: Vec<Meant>,
    /// What they can do.
    pub skills: Vec<String>,
    /// What those skills mean together, of the model that [`SearchIndex::model`] names.
    pub skills_vector: Option<Vec<f32>>,
    /// Whole years of work.
    pub experience_years: u32,
    /// Where they live.
    pub place: Option<Position>,
}

/// A text and what it means.
#[derive(Clone)]
pub struct Meant {
    /// The text.
    pub text: String,
    /// Its vector, of the model that [`SearchIndex::model`] names; without it words alone decide.
    pub vector: Option<Vec<f32>>,
}

/// An offer and how well it suits.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SuitableOffer {
    /// The offer without its description.
    #[serde(flatten)]
    pub offer: OfferSummary,
    /// How well it suits, from 0 to 1: half by the title, three tenths by skills, a tenth each by place and experience. What the offer
    /// or the profile does not say counts half of its part.
    pub score: f32,
    /// What suits and what is missing.
    pub reasons: Reasons,
}

/// What suits and what is missing; each part's score is from 0 to 1.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct Reasons {
    /// Of what was worked as.
    pub title: TitleReason,
    /// Of what the offer asks for.
    pub skills: SkillsReason,
    /// Of where it is; `null` where that is not known.
    pub place: Option<PlaceReason>,
    /// Of the years it asks for; `null` where it asks for none.
    pub experience: Option<ExperienceReason>,
}

/// How near the work is to what was done.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct TitleReason {
    /// The title of the profile that is nearest.
    pub matched: Option<String>,
    /// How near it is.
    pub score: f32,
}

/// Skills of the offer. Where it lists none, those of the profile that its text names.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct SkillsReason {
    /// There.
    pub matched: Vec<String>,
    /// Asked for, and not in the profile.
    pub missing: Vec<String>,
    /// How many are there; `null` where neither names any.
    pub score: Option<f32>,
}

/// How far the work is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlaceReason {
    /// Kilometres, as the crow flies; `null` for work wherever one likes.
    pub distance_km: Option<f32>,
    /// 1 within 20 km, none of it at 100 km.
    pub score: f32,
}

/// How many years were worked.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ExperienceReason {
    /// Asked for.
    pub asked_years: u8,
    /// Of the profile.
    pub years: u32,
    /// What there is of what is asked for.
    pub score: f32,
}

/// What stands in a CV is not printed.
macro_rules! redacted {
    ($($type:ident),+) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "([redacted])"))
            }
        })+
    };
}

redacted!(CandidateProfile, Meant, Reasons, TitleReason, SkillsReason);

/// Titles of a profile that count.
pub const TITLES: usize = 3;
/// What each title counts, latest first.
const TITLE_COUNTS: [f32; TITLES] = [1.0, 0.9, 0.8];
/// Offers looked at for each title, and for the skills: those whose words weigh most, and those that lie nearest.
const LOOKED_AT: usize = 150;
/// What words count in the part of the title, beside meaning.
const WORDS: f32 = 0.25;
/// Skills that an offer's text names, for their part to be whole.
const ENOUGH_NAMED: f32 = 4.0;
/// Nearer than this, distance does not count; farther than that, nothing is left.
const NEAR_KM: f32 = 20.0;
const FAR_KM: f32 = 100.0;
/// What is unknown.
const HALF: f32 = 0.5;

/// The score of its parts, each from 0 to 1.
fn score(title: f32, skills: f32, place: Option<f32>, experience: Option<f32>) -> f32 {
    0.5 * title + 0.3 * skills + 0.1 * place.unwrap_or(HALF) + 0.1 * experience.unwrap_or(HALF)
}

impl SearchIndex {
    /// The offers that suit a profile best, at most `limit`, best first. Equal scores follow the day of publication, then the
    /// identifier.
    ///
    /// # Errors
    /// Only when the index is damaged.
    pub fn suitable(
        &self,
        profile: &CandidateProfile,
        limit: usize,
        today: Date,
    ) -> Result<Vec<SuitableOffer>, SearchError> {
        let searcher = self.reader.searcher();
        let day = self.columns.day(day_number(today) as i32);
        let mut docs: BTreeSet<u32> = BTreeSet::new();
        let mut titles = Vec::new();
        for title in profile.titles.iter().take(TITLES) {
            let shares = self.shares(&searcher, &title.text, &day)?;
            let mut weightiest: Vec<(u32, f32)> = shares.iter().map(|(doc, share)| (*doc, *share)).collect();
            weightiest.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
            docs.extend(weightiest.into_iter().take(LOOKED_AT).map(|(doc, _)| doc));
            let sought = title.vector.as_deref().map(Sought::new);
            docs.extend(self.nearest(sought.as_ref(), &day.shown));
            titles.push(Title { text: &title.text, shares, sought });
        }
        docs.extend(self.nearest(profile.skills_vector.as_deref().map(Sought::new).as_ref(), &day.shown));
        let skills = Skills::of(&profile.skills);
        let candidate = Candidate { index: self, profile, titles: &titles, skills: &skills };
        // What is read of an offer beyond its row can add this much: offers that cannot reach the page any more are not read.
        let at_most = |doc| {
            let title = candidate.title(doc);
            (candidate.at_most(doc, &title), doc, title)
        };
        let mut before: Vec<(f32, u32, TitleReason)> = docs.into_iter().map(at_most).collect();
        before.sort_by(|(x, a, _), (y, b, _)| y.total_cmp(x).then(a.cmp(b)));
        let mut found: Vec<(u32, SuitableOffer)> = Vec::new();
        let mut best: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
        for (at_most, doc, title) in before {
            if best.len() >= limit
                && best.peek().is_some_and(|Reverse(least)| f32::from_bits(*least) > at_most)
            {
                break;
            }
            let offer = self.stored(&searcher, doc)?;
            let (score, reasons) = candidate.weigh(doc, title, &offer);
            found.push((doc, SuitableOffer { offer: offer.summary, score, reasons }));
            // Scores are not negative: their bits are in their order.
            best.push(Reverse(score.to_bits()));
            if best.len() > limit {
                best.pop();
            }
        }
        let key = |doc: u32| (self.rows[doc as usize].published, self.rows[doc as usize].id);
        found.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(key(*b).cmp(&key(*a))));
        found.truncate(limit);
        Ok(found.into_iter().map(|(_, suitable)| suitable).collect())
    }

    /// How much of what the words of a title could weigh they weigh in each offer of the day that has some.
    fn shares(&self, searcher: &Searcher, title: &str, day: &Day) -> Result<HashMap<u32, f32>, SearchError> {
        let queries = self.asking(FieldWeights::default(), searcher);
        let words = Words::parse(title);
        let ideal = queries.ideal(&words)?;
        let Some(having) = self.having(&queries, &words, None, day)?.filter(|_| ideal > 0.0) else {
            return Ok(HashMap::new());
        };
        let shown = Bits::both(&having.any, &day.shown);
        let weighs = queries.weigh(&words, &Ranks::of(&shown))?;
        let shares = shown.numbers().into_iter().zip(weighs);
        Ok(shares.map(|(doc, weighs)| (doc, (weighs / ideal).min(1.0))).collect())
    }

    fn nearest(&self, sought: Option<&Sought>, open: &Bits) -> Vec<u32> {
        let (Some(vectors), Some(sought)) = (&self.vectors, sought) else { return Vec::new() };
        vectors.nearest(sought, LOOKED_AT, open).into_iter().map(|(doc, _)| doc).collect()
    }
}

fn near(kilometres: f32) -> f32 {
    ((FAR_KM - kilometres) / (FAR_KM - NEAR_KM)).clamp(0.0, 1.0)
}

struct Title<'p> {
    text: &'p str,
    shares: HashMap<u32, f32>,
    sought: Option<Sought>,
}

/// Skills of a profile, each with its terms.
struct Skills<'p>(Vec<(&'p str, HashSet<String>)>);

impl<'p> Skills<'p> {
    fn of(skills: &'p [String]) -> Self {
        let with_terms = skills.iter().map(|skill| (skill.as_str(), terms(skill)));
        Self(with_terms.filter(|(_, terms)| !terms.is_empty()).collect())
    }

    /// Whether the profile has a skill: all its terms in one of its own, or one of its own that is more than half of it.
    fn have(&self, asked: &HashSet<String>) -> bool {
        self.0
            .iter()
            .any(|(_, had)| asked.is_subset(had) || had.len() * 2 > asked.len() && had.is_subset(asked))
    }
}

fn terms(text: &str) -> HashSet<String> {
    analysis::terms(text).into_iter().map(|term| term.text).collect()
}

/// Weighs offers for one profile.
struct Candidate<'a> {
    index: &'a SearchIndex,
    profile: &'a CandidateProfile,
    titles: &'a [Title<'a>],
    skills: &'a Skills<'a>,
}

impl Candidate<'_> {
    /// The most that an offer's score can be, by its title's part and its row.
    fn at_most(&self, doc: u32, title: &TitleReason) -> f32 {
        let remote = self.index.columns.value(Dimension::Remote as usize, doc) == row::remote(Remote::Full);
        let place = if remote { Some(1.0) } else { self.distance(doc).map(near) };
        score(title.score, 1.0, place, Some(1.0))
    }

    fn weigh(&self, doc: u32, title: TitleReason, offer: &OfferDetail) -> (f32, Reasons) {
        let reasons = Reasons {
            title,
            skills: self.skills(offer),
            place: self.place(doc, &offer.summary),
            experience: self.experience(&offer.summary),
        };
        let sum = score(
            reasons.title.score,
            reasons.skills.score.unwrap_or(HALF),
            reasons.place.as_ref().map(|place| place.score),
            reasons.experience.as_ref().map(|experience| experience.score),
        );
        (sum, reasons)
    }

    fn title(&self, doc: u32) -> TitleReason {
        let mut best = TitleReason { matched: None, score: 0.0 };
        for (title, counts) in self.titles.iter().zip(TITLE_COUNTS) {
            let share = title.shares.get(&doc).copied().unwrap_or_default();
            let meant = match (&self.index.vectors, &title.sought) {
                // An offer whose vector is still to come goes by its words.
                (Some(vectors), Some(sought)) if vectors.has(doc) => {
                    WORDS * share + (1.0 - WORDS) * vectors.cosine(sought, doc).clamp(0.0, 1.0)
                }
                _ => share,
            };
            if counts * meant > best.score {
                best = TitleReason { matched: Some(title.text.to_owned()), score: counts * meant };
            }
        }
        best
    }

    fn skills(&self, offer: &OfferDetail) -> SkillsReason {
        // What has no word that counts cannot be compared.
        let asked = offer.summary.skills.iter().map(|skill| (skill, terms(skill)));
        let asked: Vec<_> = asked.filter(|(_, terms)| !terms.is_empty()).collect();
        if asked.is_empty() {
            let said = terms(&format!("{}\n{}", offer.summary.title, offer.description));
            let named = self.skills.0.iter().filter(|(_, terms)| terms.is_subset(&said));
            let matched: Vec<String> = named.map(|(skill, _)| (*skill).to_owned()).collect();
            let score = (!self.skills.0.is_empty()).then(|| (matched.len() as f32 / ENOUGH_NAMED).min(1.0));
            return SkillsReason { matched, missing: Vec::new(), score };
        }
        let (matched, missing): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|(_, terms)| self.skills.have(terms));
        let names =
            |some: Vec<(&String, _)>| some.into_iter().map(|(skill, _)| skill.clone()).collect::<Vec<_>>();
        let score = Some(matched.len() as f32 / (matched.len() + missing.len()) as f32);
        let (matched, missing) = (names(matched), names(missing));
        SkillsReason { matched, missing, score }
    }

    fn place(&self, doc: u32, offer: &OfferSummary) -> Option<PlaceReason> {
        if offer.remote == Remote::Full {
            return Some(PlaceReason { distance_km: None, score: 1.0 });
        }
        let kilometres = self.distance(doc)?;
        Some(PlaceReason { distance_km: Some(kilometres), score: near(kilometres) })
    }

    /// Kilometres between the offer and where somebody lives.
    fn distance(&self, doc: u32) -> Option<f32> {
        Some(distance_km(self.profile.place?, self.index.rows[doc as usize].place?))
    }

    fn experience(&self, offer: &OfferSummary) -> Option<ExperienceReason> {
        let (asked_years, years) = (offer.experience_years?, self.profile.experience_years);
        let score = if asked_years == 0 { 1.0 } else { (years as f32 / f32::from(asked_years)).min(1.0) };
        Some(ExperienceReason { asked_years, years, score })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skills_that_somebody_has() {
        let listed =
            ["Soudage TIG", "Gestion", "Conduite de chariots élévateurs", "Excel"].map(str::to_owned);
        let skills = Skills::of(&listed);
        for (asked, had) in [
            ("soudage TIG", true),
            ("Soudage", true),
            ("Soudage MIG", false),
            ("Gestion de paie", false),
            ("Conduite de chariot élévateur frontal", true),
            ("excel", true),
            ("Word", false),
        ] {
            assert_eq!(skills.have(&terms(asked)), had, "{asked}");
        }
    }

    #[test]
    fn nothing_of_a_profile_is_printed() {
        let titles = vec![Meant { text: "Soudeuse".to_owned(), vector: None }];
        let title = TitleReason { matched: Some("Soudeuse".to_owned()), score: 1.0 };
        let profile =
            CandidateProfile { titles, skills: vec!["Soudeuse".to_owned()], ..CandidateProfile::default() };
        for printed in [format!("{profile:?} {:?}", profile.titles), format!("{title:?}")] {
            assert!(!printed.contains("Soudeuse"), "{printed}");
        }
    }
}
