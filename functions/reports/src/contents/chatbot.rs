//! How well the chatbot answers: questions and what came of them, what candidates said of answers, and what the last test runs measured.

use vivier_domain::retention::DataKind;
use vivier_report::{Block, Cell, Column, Kind, Table};
use vivier_store::{
    statistics,
    test_runs::{self, TestRun},
};
use vivier_tenancy::TenantScope;

use super::{
    MakeError,
    counted::{
        ANSWERED, BY_PEOPLE, CHATS, HAND_OVERS, HELPFUL, Measure, NOT_HELPFUL, QUESTIONS, RATED, UNANSWERED,
        Value, WITH_OFFERS, lines, say, series,
    },
};
use crate::{
    App,
    asked::{Asked, counted, since, stored},
    brand::Surroundings,
};

/// The columns of the main table.
const MEASURES: [Measure; 10] = [
    Measure("chats", "Conversations", "Conversations", Value::Count(CHATS)),
    Measure("questions", "Questions", "Questions", Value::Count(QUESTIONS)),
    Measure("answered", "Répondues par les documents", "Answered from documents", Value::Count(ANSWERED)),
    Measure("with_offers", "Répondues par des offres", "Answered with offers", Value::Count(WITH_OFFERS)),
    Measure("unanswered", "Sans réponse", "Without an answer", Value::Count(UNANSWERED)),
    Measure(
        "fallback_rate",
        "Part sans réponse",
        "Share without an answer",
        Value::Share(UNANSWERED, QUESTIONS),
    ),
    Measure("helpful", "Avis positifs", "Found helpful", Value::Count(HELPFUL)),
    Measure("not_helpful", "Avis négatifs", "Found not helpful", Value::Count(NOT_HELPFUL)),
    Measure("hand_overs", "Demandes d’un conseiller", "Asked for a person", Value::Count(HAND_OVERS)),
    Measure("by_people", "Réponses de conseillers", "Answered by people", Value::Count(BY_PEOPLE)),
];
/// What only the headline has.
const SATISFACTION: Measure =
    Measure("satisfaction", "Part d’avis positifs", "Share found helpful", Value::Share(HELPFUL, RATED));

pub(super) async fn blocks(
    app: &App,
    scope: &TenantScope,
    asked: &Asked,
    around: &Surroundings,
) -> Result<Vec<Block>, MakeError> {
    let filter = asked.filter();
    let since = since(app, scope, DataKind::TestRuns).await?;
    let span = counted(app, scope, asked).await?;
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let counts = statistics::list_totals(&tx, span, &filter).await?;
    let trend = statistics::list_series(&tx, span, stored(asked.grain()), &filter).await?;
    let runs = test_runs::list_latest(&tx, filter.project, since).await?;
    tx.commit().await?;
    let language = asked.language;
    let figures =
        MEASURES.iter().chain([&SATISFACTION]).map(|measure| measure.figure(language, &counts)).collect();
    let table = series(asked, trend, &counts, &MEASURES);
    let title = say(language, "Questions et leurs réponses", "Questions and their answers");
    Ok(vec![
        Block::Figures(figures),
        lines(&table, "trend", title, &["questions", "answered", "unanswered"]),
        Block::Table(table),
        Block::Table(measured(asked, around, &runs)),
        Block::Note(say(
            language,
            "Les jeux de test sont mesurés chaque jour ; le tableau montre la dernière mesure de chaque projet, quelle que soit la \
             période du rapport.",
            "Test sets are measured each day; the table shows the last measurement of each project, whatever the report’s period.",
        )),
    ])
}

/// What the last run over each front office's test questions came to.
fn measured(asked: &Asked, around: &Surroundings, runs: &[TestRun]) -> Table {
    let language = asked.language;
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let shares = [
        ("hit_at_1", "Bon document en premier", "Right document first"),
        ("hit_at_5", "Bon document parmi cinq", "Right document among five"),
        ("answer_precision", "Réponses justes", "Right answers"),
        ("fallback_rate", "Réponses manquées", "Answers missed"),
        ("silence_rate", "Silences justes", "Rightly silent"),
    ];
    let mut columns = vec![
        column("project", "Projet", "Project", Kind::Text),
        column("measured_at", "Mesuré le", "Measured at", Kind::Moment),
        column("test_questions", "Questions de test", "Test questions", Kind::Integer),
    ];
    columns.extend(shares.iter().map(|(key, fr, en)| column(key, fr, en, Kind::Percent(1))));
    let row = |run: &TestRun| {
        let share = |key: &str| {
            let share = run.figures.as_ref().and_then(|figures| figures[key].as_f64());
            share.map_or(Cell::Empty, Cell::Percent)
        };
        let mut row = vec![
            Cell::Text(around.name_of(language, Some(run.project))),
            run.finished_at.map_or(Cell::Empty, Cell::Moment),
            Cell::Integer(i64::from(run.questions)),
        ];
        row.extend(shares.iter().map(|(key, ..)| share(key)));
        row
    };
    Table {
        key: "test_runs".into(),
        title: say(language, "Dernières mesures des jeux de test", "Last measurements of test sets"),
        columns,
        rows: runs.iter().map(row).collect(),
        totals: None,
    }
}
