//! The queue of stream records that can never be counted, each with its reason, for an operator to look at and replay.

use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{doors::stream::Poison, tenancy::TenancyError};

/// The dead-letter queue.
#[derive(Debug)]
pub struct DeadLetters {
    client: Client,
    queue: String,
}

impl DeadLetters {
    pub(crate) fn new(client: Client, queue: String) -> Self {
        Self { client, queue }
    }

    /// Puts a record aside with the reason. The record's bytes are kept as they were, in base64.
    pub async fn put(&self, sequence: &str, reason: Poison, data: &[u8]) -> Result<(), TenancyError> {
        let text = |value: &str| {
            MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(TenancyError::cloud("sqs"))
        };
        // An empty record is poison too, and a queue takes no empty message.
        let body = if data.is_empty() { "-".to_owned() } else { STANDARD.encode(data) };
        self.client
            .send_message()
            .queue_url(&self.queue)
            .message_body(body)
            .message_attributes("reason", text(&reason.to_string())?)
            .message_attributes("sequence", text(sequence)?)
            .send()
            .await
            .map_err(TenancyError::cloud("sqs"))?;
        Ok(())
    }
}
