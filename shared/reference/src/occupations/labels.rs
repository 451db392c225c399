//! Labels name both genders: `Conducteur / Conductrice d'engins agricoles`.

/// The masculine and the feminine form of a label.
///
/// What stands before the slash is the masculine beginning; as many words after it are the feminine one, and what
/// follows belongs to both.
pub(crate) fn genders(label: &str) -> (String, String) {
    let Some((masculine, rest)) = label.split_once(" / ") else {
        return (label.to_owned(), label.to_owned());
    };
    let words = masculine.split(' ').count();
    let shared: String = rest.split(' ').skip(words).flat_map(|word| [" ", word]).collect();
    (format!("{masculine}{shared}"), rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::genders;

    #[test]
    fn both_genders() {
        for (label, masculine, feminine) in [
            (
                "Conducteur / Conductrice d'engins agricoles",
                "Conducteur d'engins agricoles",
                "Conductrice d'engins agricoles",
            ),
            ("Médiateur social / Médiatrice sociale", "Médiateur social", "Médiatrice sociale"),
            (
                "Agent administratif / Agente administrative banque ou assurance",
                "Agent administratif banque ou assurance",
                "Agente administrative banque ou assurance",
            ),
            ("Comptable", "Comptable", "Comptable"),
            ("", "", ""),
        ] {
            assert_eq!(genders(label), (masculine.to_owned(), feminine.to_owned()));
        }
    }
}
