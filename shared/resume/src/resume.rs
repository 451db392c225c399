//! A CV in the shape of JSON Resume (<https://jsonresume.org/schema>), of which it keeps what matching may need.
//!
//! Every text is [`Redacted`] and no type serialises: a CV reaches a log, a trace or a store only by
//! [`Resume::to_json_resume`], whose calls can be counted.

use vivier_domain::redacted::Redacted;

use crate::moment::{End, Moment};

/// A CV.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// Who it is and where to find them. The score sees the place alone.
    pub basics: Basics,
    /// Where they worked, as the CV orders it.
    pub work: Vec<Work>,
    /// What they learnt.
    pub education: Vec<Education>,
    /// What they say they can do.
    pub skills: Vec<Skill>,
    /// What they speak.
    pub languages: Vec<Language>,
}

/// The head of a CV.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basics {
    /// First and last name.
    pub name: Option<Redacted>,
    /// Address of electronic mail.
    pub email: Option<Redacted>,
    /// Telephone.
    pub phone: Option<Redacted>,
    /// Where they live, without the street.
    pub location: Location,
}

/// A place of residence. There is no field for the street: what is not kept cannot count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The city.
    pub city: Option<Redacted>,
    /// The postal code.
    pub postal_code: Option<Redacted>,
}

/// A position held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The job title, as written.
    pub position: Option<Redacted>,
    /// The employer.
    pub name: Option<Redacted>,
    /// Where.
    pub location: Option<Redacted>,
    /// Since when.
    pub start: Option<Moment>,
    /// Until when.
    pub end: End,
    /// Sentences about it.
    pub summary: Option<Redacted>,
    /// Its list of tasks and results.
    pub highlights: Vec<Redacted>,
}

/// A diploma or a course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Education {
    /// The kind of diploma, such as `BTS`.
    pub study_type: Option<Redacted>,
    /// The subject.
    pub area: Option<Redacted>,
    /// The school.
    pub institution: Option<Redacted>,
    /// When it ended.
    pub end: Option<Moment>,
}

/// Something they can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    /// As written.
    pub name: Redacted,
}

/// Something they speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// As written.
    pub language: Redacted,
    /// How well, as written.
    pub fluency: Option<Redacted>,
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cv_prints_without_its_text() {
        let text = "Alba Fictive\n12 rue des Essais, 75011 Paris\nalba@example.org\nEXPÉRIENCE\n2019 - 2021 : Soudeuse, Fer SA\n\
                    COMPÉTENCES\nSoudage TIG\nLANGUES\nAnglais (B2)";
        let resume = crate::parse(text, jiff::civil::date(2026, 1, 1));
        let printed = format!("{resume:?} {:?}", resume.profile(jiff::civil::date(2026, 1, 1)));
        for secret in [
            "Alba", "Essais", "75011", "Paris", "example", "Soud", "soud", "2019", "Fer", "TIG", "Anglais",
            "B2",
        ] {
            assert!(!printed.contains(secret), "{secret}: {printed}");
        }
    }
}
