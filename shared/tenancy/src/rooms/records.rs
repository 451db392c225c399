//! The tenant's records in the shared projects table: members, roles, projects, settings, keys. The partition key leads
//! with the tenant; no record names a person.
//!
//! Every record has a version, and every change says which version it is made on: two people who change one thing at
//! the same moment cannot overwrite each other. Changes that belong together are one transaction.

mod change;
mod key;

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, KeysAndAttributes},
};
use serde::de::DeserializeOwned;
use vivier_domain::settings::{Published, TenantSettings};

pub use change::Change;
pub use key::{Place, RecordKey};

use crate::{scope::TenantScope, tenancy::TenancyError};

/// A record with the version it was read at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// Counts from 1 and rises with each change; an HTTP `ETag` is made of it.
    pub version: u64,
    /// What was stored.
    pub value: T,
}

/// What one reading of several records found.
#[derive(Debug, Default)]
pub struct Batch(HashMap<String, HashMap<String, AttributeValue>>);

impl Batch {
    /// One of the records that were asked for.
    pub fn get<T: DeserializeOwned>(&self, key: &RecordKey<T>) -> Result<Option<Versioned<T>>, TenancyError> {
        self.0.get(key.sort()).map(read).transpose()
    }
}

/// One tenant's records.
#[derive(Debug)]
pub struct Records<'a> {
    client: Client,
    table: String,
    scope: &'a TenantScope,
}

impl<'a> Records<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { client, table, scope }
    }

    /// Whose records these are.
    pub fn scope(&self) -> &'a TenantScope {
        self.scope
    }

    fn partition(&self) -> AttributeValue {
        AttributeValue::S(format!("tenant#{}", self.scope.tenant()))
    }

    /// One record as it is now.
    pub async fn fetch<T: DeserializeOwned>(
        &self,
        key: &RecordKey<T>,
    ) -> Result<Option<Versioned<T>>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", self.partition())
            .key("sk", AttributeValue::S(key.sort().to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        found.item.as_ref().map(read).transpose()
    }

    /// Up to 100 records as they are now, in one request; `sorts` are [`RecordKey::sort`]s of distinct records.
    pub async fn batch(&self, sorts: &[&str]) -> Result<Batch, TenancyError> {
        if sorts.is_empty() {
            return Ok(Batch::default());
        }
        let key = |sort: &&str| {
            HashMap::from([
                ("pk".to_owned(), self.partition()),
                ("sk".to_owned(), AttributeValue::S((*sort).to_owned())),
            ])
        };
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(sorts.iter().map(key).collect()))
            .consistent_read(true)
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let read = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        // A throttled table hands keys back unread: that is no "there is none".
        if read.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(TenancyError::Busy("projects table"));
        }
        let items = read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
        let sort =
            |item: &HashMap<String, AttributeValue>| item.get("sk").and_then(|sk| sk.as_s().ok()).cloned();
        Ok(Batch(items.into_iter().filter_map(|item| Some((sort(&item)?, item))).collect()))
    }

    /// Records whose sort key begins with `prefix`, in the order of their keys and behind `after`, at most `limit`
    /// (all of them without one). Each comes with what follows the prefix in its key.
    pub async fn list<T: DeserializeOwned>(
        &self,
        prefix: &RecordKey<T>,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Vec<(String, Versioned<T>)>, TenancyError> {
        let mut found = Vec::new();
        let mut start = after.map(|after| {
            let sort = AttributeValue::S(format!("{}{after}", prefix.sort()));
            HashMap::from([("pk".to_owned(), self.partition()), ("sk".to_owned(), sort)])
        });
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", self.partition())
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.sort().to_owned()))
                .consistent_read(true)
                .set_limit(limit.and_then(|limit| i32::try_from((limit - found.len()).min(1_000)).ok()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                let sort =
                    item.get("sk").and_then(|sk| sk.as_s().ok()).ok_or(TenancyError::Corrupt("record"))?;
                let rest = sort.strip_prefix(prefix.sort()).unwrap_or_default().to_owned();
                found.push((rest, read(&item)?));
            }
            start = page.last_evaluated_key;
            if start.is_none() || limit.is_some_and(|limit| found.len() >= limit) {
                return Ok(found);
            }
        }
    }

    /// Makes all changes or none. [`TenancyError::Conflict`] when a record is not at the version it was expected at.
    pub async fn change(&self, changes: &[Change]) -> Result<(), TenancyError> {
        let actions = changes
            .iter()
            .map(|change| change.action(&self.table, self.partition()))
            .collect::<Result<Vec<_>, _>>()?;
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled))
                    if cancelled.cancellation_reasons().iter().any(|reason| {
                        matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict"))
                    }) =>
                {
                    Err(TenancyError::Conflict("record"))
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
                    Err(TenancyError::Conflict("record"))
                }
                _ => Err(TenancyError::cloud("dynamodb")(error)),
            },
        }
    }

    /// The tenant's published settings; the defaults where it published none.
    pub async fn tenant_settings(&self) -> Result<TenantSettings, TenancyError> {
        let key: RecordKey<Published<TenantSettings>> = RecordKey::published(Place::Tenant);
        Ok(self.fetch(&key).await?.map(|found| found.value.settings).unwrap_or_default())
    }

    /// Removes every record of the tenant, at its end. Doing it twice is fine.
    pub async fn clear(&self) -> Result<(), TenancyError> {
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", self.partition())
                .projection_expression("pk, sk")
                .consistent_read(true)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            let items = page.items.unwrap_or_default();
            if items.is_empty() {
                return Ok(());
            }
            for key in items {
                self.client
                    .delete_item()
                    .table_name(&self.table)
                    .set_key(Some(key))
                    .send()
                    .await
                    .map_err(TenancyError::cloud("dynamodb"))?;
            }
        }
    }
}

fn read<T: DeserializeOwned>(item: &HashMap<String, AttributeValue>) -> Result<Versioned<T>, TenancyError> {
    const CORRUPT: TenancyError = TenancyError::Corrupt("record");
    let text = item.get("value").and_then(|value| value.as_s().ok()).ok_or(CORRUPT)?;
    let version = item.get("version").and_then(|version| version.as_n().ok()).ok_or(CORRUPT)?;
    Ok(Versioned {
        version: version.parse().map_err(|_| CORRUPT)?,
        value: serde_json::from_str(text).map_err(|_| CORRUPT)?,
    })
}
