//! What lies in a queue, as messages say it.

use aws_lambda_events::kinesis::KinesisEventRecord;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, SendMessageBatchRequestEntry};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::{Batch, Held, Letter, MOST, Queue};
use crate::{doors::stream::Poison, tenancy::TenancyError};

/// What an empty record is kept as: a queue takes no empty message.
const EMPTY: &str = "-";
/// What says how long a record was of which only the beginning is kept.
const CUT: &str = "length";
/// The most bytes of a record that are kept: in base64, within the 256 KiB that every queue takes. Ours have less than one.
const LARGEST: usize = 180 * 1024;
/// The most bytes of one call, and what a message's attributes take of them at most.
const MOST_BYTES: usize = 256 * 1024;
const ATTRIBUTES: usize = 512;

/// The first letters, as many as one call takes: each under its place among them.
pub(super) fn together(
    letters: &[(&KinesisEventRecord, Poison)],
) -> Result<Vec<SendMessageBatchRequestEntry>, TenancyError> {
    let (mut entries, mut bytes) = (Vec::new(), 0);
    for (place, (record, reason)) in letters.iter().take(MOST).enumerate() {
        let (data, sequence) = (&record.kinesis.data.0, &record.kinesis.sequence_number);
        let kept = &data[..data.len().min(LARGEST)];
        let body = if data.is_empty() { EMPTY.to_owned() } else { STANDARD.encode(kept) };
        bytes += body.len() + ATTRIBUTES;
        if bytes > MOST_BYTES && place > 0 {
            break;
        }
        let mut entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body);
        if kept.len() < data.len() {
            entry = entry.message_attributes(CUT, text(&data.len().to_string())?);
        }
        entry = entry
            // Nobody waits for another: each is a group of its own.
            .message_group_id(sequence)
            .message_attributes("reason", text(&reason.to_string())?)
            .message_attributes("sequence", text(sequence)?);
        entries.push(entry.build().map_err(TenancyError::cloud("sqs"))?);
    }
    Ok(entries)
}

fn text(value: &str) -> Result<MessageAttributeValue, TenancyError> {
    let text = MessageAttributeValue::builder().data_type("String").string_value(value);
    text.build().map_err(TenancyError::cloud("sqs"))
}

pub(super) fn held(queue: Queue, message: &Message) -> Option<Held> {
    let attribute = |name: &str| {
        let attributes = message.message_attributes()?;
        attributes.get(name)?.string_value().map(str::to_owned)
    };
    let body = message.body().unwrap_or_default();
    let (letter, reason) = match queue {
        Queue::Records => {
            let sequence = attribute("sequence").unwrap_or_default();
            let letter = if attribute(CUT).is_some() { Letter::Cut } else { record(&sequence, body) };
            (letter, attribute("reason").unwrap_or_default())
        }
        Queue::Batches => (batch(body), "batch".to_owned()),
    };
    Some(Held { letter, reason, queue, receipt: message.receipt_handle()?.to_owned() })
}

fn record(sequence: &str, body: &str) -> Letter {
    let data = if body == EMPTY { Some(Vec::new()) } else { STANDARD.decode(body).ok() };
    data.map_or(Letter::Foreign, |data| Letter::Record(Box::new(kinesis_record(sequence, &data))))
}

pub(super) fn kinesis_record(sequence: &str, data: &[u8]) -> KinesisEventRecord {
    let mut record = KinesisEventRecord::default();
    sequence.clone_into(&mut record.kinesis.sequence_number);
    record.kinesis.data.0 = data.to_vec();
    record
}

/// Where a batch lies, from what Lambda writes of it.
/// <https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html>
fn batch(body: &str) -> Letter {
    #[derive(Deserialize)]
    struct Notice {
        #[serde(rename = "KinesisBatchInfo")]
        batch: Batch,
    }
    serde_json::from_str(body).map_or(Letter::Foreign, |notice: Notice| Letter::Batch(notice.batch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        for data in [&b""[..], b"{}", b"\xff\x00"] {
            let body = if data.is_empty() { EMPTY.to_owned() } else { STANDARD.encode(data) };
            let Letter::Record(record) =
                record("49590338271490256608559692538361571095921575989136588898", &body)
            else {
                panic!("{body}")
            };
            assert_eq!(record.kinesis.data.0, data);
            assert!(record.kinesis.sequence_number.starts_with("4959"));
        }
        assert!(matches!(record("1", "no base64!"), Letter::Foreign));
    }

    #[test]
    fn as_many_go_together_as_a_call_takes() {
        let record = |bytes: usize| {
            kinesis_record("49590338271490256608559692538361571095921575989136588898", &vec![7; bytes])
        };
        for (sizes, expected) in [
            (vec![3; 25], vec![10, 10, 5]),
            (vec![0], vec![1]),
            (vec![100_000; 3], vec![1, 1, 1]),
            (vec![96_000, 96_000, 9_000], vec![2, 1]),
            // Longer than a queue takes: only the beginning goes.
            (vec![9_000, 2_000_000, 9_000], vec![2, 1]),
        ] {
            let records: Vec<_> = sizes.iter().map(|bytes| record(*bytes)).collect();
            let letters: Vec<_> = records.iter().map(|record| (record, Poison::Malformed)).collect();
            let (mut place, mut found) = (0, Vec::new());
            while place < letters.len() {
                let entries = together(&letters[place..]).unwrap();
                assert!(entries.iter().map(|entry| entry.message_body().len()).sum::<usize>() <= MOST_BYTES);
                assert!(entries.iter().enumerate().all(|(n, entry)| entry.id() == n.to_string()));
                found.push(entries.len());
                place += entries.len();
            }
            assert_eq!(found, expected, "{sizes:?}");
        }
    }

    #[test]
    fn a_notice_tells_where_its_batch_lies() {
        let notice = r#"{"requestContext": {"condition": "RetryAttemptsExhausted"}, "version": "1.0", "KinesisBatchInfo": {
            "shardId": "shardId-000000000001", "startSequenceNumber": "10", "endSequenceNumber": "12", "batchSize": 3,
            "streamArn": "arn:aws:kinesis:eu-west-3:123456789012:stream/vivier-demo-events"}}"#;
        let Letter::Batch(found) = batch(notice) else { panic!("{notice}") };
        assert_eq!((found.start_sequence_number.as_str(), found.end_sequence_number.as_str()), ("10", "12"));
        assert!(matches!(batch("{}"), Letter::Foreign));
    }
}
