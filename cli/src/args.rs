//! The command's words. What stands here is what `--help` and the completions say.

use clap::{Args, Parser, Subcommand};
use uuid::Uuid;

use crate::commands::{
    audit::Audit, breaches::Breaches, departure::Departure, documents::Documents, events::Events,
    imports::Imports, keys::Keys, login::Login, members::Members, privacy::Privacy, projects::Projects,
    retention::Retention, roles::Roles, settings::Settings, tasks::Tasks, tenants::Tenants,
};

const AFTER: &str = "\
Exit codes: 0 done, 1 refused by the service, 2 usage, 3 unreachable.
Operators' commands take the cloud's keys from the usual AWS_ variables.";

/// Speaks to Vivier as a member (over the API, after `vivier login`) or as an operator.
#[derive(Debug, Parser)]
#[command(name = "vivier", version, after_help = AFTER, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Global {
    /// Base of the API, for members' commands
    #[arg(long, global = true, env = "VIVIER_API_URL", value_name = "URL", help_heading = "Everywhere")]
    pub(crate) api_url: Option<String>,
    /// The deployed stage, for operators' commands
    #[arg(long, global = true, env = "VIVIER_STAGE", value_name = "NAME", help_heading = "Everywhere")]
    pub(crate) stage: Option<String>,
    /// Machine output: JSON on standard output, sentences on standard error
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Key of a write that is being repeated; one is made otherwise
    #[arg(long, global = true, value_name = "UUID", help_heading = "Everywhere")]
    pub(crate) idempotency_key: Option<Uuid>,
}

/// The first word.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open a session
    Login(Login),
    /// End the session
    Logout {
        /// End all of your sessions, everywhere
        #[arg(long)]
        everywhere: bool,
    },
    /// Show who you are and what you may do
    Whoami,
    /// Members: invite, grant, suspend, remove
    #[command(subcommand)]
    Members(Members),
    /// Roles: sets of permissions
    #[command(subcommand)]
    Roles(Roles),
    /// Projects
    #[command(subcommand)]
    Projects(Projects),
    /// Settings of a project, or of the tenant: draft, publish, history
    #[command(subcommand)]
    Settings(Settings),
    /// Publishable keys of a project
    #[command(subcommand)]
    Keys(Keys),
    /// Documents that the chatbot answers from
    #[command(subcommand)]
    Documents(Documents),
    /// Imports of offers
    #[command(subcommand)]
    Imports(Imports),
    /// The audit log
    #[command(subcommand)]
    Audit(Audit),
    /// Tenants (operators)
    #[command(subcommand)]
    Tenants(Tenants),
    /// Purges (operators)
    #[command(subcommand)]
    Retention(Retention),
    /// Scheduled tasks: how they stand, by hand, approvals (operators)
    #[command(subcommand)]
    Tasks(Tasks),
    /// Events that could not be counted: look, replay, discard (operators)
    #[command(subcommand)]
    Events(Events),
    /// Persons' own data: answer requests, verify erasures, replay them after a restore (operators)
    #[command(subcommand)]
    Privacy(Privacy),
    /// A tenant leaves: its bundle, the end of what is here, the certificate (operators)
    #[command(subcommand)]
    Departure(Departure),
    /// Breaches of personal data: record, count, tell, prove (operators)
    #[command(subcommand)]
    Breaches(Breaches),
    /// How the stage stands: alarms, figures, runbooks (operators)
    Status,
    /// Print the completions of a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// A shell that completions are written for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// An id as a segment of a path takes it: nothing in it can lead to another route.
pub(crate) fn id(text: &str) -> Result<String, String> {
    let shape = (1..=100).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if shape { Ok(text.to_owned()) } else { Err("an id has letters, digits and dashes".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_words_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_id_is_one_segment() {
        for (text, accepted) in [
            ("018f0000-0000-7000-8000-000000000001", true),
            ("chef-de-projet", true),
            ("", false),
            ("..", false),
            ("a/b", false),
            ("a?b", false),
            ("é", false),
        ] {
            assert_eq!(id(text).is_ok(), accepted, "{text}");
        }
    }

    #[test]
    fn wrong_words_are_usage() {
        for line in [
            "vivier",
            "vivier members",
            "vivier members remove",
            "vivier members show ../x",
            "vivier roles put chef --name Chef",
            "vivier keys list",
            "vivier retention configure --tenant acme",
            "vivier retention configure --tenant acme --events-days 0",
            "vivier tenants delete acme",
            "vivier tasks approve feed --tenant acme",
            "vivier tasks refuse 018f0000-0000-7000-8000-000000000001",
            "vivier tasks approve 018f0000-0000-7000-8000-000000000001 --tenant acme",
            "vivier events discard",
            "vivier privacy replay",
            "vivier departure begin --tenant acme",
            "vivier departure destroy --tenant acme",
            "vivier departure verify --bundle b.zip",
            "vivier breaches record",
            "vivier breaches affect 018f0000-0000-7000-8000-000000000001",
            "vivier breaches affect 018f0000-0000-7000-8000-000000000001 --all --tenant acme",
            "vivier breaches close 018f0000-0000-7000-8000-000000000001 --reason-en Done",
            "vivier events replay --reason all",
            "vivier documents add",
            "vivier imports add offers.xlsx --format xlsx",
            "vivier settings rollback zero",
            "vivier settings publish --force --project p1",
            "vivier audit verify --expect 7:5e",
            "vivier audit verify --tenant acme --expect 7",
            "vivier audit list --outcome good",
            "vivier whoami --idempotency-key 7",
        ] {
            let error = Cli::try_parse_from(line.split(' ')).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
