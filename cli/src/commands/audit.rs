//! The audit log: searched and taken out by members who may, verified by operators.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    api::Api,
    args::Global,
    failure::Failure,
    output::{Report, View},
    plan::{Call, Invoke, Plan},
    table::Columns,
};

const COLUMNS: Columns = &[
    ("number", "/ordinal"),
    ("when", "/happened_at"),
    ("who", "/actor"),
    ("what", "/action"),
    ("on", "/subject"),
    ("outcome", "/outcome"),
    ("from", "/from_address"),
];
const CHAINS: Columns = &[
    ("tenant", "/slug"),
    ("whole entries", "/entries"),
    ("first", "/first"),
    ("last", "/last"),
    ("broken at", "/broken_at"),
    ("head", "/head/hash"),
];

/// Which time.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Period {
    /// Not before: a day, or a time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until: a day, which is counted whole, or a time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

/// Which entries.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    #[command(flatten)]
    period: Period,
    /// Of this member, `operator`, `system` or `unknown`
    #[arg(long)]
    actor: Option<String>,
    /// Of this action, such as documents_delete
    #[arg(long)]
    action: Option<String>,
    /// On this thing, by its id
    #[arg(long)]
    subject: Option<String>,
    /// With this outcome
    #[arg(long, value_parser = ["begun", "done", "refused", "failed"])]
    outcome: Option<String>,
}

/// The log as a file.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    period: Period,
    #[arg(long, value_parser = ["csv", "jsonl"], default_value = "csv")]
    format: String,
    /// Where to write it, a new file; standard output without it
    #[arg(long)]
    output: Option<PathBuf>,
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Search the log, the newest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Take the log out as CSV or JSON lines
    Export(Export),
    /// Check that no entry was changed or removed (operators)
    Verify {
        /// Only this tenant's
        #[arg(long)]
        tenant: Option<String>,
        /// A head that an earlier check showed, as number:hash; it must still be there
        #[arg(long, value_name = "HEAD", value_parser = head, requires = "tenant")]
        expect: Option<Value>,
    },
}

impl Period {
    fn on(self, call: Call) -> Call {
        call.with("from", self.from).with("to", self.to)
    }
}

impl Filter {
    fn on(self, call: Call) -> Call {
        self.period
            .on(call)
            .with("actor", self.actor)
            .with("action", self.action)
            .with("subject", self.subject)
            .with("outcome", self.outcome)
    }
}

impl Export {
    fn call(&self) -> Call {
        self.period.clone().on(Call::get("/v1/audit/export")).with("format", Some(&self.format))
    }
}

impl Audit {
    /// What it asks of the service.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::List { filter, limit } => filter
                .on(Call::list("/v1/audit", "entries", Some(limit)))
                .shown(View::List("entries", COLUMNS)),
            Self::Export(export) => export.call().shown(View::Text),
            Self::Verify { tenant, expect } => {
                Invoke::command("audit", "verify", json!({"tenant": tenant, "expect": expect}))
                    .shown(View::List("tenants", CHAINS))
            }
        }
    }
}

/// A head as a check shows it.
fn head(text: &str) -> Result<Value, String> {
    let parts = text.split_once(':').and_then(|(number, hash)| Some((number.parse::<i64>().ok()?, hash)));
    let (ordinal, hash) = parts.ok_or("a head is a number, a colon and a hash")?;
    Ok(json!({"ordinal": ordinal, "hash": hash}))
}

/// Writes the log part by part to a file that only its owner reads, or to standard output.
pub(crate) async fn export(global: &Global, export: &Export) -> Result<Report, Failure> {
    let api = Api::new(global)?;
    // Taking it out is itself entered: without an end, every part would add to the next.
    let end = export.period.to.is_none().then(Timestamp::now);
    let call = export.call().with("to", end);
    let Some(file) = &export.output else {
        parts(&api, &call, &mut io::stdout().lock()).await?;
        return Ok(Report::new(json!(""), View::Text));
    };
    let mut out = create(file).map_err(|error| unwritable(&error))?;
    if let Err(failure) = parts(&api, &call, &mut out).await {
        // Half a log looks like a whole one. What cannot be removed is at least told of.
        let _ = fs::remove_file(file);
        return Err(failure);
    }
    Ok(Report::new(json!({"output": file}), View::Line("The log was written.")))
}

async fn parts(api: &Api, call: &Call, out: &mut impl Write) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let part = api.send(&call.clone().with("cursor", cursor.as_ref()), None).await?;
        out.write_all(part.body.as_str().unwrap_or_default().as_bytes())
            .map_err(|error| unwritable(&error))?;
        if part.next.is_none() || part.next == cursor {
            return out.flush().map_err(|error| unwritable(&error));
        }
        cursor = part.next;
    }
}

fn create(file: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::Usage(format!("the log cannot be written there: {error}"))
}
