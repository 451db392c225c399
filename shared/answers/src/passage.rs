//! A piece that was found, taken apart into the sentences that an answer may quote.

use std::{collections::HashSet, ops::Range};

use vivier_store::passages::Found;
use vivier_text::{embed::unpack, sentences};

use crate::words::keys;

/// A sentence that may be quoted.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Where it stands in the piece's text, in bytes.
    pub span: Range<usize>,
    /// A line above it that reads as a heading, in bytes of the piece's text.
    pub line: Option<Range<usize>>,
    /// The keys of its words.
    pub keys: HashSet<String>,
    /// The keys of what it stands under: the document's name, headings, a line above, and the sentence before when it
    /// goes on with a pronoun.
    pub above: HashSet<String>,
    /// Its vector as it is meant in its piece, not of length 1; empty where the piece has none that fits.
    pub vector: Vec<f32>,
}

/// A piece with its sentences.
#[derive(Debug, Clone)]
pub struct Passage<'a> {
    /// The piece.
    pub found: &'a Found,
    /// The keys of all its words, headings and document's name included.
    pub keys: HashSet<String>,
    /// What may be quoted, in order.
    pub sentences: Vec<Sentence>,
}

/// Fewer words than this say nothing alone ("Oui."): they are quoted with what follows.
const FEWEST_WORDS: usize = 3;
/// A line of so many words without an end may be a heading that its format did not tell as one.
const HEADING_WORDS: usize = 8;
/// Sentences that begin so speak of what the sentence before spoke of.
const PRONOUNS: &[&str] = &[
    "il", "elle", "ils", "elles", "ce", "cela", "celui-ci", "celle-ci", "it", "they", "this", "these", "he",
    "she",
];

impl<'a> Passage<'a> {
    /// Takes a piece apart; its vectors have so many components.
    pub fn of(found: &'a Found, dimension: usize) -> Self {
        let body = found.body.as_str();
        let title: HashSet<String> =
            keys(&found.name).chain(found.heading.iter().flat_map(|h| keys(h))).collect();
        let whole = sentences(body);
        let spans = joined(body, &whole);
        let mut vectors = unpack(&found.sentences, dimension);
        if vectors.len() != whole.len() {
            // Made when sentences were told apart otherwise.
            vectors.clear();
        }
        let mut passage = Self { found, keys: title.clone(), sentences: Vec::new() };
        let mut line_above = HashSet::new();
        let mut line = None;
        for (position, span) in spans.iter().enumerate() {
            let text = &body[span.clone()];
            let own: HashSet<String> = keys(text).collect();
            passage.keys.extend(own.iter().cloned());
            if is_heading(text, spans.get(position + 1).map(|next| &body[next.clone()])) {
                line_above = own;
                line = Some(span.clone());
                continue;
            }
            let mut above: HashSet<String> = title.union(&line_above).cloned().collect();
            if let Some(before) = passage.sentences.last().filter(|_| goes_on(text)) {
                above.extend(before.keys.iter().chain(&before.above).cloned());
            }
            let vector = sum(whole
                .iter()
                .zip(&vectors)
                .filter(|(part, _)| lies_in(part, span))
                .map(|(_, vector)| vector));
            passage.sentences.push(Sentence {
                span: span.clone(),
                line: line.clone(),
                keys: own,
                above,
                vector,
            });
        }
        passage
    }

    /// A sentence as written.
    pub fn text(&self, sentence: &Sentence) -> &'a str {
        &self.found.body[sentence.span.clone()]
    }

    /// Whether nothing stands between two sentences.
    pub fn are_neighbours(&self, one: &Sentence, other: &Sentence) -> bool {
        let (first, second) = if one.span.start < other.span.start { (one, other) } else { (other, one) };
        self.found
            .body
            .get(first.span.end..second.span.start)
            .is_some_and(|between| between.trim().is_empty())
    }
}

fn lies_in(part: &Range<usize>, span: &Range<usize>) -> bool {
    span.start <= part.start && part.end <= span.end
}

/// The sum of vectors; empty where there is none.
fn sum<'v>(vectors: impl Iterator<Item = &'v Vec<f32>>) -> Vec<f32> {
    let mut sum: Vec<f32> = Vec::new();
    for vector in vectors {
        sum.resize(vector.len(), 0.0);
        for (sum, figure) in sum.iter_mut().zip(vector) {
            *sum += figure;
        }
    }
    sum
}

/// Sentences, very short ones joined to what follows on the same line.
fn joined(body: &str, whole: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut short: Option<usize> = None;
    for span in whole {
        let start =
            short.take().filter(|start| !body[*start..span.start].contains('\n')).unwrap_or(span.start);
        if body[start..span.end].split_whitespace().count() < FEWEST_WORDS
            && body[start..span.end].ends_with(['.', '!'])
        {
            short = Some(start);
        } else {
            spans.push(start..span.end);
        }
    }
    spans
}

/// A document's own question is no answer, and a short line above a full sentence is its heading.
fn is_heading(text: &str, next: Option<&str>) -> bool {
    let ends = |text: &str| text.ends_with(['.', '!', '?', ':', ';', '…']);
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    text.ends_with('?')
        || letters.len() > 3 && letters.iter().all(|c| c.is_uppercase())
        || letters.len() < 2
        || !ends(text)
            && !text.contains(" | ")
            && text.split_whitespace().count() <= HEADING_WORDS
            && next.is_none_or(ends)
}

fn goes_on(text: &str) -> bool {
    let first = text
        .split(|c: char| c.is_whitespace() || c == '\'' || c == '’')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    PRONOUNS.contains(&first.as_str())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use vivier_domain::ids::DocumentId;

    pub(crate) fn found(body: &str) -> Found {
        Found {
            document: DocumentId::generate(),
            version: 1,
            name: "Note.txt".into(),
            ordinal: 0,
            language: "fr".into(),
            places: serde_json::json!([{"start": 0, "place": {"in": "line", "line": 1}}]),
            heading: vec!["Titre".into()],
            body: body.into(),
            sentences: Vec::new(),
            cosine: 0.5,
            opening: 0.5,
            by_meaning: Some(1),
            weight: 1.0,
            by_words: Some(1),
        }
    }

    fn quotable(body: &str) -> Vec<String> {
        let found = found(body);
        let passage = Passage::of(&found, 384);
        passage.sentences.iter().map(|s| passage.text(s).to_owned()).collect()
    }

    #[test]
    fn what_may_be_quoted() {
        for (body, expected) in [
            ("", &[][..]),
            ("Oui. Un poste sur trois est ouvert.", &["Oui. Un poste sur trois est ouvert."]),
            ("Prime de nuit\nToute heure est majorée de 30 %.", &["Toute heure est majorée de 30 %."]),
            ("L'ASTREINTE\nUne semaine est payée.", &["Une semaine est payée."]),
            ("Comment postuler ?\nUn CV suffit bien.", &["Un CV suffit bien."]),
            ("Prime | 400 euros\nRemise | 25 %", &["Prime | 400 euros", "Remise | 25 %"]),
            (
                "Accueil à 8 h 30 par votre responsable et votre parrain\nVisite du site et des consignes de toute la maison",
                &[
                    "Accueil à 8 h 30 par votre responsable et votre parrain",
                    "Visite du site et des consignes de toute la maison",
                ],
            ),
        ] {
            assert_eq!(quotable(body), expected, "{body}");
        }
    }

    #[test]
    fn a_pronoun_stands_for_the_sentence_before() {
        let found =
            found("La crèche accueille 24 enfants. Elle est ouverte à 7 h 15. Le tarif suit un barème.");
        let passage = Passage::of(&found, 384);
        let above: Vec<bool> = passage.sentences.iter().map(|s| s.above.contains("crech")).collect();
        assert_eq!(above, [false, true, false]);
    }

    proptest! {
        #[test]
        fn every_span_is_a_part_of_the_text(body in "(\\PC|[.!?\n ’é]){0,200}") {
            let found = found(&body);
            let passage = Passage::of(&found, 384);
            let mut end = 0;
            for sentence in &passage.sentences {
                prop_assert!(sentence.span.start >= end && sentence.span.start < sentence.span.end);
                prop_assert_eq!(body.get(sentence.span.clone()), Some(passage.text(sentence)));
                end = sentence.span.end;
            }
        }
    }
}
