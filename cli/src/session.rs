//! The session between two commands: a file that only its owner reads, one for each API. It holds what a browser's
//! cookie jar would, and nothing of the person.

use std::{
    env, fmt,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// The cookie of the back office.
pub(crate) const COOKIE: &str = "__Host-vivier";

/// An open session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The API it was opened at; it is never sent anywhere else.
    pub(crate) api_url: String,
    /// The cookie's value.
    pub(crate) cookie: String,
    /// What every write repeats beside the cookie.
    pub(crate) csrf: String,
    /// When it ends, as the service told.
    pub(crate) expires_at: Option<String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Where the sessions are kept: `$XDG_STATE_HOME/vivier`, or `~/.local/state/vivier`.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store of whoever runs the command.
    pub(crate) fn of_user() -> Result<Self, Failure> {
        let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute("XDG_STATE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
            .map(|state| Self { folder: state.join("vivier") })
            .ok_or_else(|| {
                Failure::Usage("HOME or XDG_STATE_HOME names no folder to keep the session in".into())
            })
    }

    /// The session at an API, if there is one.
    pub(crate) fn load(&self, api_url: &str) -> Option<Session> {
        let text = fs::read_to_string(self.file(api_url)).ok()?;
        serde_json::from_str(&text).ok().filter(|session: &Session| session.api_url == api_url)
    }

    /// Keeps a session in place of the one before.
    pub(crate) fn save(&self, session: &Session) -> Result<(), Failure> {
        self.write(session).map_err(|error| {
            Failure::Usage(format!("the session cannot be kept in {}: {error}", self.folder.display()))
        })
    }

    /// Forgets the session at an API.
    pub(crate) fn forget(&self, api_url: &str) -> Result<(), Failure> {
        match fs::remove_file(self.file(api_url)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::Usage(format!(
                "the session in {} cannot be removed: {error}",
                self.folder.display()
            ))),
            _ => Ok(()),
        }
    }

    fn write(&self, session: &Session) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let (file, part) =
            (self.file(&session.api_url), self.folder.join(format!(".{}", std::process::id())));
        // A file of its own first: the name never leads to half a session, nor to one that others could open.
        let _ = fs::remove_file(&part);
        let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        open.write_all(&serde_json::to_vec(session)?)?;
        open.sync_all()?;
        fs::rename(part, file)
    }

    fn file(&self, api_url: &str) -> PathBuf {
        let name = Sha256::digest(api_url)
            .iter()
            .take(16)
            .fold(String::new(), |name, byte| name + &format!("{byte:02x}"));
        self.folder.join(format!("{name}.json"))
    }
}

/// The cookie of an answer's `Set-Cookie` header; `None` where it sets none, or removes it.
pub(crate) fn cookie(header: &str) -> Option<String> {
    let (name, rest) = header.split_once('=')?;
    let value = rest.split(';').next()?.trim();
    (name.trim() == COOKIE && !value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn session(api_url: &str, cookie: &str) -> Session {
        Session { api_url: api_url.into(), cookie: cookie.into(), csrf: "token".into(), expires_at: None }
    }

    #[test]
    fn a_session_is_kept_for_its_api_and_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { folder: folder.path().join("state/vivier") };
        assert_eq!(store.load("https://a.example"), None);
        store.save(&session("https://a.example", "first")).unwrap();
        store.save(&session("https://a.example", "second")).unwrap();
        assert_eq!(store.load("https://a.example"), Some(session("https://a.example", "second")));
        assert_eq!(store.load("https://b.example"), None);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(store.file("https://a.example")), 0o600);
        assert_eq!(mode(store.folder.clone()), 0o700);
        store.forget("https://a.example").unwrap();
        store.forget("https://a.example").unwrap();
        assert_eq!(store.load("https://a.example"), None);
    }

    #[test]
    fn a_session_is_not_printed() {
        let text = format!("{:?}", session("https://a.example", "secret-cookie"));
        assert!(!text.contains("secret") && !text.contains("token"), "{text}");
    }

    #[test]
    fn only_our_cookie_is_taken() {
        for (header, value) in [
            ("__Host-vivier=AbC-_1; HttpOnly; Secure; SameSite=Strict; Path=/", Some("AbC-_1")),
            ("__Host-vivier=; Max-Age=0; Path=/", None),
            ("other=1; Path=/", None),
            ("__Host-vivier", None),
        ] {
            assert_eq!(cookie(header).as_deref(), value, "{header}");
        }
    }
}
