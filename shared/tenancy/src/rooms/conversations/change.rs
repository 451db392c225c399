//! Changes of the conversations table that hold only as long as something else is there: whatever is written late must
//! not bring back a conversation that was deleted in between.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ConditionCheck, Put, ReturnValue, TransactWriteItem, Update},
};
use jiff::Timestamp;

use super::{Conversations, EXPIRES_AT, Item, LAST_AT, STATUS, is_expired};
use crate::{condition::is_conflict, tenancy::TenancyError};

/// What must be true of a partition's first item for others to be added.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'a> {
    /// The partition.
    pub pk: &'a str,
    /// The item in it that must be there.
    pub sk: &'a str,
    /// So many items it may count at most, with the one that is added.
    pub most: u32,
    /// It must not have this status.
    pub not: Option<&'a str>,
}

/// What must be true of an item for it to be changed.
#[derive(Debug, Clone, Copy)]
pub enum Only<'a> {
    /// It is there.
    Present,
    /// It has one of these statuses.
    In(&'a [&'a str]),
}

impl Conversations<'_> {
    /// Adds items to a partition under a guard, which counts one more and takes over the expiry and `last_at` of the first
    /// of them, so that a conversation's life is counted from its last message. [`TenancyError::Conflict`] where the guard
    /// does not hold or the first item is there already, which stays as it is.
    pub async fn add(&self, guard: Guard<'_>, items: Vec<Item>) -> Result<(), TenancyError> {
        let first = items.first().ok_or(TenancyError::Corrupt("message"))?;
        let moved = |name: &str| first.get(name).cloned().ok_or(TenancyError::Corrupt("message"));
        let refused = guard.not.map_or("", |_| " AND NOT #status = :not");
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(guard.pk))
            .key("sk", text(guard.sk))
            .condition_expression(format!("attribute_exists(pk) AND messages < :most{refused}"))
            .update_expression("SET expires_at = :until, last_at = :last, messages = messages + :one")
            .expression_attribute_values(":until", moved(EXPIRES_AT)?)
            .expression_attribute_values(":last", moved(LAST_AT)?)
            .expression_attribute_values(":most", AttributeValue::N(guard.most.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        if let Some(status) = guard.not {
            update = update
                .expression_attribute_names("#status", STATUS)
                .expression_attribute_values(":not", text(status));
        }
        let update = update.build().map_err(TenancyError::cloud("dynamodb"))?;
        let mut actions = vec![TransactWriteItem::builder().update(update).build()];
        for item in items {
            actions.push(self.insertion(item)?);
        }
        self.transact(actions).await
    }

    /// Writes items as long as the item `sk` of the partition `pk` is there, which stays as it is.
    /// [`TenancyError::Conflict`] where it is not, or one of the items is there already.
    pub async fn put_beside(&self, pk: &str, sk: &str, items: Vec<Item>) -> Result<(), TenancyError> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let mut actions = vec![TransactWriteItem::builder().condition_check(check).build()];
        for item in items {
            actions.push(self.insertion(item)?);
        }
        self.transact(actions).await
    }

    fn insertion(&self, item: Item) -> Result<TransactWriteItem, TenancyError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            // One that is there already was counted.
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<(), TenancyError> {
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_conflict(&error) => Err(TenancyError::Conflict("conversation")),
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }

    /// Sets attributes of an item; gives those that were there before. [`TenancyError::Conflict`] where the item is not as
    /// `only` says.
    pub async fn set(&self, pk: &str, sk: &str, changes: Item, only: Only<'_>) -> Result<Item, TenancyError> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .return_values(ReturnValue::UpdatedOld);
        let mut sets = Vec::new();
        // In one order, so that the same change is the same request.
        let mut changes: Vec<_> = changes.into_iter().collect();
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (number, (name, value)) in changes.into_iter().enumerate() {
            sets.push(format!("#n{number} = :v{number}"));
            update = update
                .expression_attribute_names(format!("#n{number}"), name)
                .expression_attribute_values(format!(":v{number}"), value);
        }
        let condition = match only {
            Only::Present => "attribute_exists(pk)".to_owned(),
            Only::In(statuses) => {
                update = update.expression_attribute_names("#status", STATUS);
                let mut names = Vec::new();
                for (number, status) in statuses.iter().enumerate() {
                    update = update.expression_attribute_values(format!(":s{number}"), text(status));
                    names.push(format!(":s{number}"));
                }
                format!("attribute_exists(pk) AND #status IN ({})", names.join(", "))
            }
        };
        let sent = update
            .update_expression(format!("SET {}", sets.join(", ")))
            .condition_expression(condition)
            .send()
            .await;
        match sent {
            Ok(done) => Ok(done.attributes.unwrap_or_default()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Err(TenancyError::Conflict("conversation"))
            }
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }

    /// Removes an item and gives what it held, unless it is missing or expired at `now`: of two who take it at once, one
    /// gets it.
    pub async fn take(&self, pk: &str, sk: &str, now: Timestamp) -> Result<Option<Item>, TenancyError> {
        let taken = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(taken.attributes.filter(|item| !is_expired(item, now)))
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
