//! From the words of a search to a query of the engine.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use tantivy::query::{PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use crate::lists::{FIELDS, Found, LITERAL, Lists};
use crate::schema::Fields;
use crate::words::{Wanted, Words};

/// Asks one index for the words of one search.
pub(crate) struct Queries<'s> {
    pub(crate) fields: &'s Fields,
    pub(crate) weights: FieldWeights,
    pub(crate) searcher: &'s Searcher,
    pub(crate) lists: &'s Lists,
    /// The numbers of the segments' first offers.
    pub(crate) starts: &'s [u32],
    /// Each stem is looked up once.
    known: RefCell<HashMap<String, Arc<Found>>>,
}

/// Stems that must all be there, and what their weights count.
type Alternative = (Vec<Arc<Found>>, f32);

impl<'s> Queries<'s> {
    pub(crate) fn new(
        fields: &'s Fields,
        weights: FieldWeights,
        searcher: &'s Searcher,
        lists: &'s Lists,
        starts: &'s [u32],
    ) -> Self {
        Self { fields, weights, searcher, lists, starts, known: RefCell::default() }
    }

    /// Where a stem stands.
    pub(crate) fn found(&self, stem: &str) -> tantivy::Result<Arc<Found>> {
        if let Some(found) = self.known.borrow().get(stem) {
            return Ok(Arc::clone(found));
        }
        let found = self.lists.find(stem)?;
        self.known.borrow_mut().insert(stem.to_owned(), Arc::clone(&found));
        Ok(found)
    }

    /// What a word counts in each field that it is looked for in.
    pub(crate) fn boosts(&self) -> [f32; FIELDS] {
        let FieldWeights { title, occupation, skills, company, city, description } = self.weights;
        [title, occupation, skills, TERMS_WEIGHT, company, city, description, ROOT_WEIGHT]
    }

    /// What says the same as a word.
    pub(crate) fn alternatives(&self, word: &Wanted) -> tantivy::Result<Vec<Alternative>> {
        let rarity = self.rarity(&word.stem)?;
        let mut alternatives = Vec::new();
        for stems in &word.same {
            let mut theirs = 0.0;
            for stem in stems {
                theirs += self.rarity(stem)?.unwrap_or_default();
            }
            // What is written as it was typed comes first, however rare the other is: together its stems count as the one word
            // they replace.
            let fair = rarity
                .filter(|_| theirs > 0.0)
                .map_or(1.0 / stems.len() as f32, |own| (own / theirs).min(1.0));
            let found = stems.iter().map(|stem| self.found(stem)).collect::<Result<_, _>>()?;
            alternatives.push((found, SAME_WEIGHT * fair));
        }
        Ok(alternatives)
    }

    /// Words in one piece in a field, without their families: what is left out must be what was typed.
    pub(crate) fn phrase(field: Field, stems: &[String]) -> Box<dyn Query> {
        let term = |stem: &String| Term::from_field_text(field, stem);
        match stems {
            [one] => Box::new(TermQuery::new(term(one), IndexRecordOption::Basic)),
            several => Box::new(PhraseQuery::new(several.iter().map(term).collect())),
        }
    }

    /// Whether any offer has the word, or what says the same.
    pub(crate) fn any_occurs(&self, word: &Wanted) -> tantivy::Result<bool> {
        for stem in std::iter::once(&word.stem).chain(word.same.iter().flatten()) {
            if self.occurs(stem)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// In how many offers' titles or skills a word stands.
    pub(crate) fn having(&self, stem: &str) -> tantivy::Result<u64> {
        let [title, _, skills, ..] = self.found(stem)?.having;
        Ok(title.max(skills))
    }

    /// Whether any offer has the word.
    pub(crate) fn occurs(&self, stem: &str) -> tantivy::Result<bool> {
        Ok(self.rarity(stem)?.is_some())
    }

    /// The greatest weight that a word's rarity gives it in a field, times the field's; `None` where no offer has it.
    fn rarity(&self, stem: &str) -> tantivy::Result<Option<f32>> {
        let offers = self.lists.offers();
        let found = self.found(stem)?;
        let mut most: Option<f32> = None;
        for (having, weight) in found.having.iter().zip(self.boosts()).take(LITERAL.end) {
            if *having > 0 {
                most = Some(most.unwrap_or(0.0).max(weight * idf(offers, *having)));
            }
        }
        Ok(most)
    }

    /// The most that the words could weigh in an offer of this index: all of them in its title, or where else they weigh more. A
    /// word that no offer has counts as the rarest there could be, so that the rest of the search weighs little beside it.
    pub(crate) fn ideal(&self, words: &Words) -> tantivy::Result<f32> {
        let heaviest = self.boosts()[LITERAL].iter().copied().fold(0.0, f32::max);
        let unknown = heaviest * idf(self.lists.offers(), 0);
        let mut sum = 0.0;
        for word in &words.wanted {
            sum += self.rarity(&word.stem)?.unwrap_or(unknown);
        }
        Ok(sum)
    }
}

/// The weight of a word that `having` of `offers` have, in BM25 (Robertson and Zaragoza 2009), as the engine computes it.
fn idf(offers: u64, having: u64) -> f32 {
    (1.0 + (offers as f32 - having as f32 + 0.5) / (having as f32 + 0.5)).ln()
}

/// What a word counts in each field of an offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldWeights {
    /// In the title.
    pub title: f32,
    /// In the occupation.
    pub occupation: f32,
    /// Among the skills.
    pub skills: f32,
    /// In the company's name.
    pub company: f32,
    /// In the city's name.
    pub city: f32,
    /// In the text.
    pub description: f32,
}

/// Measured with `examples/relevance.rs`: nDCG@10 is flat around them, so they are round.
impl Default for FieldWeights {
    fn default() -> Self {
        Self { title: 2.0, occupation: 1.5, skills: 1.3, company: 1.0, city: 1.0, description: 0.5 }
    }
}

/// Of codes and of the words for contracts and remote work.
const TERMS_WEIGHT: f32 = 1.0;

const ROOT_WEIGHT: f32 = 0.5;
const SAME_WEIGHT: f32 = 0.8;
/// Of two words that stand together in a title as they do in the search.
pub(crate) const TOGETHER_WEIGHT: f32 = 0.3;
