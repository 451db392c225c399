//! A candidate's question, as far as its words tell what is asked.

use vivier_domain::settings::chat::LONGEST_QUESTION;
use vivier_text::{Language, impact, language};

use crate::{
    sought::Sought,
    words::{Word, subject_words},
};

/// The most words that are looked for: a text of a thousand characters is a story, and its beginning tells its subject.
const MOST_WORDS: usize = 24;

/// A question.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// As it was asked, without the white space around it.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// The words that may carry its subject.
    pub words: Vec<Word>,
    /// What kind of thing it asks for, where that can be told.
    pub sought: Option<Sought>,
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Question")
            .field("language", &self.language)
            .field("words", &self.words.len())
            .finish_non_exhaustive()
    }
}

impl Question {
    /// Reads a question; `None` if there is nothing, or too much, to read.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST_QUESTION.into() {
            return None;
        }
        let mut words = subject_words(text);
        words.truncate(MOST_WORDS);
        Some(Self {
            text: text.to_owned(),
            language: language::detect(text),
            words,
            sought: Sought::asked(text),
        })
    }

    /// For each of its words, the terms it is looked for by.
    pub fn terms(&self) -> Vec<Vec<String>> {
        self.words.iter().map(|word| impact::term(&word.folded).into_iter().collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_without_the_white_space_around() {
        for (text, accepted) in [
            (String::new(), false),
            (" \n\t ".into(), false),
            ("a".into(), true),
            ("é".repeat(4000), true),
            (format!("  {}  ", "é".repeat(4000)), true),
            ("é".repeat(4001), false),
        ] {
            assert_eq!(Question::read(&text).is_some(), accepted, "{}", text.chars().count());
        }
    }

    #[test]
    fn a_question_is_not_printed() {
        let question = Question::read("Je suis Camille, combien de jours ?").unwrap();
        assert!(!format!("{question:?}").to_lowercase().contains("camille"));
    }
}
