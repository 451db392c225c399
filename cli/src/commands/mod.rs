//! One file for each of the command's first words. Most commands are a plan and a view; the others have more than one
//! step, and say so in their files.

pub(crate) mod audit;
pub(crate) mod breaches;
pub(crate) mod departure;
pub(crate) mod documents;
pub(crate) mod events;
pub(crate) mod imports;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod members;
pub(crate) mod privacy;
pub(crate) mod projects;
pub(crate) mod retention;
pub(crate) mod roles;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod tasks;
pub(crate) mod tenants;
mod upload;

use clap::CommandFactory;
use clap_complete::aot;
use serde_json::Value;

use crate::{
    api::Api,
    args::{Cli, Command, Global, Shell},
    cloud::Cloud,
    failure::Failure,
    output::{Report, View},
    plan::{Call, Plan},
    table::Columns,
};

const MYSELF: Columns = &[
    ("member", "/member_id"),
    ("permissions", "/permissions"),
    ("grants", "/grants"),
    ("until", "/expires_at"),
];

/// Carries out a command.
pub(crate) async fn run(cli: Cli) -> Result<Report, Failure> {
    let Cli { global, command } = cli;
    let planned = match command {
        Command::Login(login) => return login::run(&global, &login).await,
        Command::Logout { everywhere } => return login::leave(&global, everywhere).await,
        Command::Completions { shell } => return Ok(completions(shell)),
        Command::Documents(documents::Documents::Add(add)) => return documents::add(&global, &add).await,
        Command::Documents(documents::Documents::Replace(replace)) => {
            return documents::replace(&global, &replace).await;
        }
        Command::Imports(imports::Imports::Add(add)) => return imports::add(&global, &add).await,
        Command::Audit(audit::Audit::Export(export)) => return audit::export(&global, &export).await,
        Command::Settings(settings::Settings::Edit(edit)) => return settings::edit(&global, &edit).await,
        Command::Tasks(tasks::Tasks::Run { task, tenant: None }) => return tasks::run(&global, &task).await,
        Command::Tasks(tasks::Tasks::Schedules) => return Ok(tasks::schedules()),
        Command::Departure(departure::Departure::Import(import)) => {
            return departure::import(&global, &import).await;
        }
        Command::Departure(departure::Departure::Destroy { tenant, confirm }) => {
            return departure::destroy(&global, &tenant, &confirm).await;
        }
        Command::Departure(departure::Departure::Certificate(certificate)) => {
            return departure::certificate(&global, &certificate).await;
        }
        Command::Departure(departure::Departure::Verify(verify)) => return departure::check(&verify),
        Command::Breaches(breaches::Breaches::Record(facts)) => {
            return breaches::write(&global, "record", &facts).await;
        }
        Command::Breaches(breaches::Breaches::Add(facts)) => {
            return breaches::write(&global, "add", &facts).await;
        }
        Command::Tenants(tenants::Tenants::Refresh { tenant, confirm, resume }) => {
            return tenants::refresh(&global, &tenant, &confirm, resume).await;
        }
        Command::Status => return status::show(&global).await,
        Command::Whoami => return whoami(&global).await,
        Command::Members(members) => members.plan(),
        Command::Roles(roles) => roles.plan(),
        Command::Projects(projects) => projects.plan(),
        Command::Settings(settings) => settings.plan(),
        Command::Keys(keys) => keys.plan(),
        Command::Documents(documents) => documents.plan(),
        Command::Imports(imports) => imports.plan(),
        Command::Audit(audit) => audit.plan(),
        Command::Tenants(tenants) => tenants.plan(),
        Command::Retention(retention) => retention.plan(),
        Command::Tasks(tasks) => tasks.plan(),
        Command::Events(events) => events.plan(),
        Command::Privacy(privacy) => privacy.plan(),
        Command::Departure(departure) => departure.plan(),
        Command::Breaches(breaches) => breaches.plan(),
    };
    carry_out(&global, planned).await
}

async fn whoami(global: &Global) -> Result<Report, Failure> {
    let mut json = Api::new(global)?.carry_out(&Call::get("/v1/session")).await?;
    // What guards every write is nobody's to print.
    json.as_object_mut().map(|fields| fields.remove("csrf"));
    Ok(Report::new(json, View::Record(MYSELF)))
}

async fn carry_out(global: &Global, (plan, view): (Plan, View)) -> Result<Report, Failure> {
    let json = match plan {
        Plan::Call(call) => Api::new(global)?.carry_out(&call).await?,
        Plan::Invoke(invoke) => Cloud::new(global).await?.invoke(&invoke).await?,
    };
    let good = came_out(&json);
    Ok(Report { json, view, good })
}

/// Whether an answer over several tenants tells of none that was left out or found broken, and a run was not passed over.
fn came_out(answer: &Value) -> bool {
    answer["whole"] != false
        && answer["skipped"].is_null()
        && answer["failed"].as_array().is_none_or(Vec::is_empty)
}

fn completions(shell: Shell) -> Report {
    let (mut command, mut text) = (Cli::command(), Vec::new());
    let shell = match shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
    };
    aot::generate(shell, &mut command, "vivier", &mut text);
    Report::new(Value::String(String::from_utf8_lossy(&text).into_owned()), View::Text)
}

#[cfg(test)]
mod tests;
