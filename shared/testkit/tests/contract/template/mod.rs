//! `template.yaml` names every function, route, stream, file rule and schedule: each has its folder, its payloads, its
//! cross-tenant case and the protections that the suite promises.

mod alarms;
mod cases;
mod doors;
mod model;
mod pages;
mod parse;
mod protection;
mod roles;
mod shape;
mod tasks;

pub(crate) use doors::is_public;
pub(crate) use model::{Function, Trigger, functions, public_routes, resources};

use serde_json::Value;

use crate::workspace;

/// The repository's template.
pub(crate) fn template() -> Value {
    parse::parse(&workspace::read("template.yaml"))
}

/// The nested template of alarms.
pub(crate) fn monitoring() -> Value {
    parse::parse(&workspace::read("infra/monitoring.yaml"))
}

/// A template of a few lines, for the checks' own tests.
#[cfg(test)]
pub(crate) fn sample(resources: &str) -> Value {
    parse::parse(&format!("Resources:\n{resources}"))
}
