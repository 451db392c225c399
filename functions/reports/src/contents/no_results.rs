//! Searches that found nothing: how many, where, and for what, as far as enough visitors searched for it.

use vivier_domain::retention::DataKind;
use vivier_report::{Block, Cell, Column, Kind, Table};
use vivier_store::{
    query_figures::{self, Vain},
    statistics::{self, Dimension},
};
use vivier_tenancy::TenantScope;

use super::{
    MakeError,
    counted::{Measure, SEARCHES, Value, WITHOUT_RESULTS, integer, lines, say, series},
    parts,
};
use crate::{
    App,
    asked::{Asked, counted, since, stored},
    brand::Surroundings,
};

/// The columns of the main table, and the headline figures.
const MEASURES: [Measure; 3] = [
    Measure("searches", "Recherches", "Searches", Value::Count(SEARCHES)),
    Measure("without_results", "Sans résultat", "Without results", Value::Count(WITHOUT_RESULTS)),
    Measure("share", "Part sans résultat", "Share without results", Value::Share(WITHOUT_RESULTS, SEARCHES)),
];
/// The most texts.
const MOST_TEXTS: usize = 500;

pub(super) async fn blocks(
    app: &App,
    scope: &TenantScope,
    asked: &Asked,
    around: &Surroundings,
    most: usize,
) -> Result<Vec<Block>, MakeError> {
    let (filter, (from, to)) = (asked.filter(), asked.moments());
    let from = from.max(since(app, scope, DataKind::Events).await?);
    // Texts are known by front office alone.
    let texts = filter.channel.is_none() && filter.language.is_none();
    let limit = u32::try_from(most.min(MOST_TEXTS)).unwrap_or(u32::MAX);
    let span = counted(app, scope, asked).await?;
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let counts = statistics::list_totals(&tx, span, &filter).await?;
    let trend = statistics::list_series(&tx, span, stored(asked.grain()), &filter).await?;
    let projects = statistics::list_breakdown(&tx, span, Dimension::Project, &filter).await?;
    let languages = statistics::list_breakdown(&tx, span, Dimension::Language, &filter).await?;
    let vain = if texts {
        query_figures::list_vain(&tx, filter.project, from, to, limit).await?
    } else {
        Vec::new()
    };
    tx.commit().await?;
    let language = asked.language;
    let figures = MEASURES.iter().map(|measure| measure.figure(language, &counts)).collect();
    let table = series(asked, trend, &counts, &MEASURES);
    let title = say(language, "Recherches sans résultat", "Searches without results");
    let mut blocks = vec![
        Block::Figures(figures),
        lines(&table, "trend", title, &["without_results"]),
        Block::Table(table),
        parts::by_project(language, around, projects, &MEASURES),
        parts::by_language(language, languages, &MEASURES),
    ];
    if texts {
        blocks.push(Block::Table(queries(asked, around, vain)));
    }
    blocks.push(Block::Note(say(
        language,
        "Un texte n’est lu que s’il a été cherché par assez de visiteurs différents au cours d’un mois ; les autres recherches sont \
         seulement comptées. Les textes sont ceux de recherches sans filtre, des 90 derniers jours au plus, et ne sont pas connus par \
         canal ni par langue.",
        "A text is read only when enough different visitors searched for it within a month; other searches are merely counted. Texts \
         are those of searches without any filter, of the last 90 days at most, and are not known by channel or language.",
    )));
    Ok(blocks)
}

fn queries(asked: &Asked, around: &Surroundings, vain: Vec<Vain>) -> Table {
    let language = asked.language;
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let row = |one: Vain| {
        vec![
            Cell::Text(one.query),
            Cell::Text(around.name_of(language, Some(one.project))),
            integer(one.searches),
            integer(one.without_results),
        ]
    };
    Table {
        key: "queries".into(),
        title: say(language, "Textes cherchés en vain", "Texts searched for in vain"),
        columns: vec![
            column("query", "Texte", "Text", Kind::Text),
            column("project", "Projet", "Project", Kind::Text),
            column("searches", "Recherches", "Searches", Kind::Integer),
            column("without_results", "Sans résultat", "Without results", Kind::Integer),
        ],
        rows: vain.into_iter().map(row).collect(),
        totals: None,
    }
}
