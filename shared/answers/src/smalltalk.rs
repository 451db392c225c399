//! Greetings, thanks and farewells, and the question who is speaking: no document answers them, and "I cannot find that"
//! would be no manner.
//!
//! A text is small talk when all of it is: "bonjour, combien de congés ?" is a question.

use vivier_text::Language;

use crate::phrase::{Phrase, longest};

/// What kind of small talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Talk {
    /// Hello.
    Greeting,
    /// Thank you.
    Thanks,
    /// Goodbye.
    Farewell,
    /// How are you?
    Courtesy,
    /// Who are you, and what can you do?
    Identity,
}

/// Kind, language and folded phrases.
const PHRASES: &[(Talk, Language, &str)] = &[
    (
        Talk::Greeting,
        Language::Fr,
        "bonjour|bonsoir|salut|coucou|re bonjour|rebonjour|enchante|enchantee|bjr|slt",
    ),
    (
        Talk::Greeting,
        Language::En,
        "hello|hi|hey|good morning|good afternoon|good evening|greetings|nice to meet you",
    ),
    (
        Talk::Thanks,
        Language::Fr,
        "merci|merci beaucoup|merci bien|mille mercis|un grand merci|je vous remercie|je te remercie|\
    c est gentil|super|parfait|c est parfait|d accord|tres bien|genial|mrc",
    ),
    (
        Talk::Thanks,
        Language::En,
        "thanks|thank you|thanks a lot|thank you very much|thank you so much|many thanks|thx|great|perfect|ok",
    ),
    (
        Talk::Farewell,
        Language::Fr,
        "au revoir|a bientot|bonne journee|bonne soiree|bonne fin de journee|bonne nuit|adieu|a plus|\
    a plus tard|a la prochaine|bon week end|bon weekend|ciao",
    ),
    (
        Talk::Farewell,
        Language::En,
        "goodbye|good bye|bye|bye bye|see you|see you soon|see you later|have a nice day|good night",
    ),
    (
        Talk::Courtesy,
        Language::Fr,
        "ca va|comment ca va|comment allez vous|comment vas tu|tu vas bien|vous allez bien|tout va bien",
    ),
    (Talk::Courtesy, Language::En, "how are you|how are you doing|how is it going|how do you do|what s up"),
    (
        Talk::Identity,
        Language::Fr,
        "qui es tu|tu es qui|qui etes vous|vous etes qui|c est qui|qui est ce|qui me repond|es tu un robot|\
    etes vous un robot|tu es un robot|vous etes un robot|es tu humain|etes vous humain|\
    etes vous une personne|es tu une ia|etes vous une ia|c est un robot|comment tu t appelles|\
    comment t appelles tu|comment vous appelez vous|quel est ton nom|quel est votre nom|\
    que sais tu faire|que savez vous faire|que peux tu faire|que pouvez vous faire|a quoi sers tu|\
    a quoi servez vous|comment peux tu m aider|comment pouvez vous m aider|que faites vous|aide|\
    aidez moi",
    ),
    (
        Talk::Identity,
        Language::En,
        "who are you|what are you|are you a robot|are you a bot|are you human|are you a human|\
    are you a person|are you real|are you an ai|am i talking to a robot|am i talking to a person|\
    what is your name|what s your name|what can you do|how can you help me|how can you help|\
    can you help me|help|help me",
    ),
];

/// What may stand beside small talk and is none by itself.
const FILLERS: &str = "a tous|a toutes|a vous|a toi|monsieur|madame|messieurs|mesdames|beaucoup|bien|et|and|there|all|\
    everyone|everybody|again|encore|oui|yes|ok|pour votre aide|pour ton aide|pour votre reponse|\
    pour ta reponse|pour tout|pour l aide|pour les informations|pour ces informations|for your help|\
    for the help|for your answer|for everything|so much|very much|a lot|le bot|le robot|bot|robot|alors|\
    donc|svp|please|s il vous plait|s il te plait|vous|toi|you|today|aujourd hui|ce matin|ce soir";

/// What a text is, when all of it is small talk: the most telling kind in it, and its language.
pub fn recognise(text: &str) -> Option<(Talk, Language)> {
    let phrase = Phrase::of(text);
    let words = phrase.words();
    let (mut at, mut found) = (0, None::<(Talk, Language)>);
    while at < words.len() {
        let said = PHRASES
            .iter()
            .filter_map(|(talk, language, phrases)| Some((longest(&words, at, phrases)?, *talk, *language)))
            .max_by_key(|(length, talk, _)| (*length, *talk));
        let filler = longest(&words, at, FILLERS);
        match (said, filler) {
            (Some((length, talk, language)), filler) if filler.is_none_or(|filler| filler <= length) => {
                if found.is_none_or(|(known, _)| talk >= known) {
                    found = Some((talk, language));
                }
                at += length;
            }
            (_, Some(length)) => at += length,
            _ => return None,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{En, Fr};

    #[test]
    fn what_is_small_talk() {
        for (text, talk, language) in [
            ("bonjour", Talk::Greeting, Fr),
            ("Bonjour !", Talk::Greeting, Fr),
            ("Bonjour à tous 👋", Talk::Greeting, Fr),
            ("BONJOUR MADAME", Talk::Greeting, Fr),
            ("Hello there!", Talk::Greeting, En),
            ("hi", Talk::Greeting, En),
            ("Good morning", Talk::Greeting, En),
            ("merci", Talk::Thanks, Fr),
            ("Merci beaucoup pour votre aide.", Talk::Thanks, Fr),
            ("OK merci", Talk::Thanks, Fr),
            ("D’accord, merci !", Talk::Thanks, Fr),
            ("Thank you so much for your help", Talk::Thanks, En),
            ("Merci, au revoir", Talk::Farewell, Fr),
            ("au revoir et bonne journée", Talk::Farewell, Fr),
            ("À bientôt !", Talk::Farewell, Fr),
            ("Bye bye", Talk::Farewell, En),
            ("Bonjour, ça va ?", Talk::Courtesy, Fr),
            ("How are you today?", Talk::Courtesy, En),
            ("qui es-tu ?", Talk::Identity, Fr),
            ("Bonjour, êtes-vous un robot ?", Talk::Identity, Fr),
            ("Que savez-vous faire ?", Talk::Identity, Fr),
            ("Who are you?", Talk::Identity, En),
            ("Can you help me please?", Talk::Identity, En),
        ] {
            assert_eq!(recognise(text), Some((talk, language)), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "?",
            "oui",
            "et vous",
            "Bonjour, combien de jours de congés ?",
            "Merci de me dire le salaire",
            "Qui est le directeur ?",
            "Qui êtes-vous pour refuser ma candidature",
            "Quelle est la prime de bonne nuit ?",
            "Comment vas-tu calculer ma paie ?",
            "Hello Work",
            "help with my application",
            "What can you do about my contract?",
            "je suis bien au bon endroit ?",
            "Au revoir ou adieu, que dit le règlement ?",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
