//! A record of the event stream. Producers write the tenant into it from a scope, and only functions may write there.

use aws_lambda_events::kinesis::KinesisEventRecord;
use vivier_domain::event::{Event, SCHEMA_VERSION};

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
}

/// Reads a record and mints the scope of the tenant it names.
pub fn enter(record: &KinesisEventRecord) -> Result<(TenantScope, Event), Poison> {
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
    let event: Event = serde_json::from_slice(data).map_err(|_| Poison::Malformed)?;
    Ok((TenantScope::platform(event.tenant_id), event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde_json::json;
    use vivier_domain::{
        event::EventKind,
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
            kind: EventKind::Search { results: 3, filters: 1, context: None, share: None },
        };
        let (scope, read) = enter(&record(&serde_json::to_vec(&event).unwrap())).unwrap();
        assert_eq!(scope.tenant(), event.tenant_id);
        assert_eq!(read, event);
    }

    #[test]
    fn poison() {
        for (data, reason) in [
            (&b""[..], Poison::Malformed),
            (b"\xff\xfe", Poison::Malformed),
            (b"{}", Poison::Malformed),
            (br#"{"version": 1, "kind": "search"}"#, Poison::Malformed),
            (br#"{"version": 2, "kind": "telepathy"}"#, Poison::Version),
        ] {
            assert_eq!(enter(&record(data)).unwrap_err(), reason);
        }
    }
}
