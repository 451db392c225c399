//! Why a file was not fetched. Members read the word; what a server said is repeated nowhere.

use vivier_outside::Fault as Unreached;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The server was not reached, or fell silent.
    #[error(transparent)]
    Outside(#[from] Unreached),
    /// The SFTP server's key is none that the feed pins.
    #[error("host-key-mismatch")]
    HostKey,
    /// The server does not let us in.
    #[error("not-admitted")]
    NotAdmitted,
    /// What opens the feed is not there to be read.
    #[error("credentials-missing")]
    CredentialsMissing,
    /// There is no such file.
    #[error("file-not-found")]
    FileNotFound,
    /// Another answer than one with a file.
    #[error("status-{0}")]
    Status(u16),
    /// It leads on and on.
    #[error("too-many-redirects")]
    TooManyRedirects,
    /// It leads to what is no HTTPS address.
    #[error("redirect-not-allowed")]
    RedirectNotAllowed,
    /// The file is larger than an import takes.
    #[error("too-large")]
    TooLarge,
    /// The file has nothing in it.
    #[error("empty-file")]
    Empty,
    /// It is packed in a way that is not known.
    #[error("encoding-not-supported")]
    Encoding,
    /// It is packed, and cannot be unpacked.
    #[error("damaged")]
    Damaged,
    /// It was written to while it was read.
    #[error("changed-while-read")]
    Changing,
    /// The SFTP server does not do what its protocol says.
    #[error("protocol-failed")]
    Protocol,
}

impl Fault {
    /// Whether it may be otherwise in a few minutes, without anybody's doing.
    pub const fn is_passing(self) -> bool {
        match self {
            Self::Outside(Unreached::HostNotFound | Unreached::Unreachable | Unreached::Timeout)
            | Self::CredentialsMissing
            | Self::Empty
            | Self::Changing
            | Self::Damaged
            | Self::Protocol => true,
            Self::Status(status) => status == 429 || status >= 500,
            _ => false,
        }
    }
}
