//! Levels of the French framework of qualifications, 3 to 8, out of what feeds say of diplomas.

use crate::words::words;

/// The lowest level that a text names: who has it may apply.
pub(super) fn level(text: &str) -> String {
    let words = words(text);
    let number = |place: usize| words.get(place).and_then(|word| word.parse::<u32>().ok());
    let mut lowest = None;
    for (place, word) in words.iter().enumerate() {
        let level = match word.as_str() {
            // The number itself; those written in Roman numerals are of the older framework, which counted the other way.
            "niveau" | "level" => match number(place + 1) {
                Some(level @ 3..=8) => return level.to_string(),
                _ => continue,
            },
            "bac" | "baccalaureat" => match number(place + 1) {
                None => 4,
                Some(1 | 2) => 5,
                Some(3 | 4) => 6,
                Some(5..=7) => 7,
                Some(8) => 8,
                Some(_) => continue,
            },
            "cap" | "bep" | "bpa" => 3,
            "bp" => 4,
            "bts" | "dut" | "deug" => 5,
            "but" | "licence" | "bachelor" | "maitrise" => 6,
            "master" | "ingenieur" | "ingenieure" | "mba" | "dea" | "dess" => 7,
            "doctorat" | "phd" => 8,
            _ => continue,
        };
        lowest = Some(lowest.map_or(level, |known: u32| known.min(level)));
    }
    lowest.map(|level| level.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, expected) in [
            ("BUT, Licence, Bac+3", "6"),
            ("Maitrise, IEP, IUP, Bac+4", "6"),
            ("Master, Bac+5", "7"),
            ("BEP/CAP", "3"),
            ("CAP_BEP_BAC", "3"),
            ("BAC2_BAC3", "5"),
            ("Bac. Général", "4"),
            ("Bac +4/5", "6"),
            ("Niveau 7 – (Bac+5 et plus)", "7"),
            ("niveau V", ""),
            ("RJ/Qualif/Ingenieur_B5", "7"),
            ("Aucun diplôme", ""),
            ("Doctorat", "8"),
            ("", ""),
        ] {
            assert_eq!(level(text), expected, "{text}");
        }
    }
}
