//! Why a parser elsewhere did not read a CV: a stable word. What it said is repeated nowhere, for it may quote the CV.

use vivier_outside::Fault as Unreached;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It was not reached, or fell silent.
    Outside(Unreached),
    /// It does not let us in.
    NotAdmitted,
    /// It leads elsewhere. A CV goes to the address that was entered and to no other.
    Redirect,
    /// It takes no such file, or nothing at the moment.
    Refused,
    /// It failed.
    Failing,
    /// Its answer is packed.
    Encoding,
    /// Its answer is larger than any CV's.
    TooLarge,
    /// Its answer is no JSON.
    NotJson,
    /// Its answer has no CV in it.
    NoCv,
}

impl Fault {
    /// The stable word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Outside(unreached) => unreached.word(),
            Self::NotAdmitted => "not-admitted",
            Self::Redirect => "redirect-not-allowed",
            Self::Refused => "refused",
            Self::Failing => "server-failed",
            Self::Encoding => "encoding-not-supported",
            Self::TooLarge => "too-large",
            Self::NotJson => "not-json",
            Self::NoCv => "no-cv",
        }
    }
}

impl From<Unreached> for Fault {
    fn from(unreached: Unreached) -> Self {
        Self::Outside(unreached)
    }
}
