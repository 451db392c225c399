//! Diplomas as levels of the French framework of qualifications, which are those of the European one from 3 to 8.

use vivier_text::analysis::fold;

/// What a diploma is called, as folded words, and its level. The first that is found counts, so longer names come first.
const DIPLOMAS: &[(&str, u8)] = &[
    ("doctorat", 8),
    ("doctorate", 8),
    ("phd", 8),
    ("ph d", 8),
    ("bac+8", 8),
    ("these de doctorat", 8),
    ("master of", 7),
    ("mastere", 7),
    ("master", 7),
    ("masters", 7),
    ("msc", 7),
    ("ma", 7),
    ("mba", 7),
    ("meng", 7),
    ("diplome d ingenieur", 7),
    ("ingenieur diplome", 7),
    ("ingenieur", 7),
    ("ingenieure", 7),
    ("dess", 7),
    ("dea", 7),
    ("dscg", 7),
    ("maitrise", 7),
    ("bac+5", 7),
    ("bac+4", 6),
    ("licence professionnelle", 6),
    ("licence", 6),
    ("bachelor", 6),
    ("bachelors", 6),
    ("but", 6),
    ("bsc", 6),
    ("ba", 6),
    ("beng", 6),
    ("llb", 6),
    ("dcg", 6),
    ("bac+3", 6),
    ("diplome d etat d infirmier", 6),
    ("diplome d etat infirmier", 6),
    ("diplome d etat d infirmiere", 6),
    ("diplome d etat infirmiere", 6),
    ("bts", 5),
    ("btsa", 5),
    ("dut", 5),
    ("deug", 5),
    ("deust", 5),
    ("hnd", 5),
    ("foundation degree", 5),
    ("bac+2", 5),
    ("baccalaureat", 4),
    ("bac", 4),
    ("brevet professionnel", 4),
    ("bp", 4),
    ("a level", 4),
    ("a levels", 4),
    ("btec", 4),
    ("hnc", 4),
    ("diplome d etat d aide soignant", 4),
    ("bac+0", 4),
    ("cap", 3),
    ("capa", 3),
    ("bep", 3),
    ("bepa", 3),
    ("gcse", 3),
    ("gcses", 3),
];

/// The level of a diploma, from 3 to 8, by its name in French or English; `None` where the name does not say.
pub fn level(diploma: &str) -> Option<u8> {
    found(diploma).map(|(_, level)| level)
}

/// The longest name of a diploma that `text` begins with: how many of its words, and the level.
pub(crate) fn found(text: &str) -> Option<(usize, u8)> {
    let folded = format!(" {} ", simple(text));
    DIPLOMAS
        .iter()
        .filter(|(name, _)| folded.contains(&format!(" {name} ")))
        .min_by_key(|(name, _)| (folded.find(&format!(" {name} ")), usize::MAX - name.len()))
        .map(|(name, level)| (name.split(' ').count(), *level))
}

/// Folded words, parted by single spaces; `Bac + 5` is `bac+5`.
fn simple(text: &str) -> String {
    let folded = fold(text);
    let spaced: String =
        folded.chars().map(|c| if c.is_alphanumeric() || c == '+' { c } else { ' ' }).collect();
    let spaced = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    spaced.replace(" + ", "+").replace("+ ", "+").replace(" +", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diplomas_of_both_languages() {
        for (name, expected) in [
            ("CAP Hôtellerie", Some(3)),
            ("Baccalauréat professionnel Logistique", Some(4)),
            ("Bac pro", Some(4)),
            ("Bac + 5", Some(7)),
            ("BTS Santé", Some(5)),
            ("Licence professionnelle Informatique", Some(6)),
            ("Master Commerce", Some(7)),
            ("Diplôme d'ingénieur", Some(7)),
            ("Diplôme d'État d'infirmière", Some(6)),
            ("MSc Accounting", Some(7)),
            ("B.A. History", None),
            ("Ph.D.", Some(8)),
            ("HND Nursing", Some(5)),
            ("Titre professionnel Informatique", None),
            ("", None),
        ] {
            assert_eq!(level(name), expected, "{name}");
        }
    }
}
