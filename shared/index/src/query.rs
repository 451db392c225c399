//! From what a candidate types to a query of the engine.

use std::collections::HashSet;

use tantivy::Term;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use crate::schema::Fields;
use vivier_text::analysis::{root, terms};

/// What is longer is no search; the rest is not read.
const MAX_CHARS: usize = 1_000;
/// More words than anybody types cost time and find nothing more.
const MAX_TERMS: usize = 32;

/// The words of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// Stems that offers should have, each once.
    pub(crate) wanted: Vec<String>,
    /// Stems that offers must not have.
    pub(crate) unwanted: Vec<String>,
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
        Self { wanted: distinct(&wanted), unwanted: distinct(&unwanted) }
    }
}

fn distinct(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let once = terms(text).into_iter().map(|term| term.text).filter(|term| seen.insert(term.clone()));
    once.take(MAX_TERMS).collect()
}

/// The query for `words`: without wanted words, every offer.
pub(crate) fn query(words: &Words, fields: &Fields) -> Box<dyn Query> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let any: Vec<_> = words.wanted.iter().map(|stem| (Occur::Should, anywhere(stem, fields))).collect();
    if any.is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    } else {
        clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
    }
    for stem in &words.unwanted {
        clauses.push((Occur::MustNot, anywhere(stem, fields)));
    }
    Box::new(BooleanQuery::new(clauses))
}
pub(crate) fn env(name: &str, default: f32) -> f32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// One word, wherever it stands: the best field counts, the others a little.
fn anywhere(stem: &str, fields: &Fields) -> Box<dyn Query> {
    let term = |field: Field, text: &str, weight: f32| -> Box<dyn Query> {
        let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(term), weight))
    };
    let mut disjuncts = vec![
        term(fields.title, stem, env("W_TITLE", 2.0)),
        term(fields.occupation, stem, 1.5),
        term(fields.skills, stem, 1.0),
        term(fields.terms, stem, 1.0),
        term(fields.company, stem, 1.0),
        term(fields.city, stem, 1.0),
        term(fields.description, stem, env("W_DESC", 1.0)),
    ];
    if env("W_ROOT", 0.5) > 0.0 {
        disjuncts.push(term(fields.title_root, &root(stem), env("W_ROOT", 0.5)));
    }
    Box::new(DisjunctionMaxQuery::with_tie_breaker(disjuncts, env("TIE", 0.3)))
}
