//! Words that a tenant holds to say the same.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::vocabulary::{self, Vocabulary};
use crate::words::{Words, stems_of};

/// One rule. Its words are compared as searches are: case, accents, number and gender do not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Synonym {
    /// Each stands for the others.
    Equal {
        /// At least two.
        words: Vec<String>,
    },
    /// Who asks for `from` finds `to` as well, and not the other way round.
    OneWay {
        /// What is typed.
        from: String,
        /// What is found.
        to: Vec<String>,
    },
}

/// The rules, ready to be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// What is typed as stems, and what is found for it.
    rules: Vec<(Vec<String>, Vec<Vec<String>>)>,
    /// The words that rules begin with.
    vocabulary: Vocabulary,
}

impl Synonyms {
    /// Reads the rules. What has no word that counts is passed over.
    pub fn new(rules: &[Synonym]) -> Self {
        let (mut read, mut vocabulary) = (Vec::new(), vocabulary::Draft::default());
        for rule in rules {
            let (from, to): (Vec<_>, Vec<_>) = match rule {
                Synonym::Equal { words } => (words.iter().collect(), words.iter().collect()),
                Synonym::OneWay { from, to } => (vec![from], to.iter().collect()),
            };
            let to: Vec<Vec<String>> =
                to.into_iter().map(|text| stems_of(text)).filter(|stems| !stems.is_empty()).collect();
            for text in from {
                let stems = stems_of(text);
                let others: Vec<_> = to.iter().filter(|other| **other != stems).cloned().collect();
                if !stems.is_empty() && !others.is_empty() {
                    vocabulary.add_text(text);
                    read.push((stems, others));
                }
            }
        }
        Self { rules: read, vocabulary: vocabulary.finish() }
    }

    /// Words of rules that `typed` was meant to be.
    pub(crate) fn meant(&self, typed: &str) -> Vec<&str> {
        self.vocabulary.meant(typed)
    }

    /// Gives the words of a search what says the same. A word that was taken for a slip stands for what it was meant to be.
    pub(crate) fn add_to(&self, words: &mut Words) {
        for (from, to) in &self.rules {
            for at in 0..words.wanted.len() {
                let Some(part) = words.wanted.get(at..at + from.len()) else { break };
                let said = part.iter().zip(from).all(|(word, stem)| {
                    word.stem == *stem || word.same.iter().any(|same| same.as_slice() == [stem.clone()])
                });
                if said {
                    words.wanted[at..at + from.len()]
                        .iter_mut()
                        .for_each(|word| word.same.extend(to.iter().cloned()));
                }
            }
        }
    }
}
