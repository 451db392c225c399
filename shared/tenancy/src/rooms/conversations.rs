//! The tenant's conversations table: items by partition (`pk`) and order (`sk`), each with its expiry.
//!
//! DynamoDB removes expired items when it gets to it, within days; until then they are still readable. So every read
//! here takes `now` and leaves them out.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, DeleteRequest, WriteRequest},
};
use jiff::Timestamp;

use crate::{scope::TenantScope, tenancy::TenancyError};

/// An item as DynamoDB holds it.
pub type Item = HashMap<String, AttributeValue>;

/// The attribute that holds the expiry, in seconds since 1970 (the table's TTL attribute).
pub const EXPIRES_AT: &str = "expires_at";

/// The attribute that holds the last message's time, in seconds since 1970: a retention that was shortened since then
/// reaches items whose expiry is still that of the longer one.
pub const LAST_AT: &str = "last_at";

/// One tenant's table.
#[derive(Debug)]
pub struct Conversations<'a> {
    client: Client,
    table: String,
    _scope: &'a TenantScope,
}

/// Whether an item's time is over at `now`. An item without an expiry counts as expired: nothing here lives for ever.
pub fn is_expired(item: &Item, now: Timestamp) -> bool {
    item.get(EXPIRES_AT)
        .and_then(|value| value.as_n().ok())
        .and_then(|text| text.parse::<i64>().ok())
        .is_none_or(|until| until <= now.as_second())
}

impl<'a> Conversations<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { client, table, _scope: scope }
    }

    /// Writes an item; one with the same key is replaced.
    pub async fn put(&self, item: Item) -> Result<(), TenancyError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Writes an item of a conversation, provided that the partition's item `guard_sk` is still there and counts fewer
    /// than `most` of them: a message must not bring back a conversation that was deleted in between. An item that is
    /// there already stays as it is. Both are [`TenancyError::Conflict`]. The guard takes
    /// over the item's expiry and `last_at`, so that the conversation's life is counted from its last message.
    pub async fn put_if_present(
        &self,
        pk: &str,
        guard_sk: &str,
        item: Item,
        most: u32,
    ) -> Result<(), TenancyError> {
        use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
        let moved = |name: &str| item.get(name).cloned().ok_or(TenancyError::Corrupt("message"));
        let guard = Update::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(guard_sk.to_owned()))
            .condition_expression("attribute_exists(pk) AND messages < :most")
            .update_expression("SET expires_at = :until, last_at = :last, messages = messages + :one")
            .expression_attribute_values(":until", moved(EXPIRES_AT)?)
            .expression_attribute_values(":last", moved(LAST_AT)?)
            .expression_attribute_values(":most", AttributeValue::N(most.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            // One that is there already was counted.
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let actions = vec![
            TransactWriteItem::builder().update(guard).build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception) =>
            {
                Err(TenancyError::Conflict("conversation"))
            }
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }

    /// One item, unless it is missing or expired at `now`.
    pub async fn get(&self, pk: &str, sk: &str, now: Timestamp) -> Result<Option<Item>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.item.filter(|item| !is_expired(item, now)))
    }

    /// A partition's items whose `sk` begins with `prefix`, in order, without those expired at `now`; at most `limit`.
    pub async fn list(
        &self,
        pk: &str,
        prefix: &str,
        limit: i32,
        now: Timestamp,
    ) -> Result<Vec<Item>, TenancyError> {
        let mut items = Vec::new();
        let mut start = None;
        // A page ends after a megabyte, whatever the limit.
        while items.len() < limit as usize {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
                .consistent_read(true)
                .limit(limit)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            items.extend(page.items.unwrap_or_default().into_iter().filter(|item| !is_expired(item, now)));
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        items.truncate(limit as usize);
        Ok(items)
    }

    /// Removes a whole partition; how many items there were.
    pub async fn delete_partition(&self, pk: &str) -> Result<u64, TenancyError> {
        let mut removed = 0;
        loop {
            let found = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .projection_expression("pk, sk")
                .consistent_read(true)
                .limit(100)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            let keys = found.items.unwrap_or_default();
            if keys.is_empty() {
                return Ok(removed);
            }
            removed += self.delete_keys(keys).await?;
        }
    }

    /// Counts, or removes, items expired at `now` or last touched before `cutoff`: at most `limit` of them, so that a
    /// run has an end. Returns how many, and whether more may be left.
    pub async fn purge(
        &self,
        now: Timestamp,
        cutoff: Timestamp,
        limit: usize,
        dry_run: bool,
    ) -> Result<(u64, bool), TenancyError> {
        let mut start = None;
        let mut found = 0u64;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .filter_expression(
                    "expires_at <= :now OR last_at < :cutoff OR attribute_not_exists(expires_at)",
                )
                .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
                .expression_attribute_values(":cutoff", AttributeValue::N(cutoff.as_second().to_string()))
                .projection_expression("pk, sk")
                .set_exclusive_start_key(start)
                .limit(500)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            start = page.last_evaluated_key;
            let mut keys = page.items.unwrap_or_default();
            let room = limit.saturating_sub(found as usize);
            let more = keys.len() > room;
            keys.truncate(room);
            found += keys.len() as u64;
            if !dry_run {
                self.delete_keys(keys).await?;
            }
            if more {
                return Ok((found, true));
            }
            if start.is_none() {
                return Ok((found, false));
            }
        }
    }

    async fn delete_keys(&self, keys: Vec<Item>) -> Result<u64, TenancyError> {
        let count = keys.len() as u64;
        for batch in keys.chunks(25) {
            let mut requests = Vec::with_capacity(batch.len());
            for key in batch {
                let delete = DeleteRequest::builder()
                    .set_key(Some(key.clone()))
                    .build()
                    .map_err(TenancyError::cloud("dynamodb"))?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            let mut pending = HashMap::from([(self.table.clone(), requests)]);
            while !pending.is_empty() {
                let outcome = self
                    .client
                    .batch_write_item()
                    .set_request_items(Some(pending))
                    .send()
                    .await
                    .map_err(TenancyError::cloud("dynamodb"))?;
                // A throttled table hands back what it did not take.
                pending = outcome.unprocessed_items.unwrap_or_default();
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_gone_the_second_its_time_is_over() {
        let item = |until: &str| Item::from([(EXPIRES_AT.to_owned(), AttributeValue::N(until.to_owned()))]);
        let now = Timestamp::from_second(1000).unwrap();
        assert!(!is_expired(&item("1001"), now));
        assert!(is_expired(&item("1000"), now));
        assert!(is_expired(&item("nonsense"), now));
        assert!(is_expired(&Item::new(), now));
    }
}
