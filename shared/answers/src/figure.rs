//! Many questions ask for a figure: an amount, an hour, a length of time. A sentence that has one is the likelier answer,
//! even where it does not repeat the word ("Quels sont les horaires ?" – "Ouvert de 7 h 15 à 19 heures").

/// The kind of figure a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Money.
    Amount,
    /// A time of day.
    Clock,
    /// Any number, of days for instance.
    Number,
}

/// Folded words that ask for a figure, by kind; the finer kinds first.
const ASKING: &[(Figure, &[&str])] = &[
    (
        Figure::Clock,
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
        Figure::Amount,
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
        Figure::Number,
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

/// Keys of question words that a figure of the kind answers for.
const STANDS_FOR: &[(Figure, &[&str])] = &[
    (Figure::Clock, &["horair", "heur", "hour", "open", "tim"]),
    (Figure::Amount, &["cout", "prix", "tarif", "cost", "pric"]),
];

impl Figure {
    /// The kind that a folded question asks for.
    pub fn asked(folded: &str) -> Option<Self> {
        let asks =
            |form: &str| folded.match_indices(form).any(|(at, _)| stands_alone(folded, at, form.len()));
        ASKING.iter().find(|(_, forms)| forms.iter().any(|form| asks(form))).map(|(figure, _)| *figure)
    }

    /// Whether a sentence has a figure of this kind.
    pub fn is_in(self, sentence: &str) -> bool {
        if !sentence.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        match self {
            Self::Number => true,
            Self::Amount => sentence.contains(['€', '$', '£', '%']) || sentence.contains("euro"),
            Self::Clock => has_clock(sentence),
        }
    }

    /// Whether a figure of this kind answers for the word with this key.
    pub fn stands_for(self, key: &str) -> bool {
        STANDS_FOR.iter().any(|(figure, keys)| *figure == self && keys.contains(&key))
    }
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
    fn the_kind_of_figure_asked_for() {
        for (text, figure) in [
            ("combien de jours de conge ?", Some(Figure::Number)),
            ("sous quel delai repondez-vous ?", Some(Figure::Number)),
            ("how long is the trial period?", Some(Figure::Number)),
            ("quels sont les horaires de la creche ?", Some(Figure::Clock)),
            ("combien coute la creche ?", Some(Figure::Amount)),
            ("how much is it?", Some(Figure::Amount)),
            ("ou a lieu la formation ?", None),
            ("which wheelhouse?", None),
        ] {
            assert_eq!(Figure::asked(text), figure, "{text}");
        }
    }

    #[test]
    fn the_figures_a_sentence_has() {
        for (text, amount, clock, number) in [
            ("Ouverte de 7 h 15 à 19 heures.", false, true, true),
            ("Accueil à 8 h 30 par votre responsable", false, true, true),
            ("from 7:30 to 19:00.", false, true, true),
            ("Après deux heures, les produits sont jetés.", false, false, false),
            ("Une formation de 14 heures.", false, true, true),
            ("Une durée d'au moins 270 heures", false, false, true),
            ("Une prime de 45 euros", true, false, true),
            ("majorée de 30 % du salaire", true, false, true),
            ("Rien de chiffré.", false, false, false),
        ] {
            let found = [Figure::Amount, Figure::Clock, Figure::Number].map(|figure| figure.is_in(text));
            assert_eq!(found, [amount, clock, number], "{text}");
        }
    }
}
