//! Publishable keys: what a web page shows to be let into a front office.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    args::id,
    output::View,
    plan::{Call, Plan, given},
    table::Columns,
};

const COLUMNS: Columns = &[
    ("id", "/key_id"),
    ("name", "/name"),
    ("origins", "/origins"),
    ("products", "/products"),
    ("per minute", "/requests_per_minute"),
    ("made", "/created_at"),
];
const MADE: Columns = &[("id", "/key/key_id"), ("name", "/key/name"), ("key (shown once)", "/text")];

/// The project whose keys they are.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The project
    #[arg(long, value_parser = id)]
    project: String,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List keys; their text is never shown again
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Make a key; its text is shown once
    Create {
        #[command(flatten)]
        of: Of,
        /// The name for people
        name: String,
        /// A web site that may use it; repeat for more. The project's own where none is given
        #[arg(long = "origin", value_name = "ORIGIN")]
        origins: Vec<String>,
        /// A product it opens; repeat for more. All where none is given
        #[arg(long = "product", value_name = "PRODUCT", value_parser = ["chatbot", "search_engine", "messaging_channel"])]
        products: Vec<String>,
        /// Requests a minute before it is told to wait
        #[arg(long)]
        requests_per_minute: Option<u32>,
    },
    /// Make its successor; both work for a while
    Rotate {
        #[command(flatten)]
        of: Of,
        #[arg(value_parser = id)]
        key: String,
        /// How long the old one works on
        #[arg(long, default_value_t = 60)]
        overlap_minutes: u32,
    },
    /// End a key
    Revoke {
        #[command(flatten)]
        of: Of,
        #[arg(value_parser = id)]
        key: String,
    },
}

impl Keys {
    /// What it asks of the service.
    pub(crate) fn plan(self) -> (Plan, View) {
        let all = |of: &Of| format!("/v1/projects/{}/keys", of.project);
        match self {
            Self::List { of } => Call::list(all(&of), "keys", None).shown(View::List("keys", COLUMNS)),
            Self::Create { of, name, origins, products, requests_per_minute } => {
                let body = given(json!({
                    "name": name, "origins": origins, "products": products,
                    "requests_per_minute": requests_per_minute,
                }));
                Call::post(all(&of), body).shown(View::Record(MADE))
            }
            Self::Rotate { of, key, overlap_minutes } => Call::post(
                format!("{}/{key}/rotation", all(&of)),
                json!({"overlap_minutes": overlap_minutes}),
            )
            .shown(View::Record(MADE)),
            Self::Revoke { of, key } => {
                Call::delete(format!("{}/{key}", all(&of))).shown(View::Line("The key was revoked."))
            }
        }
    }
}
