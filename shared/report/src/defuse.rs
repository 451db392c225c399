//! Texts that a spreadsheet would take for formulas. A candidate's search or an offer's title goes into reports that
//! someone else opens: `=HYPERLINK(…)` must stay a text there (OWASP, CSV injection).

/// What a formula begins with; in Japanese input methods also at full width, which Excel takes as well.
const BEGINNINGS: &[char] = &['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// What ends a cell in one dialect of CSV or the other: a file may be opened with the wrong one, and then a cell of ours is cut there.
const ENDS: &[char] = &[';', ',', '\t', '\r', '\n'];
/// What tells a spreadsheet that a text follows.
const MARK: char = '\'';

/// Whether a spreadsheet could take the text for a formula.
pub(crate) fn is_armed(text: &str) -> bool {
    armed(text).next().is_some()
}

/// The text with a mark before whatever could begin a formula.
pub(crate) fn defused(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    let mut done = 0;
    for at in armed(text) {
        safe.push_str(&text[done..at]);
        safe.push(MARK);
        done = at;
    }
    safe + &text[done..]
}

/// Where marks belong: at the text's beginning if its first visible character begins a formula or it begins with what a
/// spreadsheet drops, and right behind each end of a cell, quotes passed over.
fn armed(text: &str) -> impl Iterator<Item = usize> {
    let passed_over = |c: char| c == '"' || c.is_whitespace() || c.is_control() || is_hidden(c);
    let visible = text.trim_start_matches(passed_over);
    let dropped = text.starts_with(['\t', '\r', '\n', '\0']);
    let first = (dropped || visible.starts_with(BEGINNINGS)).then_some(0);
    let inside = text.match_indices(ENDS).filter_map(|(at, end)| {
        let rest = &text[at + end.len()..];
        let behind = rest.trim_start_matches('"');
        behind.starts_with(BEGINNINGS).then(|| text.len() - behind.len())
    });
    first.into_iter().chain(inside)
}

/// What takes no room and does not count as white space.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_marked() {
        for (text, safe) in [
            ("", ""),
            ("boulanger", "boulanger"),
            ("C'est -5 dehors", "C'est -5 dehors"),
            ("=1+1", "'=1+1"),
            ("+33 1", "'+33 1"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\rx", "'\rx"),
            ("\nx", "'\nx"),
            ("  =1", "'  =1"),
            ("\"=1", "'\"=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{a0}\u{200b}=1", "'\u{a0}\u{200b}=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\u{ff0b}1", "'\u{ff0b}1"),
            ("\u{ff0d}1", "'\u{ff0d}1"),
            ("\u{ff20}1", "'\u{ff20}1"),
            // Opened with the other dialect, a cell begins within the text.
            ("a;=1+1", "a;'=1+1"),
            ("a,\"=1", "a,\"'=1"),
            ("a\n=1;@b", "a\n'=1;'@b"),
            ("CDI, CDD, -", "CDI, CDD, -"),
        ] {
            assert_eq!(defused(text), safe, "{text:?}");
            assert_eq!(is_armed(text), text != safe, "{text:?}");
            assert!(!is_armed(&defused(text)), "{text:?}");
        }
    }
}
