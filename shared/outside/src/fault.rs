//! Why a server was not reached: a stable word. What it said is repeated nowhere.

use std::error::Error;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.word())]
pub enum Fault {
    /// The host's name leads nowhere.
    HostNotFound,
    /// It leads to an address that nobody may reach.
    AddressNotAllowed,
    /// Nobody listens, or the connection broke.
    Unreachable,
    /// The server's certificate is none for its name by an authority that is known, or its TLS is too old.
    Tls,
    /// It took too long, or the server fell silent.
    Timeout,
}

impl Fault {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::HostNotFound => "host-not-found",
            Self::AddressNotAllowed => "address-not-allowed",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls-failed",
            Self::Timeout => "timeout",
        }
    }
}

impl From<&reqwest::Error> for Fault {
    fn from(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if error.is::<rustls::Error>() {
                return Self::Tls;
            }
            // An input or output error does not name what it wraps as its source.
            let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            cause = wrapped.map_or_else(|| error.source(), |inner| Some(inner as _));
        }
        Self::Unreachable
    }
}
