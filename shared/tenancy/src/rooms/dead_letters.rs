//! The queues of what could not be counted: records of the stream, each with its reason, and batches that Lambda gave up after all its
//! tries. An operator looks at them and has them replayed.

mod message;

use std::{io, time::Duration};

use aws_lambda_events::kinesis::KinesisEventRecord;
use aws_sdk_kinesis::types::ShardIteratorType;
use aws_sdk_sqs::{
    Client,
    types::{ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, QueueAttributeName},
};
use serde::Deserialize;

use self::message::{held, kinesis_record, together};
use crate::{doors::stream::Poison, scope::PlatformScope, tenancy::TenancyError};

/// The most messages of one call.
const MOST: usize = 10;
/// Where the stream's answers come without an end in sight: a batch has at most 500 records, a read gives up to 10 000.
const MOST_READS: usize = 50;

/// The dead-letter queues.
#[derive(Debug)]
pub struct DeadLetters {
    sqs: Client,
    kinesis: aws_sdk_kinesis::Client,
    records: String,
    batches: String,
}

/// One of the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Records that can never be counted.
    Records,
    /// Batches that Lambda gave up.
    Batches,
}

/// What lies in a queue.
#[derive(Debug)]
pub enum Letter {
    /// A record, as it came.
    Record(Box<KinesisEventRecord>),
    /// Where a batch lies in the stream.
    Batch(Batch),
    /// The beginning of a record that is too large for a queue.
    Cut,
    /// Neither: somebody else's.
    Foreign,
}

/// Where a batch lies in the stream, as Lambda tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    shard_id: String,
    start_sequence_number: String,
    end_sequence_number: String,
    stream_arn: String,
}

/// What a queue did not take.
#[derive(Debug)]
pub struct NotTaken {
    /// The first of what was to be put there. What comes behind it may lie in the queue.
    pub place: usize,
    /// Why.
    pub error: TenancyError,
}

/// A letter that nobody else sees for a while.
#[derive(Debug)]
pub struct Held {
    /// What it is.
    pub letter: Letter,
    /// The word that it was put aside with; `batch` for a batch.
    pub reason: String,
    queue: Queue,
    receipt: String,
}

impl DeadLetters {
    pub(crate) const fn new(
        sqs: Client,
        kinesis: aws_sdk_kinesis::Client,
        records: String,
        batches: String,
    ) -> Self {
        Self { sqs, kinesis, records, batches }
    }

    fn url(&self, queue: Queue) -> &str {
        match queue {
            Queue::Records => &self.records,
            Queue::Batches => &self.batches,
        }
    }

    /// Puts records aside, each with the reason, as few calls as that takes. Their bytes are kept as they were, in base64. The queue
    /// refuses the same bytes for five minutes, so that a record which comes again after a crash lies in it once.
    pub async fn put(&self, letters: &[(&KinesisEventRecord, Poison)]) -> Result<(), NotTaken> {
        let mut place = 0;
        while place < letters.len() {
            let failed = |error| NotTaken { place, error };
            let entries = together(&letters[place..]).map_err(failed)?;
            let next = place + entries.len();
            let asked = self.sqs.send_message_batch().queue_url(&self.records).set_entries(Some(entries));
            let answer = asked.send().await.map_err(TenancyError::cloud("sqs")).map_err(failed)?;
            let refused =
                answer.failed().iter().filter_map(|entry| Some((entry.id().parse::<usize>().ok()?, entry)));
            if let Some((first, entry)) = refused.min_by_key(|(place, _)| *place) {
                let why = io::Error::other(entry.code().to_owned());
                return Err(NotTaken { place: place + first, error: TenancyError::cloud("sqs")(why) });
            }
            place = next;
        }
        Ok(())
    }

    /// About how many lie in a queue, held ones left out.
    pub async fn count(&self, _: &PlatformScope, queue: Queue) -> Result<u64, TenancyError> {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let asked = self.sqs.get_queue_attributes().queue_url(self.url(queue)).attribute_names(name.clone());
        let answer = asked.send().await.map_err(TenancyError::cloud("sqs"))?;
        let count = answer.attributes().and_then(|attributes| attributes.get(&name));
        Ok(count.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Takes up to ten letters out of everybody's sight for so long. None: there are no others.
    pub async fn hold(
        &self,
        _: &PlatformScope,
        queue: Queue,
        time: Duration,
    ) -> Result<Vec<Held>, TenancyError> {
        let seconds = i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        let asked = self
            .sqs
            .receive_message()
            .queue_url(self.url(queue))
            .max_number_of_messages(10)
            // Without waiting, SQS asks only some of its machines.
            .wait_time_seconds(1)
            .visibility_timeout(seconds)
            .message_attribute_names("All");
        let answer = asked.send().await.map_err(TenancyError::cloud("sqs"))?;
        Ok(answer.messages().iter().filter_map(|message| held(queue, message)).collect())
    }

    /// Removes letters for good.
    pub async fn remove(&self, letters: &[Held]) -> Result<(), TenancyError> {
        for (queue, some) in by_queue(letters) {
            let entries = some.iter().enumerate().map(|(place, held)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(place.to_string())
                    .receipt_handle(&held.receipt)
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>().map_err(TenancyError::cloud("sqs"))?;
            let asked = self.sqs.delete_message_batch().queue_url(self.url(queue)).set_entries(Some(entries));
            let answer = asked.send().await.map_err(TenancyError::cloud("sqs"))?;
            // What stays is counted already, and changes nothing when it is replayed again.
            if !answer.failed().is_empty() {
                return Err(TenancyError::Busy("dead-letter queue"));
            }
        }
        Ok(())
    }

    /// Lets everybody see letters again.
    pub async fn let_go(&self, letters: &[Held]) -> Result<(), TenancyError> {
        for (queue, some) in by_queue(letters) {
            let entries = some.iter().enumerate().map(|(place, held)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(place.to_string())
                    .receipt_handle(&held.receipt)
                    .visibility_timeout(0)
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>().map_err(TenancyError::cloud("sqs"))?;
            self.sqs
                .change_message_visibility_batch()
                .queue_url(self.url(queue))
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(TenancyError::cloud("sqs"))?;
        }
        Ok(())
    }

    /// The records of a batch, as long as the stream has all of them.
    pub async fn read(&self, batch: &Batch) -> Result<Option<Vec<KinesisEventRecord>>, TenancyError> {
        let asked = self
            .kinesis
            .get_shard_iterator()
            .stream_arn(&batch.stream_arn)
            .shard_id(&batch.shard_id)
            .shard_iterator_type(ShardIteratorType::AtSequenceNumber)
            .starting_sequence_number(&batch.start_sequence_number);
        let answer = match asked.send().await {
            Ok(answer) => answer,
            // A sequence number, shard or stream that is not there any more.
            Err(error)
                if error.as_service_error().is_some_and(|error| {
                    error.is_invalid_argument_exception() || error.is_resource_not_found_exception()
                }) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(TenancyError::cloud("kinesis")(error)),
        };
        let (mut next, mut found) = (answer.shard_iterator, Vec::new());
        for _ in 0..MOST_READS {
            let Some(iterator) = next else { return Ok(None) };
            let asked = self.kinesis.get_records().stream_arn(&batch.stream_arn).shard_iterator(iterator);
            let answer = asked.send().await.map_err(TenancyError::cloud("kinesis"))?;
            for record in answer.records() {
                // What was there first is gone: the stream begins behind it.
                if found.is_empty() && record.sequence_number() != batch.start_sequence_number {
                    return Ok(None);
                }
                found.push(kinesis_record(record.sequence_number(), record.data().as_ref()));
                if record.sequence_number() == batch.end_sequence_number {
                    return Ok(Some(found));
                }
            }
            next = answer.next_shard_iterator;
        }
        Ok(None)
    }
}

/// Letters as they are handed in: of one queue, ten at a time.
fn by_queue(letters: &[Held]) -> Vec<(Queue, Vec<&Held>)> {
    let mut parts = Vec::new();
    for queue in [Queue::Records, Queue::Batches] {
        let of: Vec<&Held> = letters.iter().filter(|held| held.queue == queue).collect();
        parts.extend(of.chunks(MOST).map(|some| (queue, some.to_vec())));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_handed_in_by_tens() {
        let letter = |queue, place: usize| Held {
            letter: Letter::Foreign,
            reason: String::new(),
            queue,
            receipt: place.to_string(),
        };
        let mut all: Vec<Held> = (0..23).map(|place| letter(Queue::Records, place)).collect();
        all.push(letter(Queue::Batches, 23));
        let sizes: Vec<_> = by_queue(&all).iter().map(|(queue, some)| (*queue, some.len())).collect();
        assert_eq!(
            sizes,
            [(Queue::Records, 10), (Queue::Records, 10), (Queue::Records, 3), (Queue::Batches, 1)]
        );
    }
}
