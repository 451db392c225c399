//! The tenant's conversations table: items by partition (`pk`) and order (`sk`), each with its expiry. Those that have a
//! [`STATUS`] are listed by it, in the order of their partitions.
//!
//! DynamoDB removes expired items when it gets to it, within days; until then they are still readable. So every read
//! here takes `now` and leaves them out; with them, what is older than the tenant keeps conversations by now, whatever was
//! written into it under a longer policy.

mod change;
mod purge;

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, DeleteRequest, WriteRequest},
};
use jiff::Timestamp;
use vivier_domain::retention::{DataKind, RetentionPolicy};

pub use change::{Guard, Only};
pub use purge::{Over, Removed};

use crate::{scope::TenantScope, tenancy::TenancyError};

/// An item as DynamoDB holds it.
pub type Item = HashMap<String, AttributeValue>;

/// The attribute that holds the expiry, in seconds since 1970 (the table's TTL attribute).
pub const EXPIRES_AT: &str = "expires_at";

/// The attribute that holds the last message's time, in seconds since 1970: a retention that was shortened since then
/// reaches items whose expiry is still that of the longer one.
pub const LAST_AT: &str = "last_at";

/// The attribute by which an item is listed.
pub const STATUS: &str = "status";

/// The index that lists items by [`STATUS`].
pub const BY_STATUS: &str = "by-status";

/// One tenant's table.
#[derive(Debug)]
pub struct Conversations<'a> {
    client: Client,
    table: String,
    /// How long the tenant keeps them.
    policy: RetentionPolicy,
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
    pub(crate) fn new(
        client: Client,
        table: String,
        policy: RetentionPolicy,
        scope: &'a TenantScope,
    ) -> Self {
        Self { client, table, policy, _scope: scope }
    }

    /// Whether an item is answered by no read at `now`: its own time is over, or the tenant keeps nothing that old.
    fn is_over(&self, item: &Item, now: Timestamp) -> bool {
        let since = self.policy.kept_since(DataKind::Conversations, now).as_second();
        let last =
            item.get(LAST_AT).and_then(|value| value.as_n().ok()).and_then(|text| text.parse::<i64>().ok());
        is_expired(item, now) || last.is_some_and(|last| last < since)
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
        Ok(found.item.filter(|item| !self.is_over(item, now)))
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
            items.extend(page.items.unwrap_or_default().into_iter().filter(|item| !self.is_over(item, now)));
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        items.truncate(limit as usize);
        Ok(items)
    }

    /// The last items of a partition whose `sk` begins with `prefix`, the newest first, without those expired at `now`.
    pub async fn latest(
        &self,
        pk: &str,
        prefix: &str,
        limit: i32,
        now: Timestamp,
    ) -> Result<Vec<Item>, TenancyError> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(limit)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(page.items.unwrap_or_default().into_iter().filter(|item| !self.is_over(item, now)).collect())
    }

    /// The items of a status, the newest partition first, behind the item `after` (its `pk` and `sk`) and without those
    /// expired at `now`; at most `limit`. What was changed a moment ago may be missing or stand under its former status.
    pub async fn by_status(
        &self,
        status: &str,
        after: Option<(String, String)>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Item>, TenancyError> {
        let mut items = Vec::new();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut start = after.map(|(pk, sk)| {
            Item::from([
                (STATUS.to_owned(), text(status)),
                ("pk".to_owned(), AttributeValue::S(pk)),
                ("sk".to_owned(), AttributeValue::S(sk)),
            ])
        });
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(BY_STATUS)
                .key_condition_expression("#status = :status")
                .expression_attribute_names("#status", STATUS)
                .expression_attribute_values(":status", text(status))
                .scan_index_forward(false)
                .set_limit(i32::try_from(limit).ok())
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            items.extend(page.items.unwrap_or_default().into_iter().filter(|item| !self.is_over(item, now)));
            start = page.last_evaluated_key;
            if start.is_none() || items.len() >= limit {
                items.truncate(limit);
                return Ok(items);
            }
        }
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

    /// Whether a partition has an item, expired or not.
    pub async fn holds(&self, pk: &str) -> Result<bool, TenancyError> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .projection_expression("pk")
            .consistent_read(true)
            .limit(1)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.count() > 0)
    }

    /// Keys of items, expired or not: a page of them behind `after`, and behind what the next page begins.
    pub async fn scan_keys(&self, after: Option<Item>) -> Result<(Vec<Item>, Option<Item>), TenancyError> {
        let page = self
            .client
            .scan()
            .table_name(&self.table)
            .projection_expression("pk, sk")
            .consistent_read(true)
            .set_exclusive_start_key(after)
            .limit(1_000)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
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
