//! Which of the two languages a text is written in. A candidate's question is often five words long, where trigram
//! statistics alone guess wrong: function words and letters that only French has vote first.

use std::collections::HashSet;
use std::sync::LazyLock;

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
static FRENCH: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "alternance année assistante au aucun aussi aux avec avez avoir bonjour bureau cadre candidature cdd \
     cdi ce ces cette chauffeur chez combien comment comptable congés contrat d dans de des dois du début \
     développeur développeuse elle emploi en entreprise est et faire faut il ils infirmier infirmière \
     ingénieur ingénieure j je jours l la le les lettre leur mais merci mes mois mon métier ne non nos \
     notre nous offre offres oui où par partiel pas peut peux plein plus possible poste postes postuler \
     pour pourquoi puis qu quand que quel quelle quelles quels qui quoi recherche recrutement responsable \
     s sa salaire salut sans semaine ses sont stage suis sur technicien technicienne temps travail \
     travailler trouve télétravail un une vendeur vendeuse vos votre vous y à êtes être"
        .split(' ')
        .collect()
});
static ENGLISH: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "about accountant an and any apply are as at be by can could developer do does driver engineer for \
     from full get have hello hi hire hiring hours how i if in internship is it job jobs leave long \
     looking manager many me month much my near need not nurse of offer offers office our pay please \
     remote required salary seller shift should some teacher thanks that the their there these they this \
     time to us was we week welcome what when where which who why will with work worker working would \
     year yes you your"
        .split(' ')
        .collect()
});
/// A vote is read off the opening of a long text.
const WORDS_READ: usize = 400;

/// The language of a text; French where nothing tells (an empty text, figures, a name alone).
pub fn detect(text: &str) -> Language {
    let (mut french, mut english) = (0_usize, 0_usize);
    for word in text.unicode_words().take(WORDS_READ) {
        let word = word.to_lowercase().replace('\u{2019}', "'");
        // French elides: the part before the apostrophe is the function word. English contractions ("don't", "i'm") vote too.
        if let Some((before, after)) = word.split_once('\'') {
            if matches!(
                before,
                "c" | "d" | "j" | "l" | "m" | "n" | "qu" | "s" | "t" | "jusqu" | "lorsqu" | "puisqu"
            ) {
                french += 1;
            } else if matches!(after, "t" | "s" | "re" | "ve" | "ll" | "m" | "d") {
                english += 1;
            }
            continue;
        }
        if FRENCH.contains(word.as_str()) {
            french += 1;
        } else if ENGLISH.contains(word.as_str()) {
            english += 1;
        } else if word.contains(['é', 'è', 'ê', 'ç', 'à', 'ù', 'œ', 'û', 'î', 'ô', 'â', 'ë', 'ï'])
        {
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
