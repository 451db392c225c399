//! Making and removing a tenant's stores. Every step can be done again: a create that stopped half-way is simply run
//! again, and a delete as well.

mod absence;
mod arrival;
mod bucket;
mod key;
mod partitions;
pub(crate) mod password;
mod postgres;
mod table;
mod usage_plan;

use std::sync::Arc;

use aws_config::SdkConfig;

pub use absence::Partitions;
pub use arrival::{OwnerOfPool, OwnerOfSilo};
pub use usage_plan::UsageLimits;

use crate::{
    config::{ApiStage, Config},
    names::Names,
    rooms::database::Connector,
    scope::PlatformScope,
};

/// The tools of the `tenants` function. Its IAM role is the only one that can use them.
#[derive(Debug)]
pub struct Provisioning {
    sdk: SdkConfig,
    names: Names,
    connector: Arc<Connector>,
    api: Option<ApiStage>,
    sessions_table: Option<String>,
    requests_table: Option<String>,
    ledger_table: Option<String>,
    projects_table: Option<String>,
    tasks_table: Option<String>,
}

impl Provisioning {
    pub(crate) fn new(
        _: &PlatformScope,
        sdk: &SdkConfig,
        names: Names,
        connector: Arc<Connector>,
        config: &Config,
    ) -> Self {
        Self {
            sdk: sdk.clone(),
            names,
            connector,
            api: config.api.clone(),
            sessions_table: config.sessions_table.clone(),
            requests_table: config.requests_table.clone(),
            ledger_table: config.ledger_table.clone(),
            projects_table: config.projects_table.clone(),
            tasks_table: config.tasks_table.clone(),
        }
    }
}
