//! Which texts are collected at all.

use std::fmt;

/// The most characters of a text that is collected: an occupation, a skill and a place are shorter, and a letter is longer.
pub const LONGEST: usize = 80;
/// The most bytes: so many fit into what is sealed.
pub(crate) const MOST_BYTES: usize = 127;
/// The most digits: a postal code, a department, a level. A telephone number has more.
const MOST_DIGITS: usize = 5;

/// A text that may be collected, as it is compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Query(String);

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Query {
    /// Reads a text in which case and accents were already taken away. `None` for one that is never collected, however many
    /// search for it: without a word, long, or with what looks like an address, a page or a number of a person's.
    pub fn read(folded: &str) -> Option<Self> {
        let printable = folded.replace(|c: char| c.is_control(), " ");
        let text = printable.split_whitespace().collect::<Vec<_>>().join(" ");
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let fits = text.chars().count() <= LONGEST && text.len() <= MOST_BYTES;
        let words = text.chars().any(char::is_alphanumeric);
        let address = text.contains('@') || text.contains("://") || text.contains("www.");
        (fits && words && digits <= MOST_DIGITS && !address).then_some(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_collected() {
        for (typed, read) in [
            ("  boulanger \t de\nnuit ", Some("boulanger de nuit")),
            ("soudeur 44000", Some("soudeur 44000")),
            ("bac+2", Some("bac+2")),
            ("c++", Some("c++")),
            ("a\0b", Some("a b")),
            ("", None),
            (" - ", None),
            ("camille@example.org", None),
            ("06 12 34 56 78", None),
            ("camille 0612345678", None),
            ("ne le 01/02/1990", None),
            ("٠٦١٢٣٤٥٦٧٨", None),
            ("https://example.org/camille", None),
            ("www.example.org", None),
        ] {
            assert_eq!(Query::read(typed).as_ref().map(Query::as_str), read, "{typed:?}");
        }
        assert!(Query::read(&"a".repeat(80)).is_some());
        assert!(Query::read(&"a".repeat(81)).is_none());
        assert!(Query::read(&"界".repeat(43)).is_none(), "more bytes than are sealed");
        assert_eq!(format!("{:?}", Query::read("boulanger")), "Some([redacted])");
    }
}
