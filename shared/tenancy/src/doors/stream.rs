//! A record of the event stream. Producers write the tenant into it from a scope, and only functions may write there.

use aws_lambda_events::kinesis::KinesisEventRecord;
use jiff::Timestamp;
use serde_json::Value;
use vivier_domain::event::{Envelope, Event, SCHEMA_VERSION, kind::CATALOGUE};

use crate::scope::TenantScope;

/// A record that can never be counted. The reason is a fixed word: a record's content stays out of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Poison {
    /// It is no JSON, or lacks a field.
    #[error("malformed")]
    Malformed,
    /// Its schema is newer than this consumer.
    #[error("version")]
    Version,
    /// Its tenant does not exist.
    #[error("tenant")]
    Tenant,
    /// It happened later than now or longer ago than events are kept: its producer's clock is wrong, or it is a replay.
    #[error("time")]
    Time,
    /// The database cannot hold it.
    #[error("refused")]
    Refused,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// An event.
    Known(Event),
    /// An event of a kind that only a newer consumer knows, whole.
    Unknown(Envelope, Value),
}

impl Told {
    /// When it happened.
    pub const fn occurred_at(&self) -> Timestamp {
        match self {
            Self::Known(event) => event.occurred_at,
            Self::Unknown(envelope, _) => envelope.occurred_at,
        }
    }
}

/// Reads a record and mints the scope of the tenant it names.
pub fn enter(record: &KinesisEventRecord) -> Result<(TenantScope, Told), Poison> {
    #[derive(serde::Deserialize)]
    struct Head {
        version: u16,
    }
    let data = record.kinesis.data.0.as_slice();
    // The version is read alone first: a newer schema is not malformed, it is for a newer consumer.
    let head: Head = serde_json::from_slice(data).map_err(|_| Poison::Malformed)?;
    if head.version > SCHEMA_VERSION {
        return Err(Poison::Version);
    }
    if let Ok(event) = serde_json::from_slice::<Event>(data) {
        return Ok((TenantScope::platform(event.tenant_id), Told::Known(event)));
    }
    let envelope: Envelope = serde_json::from_slice(data).map_err(|_| Poison::Malformed)?;
    // One of a kind that is known, and still no event, lacks something.
    if CATALOGUE.iter().any(|known| known.name == envelope.kind.as_str()) {
        return Err(Poison::Malformed);
    }
    let whole = serde_json::from_slice(data).map_err(|_| Poison::Malformed)?;
    Ok((TenantScope::platform(envelope.tenant_id), Told::Unknown(envelope, whole)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde_json::json;
    use vivier_domain::{
        event::{EventKind, Source},
        ids::{EventId, TenantId},
    };

    fn record(data: &[u8]) -> KinesisEventRecord {
        serde_json::from_value(json!({
            "kinesis": {"data": STANDARD.encode(data), "sequenceNumber": "1", "partitionKey": "p",
                        "approximateArrivalTimestamp": 0.0, "kinesisSchemaVersion": "1.0", "encryptionType": "NONE"}
        }))
        .unwrap()
    }

    #[test]
    fn a_record_opens_for_the_tenant_it_names() {
        let event = Event {
            version: SCHEMA_VERSION,
            event_id: EventId::generate(),
            tenant_id: TenantId::generate(),
            occurred_at: jiff::Timestamp::UNIX_EPOCH,
            source: Source::SYSTEM,
            kind: EventKind::Search { results: 3, filters: 1, further: false, context: None, share: None },
        };
        let (scope, read) = enter(&record(&serde_json::to_vec(&event).unwrap())).unwrap();
        assert_eq!(scope.tenant(), event.tenant_id);
        assert_eq!(read, Told::Known(event));
    }

    #[test]
    fn a_kind_that_nobody_knows_yet_is_read_whole() {
        let event = json!({"version": 1, "event_id": EventId::generate(), "tenant_id": TenantId::generate(),
            "occurred_at": "2026-03-01T08:00:00Z", "kind": "telepathy", "thoughts": 3});
        let (_, told) = enter(&record(event.to_string().as_bytes())).unwrap();
        let Told::Unknown(envelope, whole) = told else { panic!("{told:?}") };
        assert_eq!((envelope.kind.as_str(), whole), ("telepathy", event));
    }

    #[test]
    fn poison() {
        for (data, reason) in [
            (&b""[..], Poison::Malformed),
            (b"\xff\xfe", Poison::Malformed),
            (b"{}", Poison::Malformed),
            (br#"{"version": 1, "kind": "search"}"#, Poison::Malformed),
            (br#"{"version": 2, "kind": "telepathy"}"#, Poison::Version),
            (
                br#"{"version": 1, "event_id": "0198c1f0-0000-7000-8000-000000000000", "tenant_id": "0198c1f0-0000-7000-8000-000000000001",
                     "occurred_at": "2026-03-01T08:00:00Z", "kind": "search", "results": "many"}"#,
                Poison::Malformed,
            ),
            (
                br#"{"version": 1, "event_id": "0198c1f0-0000-7000-8000-000000000000", "tenant_id": "0198c1f0-0000-7000-8000-000000000001",
                     "occurred_at": "2026-03-01T08:00:00Z", "kind": "Camille Martin"}"#,
                Poison::Malformed,
            ),
        ] {
            assert_eq!(enter(&record(data)).unwrap_err(), reason);
        }
    }
}
