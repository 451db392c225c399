//! A transaction that knows whose it is. Statements take it, never a connection and a tenant's id.

use std::{marker::PhantomData, pin::pin};

use tokio_postgres::{
    Row, Transaction,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};

use super::{DatabaseError, name_of};

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
    kind: PhantomData<K>,
}

impl<K: Kind> std::fmt::Debug for TenantTx<'_, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantTx").finish_non_exhaustive()
    }
}

type Params<'p> = &'p [&'p (dyn ToSql + Sync)];

impl<'a, K: Kind> TenantTx<'a, K> {
    pub(super) fn new(inner: Transaction<'a>) -> Self {
        Self { inner, kind: PhantomData }
    }

    /// Rows of a statement.
    pub async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, DatabaseError> {
        self.inner.query(sql, params).await.map_err(|error| DatabaseError::from_driver(sql, error))
    }

    /// One row or none.
    pub async fn query_opt(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>, DatabaseError> {
        self.inner.query_opt(sql, params).await.map_err(|error| DatabaseError::from_driver(sql, error))
    }

    /// Exactly one row.
    pub async fn query_one(&self, sql: &str, params: Params<'_>) -> Result<Row, DatabaseError> {
        self.inner.query_one(sql, params).await.map_err(|error| DatabaseError::from_driver(sql, error))
    }

    /// How many rows a statement touched.
    pub async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, DatabaseError> {
        self.inner.execute(sql, params).await.map_err(|error| DatabaseError::from_driver(sql, error))
    }

    /// A statement that must touch exactly one row.
    pub async fn execute_one(&self, sql: &str, params: Params<'_>) -> Result<(), DatabaseError> {
        match self.execute(sql, params).await? {
            1 => Ok(()),
            found => Err(DatabaseError::Rows { statement: name_of(sql), found }),
        }
    }

    /// How many rows a statement inserted; nothing where one of them was there already, and then it has inserted none.
    pub async fn execute_unless_there(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Option<u64>, DatabaseError> {
        self.point(sql, "SAVEPOINT unless_there").await?;
        match self.execute(sql, params).await {
            Ok(rows) => {
                self.point(sql, "RELEASE SAVEPOINT unless_there").await?;
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

    /// Sends rows by one binary `COPY … FROM STDIN (FORMAT binary)`. Returns how many went. Row security knows no `COPY`: the table is one of the
    /// transaction's own.
    pub async fn copy_in<const N: usize>(
        &self,
        sql: &str,
        types: &[Type; N],
        rows: impl IntoIterator<Item = [&(dyn ToSql + Sync); N]>,
    ) -> Result<u64, DatabaseError> {
        let failed = |error| DatabaseError::from_driver(sql, error);
        let sink = self.inner.copy_in(sql).await.map_err(failed)?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, types));
        for row in rows {
            writer.as_mut().write(&row).await.map_err(failed)?;
        }
        writer.finish().await.map_err(failed)
    }

    /// Makes the changes hold.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        self.inner.commit().await.map_err(|error| DatabaseError::from_driver("-- commit", error))
    }
}
