//! What kind of thing a question asks for: an amount, an hour, a number, a name, a telephone number, an address. A sentence
//! that has one is the likelier answer, even where it does not repeat the word ("Quels sont les horaires ?" – "Ouvert de 7 h
//! 15 à 19 heures"); one that has none hardly is an answer, however much it speaks of the subject.

use vivier_text::analysis;

use crate::phrase::{Phrase, is_one};

/// The kind of thing a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// A person's name.
    Person,
    /// A telephone number.
    Phone,
    /// An address, postal or electronic.
    Address,
    /// Money.
    Amount,
    /// A time of day.
    Clock,
    /// Any number, of days for instance.
    Number,
}

/// Folded words that ask for it, by kind; the finer kinds first.
const ASKING: &[(Sought, &[&str])] = &[
    (
        Sought::Phone,
        &[
            "numero de telephone",
            "numero direct",
            "numero du standard",
            "numero de la ligne",
            "telephone number",
            "phone number",
        ],
    ),
    (Sought::Address, &["adresse postale", "quelle est l adresse", "postal address", "what is the address"]),
    (
        Sought::Person,
        &[
            "qui est la",
            "qui est le",
            "quel est le nom",
            "quels sont les noms",
            "who is the",
            "what is the name",
            "what are the names",
        ],
    ),
    (
        Sought::Clock,
        &[
            "horaire",
            "horaires",
            "quelle heure",
            "quelles heures",
            "opening hours",
            "what time",
            "working hours",
        ],
    ),
    (
        Sought::Amount,
        &[
            "combien coute",
            "combien coutent",
            "combien est paye",
            "combien est payee",
            "cout",
            "prix",
            "tarif",
            "tarifs",
            "montant",
            "prime",
            "primes",
            "majoration",
            "remise",
            "indemnite",
            "salaire",
            "remuneration",
            "gratification",
            "how much",
            "cost",
            "price",
            "salary",
            "bonus",
            "allowance",
            "extra",
        ],
    ),
    (
        Sought::Number,
        &[
            "combien",
            "delai",
            "duree",
            "quand",
            "taux",
            "pourcentage",
            "quel age",
            "quelle temperature",
            "how many",
            "how long",
            "how often",
            "when",
        ],
    ),
];

/// Numbers in words, folded: one is an article as well.
const NUMBERS: &str = "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|vingts|trente|\
    quarante|cinquante|soixante|cent|cents|mille|moitie|tiers|quart|two|three|four|five|seven|eight|nine|ten|eleven|\
    twelve|thirteen|fourteen|fifteen|sixteen|eighteen|twenty|thirty|forty|fifty|sixty|hundred|thousand|half|third|\
    quarter|once|twice";
/// Words that stand in a postal address, folded.
const STREETS: &str =
    "rue|avenue|boulevard|place|quai|chemin|allee|impasse|route|street|road|square|lane|bp|cedex";
/// Words before a person's name, folded.
const TITLES: &str = "m|mme|mlle|monsieur|madame|dr|docteur|pr|professeur|mr|mrs|ms|miss";

/// Keys of question words that a thing of the kind answers for.
const STANDS_FOR: &[(Sought, &[&str])] = &[
    (Sought::Clock, &["horair", "heur", "hour", "open", "tim"]),
    (Sought::Amount, &["cout", "prix", "tarif", "cost", "pric"]),
];

impl Sought {
    /// The kind that a question asks for.
    pub fn asked(question: &str) -> Option<Self> {
        let folded = Phrase::of(question).words().join(" ");
        let asks =
            |form: &str| folded.match_indices(form).any(|(at, _)| stands_alone(&folded, at, form.len()));
        ASKING.iter().find(|(_, forms)| forms.iter().any(|form| asks(form))).map(|(sought, _)| *sought)
    }

    /// Whether a sentence has a thing of this kind.
    pub fn is_in(self, sentence: &str) -> bool {
        let has_digit = || sentence.contains(|c: char| c.is_ascii_digit());
        let has_word = |list: &str| Phrase::of(sentence).words().iter().any(|word| is_one(word, list));
        match self {
            Self::Number => has_digit() || has_word(NUMBERS),
            Self::Amount => {
                has_digit() && (sentence.contains(['€', '$', '£', '%']) || sentence.contains("euro"))
            }
            Self::Clock => has_digit() && has_clock(sentence),
            Self::Phone => has_phone(sentence),
            Self::Address => {
                sentence.contains('@') || has_word(STREETS) || has_digits_in_a_row(sentence, POSTCODE)
            }
            Self::Person => has_name(sentence),
        }
    }

    /// Whether a sentence without such a thing cannot be the answer. Amounts and hours are often asked for where a rule answers
    /// ("Combien coûte la crèche ?" – "Elle est gratuite.").
    pub fn is_certain(self) -> bool {
        matches!(self, Self::Person | Self::Phone | Self::Address)
    }

    /// Whether a thing of this kind answers for the word with this key.
    pub fn stands_for(self, key: &str) -> bool {
        STANDS_FOR.iter().any(|(sought, keys)| *sought == self && keys.contains(&key))
    }
}

/// Digits of a French postcode.
const POSTCODE: usize = 5;
/// The fewest digits of a telephone number; an extension has four and is named as such.
const PHONE: usize = 8;

/// "03 80 12 34 56", "+33 3 80…", "poste 4477".
fn has_phone(sentence: &str) -> bool {
    let grouped: String =
        sentence.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\u{a0}' | '\u{202f}')).collect();
    let words = Phrase::of(sentence);
    let extension = words.words().windows(2).any(|pair| {
        matches!(pair[0], "poste" | "extension" | "ext")
            && pair[1].len() >= 3
            && pair[1].bytes().all(|b| b.is_ascii_digit())
    });
    extension || has_digits_in_a_row(&grouped, PHONE)
}

fn has_digits_in_a_row(text: &str, count: usize) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= count)
}

/// A title with a name, or two words with capitals that do not begin a sentence and are no acronyms.
fn has_name(sentence: &str) -> bool {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let capital = |word: &str| {
        let mut letters = word.trim_matches(|c: char| !c.is_alphanumeric()).chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    };
    let ends = |word: &str| word.ends_with(['.', '!', '?', ':', ';', '|', ',']);
    words.windows(2).enumerate().any(|(at, pair)| {
        let title = is_one(&analysis::fold(pair[0].trim_end_matches('.')), TITLES);
        let inside = at > 0 && !ends(words[at - 1]) && words[at - 1] != "-";
        capital(pair[1]) && !pair[0].ends_with('|') && (title || inside && capital(pair[0]) && !ends(pair[0]))
    })
}

fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !letter(text[..at].chars().next_back()) && !letter(text[at + length..].chars().next())
}

/// "7 h 15", "19h", "9:30", "à 18 heures", "8 am": but not a length of time such as "deux heures".
fn has_clock(sentence: &str) -> bool {
    let words: Vec<&str> = sentence
        .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|w| !w.is_empty())
        .collect();
    let number = |word: &str| word.parse::<u8>().is_ok_and(|hour| hour <= 24);
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1).map(|next| next.trim_end_matches(['.', ')']));
        let before = at.checked_sub(1).map(|before| words[before].to_lowercase());
        let led = before.is_some_and(|b| {
            ["à", "de", "avant", "après", "dès", "et", "entre", "from", "to", "at", "until"]
                .contains(&b.as_str())
        });
        let joined = word.split_once(['h', ':']).is_some_and(|(hour, rest)| {
            number(hour) && (rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        joined
            || (number(word)
                && (next == Some("h") || (led && matches!(next, Some("heures" | "heure" | "am" | "pm")))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_thing_asked_for() {
        for (text, sought) in [
            ("combien de jours de conge ?", Some(Sought::Number)),
            ("sous quel delai repondez-vous ?", Some(Sought::Number)),
            ("how long is the trial period?", Some(Sought::Number)),
            ("quels sont les horaires de la creche ?", Some(Sought::Clock)),
            ("combien coute la creche ?", Some(Sought::Amount)),
            ("how much is it?", Some(Sought::Amount)),
            ("Qui est la directrice de la clinique ?", Some(Sought::Person)),
            ("Comment s’appelle la formation ?", None),
            ("Quel est le numéro de téléphone du siège ?", Some(Sought::Phone)),
            ("Quelle est l'adresse de la crèche ?", Some(Sought::Address)),
            ("Qui valide les congés ?", None),
            ("Qui sont les bénéficiaires de la mutuelle ?", None),
            ("Quel est le numéro de la convention collective ?", None),
            ("ou a lieu la formation ?", None),
            ("which wheelhouse?", None),
        ] {
            assert_eq!(Sought::asked(text), sought, "{text}");
        }
    }

    #[test]
    fn the_figures_a_sentence_has() {
        for (text, amount, clock, number) in [
            ("Ouverte de 7 h 15 à 19 heures.", false, true, true),
            ("Accueil à 8 h 30 par votre responsable", false, true, true),
            ("from 7:30 to 19:00.", false, true, true),
            ("Après deux heures, les produits sont jetés.", false, false, true),
            ("Une formation de 14 heures.", false, true, true),
            ("Une durée d'au moins 270 heures", false, false, true),
            ("Une prime de 45 euros", true, false, true),
            ("majorée de 30 % du salaire", true, false, true),
            ("Rien de chiffré.", false, false, false),
        ] {
            let found = [Sought::Amount, Sought::Clock, Sought::Number].map(|figure| figure.is_in(text));
            assert_eq!(found, [amount, clock, number], "{text}");
        }
    }

    #[test]
    fn names_numbers_and_addresses_are_told() {
        for (sought, text, there) in [
            (Sought::Person, "Le siège est dirigé par Claire Vasseur.", true),
            (Sought::Person, "Écrivez à Mme Vasseur.", true),
            (Sought::Person, "La Clinique des Tilleuls compte onze salles.", false),
            (Sought::Person, "Poste: Médecin coordonnateur | Temps: Mi-temps", false),
            (Sought::Phone, "Appelez le 03 80 12 34 56.", true),
            (Sought::Phone, "Le médecin référent est au poste 4477.", true),
            (Sought::Phone, "Une prime de 1 200 euros en 2024.", false),
            (Sought::Address, "12 rue des Lilas, 21000 Dijon", true),
            (Sought::Address, "Écrivez à talents@ondelaure.example.", true),
            (Sought::Address, "La crèche est à Besançon.", false),
        ] {
            assert_eq!(sought.is_in(text), there, "{text}");
        }
    }
}
