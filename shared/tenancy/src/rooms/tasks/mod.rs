//! The table of scheduled tasks (K8.1b): the platform's, which are the template's schedules, and each tenant's own.
//!
//! A run is begun by a write that takes the task's next number, on the condition that nobody holds it. The number is the
//! fence: whoever was silent for longer than a lease finds another number there, and can neither renew it nor say how the
//! run ended.

mod item;
mod ledger;
mod own;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;
use vivier_domain::{
    ids::{TaskId, TenantId},
    task::{PlatformTask, RunCause, TaskKind},
};

pub use item::{OwnTask, RunState, Runs};
pub use ledger::{LEASE, Lease};
pub use own::{MOST_ATTEMPTS, OwnTasks, Wanted};

use self::ledger::{Key, Ledger};
use crate::{doors::schedule, names::Names, scope::PlatformScope, tenancy::TenancyError};

const CORRUPT: TenancyError = TenancyError::Corrupt("task");

/// What became of a try to begin a run.
#[derive(Debug)]
pub enum Begun {
    /// It is this caller's.
    Begun(Lease),
    /// Another one is under way.
    Running,
    /// The one of this time has come to its end already.
    Done,
}

/// The platform's tasks, and which tenants' wait for something.
#[derive(Debug)]
pub struct Tasks<'a> {
    ledger: Ledger,
    sdk: aws_config::SdkConfig,
    names: Names,
    _platform: &'a PlatformScope,
}

impl<'a> Tasks<'a> {
    pub(crate) fn new(
        client: Client,
        table: String,
        sdk: aws_config::SdkConfig,
        names: Names,
        platform: &'a PlatformScope,
    ) -> Self {
        Self { ledger: Ledger { client, table }, sdk, names, _platform: platform }
    }

    /// How a task of the platform stands.
    pub async fn fetch(&self, task: PlatformTask) -> Result<Runs, TenancyError> {
        Ok(self.ledger.fetch(&Key::platform(task)).await?.as_ref().map(item::runs).unwrap_or_default())
    }

    /// Begins a run of a task, unless one is under way. What its schedule, or its catching up, asks for is not done twice;
    /// an operator's is.
    pub async fn begin(
        &self,
        task: PlatformTask,
        cause: RunCause,
        now: Timestamp,
    ) -> Result<Begun, TenancyError> {
        let seen = self.fetch(task).await?;
        if cause != RunCause::Operator && seen.is_done_since(task, now) {
            return Ok(Begun::Done);
        }
        let begun = self.ledger.begin(&Key::platform(task), cause, &seen, now, None).await?;
        Ok(begun.map_or(Begun::Running, Begun::Begun))
    }

    /// Notes that the watch knows a task, so that one which never runs is missed.
    pub async fn know(&self, task: PlatformTask, now: Timestamp) -> Result<(), TenancyError> {
        self.ledger.know(&Key::platform(task), now).await
    }

    /// Has a task's function woken once more; `false` where that was done for this time already, whatever came of the run. What could
    /// not be woken is tried again at the next look.
    pub async fn catch_up(
        &self,
        task: PlatformTask,
        seen: &Runs,
        now: Timestamp,
    ) -> Result<bool, TenancyError> {
        let key = Key::platform(task);
        if !self.ledger.claim_catch_up(&key, seen, now).await? {
            return Ok(false);
        }
        if let Err(error) = self.wake(task, RunCause::CatchUp).await {
            self.ledger.release_catch_up(&key, seen, now).await?;
            return Err(error);
        }
        Ok(true)
    }

    /// Wakes a task's function as its schedule does, and waits for nothing.
    pub async fn wake(&self, task: PlatformTask, cause: RunCause) -> Result<(), TenancyError> {
        let event = json!({
            "source": "aws.events", "detail-type": schedule::DETAIL_TYPE,
            "detail": {"task": task.as_str(), "cause": cause.as_str()},
        });
        aws_sdk_lambda::Client::new(&self.sdk)
            .invoke()
            .function_name(self.names.function(task.function()))
            .invocation_type(InvocationType::Event)
            .payload(Blob::new(event.to_string()))
            .send()
            .await
            .map_err(TenancyError::cloud("lambda"))?;
        Ok(())
    }

    /// Tenants' approved tasks of a kind that are due before `until`, those that wait longest first.
    pub async fn list_due(
        &self,
        kind: TaskKind,
        until: Timestamp,
    ) -> Result<Vec<(TenantId, TaskId)>, TenancyError> {
        self.waiting(&item::due(kind), Some(until)).await
    }

    /// Tenants' tasks that nobody has decided about.
    pub async fn list_awaiting(&self) -> Result<Vec<(TenantId, TaskId)>, TenancyError> {
        self.waiting(item::AWAITING, None).await
    }

    async fn waiting(
        &self,
        queue: &str,
        until: Option<Timestamp>,
    ) -> Result<Vec<(TenantId, TaskId)>, TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let query = self
                .ledger
                .client
                .query()
                .table_name(&self.ledger.table)
                .index_name("by_waiting")
                .expression_attribute_values(":queue", AttributeValue::S(queue.to_owned()))
                .set_exclusive_start_key(start);
            let query = match until {
                None => query.key_condition_expression("waits_in = :queue"),
                Some(until) => query
                    .key_condition_expression("waits_in = :queue AND waits_at <= :until")
                    .expression_attribute_values(":until", item::time(until)),
            };
            let page = query.send().await.map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                found.push(named(&item).ok_or(CORRUPT)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}

fn named(item: &HashMap<String, AttributeValue>) -> Option<(TenantId, TaskId)> {
    let tenant = item.get("pk")?.as_s().ok()?.strip_prefix("tenant#")?.parse().ok()?;
    let task: Uuid = item.get("sk")?.as_s().ok()?.strip_prefix("task#")?.parse().ok()?;
    Some((tenant, task.into()))
}
