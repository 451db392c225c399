//! What personal data of candidates is handled for, and on which legal basis: nothing of it happens before a tenant has fixed both
//! (K9.1g).

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Asks for something of a candidate's route: its type names the purpose that it serves.
pub trait Serves: Send + Sync + 'static {
    /// The purpose; `None` where nothing of a person is handled, and where a person's own rights are.
    const PURPOSE: Option<Purpose>;
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What personal data of candidates is handled for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Purpose {
            $($(#[$doc])* $name,)+
        }

        impl Purpose {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        /// Purposes as types: a candidate's route names in its signature the one it serves.
        pub mod serves {
            use super::{Purpose, Serves};

            /// Nothing of a person is handled: it is the same for everybody.
            #[derive(Debug, Clone, Copy)]
            pub struct Nobody;

            impl Serves for Nobody {
                const PURPOSE: Option<Purpose> = None;
            }

            /// What persons may ask for about themselves, by law and not by what a tenant chose: to see, to take, to end.
            #[derive(Debug, Clone, Copy)]
            pub struct OwnRights;

            impl Serves for OwnRights {
                const PURPOSE: Option<Purpose> = None;
            }

            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl Serves for $name {
                    const PURPOSE: Option<Purpose> = Some(Purpose::$name);
                }
            )+
        }
    };
}

purposes! {
    /// Conversations with the chatbot.
    Chatbot = "chatbot",
    /// Searches that are saved with an address, and mails about new offers.
    Alerts = "alerts",
    /// CVs that are matched with offers.
    Matching = "matching",
    /// Counting how front offices are used.
    Statistics = "statistics",
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// There is no such purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no purpose has this name")]
pub struct UnknownPurpose;

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.iter().copied().find(|purpose| purpose.as_str() == text).ok_or(UnknownPurpose)
    }
}

/// Why data may be handled (Art. 6(1) GDPR). Vital interests are left out: no recruiting rests on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// (a) The person agreed.
    Consent,
    /// (b) A contract with the person, or steps towards one at the person's request.
    Contract,
    /// (c) A duty that the law lays on the tenant.
    LegalObligation,
    /// (e) A task in the public interest.
    PublicTask,
    /// (f) Interests of the tenant that the person's do not outweigh.
    LegitimateInterests,
}

/// What a front office may do with candidates' data, as its tenant has published it. It travels from the door to the routes as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    version: u32,
    open: BTreeMap<Purpose, bool>,
}

/// What is wrong with a word that somebody agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAgreed {
    /// There is none.
    Missing,
    /// It is of other texts than those that hold.
    Outdated,
}

impl Grounds {
    /// The version of the texts that were published, and the basis of each purpose that has one.
    pub fn new(version: u32, bases: impl IntoIterator<Item = (Purpose, LegalBasis)>) -> Self {
        let open = bases.into_iter().map(|(purpose, basis)| (purpose, basis == LegalBasis::Consent));
        Self { version, open: open.collect() }
    }

    /// The number of the published texts.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Whether something may be done for a purpose.
    pub fn opens(&self, purpose: Purpose) -> bool {
        self.open.contains_key(&purpose)
    }

    /// What is to be written down of consent: the version that was agreed to, where the purpose rests on consent; nothing where it does
    /// not.
    pub fn agreed(&self, purpose: Purpose, given: Option<u32>) -> Result<Option<u32>, NotAgreed> {
        match (self.open.get(&purpose), given) {
            (Some(true), None) => Err(NotAgreed::Missing),
            (Some(true), Some(version)) if version != self.version => Err(NotAgreed::Outdated),
            (Some(true), Some(version)) => Ok(Some(version)),
            _ => Ok(None),
        }
    }
}

/// Behind a purpose that rests on consent.
const BY_CONSENT: char = '!';

impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        for (purpose, consent) in &self.open {
            write!(f, " {purpose}{}", if *consent { "!" } else { "" })?;
        }
        Ok(())
    }
}

/// A text that says nothing of grounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are no grounds")]
pub struct NoGrounds;

impl FromStr for Grounds {
    type Err = NoGrounds;

    fn from_str(text: &str) -> Result<Self, NoGrounds> {
        let mut words = text.split(' ');
        let version = words.next().and_then(|word| word.parse().ok()).filter(|version| *version > 0);
        let mut open = BTreeMap::new();
        for word in words {
            let name = word.strip_suffix(BY_CONSENT);
            // A purpose that this release does not know is one that it does not serve.
            if let Ok(purpose) = name.unwrap_or(word).parse() {
                open.insert(purpose, name.is_some());
            }
        }
        Ok(Self { version: version.ok_or(NoGrounds)?, open })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_map, prelude::*, sample::select};

    fn bases() -> impl Strategy<Value = BTreeMap<Purpose, LegalBasis>> {
        use LegalBasis as B;
        let basis =
            select(vec![B::Consent, B::Contract, B::LegalObligation, B::PublicTask, B::LegitimateInterests]);
        btree_map(select(Purpose::ALL), basis, 0..=Purpose::ALL.len())
    }

    proptest! {
        #[test]
        fn what_the_door_says_is_what_the_route_reads(version in 1u32.., bases in bases()) {
            let grounds = Grounds::new(version, bases.clone());
            prop_assert_eq!(grounds.to_string().parse(), Ok(grounds.clone()));
            for purpose in Purpose::ALL {
                prop_assert_eq!(grounds.opens(*purpose), bases.contains_key(purpose));
            }
        }

        #[test]
        fn consent_is_to_the_texts_that_hold(version in 1u32.., given in proptest::option::of(1u32..9), bases in bases()) {
            let grounds = Grounds::new(version, bases.clone());
            for purpose in Purpose::ALL {
                let agreed = grounds.agreed(*purpose, given);
                let expected = match (bases.get(purpose), given) {
                    (Some(LegalBasis::Consent), None) => Err(NotAgreed::Missing),
                    (Some(LegalBasis::Consent), Some(given)) if given == version => Ok(Some(version)),
                    (Some(LegalBasis::Consent), Some(_)) => Err(NotAgreed::Outdated),
                    _ => Ok(None),
                };
                prop_assert_eq!(agreed, expected);
            }
        }

        #[test]
        fn what_is_no_grounds_opens_nothing(text in ".{0,40}") {
            if let Ok(grounds) = text.parse::<Grounds>() {
                prop_assert!(grounds.version() > 0 && text.starts_with(|c: char| c.is_ascii_digit() || c == '+'));
            }
        }
    }

    #[test]
    fn texts() {
        let grounds = Grounds::new(
            7,
            [(Purpose::Alerts, LegalBasis::Consent), (Purpose::Chatbot, LegalBasis::Contract)],
        );
        assert_eq!(grounds.to_string(), "7 chatbot alerts!");
        assert_eq!("7 chatbot alerts! mind_reading".parse(), Ok(grounds));
        for text in ["", "chatbot", "0 chatbot", "-1"] {
            assert_eq!(text.parse::<Grounds>(), Err(NoGrounds), "{text}");
        }
    }
}
