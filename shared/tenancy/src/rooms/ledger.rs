//! The ledger of a tenant's erasures: signed receipts, one behind the other, in a table that is in no backup and that nothing takes away from. What
//! a backup brings back is erased again by it.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, TransactWriteItem},
};
use std::collections::HashMap;
use vivier_domain::{ids::PrivacyRequestId, privacy::SignedReceipt};

use crate::{condition::is_conflict, scope::TenantScope, tenancy::TenancyError};

const CORRUPT: TenancyError = TenancyError::Corrupt("ledger of erasures");
/// What the places of receipts begin with; they sort as their numbers do.
const RECEIPT: &str = "receipt#";

type Item = HashMap<String, AttributeValue>;

/// One tenant's ledger.
#[derive(Debug)]
pub struct Ledger<'a> {
    client: Client,
    table: String,
    scope: &'a TenantScope,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { client, table, scope }
    }

    fn partition(&self) -> AttributeValue {
        AttributeValue::S(format!("tenant#{}", self.scope.tenant()))
    }

    /// The last receipt with its number; numbers begin at 1.
    pub async fn last(&self) -> Result<Option<(u64, SignedReceipt)>, TenancyError> {
        Ok(self.page(u64::MAX, false, 1).await?.pop())
    }

    /// Receipts behind the number `after`, in order, at most `limit`.
    pub async fn list(&self, after: u64, limit: i32) -> Result<Vec<(u64, SignedReceipt)>, TenancyError> {
        self.page(after, true, limit).await
    }

    async fn page(
        &self,
        from: u64,
        forward: bool,
        limit: i32,
    ) -> Result<Vec<(u64, SignedReceipt)>, TenancyError> {
        let (low, high) =
            if forward { (place(from.saturating_add(1)), place(u64::MAX)) } else { (place(0), place(from)) };
        let (mut found, mut start) = (Vec::new(), None);
        // A page ends after a megabyte, whatever the limit.
        loop {
            let left = limit - i32::try_from(found.len()).unwrap_or(limit);
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
                .expression_attribute_values(":pk", self.partition())
                .expression_attribute_values(":low", AttributeValue::S(low.clone()))
                .expression_attribute_values(":high", AttributeValue::S(high.clone()))
                .consistent_read(true)
                .scan_index_forward(forward)
                .limit(left)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                found.push(read(&item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || found.len() >= limit.unsigned_abs() as usize {
                return Ok(found);
            }
        }
    }

    /// The receipt of a request, if it has one.
    pub async fn of(&self, request: PrivacyRequestId) -> Result<Option<u64>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", self.partition())
            .key("sk", AttributeValue::S(format!("request#{request}")))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let Some(item) = found.item else { return Ok(None) };
        let number = item.get("seq").and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
        number.map(Some).ok_or(CORRUPT)
    }

    /// Adds a request's receipt as number `seq`. [`TenancyError::Conflict`] where that number is another's, or the request has one.
    pub async fn append(
        &self,
        seq: u64,
        request: PrivacyRequestId,
        receipt: &SignedReceipt,
    ) -> Result<(), TenancyError> {
        let number = AttributeValue::N(seq.to_string());
        let text = serde_json::to_string(receipt).map_err(|_| CORRUPT)?;
        let entry = Item::from([
            ("pk".to_owned(), self.partition()),
            ("sk".to_owned(), AttributeValue::S(place(seq))),
            ("seq".to_owned(), number.clone()),
            ("receipt".to_owned(), AttributeValue::S(text)),
        ]);
        let mark = Item::from([
            ("pk".to_owned(), self.partition()),
            ("sk".to_owned(), AttributeValue::S(format!("request#{request}"))),
            ("seq".to_owned(), number),
        ]);
        let mut actions = Vec::new();
        for item in [entry, mark] {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk)")
                .build()
                .map_err(TenancyError::cloud("dynamodb"))?;
            actions.push(TransactWriteItem::builder().put(put).build());
        }
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_conflict(&error) => Err(TenancyError::Conflict("receipt")),
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }
}

fn place(number: u64) -> String {
    format!("{RECEIPT}{number:020}")
}

fn read(item: &Item) -> Result<(u64, SignedReceipt), TenancyError> {
    let number = item.get("seq").and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    let text = item.get("receipt").and_then(|value| value.as_s().ok()).ok_or(CORRUPT)?;
    Ok((number.ok_or(CORRUPT)?, serde_json::from_str(text).map_err(|_| CORRUPT)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_sort_as_numbers_do() {
        assert!(place(9) < place(10) && place(10) < place(u64::MAX));
    }
}
