//! What the chatbot says in its own words. Everything else it says is quoted, or stands in the front office's settings.

use vivier_answers::smalltalk::Talk;
use vivier_text::Language;

/// The answer to small talk; `None` for a greeting, which is answered with the front office's own welcome.
pub(crate) const fn small_talk(talk: Talk, language: Language) -> Option<&'static str> {
    let (french, english) = match talk {
        Talk::Greeting => return None,
        Talk::Thanks => (
            "Avec plaisir\u{a0}! Je reste à votre disposition si vous avez d'autres questions.",
            "You are welcome! Feel free to ask me anything else.",
        ),
        Talk::Farewell => ("Au revoir, et à bientôt\u{a0}!", "Goodbye, and see you soon!"),
        Talk::Courtesy => (
            "Très bien, merci\u{a0}! En quoi puis-je vous aider\u{a0}?",
            "Very well, thank you! How can I help you?",
        ),
        Talk::Identity => (
            "Je suis un assistant automatique\u{a0}: je réponds à vos questions à partir des documents de l'entreprise, et je peux vous montrer ses offres d'emploi.",
            "I am an automatic assistant: I answer your questions from the company's documents, and I can show you its job offers.",
        ),
    };
    Some(match language {
        Language::Fr => french,
        Language::En => english,
    })
}

/// A person was asked for and answers from now on.
pub(crate) const fn waiting(language: Language) -> &'static str {
    match language {
        Language::Fr => "Votre message est bien reçu\u{a0}: une personne de l'entreprise vous répondra ici.",
        Language::En => "Your message has arrived: a person of the company will answer you here.",
    }
}

/// How offers that were found answer a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// They are what was wished for.
    Exactly,
    /// None is where, or of the contract that, was wished for; these come near.
    Nearly,
    /// There are none.
    Nothing,
}

/// What is said over offers: how many are shown of how many.
pub(crate) fn offers(language: Language, found: Found, shown: usize, total: u64) -> String {
    let more = total > shown as u64;
    match (language, found) {
        (Language::Fr, Found::Nothing) => {
            "Aucune offre ne correspond à votre recherche en ce moment.".to_owned()
        }
        (Language::En, Found::Nothing) => "No job offer matches your search at the moment.".to_owned(),
        (Language::Fr, Found::Nearly) => {
            "Aucune offre ne correspond exactement à votre recherche\u{a0}; voici celles qui s'en approchent."
                .to_owned()
        }
        (Language::En, Found::Nearly) => {
            "No job offer matches your search exactly; these come near.".to_owned()
        }
        (Language::Fr, Found::Exactly) if total == 1 => {
            "Voici l'offre qui correspond à votre recherche.".to_owned()
        }
        (Language::En, Found::Exactly) if total == 1 => {
            "Here is the job offer that matches your search.".to_owned()
        }
        (Language::Fr, Found::Exactly) if more => {
            format!("{total} offres correspondent à votre recherche\u{a0}; voici les {shown} premières.")
        }
        (Language::En, Found::Exactly) if more => {
            format!("{total} job offers match your search; here are the first {shown}.")
        }
        (Language::Fr, Found::Exactly) => {
            format!("Voici les {total} offres qui correspondent à votre recherche.")
        }
        (Language::En, Found::Exactly) => format!("Here are the {total} job offers that match your search."),
    }
}
