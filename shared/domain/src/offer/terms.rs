//! The closed vocabularies of an offer, with the spellings feeds use for them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fields::plain;

/// A spelling that stands for none of the vocabulary's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a term of this vocabulary")]
pub struct UnknownTerm;

/// Declares a vocabulary: each term with its code and the other spellings that mean it, written without
/// accents or capitals and with single spaces, as [`plain`] leaves them.
macro_rules! vocabulary {
    ($(#[$about:meta])* $name:ident { $($(#[$term_about:meta])* $term:ident = $code:literal $(| $other:literal)*,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$term_about])* $term,)+
        }

        impl $name {
            /// Every term, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$term),+];

            /// The stable code, as in JSON and in the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$term => $code,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownTerm;

            /// Takes the code or another usual spelling, whatever its case and accents.
            fn from_str(text: &str) -> Result<Self, UnknownTerm> {
                match plain(text).as_str() {
                    $($code $(| $other)* => Ok(Self::$term),)+
                    _ => Err(UnknownTerm),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

vocabulary! {
    /// What binds the employer and the person.
    Contract {
        /// CDI: without an end date.
        Permanent = "permanent" | "cdi" | "contrat a duree indeterminee" | "duree indeterminee" | "cdi de chantier" | "cdic" | "cdi interimaire",
        /// CDD: until a date.
        FixedTerm = "fixed_term" | "fixed term" | "cdd" | "contrat a duree determinee" | "duree determinee" | "saisonnier" | "contrat saisonnier",
        /// Intérim: through an agency.
        Temporary = "temporary" | "interim" | "mission interim" | "travail temporaire" | "mission" | "temp",
        /// Alternance: work and school by turns.
        Apprenticeship = "apprenticeship" | "alternance" | "apprentissage" | "contrat d apprentissage" | "contrat d alternance" | "professionnalisation" | "contrat de professionnalisation" | "contrat pro",
        /// Stage: part of one's studies.
        Internship = "internship" | "stage" | "convention de stage" | "intern",
        /// Indépendant: a contract between businesses.
        Freelance = "freelance" | "independant" | "independante" | "profession liberale" | "liberal" | "auto entrepreneur" | "micro entrepreneur" | "portage salarial",
        /// Anything else, such as volunteering or the civil service's own statuses.
        Other = "other" | "autre" | "autres" | "fonctionnaire" | "titulaire" | "vacation" | "benevolat" | "service civique" | "vie" | "volontariat",
    }
}

vocabulary! {
    /// How much of the work can be done away from the workplace.
    Remote {
        /// None of it.
        None = "none" | "non" | "no" | "false" | "faux" | "0" | "sur site" | "presentiel" | "aucun" | "on site" | "onsite",
        /// Some of it. A bare "yes" means this: it promises less than all of it.
        Partial = "partial" | "partiel" | "partielle" | "oui" | "yes" | "true" | "vrai" | "1" | "hybride" | "hybrid" | "ponctuel" | "occasionnel" | "possible" | "teletravail partiel" | "teletravail",
        /// All of it.
        Full = "full" | "total" | "totale" | "complet" | "full remote" | "100%" | "100 %" | "teletravail total" | "teletravail complet" | "a distance",
    }
}

vocabulary! {
    /// What a salary is counted for.
    SalaryPeriod {
        /// Euros an hour.
        Hour = "hour" | "heure" | "h" | "horaire" | "hourly" | "par heure",
        /// Euros a month.
        Month = "month" | "mois" | "mensuel" | "monthly" | "par mois",
        /// Euros a year.
        Year = "year" | "an" | "annee" | "annuel" | "yearly" | "annual" | "par an",
    }
}

/// Hours of a year's full-time work in France: the legal 1 607 (Code du travail, L3121-41).
const HOURS: u32 = 1_607;

impl SalaryPeriod {
    /// Euros a year, of euros for this period; the greatest number where there are more.
    pub fn yearly(self, euros: u32) -> u32 {
        match self {
            Self::Hour => euros.saturating_mul(HOURS),
            Self::Month => euros.saturating_mul(12),
            Self::Year => euros,
        }
    }
}

vocabulary! {
    /// How much of the week is worked.
    WorkingTime {
        /// All of it.
        Full = "full" | "full time" | "full_time" | "temps plein" | "temps complet" | "plein" | "plein temps" | "complet",
        /// Part of it.
        Part = "part" | "part time" | "part_time" | "temps partiel" | "partiel" | "mi temps",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_are_read_in_any_case_and_with_or_without_accents() {
        for (text, expected) in [
            ("CDI", Contract::Permanent),
            ("cdd", Contract::FixedTerm),
            ("Intérim", Contract::Temporary),
            ("INTERIM", Contract::Temporary),
            ("Alternance", Contract::Apprenticeship),
            ("apprentissage", Contract::Apprenticeship),
            ("Contrat d’apprentissage", Contract::Apprenticeship),
            ("Stage", Contract::Internship),
            ("Freelance", Contract::Freelance),
            ("Inde\u{301}pendant", Contract::Freelance),
            ("fixed_term", Contract::FixedTerm),
            ("Auto-entrepreneur", Contract::Freelance),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert_eq!("CDX".parse::<Contract>(), Err(UnknownTerm));
    }

    #[test]
    fn salaries_of_all_periods_are_compared_by_the_year() {
        assert_eq!(SalaryPeriod::Hour.yearly(12), 19_284);
        assert_eq!(SalaryPeriod::Month.yearly(2_000), 24_000);
        assert_eq!(SalaryPeriod::Month.yearly(u32::MAX), u32::MAX);
    }

    #[test]
    fn remote_is_read_as_a_person_would_write_it() {
        for (text, expected) in [
            ("oui", Remote::Partial),
            ("Non", Remote::None),
            ("partiel", Remote::Partial),
            ("Total", Remote::Full),
            ("hybride", Remote::Partial),
            ("yes", Remote::Partial),
            ("no", Remote::None),
            ("Télétravail total", Remote::Full),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_code_reads_back() {
        for term in Contract::ALL {
            assert_eq!(term.as_str().parse(), Ok(*term));
        }
        for term in Remote::ALL {
            assert_eq!(term.as_str().parse(), Ok(*term));
        }
        for term in SalaryPeriod::ALL {
            assert_eq!(term.as_str().parse(), Ok(*term));
        }
    }
}
