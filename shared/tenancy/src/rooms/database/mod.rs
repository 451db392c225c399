//! PostgreSQL: a database of its own for each tenant (silo), and one shared database with row security (pool).
//!
//! One client per environment and database: Lambda runs one request at a time in an environment, so a pool of
//! connections would only hold idle ones open. See `infra/decisions/`.

mod connection;
mod connector;
mod session;
mod tls;
mod token;
mod transaction;

pub(crate) use connection::Connection;
pub(crate) use connector::Connector;
pub(crate) use session::{Pool, Silo};
pub use session::{PoolSession, Session};
pub use transaction::{CopiedOut, CopyIn};
pub use transaction::{Kind, PoolKind, PoolTx, SiloKind, SiloTx, TenantTx};

use std::error::Error as StdError;

use tokio_postgres::error::SqlState;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// It cannot be reached, or the connection broke: the same call may work later.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// It refused a statement.
    #[error("the database refused {statement}")]
    Statement {
        /// The statement's name: the comment it begins with.
        statement: String,
        /// What it said.
        #[source]
        source: Refusal,
    },
    /// A statement touched another number of rows than it must.
    #[error("{statement} touched {found} rows")]
    Rows {
        /// The statement's name.
        statement: String,
        /// How many rows it touched.
        found: u64,
    },
    /// The configuration for reaching it cannot be used.
    #[error("the database configuration cannot be used: {0}")]
    Configuration(&'static str),
}

/// Why PostgreSQL refused a statement: its code and, for a violated constraint, that constraint's name. Not its message: the
/// detail of one repeats the row, and rows hold what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("SQLSTATE {} {constraint}", code.code())]
pub struct Refusal {
    code: SqlState,
    constraint: String,
}

impl Refusal {
    /// The SQLSTATE.
    pub fn code(&self) -> &SqlState {
        &self.code
    }
}

impl DatabaseError {
    /// Whether the same call may work later: the connection failed, not the statement.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether a row named another that does not exist: on the shared database, a tenant that is not there.
    pub fn is_unknown_reference(&self) -> bool {
        matches!(self, Self::Statement { source, .. } if source.code == SqlState::FOREIGN_KEY_VIOLATION)
    }

    /// Whether a row was there already that there may be one of.
    pub fn is_there_already(&self) -> bool {
        matches!(self, Self::Statement { source, .. } if source.code == SqlState::UNIQUE_VIOLATION)
    }

    /// Whether a statement was refused for nothing but that one before it was.
    pub fn is_aftermath(&self) -> bool {
        matches!(self, Self::Statement { source, .. } if source.code == SqlState::IN_FAILED_SQL_TRANSACTION)
    }

    /// Whether a statement took longer than it may.
    pub fn is_over_time(&self) -> bool {
        matches!(self, Self::Statement { source, .. } if source.code == SqlState::QUERY_CANCELED)
    }

    /// Whether the database cannot hold what it was given (`SQLSTATE` classes 22, 23 and 54): the same again will be refused again.
    pub fn is_of_the_data(&self) -> bool {
        matches!(self, Self::Statement { source, .. } if ["22", "23", "54"].contains(&&source.code.code()[..2]))
    }

    pub(crate) fn unavailable<E: StdError + Send + Sync + 'static>(source: E) -> Self {
        Self::Unavailable(Box::new(source))
    }

    /// Sorts an error of the driver: a broken connection may heal, a refused statement will not.
    pub(crate) fn from_driver(sql: &str, source: tokio_postgres::Error) -> Self {
        // Class 57 (operator intervention) is what a server says that is being shut down or started.
        match source.as_db_error() {
            Some(said) if !source.is_closed() && !said.code().code().starts_with("57P") => Self::Statement {
                statement: name_of(sql),
                source: Refusal {
                    code: said.code().clone(),
                    constraint: said.constraint().unwrap_or_default().to_owned(),
                },
            },
            _ => Self::unavailable(source),
        }
    }
}

/// The name a statement carries in its first line, `-- resource::verb`.
pub(crate) fn name_of(sql: &str) -> String {
    sql.trim_start()
        .strip_prefix("-- ")
        .and_then(|rest| rest.lines().next())
        .unwrap_or("a statement")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_its_first_line() {
        assert_eq!(name_of("-- offers::fetch\nSELECT 1"), "offers::fetch");
        assert_eq!(name_of("SELECT 1"), "a statement");
    }
}
