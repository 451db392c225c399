//! The feminine forms that stemming alone does not bring to the masculine, and the English ones.

/// Whole words, folded, and what stands for both.
const PAIRS: &[(&str, &str)] = &[
    ("actress", "actor"),
    ("barmaid", "barman"),
    ("businesswoman", "businessman"),
    ("doctoresse", "docteur"),
    ("duchesse", "duc"),
    ("femme", "homme"),
    ("femmes", "homme"),
    ("hommes", "homme"),
    ("hostess", "host"),
    ("hotesse", "hote"),
    ("hotesses", "hote"),
    ("maid", "housekeeper"),
    ("maitresse", "maitre"),
    ("maitresses", "maitre"),
    ("manageress", "manager"),
    ("seamstress", "tailor"),
    ("stewardess", "steward"),
    ("waitress", "waiter"),
    ("waitresses", "waiter"),
];

/// Endings, folded, and what stands for both. `drice` is left out by stemming, and so are the forms that keep their
/// masculine whole.
const ENDINGS: &[(&str, &str)] = &[
    ("drices", "deur"),
    ("drice", "deur"),
    ("eures", "eur"),
    ("eure", "eur"),
    ("effes", "ef"),
    ("effe", "ef"),
    ("swomen", "sman"),
    ("swoman", "sman"),
    ("spersons", "sman"),
    ("sperson", "sman"),
    ("people", "man"),
    ("irwoman", "irman"),
    ("irperson", "irman"),
    ("women", "man"),
    ("woman", "man"),
];

/// Words in `-eure` that are no feminine of a title.
const KEPT: &[&str] = &["heure", "heures", "demeure", "mineure", "majeure", "people", "woman", "women"];

/// A folded word with its gender taken away as far as stemming does not.
pub(super) fn neutral(folded: &str) -> String {
    if let Ok(at) = PAIRS.binary_search_by(|(feminine, _)| feminine.cmp(&folded)) {
        return PAIRS[at].1.to_owned();
    }
    if !KEPT.contains(&folded) {
        for (ending, both) in ENDINGS {
            if let Some(head) = folded.strip_suffix(ending)
                && head.len() >= 2
            {
                return format!("{head}{both}");
            }
        }
    }
    folded.to_owned()
}

/// Endings in parentheses joined to their word, `Infirmier (ère)` as `Infirmier(ère)`, and those that the analysis of
/// offers does not know left out.
pub(super) fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let (before, from) = rest.split_at(open);
        let Some(close) = from.find(')') else { break };
        let inside = from[1..close].trim();
        let is_ending = inside.chars().count() <= 5
            && inside.chars().all(|c| c.is_lowercase() || c == '-' || c == '.')
            && ["e", "ère", "ere", "ne", "se", "sse", "euse", "trice", "rice", "le", "fe", "ve", "te", "es"]
                .contains(&inside.trim_start_matches(['-', '.']));
        if is_ending {
            joined.push_str(before.trim_end());
            if !inside.ends_with("sse") {
                joined.push_str(&from[..=close]);
            }
        } else {
            joined.push_str(before);
            joined.push_str(&from[..=close]);
        }
        rest = &from[close + 1..];
    }
    joined.push_str(rest);
    joined.replace("·sse", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_are_sorted() {
        assert!(PAIRS.is_sorted_by_key(|(feminine, _)| *feminine));
    }
}
