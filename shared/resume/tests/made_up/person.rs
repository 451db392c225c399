//! All that says who somebody is.

use proptest::prelude::*;

/// How a word that has two genders is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Masculine,
    Feminine,
    /// `Infirmier / Infirmière`
    Both,
    /// `Infirmier (H/F)`
    Notice,
    /// `Infirmier(ère)`
    Enclosed,
    /// `Infirmier·ère`
    Dotted,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) gender: Gender,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) street: String,
    pub(crate) mail: String,
    pub(crate) phone: String,
    /// Year, month, day.
    pub(crate) born: (i16, i8, i8),
    pub(crate) born_in: String,
    pub(crate) nationality: usize,
    pub(crate) marital: usize,
    pub(crate) photo: Option<String>,
    /// Whether birth, age, nationality and family are told.
    pub(crate) tells: bool,
}

impl Person {
    /// This person with one trait of another's at a time.
    pub(crate) fn exchanged(&self, other: &Self) -> Vec<Self> {
        let (this, other) = (|| self.clone(), other.clone());
        vec![
            Self { gender: other.gender, ..this() },
            Self { first: other.first, last: other.last, ..this() },
            Self { street: other.street, ..this() },
            Self { mail: other.mail, phone: other.phone, ..this() },
            Self { born: other.born, born_in: other.born_in, ..this() },
            Self { nationality: other.nationality, marital: other.marital, ..this() },
            Self { photo: other.photo, ..this() },
            Self { tells: !self.tells, ..this() },
        ]
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    pub(crate) fn is_feminine(&self) -> bool {
        self.gender == Gender::Feminine
    }
}

/// Any person.
pub(crate) fn person() -> impl Strategy<Value = Person> {
    let gender = prop_oneof![
        Just(Gender::Masculine),
        Just(Gender::Feminine),
        Just(Gender::Both),
        Just(Gender::Notice),
        Just(Gender::Enclosed),
        Just(Gender::Dotted)
    ];
    let name = "[BDFGKLMPRTV][aeiou][bdfglmnprtvz][aeiou][nrsl]?";
    let last = prop_oneof![
        Just("Fictive".to_owned()),
        "[BDFGKLMPRTV][aeiou][bdfglmnprtvz]{1,2}[aeiou][nrsl]",
        "De [BDFG][aeiou]l[aeiou]",
        "[BDF][aeiou]r[aeiou]n-[LMP][aeiou]t[aeiou]"
    ];
    let street = (
        "[1-9][0-9]{0,3}",
        prop_oneof![Just("rue"), Just("avenue"), Just("bis boulevard"), Just("chemin")],
        "(de la |des |du )?[A-Z][a-z]{3,9}( [A-Z][a-z]{2,8})?",
    )
        .prop_map(|(number, kind, name)| format!("{number} {kind} {name}"));
    let phone = prop_oneof![
        "0[67]( [0-9]{2}){4}",
        "0[67](\\.[0-9]{2}){4}",
        "0[67][0-9]{8}",
        "\\+33 6( [0-9]{2}){4}",
        "07700 900[0-9]{3}"
    ];
    let born = (1950_i16..2006, 1_i8..=12, 1_i8..=28);
    let basics = (gender, name, last, street);
    let reach = ("[a-z]{2,9}[.]?[a-z0-9]{1,9}", phone, born, "[A-Z][a-z]{3,9}");
    let rest = (0_usize..6, 0_usize..5, prop::option::of("[a-z]{3,9}"), any::<bool>());
    (basics, reach, rest).prop_map(
        |(
            (gender, first, last, street),
            (mail, phone, born, born_in),
            (nationality, marital, photo, tells),
        )| Person {
            gender,
            first,
            last,
            street,
            mail: format!("{mail}@example.org"),
            phone,
            born,
            born_in,
            nationality,
            marital,
            photo,
            tells,
        },
    )
}
