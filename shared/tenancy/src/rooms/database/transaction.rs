//! A transaction that knows whose it is. Statements take it, never a connection and a tenant's id.

use std::{marker::PhantomData, pin::Pin};

use bytes::Bytes;
use futures_util::{SinkExt as _, Stream as _, future::join_all};
use tokio_postgres::{CopyInSink, CopyOutStream, Row, Statement, Transaction, types::ToSql};

use super::{DatabaseError, connection::Statements, name_of};

/// Which database a transaction is on.
pub trait Kind: Send + Sync + 'static {}

/// The tenant's own database.
#[derive(Debug)]
pub struct SiloKind;
/// The shared database.
#[derive(Debug)]
pub struct PoolKind;

impl Kind for SiloKind {}
impl Kind for PoolKind {}

/// A transaction on the tenant's own database.
pub type SiloTx<'a> = TenantTx<'a, SiloKind>;
/// A transaction on the shared database, bound to one tenant.
pub type PoolTx<'a> = TenantTx<'a, PoolKind>;

/// One transaction of one tenant.
pub struct TenantTx<'a, K: Kind> {
    inner: Transaction<'a>,
    statements: &'a Statements,
    kind: PhantomData<K>,
}

impl<K: Kind> std::fmt::Debug for TenantTx<'_, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantTx").finish_non_exhaustive()
    }
}

/// Text on its way in. Dropped without [`Self::finish`], it changes nothing.
pub struct CopyIn {
    sink: Pin<Box<CopyInSink<Bytes>>>,
    statement: String,
}

impl std::fmt::Debug for CopyIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyIn").field("statement", &self.statement).finish_non_exhaustive()
    }
}

impl CopyIn {
    /// Sends text, cut anywhere.
    pub async fn write(&mut self, text: Bytes) -> Result<(), DatabaseError> {
        let sent = self.sink.send(text).await;
        sent.map_err(|error| DatabaseError::from_driver(&format!("-- {}", self.statement), error))
    }

    /// Ends it; how many rows came.
    pub async fn finish(mut self) -> Result<u64, DatabaseError> {
        let ended = self.sink.as_mut().finish().await;
        ended.map_err(|error| DatabaseError::from_driver(&format!("-- {}", self.statement), error))
    }
}

/// Rows on their way out.
pub struct CopiedOut {
    stream: Pin<Box<CopyOutStream>>,
    statement: String,
}

impl std::fmt::Debug for CopiedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopiedOut").field("statement", &self.statement).finish_non_exhaustive()
    }
}

impl CopiedOut {
    /// The next row as text.
    pub async fn next(&mut self) -> Result<Option<Bytes>, DatabaseError> {
        match std::future::poll_fn(|context| self.stream.as_mut().poll_next(context)).await {
            Some(Ok(row)) => Ok(Some(row)),
            Some(Err(error)) => Err(DatabaseError::from_driver(&format!("-- {}", self.statement), error)),
            None => Ok(None),
        }
    }
}

type Params<'p> = &'p [&'p (dyn ToSql + Sync)];

/// As many futures [`join_all`] polls in their order.
const MOST_PARTS: usize = 30;

/// Lets others go on so often.
async fn yield_turns(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

impl<'a, K: Kind> TenantTx<'a, K> {
    pub(super) fn new(inner: Transaction<'a>, statements: &'a Statements) -> Self {
        Self { inner, statements, kind: PhantomData }
    }

    async fn prepared(&self, sql: &str) -> Result<Statement, DatabaseError> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known);
        }
        let statement = self.inner.prepare(sql).await.map_err(|error| self.refused(sql, error))?;
        self.statements.keep(sql, &statement);
        Ok(statement)
    }

    fn refused(&self, sql: &str, error: tokio_postgres::Error) -> DatabaseError {
        self.statements.doubt(&error);
        DatabaseError::from_driver(sql, error)
    }

    /// Rows of a statement.
    pub async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, DatabaseError> {
        let statement = self.prepared(sql).await?;
        self.inner.query(&statement, params).await.map_err(|error| self.refused(sql, error))
    }

    /// One row or none.
    pub async fn query_opt(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>, DatabaseError> {
        let statement = self.prepared(sql).await?;
        self.inner.query_opt(&statement, params).await.map_err(|error| self.refused(sql, error))
    }

    /// Exactly one row.
    pub async fn query_one(&self, sql: &str, params: Params<'_>) -> Result<Row, DatabaseError> {
        let statement = self.prepared(sql).await?;
        self.inner.query_one(&statement, params).await.map_err(|error| self.refused(sql, error))
    }

    /// How many rows a statement touched.
    pub async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, DatabaseError> {
        let statement = self.prepared(sql).await?;
        self.inner.execute(&statement, params).await.map_err(|error| self.refused(sql, error))
    }

    /// A statement that must touch exactly one row.
    pub async fn execute_one(&self, sql: &str, params: Params<'_>) -> Result<(), DatabaseError> {
        match self.execute(sql, params).await? {
            1 => Ok(()),
            found => Err(DatabaseError::Rows { statement: name_of(sql), found }),
        }
    }

    /// How many rows a statement inserted, run once for each of the parts, at most thirty; nothing where one of them was there already, and
    /// then it has inserted none. While the server stores a part, the next one is asked for what the statement takes.
    pub async fn execute_unless_there<P>(
        &self,
        sql: &str,
        parts: impl ExactSizeIterator<Item = P>,
    ) -> Result<Option<u64>, DatabaseError>
    where
        P: FnOnce() -> Vec<Box<dyn ToSql + Sync + Send>>,
    {
        let statement = self.prepared(sql).await?;
        let last = parts.len();
        debug_assert!(last <= MOST_PARTS, "the order of {last} parts would not be kept");
        // One behind the other without waiting for an answer between them: where one is refused, those behind it are too. The turns are what
        // sends each before the next is begun.
        let one = async |(turn, part): (usize, P)| {
            yield_turns(turn).await;
            let params = part();
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| &**param as _).collect();
            self.inner.execute(&statement, &params).await
        };
        let (begun, inserted, released) = tokio::join!(
            biased;
            self.point(sql, "SAVEPOINT unless_there"),
            join_all(parts.enumerate().map(one)),
            async {
                yield_turns(last).await;
                self.point(sql, "RELEASE SAVEPOINT unless_there").await
            },
        );
        begun?;
        let inserted: Result<u64, _> = inserted.into_iter().sum();
        match inserted.map_err(|error| self.refused(sql, error)) {
            Ok(rows) => {
                released?;
                Ok(Some(rows))
            }
            Err(error) if error.is_there_already() => {
                self.point(sql, "ROLLBACK TO SAVEPOINT unless_there; RELEASE SAVEPOINT unless_there").await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn point(&self, sql: &str, command: &str) -> Result<(), DatabaseError> {
        self.inner.batch_execute(command).await.map_err(|error| DatabaseError::from_driver(sql, error))
    }

    /// From now on everything is read as it is at this moment, by a transaction that may take its time and writes nothing, and written down the
    /// same way wherever the server stands. To be the first statement.
    pub async fn stand_still(&self) -> Result<(), DatabaseError> {
        const STILL: &str =
            "-- transactions::stand_still\nSET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        const WRITTEN: &str = "-- transactions::write_alike\nSET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
                               SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601'; \
                               SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1";
        for sql in [STILL, WRITTEN] {
            self.inner.batch_execute(sql).await.map_err(|error| DatabaseError::from_driver(sql, error))?;
        }
        Ok(())
    }

    /// Begins a `COPY … FROM STDIN` of text.
    pub async fn copy_text_in(&self, sql: &str) -> Result<CopyIn, DatabaseError> {
        let sink = self.inner.copy_in(sql).await.map_err(|error| DatabaseError::from_driver(sql, error))?;
        Ok(CopyIn { sink: Box::pin(sink), statement: name_of(sql) })
    }

    /// Rows by one `COPY … TO STDOUT`, as the server sends them: one message for each row, and one for the header.
    pub async fn copy_out(&self, sql: &str) -> Result<CopiedOut, DatabaseError> {
        let stream =
            self.inner.copy_out(sql).await.map_err(|error| DatabaseError::from_driver(sql, error))?;
        Ok(CopiedOut { stream: Box::pin(stream), statement: name_of(sql) })
    }

    /// Makes the changes hold.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        self.inner.commit().await.map_err(|error| DatabaseError::from_driver("-- commit", error))
    }
}
