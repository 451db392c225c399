//! A tenant leaves: its bundle, its sixty days, the destruction of what is here, and the certificate, which is checked without any connection.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vivier_bundle::{Opaque, hex, verify};

use super::upload;
use crate::{
    args::Global,
    cloud::Cloud,
    failure::Failure,
    output::{Report, View},
    plan::{Invoke, Plan},
    table::Columns,
};

const FUNCTION: &str = "departure";
/// Making and removing is done by another function: no route leads to it.
const STORES: &str = "tenants";
const LIST: Columns = &[
    ("tenant", "/slug"),
    ("state", "/state"),
    ("begun", "/begun_at"),
    ("due", "/due_at"),
    ("destroyed", "/destroyed_at"),
];
const DETAILS: Columns = &[
    ("tenant", "/slug"),
    ("id", "/tenant_id"),
    ("state", "/state"),
    ("begun", "/begun_at"),
    ("due", "/due_at"),
    ("bundle (SHA-256)", "/bundle/sha256"),
    ("bytes", "/bundle/bytes"),
    ("destroyed", "/destroyed_at"),
    ("stores destroyed", "/stores"),
];
const TAKEN_IN: Columns =
    &[("bundle (SHA-256)", "/sha256"), ("rows", "/rows"), ("items", "/items"), ("files", "/files")];
const ANONYMISED: Columns = &[
    ("copy (SHA-256)", "/sha256"),
    ("bytes", "/bytes"),
    ("rows", "/rows"),
    ("values searched for", "/searched"),
    ("made", "/made_at"),
];
const VERIFIED: Columns = &[
    ("tenant", "/tenant"),
    ("name", "/name"),
    ("bundle (SHA-256)", "/bundle_sha256"),
    ("acknowledged", "/acknowledged_at"),
    ("destroyed", "/destroyed_at"),
    ("last backup ends", "/backups_until"),
    ("signed by", "/public_key"),
    ("bundle compared", "/bundle_compared"),
    ("key compared", "/key_compared"),
];

/// What operators, and whoever holds a certificate, can do about departures.
#[derive(Debug, Subcommand)]
pub(crate) enum Departure {
    /// The contract has ended: shut out candidates and schedules, make the bundle, begin the sixty days
    Begin {
        #[arg(long)]
        tenant: String,
        /// Its short name once more
        #[arg(long, value_name = "TENANT")]
        confirm: String,
        /// It answers requests of persons that are open itself
        #[arg(long)]
        hand_over_requests: bool,
    },
    /// Serve the tenant again; not once the bundle was acknowledged
    Cancel {
        #[arg(long)]
        tenant: String,
    },
    /// Go on with the bundle now, instead of within five minutes
    Run {
        #[arg(long)]
        tenant: String,
    },
    /// Show how a departure stands
    Show {
        #[arg(long)]
        tenant: String,
    },
    /// List all departures there are and were
    List,
    /// Make an anonymised copy of its production tenant for a test environment, and prove that nobody is in it; `vivier tenants refresh` takes it in
    Anonymise {
        #[arg(long)]
        tenant: String,
    },
    /// Take a bundle in, into an empty tenant
    Import(Import),
    /// Destroy everything of a tenant that acknowledged its bundle; what stopped goes on
    Destroy {
        #[arg(long)]
        tenant: String,
        /// Its short name once more
        #[arg(long, value_name = "TENANT")]
        confirm: String,
    },
    /// Write the certificate of destruction into a folder: the signed file and a page
    Certificate(Certificate),
    /// Check a certificate, and the bundle it is about, without any connection
    Verify(Verify),
}

/// A bundle for an empty tenant.
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(long)]
    tenant: String,
    /// The archive; without it, one that was sent before is gone on with
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

/// A certificate to be written.
#[derive(Debug, Args)]
pub(crate) struct Certificate {
    #[arg(long)]
    tenant: String,
    /// The language of the page
    #[arg(long, value_parser = ["fr", "en"], default_value = "fr")]
    language: String,
    /// The folder
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    output: PathBuf,
}

/// A certificate to be checked.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The signed file
    #[arg(long, value_name = "FILE")]
    certificate: PathBuf,
    /// The archive it is about
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// The key it must be signed by, as the deployment tells it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

impl Departure {
    /// What it asks of the function.
    pub(crate) fn plan(self) -> (Plan, View) {
        let command = |operation: &str, fields| Invoke::command(FUNCTION, operation, fields);
        let details = View::Record(DETAILS);
        match self {
            Self::Begin { tenant, confirm, hand_over_requests } => {
                let begun =
                    json!({"tenant": tenant, "confirm": confirm, "hand_over_requests": hand_over_requests});
                command("begin", begun).shown(details)
            }
            Self::Cancel { tenant } => command("cancel", json!({"tenant": tenant})).shown(details),
            Self::Run { tenant } => command("run", json!({"tenant": tenant})).shown(details),
            Self::Show { tenant } => command("show", json!({"tenant": tenant})).shown(details),
            Self::List => command("list", json!({})).shown(View::List("departures", LIST)),
            Self::Destroy { tenant, confirm } => {
                Invoke::command(STORES, "destroy", json!({"slug": tenant, "confirm": confirm})).shown(details)
            }
            Self::Anonymise { tenant } => {
                command("anonymise", json!({"tenant": tenant})).shown(View::Record(ANONYMISED))
            }
            Self::Import(import) => Invoke::command(STORES, "import", json!({"slug": import.tenant}))
                .shown(View::Record(TAKEN_IN)),
            Self::Certificate(asked) => {
                command("certificate", json!({"tenant": asked.tenant, "language": asked.language}))
                    .shown(View::Document)
            }
            // It asks nobody.
            Self::Verify(_) => command("list", json!({})).shown(View::Document),
        }
    }
}

/// Sends a bundle where the tenant has room for it, and has it taken in.
pub(crate) async fn import(global: &Global, import: &Import) -> Result<Report, Failure> {
    let cloud = Cloud::new(global).await?;
    if let Some(file) = &import.bundle {
        let content = upload::read(file)?;
        let asked = json!({"tenant": import.tenant, "bytes": content.len()});
        let place = cloud.invoke(&Invoke::command(FUNCTION, "upload", asked)).await?;
        send(&place, content).await?;
    }
    let asked = Invoke::command(STORES, "import", json!({"slug": import.tenant}));
    Ok(Report::new(cloud.invoke(&asked).await?, View::Record(TAKEN_IN)))
}

async fn send(place: &Value, content: Vec<u8>) -> Result<(), Failure> {
    let unreachable = || Failure::Unreachable("The bundle could not be sent.".into());
    let mut request = reqwest::Client::new().put(place["url"].as_str().unwrap_or_default()).body(content);
    for header in place["headers"].as_array().into_iter().flatten() {
        if let (Some(name), Some(value)) = (header[0].as_str(), header[1].as_str())
            && !name.eq_ignore_ascii_case("host")
            && !name.eq_ignore_ascii_case("content-length")
        {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.map_err(|_| unreachable())?;
    if answer.status().is_success() { Ok(()) } else { Err(unreachable()) }
}

/// Destroys what is here, and has the destruction certified.
pub(crate) async fn destroy(global: &Global, tenant: &str, confirm: &str) -> Result<Report, Failure> {
    let cloud = Cloud::new(global).await?;
    let asked = json!({"slug": tenant, "confirm": confirm});
    cloud.invoke(&Invoke::command(STORES, "destroy", asked)).await?;
    let standing = cloud.invoke(&Invoke::command(FUNCTION, "run", json!({"tenant": tenant}))).await?;
    Ok(Report::new(standing, View::Record(DETAILS)))
}

/// Writes the certificate and its page.
pub(crate) async fn certificate(global: &Global, asked: &Certificate) -> Result<Report, Failure> {
    let fields = json!({"tenant": asked.tenant, "language": asked.language});
    let answer = Cloud::new(global).await?.invoke(&Invoke::command(FUNCTION, "certificate", fields)).await?;
    let missing = || Failure::refused("no-certificate", "The answer holds no certificate.");
    let text = answer["certificate"].as_str().ok_or_else(missing)?;
    let page = STANDARD.decode(answer["pdf"].as_str().unwrap_or_default()).map_err(|_| missing())?;
    let file = asked.output.join(format!("{}-certificate.json", asked.tenant));
    let paper = asked.output.join(format!("{}-certificate.{}.pdf", asked.tenant, asked.language));
    for (place, content) in [(&file, text.as_bytes()), (&paper, page.as_slice())] {
        write(place, content)
            .map_err(|error| Failure::Usage(format!("{} cannot be written: {error}", place.display())))?;
    }
    let told = json!({"certificate": file, "page": paper, "public_key": answer["public_key"]});
    Ok(Report::new(told, View::Document))
}

fn write(place: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(place)?.write_all(content)
}

/// Checks a certificate. Nothing is asked of anybody.
pub(crate) fn check(asked: &Verify) -> Result<Report, Failure> {
    let bundle = asked.bundle.as_deref().map(digest).transpose()?;
    let key =
        match &asked.key {
            None => None,
            Some(text) => Some(Opaque::decode(text).ok_or_else(|| {
                Failure::Usage("a key is 43 letters, digits, dashes and underscores".into())
            })?),
        };
    let found = verify(&upload::read(&asked.certificate)?, bundle.as_deref(), key.as_ref())
        .map_err(|flaw| Failure::refused("not-certified", flaw.to_string()))?;
    let certificate = found.certificate;
    Ok(Report::new(
        json!({
            "tenant": certificate.tenant, "slug": certificate.slug, "name": certificate.name,
            "bundle_sha256": certificate.bundle.sha256, "acknowledged_at": found.acknowledgement.at,
            "acknowledged_by": found.acknowledgement.member, "destroyed_at": certificate.destroyed_at,
            "stores": certificate.stores, "backups_until": certificate.backups_until,
            "public_key": found.public_key, "bundle_compared": bundle.is_some(), "key_compared": key.is_some(),
        }),
        View::Record(VERIFIED),
    ))
}

/// SHA-256 of a file that may be larger than memory.
fn digest(file: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::Usage(format!("{} cannot be read: {error}", file.display()));
    let (mut open, mut hash) = (File::open(file).map_err(failed)?, Sha256::new());
    let mut piece = vec![0; 1 << 20];
    loop {
        match open.read(&mut piece).map_err(failed)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&piece[..read]),
        }
    }
}
