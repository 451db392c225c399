//! Two tenants of the shared database, and short ways to do something for one of them.

use jiff::{SignedDuration, Timestamp};
use tokio_postgres::error::SqlState;
use vivier_domain::{
    event::{Event, EventKind, SCHEMA_VERSION, Source},
    ids::EventId,
};
use vivier_tenancy::{
    Tenancy, TenantScope,
    names::PoolRole,
    rooms::{PoolSession, database::DatabaseError},
};
use vivier_testkit::stack::Stack;

/// Every test has a house and tenants of its own, so that none sees another's rows.
pub(crate) struct House {
    pub(crate) tenancy: Tenancy,
    /// Enters as the role that counts events and keeps shares.
    pub(crate) counter: Tenancy,
    /// Enters as the role that purges.
    pub(crate) keeper: Tenancy,
    /// Enters as the role that takes everything along.
    pub(crate) packer: Tenancy,
    /// Enters as the role that counts what a breach concerns.
    pub(crate) teller: Tenancy,
    pub(crate) own: TenantScope,
    pub(crate) other: TenantScope,
}

impl House {
    pub(crate) async fn open() -> Self {
        let stack = Stack::from_env();
        let tenancy = stack.tenancy().await;
        let (own, other) = (stack.pool_tenant(&tenancy).await, stack.pool_tenant(&tenancy).await);
        let counter = stack.tenancy_as(PoolRole::Metrics).await;
        let keeper = stack.tenancy_as(PoolRole::Retention).await;
        let packer = stack.tenancy_as(PoolRole::Departure).await;
        let teller = stack.tenancy_as(PoolRole::Breaches).await;
        Self { tenancy, counter, keeper, packer, teller, own, other }
    }

    /// Entered as this role.
    pub(crate) fn entered_as(&self, role: PoolRole) -> &Tenancy {
        match role {
            PoolRole::App => &self.tenancy,
            PoolRole::Metrics => &self.counter,
            PoolRole::Retention => &self.keeper,
            PoolRole::Departure => &self.packer,
            PoolRole::Breaches => &self.teller,
        }
    }

    pub(crate) async fn session(&self, scope: &TenantScope) -> PoolSession {
        self.tenancy.pool(scope).await.expect("the shared database opens")
    }

    pub(crate) async fn counting(&self, scope: &TenantScope) -> PoolSession {
        self.counter.pool(scope).await.expect("the shared database opens")
    }

    pub(crate) async fn purging(&self, scope: &TenantScope) -> PoolSession {
        self.keeper.pool(scope).await.expect("the shared database opens")
    }

    /// Runs one statement in a transaction of its own and makes it hold.
    pub(crate) async fn execute(&self, scope: &TenantScope, sql: &str) -> Result<u64, DatabaseError> {
        self.execute_as(PoolRole::App, scope, sql).await
    }

    /// The same as a role.
    pub(crate) async fn execute_as(
        &self,
        role: PoolRole,
        scope: &TenantScope,
        sql: &str,
    ) -> Result<u64, DatabaseError> {
        let mut session = self.entered_as(role).pool(scope).await.expect("the shared database opens");
        let tx = session.begin().await?;
        let touched = tx.execute(sql, &[]).await?;
        tx.commit().await?;
        Ok(touched)
    }

    pub(crate) async fn store(&self, scope: &TenantScope, events: &[Event]) -> u64 {
        let mut session = self.counting(scope).await;
        let tx = session.begin().await.unwrap();
        let new = vivier_store::events::insert(&tx, events).await.unwrap();
        tx.commit().await.unwrap();
        new
    }
}

/// Runs statements in a transaction of `$scope` and commits it.
macro_rules! in_tx {
    ($house:expr, $scope:expr, |$tx:ident| $work:expr) => {
        $crate::house::in_session!($house.session($scope), |$tx| $work)
    };
}
pub(crate) use in_tx;

/// The same as the role that counts.
macro_rules! in_count {
    ($house:expr, $scope:expr, |$tx:ident| $work:expr) => {
        $crate::house::in_session!($house.counting($scope), |$tx| $work)
    };
}
pub(crate) use in_count;

/// The same as the role that purges.
macro_rules! in_purge {
    ($house:expr, $scope:expr, |$tx:ident| $work:expr) => {
        $crate::house::in_session!($house.purging($scope), |$tx| $work)
    };
}
pub(crate) use in_purge;

macro_rules! in_session {
    ($session:expr, |$tx:ident| $work:expr) => {{
        let mut session = $session.await;
        let $tx = session.begin().await.unwrap();
        let outcome = $work;
        $tx.commit().await.unwrap();
        outcome
    }};
}
pub(crate) use in_session;

/// A moment that the tests call now.
pub(crate) fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}

/// So many days before [`now`].
pub(crate) fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

/// A search at a moment.
pub(crate) fn search(scope: &TenantScope, occurred_at: Timestamp) -> Event {
    Event {
        version: SCHEMA_VERSION,
        event_id: EventId::generate(),
        tenant_id: scope.tenant(),
        occurred_at,
        source: Source::SYSTEM,
        kind: EventKind::Search { results: 3, filters: 1, further: false, context: None, share: None },
    }
}

/// What PostgreSQL called its refusal.
pub(crate) fn refusal(error: &DatabaseError) -> Option<&SqlState> {
    match error {
        DatabaseError::Statement { source, .. } => Some(source.code()),
        _ => None,
    }
}
