//! A feed's schedule is a task of its tenant's own, and waits for the operator's approval (K8.1b). The tenant's database says when a feed
//! is due, the table of tasks whether it may be fetched then. What the two say of a feed is made the same by every turn of the schedule, so
//! that nothing is lost where a request ended between them.

use std::collections::HashMap;

use vivier_domain::{
    feed::{FeedRunCause, FeedSchedule, MOST_FEEDS, Transport},
    ids::{FeedId, FeedRunId, TaskId},
    task::{Approval, Recurrence, RunCause, TaskKind, Timing},
};
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::feeds::{self, Ended, Feed, Taken};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::tasks::{OwnTask, OwnTasks, Wanted},
};

use crate::App;

/// Which feeds may be fetched by their schedules.
pub type Approvals = HashMap<FeedId, Approval>;

/// Of all of a tenant's feeds.
pub async fn list(app: &App, scope: &TenantScope) -> Result<Approvals, TenancyError> {
    let tasks = app.tenancy.own_tasks(scope)?.list().await?;
    Ok(tasks
        .iter()
        .filter(|task| task.kind == TaskKind::Feed)
        .map(|task| (feed(task), task.approval))
        .collect())
}

/// Has a feed's schedule approved, if it has one that holds; where it stands. What cannot be written now, the schedule writes.
pub async fn ask(app: &App, scope: &TenantScope, feed: &Feed) -> Approval {
    let asked = async {
        let tasks = app.tenancy.own_tasks(scope)?;
        if feed.terms.enabled {
            return Ok::<_, TenancyError>(register(app, &tasks, feed).await?.approval);
        }
        tasks.withdraw(task(feed.id)).await?;
        Ok(Approval::Awaiting)
    };
    asked.await.unwrap_or_else(|error| {
        tracing::warn!(feed = %feed.id, error = telemetry::chain(&error), "a feed's approval is asked for later");
        Approval::Awaiting
    })
}

/// Forgets a feed that is gone.
pub async fn forget(app: &App, scope: &TenantScope, id: FeedId) {
    let forgotten = async { app.tenancy.own_tasks(scope)?.withdraw(task(id)).await };
    if let Err(error) = forgotten.await {
        tracing::warn!(feed = %id, error = telemetry::chain(&error), "a feed's task is removed later");
    }
}

/// Asks for the runs that are due of approved feeds, and for those that members asked of their tasks.
pub async fn start_due(app: &App, scope: &TenantScope) -> Result<(), HandlerError> {
    let (tasks, now) = (app.tenancy.own_tasks(scope)?, app.clock.now());
    // Before the feeds: a task is entered after its feed, so none is taken for one whose feed is gone.
    let mut known: HashMap<FeedId, OwnTask> = HashMap::new();
    for task in tasks.list().await?.into_iter().filter(|task| task.kind == TaskKind::Feed) {
        known.insert(feed(&task), task);
    }
    let entered = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        feeds::list(&tx, None, usize::try_from(MOST_FEEDS).unwrap_or(usize::MAX)).await?
    };
    let (mut approved, mut asked) = (Vec::new(), Vec::new());
    for feed in entered.iter().filter(|feed| feed.terms.enabled) {
        let task = match known.remove(&feed.id) {
            Some(task) if same(feed, &task) => task,
            _ => register(app, &tasks, feed).await?,
        };
        if task.approval == Approval::Approved {
            approved.push(feed.id);
            if task.wanted {
                asked.push(feed.id);
            } else if task.next_at != Some(feed.next_at) {
                tasks.note_next(task.id, feed.next_at).await?;
            }
        }
    }
    for gone in known.into_keys() {
        tasks.withdraw(task(gone)).await?;
    }
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    feeds::start_due(&tx, &approved, now).await?;
    for feed in asked {
        feeds::open_run(&tx, feed, FeedRunId::generate(), now).await?;
    }
    Ok(tx.commit().await?)
}

/// Tells the table that a run was begun.
pub async fn note_begun(app: &App, scope: &TenantScope, taken: &Taken) {
    let cause = match taken.cause {
        FeedRunCause::Schedule => RunCause::Schedule,
        FeedRunCause::Member => RunCause::Member,
    };
    let (id, next_at) = (task(taken.feed.id), taken.feed.next_at);
    let noted = async { app.tenancy.own_tasks(scope)?.note_begun(id, cause, next_at, app.clock.now()).await };
    unless_noted(noted.await);
}

/// Tells the table how a run ended.
pub async fn note_ended(app: &App, scope: &TenantScope, id: FeedId, ended: &Ended) {
    let failure = match ended {
        Ended::Failed { failure, .. } => Some(failure.as_str()),
        Ended::Unchanged(..) | Ended::Imported => None,
    };
    let noted = async { app.tenancy.own_tasks(scope)?.note_ended(task(id), failure, app.clock.now()).await };
    unless_noted(noted.await);
}

/// What is not noted is not undone: the feed's own account of its runs is whole.
fn unless_noted(noted: Result<(), TenancyError>) {
    if let Err(error) = noted {
        tracing::warn!(error = telemetry::chain(&error), "a run of a feed is not in the table of tasks");
    }
}

async fn register(app: &App, tasks: &OwnTasks<'_>, feed: &Feed) -> Result<OwnTask, TenancyError> {
    let (what, terms, timing) = (what(feed), terms(feed), timing(feed)?);
    let kind = TaskKind::Feed;
    let wanted = Wanted { id: task(feed.id), kind, what: &what, terms: &terms, timing: &timing };
    tasks.register(&wanted, app.clock.now()).await
}

fn same(feed: &Feed, known: &OwnTask) -> bool {
    let (what, terms) = (what(feed), terms(feed));
    timing(feed).is_ok_and(|timing| {
        let kind = TaskKind::Feed;
        Wanted { id: task(feed.id), kind, what: &what, terms: &terms, timing: &timing }.is(known)
    })
}

/// What people read, in no language. The whole address stays out of it: a query may hold what opens it.
fn what(feed: &Feed) -> String {
    let address = &feed.terms.address;
    let scheme = match address.transport() {
        Transport::Https => "https",
        Transport::Sftp => "sftp",
    };
    format!("{} ← {scheme}://{}", feed.terms.source.as_str(), address.host())
}

/// What is approved beside: the very file.
fn terms(feed: &Feed) -> String {
    format!("{} {}", feed.terms.format.as_str(), feed.terms.address.as_str())
}

fn timing(feed: &Feed) -> Result<Timing, TenancyError> {
    let recurrence = match feed.terms.schedule {
        FeedSchedule::Hourly => Recurrence::Minutes { count: 60 },
        FeedSchedule::Daily(hour) => Recurrence::Day { hour, minute: 0 },
    };
    Timing::new(recurrence, "UTC").map_err(|_| TenancyError::Corrupt("feed"))
}

fn task(id: FeedId) -> TaskId {
    id.as_uuid().into()
}

fn feed(task: &OwnTask) -> FeedId {
    task.id.as_uuid().into()
}
