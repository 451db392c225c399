//! Which of the two languages a text is written in. A candidate's question is often five words long, where trigram
//! statistics alone guess wrong: function words and letters that only French has vote first.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use whatlang::{Detector, Lang};

/// A language the product answers in. Serialised as its BCP 47 tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// Words of one language that the other does not use (so neither "on", "a", "or", "mission" nor "post").
const FRENCH: &[&str] = &[
    "à", "alternance", "au", "aucun", "aussi", "aux", "avec", "avez", "avoir", "bonjour", "cadre", "ce", "cdd", "cdi", "ces",
    "cette", "chez", "combien", "comment", "congés", "contrat", "d", "dans", "de", "des", "dois", "du", "elle", "emploi",
    "en", "entreprise", "est", "et", "faire", "faut", "il", "ils", "j", "je", "jours", "l", "la", "le", "les", "leur",
    "lettre", "mais", "mes", "mon", "ne", "nos", "notre", "nous", "offre", "offres", "où", "par", "pas", "peut", "peux", "plus",
    "poste", "postes", "pour", "pourquoi", "puis", "qu", "quand", "que", "quel", "quelle", "quelles", "quels", "qui",
    "quoi", "recherche", "recrutement", "s", "sa", "salaire", "salut", "sans", "ses", "sont", "stage", "suis", "sur", "travail",
    "travailler", "télétravail", "un", "une", "vos", "votre", "vous", "y", "êtes", "être",
];
const ENGLISH: &[&str] = &[
    "about", "an", "and", "any", "apply", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for", "from", "get",
    "have", "hello", "hi", "hiring", "how", "if", "in", "internship", "is", "it", "job", "jobs", "leave", "long", "looking",
    "many", "me", "much", "my", "near", "need", "not", "of", "offer", "offers", "our", "part-time", "pay", "remote", "salary",
    "should", "some", "that", "the", "their", "there", "these", "they", "this", "to", "us", "was", "we", "what", "when",
    "where", "which", "who", "why", "will", "with", "work", "working", "would", "you", "your",
];
/// A vote is read off the opening of a long text.
const WORDS_READ: usize = 400;

/// The language of a text; French where nothing tells (an empty text, figures, a name alone).
pub fn detect(text: &str) -> Language {
    let (mut french, mut english) = (0_usize, 0_usize);
    for word in text.unicode_words().take(WORDS_READ) {
        let word = word.to_lowercase().replace('\u{2019}', "'");
        // French elides: the part before the apostrophe is the function word. English contractions ("don't", "i'm") vote too.
        if let Some((before, after)) = word.split_once('\'') {
            if matches!(before, "c" | "d" | "j" | "l" | "m" | "n" | "qu" | "s" | "t" | "jusqu" | "lorsqu" | "puisqu") {
                french += 1;
            } else if matches!(after, "t" | "s" | "re" | "ve" | "ll" | "m" | "d") {
                english += 1;
            }
            continue;
        }
        if FRENCH.contains(&word.as_str()) {
            french += 1;
        } else if ENGLISH.contains(&word.as_str()) || word == "i" {
            english += 1;
        } else if word.contains(['é', 'è', 'ê', 'ç', 'à', 'ù', 'œ', 'û', 'î', 'ô', 'â', 'ë', 'ï']) {
            french += 1;
        }
    }
    match french.cmp(&english) {
        std::cmp::Ordering::Greater => Language::Fr,
        std::cmp::Ordering::Less => Language::En,
        std::cmp::Ordering::Equal => by_trigrams(text),
    }
}

fn by_trigrams(text: &str) -> Language {
    match Detector::with_allowlist(vec![Lang::Fra, Lang::Eng]).detect_lang(text) {
        Some(Lang::Eng) => Language::En,
        _ => Language::Fr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    mod short_questions {
        use super::*;

        #[test]
        fn french() {
            for question in [
                "Combien de jours de congés ?",
                "télétravail possible ?",
                "Quel est le salaire ?",
                "Où se trouve le bureau ?",
                "offres à Lyon",
                "Puis-je postuler sans CV ?",
                "infirmière de nuit",
                "développeur Rust",
                "Y a-t-il une mutuelle ?",
                "C'est quoi la période d'essai ?",
                "stage marketing Paris",
                "Acceptez-vous les alternants ?",
                "permis B obligatoire ?",
                "Qui contacter ?",
                "bonjour",
                "Je cherche un CDI",
                "temps partiel",
                "L’entretien dure combien de temps",
                "comptable Nantes",
                "Est-ce que le poste est ouvert aux débutants ?",
            ] {
                assert_eq!(detect(question), Language::Fr, "{question}");
            }
        }

        #[test]
        fn english() {
            for question in [
                "How many days of leave?",
                "Is remote work possible?",
                "What is the salary?",
                "Where is the office?",
                "jobs in Lyon",
                "Can I apply without a CV?",
                "night shift nurse",
                "Rust developer",
                "Do you offer health insurance?",
                "What's the trial period?",
                "marketing internship in Paris",
                "Are beginners welcome?",
                "driving licence required?",
                "Who should I contact?",
                "hello",
                "I'm looking for a permanent contract",
                "part-time",
                "How long does the interview take",
                "accountant in Nantes",
                "Don't you hire juniors?",
            ] {
                assert_eq!(detect(question), Language::En, "{question}");
            }
        }
    }

    #[test]
    fn nothing_to_tell_is_french() {
        for text in ["", "   ", "2026", "…", "\u{0}\u{fffd}"] {
            assert_eq!(detect(text), Language::Fr);
        }
    }

    #[test]
    fn serialises_as_its_tag() {
        assert_eq!(serde_json::to_string(&Language::Fr).unwrap(), "\"fr\"");
        assert_eq!(Language::En.tag(), "en");
    }
}
