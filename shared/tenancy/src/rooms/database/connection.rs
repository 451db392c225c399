//! A connection, and the statements that its server has read already: to have one read costs a round trip, and as much as many a
//! statement takes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_postgres::{Client, Statement, error::SqlState};

use super::{DatabaseError, Kind, TenantTx};

/// More than any function has; a statement that is composed anew each time must not fill the server.
const MOST: usize = 256;

/// A connection on which transactions of tenants begin.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) client: Client,
    statements: Statements,
}

impl Connection {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, statements: Statements::default() }
    }

    pub(crate) async fn begin<K: Kind>(&mut self) -> Result<TenantTx<'_, K>, DatabaseError> {
        let inner = self.client.transaction().await.map_err(DatabaseError::unavailable)?;
        Ok(TenantTx::new(inner, &self.statements))
    }
}

/// What one connection's server has read, by the statements' texts. They belong to no tenant: each is planned when it runs, for whoever it runs for.
#[derive(Default)]
pub(crate) struct Statements(Mutex<HashMap<String, Statement>>);

impl std::fmt::Debug for Statements {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statements").finish_non_exhaustive()
    }
}

impl Statements {
    fn known(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, sql: &str) -> Option<Statement> {
        self.known().get(sql).cloned()
    }

    pub(super) fn keep(&self, sql: &str, statement: &Statement) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(sql.to_owned(), statement.clone());
    }

    /// Forgets all of them where the error may mean that one is not what it was: a migration changed what its rows look like
    /// (class 0A) or what it names (class 42), or somebody took it away (class 26). The next try has them read anew.
    pub(super) fn doubt(&self, error: &tokio_postgres::Error) {
        let doubtful = |code: &SqlState| ["0A", "26", "42"].contains(&&code.code()[..2]);
        if error.code().is_some_and(doubtful) {
            self.known().clear();
        }
    }
}
