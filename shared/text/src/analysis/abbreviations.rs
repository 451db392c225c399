//! Short forms that job offers use as freely as the words they stand for.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::terms;

/// The short form and what it stands for. Only forms that mean one thing in an offer.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("ADV", "administration des ventes"),
    ("AES", "accompagnant éducatif et social"),
    ("AESH", "accompagnant d'élèves en situation de handicap"),
    ("AMP", "aide médico-psychologique"),
    ("AS", "aide-soignant"),
    ("ASH", "agent de service hospitalier"),
    ("ASV", "auxiliaire spécialisé vétérinaire"),
    ("AVS", "auxiliaire de vie sociale"),
    ("BTP", "bâtiment et travaux publics"),
    ("CAO", "conception assistée par ordinateur"),
    ("CDD", "contrat à durée déterminée"),
    ("CDI", "contrat à durée indéterminée"),
    ("CIP", "conseiller en insertion professionnelle"),
    ("CVC", "chauffage ventilation climatisation"),
    ("DAF", "directeur administratif et financier"),
    ("DAO", "dessin assisté par ordinateur"),
    ("dev", "développeur"),
    ("DRH", "directeur des ressources humaines"),
    ("DSI", "directeur des systèmes d'information"),
    ("GMS", "grandes et moyennes surfaces"),
    ("HSE", "hygiène sécurité environnement"),
    ("IA", "intelligence artificielle"),
    ("IADE", "infirmier anesthésiste diplômé d'État"),
    ("IBODE", "infirmier de bloc opératoire diplômé d'État"),
    ("IDE", "infirmier diplômé d'État"),
    ("QHSE", "qualité hygiène sécurité environnement"),
    ("QSE", "qualité sécurité environnement"),
    ("RAF", "responsable administratif et financier"),
    ("RH", "ressources humaines"),
    ("RRH", "responsable des ressources humaines"),
    ("RSE", "responsabilité sociétale des entreprises"),
    ("SAV", "service après-vente"),
    ("SPL", "super poids lourd"),
    ("VRP", "voyageur représentant placier"),
];

type Stems = Vec<String>;

/// Both columns as stems, to be looked up from either side; long forms by their first stem.
static BY_SHORT: LazyLock<HashMap<String, Stems>> = LazyLock::new(|| {
    ABBREVIATIONS.iter().map(|(short, long)| (stems(short).concat(), stems(long))).collect()
});
static BY_LONG: LazyLock<HashMap<String, Vec<(Stems, String)>>> = LazyLock::new(|| {
    let mut by_long: HashMap<String, Vec<(Stems, String)>> = HashMap::new();
    for (short, long) in ABBREVIATIONS {
        let long = stems(long);
        by_long.entry(long[0].clone()).or_default().push((long, stems(short).concat()));
    }
    by_long
});

/// The parts of `aide-soignant` are enough: whoever writes it without a hyphen has no joined form.
fn stems(text: &str) -> Stems {
    terms(&text.replace('-', " ")).into_iter().map(|term| term.text).collect()
}

/// What the short form `stem` stands for, as stems.
pub fn long_form(stem: &str) -> Option<&'static [String]> {
    BY_SHORT.get(stem).map(Vec::as_slice)
}

/// The short forms of what `stems` begin with, each with the number of stems it stands for.
pub fn short_forms(stems: &[String]) -> impl Iterator<Item = (&'static str, usize)> {
    let known = stems.first().and_then(|first| BY_LONG.get(first));
    let fits = known.into_iter().flatten().filter(move |(long, _)| stems.starts_with(long));
    fits.map(|(long, short)| (short.as_str(), long.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_found_from_both_sides() {
        assert_eq!(long_form("rh").unwrap(), stems("ressources humaines"));
        for query in ["Ressources humaines", "ressource humaine"] {
            assert_eq!(short_forms(&stems(query)).collect::<Vec<_>>(), [("rh", 2)]);
        }
        assert_eq!(short_forms(&stems("ressources")).count(), 0);
        assert_eq!(long_form("rhum"), None);
    }

    #[test]
    fn every_short_form_is_one_term() {
        for (short, _) in ABBREVIATIONS {
            assert_eq!(stems(short).len(), 1, "{short}");
        }
    }
}
