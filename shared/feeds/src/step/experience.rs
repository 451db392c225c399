//! Years of experience out of what feeds say of it.

use crate::words::words;

/// The least number of years asked for: 0 where beginners are welcome, nothing where the text does not tell.
pub(super) fn years(text: &str) -> String {
    let words = words(text);
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    // `- 1 an` and `moins d'un an` have no lower bound.
    let open = text.trim_start().starts_with(['-', '–', '<']) && !words.is_empty()
        || matches!(words.first().map(String::as_str), Some("moins" | "less"));
    if open
        || says(&[
            "debutant",
            "debutante",
            "debutants",
            "aucun",
            "aucune",
            "sans",
            "tous",
            "indifferent",
            "junior",
            "beginner",
        ])
    {
        return "0".to_owned();
    }
    let Some((place, number)) =
        words.iter().enumerate().find_map(|(place, word)| Some((place, number(word)?)))
    else {
        return String::new();
    };
    let unit = words[place..].iter().find_map(|word| match word.as_str() {
        "an" | "ans" | "annee" | "annees" | "year" | "years" => Some(1),
        "mois" | "month" | "months" => Some(12),
        "jour" | "jours" | "semaine" | "semaines" => Some(365),
        _ => None,
    });
    let years = number / unit.unwrap_or(1);
    if years <= 50 { years.to_string() } else { String::new() }
}

fn number(word: &str) -> Option<u32> {
    Some(match word {
        "un" | "une" | "one" => 1,
        "deux" | "two" => 2,
        "trois" | "three" => 3,
        "quatre" | "four" => 4,
        "cinq" | "five" => 5,
        "dix" | "ten" => 10,
        digits => return digits.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, expected) in [
            ("Au moins 3 ans", "3"),
            ("Débutant accepté", "0"),
            ("1 à 2 ans", "1"),
            ("- 1 an", "0"),
            ("0-1 an", "0"),
            ("moins d'un an", "0"),
            ("Minimum 1 an", "1"),
            ("Sup_7", "7"),
            ("1_7", "1"),
            ("Aucune expérience exigée", "0"),
            ("Tous niveaux d'expérience acceptés", "0"),
            ("Indifférent", "0"),
            ("débutant à 1 an", "0"),
            ("18 mois", "1"),
            ("deux ans", "2"),
            ("Expérience souhaitée", ""),
            ("1998", ""),
            ("", ""),
        ] {
            assert_eq!(years(text), expected, "{text}");
        }
    }
}
