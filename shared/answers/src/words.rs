//! Words that may carry a question's subject, in a form in which a question and a document meet.
//!
//! Candidates ask "combien est payé", documents say "la paie": both come down to one key. The keys serve to tell whether
//! a passage speaks of what was asked; they are never stored.

use vivier_text::analysis;

/// Folded words that ask, or hold a question together, and say nothing of its subject. Sorted.
const ASKING: &str = "about ai all also am any are as aussi avoir avons be been being bien bonjour but can ce cela ces chaque \
    combien comment could did dire do does doing dois doit doivent each eleve elever est estce etre every \
    existe existent faire fait faut font get gets give given had has have hello her his how i if indique is \
    it its lequel les many may merci might moi montant much must my name need no nombre not number obtenir \
    or peut peuvent peux plait please plus possible pourquoi pourrais pouvez puis quand quel quelle quelles \
    quels quoi regarding sais savoir should so some sont such svp t take tell than that their them then \
    there these they this those tous tout toute toutes trouve trouver us was we were what when where which \
    who whose why will would ya";

/// Folded words that carry a subject a little: documents say the same with others, or without. Sorted.
const GENERAL: &str = "age autre autres cas case chose commence concernant condition conditions deroule droit dure duree fois \
    genre help kind long maximum meilleur mettre mieux minimum moment moyen part passe per personne \
    personnes place plafond pourcentage prevu principe propose proposez question recevoir rules send temps \
    time type utiliser way work";

/// Whether a list, its words parted by spaces, has a word.
fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// A word of a text that may carry its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// In lower case, without accents.
    pub folded: String,
    /// What its forms have in common.
    pub key: String,
    /// Whether a passage can answer without it.
    pub general: bool,
}

/// The words of a text that may carry its subject, each once, in order.
pub fn subject_words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for word in analysis::words(&part_inversions(text)) {
        let folded = word.text;
        if analysis::is_stop_word(&folded) || is_in(ASKING, &folded) || folded.chars().count() < 2 {
            continue;
        }
        let key = key(&folded);
        if words.iter().all(|known| known.key != key) {
            let general = is_in(GENERAL, &folded);
            words.push(Word { folded, key, general });
        }
    }
    words
}

/// French questions tie the verb to its subject with a hyphen ("peut-on", "a-t-il"), which elsewhere makes one word of two.
fn part_inversions(text: &str) -> String {
    const PRONOUNS: &str = "je tu il elle on nous vous ils elles ce moi t y en le la les";
    let mut parted = String::with_capacity(text.len());
    for (position, part) in text.split('-').enumerate() {
        let word: String = part.chars().take_while(|c| c.is_alphabetic()).collect();
        if position > 0 {
            parted.push(if is_in(PRONOUNS, &word.to_lowercase()) { ' ' } else { '-' });
        }
        parted.push_str(part);
    }
    parted
}

/// The keys of all words of a text, with repetitions.
pub fn keys(text: &str) -> impl Iterator<Item = String> {
    analysis::words(text).into_iter().map(|word| key(&word.text))
}

/// Endings of verbs and of what is made of them, French and English, the longest first, with the fewest letters that
/// must stand before each.
const ENDINGS: &[(&str, usize)] = &[
    ("issements", 4),
    ("issement", 4),
    ("eraient", 4),
    ("ements", 4),
    ("ations", 4),
    ("issons", 3),
    ("issent", 3),
    ("aient", 4),
    ("ement", 4),
    ("ation", 4),
    ("erait", 4),
    ("eront", 4),
    ("erons", 4),
    ("ures", 5),
    ("erez", 4),
    ("ure", 5),
    ("era", 4),
    ("ait", 4),
    ("ant", 4),
    ("ing", 4),
    ("ees", 3),
    ("ons", 5),
    ("ent", 5),
    ("iez", 4),
    ("er", 3),
    ("ez", 4),
    ("ee", 3),
    ("es", 3),
    ("ed", 4),
    ("e", 3),
    ("s", 3),
];

/// What the forms of a folded word have in common: number, gender and the endings of verbs are taken away.
pub fn key(folded: &str) -> String {
    if folded.len() < 4 || !folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return folded.to_owned();
    }
    // Nouns in -ion are no verbs in -ons.
    let fits = |ending: &str| !(ending == "ons" && folded.ends_with("ions"));
    let head = ENDINGS
        .iter()
        .filter(|(ending, _)| fits(ending))
        .find_map(|(ending, room)| folded.strip_suffix(ending).filter(|head| head.len() >= *room));
    let key = head.unwrap_or(folded);
    // "paie" and "payer" are one word.
    key.strip_suffix('y').map_or_else(|| key.to_owned(), |head| format!("{head}i"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_folded() {
        for word in ASKING.split(' ').chain(GENERAL.split(' ')) {
            assert_eq!(analysis::fold(word), word);
        }
    }

    /// Every line: forms that must meet.
    #[test]
    fn forms_meet() {
        for line in [
            &["paie", "payé", "payée", "payées", "payer", "paye"][..],
            &["répondez", "répondons", "répond", "répondent"],
            &["majoré", "majorée", "majoration"],
            &["verse", "versé", "versement", "verser"],
            &["rembourse", "remboursé", "remboursement", "remboursés"],
            &["candidature", "candidatures"],
            &["congé", "congés"],
            &["formation", "formations"],
            &["dure", "durée", "durer"],
            &["work", "working", "worked"],
            &["refund", "refunded"],
            &["lesson", "lessons"],
            &["télétravail", "teletravail"],
        ] {
            for form in line {
                assert_eq!(key(&analysis::fold(form)), key(&analysis::fold(line[0])), "{form}");
            }
        }
    }

    /// Every line: words that must stay apart.
    #[test]
    fn others_stay_apart() {
        for (one, other) in [
            ("fournil", "fournit"),
            ("crèche", "crédit"),
            ("télétravail", "travail"),
            ("mutuelle", "mutation"),
            ("action", "acte"),
            ("prime", "primaire"),
            ("entreprise", "entrepôt"),
        ] {
            assert_ne!(key(&analysis::fold(one)), key(&analysis::fold(other)), "{one} {other}");
        }
    }

    #[test]
    fn a_question_comes_down_to_its_subject() {
        for (question, expected) in [
            ("Quelle est la prime pour le travail de nuit ?", &["prime", "travail", "nuit"][..]),
            ("Y a-t-il une crèche d'entreprise ?", &["creche", "entreprise"]),
            ("How many days of leave do I get?", &["days", "leave"]),
            ("Est-ce que c'est possible ?", &[]),
            (
                "Peut-on placer des jours sur le compte épargne-temps ?",
                &["placer", "jours", "compte", "epargne", "temps"],
            ),
            ("", &[]),
            ("???", &[]),
        ] {
            let found: Vec<_> = subject_words(question).into_iter().map(|word| word.folded).collect();
            assert_eq!(found, expected, "{question}");
        }
    }
}
