//! From the words of a search to a query of the engine.

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};
use vivier_text::analysis::root;

use crate::schema::Fields;
use crate::words::{Wanted, Words};

/// Builds the queries of one index.
pub(crate) struct Queries<'s> {
    pub(crate) fields: &'s Fields,
    pub(crate) weights: FieldWeights,
    pub(crate) searcher: &'s Searcher,
}

impl Queries<'_> {
    /// The query for `words`: offers with any of the wanted ones; without wanted words, every offer. What must be there in one
    /// piece, or must not be there, is not in it.
    pub(crate) fn all(&self, words: &Words) -> tantivy::Result<Box<dyn Query>> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for word in &words.wanted {
            any.push((Occur::Should, self.wanted(word)?));
        }
        if any.is_empty() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        } else {
            clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
        }
        for joined in &words.joined {
            // Two words that offers write as one.
            clauses.push((Occur::Should, self.anywhere(joined)));
        }
        for pair in words.wanted.windows(2) {
            // Words that stand together in a title as they were typed are meant together: `chef de rang`.
            let pair = Self::phrase(self.fields.title, &[pair[0].stem.clone(), pair[1].stem.clone()]);
            clauses.push((Occur::Should, Box::new(BoostQuery::new(pair, TOGETHER_WEIGHT))));
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    /// The query for one word of several, or what says the same.
    pub(crate) fn wanted(&self, word: &Wanted) -> tantivy::Result<Box<dyn Query>> {
        if word.same.is_empty() {
            return Ok(self.anywhere(&word.stem));
        }
        let rarity = self.rarity(&word.stem)?;
        let mut alternatives = vec![self.anywhere(&word.stem)];
        for stems in &word.same {
            let all = stems.iter().map(|stem| (Occur::Must, self.anywhere(stem))).collect();
            let mut theirs = 0.0;
            for stem in stems {
                theirs += self.rarity(stem)?.unwrap_or_default();
            }
            // What is written as it was typed comes first, however rare the other is: together its stems count as the one word
            // they replace.
            let fair = rarity
                .filter(|_| theirs > 0.0)
                .map_or(1.0 / stems.len() as f32, |own| (own / theirs).min(1.0));
            alternatives
                .push(Box::new(BoostQuery::new(Box::new(BooleanQuery::new(all)), SAME_WEIGHT * fair)));
        }
        Ok(Box::new(DisjunctionMaxQuery::new(alternatives)))
    }

    /// One word, wherever it stands: the field where it weighs most counts, the others in part.
    fn anywhere(&self, stem: &str) -> Box<dyn Query> {
        let mut disjuncts: Vec<Box<dyn Query>> = self
            .weights
            .of(self.fields)
            .into_iter()
            .map(|(field, weight)| -> Box<dyn Query> { Box::new(BoostQuery::new(term(field, stem), weight)) })
            .collect();
        disjuncts.push(Box::new(BoostQuery::new(term(self.fields.title_root, &root(stem)), ROOT_WEIGHT)));
        Box::new(DisjunctionMaxQuery::with_tie_breaker(disjuncts, OTHER_FIELDS))
    }

    /// A word, or words in one piece, without their families: what is left out must be what was typed.
    pub(crate) fn in_one_piece(&self, stems: &[String]) -> Box<dyn Query> {
        let fields = self
            .weights
            .of(self.fields)
            .into_iter()
            .map(|(field, _)| (Occur::Should, Self::phrase(field, stems)));
        Box::new(BooleanQuery::new(fields.collect()))
    }

    fn phrase(field: Field, stems: &[String]) -> Box<dyn Query> {
        match stems {
            [one] => term(field, one),
            several => Box::new(PhraseQuery::new(
                several.iter().map(|stem| Term::from_field_text(field, stem)).collect(),
            )),
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
        let of = |field| self.searcher.doc_freq(&Term::from_field_text(field, stem));
        Ok(of(self.fields.title)?.max(of(self.fields.skills)?))
    }

    /// Whether any offer has the word.
    pub(crate) fn occurs(&self, stem: &str) -> tantivy::Result<bool> {
        Ok(self.rarity(stem)?.is_some())
    }

    /// The greatest weight that a word's rarity gives it in a field, times the field's; `None` where no offer has it.
    fn rarity(&self, stem: &str) -> tantivy::Result<Option<f32>> {
        let offers = self.searcher.num_docs();
        let mut most: Option<f32> = None;
        for (field, weight) in self.weights.of(self.fields) {
            let having = self.searcher.doc_freq(&Term::from_field_text(field, stem))?;
            if having > 0 {
                most = Some(most.unwrap_or(0.0).max(weight * idf(offers, having)));
            }
        }
        Ok(most)
    }

    /// The most that the words could weigh in an offer of this index: all of them in its title, or where else they weigh more. A
    /// word that no offer has counts as the rarest there could be, so that the rest of the search weighs little beside it.
    pub(crate) fn ideal(&self, words: &Words) -> tantivy::Result<f32> {
        let heaviest = self.weights.of(self.fields).into_iter().map(|(_, weight)| weight).fold(0.0, f32::max);
        let unknown = heaviest * idf(self.searcher.num_docs(), 0);
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

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
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

impl FieldWeights {
    fn of(self, fields: &Fields) -> [(Field, f32); 7] {
        [
            (fields.title, self.title),
            (fields.occupation, self.occupation),
            (fields.skills, self.skills),
            (fields.terms, TERMS_WEIGHT),
            (fields.company, self.company),
            (fields.city, self.city),
            (fields.description, self.description),
        ]
    }
}

const ROOT_WEIGHT: f32 = 0.5;
const SAME_WEIGHT: f32 = 0.8;
/// The part of a word's other fields beside its best one.
const OTHER_FIELDS: f32 = 0.5;
/// Of two words that stand together in a title as they do in the search.
const TOGETHER_WEIGHT: f32 = 0.3;
