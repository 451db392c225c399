//! What the API takes of feeds.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{
    feed::{FeedAddress, FeedSchedule, MOST_HOST_KEYS, Transport},
    import::{ImportFormat, ImportSource},
    redacted::Redacted,
};
use vivier_runtime::http::{Patch, Problem, ProblemKind};
use vivier_store::feeds::{Feed, FeedTerms, KeptCredentials};

use crate::credentials::{Credentials, fits};

/// A feed to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// Where the offers come from: small letters, figures and hyphens, at most 40. No two feeds have the same.
    #[schema(value_type = String)]
    source: ImportSource,
    /// `csv`, `jsonl`, or the name of a partner's feed.
    #[schema(value_type = String)]
    format: ImportFormat,
    /// `https://…` or `sftp://…`, without a user's name or password. What its query says is not shown again.
    #[schema(value_type = String)]
    address: Redacted,
    /// How often the file is fetched.
    schedule: Schedule,
    /// Whether it is; `true` where it is left out. At once, to begin with.
    enabled: Option<bool>,
    /// What opens it. It is kept apart and never shown again.
    credentials: Option<Credentials>,
    /// Fingerprints that the SFTP server's key may have, as `ssh-keygen -l` writes them: `SHA256:…`. At most 5.
    #[serde(default)]
    host_keys: Vec<String>,
}

/// What is to be different of a feed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedChange {
    /// Where the offers come from. Those of the former source stay.
    #[schema(value_type = Option<String>)]
    source: Option<ImportSource>,
    /// The file's form.
    #[schema(value_type = Option<String>)]
    format: Option<ImportFormat>,
    /// Where the file is. At another server it needs credentials of its own, or `null`. As it is shown it is the one that it was.
    #[schema(value_type = Option<String>)]
    address: Option<Redacted>,
    /// How often it is fetched.
    schedule: Option<Schedule>,
    /// Whether it is.
    enabled: Option<bool>,
    /// What opens it; `null` for nothing.
    #[serde(default)]
    #[schema(value_type = Option<Credentials>)]
    credentials: Patch<Credentials>,
    /// Fingerprints that the SFTP server's key may have.
    host_keys: Option<Vec<String>>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each hour.
    Hour,
    /// Each day.
    Day,
}

/// How often a feed is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// `hour` or `day`.
    every: Every,
    /// Of a day: at which hour of UTC, 0 to 23.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 23)]
    hour: Option<u8>,
}

impl From<FeedSchedule> for Schedule {
    fn from(schedule: FeedSchedule) -> Self {
        match schedule {
            FeedSchedule::Hourly => Self { every: Every::Hour, hour: None },
            FeedSchedule::Daily(hour) => Self { every: Every::Day, hour: Some(hour) },
        }
    }
}

impl Schedule {
    fn read(self) -> Result<FeedSchedule, &'static str> {
        match (self.every, self.hour) {
            (Every::Hour, None) => Ok(FeedSchedule::Hourly),
            (Every::Hour, Some(_)) => Err("not-for-every-hour"),
            (Every::Day, Some(hour @ 0..=23)) => Ok(FeedSchedule::Daily(hour)),
            (Every::Day, Some(_)) => Err("out-of-range"),
            (Every::Day, None) => Err("required"),
        }
    }
}

/// What a feed shall be opened with.
#[derive(Debug)]
pub enum Opening {
    /// As before, or nothing.
    Kept(Option<KeptCredentials>),
    /// This.
    New(Credentials),
}

/// A feed as it shall be.
#[derive(Debug)]
pub struct Wanted {
    /// All of it but what opens it.
    pub terms: FeedTerms,
    /// What opens it.
    pub opening: Opening,
}

type Broken = Vec<(String, &'static str)>;

impl NewFeed {
    /// The feed, or what is wrong with it.
    pub fn check(self) -> Result<Wanted, Problem> {
        let mut broken = Broken::new();
        let address = address(&self.address).map_err(|code| broken.push(("address".into(), code)));
        let schedule = self.schedule.read().map_err(|code| broken.push(("schedule.hour".into(), code)));
        let (Ok(address), Ok(schedule)) = (address, schedule) else { return Err(refuse(broken)) };
        let Self { source, format, host_keys, .. } = self;
        let enabled = self.enabled.unwrap_or(true);
        let terms = FeedTerms { source, format, address, host_keys, credentials: None, schedule, enabled };
        Wanted { terms, opening: self.credentials.map_or(Opening::Kept(None), Opening::New) }.check(None)
    }
}

impl FeedChange {
    /// The feed with the change in it, or what is wrong with that.
    pub fn on(self, before: &Feed) -> Result<Wanted, Problem> {
        let mut broken = Broken::new();
        let mut terms = before.terms.clone();
        // Whoever sends back what they were shown wants nothing else.
        let other = self.address.as_ref().filter(|text| text.expose() != before.terms.address.shown());
        match other.map(address).transpose() {
            Ok(address) => terms.address = address.unwrap_or(terms.address),
            Err(code) => broken.push(("address".into(), code)),
        }
        match self.schedule.map(Schedule::read).transpose() {
            Ok(schedule) => terms.schedule = schedule.unwrap_or(terms.schedule),
            Err(code) => broken.push(("schedule.hour".into(), code)),
        }
        if !broken.is_empty() {
            return Err(refuse(broken));
        }
        terms.source = self.source.unwrap_or(terms.source);
        terms.format = self.format.unwrap_or(terms.format);
        terms.enabled = self.enabled.unwrap_or(terms.enabled);
        terms.host_keys = self.host_keys.unwrap_or(terms.host_keys);
        let opening = match self.credentials {
            Patch::Keep => Opening::Kept(terms.credentials),
            Patch::Set(None) => Opening::Kept(None),
            Patch::Set(Some(new)) => Opening::New(new),
        };
        Wanted { terms, opening }.check(Some(before))
    }
}

impl Wanted {
    fn check(self, before: Option<&Feed>) -> Result<Self, Problem> {
        let transport = self.terms.address.transport();
        let mut broken = Broken::new();
        let kind = match &self.opening {
            Opening::New(new) => {
                let fields = new.broken().into_iter();
                broken.extend(fields.map(|field| (format!("credentials.{field}"), "invalid")));
                Some(new.kind())
            }
            Opening::Kept(kept) => {
                // Otherwise whoever may change a feed could have its secret sent to a server of their own.
                let moved = before.is_some_and(|feed| !feed.terms.address.same_server(&self.terms.address));
                if kept.is_some() && moved {
                    broken.push(("credentials".into(), "required-at-another-server"));
                }
                kept.map(|kept| kept.kind)
            }
        };
        match kind {
            Some(kind) if !fits(kind, transport) => {
                broken.push(("credentials.kind".into(), "not-for-this-address"));
            }
            None if transport == Transport::Sftp => broken.push(("credentials".into(), "required")),
            _ => {}
        }
        let keys = &self.terms.host_keys;
        match transport {
            Transport::Https if !keys.is_empty() => {
                broken.push(("host_keys".into(), "not-for-this-address"));
            }
            Transport::Sftp if keys.is_empty() => broken.push(("host_keys".into(), "required")),
            Transport::Sftp if keys.len() > MOST_HOST_KEYS => broken.push(("host_keys".into(), "too-many")),
            _ => {
                let bad = keys.iter().enumerate().filter(|(_, key)| !is_fingerprint(key));
                broken.extend(bad.map(|(position, _)| (format!("host_keys[{position}]"), "invalid")));
            }
        }
        if broken.is_empty() { Ok(self) } else { Err(refuse(broken)) }
    }
}

fn address(text: &Redacted) -> Result<FeedAddress, &'static str> {
    let address = FeedAddress::try_from(text.expose().to_owned()).map_err(|error| error.0)?;
    if address.hides_something() { Err("hides-something") } else { Ok(address) }
}

/// Whether a text is the SHA-256 of a key, as OpenSSH writes it.
fn is_fingerprint(text: &str) -> bool {
    let digest = text.strip_prefix("SHA256:").and_then(|rest| STANDARD_NO_PAD.decode(rest).ok());
    digest.is_some_and(|bytes| bytes.len() == 32)
}

fn refuse(broken: Broken) -> Problem {
    let problem = Problem::new(ProblemKind::InvalidBody);
    broken.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::{Value, json};
    use vivier_domain::{
        feed::CredentialKind,
        ids::{FeedId, SecretId},
    };

    const PIN: &str = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

    fn https() -> Value {
        json!({"source": "a", "format": "csv", "address": "https://a.example/b", "schedule": {"every": "hour"}})
    }

    fn sftp() -> Value {
        json!({"source": "a", "format": "csv", "address": "sftp://a.example/b", "schedule": {"every": "day", "hour": 4},
               "credentials": {"kind": "password", "username": "a", "password": "b"}, "host_keys": [PIN]})
    }

    fn with(mut body: Value, change: &Value) -> Value {
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    }

    fn codes(outcome: Result<Wanted, Problem>) -> Vec<String> {
        let errors = outcome.err().map(|problem| problem.errors).unwrap_or_default();
        errors.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn new_feeds() {
        let basic = json!({"kind": "basic", "username": "a", "password": "b"});
        for (body, broken) in [
            (https(), vec![]),
            (sftp(), vec![]),
            (with(https(), &json!({"credentials": basic})), vec![]),
            (with(https(), &json!({"address": "http://a.example/b"})), vec!["address scheme-not-supported"]),
            (
                with(https(), &json!({"address": "", "schedule": {"every": "day"}})),
                vec!["address invalid", "schedule.hour required"],
            ),
            (
                with(https(), &json!({"address": "https://a.example/b?key=***"})),
                vec!["address hides-something"],
            ),
            (
                with(https(), &json!({"schedule": {"every": "day", "hour": 24}})),
                vec!["schedule.hour out-of-range"],
            ),
            (
                with(https(), &json!({"schedule": {"every": "hour", "hour": 1}})),
                vec!["schedule.hour not-for-every-hour"],
            ),
            (with(https(), &json!({"host_keys": [PIN]})), vec!["host_keys not-for-this-address"]),
            (with(sftp(), &json!({"credentials": basic})), vec!["credentials.kind not-for-this-address"]),
            (
                with(sftp(), &json!({"credentials": null, "host_keys": []})),
                vec!["credentials required", "host_keys required"],
            ),
            (with(sftp(), &json!({"host_keys": [PIN, "MD5:00"]})), vec!["host_keys[1] invalid"]),
            (with(sftp(), &json!({"host_keys": [PIN, PIN, PIN, PIN, PIN, PIN]})), vec!["host_keys too-many"]),
        ] {
            assert_eq!(
                codes(serde_json::from_value::<NewFeed>(body.clone()).unwrap().check()),
                broken,
                "{body}"
            );
        }
    }

    fn entered(body: Value) -> Feed {
        let Wanted { terms, .. } = serde_json::from_value::<NewFeed>(body).unwrap().check().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        Feed { id: FeedId::generate(), terms, next_at: now, created_at: now, updated_at: now }
    }

    fn kept() -> Feed {
        let mut feed = entered(sftp());
        feed.terms.credentials =
            Some(KeptCredentials { kind: CredentialKind::Password, secret: SecretId::generate() });
        feed
    }

    #[test]
    fn what_is_shown_of_an_address_does_not_take_its_place() {
        let whole = "https://a.example/b?site=7&key=sesame";
        let feed = entered(with(https(), &json!({"address": whole})));
        for (sent, kept) in [
            ("https://a.example/b?site=***&key=***", Ok(whole)),
            (whole, Ok(whole)),
            ("https://a.example/b?site=8&key=sesame", Ok("https://a.example/b?site=8&key=sesame")),
            ("https://a.example/c?site=***&key=***", Err("address hides-something")),
            ("https://a.example/b?site=8&key=***", Err("address hides-something")),
        ] {
            let change = serde_json::from_value::<FeedChange>(json!({"address": sent})).unwrap();
            let outcome = change.on(&feed);
            let found = outcome.as_ref().map(|wanted| wanted.terms.address.as_str());
            let found =
                found.map_err(|problem| format!("{} {}", problem.errors[0].field, problem.errors[0].code));
            assert_eq!(found, kept.map_err(str::to_owned), "{sent}");
        }
    }

    #[test]
    fn changes() {
        let other = json!({"kind": "password", "username": "a", "password": "c"});
        for (change, broken) in [
            (json!({}), vec![]),
            (json!({"enabled": false, "schedule": {"every": "hour"}}), vec![]),
            (json!({"address": "sftp://a.example/c"}), vec![]),
            (json!({"credentials": other}), vec![]),
            (json!({"credentials": null}), vec!["credentials required"]),
            (json!({"address": "sftp://b.example/b"}), vec!["credentials required-at-another-server"]),
            (json!({"address": "sftp://a.example:2222/b"}), vec!["credentials required-at-another-server"]),
            (json!({"address": "sftp://b.example/b", "credentials": other}), vec![]),
            (json!({"address": "https://a.example/b", "credentials": null, "host_keys": []}), vec![]),
            (
                json!({"address": "https://a.example/b"}),
                vec![
                    "credentials required-at-another-server",
                    "credentials.kind not-for-this-address",
                    "host_keys not-for-this-address",
                ],
            ),
        ] {
            let read = serde_json::from_value::<FeedChange>(change.clone()).unwrap();
            assert_eq!(codes(read.on(&kept())), broken, "{change}");
        }
    }
}
