//! Tables of counts by front office, way and language.

use vivier_domain::{event::Channel, ids::ProjectId, member::Language};
use vivier_report::{Block, Cell, Column, Kind, Table};
use vivier_store::statistics::PartCount;

use super::counted::{ByPlace, Measure, say};
use crate::brand::Surroundings;

/// By the ways that candidates come in by.
pub(super) fn by_channel(language: Language, counts: Vec<PartCount>, measures: &[Measure]) -> Block {
    let named = |part: &str| {
        let (fr, en) = match part.parse() {
            Ok(Channel::Web) => ("Site web", "Web site"),
            Ok(Channel::WhatsApp) => ("WhatsApp", "WhatsApp"),
            Ok(Channel::Messenger) => ("Messenger", "Messenger"),
            Ok(Channel::Mail) => ("Courriel", "Mail"),
            Ok(Channel::BackOffice) => ("Espace de gestion", "Back office"),
            Ok(Channel::System) => ("Automatique", "Automatic"),
            Err(_) => ("Autre", "Other"),
        };
        say(language, fr, en)
    };
    let (title, first) = (say(language, "Par canal", "By channel"), say(language, "Canal", "Channel"));
    Block::Table(table("channels", title, first, language, counts, measures, named))
}

/// By language.
pub(super) fn by_language(language: Language, counts: Vec<PartCount>, measures: &[Measure]) -> Block {
    let named = |part: &str| match part {
        "fr" => say(language, "Français", "French"),
        "en" => say(language, "Anglais", "English"),
        _ => say(language, "Inconnue", "Unknown"),
    };
    let (title, first) = (say(language, "Par langue", "By language"), say(language, "Langue", "Language"));
    Block::Table(table("languages", title, first, language, counts, measures, named))
}

/// By front office.
pub(super) fn by_project(
    language: Language,
    around: &Surroundings,
    counts: Vec<PartCount>,
    measures: &[Measure],
) -> Block {
    let named = |part: &str| around.name_of(language, part.parse::<ProjectId>().ok());
    let (title, first) = (say(language, "Par projet", "By project"), say(language, "Projet", "Project"));
    Block::Table(table("projects", title, first, language, counts, measures, named))
}

fn table(
    key: &str,
    title: String,
    first: String,
    language: Language,
    counts: Vec<PartCount>,
    measures: &[Measure],
    named: impl Fn(&str) -> String,
) -> Table {
    let of = ByPlace::of(counts.into_iter().map(|one| (one.part, one.kind, one.outcome, one.count)));
    let mut places: Vec<&String> = of.places().collect();
    places.sort();
    let rows = places.into_iter().filter_map(|place| {
        let cells: Vec<Cell> =
            measures.iter().map(|measure| measure.cell(|made| of.count(place, made))).collect();
        // What happened there is none of what is told here.
        let told = cells.iter().any(|cell| !matches!(cell, Cell::Integer(0) | Cell::Empty));
        told.then(|| std::iter::once(Cell::Text(named(place))).chain(cells).collect())
    });
    let mut columns = vec![Column::new("part", first, Kind::Text)];
    columns.extend(measures.iter().map(|measure| measure.column(language)));
    Table { key: key.into(), title, columns, rows: rows.collect(), totals: None }
}
