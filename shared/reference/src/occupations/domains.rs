//! The 14 fields of work, which ROME calls grands domaines.

/// A field of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The letter that its codes begin with.
    pub letter: char,
    /// As France Travail calls it.
    pub french: &'static str,
    /// The same in English; our translation, as ROME has none.
    pub english: &'static str,
}

const fn named(letter: char, french: &'static str, english: &'static str) -> Domain {
    Domain { letter, french, english }
}

/// All fields of work, by letter.
pub const DOMAINS: [Domain; 14] = [
    named(
        'A',
        "Agriculture et pêche, espaces naturels et espaces verts, soins aux animaux",
        "Agriculture and fishing, natural and green spaces, animal care",
    ),
    named('B', "Arts et façonnage d'ouvrages d'art", "Arts and crafts"),
    named('C', "Banque, assurance, immobilier", "Banking, insurance, real estate"),
    named('D', "Commerce, vente et grande distribution", "Trade, sales and retail"),
    named('E', "Communication, média et multimédia", "Communication, media and multimedia"),
    named('F', "Construction, bâtiment et travaux publics", "Construction and public works"),
    named('G', "Hôtellerie-restauration, tourisme, loisirs et animation", "Hospitality, tourism and leisure"),
    named('H', "Industrie", "Manufacturing"),
    named('I', "Installation et maintenance", "Installation and maintenance"),
    named('J', "Santé", "Health care"),
    named('K', "Services à la personne et à la collectivité", "Personal and public services"),
    named('L', "Spectacle", "Performing arts"),
    named('M', "Support à l'entreprise", "Business support"),
    named('N', "Transport et logistique", "Transport and logistics"),
];

/// The field of work of a code, a family or a letter.
pub fn domain(code: &str) -> Option<&'static Domain> {
    let letter = code.trim_start().chars().next()?.to_ascii_uppercase();
    DOMAINS.iter().find(|domain| domain.letter == letter)
}
