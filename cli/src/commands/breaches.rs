//! The register of breaches of personal data: what happened, whom it concerns, who was told.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::upload;
use crate::{
    args::{Global, id},
    cloud::Cloud,
    failure::Failure,
    output::{Report, View},
    plan::{Invoke, Plan},
    table::Columns,
};

const FUNCTION: &str = "breaches";
const LIST: Columns = &[
    ("breach", "/id"),
    ("aware", "/aware_at"),
    ("tenants due", "/tenant_due_at"),
    ("tenants", "/tenants"),
    ("additions", "/additions"),
    ("closed", "/closed_at"),
    ("whole", "/whole"),
];
const AFFECTED: Columns =
    &[("breach", "/breach"), ("affected", "/affected"), ("counted", "/counted"), ("left", "/left")];
const TOLD: Columns = &[
    ("breach", "/breach"),
    ("mailed", "/mailed"),
    ("refused", "/refused"),
    ("counted", "/counted"),
    ("failures", "/failures"),
];
const CASE: Columns = &[
    ("tenant", "/slug"),
    ("told", "/told_at"),
    ("authority due", "/authority_due_at"),
    ("decision", "/decided/decision"),
    ("notified", "/notified"),
    ("whole", "/whole"),
];

/// What operators can do about breaches of personal data.
#[derive(Debug, Subcommand)]
pub(crate) enum Breaches {
    /// Record a breach; what is written names nobody
    Record(Facts),
    /// Add what was learnt later: facts, consequences, measures, places, tenants
    Add(Facts),
    /// Say which tenants a breach concerns; what they have in the places concerned is counted
    Affect(Affect),
    /// Count and tell now, instead of within five minutes
    Tell {
        #[arg(value_parser = id)]
        breach: String,
    },
    /// Enter that somebody told a tenant, by telephone or by hand
    Told(Told),
    /// Print the notification for a tenant's authority, as a page
    Notification {
        #[arg(value_parser = id)]
        breach: String,
        #[arg(long)]
        tenant: String,
        #[arg(long, value_parser = ["fr", "en"], default_value = "fr")]
        language: String,
    },
    /// Enter that the supervisory authority was notified for a tenant
    Authority(Authority),
    /// Nothing is left to be done
    Close(Close),
    /// Show all that is known of a breach, and whether its timelines hold
    Show {
        #[arg(value_parser = id)]
        breach: String,
    },
    /// List all breaches
    List,
}

/// What is known, as a file.
#[derive(Debug, Args)]
pub(crate) struct Facts {
    /// JSON with the fields of the command, as in events/breaches; its `id` makes it sure to be sent twice
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
}

/// Tenants that a breach concerns.
#[derive(Debug, Args)]
pub(crate) struct Affect {
    #[arg(value_parser = id)]
    breach: String,
    /// A tenant; several times for several
    #[arg(long = "tenant", value_name = "TENANT", required_unless_present = "all", conflicts_with = "all")]
    tenants: Vec<String>,
    /// Every tenant there is
    #[arg(long)]
    all: bool,
    /// When that became known, where it was later than the breach (RFC 3339)
    #[arg(long, value_name = "MOMENT")]
    known_at: Option<String>,
}

/// A tenant that somebody told.
#[derive(Debug, Args)]
pub(crate) struct Told {
    #[arg(value_parser = id)]
    breach: String,
    #[arg(long)]
    tenant: String,
    /// When (RFC 3339)
    #[arg(long, value_name = "MOMENT")]
    at: String,
    /// How
    #[arg(long, value_parser = ["telephone", "letter", "in_person"])]
    how: String,
}

/// A notification of the authority.
#[derive(Debug, Args)]
pub(crate) struct Authority {
    #[arg(value_parser = id)]
    breach: String,
    #[arg(long)]
    tenant: String,
    /// When (RFC 3339)
    #[arg(long, value_name = "MOMENT")]
    at: String,
    /// What the authority calls it
    #[arg(long)]
    reference: String,
}

/// The end of a breach.
#[derive(Debug, Args)]
pub(crate) struct Close {
    #[arg(value_parser = id)]
    breach: String,
    /// Why, in French
    #[arg(long)]
    reason_fr: String,
    /// Why, in English
    #[arg(long)]
    reason_en: String,
}

impl Breaches {
    /// What it asks of the function.
    pub(crate) fn plan(self) -> (Plan, View) {
        let command = |operation: &str, fields| Invoke::command(FUNCTION, operation, fields);
        match self {
            // What these say stands in a file.
            Self::Record(_) => command("record", json!({})).shown(View::Record(LIST)),
            Self::Add(_) => command("add", json!({})).shown(View::Record(AFFECTED)),
            Self::Affect(asked) => {
                let tenants = if asked.all { json!("all") } else { json!(asked.tenants) };
                let mut fields = json!({"breach": asked.breach, "tenants": tenants});
                if let Some(moment) = asked.known_at {
                    fields["known_at"] = json!(moment);
                }
                command("affect", fields).shown(View::Record(AFFECTED))
            }
            Self::Tell { breach } => command("tell", json!({"breach": breach})).shown(View::Record(TOLD)),
            Self::Told(asked) => {
                let Told { breach, tenant, at, how } = asked;
                let fields = json!({"breach": breach, "tenant": tenant, "at": at, "how": how});
                command("told", fields).shown(View::Record(CASE))
            }
            Self::Notification { breach, tenant, language } => {
                let fields = json!({"breach": breach, "tenant": tenant, "language": language});
                command("notification", fields).shown(View::Document)
            }
            Self::Authority(asked) => {
                let Authority { breach, tenant, at, reference } = asked;
                let fields = json!({"breach": breach, "tenant": tenant, "at": at, "reference": reference});
                command("authority", fields).shown(View::Record(CASE))
            }
            Self::Close(asked) => {
                let reason = json!({"fr": asked.reason_fr, "en": asked.reason_en});
                command("close", json!({"breach": asked.breach, "reason": reason})).shown(View::Record(LIST))
            }
            Self::Show { breach } => command("show", json!({"breach": breach})).shown(View::Document),
            Self::List => command("list", json!({})).shown(View::List("breaches", LIST)),
        }
    }
}

/// Sends what a file says.
pub(crate) async fn write(global: &Global, operation: &str, facts: &Facts) -> Result<Report, Failure> {
    let asked = Invoke::command(FUNCTION, operation, Value::Object(read(&upload::read(&facts.file)?)?));
    let columns = if operation == "record" { LIST } else { AFFECTED };
    Ok(Report::new(Cloud::new(global).await?.invoke(&asked).await?, View::Record(columns)))
}

/// The fields of a file. Which command they are for, the command line says.
fn read(content: &[u8]) -> Result<Map<String, Value>, Failure> {
    let fields: Result<Map<String, Value>, _> = serde_json::from_slice(content);
    let mut fields = fields.map_err(|_| Failure::Usage("the file is no JSON object".into()))?;
    fields.remove("operation");
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_and_the_command_line_what_for() {
        let fields = read(include_bytes!("../../../events/breaches/record.json")).unwrap();
        assert!(!fields.contains_key("operation") && fields["natures"] == json!(["confidentiality"]));
        for content in [&b"[]"[..], b"", b"{"] {
            assert!(read(content).is_err());
        }
    }
}
