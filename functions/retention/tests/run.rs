//! Runs against the shared database of the test stack. The house these tests open has no key to a tenant's own stores, so that
//! what lies there fails for every tenant: what else is to be done must be done all the same.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use jiff::{SignedDuration, Timestamp};
use retention::{App, kind::Plan, reports, run};
use vivier_domain::{
    event::{Event, EventKind, SCHEMA_VERSION, Source},
    ids::{EventId, RunId},
    retention::DataKind,
    tenant::{Slug, TenantKind, TenantStatus},
};
use vivier_runtime::Clock;
use vivier_store::events;
use vivier_tenancy::{TenantScope, names::PoolRole, registry::Tenant};
use vivier_testkit::{scope, stack::Stack};

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}

struct House {
    app: App,
    own: TenantScope,
    other: TenantScope,
}

impl House {
    /// Both tenants have eight events past the promise and two within.
    async fn open() -> Self {
        let stack = Stack::from_env();
        // Whoever counts events may not remove them, and whoever removes them may not add any.
        let counting = stack.tenancy_as(PoolRole::Metrics).await;
        let (own, other) = (stack.pool_tenant(&counting).await, stack.pool_tenant(&counting).await);
        let tenancy = stack.tenancy_as(PoolRole::Retention).await;
        let house = Self { app: App { tenancy, clock: Clock::Fixed(now()) }, own, other };
        for scope in [&house.own, &house.other] {
            let mut session = counting.pool(scope).await.unwrap();
            let tx = session.begin().await.unwrap();
            let events: Vec<_> =
                [0, 89, 91, 92, 93, 94, 95, 96, 97, 98].map(|days| event(scope, days)).into();
            assert_eq!(events::insert(&tx, &events).await.unwrap(), 10);
            tx.commit().await.unwrap();
        }
        house
    }

    /// What a run over these tenants removed of each one's events, and whether it left none.
    async fn run(&self, scopes: &[&TenantScope], dry_run: bool, limit: u32) -> Vec<(Option<u64>, bool)> {
        let plan = Plan { run_id: RunId::generate(), by_hand: true, dry_run, as_of: now(), limit };
        let tenants = scopes.iter().map(|scope| tenant(scope)).collect();
        let report = run::over(&self.app, &scope::platform(), &plan, tenants).await;
        let expected: Vec<_> = scopes.iter().map(|scope| scope.tenant()).collect();
        assert_eq!(report.failed, expected, "own stores failed for each");
        let events = DataKind::Events;
        let pooled: Vec<_> = DataKind::ALL.iter().copied().filter(|kind| kind.is_pooled()).collect();
        for tenant in &report.tenants {
            let kinds: Vec<_> = tenant.removed.keys().copied().collect();
            assert_eq!(kinds, pooled, "the other kinds were done");
            assert!(!tenant.complete, "a tenant that failed is not complete");
        }
        let mut outcome = Vec::new();
        for (scope, tenant) in scopes.iter().zip(&report.tenants) {
            let kept = reports::list(&self.app, scope, 100).await.unwrap().reports;
            let kept = kept
                .iter()
                .find(|kept| kept.run_id == plan.run_id.to_string() && kept.kind == "events")
                .unwrap();
            assert_eq!((Some(&kept.removed), kept.dry_run), (tenant.removed.get(&events), dry_run));
            outcome.push((tenant.removed.get(&events).copied(), kept.complete));
        }
        outcome
    }
}

fn event(scope: &TenantScope, days: i64) -> Event {
    Event {
        version: SCHEMA_VERSION,
        event_id: EventId::generate(),
        tenant_id: scope.tenant(),
        occurred_at: now() - SignedDuration::from_hours(24 * days),
        source: Source::SYSTEM,
        kind: EventKind::ChatOpened {},
    }
}

/// The tenant as the registry would list it.
fn tenant(scope: &TenantScope) -> Tenant {
    Tenant {
        id: scope.tenant(),
        slug: Slug::try_from("fournil-du-nord".to_owned()).unwrap(),
        name: "Fournil du Nord".to_owned(),
        kind: TenantKind::Production,
        production: None,
        status: TenantStatus::Active,
        created_at: now(),
    }
}

#[tokio::test]
async fn dry_then_wet_then_nothing() {
    let house = House::open().await;
    let both = [&house.own, &house.other];
    assert_eq!(house.run(&both, true, 1000).await, [(Some(8), true), (Some(8), true)]);
    assert_eq!(house.run(&both, false, 1000).await, [(Some(8), true), (Some(8), true)]);
    assert_eq!(house.run(&both, false, 1000).await, [(Some(0), true), (Some(0), true)]);
}

#[tokio::test]
async fn a_limit_is_taken_up_by_the_next_run() {
    let house = House::open().await;
    for (removed, complete) in [(3, false), (3, false), (2, true), (0, true)] {
        assert_eq!(house.run(&[&house.own], false, 3).await, [(Some(removed), complete)]);
    }
    assert_eq!(
        house.run(&[&house.other], true, 1000).await,
        [(Some(8), true)],
        "one tenant's run is one tenant's"
    );
}
