//! Countries by their names.

use crate::words::fold;

/// Names in French, English and often their own language, as [`fold`] leaves them: the countries that feeds of this one have
/// offers in.
const NAMES: &[(&str, &[&str])] = &[
    ("AD", &["andorre", "andorra"]),
    ("AT", &["autriche", "austria", "osterreich"]),
    ("BE", &["belgique", "belgium", "belgie"]),
    ("BF", &["burkina faso"]),
    ("BG", &["bulgarie", "bulgaria"]),
    ("BJ", &["benin"]),
    ("BR", &["bresil", "brazil", "brasil"]),
    ("CA", &["canada"]),
    ("CD", &["republique democratique du congo"]),
    ("CG", &["congo"]),
    ("CH", &["suisse", "switzerland", "schweiz", "svizzera"]),
    ("CI", &["cote d ivoire", "ivory coast"]),
    ("CM", &["cameroun", "cameroon"]),
    ("CN", &["chine", "china"]),
    ("CY", &["chypre", "cyprus"]),
    ("CZ", &["tchequie", "republique tcheque", "czechia", "czech republic"]),
    ("DE", &["allemagne", "germany", "deutschland"]),
    ("DK", &["danemark", "denmark", "danmark"]),
    ("DZ", &["algerie", "algeria"]),
    ("EE", &["estonie", "estonia"]),
    ("ES", &["espagne", "spain", "espana"]),
    ("FI", &["finlande", "finland", "suomi"]),
    ("FR", &["france", "france metropolitaine", "fra"]),
    ("GA", &["gabon"]),
    (
        "GB",
        &[
            "royaume uni",
            "united kingdom",
            "uk",
            "great britain",
            "grande bretagne",
            "angleterre",
            "england",
            "gbr",
        ],
    ),
    ("GF", &["guyane", "guyane francaise", "french guiana"]),
    ("GP", &["guadeloupe"]),
    ("GR", &["grece", "greece"]),
    ("HR", &["croatie", "croatia"]),
    ("HU", &["hongrie", "hungary"]),
    ("IE", &["irlande", "ireland"]),
    ("IN", &["inde", "india"]),
    ("IT", &["italie", "italy", "italia"]),
    ("JP", &["japon", "japan"]),
    ("LT", &["lituanie", "lithuania"]),
    ("LU", &["luxembourg"]),
    ("LV", &["lettonie", "latvia"]),
    ("MA", &["maroc", "morocco"]),
    ("MC", &["monaco"]),
    ("MG", &["madagascar"]),
    ("MQ", &["martinique"]),
    ("MT", &["malte", "malta"]),
    ("MU", &["maurice", "ile maurice", "mauritius"]),
    ("NC", &["nouvelle caledonie", "new caledonia"]),
    ("NL", &["pays bas", "netherlands", "nederland"]),
    ("NO", &["norvege", "norway", "norge"]),
    ("PF", &["polynesie francaise", "french polynesia"]),
    ("PL", &["pologne", "poland", "polska"]),
    ("PM", &["saint pierre et miquelon"]),
    ("PT", &["portugal"]),
    ("RE", &["la reunion", "reunion"]),
    ("RO", &["roumanie", "romania"]),
    ("SE", &["suede", "sweden", "sverige"]),
    ("SI", &["slovenie", "slovenia"]),
    ("SK", &["slovaquie", "slovakia"]),
    ("SN", &["senegal"]),
    ("TN", &["tunisie", "tunisia"]),
    ("US", &["etats unis", "united states", "usa"]),
    ("YT", &["mayotte"]),
];

/// The code of ISO 3166-1. A name that is not known stays for the import to refuse: an offer abroad must not pass for one here.
pub(super) fn code(text: &str) -> String {
    let name = fold(text);
    let known = NAMES.iter().find(|(_, names)| names.contains(&name.as_str()));
    known.map_or_else(|| text.to_owned(), |(code, _)| (*code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, expected) in [
            ("France", "FR"),
            ("fr", "fr"),
            ("Royaume-Uni", "GB"),
            ("CÔTE D'IVOIRE", "CI"),
            ("Atlantide", "Atlantide"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let folded = NAMES.iter().flat_map(|(_, names)| *names).all(|name| fold(name) == *name);
        assert!(folded, "a name that is not folded would never be found");
    }
}
