//! What reports say: each kind answers its question in one query of counts, or in few, and names what it found.

mod activity;
mod chatbot;
mod counted;
mod members;
mod no_results;
mod offers;
mod parts;

use vivier_domain::report::{ReportKind, ReportQuestion};
use vivier_report::{Block, RenderError, Report, Table};
use vivier_tenancy::{TenancyError, TenantScope, rooms::database::DatabaseError};

use crate::{App, asked::Asked, brand::Surroundings, progress::Progress};

/// Why a report was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakeError {
    /// A store failed.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// Another makes it, or nobody wants it any more.
    #[error("the lease was lost")]
    Lost,
    /// It cannot be written like this.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A thread of ours ended early.
    #[error("a report was not written")]
    Cut,
}

impl From<DatabaseError> for MakeError {
    fn from(error: DatabaseError) -> Self {
        Self::Tenancy(error.into())
    }
}

impl MakeError {
    /// A stable word for what will not be otherwise when it is tried again; `None` for what may pass.
    pub(crate) const fn lasting(&self) -> Option<&'static str> {
        match self {
            Self::Tenancy(_) | Self::Lost | Self::Cut => None,
            Self::Render(RenderError::TooLarge { .. }) => Some("too-large"),
            Self::Render(_) => Some("not-rendered"),
        }
    }
}

/// The key of a kind's main table: the one that a CSV holds and columns are chosen of.
pub(crate) const fn main_table(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Activity | ReportKind::NoResults | ReportKind::ChatbotQuality => "series",
        ReportKind::OffersPerformance => "offers",
        ReportKind::MembersActivity => "members",
    }
}

/// Answers a question. Lists have at most `most` rows.
pub(crate) async fn gather(
    app: &App,
    scope: &TenantScope,
    asked: &Asked,
    name: Option<&str>,
    most: usize,
    progress: &mut Progress<'_>,
) -> Result<Report, MakeError> {
    let around = Surroundings::read(app, scope, asked).await?;
    let blocks = match asked.question.kind {
        ReportKind::Activity => activity::blocks(app, scope, asked).await?,
        ReportKind::NoResults => no_results::blocks(app, scope, asked, &around, most).await?,
        ReportKind::ChatbotQuality => chatbot::blocks(app, scope, asked, &around).await?,
        ReportKind::OffersPerformance => offers::blocks(app, scope, asked, most, progress).await?,
        ReportKind::MembersActivity => members::blocks(app, scope, asked).await?,
    };
    let blocks = blocks.into_iter().map(|block| chosen(block, &asked.question)).collect();
    Ok(around.report(asked, name, blocks))
}

/// The main table with the columns that are asked for, in their order; anything else as it is.
fn chosen(block: Block, question: &ReportQuestion) -> Block {
    match block {
        Block::Table(table) if table.key == main_table(question.kind) && !question.columns.is_empty() => {
            Block::Table(pick(table, &question.columns))
        }
        other => other,
    }
}

fn pick(table: Table, wanted: &[String]) -> Table {
    let places: Vec<usize> =
        wanted.iter().filter_map(|key| table.columns.iter().position(|column| column.key == *key)).collect();
    let row = |row: &Vec<_>| places.iter().filter_map(|&at| row.get(at).cloned()).collect();
    Table {
        columns: places.iter().filter_map(|&at| table.columns.get(at).cloned()).collect(),
        rows: table.rows.iter().map(row).collect(),
        totals: table.totals.as_ref().map(row),
        ..table
    }
}

#[cfg(test)]
mod tests {
    use vivier_report::{Cell, Column, Kind};

    use super::*;

    #[test]
    fn columns_are_picked_in_order() {
        let column = |key: &str| Column::new(key, key.to_uppercase(), Kind::Integer);
        let table = Table {
            key: "series".into(),
            title: "T".into(),
            columns: vec![column("a"), column("b"), column("c")],
            rows: vec![vec![Cell::Integer(1), Cell::Integer(2), Cell::Integer(3)]],
            totals: Some(vec![Cell::Empty, Cell::Integer(2), Cell::Integer(3)]),
        };
        let picked = pick(table, &["c".to_owned(), "a".to_owned()]);
        assert_eq!(picked.columns.iter().map(|column| column.key.as_str()).collect::<Vec<_>>(), ["c", "a"]);
        assert_eq!(picked.rows, [[Cell::Integer(3), Cell::Integer(1)]]);
        assert_eq!(picked.totals, Some(vec![Cell::Integer(3), Cell::Empty]));
    }
}
