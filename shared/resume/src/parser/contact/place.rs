//! Where somebody lives, by the postal code that stands beside the city, or by a label. The street is passed over: it
//! is never read, so it cannot count.

use vivier_domain::redacted::Redacted;

use crate::parser::personal::{ends_city, simple, tells_of_birth};
use crate::resume::Location;

/// Most words of a city's name.
const MAX_WORDS: usize = 6;
/// Words of a street, folded; a number before one of them is a house.
const STREET: &[&str] = &[
    "rue",
    "avenue",
    "av",
    "boulevard",
    "bd",
    "place",
    "allee",
    "allees",
    "chemin",
    "impasse",
    "quai",
    "route",
    "cours",
    "square",
    "street",
    "road",
    "lane",
    "residence",
    "lotissement",
    "bis",
    "ter",
    "batiment",
    "lieu",
];

/// The first place of the head that is not one of birth.
pub(super) fn location(lines: &[&str]) -> Location {
    let pieces = || {
        let pieces = lines.iter().flat_map(|line| line.split(['|', ';', '\t', '•', '·']));
        pieces.map(str::trim).filter(|piece| !tells_of_birth_first(piece))
    };
    let found = pieces()
        .find_map(french)
        .or_else(|| pieces().find_map(british))
        .or_else(|| lines.iter().find_map(|line| labelled(line)).map(|city| (Some(city), None)));
    let (city, postal_code) = found.unwrap_or_default();
    Location { city: city.map(Redacted::new), postal_code: postal_code.map(Redacted::new) }
}

/// Whether birth is told of before any place: `Née à 29200 Brest`, but not `29200 Brest, née en 1990`.
fn tells_of_birth_first(piece: &str) -> bool {
    let before = piece.find(|c: char| c.is_ascii_digit()).map_or(piece, |at| &piece[..at]);
    // The letters that touch the digit are a code's own: `NE1 1AA`.
    let before = if before.len() < piece.len() {
        before.rsplit_once(' ').map_or("", |(words, _)| words)
    } else {
        before
    };
    tells_of_birth(before)
}

/// `75011 Paris`, `75 011 Paris`, `F-75011 Paris`, `Paris (75011)`, `Paris 75011`.
fn french(piece: &str) -> Option<(Option<String>, Option<String>)> {
    let words: Vec<&str> = piece.split_whitespace().collect();
    for (n, word) in words.iter().enumerate() {
        let (code, used) = match code(word) {
            Some(code) => (code, 1),
            None => match two_words(&words, n) {
                Some(code) => (code, 2),
                None => continue,
            },
        };
        let before = n.checked_sub(1).map(|at| words[at]);
        // A box at the post office, or part of a telephone.
        if before.is_some_and(|word| matches!(simple(word).as_str(), "bp" | "cs" | "b p") || is_number(word))
        {
            continue;
        }
        let after = &words[n + used..];
        if after.first().is_some_and(|word| is_number(word) || STREET.contains(&simple(word).as_str())) {
            continue;
        }
        let city = city(after).or_else(|| before_code(last_part(&words[..n])));
        if city.is_some() {
            return Some((city, Some(code)));
        }
    }
    None
}

/// What stands behind the last comma but one at the very end: the city in `1 Trial Street, Leeds,`.
fn last_part<'w, 't>(words: &'w [&'t str]) -> &'w [&'t str] {
    let Some((_, before)) = words.split_last() else { return words };
    let start = before.iter().rposition(|word| word.ends_with(',')).map_or(0, |at| at + 1);
    &words[start..]
}

/// A city before its code; with a number or a street's word it would be an address.
fn before_code(words: &[&str]) -> Option<String> {
    let plain =
        |word: &&str| !word.chars().any(|c| c.is_ascii_digit()) && !STREET.contains(&simple(word).as_str());
    words.iter().all(plain).then(|| city(words)).flatten()
}

/// Five digits, of which the first two are a department, perhaps within `F-…`, `(…)` or `…,`.
fn code(word: &str) -> Option<String> {
    let word = word.trim_start_matches("FR-").trim_start_matches("F-");
    let digits = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | '.' | ':' | '-'));
    let right =
        digits.len() == 5 && is_number(digits) && !digits.starts_with("00") && !digits.starts_with("99");
    right.then(|| digits.to_owned())
}

/// `75 011`, not the beginning of a telephone.
fn two_words(words: &[&str], at: usize) -> Option<String> {
    let (first, second) = (words.get(at)?, words.get(at + 1)?);
    let next_is_word = words.get(at + 2).is_some_and(|word| word.starts_with(char::is_alphabetic));
    (first.len() == 2 && second.len() == 3 && is_number(first) && is_number(second) && next_is_word)
        .then(|| format!("{first}{second}"))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `LS1 4AB Leeds`, `Leeds, LS1 4AB`.
fn british(piece: &str) -> Option<(Option<String>, Option<String>)> {
    let words: Vec<&str> = piece.split_whitespace().collect();
    for (n, pair) in words.windows(2).enumerate() {
        let inward = pair[1].trim_end_matches([',', '.']);
        if !is_outward(pair[0]) || !is_inward(inward) {
            continue;
        }
        let city = city(&words[n + 2..]).or_else(|| before_code(last_part(&words[..n])));
        return Some((city, Some(format!("{} {inward}", pair[0]))));
    }
    None
}

/// One or two letters, a digit, perhaps a digit or letter more.
fn is_outward(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &word.as_bytes()[letters..];
    (1..=2).contains(&letters)
        && matches!(rest, [first, tail @ ..] if first.is_ascii_digit() && tail.len() <= 1 && tail.iter().all(u8::is_ascii_alphanumeric))
}

fn is_inward(word: &str) -> bool {
    matches!(word.as_bytes(), [digit, one, two] if digit.is_ascii_digit() && one.is_ascii_uppercase() && two.is_ascii_uppercase())
}

/// The city that words begin with.
fn city(words: &[&str]) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.iter().take(MAX_WORDS) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let letters = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’');
        if bare.is_empty() || !bare.chars().all(letters) || ends_city(bare) {
            break;
        }
        kept.push(bare);
        if word.ends_with([',', ')', ':', '.', ';']) {
            break;
        }
    }
    (!kept.is_empty()).then(|| kept.join(" "))
}

/// `Ville : Nantes`, `Based in Leeds`.
fn labelled(line: &str) -> Option<String> {
    let (label, rest) =
        line.split_once(':').or_else(|| line.split_once(" in ").or_else(|| line.split_once(" à ")))?;
    let known = [
        "ville",
        "city",
        "localisation",
        "location",
        "lieu de residence",
        "residence",
        "domicile",
        "based",
        "basee",
        "base",
        "domicilie",
        "domiciliee",
        "living",
        "habite",
    ];
    known
        .contains(&simple(label).as_str())
        .then(|| city(&rest.split_whitespace().collect::<Vec<_>>()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_every_usual_form() {
        for (line, expected) in [
            ("75011 Paris", "75011 Paris"),
            ("12 rue des Essais, 75011 Paris", "75011 Paris"),
            ("12 rue des Essais 75011 Paris Cedex 11", "75011 Paris"),
            ("12, 75 011 Paris", "75011 Paris"),
            ("F-67000 Strasbourg | 06 00 00 00 00", "67000 Strasbourg"),
            ("Brest (29200)", "29200 Brest"),
            ("89997 Voisin Tél. : 06 07 59 62 22", "89997 Voisin"),
            ("17805 Tanguy-la-Forêt, célibataire", "17805 Tanguy-la-Forêt"),
            ("20668 Saint Joseph Ville | 07", "20668 Saint Joseph Ville"),
            ("06 90 64 81 97", ""),
            ("06906 48197", ""),
            ("Née le 3 mai 1990 à 29200 Brest", ""),
            ("Né à Brest (29200)", ""),
            ("29200 Brest, née en 1990", "29200 Brest"),
            ("BP 90210 Brest", ""),
            ("KT54 8DH Karlside", "KT54 8DH Karlside"),
            ("1 Trial Street, Leeds, LS1 4AB", "LS1 4AB Leeds"),
            ("1 Trial Street, Leeds LS1 4AB", "LS1 4AB Leeds"),
            ("Ville : Nantes", "Nantes"),
            ("Based in Leeds", "Leeds"),
            ("NE1 4AB Newcastle", "NE1 4AB Newcastle"),
            ("", ""),
        ] {
            let found = location(&[line]);
            let shown = [found.postal_code, found.city].into_iter().flatten();
            let shown: Vec<String> = shown.map(|text| text.expose().to_owned()).collect();
            assert_eq!(shown.join(" "), expected, "{line}");
        }
    }
}
