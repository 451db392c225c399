//! What candidates did: searches, offers, questions, visitors, and how far these came.

use vivier_domain::event::Step;
use vivier_report::{Block, Cell, Column, Figure, Kind, Table};
use vivier_store::statistics::{self, Count, Dimension, visitors_at};
use vivier_tenancy::TenantScope;

use super::{
    MakeError,
    counted::{
        ALERTS, ANSWERS, APPLIED, CHATS, CVS, HELPFUL, Made, Measure, QUESTIONS, SEARCHES, VIEWED, Value,
        WITHOUT_RESULTS, integer, lines, say, series, totals,
    },
    parts,
};
use crate::{
    App,
    asked::{Asked, counted, stored},
};

/// The columns of the main table, and the headline figures.
const MEASURES: [Measure; 9] = [
    Measure("searches", "Recherches", "Searches", Value::Count(SEARCHES)),
    Measure(
        "without_results",
        "Recherches sans résultat",
        "Searches without results",
        Value::Count(WITHOUT_RESULTS),
    ),
    Measure("offers_viewed", "Offres consultées", "Offers viewed", Value::Count(VIEWED)),
    Measure("apply_clicks", "Clics « postuler »", "Apply clicks", Value::Count(APPLIED)),
    Measure("cvs_matched", "CV rapprochés", "CVs matched", Value::Count(CVS)),
    Measure("chats", "Conversations", "Conversations", Value::Count(CHATS)),
    Measure("questions", "Questions", "Questions", Value::Count(QUESTIONS)),
    Measure("answers", "Réponses", "Answers", Value::Count(ANSWERS)),
    Measure("alerts_sent", "Alertes envoyées", "Alerts sent", Value::Count(ALERTS)),
];

/// How far visitors came, and of which events each step is made.
const STEPS: [(Step, &str, &str, &[Made]); 6] = [
    (Step::Searched, "Ont cherché", "Searched", SEARCHES),
    (Step::Viewed, "Ont consulté une offre", "Viewed an offer", VIEWED),
    (Step::Applied, "Ont cliqué sur « postuler »", "Clicked to apply", APPLIED),
    (Step::Asked, "Ont posé une question", "Asked a question", QUESTIONS),
    (Step::Answered, "Ont reçu une réponse", "Were answered", ANSWERS),
    (Step::Satisfied, "Satisfaits de la réponse", "Satisfied with the answer", HELPFUL),
];

pub(super) async fn blocks(app: &App, scope: &TenantScope, asked: &Asked) -> Result<Vec<Block>, MakeError> {
    let filter = asked.filter();
    let span = counted(app, scope, asked).await?;
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let counts = statistics::list_totals(&tx, span, &filter).await?;
    let trend = statistics::list_series(&tx, span, stored(asked.grain()), &filter).await?;
    let channels = statistics::list_breakdown(&tx, span, Dimension::Channel, &filter).await?;
    tx.commit().await?;
    let language = asked.language;
    // Visitors are told by front office alone.
    let visitors = filter.channel.is_none() && filter.language.is_none();
    let mut figures: Vec<Figure> = MEASURES.iter().map(|measure| measure.figure(language, &counts)).collect();
    if visitors {
        let (now, before) = visitors_at(&counts, Step::Visited);
        figures.insert(
            0,
            Figure {
                key: "visitors".into(),
                label: say(language, "Visites", "Visits"),
                kind: Kind::Integer,
                value: integer(now),
                before: integer(before),
            },
        );
    }
    let table = series(asked, trend, &counts, &MEASURES);
    let title =
        say(language, "Recherches, offres consultées et questions", "Searches, offers viewed and questions");
    let chart = lines(&table, "trend", title, &["searches", "offers_viewed", "questions"]);
    let mut blocks = vec![Block::Figures(figures), chart, Block::Table(table)];
    if visitors {
        blocks.push(Block::Table(funnel(asked, &counts)));
    }
    let shown = [MEASURES[0], MEASURES[1], MEASURES[2], MEASURES[3], MEASURES[6], MEASURES[7]];
    blocks.push(parts::by_channel(language, channels, &shown));
    if visitors {
        blocks.push(Block::Note(say(
            language,
            "Un visiteur est reconnu au cours d’une journée, jamais d’un jour à l’autre : qui vient deux jours fait deux visites. \
             Les visites sont des estimations, à 1,6 % près.",
            "A visitor is known for the length of a day, never from one day to the next: who comes on two days makes two visits. \
             Visits are estimates, to some 1.6%.",
        )));
    }
    Ok(blocks)
}

fn funnel(asked: &Asked, counts: &[Count]) -> Table {
    let language = asked.language;
    let mut before: Option<u64> = None;
    let mut rows = Vec::new();
    for (step, fr, en, made) in STEPS {
        // The second funnel begins anew.
        if step == Step::Asked {
            before = None;
        }
        let (visitors, _) = visitors_at(counts, step);
        // Both are estimates, and an offer may be opened without a search.
        let rate = match before {
            Some(before) if before > 0 => Cell::Percent((visitors as f64 / before as f64).min(1.0)),
            _ => Cell::Empty,
        };
        rows.push(vec![
            Cell::Text(say(language, fr, en)),
            integer(totals(counts, made).0),
            integer(visitors),
            rate,
        ]);
        before = Some(visitors);
    }
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    Table {
        key: "funnel".into(),
        title: say(language, "Parcours", "Funnel"),
        columns: vec![
            column("step", "Étape", "Step", Kind::Text),
            column("count", "Fois", "Times", Kind::Integer),
            column("visits", "Visites", "Visits", Kind::Integer),
            column("rate", "Part de l’étape précédente", "Share of the step before", Kind::Percent(1)),
        ],
        rows,
        totals: None,
    }
}
