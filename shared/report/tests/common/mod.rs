//! A report as a member gets it, with figures that are computed and belong to nobody, and independent readers of what is
//! rendered.

#![expect(dead_code, reason = "every test takes what it needs of it")]
#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::{path::PathBuf, time::Duration};

use jiff::{Span, Timestamp, civil::date, tz::TimeZone};
use vivier_domain::{
    member::Language,
    settings::{colour::Colour, theme::Theme},
};
use vivier_report::{Block, Brand, Cell, Chart, Column, Figure, Kind, Period, Report, Shape, Table};

pub(crate) mod read;

/// Days of the period.
pub(crate) const DAYS: i32 = 30;
const OFFERS: [(&str, &str); 12] = [
    ("Boulanger de nuit (H/F)", "Rennes"),
    ("Infirmière ou infirmier en bloc opératoire", "Lyon"),
    ("Conductrice ou conducteur de ligne", "Brest"),
    ("Aide-soignant en EHPAD (H/F), temps partiel possible", "Saint-Étienne"),
    ("Développeuse ou développeur Rust", "Paris 10e"),
    ("Assistant de gestion en alternance", "Nantes"),
    ("Technicien de maintenance « froid »", "L'Haÿ-les-Roses"),
    ("Chef de rang", "Nice"),
    ("Électromécanicien industriel, équipe de week-end", "Dunkerque"),
    ("Comptable fournisseurs", "Toulouse"),
    ("Cariste CACES 1, 3 et 5", "Orléans"),
    ("Professeur de mathématiques", "Cergy"),
];

/// A report of this title with nothing in it.
pub(crate) fn empty(language: Language) -> Report {
    Report {
        title: if language == Language::Fr { "Rapport d’activité" } else { "Activity report" }.into(),
        subtitle: None,
        period: None,
        compared_with: None,
        language,
        time_zone: TimeZone::get("Europe/Paris").unwrap(),
        brand: Brand { name: "Acme".into(), theme: Theme::default() },
        generated_at: "2026-12-01T05:30:00Z".parse().unwrap(),
        blocks: Vec::new(),
    }
}

/// A report of one table.
pub(crate) fn of_table(language: Language, table: Table) -> Report {
    Report { blocks: vec![Block::Table(table)], ..empty(language) }
}

/// A table of one column of texts.
pub(crate) fn of_texts(texts: &[&str]) -> Table {
    Table {
        key: "texts".into(),
        title: "Textes".into(),
        columns: vec![Column::new("text", "Texte", Kind::Text), Column::new("at", "Rang", Kind::Integer)],
        rows: (1..).zip(texts).map(|(at, text)| vec![Cell::from(*text), Cell::Integer(at)]).collect(),
        totals: None,
    }
}

fn moment(text: &str) -> Cell {
    Cell::Moment(text.parse::<Timestamp>().unwrap())
}

/// What a day saw: searches, without result, clicks, questions. Weekends are quiet.
pub(crate) fn day(at: i32) -> [i64; 4] {
    let quiet = if at % 7 == 0 || at % 7 == 6 { 3 } else { 1 };
    let wave = i64::from((at * 37 + at * at * 3) % 190);
    let searches = (1_240 + wave * 2) / quiet;
    [
        searches,
        searches * (4 + i64::from(at % 3)) / 100,
        searches * (11 + i64::from(at % 5)) / 100,
        (180 + wave) / quiet,
    ]
}

/// A month's activity, in French or English.
pub(crate) fn activity(language: Language) -> Report {
    let french = language == Language::Fr;
    let say = |fr: &str, en: &str| if french { fr.to_owned() } else { en.to_owned() };
    let column = |key: &str, fr: &str, en: &str, kind| Column::new(key, say(fr, en), kind);
    let day_of = |at: i32| Cell::Date(date(2026, 11, 1).saturating_add(Span::new().days(at)));
    let sums = (0..DAYS).map(day).fold([0; 4], |sum, day| std::array::from_fn(|at| sum[at] + day[at]));
    let figure = |key: &str, fr: &str, en: &str, kind, value, before| Figure {
        key: key.into(),
        label: say(fr, en),
        kind,
        value,
        before,
    };
    let figures = vec![
        figure(
            "searches",
            "Recherches",
            "Searches",
            Kind::Integer,
            Cell::Integer(sums[0]),
            Cell::Integer(31_204),
        ),
        figure(
            "clicks",
            "Clics « postuler »",
            "Apply clicks",
            Kind::Integer,
            Cell::Integer(sums[2]),
            Cell::Integer(4_690),
        ),
        figure(
            "no_result",
            "Recherches sans résultat",
            "Searches without results",
            Kind::Percent(1),
            Cell::Percent(ratio(sums[1], sums[0])),
            Cell::Percent(0.043),
        ),
        figure(
            "answered",
            "Questions satisfaites",
            "Satisfied questions",
            Kind::Percent(0),
            Cell::Percent(0.8461),
            Cell::Percent(0.8461),
        ),
        figure(
            "per_visitor",
            "Recherches par visiteur",
            "Searches per visitor",
            Kind::Decimal(2),
            Cell::Decimal(3.275),
            Cell::Decimal(3.1),
        ),
        figure(
            "wait",
            "Attente d’une réponse (médiane)",
            "Median wait for an answer",
            Kind::Duration,
            Cell::Duration(Duration::from_millis(1_840)),
            Cell::Duration(Duration::from_millis(2_310)),
        ),
        figure(
            "talk",
            "Durée d’une conversation",
            "Length of a conversation",
            Kind::Duration,
            Cell::Duration(Duration::from_secs(254)),
            Cell::Empty,
        ),
        figure(
            "documents",
            "Documents publiés",
            "Documents published",
            Kind::Integer,
            Cell::Integer(12),
            Cell::Integer(0),
        ),
    ];
    let days = Table {
        key: "by_day".into(),
        title: say("Activité par jour", "Activity by day"),
        columns: vec![
            column("day", "Jour", "Day", Kind::Date),
            column("searches", "Recherches", "Searches", Kind::Integer),
            column("no_result", "Sans résultat", "Without results", Kind::Integer),
            column("no_result_share", "Part sans résultat", "Share without results", Kind::Percent(1)),
            column("clicks", "Clics « postuler »", "Apply clicks", Kind::Integer),
            column("questions", "Questions", "Questions", Kind::Integer),
            column(
                "talk",
                "Durée moyenne d’une conversation",
                "Mean length of a conversation",
                Kind::Duration,
            ),
        ],
        rows: (0..DAYS)
            .map(|at| {
                let [searches, without, clicks, questions] = day(at);
                let talk = Duration::from_secs(u64::try_from(200 + at * 7 % 110).unwrap());
                let counts = [searches, without, clicks, questions].map(Cell::Integer);
                let [searches_cell, without_cell, clicks, questions] = counts;
                let share = Cell::Percent(ratio(without, searches));
                vec![day_of(at), searches_cell, without_cell, share, clicks, questions, Cell::Duration(talk)]
            })
            .collect(),
        totals: Some(vec![
            Cell::Empty,
            Cell::Integer(sums[0]),
            Cell::Integer(sums[1]),
            Cell::Percent(ratio(sums[1], sums[0])),
            Cell::Integer(sums[2]),
            Cell::Integer(sums[3]),
            Cell::Duration(Duration::from_secs(254)),
        ]),
    };
    let line = Chart {
        shape: Shape::Line,
        table: Table {
            key: "trend".into(),
            title: say("Recherches et clics par jour", "Searches and clicks by day"),
            columns: vec![
                column("day", "Jour", "Day", Kind::Date),
                column("searches", "Recherches", "Searches", Kind::Integer),
                column("clicks", "Clics « postuler »", "Apply clicks", Kind::Integer),
            ],
            rows: (0..DAYS)
                .map(|at| vec![day_of(at), Cell::Integer(day(at)[0]), Cell::Integer(day(at)[2])])
                .collect(),
            totals: None,
        },
    };
    let channels = Chart {
        shape: Shape::Bars,
        table: Table {
            key: "channels".into(),
            title: say("Visites par canal", "Visits by channel"),
            columns: vec![
                column("channel", "Canal", "Channel", Kind::Text),
                column("visits", "Visites", "Visits", Kind::Integer),
                column("visits_before", "Période précédente", "Period before", Kind::Integer),
            ],
            rows: [
                ("Site carrière", "Careers site", 8_412, 7_903),
                ("Moteur de recherche", "Search engine", 5_230, 5_411),
                ("Courriel d’alerte", "Alert mail", 2_087, 1_650),
                ("Site partenaire « Emploi public »", "Partner site “Emploi public”", 964, 1_120),
                ("QR code en magasin", "QR code in shops", 128, 0),
            ]
            .map(|(fr, en, now, then)| vec![Cell::Text(say(fr, en)), Cell::Integer(now), Cell::Integer(then)])
            .to_vec(),
            totals: None,
        },
    };
    let offers = Table {
        key: "offers".into(),
        title: say("Offres les plus vues", "Most viewed offers"),
        columns: vec![
            column("offer", "Offre", "Offer", Kind::Text),
            column("place", "Lieu", "Place", Kind::Text),
            column("views", "Vues", "Views", Kind::Integer),
            column("clicks", "Clics", "Clicks", Kind::Integer),
            column("rate", "Taux", "Rate", Kind::Percent(1)),
            column("score", "Score", "Score", Kind::Decimal(2)),
            column("last", "Dernier clic", "Last click", Kind::Moment),
        ],
        rows: (0..)
            .zip(OFFERS)
            .map(|(at, (offer, place))| {
                let (views, clicks) = (2_904 - at * 211, 402 - at * 33);
                let last = if at == 9 { Cell::Empty } else { moment("2026-11-30T21:48:12Z") };
                let score = Cell::Decimal(0.9 - at as f64 * 0.0625);
                vec![
                    offer.into(),
                    place.into(),
                    views.into(),
                    clicks.into(),
                    Cell::Percent(ratio(clicks, views)),
                    score,
                    last,
                ]
            })
            .collect(),
        totals: None,
    };
    let note = say(
        "Un visiteur est reconnu au cours d’une journée, jamais d’un jour à l’autre. Les moments sont ceux de Paris. \
         Les recherches de moins de cinq visiteurs différents ne sont pas lues, seulement comptées.",
        "A visitor is known for the length of a day, never from one day to the next. Times are those of Paris. Searches \
         of fewer than five different visitors are not read, only counted.",
    );
    let month = |from, to| Period { from, to };
    Report {
        subtitle: Some(say("Projet « Site carrière », tous canaux", "Project “Careers site”, all channels")),
        period: Some(month(date(2026, 11, 1), date(2026, 11, 30))),
        compared_with: Some(month(date(2026, 10, 2), date(2026, 10, 31))),
        brand: Brand {
            name: "Acme Recrutement".into(),
            theme: Theme { primary: Colour::new(0x0b, 0x5c, 0x5e), ..Theme::default() },
        },
        blocks: vec![
            Block::Figures(figures),
            Block::Chart(line),
            Block::Chart(channels),
            Block::Note(note),
            Block::Table(days),
            Block::Table(offers),
        ],
        ..empty(language)
    }
}

/// A share.
pub(crate) fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// A table of so many rows as a large report has: days, texts, numbers.
pub(crate) fn large(rows: i64) -> Table {
    let columns = [
        ("day", "Jour", Kind::Date),
        ("offer", "Offre", Kind::Text),
        ("views", "Vues", Kind::Integer),
        ("clicks", "Clics", Kind::Integer),
        ("rate", "Taux", Kind::Percent(1)),
        ("last", "Dernier clic", Kind::Moment),
    ];
    let first: Timestamp = "2026-01-01T08:00:00Z".parse().unwrap();
    Table {
        key: "large".into(),
        title: "Toutes les offres".into(),
        columns: columns.map(|(key, label, kind)| Column::new(key, label, kind)).to_vec(),
        rows: (0..rows)
            .map(|at| {
                let (views, clicks) = (at * 7 % 5_003, at * 3 % 611);
                let (offer, _) = OFFERS[usize::try_from(at).unwrap() % OFFERS.len()];
                vec![
                    Cell::Date(date(2026, 1, 1).saturating_add(Span::new().days(at % 365))),
                    Cell::Text(format!("{offer} n° {at}")),
                    Cell::Integer(views),
                    Cell::Integer(clicks),
                    Cell::Percent(ratio(clicks, views.max(1))),
                    Cell::Moment(first + Duration::from_secs(u64::try_from(at * 97).unwrap())),
                ]
            })
            .collect(),
        totals: None,
    }
}

/// Where the tests' library for reading PDFs is.
pub(crate) fn pdfium() -> PathBuf {
    if let Some(path) = std::env::var_os("PDFIUM_PATH") {
        return path.into();
    }
    let packages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv/lib");
    let versions = std::fs::read_dir(&packages).into_iter().flatten().filter_map(Result::ok);
    let mut libraries =
        versions.map(|version| version.path().join("site-packages/pypdfium2_raw/libpdfium.so"));
    libraries.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("no PDFium under {}: install infra/local/requirements.txt into .venv, or name libpdfium.so in PDFIUM_PATH", packages.display())
    })
}
