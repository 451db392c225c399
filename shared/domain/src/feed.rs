//! Feeds: where a tenant's offers are fetched from without anybody's doing, how often, and what came of it.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A tenant has at most so many feeds.
pub const MOST_FEEDS: u64 = 50;
/// A feed pins at most so many host keys: those of a server, and one that is about to replace another.
pub const MOST_HOST_KEYS: usize = 5;

/// How a file is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// RFC 9110 over TLS.
    Https,
    /// The SSH file transfer protocol.
    Sftp,
}

/// Where a file is fetched from. It prints nothing of itself: a query may hold what opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FeedAddress(Url);

/// What stands for a value of a query where an address is shown.
const HIDDEN: &str = "***";

/// A text that is no address of a feed: why, in a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no address of a feed: {0}")]
pub struct InvalidFeedAddress(pub &'static str);

impl FeedAddress {
    /// Characters in an address, at most.
    pub const LONGEST: usize = 2_000;

    /// How its file is fetched.
    pub fn transport(&self) -> Transport {
        if self.0.scheme() == "https" { Transport::Https } else { Transport::Sftp }
    }

    /// The whole address. It is for whoever asks there: people are shown [`Self::shown`].
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as it is shown: of the query the names without what they stand for. Many a partner has a key there, under whatever
    /// name, and whoever may read of a feed is not whoever may use what opens it.
    pub fn shown(&self) -> String {
        let Some(query) = self.0.query() else { return self.as_str().to_owned() };
        let hide = |part: &str| match part.split_once('=') {
            Some((name, _)) => format!("{name}={HIDDEN}"),
            // Without a name it is all value.
            None => HIDDEN.to_owned(),
        };
        let mut shown = self.0.clone();
        shown.set_query(Some(&query.split('&').map(hide).collect::<Vec<_>>().join("&")));
        shown.into()
    }

    /// Whether it was taken from what is shown, and is no address.
    pub fn hides_something(&self) -> bool {
        let mut parts = self.0.query().unwrap_or_default().split('&');
        parts.any(|part| part.split_once('=').map_or(part, |(_, value)| value) == HIDDEN)
    }

    /// The host as it is looked up: a name, or an address without brackets.
    pub fn host(&self) -> String {
        match self.0.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => String::new(),
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(22)
    }

    /// The path as a file system has it.
    pub fn file_path(&self) -> String {
        percent_decode_str(self.0.path()).decode_utf8_lossy().into_owned()
    }

    /// Whether both are of one server: what opens the one may be shown to the other.
    pub fn same_server(&self, other: &Self) -> bool {
        self.transport() == other.transport() && self.host() == other.host() && self.port() == other.port()
    }

    /// Where a redirect leads.
    pub fn join(&self, location: &str) -> Result<Self, InvalidFeedAddress> {
        let mut to = self.0.join(location).map_err(|_| InvalidFeedAddress("invalid"))?;
        // RFC 9110, section 10.2.2: a fragment is for whoever reads a page.
        to.set_fragment(None);
        Self::try_from(to.to_string())
    }
}

impl TryFrom<String> for FeedAddress {
    type Error = InvalidFeedAddress;

    fn try_from(text: String) -> Result<Self, InvalidFeedAddress> {
        let invalid = |code| Err(InvalidFeedAddress(code));
        if text.len() > Self::LONGEST {
            return invalid("too-long");
        }
        let Ok(url) = Url::parse(&text) else { return invalid("invalid") };
        if !matches!(url.scheme(), "https" | "sftp") {
            return invalid("scheme-not-supported");
        }
        if !url.username().is_empty() || url.password().is_some() {
            // They belong where secrets are kept, and this is shown to every reader.
            return invalid("holds-credentials");
        }
        if url.host_str().is_none_or(str::is_empty) || url.fragment().is_some() || url.port() == Some(0) {
            return invalid("invalid");
        }
        let address = Self(url);
        let names_file = !address.file_path().trim_matches('/').is_empty() && address.0.query().is_none();
        if address.transport() == Transport::Sftp && !names_file {
            return invalid("names-no-file");
        }
        Ok(address)
    }
}

impl From<FeedAddress> for String {
    fn from(address: FeedAddress) -> Self {
        address.0.into()
    }
}

impl fmt::Debug for FeedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How often a feed is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedSchedule {
    /// Every hour, at a minute of its own.
    Hourly,
    /// Every day at this hour of UTC, 0 to 23.
    Daily(u8),
}

impl FeedSchedule {
    /// When it is due after `now`, having been due at `due`.
    pub fn next(self, due: Timestamp, now: Timestamp) -> Timestamp {
        const HOUR: i64 = 3_600;
        const DAY: i64 = 24 * HOUR;
        // The first moment after now that lies whole periods behind an anchor.
        let after =
            |anchor: i64, period: i64| anchor + ((now.as_second() - anchor).div_euclid(period) + 1) * period;
        let seconds = match self {
            Self::Hourly => after(due.as_second(), HOUR),
            Self::Daily(hour) => after(i64::from(hour) * HOUR, DAY),
        };
        Timestamp::from_second(seconds).unwrap_or(now + SignedDuration::from_hours(1))
    }
}

/// A text that is none of these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no term of a feed")]
pub struct UnknownName;

list! {
    /// What opens a feed. The secret itself lies in a store of its own.
    CredentialKind {
        /// RFC 7617: a name and a password over HTTPS.
        Basic = "basic",
        /// RFC 6750: a token over HTTPS.
        Bearer = "bearer",
        /// A name and a password over SFTP.
        Password = "password",
        /// A name and a private key over SFTP.
        PrivateKey = "private_key",
    }
}

list! {
    /// Where a run of a feed stands.
    FeedRunStatus {
        /// It was asked for, or is due.
        Waiting = "waiting",
        /// The file is being fetched.
        Running = "running",
        /// The file is the one that was imported last.
        Unchanged = "unchanged",
        /// The file was handed to an import.
        Imported = "imported",
        /// It was not fetched.
        Failed = "failed",
    }
}

list! {
    /// Who wanted a run.
    FeedRunCause {
        /// A member.
        Member = "member",
        /// The feed's schedule.
        Schedule = "schedule",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<FeedAddress, &'static str> {
        FeedAddress::try_from(text.to_owned()).map_err(|error| error.0)
    }

    #[test]
    fn addresses() {
        for (text, host, port, path) in [
            ("https://Partner.example/offers.xml?site=7", "partner.example", 443, "/offers.xml"),
            ("https://partner.example:8443/", "partner.example", 8443, "/"),
            ("https://0x7f.1/a", "127.0.0.1", 443, "/a"),
            ("https://[::1]/a", "::1", 443, "/a"),
            (
                "sftp://partner.example/out/offres%20du%20jour.csv",
                "partner.example",
                22,
                "/out/offres du jour.csv",
            ),
            ("sftp://[2001:db8::1]:2222/a.csv", "2001:db8::1", 2222, "/a.csv"),
        ] {
            let address = address(text).unwrap();
            assert_eq!((address.host().as_str(), address.port()), (host, port), "{text}");
            assert_eq!(address.file_path(), path, "{text}");
            assert_eq!(format!("{address:?}"), "[redacted]");
        }
    }

    #[test]
    fn what_is_none() {
        for (text, code) in [
            ("", "invalid"),
            ("partner.example/offers.xml", "invalid"),
            ("http://partner.example/offers.xml", "scheme-not-supported"),
            ("file:///etc/passwd", "scheme-not-supported"),
            ("ftp://partner.example/a", "scheme-not-supported"),
            ("https://user@partner.example/a", "holds-credentials"),
            ("https://user:word@partner.example/a", "holds-credentials"),
            ("sftp://user@partner.example/a", "holds-credentials"),
            ("https://partner.example/a#b", "invalid"),
            ("https://partner.example:0/a", "invalid"),
            ("https:///", "invalid"),
            ("sftp:///a", "invalid"),
            ("sftp://partner.example/", "names-no-file"),
            ("sftp://partner.example", "names-no-file"),
            ("sftp://partner.example/a?b", "names-no-file"),
            (&format!("https://partner.example/{}", "a".repeat(2_000)), "too-long"),
        ] {
            assert_eq!(address(text).unwrap_err(), code, "{text:.60}");
        }
    }

    #[test]
    fn what_is_shown_has_no_value_of_a_query() {
        for (text, shown) in [
            ("https://a.example/b", "https://a.example/b"),
            ("https://a.example/b?", "https://a.example/b?***"),
            ("https://a.example/b?site=7&key=se%26same==", "https://a.example/b?site=***&key=***"),
            ("https://a.example:8443/b?sesame", "https://a.example:8443/b?***"),
            ("https://a.example/?a=&sesame&=sesame", "https://a.example/?a=***&***&=***"),
            ("sftp://a.example/b", "sftp://a.example/b"),
        ] {
            let address = address(text).unwrap();
            assert_eq!(address.shown(), shown, "{text}");
            assert!(!address.hides_something(), "{text}");
            // What is shown is an address that is known for what it is, and shown as itself.
            let again = FeedAddress::try_from(shown.to_owned()).unwrap();
            assert_eq!((again.shown().as_str(), again.hides_something()), (shown, shown.contains('?')));
        }
    }

    #[test]
    fn redirects_stay_on_what_is_supported() {
        let from = address("https://partner.example/a/b?c").unwrap();
        for (location, to) in [
            ("/d", Ok("https://partner.example/d")),
            ("d#e", Ok("https://partner.example/a/d")),
            ("//other.example/d", Ok("https://other.example/d")),
            ("http://partner.example/d", Err("scheme-not-supported")),
            ("https://user@other.example/", Err("holds-credentials")),
        ] {
            let joined = from.join(location);
            assert_eq!(joined.as_ref().map(FeedAddress::as_str).map_err(|error| error.0), to, "{location}");
        }
    }

    #[test]
    fn one_server_is_scheme_host_and_port() {
        let one = address("https://partner.example/a").unwrap();
        for (other, same) in [
            ("https://partner.example:443/b?c", true),
            ("https://partner.example:444/a", false),
            ("https://www.partner.example/a", false),
            ("sftp://partner.example:443/a", false),
        ] {
            assert_eq!(one.same_server(&address(other).unwrap()), same, "{other}");
        }
    }

    #[test]
    fn schedules() {
        for (schedule, due, now, next) in [
            (FeedSchedule::Hourly, "2026-01-15T10:20:30Z", "2026-01-15T10:20:30Z", "2026-01-15T11:20:30Z"),
            (FeedSchedule::Hourly, "2026-01-15T10:20:30Z", "2026-01-15T10:25:00Z", "2026-01-15T11:20:30Z"),
            (FeedSchedule::Hourly, "2026-01-15T10:20:30Z", "2026-01-17T09:00:00Z", "2026-01-17T09:20:30Z"),
            (FeedSchedule::Daily(4), "2026-01-15T10:20:30Z", "2026-01-15T10:20:30Z", "2026-01-16T04:00:00Z"),
            (FeedSchedule::Daily(4), "2026-01-15T04:00:00Z", "2026-01-15T03:59:59Z", "2026-01-15T04:00:00Z"),
            (FeedSchedule::Daily(0), "2026-01-15T00:00:00Z", "2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z"),
            (FeedSchedule::Daily(23), "2025-12-31T23:00:00Z", "2025-12-31T23:00:01Z", "2026-01-01T23:00:00Z"),
        ] {
            let [due, now, next] = [due, now, next].map(|text| text.parse::<Timestamp>().unwrap());
            assert_eq!(schedule.next(due, now), next, "{schedule:?} at {now}");
        }
    }
}
