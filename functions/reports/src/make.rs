//! Making a report's file. Each attempt begins anew and puts the file at the one place that it has; only whoever holds the lease says that it
//! is there.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use vivier_domain::{
    mail::ListedFigure,
    member::Language,
    report::{ReportFormat, ReportKind},
};
use vivier_report::{Block, Cell, Dialect, Report, Style};
use vivier_runtime::telemetry;
use vivier_store::reports::{self, Lease, MOST_ATTEMPTS, Taken};
use vivier_tenancy::{TenancyError, TenantScope, rooms::files::FileKey};

use crate::{
    App,
    asked::{self, Asked},
    contents::{self, MakeError, main_table},
    progress::{AFTER, Progress},
};

/// The most rows of a list in a file: what a PDF takes. All formats of one report say the same.
pub(crate) const MOST_ROWS: usize = 10_000;
/// How often a lease is renewed: well before it ends.
const RENEWAL: Duration = Duration::from_secs(15);
/// A mail shows so many headline figures.
const MOST_FIGURES: usize = 8;

/// How a file's making ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is there.
    Ready,
    /// It cannot be made.
    Failed(&'static str),
}

/// Makes a file that was taken up.
pub(crate) async fn make(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Ended, MakeError> {
    if taken.attempt > MOST_ATTEMPTS {
        return fail(app, scope, taken.lease, "attempts-exhausted").await;
    }
    match hold_while(app, scope, taken.lease, Box::pin(file(app, scope, taken))).await {
        Ok((bytes, headline)) => {
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            let held = reports::finish(&tx, taken.lease, Ok((bytes, &headline)), app.clock.now()).await?;
            tx.commit().await?;
            if held { Ok(Ended::Ready) } else { Err(MakeError::Lost) }
        }
        Err(error) => match error.lasting() {
            Some(word) => {
                tracing::error!(run = %taken.run.id, error = telemetry::chain(&error), "a report's file cannot be made");
                fail(app, scope, taken.lease, word).await
            }
            None => Err(error),
        },
    }
}

async fn fail(app: &App, scope: &TenantScope, lease: Lease, word: &'static str) -> Result<Ended, MakeError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let held = reports::finish(&tx, lease, Err(word), app.clock.now()).await?;
    tx.commit().await?;
    if held { Ok(Ended::Failed(word)) } else { Err(MakeError::Lost) }
}

/// Gathers, writes down and puts; how many bytes, and the headline.
async fn file(app: &App, scope: &TenantScope, taken: &Taken) -> Result<(u64, Value), MakeError> {
    let run = &taken.run;
    let zone = asked::zone(app, scope).await?;
    let asked = Asked::new(run.question.clone(), run.language, zone, app.clock.now());
    let mut progress = Progress::Of { app, scope, lease: taken.lease };
    let report = contents::gather(app, scope, &asked, run.name.as_deref(), MOST_ROWS, &mut progress).await?;
    let parts = steps(&report);
    progress.tell(parts, parts).await?;
    let headline = json!(headline(&report, &asked));
    let bytes = render(report, run.format, run.question.kind, run.language).await?;
    // The last look before the file is there: what was overtaken leaves nothing.
    progress.tell(parts + AFTER - 1, parts).await?;
    let size = bytes.len() as u64;
    app.tenancy.files(scope).await?.put(&FileKey::Report(run.id), bytes, run.format.media_type()).await?;
    Ok((size, headline))
}

/// In how many parts its list was gathered: as [`Progress::tell`] was told.
fn steps(report: &Report) -> usize {
    let rows = report.blocks.iter().map(|block| match block {
        Block::Table(table) => table.rows.len(),
        _ => 0,
    });
    rows.max().unwrap_or_default().div_ceil(500).max(1)
}

/// A report as a file of a format, written by a thread that may compute for as long as it takes.
pub(crate) async fn render(
    report: Report,
    format: ReportFormat,
    kind: ReportKind,
    language: Language,
) -> Result<Vec<u8>, MakeError> {
    let table = Some(main_table(kind));
    let write = move || match format {
        ReportFormat::Json => report.to_json(),
        ReportFormat::Csv => report.to_csv(Dialect::Standard, table),
        ReportFormat::CsvExcel => report.to_csv(Dialect::Excel, table),
        ReportFormat::Workbook => report.to_xlsx(),
        ReportFormat::Pdf => report.to_pdf(),
    };
    let started = std::time::Instant::now();
    let written = tokio::task::spawn_blocking(write).await.map_err(|_| MakeError::Cut)??;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        kind = kind.as_str(),
        format = format.as_str(),
        language = language.as_str(),
        bytes = written.len(),
        milliseconds,
        "a report was written"
    );
    Ok(written)
}

/// The headline figures as a mail shows them.
fn headline(report: &Report, asked: &Asked) -> Vec<BTreeMap<&'static str, String>> {
    let style = Style { language: asked.language, time_zone: asked.zone.clone() };
    let figures = report.blocks.iter().find_map(|block| match block {
        Block::Figures(figures) => Some(figures),
        _ => None,
    });
    let written = |figure: &vivier_report::Figure| {
        let mut written = BTreeMap::from([("label", figure.label.clone())]);
        written.insert(
            "value",
            match &figure.value {
                Cell::Empty => "–".to_owned(),
                value => style.cell(value, figure.kind),
            },
        );
        if figure.before != Cell::Empty {
            written.insert("before", style.cell(&figure.before, figure.kind));
        }
        written
    };
    figures.into_iter().flatten().take(MOST_FIGURES).map(written).collect()
}

/// The headline figures as they were kept.
pub(crate) fn listed(headline: Option<&Value>) -> Vec<ListedFigure> {
    let text = |figure: &Value, name: &str| figure[name].as_str().map(str::to_owned);
    let figures = headline.and_then(Value::as_array).into_iter().flatten();
    figures
        .filter_map(|figure| {
            Some(ListedFigure {
                label: text(figure, "label")?,
                value: text(figure, "value")?,
                before: text(figure, "before"),
            })
        })
        .collect()
}

/// Works while the lease is renewed beside. Losing it drops the work.
async fn hold_while<T>(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    work: impl Future<Output = Result<T, MakeError>>,
) -> Result<T, MakeError> {
    let losing = async {
        let mut renewal = interval(RENEWAL);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            renewal.tick().await;
            match renew(app, scope, lease).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(error = telemetry::chain(&error), "a lease could not be renewed yet");
                }
            }
        }
    };
    tokio::select! {
        outcome = work => outcome,
        () = losing => Err(MakeError::Lost),
    }
}

async fn renew(app: &App, scope: &TenantScope, lease: Lease) -> Result<bool, TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let held = reports::hold(&tx, lease).await?;
    tx.commit().await?;
    Ok(held)
}
