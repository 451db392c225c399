//! Files over SFTP. The server shows a key that the feed pins before anything is said to it.

use std::sync::Arc;

use russh::{
    client::{self, AuthResult, Handle},
    keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key},
};
use russh_sftp::{
    client::{Config, SftpSession, error::Error as SftpError, fs::Metadata},
    protocol::StatusCode,
};
use tokio::{io::AsyncReadExt, net::TcpStream};
use vivier_outside::{Fault as Unreached, Outside};

use super::{CONNECTING, Pulled, SILENCE, Wanted, content::Content, fault::Fault};
use crate::credentials::Credentials;

/// Bytes asked for at a time.
const PART: usize = 64 * 1024;

/// Fetches a file, unless it is known by its size and the time of its last change.
pub async fn pull(outside: &Outside, wanted: Wanted<'_>) -> Result<Pulled, Fault> {
    let session = connect(outside, wanted).await?;
    let channel = session.channel_open_session().await.map_err(|_| Fault::Protocol)?;
    channel.request_subsystem(true, "sftp").await.map_err(|_| Fault::Protocol)?;
    let config = Config { request_timeout_secs: SILENCE.as_secs(), ..Config::default() };
    let sftp = SftpSession::new_with_config(channel.into_stream(), config).await.map_err(fault)?;
    let mut file = sftp.open(wanted.address.file_path()).await.map_err(fault)?;
    let before = file.metadata().await.map_err(fault)?;
    if before.is_dir() {
        return Err(Fault::FileNotFound);
    }
    let known = state(&before);
    if known.is_some() && known == wanted.known.etag {
        return Ok(Pulled::Unchanged);
    }
    let mut content = Content::default();
    content.expect(before.size.unwrap_or_default())?;
    let mut part = vec![0; PART];
    loop {
        match file.read(&mut part).await.map_err(|error| fault(error.into()))? {
            0 => break,
            length => content.push(&part[..length])?,
        }
    }
    let after = file.metadata().await.map_err(fault)?;
    let whole = after.size.is_none_or(|size| size == content.received());
    if state(&after) != known || !whole {
        return Err(Fault::Changing);
    }
    Pulled::file(content, known, None)
}

/// What tells a file from another: its size, and when it was changed last. A server may say neither.
fn state(metadata: &Metadata) -> Option<String> {
    metadata.size.zip(metadata.mtime).map(|(size, changed)| format!("{size}-{changed}"))
}

async fn connect(outside: &Outside, wanted: Wanted<'_>) -> Result<Handle<Pinned>, Fault> {
    let (host, port) = (wanted.address.host(), wanted.address.port());
    let addresses = outside.resolve(&host, port, CONNECTING).await?;
    let connecting = TcpStream::connect(addresses.as_slice());
    let stream = tokio::time::timeout(CONNECTING, connecting).await.map_err(|_| Unreached::Timeout)?;
    let stream = stream.map_err(|_| Unreached::Unreachable)?;
    let config = client::Config { inactivity_timeout: Some(SILENCE), ..client::Config::default() };
    let handler = Pinned { keys: wanted.host_keys.to_vec() };
    let greeting = client::connect_stream(Arc::new(config), stream, handler);
    let mut session = tokio::time::timeout(SILENCE, greeting)
        .await
        .map_err(|_| Unreached::Timeout)?
        .map_err(|error| match error {
            russh::Error::UnknownKey => Fault::HostKey,
            russh::Error::InactivityTimeout => Unreached::Timeout.into(),
            _ => Fault::Protocol,
        })?;
    let admitted = match wanted.credentials {
        Some(Credentials::Password { username, password }) => {
            session.authenticate_password(username.expose(), password.expose()).await
        }
        Some(Credentials::PrivateKey { username, private_key }) => {
            let key = decode_secret_key(private_key.expose(), None).map_err(|_| Fault::CredentialsMissing)?;
            // Of RSA's signatures the one with SHA-1 is never made.
            let best = session.best_supported_rsa_hash().await.map_err(|_| Fault::Protocol)?;
            let hash = best.flatten().or(Some(HashAlg::Sha256));
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
            session.authenticate_publickey(username.expose(), key).await
        }
        _ => return Err(Fault::CredentialsMissing),
    };
    match admitted {
        Ok(AuthResult::Success) => Ok(session),
        Ok(_) => Err(Fault::NotAdmitted),
        Err(_) => Err(Fault::Protocol),
    }
}

/// Accepts a server by its key alone.
#[derive(Debug)]
struct Pinned {
    keys: Vec<String>,
}

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let shown = key.fingerprint(HashAlg::Sha256).to_string();
        Ok(self.keys.contains(&shown))
    }
}

fn fault(error: SftpError) -> Fault {
    match error {
        SftpError::Timeout => Unreached::Timeout.into(),
        SftpError::Status(status) => match status.status_code {
            StatusCode::NoSuchFile => Fault::FileNotFound,
            StatusCode::PermissionDenied => Fault::NotAdmitted,
            _ => Fault::Protocol,
        },
        _ => Fault::Protocol,
    }
}
