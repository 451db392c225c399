//! A question that leans on the one before it — "et à temps partiel ?", "combien ça coûte ?" — made whole, so that passages
//! can be looked for. What stands by itself stays as it is: a new subject must not be mixed with the old.
//!
//! Rules instead of a model: they are fast, and what they did can be read in the trace.

use crate::{
    phrase::{Phrase, is_one, longest},
    words::subject_words,
};

/// What a question that goes on begins with. Sorted by nothing: the longest that fits counts.
const LEADS: &str = "et|et si|et sinon|et alors|mais|ou|et donc|and|and what about|what about|how about|and if|but|or|\
    qu en est il|et qu en est il|meme question|pareil|idem|same question";
/// With one of these before it, what follows a lead adds to the old question.
const PREPOSITIONS: &str = "pour|a|au|aux|en|dans|chez|avec|sans|pendant|apres|avant|sur|sous|par|depuis|entre|for|in|at|with|\
    without|during|after|before|on|from|per|since|between|as|if|si|quand|when|lorsque";
/// Words that ask: with one of them, a question may well be whole.
const INTERROGATIVES: &str = "combien|comment|quel|quelle|quels|quelles|ou|quand|pourquoi|qui|que|quoi|est ce|y a t il|\
    est il|est elle|sont ils|sont elles|a t elle|peut il|peut elle|doit il|doit elle|doit on|peut on|\
    puis je|ai je|a t on|faut il|how|what|when|where|why|who|which|is|are|do|does|can|could|will|may|\
    should";
/// Words that point back at what was said.
const POINTERS: &str = "ca|cela|celui ci|celle ci|ceux ci|ce dernier|cette derniere|it|they|them";
/// Pronouns that point back unless a subject stands before them ("la cantine est-elle gratuite ?") or they stand for nothing.
const PRONOUNS: &str = "il|elle|ils|elles";
/// Verbs that say nothing of what is asked about.
const AUXILIARIES: &str = "est|sont|ont|sera|etait|was|were|be";
const IMPERSONAL: &str = "y a t il|il y a|faut il|il faut|il est possible|s il vous plait|s il te plait";
/// Persons and times that a question is asked for anew: they narrow the old subject and are none themselves.
const NARROWING: &str = "stagiaire|stagiaires|alternant|alternants|alternante|alternantes|apprenti|apprentis|cadre|cadres|\
    interimaire|interimaires|saisonnier|saisonniers|etudiant|etudiants|debutant|debutants|employe|\
    employes|ouvrier|ouvriers|manager|managers|conjoint|enfants|femmes|hommes|autres|cdd|cdi|samedi|\
    samedis|dimanche|dimanches|nuit|jour|matin|soir|week end|weekend|jours feries|ete|hiver|noel|lundi|\
    mardi|mercredi|jeudi|vendredi|temps partiel|mi temps|temps plein|intern|interns|apprentice|\
    apprentices|student|students|trainee|trainees|part time|full time|saturday|saturdays|sunday|sundays|\
    night|nights|weekends|holidays|temps|children|beginners|employees";
/// The most words of a question that leans on another: a longer one says what it is about.
const MOST_WORDS: usize = 12;

/// The question that a conversation's last text asks, `turns` being the texts of the candidate in order, this one last.
pub fn whole(turns: &[&str]) -> String {
    let mut asked = String::new();
    for text in turns {
        asked = joined(&asked, text.trim());
    }
    asked
}

/// What `text` asks after the question `before`, which is whole.
fn joined(before: &str, text: &str) -> String {
    let phrase = Phrase::of(text);
    let words = phrase.words();
    if before.is_empty() || words.is_empty() || words.len() > MOST_WORDS {
        return text.to_owned();
    }
    // "Où" asks and "ou" goes on.
    let or = |_: &usize| {
        words[0] != "ou" || (phrase.slice(text, 0..1).eq_ignore_ascii_case("ou") && !asks(&words, 1))
    };
    let lead = longest(&words, 0, LEADS).filter(or);
    let rest = lead.unwrap_or_default();
    let own = subject(phrase.slice(text, rest..words.len()));
    let (own, pointer) = (own.len(), points(&words[rest..], &own));
    let interrogative = asks(&words, rest);
    if rest == words.len() {
        // "Et alors ?" asks nothing new.
        return before.to_owned();
    }
    if interrogative {
        return if own == 0 || pointer && own == 1 { about(before, text) } else { text.to_owned() };
    }
    let preposition = is_preposition(words[rest], phrase.slice(text, rest..rest + 1));
    let narrows = (rest..words.len()).any(|at| longest(&words, at, NARROWING).is_some());
    if lead.is_some() && (preposition || narrows)
        || (lead.is_none() && preposition && own <= 2 && text.ends_with('?'))
    {
        return added(before, phrase.slice(text, rest..words.len()), preposition.then(|| words[rest]));
    }
    if lead.is_some() {
        // "Et la mutuelle ?" names a new subject; without its lead it is a question like any other.
        return match own {
            0 => about(before, text),
            _ => format!("{} ?", phrase.slice(text, rest..words.len())),
        };
    }
    if pointer && own == 0 { about(before, text) } else { text.to_owned() }
}

fn asks(words: &[&str], from: usize) -> bool {
    (from..words.len()).any(|at| longest(words, at, INTERROGATIVES).is_some())
}

/// The folded words that a text's subject is made of.
fn subject(text: &str) -> Vec<String> {
    let empty =
        |word: &str| [POINTERS, PRONOUNS, INTERROGATIVES, AUXILIARIES].iter().any(|list| is_one(word, list));
    subject_words(text).into_iter().map(|word| word.folded).filter(|word| !empty(word)).collect()
}

/// Whether something points back at what was said; `own` are the words of a subject.
fn points(words: &[&str], own: &[String]) -> bool {
    let mut at = 0;
    let mut named = false;
    while at < words.len() {
        if let Some(length) = longest(words, at, IMPERSONAL) {
            at += length;
            continue;
        }
        if longest(words, at, POINTERS).is_some() || (!named && is_one(words[at], PRONOUNS)) {
            return true;
        }
        named |= own.iter().any(|own| own == words[at]);
        at += 1;
    }
    false
}

/// Whether a word is a preposition: "à" is one, and "a" is a verb or an article.
fn is_preposition(folded: &str, written: &str) -> bool {
    is_one(folded, PREPOSITIONS) && !written.eq_ignore_ascii_case("a")
}

/// The text with what the question before was about.
fn about(before: &str, text: &str) -> String {
    let phrase = Phrase::of(before);
    let words = phrase.words();
    let known = subject(before);
    let named: Vec<&str> = words
        .iter()
        .enumerate()
        .filter(|(_, word)| known.iter().any(|known| known == *word))
        .map(|(at, _)| phrase.slice(before, at..at + 1))
        .collect();
    let text = text.trim_end_matches([' ', '?', '!', '.', '\u{a0}', '\u{202f}']);
    format!("{text} ({}) ?", named.join(" "))
}

/// The question before with something added, in the place of what stands there behind the same preposition.
fn added(before: &str, more: &str, preposition: Option<&str>) -> String {
    let phrase = Phrase::of(before);
    let words = phrase.words();
    let end = before.trim_end_matches([' ', '?', '!', '.', '\u{a0}', '\u{202f}']).len();
    let replaced = preposition.and_then(|preposition| {
        let same = |at: &usize| {
            words[*at] == preposition && is_preposition(words[*at], phrase.slice(before, *at..*at + 1))
        };
        let at = (0..words.len()).rev().find(same)?;
        // At a question's beginning it is no addition: "En quoi consiste…".
        (at > 1).then_some(at)
    });
    let Some(at) = replaced else { return format!("{} {more} ?", &before[..end]) };
    let next =
        (at + 1..words.len()).find(|at| is_preposition(words[*at], phrase.slice(before, *at..*at + 1)));
    let head = phrase.slice(before, 0..at);
    let tail = next.map_or("", |next| phrase.slice(before, next..words.len()));
    format!("{head} {more} {tail}").trim_end().to_owned() + " ?"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leans_on_the_question_before_is_made_whole() {
        for (turns, expected) in [
            (
                &["Combien de jours de congés ?", "et à temps partiel ?"][..],
                "Combien de jours de congés à temps partiel ?",
            ),
            (
                &["Combien de jours de congés ?", "Et pour les stagiaires ?"],
                "Combien de jours de congés pour les stagiaires ?",
            ),
            (
                &["Quelle est la prime pour les cadres ?", "et pour les stagiaires ?"],
                "Quelle est la prime pour les stagiaires ?",
            ),
            (
                &["Combien de congés ?", "et à temps partiel ?", "et pour les apprentis ?"],
                "Combien de congés à temps partiel pour les apprentis ?",
            ),
            (&["Quelle est la prime de nuit ?", "et le samedi ?"], "Quelle est la prime de nuit le samedi ?"),
            (&["Y a-t-il une mutuelle ?", "combien ça coûte ?"], "combien ça coûte (mutuelle) ?"),
            (&["Y a-t-il une mutuelle d'entreprise ?", "Combien ?"], "Combien (mutuelle entreprise) ?"),
            (&["Do you pay a night bonus?", "and for interns?"], "Do you pay a night bonus for interns ?"),
            (
                &["La mutuelle est-elle familiale ?", "Est-elle obligatoire ?"],
                "Est-elle obligatoire (mutuelle familiale) ?",
            ),
            (&["Is there a nursery?", "How much does it cost?"], "How much does it cost (nursery) ?"),
            (&["Is there a company car?", "what about part time?"], "Is there a company car part time ?"),
            (&["Peut-on télétravailler ?", "Et alors ?"], "Peut-on télétravailler ?"),
            (
                &["Le repas est-il remboursé ?", "pour les apprentis ?"],
                "Le repas est-il remboursé pour les apprentis ?",
            ),
        ] {
            assert_eq!(whole(turns), expected, "{turns:?}");
        }
    }

    #[test]
    fn a_new_subject_stands_by_itself() {
        for (turns, expected) in [
            (&["Combien de jours de congés ?"][..], "Combien de jours de congés ?"),
            (
                &["Combien de jours de congés ?", "Quelle est la prime de nuit ?"],
                "Quelle est la prime de nuit ?",
            ),
            (&["Combien de jours de congés ?", "Et la mutuelle ?"], "la mutuelle ?"),
            (
                &["Combien de jours de congés ?", "Et comment envoyer ma candidature ?"],
                "Et comment envoyer ma candidature ?",
            ),
            (
                &["Y a-t-il une mutuelle ?", "Est-ce que la cantine est gratuite ?"],
                "Est-ce que la cantine est gratuite ?",
            ),
            (&["Y a-t-il une mutuelle ?", "Où se trouve le parking ?"], "Où se trouve le parking ?"),
            (&["Is there a nursery?", "How do I apply for a job?"], "How do I apply for a job?"),
            (&["Is there a nursery?", "Do you pay for lunch?"], "Do you pay for lunch?"),
            (&["Y a-t-il une mutuelle ?", "merci"], "merci"),
            (&["Combien de congés ?", "Y a-t-il une crèche ?"], "Y a-t-il une crèche ?"),
            (&["Combien de congés ?", "La crèche existe-t-elle ?"], "La crèche existe-t-elle ?"),
            (&["Is there a nursery?", "And a canteen?"], "a canteen ?"),
            (
                &[
                    "Combien de congés ?",
                    "Je travaille de nuit depuis trois ans et je voudrais savoir quelle prime est versée",
                ],
                "Je travaille de nuit depuis trois ans et je voudrais savoir quelle prime est versée",
            ),
        ] {
            assert_eq!(whole(turns), expected, "{turns:?}");
        }
    }
}
