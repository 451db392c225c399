//! One spelling for what is the same work, whoever does it: `Infirmier`, `Infirmière`, `infirmier·ère` and
//! `Infirmier(ère) (H/F)` are all `infirmi`-something, and equal.
//!
//! The words are those of [`vivier_text::analysis`], without stop words, each brought to its masculine and then to its
//! stem. So every word of a canonical text is a term of the search index, and two canonical texts are compared by
//! equality, never analysed again.

mod gender;

use vivier_text::analysis::{is_stop_word, stem, words};

use gender::neutral;

/// Most words of a title that is written in both genders.
const MOST_REPEATED: usize = 8;

/// The canonical form of a title or a skill: stems in order, parted by spaces, none twice in a row. Empty where the text
/// holds stop words alone.
pub fn canonical(text: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut reached = 0;
    for word in words(&gender::joined(text)) {
        // An index also keeps the two halves of `aide-soignant` as one word, but not those of `aide-soignant·e`.
        let again = word.span.start < reached;
        reached = reached.max(word.span.end);
        if again || is_stop_word(&word.text) {
            continue;
        }
        kept.push(stem(&neutral(&word.text)));
        without_repeat(&mut kept);
    }
    kept.join(" ")
}

/// Takes away what was said twice: `Technicien / Technicienne`, `Chargé de clientèle / Chargée de clientèle`.
fn without_repeat(words: &mut Vec<String>) {
    for length in 1..=(words.len() / 2).min(MOST_REPEATED) {
        let (rest, last) = words.split_at(words.len() - length);
        if rest.ends_with(last) {
            words.truncate(words.len() - length);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line: forms of one title.
    #[test]
    fn forms_that_are_one() {
        for line in [
            &[
                "Infirmier",
                "Infirmière",
                "Infirmier(ère)",
                "infirmier·ère",
                "Infirmier (ère)",
                "Infirmier / Infirmière",
            ][..],
            &["Infirmière H/F", "Infirmier (F/H)", "infirmiers"],
            &["Ingénieur", "Ingénieure", "Ingénieur(e)", "ingénieur·e·s", "Ingénieur/Ingénieure"],
            &["Ambassadeur", "Ambassadrice", "Ambassadeur/rice"],
            &["Employé du SAV", "Employé/Employée du SAV", "Employée du SAV"],
            &["Maître d'hôtel", "Maîtresse d'hôtel"],
            &[
                "Hôte de caisse",
                "Hôtesse de caisse",
                "Hôte/Hôtesse de caisse",
                "Hôte(sse) de caisse",
                "Hôte·sse de caisse",
            ],
            &["Chef d'équipe", "Cheffe d'équipe", "Chef(fe) d'équipe"],
            &[
                "Chargé de clientèle",
                "Chargée de clientèle",
                "Chargé(e) de clientèle",
                "Chargé de clientèle / Chargée de clientèle",
            ],
            &["Homme de ménage", "Femme de ménage"],
            &["Conseiller principal d'éducation", "Conseillère principale d'éducation"],
            &["Vendeur ou vendeuse", "Vendeuse", "vendeur-se"],
            &["Salesman", "Saleswoman", "Salesperson"],
            &["Waiter", "Waitress", "Waiter/Waitress"],
            &["Steward", "Stewardess"],
            &["Barman", "Barmaid"],
            &["Masseur-kinésithérapeute", "Masseuse-kinésithérapeute"],
            &["Directeur général adjoint", "Directrice générale adjointe"],
            &["Acheteur", "Acheteuse"],
            &["Aide-soignant", "Aide-soignante", "Aide-soignant(e)", "aide-soignant·e"],
            &["Docteur", "Docteure", "Doctoresse"],
            &["Professeur des écoles", "Professeure des écoles"],
        ] {
            for form in line {
                assert_eq!(canonical(form), canonical(line[0]), "{form}");
            }
        }
    }

    #[test]
    fn forms_that_are_two() {
        for (one, other) in [
            ("Infirmier", "Infirmerie"),
            ("Aide-soignant", "Soignant"),
            ("C++", "C#"),
            ("Hôtesse de l'air", "Hôtel"),
            ("Vendeur", "Vente"),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one}");
        }
        assert_eq!(canonical("de la"), "");
    }
}
