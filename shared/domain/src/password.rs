//! The password policy (K6.2a). The user pool enforces it too; here the rule that failed has a name.

/// The fewest characters.
pub const MINIMUM_LENGTH: usize = 12;
/// The most: Cognito takes no longer one.
pub const MAXIMUM_LENGTH: usize = 256;
/// What counts as special: Cognito's own list.
const SPECIAL: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";

/// A rule of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// At least [`MINIMUM_LENGTH`] characters.
    TooShort,
    /// At most [`MAXIMUM_LENGTH`] characters.
    TooLong,
    /// At least one digit.
    NoDigit,
    /// At least one special character.
    NoSpecial,
    /// At least one lower-case letter.
    NoLowerCase,
    /// At least one upper-case letter.
    NoUpperCase,
    /// No blank at either end, where it is lost when pasting; no control characters.
    Blank,
}

impl Rule {
    /// The stable word that a problem names the rule by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::NoDigit => "no-digit",
            Self::NoSpecial => "no-special-character",
            Self::NoLowerCase => "no-lower-case-letter",
            Self::NoUpperCase => "no-upper-case-letter",
            Self::Blank => "blank-or-control-character",
        }
    }
}

/// Every rule the password breaks; none for a good one.
pub fn broken_rules(password: &str) -> Vec<Rule> {
    let any = |test: fn(char) -> bool| password.chars().any(test);
    let length = password.chars().count();
    let rules = [
        (length < MINIMUM_LENGTH, Rule::TooShort),
        (password.len() > MAXIMUM_LENGTH, Rule::TooLong),
        (!any(|c| c.is_ascii_digit()), Rule::NoDigit),
        (!any(|c| SPECIAL.contains(c)), Rule::NoSpecial),
        (!any(|c| c.is_ascii_lowercase()), Rule::NoLowerCase),
        (!any(|c| c.is_ascii_uppercase()), Rule::NoUpperCase),
        (password.trim() != password || any(char::is_control), Rule::Blank),
    ];
    rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_alone() {
        for (password, broken) in [
            ("Correct-Horse-9", None),
            ("Short-Hors3", Some(Rule::TooShort)),
            ("Correct-Horse-", Some(Rule::NoDigit)),
            ("CorrectHorse99", Some(Rule::NoSpecial)),
            ("CORRECT-HORSE-9", Some(Rule::NoLowerCase)),
            ("correct-horse-9", Some(Rule::NoUpperCase)),
            ("Correct-Horse-9 ", Some(Rule::Blank)),
        ] {
            assert_eq!(broken_rules(password), broken.into_iter().collect::<Vec<_>>(), "{password}");
        }
        assert_eq!(broken_rules(&format!("Aa1-{}", "a".repeat(300))), [Rule::TooLong]);
        assert_eq!(broken_rules("").len(), 5);
    }
}
