//! The changes that a transaction of records is made of.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};
use serde::Serialize;

use super::RecordKey;
use crate::tenancy::TenancyError;

/// One change of a transaction.
#[derive(Debug, Clone)]
pub struct Change {
    sort: String,
    expected: Option<u64>,
    action: Action,
}

#[derive(Debug, Clone)]
enum Action {
    Put(String),
    Delete,
    Check,
}

impl Change {
    /// Writes a record. `expected` is the version it was read at; `None` where it must not exist yet.
    pub fn put<T: Serialize>(
        key: &RecordKey<T>,
        expected: Option<u64>,
        value: &T,
    ) -> Result<Self, TenancyError> {
        let text = serde_json::to_string(value).map_err(|_| TenancyError::Corrupt("record"))?;
        Ok(Self { sort: key.sort().to_owned(), expected, action: Action::Put(text) })
    }

    /// Removes a record that is at this version.
    pub fn delete<T>(key: &RecordKey<T>, expected: u64) -> Self {
        Self { sort: key.sort().to_owned(), expected: Some(expected), action: Action::Delete }
    }

    /// Changes nothing and holds the transaction to this version; `None`: that there is no such record.
    pub fn check<T>(key: &RecordKey<T>, expected: Option<u64>) -> Self {
        Self { sort: key.sort().to_owned(), expected, action: Action::Check }
    }

    /// The change as the table takes it.
    pub(super) fn action(
        &self,
        table: &str,
        partition: AttributeValue,
    ) -> Result<TransactWriteItem, TenancyError> {
        let sort = AttributeValue::S(self.sort.clone());
        let condition = match self.expected {
            Some(_) => "version = :expected",
            None => "attribute_not_exists(pk)",
        };
        let values = self
            .expected
            .map(|version| HashMap::from([(":expected".to_owned(), AttributeValue::N(version.to_string()))]));
        let action = TransactWriteItem::builder();
        let action = match &self.action {
            Action::Put(text) => action.put(
                Put::builder()
                    .table_name(table)
                    .item("pk", partition)
                    .item("sk", sort)
                    .item("value", AttributeValue::S(text.clone()))
                    .item("version", AttributeValue::N((self.expected.unwrap_or(0) + 1).to_string()))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(TenancyError::cloud("dynamodb"))?,
            ),
            Action::Delete => action.delete(
                Delete::builder()
                    .table_name(table)
                    .key("pk", partition)
                    .key("sk", sort)
                    .condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(TenancyError::cloud("dynamodb"))?,
            ),
            Action::Check => action.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .key("pk", partition)
                    .key("sk", sort)
                    .condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(TenancyError::cloud("dynamodb"))?,
            ),
        };
        Ok(action.build())
    }
}
