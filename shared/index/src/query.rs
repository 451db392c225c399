//! From what a candidate types to a query of the engine.

use std::collections::HashSet;

use tantivy::Term;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use crate::schema::Fields;
use vivier_text::analysis::{long_form, root, short_forms, terms};

/// What is longer is no search; the rest is not read.
const MAX_CHARS: usize = 1_000;
/// More words than anybody types cost time and find nothing more.
pub(crate) const MAX_TERMS: usize = 32;

/// The words of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// What offers should have, each once.
    pub(crate) wanted: Vec<Wanted>,
    /// Stems that offers must not have.
    pub(crate) unwanted: Vec<String>,
}

/// A word that offers should have, or what says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) stem: String,
    /// Each a list of stems that must all be there: the long form of an abbreviation, or the short one.
    pub(crate) same: Vec<Vec<String>>,
}

impl Words {
    /// Reads `q`. Nothing in it is an error.
    pub(crate) fn parse(q: &str) -> Self {
        let end = q.char_indices().nth(MAX_CHARS).map_or(q.len(), |(at, _)| at);
        let (mut wanted, mut unwanted) = (String::new(), String::new());
        for piece in q[..end].split_inclusive(char::is_whitespace) {
            // A dash before a word and after a space; `chef - adjoint` and `sous-chef` exclude nothing.
            match piece.strip_prefix(['-', '−', '–']) {
                Some(word) if word.starts_with(char::is_alphanumeric) => unwanted.push_str(word),
                _ => wanted.push_str(piece),
            }
            unwanted.push(' ');
        }
        let stems = distinct(&wanted);
        let mut wanted: Vec<Wanted> =
            stems.iter().map(|stem| Wanted { stem: stem.clone(), same: Vec::new() }).collect();
        for (at, stem) in stems.iter().enumerate() {
            wanted[at].same.extend(long_form(stem).map(<[String]>::to_vec));
            for (short, length) in short_forms(&stems[at..]) {
                wanted[at..at + length].iter_mut().for_each(|word| word.same.push(vec![short.to_owned()]));
            }
        }
        Self { wanted, unwanted: distinct(&unwanted) }
    }

    /// Every stem that may be why an offer was found.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &String> {
        self.wanted.iter().flat_map(|word| std::iter::once(&word.stem).chain(word.same.iter().flatten()))
    }
}

fn distinct(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let once = terms(text).into_iter().map(|term| term.text).filter(|term| seen.insert(term.clone()));
    once.take(MAX_TERMS).collect()
}

/// The query for `words`: offers with any of the wanted ones; without wanted words, every offer.
pub(crate) fn query(words: &Words, fields: &Fields) -> Box<dyn Query> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let any: Vec<_> = words.wanted.iter().map(|word| (Occur::Should, wanted(word, fields))).collect();
    if any.is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    } else {
        clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
    }
    for stem in &words.unwanted {
        clauses.push((Occur::MustNot, unwanted(stem, fields)));
    }
    Box::new(BooleanQuery::new(clauses))
}

/// The query for one word of several.
pub(crate) fn wanted(word: &Wanted, fields: &Fields) -> Box<dyn Query> {
    if word.same.is_empty() {
        return anywhere(&word.stem, fields);
    }
    let mut alternatives = vec![anywhere(&word.stem, fields)];
    for stems in &word.same {
        let all = stems.iter().map(|stem| (Occur::Must, anywhere(stem, fields))).collect();
        // What is written as it was typed comes first; the stems together count as the one word they replace.
        let weight = SAME_WEIGHT / stems.len() as f32;
        alternatives.push(Box::new(BoostQuery::new(Box::new(BooleanQuery::new(all)), weight)));
    }
    Box::new(DisjunctionMaxQuery::new(alternatives))
}

/// One word, wherever it stands: the field where it weighs most counts, the others in part.
fn anywhere(stem: &str, fields: &Fields) -> Box<dyn Query> {
    let mut disjuncts: Vec<Box<dyn Query>> = weighted(fields)
        .into_iter()
        .map(|(field, weight)| -> Box<dyn Query> { Box::new(BoostQuery::new(term(field, stem), weight)) })
        .collect();
    disjuncts.push(Box::new(BoostQuery::new(term(fields.title_root, &root(stem)), ROOT_WEIGHT)));
    Box::new(DisjunctionMaxQuery::with_tie_breaker(disjuncts, OTHER_FIELDS))
}

/// One word as such, without its family: what is left out must be what was typed.
pub(crate) fn unwanted(stem: &str, fields: &Fields) -> Box<dyn Query> {
    let fields = weighted(fields).into_iter().map(|(field, _)| (Occur::Should, term(field, stem)));
    Box::new(BooleanQuery::new(fields.collect()))
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

/// Weights measured with `examples/relevance.rs`: nDCG@10 is flat around them, so they are round.
fn weighted(fields: &Fields) -> [(Field, f32); 7] {
    [
        (fields.title, 2.0),
        (fields.occupation, 1.5),
        (fields.skills, 1.0),
        (fields.terms, 1.0),
        (fields.company, 1.0),
        (fields.city, 1.0),
        (fields.description, 1.0),
    ]
}
const ROOT_WEIGHT: f32 = 0.5;
const SAME_WEIGHT: f32 = 0.8;
/// The part of a word's other fields beside its best one.
const OTHER_FIELDS: f32 = 0.5;
