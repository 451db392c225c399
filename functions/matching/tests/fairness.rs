//! Who somebody is does not count: the persons of made-up CVs are exchanged, and scores and order stay exactly equal.

#[path = "../../../shared/resume/tests/made_up/mod.rs"]
mod made_up;

use std::{path::PathBuf, sync::LazyLock};

use jiff::{
    Timestamp,
    civil::{Date, date},
};
use made_up::{Career, Person, career, person};
use matching::understand;
use proptest::prelude::*;
use uuid::Uuid;
use vivier_domain::{
    ids::{GenerationId, OfferId},
    offer::{Contract, Offer, OfferDraft, Position, Remote},
};
use vivier_index::{Entry, Place, SearchIndex, SuitableOffer, build, meaning};
use vivier_reference::Reference;
use vivier_resume::parse;
use vivier_text::{EmbedError, Embedder, ModelIdentity};

const TODAY: Date = date(2026, 6, 15);

/// Every text has a vector of its own, so that the least difference between two profiles shows.
struct Sharp(ModelIdentity);

impl Embedder for Sharp {
    fn identity(&self) -> &ModelIdentity {
        &self.0
    }

    fn query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let mut state = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let vector: Vec<f32> = (0..self.0.dimension)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 40) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect();
        let length = vector.iter().map(|figure| figure * figure).sum::<f32>().sqrt();
        Ok(vector.into_iter().map(|figure| figure / length).collect())
    }

    fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        texts.iter().map(|text| self.query(text)).collect()
    }
}

static EMBEDDER: LazyLock<Sharp> =
    LazyLock::new(|| Sharp(ModelIdentity { name: "sharp".to_owned(), dimension: 64 }));

/// The offers of a small town and its neighbours; what their titles and skills have in common with the CVs is of every kind.
static INDEX: LazyLock<SearchIndex> = LazyLock::new(|| {
    let offers = [
        ("Soudeur / Soudeuse", &["Soudure TIG", "Lecture de plans"][..], Some(2), (47.47, -0.55)),
        ("Infirmière de nuit", &["Soins", "Transmissions"], Some(1), (48.85, 2.35)),
        ("Hôte·sse de caisse", &["Encaissement"], None, (45.76, 4.83)),
        ("Assistante commerciale", &["Excel", "Anglais"], Some(3), (43.3, 5.37)),
        ("Boulanger (H/F)", &[], Some(0), (47.22, -1.55)),
        ("Software engineer", &["Python", "SQL", "Docker"], Some(5), (44.84, -0.58)),
        ("Cheffe d'équipe logistique", &["CACES 3", "Gestion des stocks"], Some(4), (50.63, 3.06)),
        ("Comptable unique", &["Comptabilité", "Paie", "Excel"], Some(6), (48.57, 7.75)),
        ("Technicienne de maintenance", &["Électricité", "Habilitation électrique"], None, (43.6, 1.44)),
        ("Waiter or waitress", &["English"], None, (48.11, -1.68)),
    ];
    let entries = offers.iter().zip(1_u128..).map(|((title, skills, years, (north, east)), n)| {
        let content = OfferDraft {
            reference: format!("R-{n}"),
            title: (*title).to_owned(),
            description: "Python, Excel, accueil des clients, management d'une équipe et soins.".to_owned(),
            company: None,
            city: "Angers".to_owned(),
            postal_code: None,
            country: "FR".to_owned(),
            contract: Contract::Permanent,
            occupation_code: None,
            occupation: None,
            remote: Remote::None,
            salary_min: None,
            salary_max: None,
            salary_period: None,
            published_on: date(2026, 6, 1),
            expires_on: None,
            url: None,
            skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
            working_time: None,
            experience_years: *years,
            education_level: None,
            position: None,
        };
        let place = Place {
            department: ("49".to_owned(), "Maine-et-Loire".to_owned()),
            region: ("52".to_owned(), "Pays de la Loire".to_owned()),
            position: Position::from_degrees(*north, *east),
        };
        // The last one's vector is still to come.
        let vector = (n < 10).then(|| meaning(&*EMBEDDER, &content).expect("a vector"));
        let id = OfferId::from(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n));
        Entry { offer: Offer { id, content }, place: Some(place), occupation_confidence: None, vector }
    });
    let archive = build(entries, Some(EMBEDDER.identity()), GenerationId::generate(), Timestamp::UNIX_EPOCH)
        .expect("an archive");
    SearchIndex::open(archive.bytes, &archive.sha256).expect("an index")
});

static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    Reference::in_folder(root.join(".local/reference"))
});

fn matches(cv: &str) -> Vec<SuitableOffer> {
    let profile = parse(cv, TODAY).profile(TODAY);
    let places = REFERENCE.places().expect("places: `make setup` brings them");
    let (candidate, _) = understand(&profile, places, &*EMBEDDER, INDEX.model()).expect("vectors");
    INDEX.suitable(&candidate, 50, TODAY).expect("offers")
}

/// Order, and every figure to the last bit.
fn told(matches: &[SuitableOffer]) -> Vec<(Uuid, u32, String)> {
    let told = |one: &SuitableOffer| {
        (one.offer.id, one.score.to_bits(), serde_json::to_string(&one.reasons).expect("JSON"))
    };
    matches.iter().map(told).collect()
}

fn same(career: &Career, one: &Person, other: &Person) -> Result<(), TestCaseError> {
    let (left, right) = (matches(&career.written_for(one)), matches(&career.written_for(other)));
    prop_assert_eq!(told(&left), told(&right));
    // Otherwise nothing would be shown.
    prop_assert!(left.len() >= 9 && left[0].score > left[8].score);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_person_gets_the_same_offers(career in career(), one in person(), other in person()) {
        same(&career, &one, &other)?;
    }

    /// One thing exchanged at a time, so that no exchange hides another.
    #[test]
    fn each_trait_alone_changes_nothing(career in career(), one in person(), other in person(), which in 0_usize..8) {
        same(&career, &one, &one.exchanged(&other)[which])?;
    }
}

/// The score does see what it is meant to see.
#[test]
fn what_somebody_can_do_counts() {
    let cv = |title: &str, city: &str, skills: &str| {
        format!(
            "Camille Martin\n\nEXPÉRIENCE PROFESSIONNELLE\n{title}, Atelier Durand, {city}\nJanvier 2019 - décembre 2024\n\n\
             COMPÉTENCES\n{skills}\n"
        )
    };
    let best = |cv: &str| matches(cv).remove(0);
    let welder = best(&cv("Soudeur", "Angers", "Soudure TIG, Lecture de plans"));
    assert_eq!(welder.offer.reference, "R-1");
    assert_eq!(welder.reasons.skills.matched, ["Soudure TIG", "Lecture de plans"]);
    assert_eq!(welder.reasons.experience.as_ref().map(|reason| reason.score), Some(1.0));
    let accountant = best(&cv("Comptable", "Angers", "Comptabilité"));
    assert_eq!(accountant.offer.reference, "R-8");
    assert_eq!(accountant.reasons.skills.missing, ["Paie", "Excel"]);
}

#[test]
fn an_offer_whose_vector_is_still_to_come_goes_by_its_words() {
    let found =
        matches("EXPÉRIENCE PROFESSIONNELLE\nWaiter, Harbour Inn, Rennes\nJanvier 2019 - décembre 2024\n");
    assert_eq!(found[0].offer.reference, "R-10");
    assert!(found[0].reasons.title.score > 0.4, "{}", found[0].reasons.title.score);
}
