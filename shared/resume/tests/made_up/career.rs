//! All that says what somebody can do.

use proptest::prelude::*;
use proptest::sample::select;

/// A term in both genders; one that has none is twice the same.
pub(crate) type Pair = (&'static str, &'static str);

const FRENCH_TITLES: &[Pair] = &[
    ("Infirmier", "Infirmière"),
    ("Soudeur", "Soudeuse"),
    ("Technicien", "Technicienne"),
    ("Directeur", "Directrice"),
    ("Ambassadeur", "Ambassadrice"),
    ("Ingénieur", "Ingénieure"),
    ("Chargé de clientèle", "Chargée de clientèle"),
    ("Employé de rayon", "Employée de rayon"),
    ("Assistant commercial", "Assistante commerciale"),
    ("Boulanger", "Boulangère"),
    ("Chef d'équipe", "Cheffe d'équipe"),
    ("Vendeur", "Vendeuse"),
    ("Conseiller principal", "Conseillère principale"),
    ("Hôte de caisse", "Hôtesse de caisse"),
    ("Maître d'hôtel", "Maîtresse d'hôtel"),
    ("Professeur", "Professeure"),
    ("Monteur", "Monteuse"),
    ("Agent d'entretien", "Agente d'entretien"),
    ("Comptable", "Comptable"),
    ("Aide-soignant", "Aide-soignante"),
    ("Éducateur spécialisé", "Éducatrice spécialisée"),
    ("Serveur", "Serveuse"),
    ("Ouvrier qualifié", "Ouvrière qualifiée"),
    ("Adjoint administratif", "Adjointe administrative"),
];
const ENGLISH_TITLES: &[Pair] = &[
    ("Waiter", "Waitress"),
    ("Salesman", "Saleswoman"),
    ("Steward", "Stewardess"),
    ("Barman", "Barmaid"),
    ("Chairman", "Chairwoman"),
    ("welder", "welder"),
    ("Payroll clerk", "Payroll clerk"),
    ("Nurse", "Nurse"),
    ("Fireman", "Firewoman"),
    ("Host", "Hostess"),
];
const TRAITS: &[Pair] = &[
    ("Organisé", "Organisée"),
    ("Rigoureux", "Rigoureuse"),
    ("Créatif", "Créative"),
    ("Polyvalent", "Polyvalente"),
    ("Ponctuel", "Ponctuelle"),
    ("Employé du mois", "Employée du mois"),
    ("Nommé formateur", "Nommée formatrice"),
];

#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) title: Pair,
    pub(crate) employer: String,
    pub(crate) place: String,
    /// Months since January 2000.
    pub(crate) start: i32,
    pub(crate) end: Option<i32>,
    pub(crate) tasks: Vec<String>,
    pub(crate) praise: Option<Pair>,
}

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own, drawn by chance")]
pub(crate) struct Career {
    pub(crate) french: bool,
    /// How the CV is set.
    pub(crate) layout: usize,
    pub(crate) dates: usize,
    pub(crate) head: usize,
    pub(crate) upper: bool,
    pub(crate) bullets: &'static str,
    pub(crate) listed: bool,
    pub(crate) positions: Vec<Position>,
    pub(crate) skills: Vec<String>,
    pub(crate) traits: Vec<Pair>,
    pub(crate) diplomas: Vec<(usize, i16)>,
    pub(crate) languages: Vec<(usize, usize)>,
    pub(crate) city: String,
    pub(crate) code: String,
    /// The name stands at the head of a second page.
    pub(crate) repeats: bool,
}

fn position(french: bool) -> impl Strategy<Value = Position> {
    let titles = if french { FRENCH_TITLES } else { ENGLISH_TITLES };
    let employer = prop_oneof![
        "[A-Z][a-z]{3,8} SA",
        "[A-Z][a-z]{3,8}",
        "[A-Z][a-z]{3,8} et Fils",
        "[A-Z][a-z]{3,8} Ltd"
    ];
    let tasks = prop::collection::vec("[A-Z][a-z]{3,9}( [a-z]{4,9}){0,3}", 1..4);
    (
        select(titles),
        employer,
        "[A-Z][a-z]{3,9}",
        0_i32..40,
        2_i32..60,
        tasks,
        prop::option::of(select(TRAITS)),
    )
        .prop_map(|(title, employer, place, start, length, tasks, praise)| Position {
            title,
            employer,
            place,
            start,
            end: Some(start + length),
            tasks,
            praise,
        })
}

/// Any career. Words of skills and cities have letters that no word of either language has: none is a month, a heading
/// or a language by chance.
pub(crate) fn career() -> impl Strategy<Value = Career> {
    any::<bool>().prop_flat_map(|french| {
        let positions = prop::collection::vec(position(french), 1..5);
        let set = (
            0_usize..6,
            0_usize..4,
            0_usize..5,
            any::<bool>(),
            select(vec!["- ", "• ", "* "]),
            any::<bool>(),
        );
        let skills = prop::collection::vec("[A-Z][a-z]{1,3}(kw|zw|wk)[a-z]{1,4}( [a-z]{4,9}){0,2}", 1..7);
        let traits = prop::collection::vec(select(TRAITS), 0..3);
        let diplomas = prop::collection::vec((0_usize..6, 1990_i16..2024), 0..3);
        let languages = prop::collection::vec((0_usize..4, 0_usize..4), 0..3);
        let code = if french { "[1-8][0-9]{4}" } else { "[A-Z]{2}[1-9] [1-9][A-Z]{2}" };
        let place = ("[A-Z][a-z]{1,3}(kw|zw|wk)[a-z]{1,4}(-[A-Z][a-z]{3,6})?", code, any::<bool>());
        (positions, set, skills, traits, diplomas, languages, place).prop_map(
            move |(
                mut positions,
                (layout, dates, head, upper, bullets, listed),
                skills,
                traits,
                diplomas,
                languages,
                place,
            )| {
                // One after the other, the last of them first, and the first of all goes on.
                let mut from = 60;
                for position in positions.iter_mut().rev() {
                    let length = position.end.unwrap_or(1) - position.start;
                    position.start += from;
                    position.end = Some(position.start + length);
                    from = position.start + length;
                }
                if let Some(latest) = positions.first_mut() {
                    latest.end = None;
                }
                let (city, code, repeats) = place;
                Career {
                    french,
                    layout,
                    dates,
                    head,
                    upper,
                    bullets,
                    listed,
                    positions,
                    skills,
                    traits,
                    diplomas,
                    languages,
                    city,
                    code,
                    repeats,
                }
            },
        )
    })
}
