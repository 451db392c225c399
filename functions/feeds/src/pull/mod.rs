//! Fetching a feed's file: what came, or why nothing did.

pub mod content;
pub mod fault;
pub mod https;
pub mod sftp;

use std::time::Duration;

use vivier_domain::feed::{FeedAddress, Transport};
use vivier_outside::{Fault as Unreached, Outside};
use vivier_store::feeds::Validators;

use self::{content::Content, fault::Fault};
use crate::credentials::Credentials;

/// How long a file may take from the first question to the last byte.
const LONGEST: Duration = Duration::from_mins(2);
/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// What is fetched.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Where the file is.
    pub address: &'a FeedAddress,
    /// What opens it.
    pub credentials: Option<&'a Credentials>,
    /// Fingerprints that an SFTP server's key may have.
    pub host_keys: &'a [String],
    /// The file that is known already.
    pub known: &'a Validators,
}

/// What a server answered.
#[derive(Debug)]
pub enum Pulled {
    /// It is the file that is known.
    Unchanged,
    /// A file, with what the server says of it.
    File {
        /// It, unpacked.
        bytes: Vec<u8>,
        /// Its entity tag.
        etag: Option<String>,
        /// When it was changed last.
        last_modified: Option<String>,
    },
}

impl Pulled {
    fn file(content: Content, etag: Option<String>, last_modified: Option<String>) -> Result<Self, Fault> {
        Ok(Self::File { bytes: content.finish()?, etag, last_modified })
    }
}

/// Fetches the file, unless it is known.
pub async fn pull(outside: &Outside, wanted: Wanted<'_>) -> Result<Pulled, Fault> {
    let pulling = async {
        match wanted.address.transport() {
            Transport::Https => https::pull(outside, wanted).await,
            Transport::Sftp => sftp::pull(outside, wanted).await,
        }
    };
    tokio::time::timeout(LONGEST, pulling).await.unwrap_or(Err(Unreached::Timeout.into()))
}
