//! Runs of tenants' own tasks, in the table of the test stack.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    ids::{TaskId, TenantId},
    task::{Approval, Recurrence, RunCause, TaskKind, TaskOutcome, Timing},
    tenant::{Slug, TenantKind, TenantStatus},
};
use vivier_runtime::{
    Clock, HandlerError,
    tasks::{Tally, carry_out_due},
};
use vivier_tenancy::{
    Tenancy, TenantScope,
    registry::Tenant,
    rooms::tasks::{Begun, Lease, MOST_ATTEMPTS, OwnTask, RunState, Wanted},
};
use vivier_testkit::{scope, stack::Stack};

/// Long from now: the stack's own schedules find nothing of this due.
const AT: &str = "2096-01-15T10:00:00Z";

fn at(seconds: i64) -> Timestamp {
    AT.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn daily() -> Timing {
    Timing::new(Recurrence::Day { hour: 8, minute: 0 }, "Europe/Paris").unwrap()
}

fn wanted<'a>(id: TaskId, what: &'a str, timing: &'a Timing) -> Wanted<'a> {
    Wanted { id, kind: TaskKind::Report, what, terms: "columns", timing }
}

/// A tenant's approved task that is due at `at(0)`.
async fn approved(tenancy: &Tenancy, scope: &TenantScope) -> TaskId {
    let (tasks, id, timing) = (tenancy.own_tasks(scope).unwrap(), TaskId::generate(), daily());
    let entered = tasks.register(&wanted(id, "weekly figures", &timing), at(-86_400)).await.unwrap();
    let decided = tasks.decide(&scope::platform(), &entered, true, at(-86_400)).await.unwrap().unwrap();
    assert_eq!(decided.next_at, Some(at(-3 * 3_600)));
    id
}

async fn fetch(tenancy: &Tenancy, scope: &TenantScope, id: TaskId) -> OwnTask {
    tenancy.own_tasks(scope).unwrap().fetch(id).await.unwrap().unwrap()
}

async fn begin(tenancy: &Tenancy, scope: &TenantScope, id: TaskId, now: Timestamp) -> Option<Lease> {
    match tenancy.own_tasks(scope).unwrap().begin(id, now).await.unwrap() {
        Begun::Begun(lease) => Some(lease),
        Begun::Running | Begun::Done => None,
    }
}

#[tokio::test]
async fn a_task_waits_for_the_operator_and_waits_anew_when_it_changes() {
    let tenancy = Stack::from_env().tenancy().await;
    let (own, platform) = (scope::front(TenantId::generate()), scope::platform());
    let (tasks, id, timing) = (tenancy.own_tasks(&own).unwrap(), TaskId::generate(), daily());
    let entered = tasks.register(&wanted(id, "weekly figures", &timing), at(0)).await.unwrap();
    assert_eq!((entered.approval, entered.revision, entered.next_at), (Approval::Awaiting, 1, None));
    assert!(begin(&tenancy, &own, id, at(86_400)).await.is_none(), "nobody has decided");
    assert!(!tasks.ask(id, at(0)).await.unwrap());
    let listed = tenancy.tasks(&platform).unwrap().list_awaiting().await.unwrap();
    assert!(listed.contains(&(own.tenant(), id)));

    let approved = tasks.decide(&platform, &entered, true, at(1)).await.unwrap().unwrap();
    assert_eq!((approved.approval, approved.next_at), (Approval::Approved, Some(at(21 * 3_600))));
    // The same once more changes nothing; whatever else does.
    let same = tasks.register(&wanted(id, "weekly figures", &timing), at(2)).await.unwrap();
    assert_eq!((same.approval, same.revision), (Approval::Approved, 1));
    let weekly = Timing::new(
        Recurrence::Week { weekday: vivier_domain::task::Weekday::Monday, hour: 8, minute: 0 },
        "UTC",
    );
    let weekly = weekly.unwrap();
    let changes = [
        wanted(id, "daily figures", &timing),
        wanted(id, "daily figures", &weekly),
        Wanted { terms: "other columns", ..wanted(id, "daily figures", &weekly) },
    ];
    for (number, change) in changes.iter().enumerate() {
        let before = fetch(&tenancy, &own, id).await;
        assert!(!change.is(&before));
        let changed = tasks.register(change, at(3)).await.unwrap();
        assert!(change.is(&changed));
        assert_eq!((changed.approval, changed.revision), (Approval::Awaiting, number as u64 + 2));
        assert!(tasks.decide(&platform, &before, true, at(4)).await.unwrap().is_none(), "another was seen");
        tasks.decide(&platform, &changed, true, at(4)).await.unwrap().unwrap();
    }
    let seen = fetch(&tenancy, &own, id).await;
    let refused = tasks.decide(&platform, &seen, false, at(5)).await.unwrap().unwrap();
    assert_eq!((refused.approval, refused.next_at), (Approval::Refused, None));
    assert!(begin(&tenancy, &own, id, at(10 * 86_400)).await.is_none());
    tasks.clear().await.unwrap();
    assert_eq!(tasks.list().await.unwrap(), []);
}

#[tokio::test]
async fn one_run_at_a_time_and_whoever_was_silent_writes_no_end() {
    let tenancy = Stack::from_env().tenancy().await;
    let own = scope::front(TenantId::generate());
    let id = approved(&tenancy, &own).await;
    let first = begin(&tenancy, &own, id, at(0)).await.unwrap();
    assert!(begin(&tenancy, &own, id, at(29)).await.is_none());
    assert!(first.hold(at(20)).await.unwrap());
    assert!(begin(&tenancy, &own, id, at(49)).await.is_none(), "it was renewed");
    let second = begin(&tenancy, &own, id, at(50)).await.unwrap();
    assert_eq!((first.number(), second.number(), second.after_cut_off), (1, 2, true));
    assert!(!first.hold(at(51)).await.unwrap());
    assert!(!first.end(None, at(51)).await.unwrap());
    let running = fetch(&tenancy, &own, id).await;
    assert_eq!((running.runs.state(at(51)), running.attempts), (RunState::Running, 2));
    assert!(second.end(None, at(60)).await.unwrap());
    assert!(!second.end(Some("late"), at(61)).await.unwrap(), "it has ended");
    let done = fetch(&tenancy, &own, id).await;
    assert_eq!(
        (done.runs.outcome, done.runs.lasted()),
        (Some(TaskOutcome::Done), Some(SignedDuration::from_secs(10)))
    );
    // Many days were missed: the next time is the next one, and none of those is made up for.
    assert_eq!((done.next_at, done.attempts), (Some(at(21 * 3_600)), 0));
    assert!(begin(&tenancy, &own, id, at(62)).await.is_none());
}

#[tokio::test]
async fn two_at_once_begin_one_run() {
    let tenancy = Stack::from_env().tenancy().await;
    let own = scope::front(TenantId::generate());
    let id = approved(&tenancy, &own).await;
    let tries = (0..8).map(|_| begin(&tenancy, &own, id, at(0)));
    let begun = futures_util::future::join_all(tries).await;
    assert_eq!(begun.iter().flatten().count(), 1);
}

#[tokio::test]
async fn one_that_is_cut_off_again_and_again_is_given_up() {
    let tenancy = Stack::from_env().tenancy().await;
    let own = scope::front(TenantId::generate());
    let id = approved(&tenancy, &own).await;
    for attempt in 0..MOST_ATTEMPTS {
        assert!(begin(&tenancy, &own, id, at(i64::from(attempt) * 31)).await.is_some());
    }
    assert!(begin(&tenancy, &own, id, at(200)).await.is_none());
    let given_up = fetch(&tenancy, &own, id).await;
    assert_eq!(given_up.runs.failure.as_deref(), Some("attempts-exhausted"));
    assert_eq!((given_up.next_at, given_up.attempts), (Some(at(21 * 3_600)), 0));
}

#[tokio::test]
async fn who_asks_while_a_run_is_under_way_gets_another() {
    let tenancy = Stack::from_env().tenancy().await;
    let own = scope::front(TenantId::generate());
    let id = approved(&tenancy, &own).await;
    let lease = begin(&tenancy, &own, id, at(0)).await.unwrap();
    assert!(tenancy.own_tasks(&own).unwrap().ask(id, at(5)).await.unwrap());
    assert!(lease.end(None, at(10)).await.unwrap());
    let task = fetch(&tenancy, &own, id).await;
    assert_eq!((task.wanted, task.next_at), (true, Some(at(5))));
    let lease = begin(&tenancy, &own, id, at(11)).await.unwrap();
    assert!(!fetch(&tenancy, &own, id).await.wanted, "it has begun");
    assert!(lease.end(None, at(12)).await.unwrap());
    assert_eq!(fetch(&tenancy, &own, id).await.next_at, Some(at(21 * 3_600)));
}

/// A tenant that is in the registry, as `carry_out_due` asks for.
async fn registered(tenancy: &Tenancy) -> Tenant {
    let (registry, platform) = (tenancy.registry().unwrap(), scope::platform());
    let slug = Slug::try_from(format!("tasks-{}", &TenantId::generate().simple()[20..])).unwrap();
    let made =
        registry.register(&platform, &slug, "Essai", TenantKind::Production, None, at(0)).await.unwrap();
    registry.advance(&platform, &made, TenantStatus::Active).await.unwrap()
}

#[tokio::test]
async fn what_is_due_is_carried_out_once_and_a_failure_is_told() {
    let tenancy = Stack::from_env().tenancy().await;
    let tenant = registered(&tenancy).await;
    // It has no stores: whoever works for every tenant would fail by one that stays.
    let work = Box::pin(carried_out_once(&tenancy, &tenant));
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    tenancy.own_tasks(&scope::platform().lend(&tenant)).unwrap().clear().await.unwrap();
    tenancy.registry().unwrap().forget(&scope::platform(), &tenant).await.unwrap();
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
}

async fn carried_out_once(tenancy: &Tenancy, tenant: &Tenant) {
    let own = scope::platform().lend(tenant);
    let tenant = tenant.id;
    let (good, bad) = (approved(tenancy, &own).await, approved(tenancy, &own).await);
    let runs = Arc::new(AtomicU32::new(0));
    let turn = |now| {
        let runs = Arc::clone(&runs);
        let work = move |scope: TenantScope, id: TaskId| {
            let (runs, ours) = (Arc::clone(&runs), id == good || id == bad);
            async move {
                // Another test's task may be due as well.
                runs.fetch_add(u32::from(ours && scope.tenant() == tenant), Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
                if id == bad {
                    Err(HandlerError::refused("no-recipients", "nobody may read it"))
                } else {
                    Ok(())
                }
            }
        };
        let (clock, until) = (Clock::Fixed(now), Instant::now() + Duration::from_secs(30));
        let (tenancy, platform) = (tenancy.clone(), scope::platform());
        async move { carry_out_due(&tenancy, clock, &platform, TaskKind::Report, until, work).await.unwrap() }
    };
    let (one, two) = tokio::join!(turn(at(0)), turn(at(0)));
    assert_eq!(runs.load(Ordering::SeqCst), 2, "{one:?} {two:?}");
    assert_eq!(turn(at(0)).await, Tally::default());
    assert_eq!(fetch(tenancy, &own, good).await.runs.outcome, Some(TaskOutcome::Done));
    let failed = fetch(tenancy, &own, bad).await;
    assert_eq!(failed.runs.failure.as_deref(), Some("no-recipients: nobody may read it"));
    assert_eq!((failed.runs.failures, failed.next_at), (1, Some(at(21 * 3_600))));

    assert!(tenancy.own_tasks(&own).unwrap().ask(good, at(1)).await.unwrap());
    assert_eq!(turn(at(1)).await, Tally { done: 1, failed: 0 });
    let asked = fetch(tenancy, &own, good).await;
    assert_eq!((asked.runs.cause, asked.wanted, asked.runs.number), (Some(RunCause::Member), false, 2));
}

#[tokio::test]
async fn another_tenants_are_not_there() {
    let tenancy = Stack::from_env().tenancy().await;
    let (own, other) = (scope::front(TenantId::generate()), scope::front(TenantId::generate()));
    let id = approved(&tenancy, &own).await;
    let theirs = tenancy.own_tasks(&other).unwrap();
    assert_eq!((theirs.fetch(id).await.unwrap(), theirs.list().await.unwrap()), (None, vec![]));
    assert!(!theirs.ask(id, at(0)).await.unwrap());
    theirs.withdraw(id).await.unwrap();
    assert!(matches!(theirs.begin(id, at(0)).await.unwrap(), Begun::Done));
    assert_eq!(fetch(&tenancy, &own, id).await.runs.number, 0);
}
