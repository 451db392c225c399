//! What says who somebody is and nothing of what they can do. It is left out of every part of a CV but its head, and
//! there nothing of it is kept but the place.

use vivier_text::analysis::fold;

/// How lines about a person begin, folded.
const BEGINNINGS: &[&str] = &[
    "celibataire",
    "civilite",
    "courriel",
    "date de naissance",
    "date of birth",
    "dob",
    "lieu de naissance",
    "marital",
    "nationalite",
    "nationality",
    "ne a",
    "ne e",
    "ne en",
    "ne le",
    "nee",
    "pacse",
    "pacsee",
    "place of birth",
    "prenom",
    "situation de famille",
    "situation familiale",
    "situation matrimoniale",
    "veuf",
    "veuve",
];
/// Labels that begin skills and titles as well, `Mobile phone technician`: these take a colon, a number or children.
const LABELS: &[&str] = &[
    "address",
    "adresse",
    "age",
    "aged",
    "birth",
    "born",
    "divorce",
    "divorced",
    "divorcee",
    "e mail",
    "email",
    "enfants",
    "gender",
    "linkedin",
    "mail",
    "marie",
    "mariee",
    "married",
    "mobile",
    "name",
    "nom",
    "phone",
    "photo",
    "photograph",
    "picture",
    "portable",
    "sex",
    "sexe",
    "single",
    "tel",
    "telephone",
    "widow",
    "widowed",
];
/// Words that tell of birth, family or origin wherever they stand in a line of the head.
const WORDS: &[&str] = &[
    "ans",
    "born",
    "birth",
    "celibataire",
    "divorce",
    "divorcee",
    "divorced",
    "enfant",
    "enfants",
    "children",
    "marie",
    "mariee",
    "married",
    "naissance",
    "nationalite",
    "nationality",
    "ne",
    "nee",
    "pacse",
    "pacsee",
    "single",
    "veuf",
    "veuve",
    "years old",
];

/// Words that follow a city without a comma, folded.
const AFTER_CITY: &str = "tel telephone phone mobile portable email e mail courriel age permis linkedin www http https \
    francais francaise british french france uk vehicule driving fixe gsm cedex photo date sexe \
    situation m mr mme monsieur madame dob gender";

/// Folded words parted by single spaces.
pub(super) fn simple(text: &str) -> String {
    let folded: String = fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn begins_with(simple: &str, word: &str) -> bool {
    simple.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Whether a line, outside of the head, is about who somebody is: a name repeated, an address, a page's foot.
/// `name` is folded.
pub(super) fn is_personal(text: &str, name: Option<&str>) -> bool {
    if text.contains('@') {
        return true;
    }
    let simple = simple(text);
    if name.is_some_and(|name| is_name(&simple, name)) || is_page(&simple) {
        return true;
    }
    if BEGINNINGS.iter().any(|beginning| begins_with(&simple, beginning)) {
        return true;
    }
    let Some(label) = LABELS.iter().find(|label| begins_with(&simple, label)) else { return false };
    let told = text.contains(':')
        || simple.contains(|c: char| c.is_ascii_digit())
        || simple.contains("enfant")
        || simple.contains("child");
    // Alone, some are a state and some a trade.
    told || simple == *label
        && matches!(
            *label,
            "divorce"
                | "divorced"
                | "divorcee"
                | "marie"
                | "mariee"
                | "married"
                | "single"
                | "widow"
                | "widowed"
        )
}

/// The name, perhaps with a title before and a page's number behind.
fn is_name(simple: &str, name: &str) -> bool {
    let name = self::simple(name);
    if name.is_empty() || !simple.contains(&name) {
        return false;
    }
    let rest = simple.replacen(&name, " ", 1);
    rest.split_whitespace().all(|word| {
        matches!(
            word,
            "m" | "mr"
                | "mme"
                | "mlle"
                | "monsieur"
                | "madame"
                | "mrs"
                | "ms"
                | "miss"
                | "cv"
                | "curriculum"
                | "vitae"
                | "page"
        ) || word.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `Page 2 / 3`, `2/3`.
fn is_page(simple: &str) -> bool {
    let mut words = simple.split(' ').filter(|word| !matches!(*word, "page" | "sur" | "of"));
    let (all, kept) = (simple.split(' ').count(), words.clone().count());
    kept <= 2
        && (kept < all || kept == 2)
        && words.all(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a piece of the head tells of birth, family or origin, so that a place in it is not where they live.
pub(super) fn tells_of_birth(text: &str) -> bool {
    let simple = format!(" {} ", simple(text));
    WORDS.iter().any(|word| simple.contains(&format!(" {word} ")))
}

/// Whether a word of the head ends the name of a city: what follows is something else about the person.
pub(super) fn ends_city(word: &str) -> bool {
    let simple = simple(word);
    let first = simple.split(' ').next().unwrap_or_default();
    WORDS.contains(&first) || AFTER_CITY.split(' ').any(|known| known == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_who_somebody_is() {
        for text in [
            "Née le 3 mai 1990 à Brest",
            "Né(e) le 3 mai 1990",
            "Nationalité : belge",
            "Date of birth: 3 May 1990",
            "Tél. : 06 00 00 00 00",
            "alba@example.org",
            "Alba Fictive",
            "FICTIVE? Alba",
            "Mme Alba Fictive – page 2",
            "Page 2/3",
            "2 / 3",
            "Célibataire",
            "Mariée, deux enfants",
            "Photo : portrait.jpg",
            "Sexe : F",
            "Âge : 34 ans",
        ] {
            let expected = text != "FICTIVE? Alba";
            assert_eq!(is_personal(text, Some("alba fictive")), expected, "{text}");
        }
        for text in [
            "Soudage TIG",
            "Mobile",
            "Photo",
            "Gestion de projet",
            "HTML 5",
            "Marketing",
            "Négociation",
            "Mobile phone repair technician",
            "Email marketing",
        ] {
            assert!(!is_personal(text, Some("alba fictive")), "{text}");
        }
    }
}
