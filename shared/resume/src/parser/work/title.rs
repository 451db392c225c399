//! How much a text looks like a job title, and how little like an employer.

use std::collections::HashSet;
use std::sync::LazyLock;

use vivier_text::analysis::fold;

use crate::canonical::canonical;

/// Words that titles begin with or hold, in either gender.
const WORDS: &str = "accountant adjoint administrator agent aide ambulancier analyst analyste apprenti architect \
    architecte artisan assistant attache auxiliaire avocat buyer cadre cashier charge chauffeur chef \
    clerk collaborateur commandant commercial commis comptable conseiller consultant controleur \
    coordinator cuisinier delegue designer developer developpeur directeur director driver employe \
    engineer enseignant executive expert formateur gerant gestionnaire head hote infirmier ingenieur \
    inspecteur intern journaliste juriste lead lecturer magasinier maitre manager manutentionnaire \
    medecin moniteur nurse officer officier operateur operator ouvrier peintre pilote planner \
    preparateur principal prof professeur receptionist redacteur representative responsable salesman \
    secretaire serveur specialist specialiste stage stagiaire steward supervisor surveillant teacher \
    technician technicien trader vendeur waiter worker";
/// Endings of the stems of titles, French and English.
const ENDINGS: &[&str] =
    &["eu", "ier", "ien", "ist", "logu", "graph", "air", "er", "ant", "or", "ian", "man", "keep"];
/// Words of employers, folded: legal forms first.
const EMPLOYERS: &str = "sa sas sasu sarl eurl sci scop snc ltd limited inc llc plc llp gmbh corp fils sons group groupe \
    company societe cie holding association mairie commune hopital hospital clinique chu ehpad \
    restaurant hotel lycee college ecole school university universite ministere banque bank cabinet \
    etablissements ets departement";

static TITLES: LazyLock<HashSet<String>> = LazyLock::new(|| WORDS.split(' ').map(canonical).collect());

/// Above 1 it is likely a title, below 0 likely none. It looks at canonical words alone, so both genders of a title
/// score the same, and the same part of a head is chosen for both.
pub(super) fn likeness(text: &str) -> f32 {
    let form = canonical(text);
    let words: Vec<&str> = form.split(' ').filter(|word| !word.is_empty()).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return -2.0 };
    let ends = |word: &str| word.len() >= 5 && ENDINGS.iter().any(|ending| word.ends_with(ending));
    let mut score = 0.0;
    if TITLES.contains(*first) {
        score += 2.0;
    } else if words.iter().any(|word| TITLES.contains(*word)) {
        score += 1.2;
    } else if ends(first) || ends(last) {
        score += 0.8;
    }
    if text.replace('.', "").split(|c: char| !c.is_alphanumeric()).any(is_employer) {
        score -= 2.0;
    }
    // Employers and cities are names: each of their words has a capital. English titles often have none at all.
    if text.starts_with(char::is_lowercase) {
        score += 0.5;
    }
    let lower = |word: &&str| word.chars().count() > 3 && word.starts_with(char::is_lowercase);
    if text.split_whitespace().skip(1).filter(lower).any(|word| !form.starts_with(&canonical(word))) {
        score += 0.4;
    }
    if words.len() > 12 {
        score -= 1.0;
    }
    if text.chars().any(|c| c.is_ascii_digit()) {
        score -= 0.5;
    }
    score
}

/// `sa` is also a small word; the legal form has capitals.
fn is_employer(word: &str) -> bool {
    let folded = fold(word);
    word != "sa" && EMPLOYERS.split(' ').any(|known| known == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_before_employers() {
        for title in [
            "Soudeuse",
            "Chargée de clientèle",
            "Assistant chef opérateur",
            "horse breeder",
            "Radiologue",
            "Directrice",
        ] {
            for employer in
                ["Fer SA", "Dupré et Fils", "Wells Ltd", "Brest", "Hôpital de Brest", "Rivers, Oak and Sons"]
            {
                assert!(likeness(title) > likeness(employer), "{title} {employer}");
            }
        }
    }

    #[test]
    fn both_genders_look_alike() {
        for (one, other) in [
            ("Soudeur", "Soudeuse"),
            ("Infirmier", "Infirmière"),
            ("Technicien", "Technicienne"),
            ("Directeur", "Directrice"),
            ("Ambassadeur", "Ambassadrice"),
            ("Ingénieur", "Ingénieure"),
            ("Chargé", "Chargée"),
            ("Assistant", "Assistante"),
            ("Boulanger", "Boulangère"),
            ("Chef", "Cheffe"),
            ("Adjoint", "Adjointe"),
            ("Waiter", "Waitress"),
        ] {
            assert!((likeness(one) - likeness(other)).abs() < f32::EPSILON, "{one}");
        }
    }
}
