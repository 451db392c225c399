//! What the words of a search weigh in the offers that matter: BM25 (Robertson and Zaragoza 2009) of each word in each field, the best
//! field in full and the others in part.
//!
//! It is worked out word by word for all those offers, after they were found: most offers that have a word are filtered out, and
//! nothing needs to be known of their weight.

use tantivy::query::{EnableScoring, Query as _, Scorer};
use tantivy::{DocSet as _, TERMINATED};

use crate::bits::Ranks;
use crate::lists::{FIELDS, Found};
use crate::query::{Queries, TOGETHER_WEIGHT};
use crate::search::SearchError;
use crate::words::{Wanted, Words};

/// The part of a word's other fields beside its best one.
const OTHER_FIELDS: f32 = 0.5;

/// The weight of one word where it is not: less than any.
const ABSENT: f32 = -1.0;

/// The weights of one stem, by the offers' ranks: the greatest of its fields, and their sum.
type Fields = Vec<(f32, f32)>;

impl Queries<'_> {
    /// What the words weigh in each of `offers`, in their order; 0 in one that has none of the wanted ones.
    pub(crate) fn weigh(&self, words: &Words, offers: &Ranks<'_>) -> Result<Vec<f32>, SearchError> {
        let mut sums = vec![0.0; offers.len()];
        if offers.len() == 0 {
            return Ok(sums);
        }
        let mut fields = Fields::new();
        for word in &words.wanted {
            self.add_wanted(word, offers, &mut fields, &mut sums)?;
        }
        if words.joined.is_empty() && words.wanted.len() < 2 {
            return Ok(sums);
        }
        let mut more = vec![0.0; offers.len()];
        for joined in &words.joined {
            // Two words that offers write as one.
            let found = self.found(joined)?;
            self.weigh_stem(&found, 1.0, offers, &mut fields)?;
            for (more, stem) in more.iter_mut().zip(&fields) {
                if let Some(weight) = weight_of(*stem) {
                    *more += weight;
                }
            }
        }
        for pair in words.wanted.windows(2) {
            self.add_together(&pair[0], &pair[1], offers, &mut more)?;
        }
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
        Ok(sums)
    }

    /// What one word of several weighs in each of `offers`, or what says the same; 0 where it is not.
    pub(crate) fn weigh_wanted(&self, word: &Wanted, offers: &Ranks<'_>) -> Result<Vec<f32>, SearchError> {
        let mut sums = vec![0.0; offers.len()];
        self.add_wanted(word, offers, &mut Fields::new(), &mut sums)?;
        Ok(sums)
    }

    fn add_wanted(
        &self,
        word: &Wanted,
        offers: &Ranks<'_>,
        fields: &mut Fields,
        sums: &mut [f32],
    ) -> Result<(), SearchError> {
        let found = self.found(&word.stem)?;
        self.weigh_stem(&found, 1.0, offers, fields)?;
        if word.same.is_empty() {
            for (sum, stem) in sums.iter_mut().zip(&*fields) {
                *sum += weight_of(*stem).unwrap_or(0.0);
            }
            return Ok(());
        }
        let mut best: Vec<f32> = fields.iter().map(|stem| weight_of(*stem).unwrap_or(0.0)).collect();
        for (stems, boost) in self.alternatives(word)? {
            // All of them must be there.
            let mut all = vec![0.0; offers.len()];
            for stem in &stems {
                self.weigh_stem(stem, boost, offers, fields)?;
                for (all, stem) in all.iter_mut().zip(&*fields) {
                    *all = weight_of(*stem).filter(|_| *all >= 0.0).map_or(ABSENT, |weight| *all + weight);
                }
            }
            best.iter_mut().zip(all).for_each(|(best, all)| *best = best.max(all));
        }
        sums.iter_mut().zip(best).for_each(|(sum, best)| *sum += best);
        Ok(())
    }

    /// One stem, wherever it stands, times `boost`.
    fn weigh_stem(
        &self,
        found: &Found,
        boost: f32,
        offers: &Ranks<'_>,
        fields: &mut Fields,
    ) -> Result<(), SearchError> {
        fields.clear();
        fields.resize(offers.len(), (ABSENT, 0.0));
        for (field, weight) in (0..FIELDS).zip(self.boosts()) {
            self.lists.weigh(found, field, boost * weight, offers, |rank, weight| {
                let (most, sum) = &mut fields[rank];
                *most = most.max(weight);
                *sum += weight;
            })?;
        }
        Ok(())
    }

    /// Words that stand together in a title as they were typed are meant together: `chef de rang`.
    fn add_together(
        &self,
        first: &Wanted,
        second: &Wanted,
        offers: &Ranks<'_>,
        sums: &mut [f32],
    ) -> Result<(), SearchError> {
        let pair = [first.stem.clone(), second.stem.clone()];
        if self.found(&pair[0])?.having[0] == 0 || self.found(&pair[1])?.having[0] == 0 {
            return Ok(());
        }
        let phrase = Self::phrase(self.fields.title, &pair);
        let weight = phrase.weight(EnableScoring::enabled_from_searcher(self.searcher))?;
        for (segment, start) in self.searcher.segment_readers().iter().zip(self.starts) {
            let mut scorer: Box<dyn Scorer> = weight.scorer(segment, TOGETHER_WEIGHT)?;
            let mut doc = scorer.doc();
            while doc != TERMINATED {
                if let Some(rank) = offers.rank(start + doc) {
                    sums[rank] += scorer.score();
                }
                let next = offers.bits().next(start + doc + 1).map(|next| next - start);
                let Some(next) = next.filter(|next| *next < segment.max_doc()) else { break };
                doc = scorer.seek(next);
            }
        }
        Ok(())
    }
}

/// What a stem weighs by its fields; `None` where it is in none of them.
fn weight_of((most, sum): (f32, f32)) -> Option<f32> {
    (most >= 0.0).then_some(most + (sum - most) * OTHER_FIELDS)
}
