//! What a tenant has in tables that it shares with others and that expire by themselves: sessions, answered requests,
//! counters. At its end nothing waits for the expiry.

use aws_sdk_dynamodb::{Client, types::AttributeValue};

use super::Provisioning;
use crate::{scope::TenantScope, tenancy::TenancyError};

impl Provisioning {
    /// Removes the tenant's partition from the tables of sessions and requests, and its ledger of erasures, whose hashes nobody can read any more
    /// without the tenant's key. Doing it twice is fine.
    pub async fn drop_partitions(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let client = Client::new(&self.sdk);
        let sessions = self.sessions_table.as_ref().ok_or(TenancyError::NotFurnished("SESSIONS_TABLE"))?;
        let requests = self.requests_table.as_ref().ok_or(TenancyError::NotFurnished("REQUESTS_TABLE"))?;
        let ledger = self.ledger_table.as_ref().ok_or(TenancyError::NotFurnished("LEDGER_TABLE"))?;
        for table in [sessions, requests, ledger] {
            clear(&client, table, &format!("tenant#{}", scope.tenant())).await?;
        }
        Ok(())
    }
}

async fn clear(client: &Client, table: &str, partition: &str) -> Result<(), TenancyError> {
    let mut start = None;
    loop {
        let page = client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()))
            .projection_expression("pk, sk")
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        for key in page.items.unwrap_or_default() {
            let deleted = client.delete_item().table_name(table).set_key(Some(key)).send().await;
            deleted.map_err(TenancyError::cloud("dynamodb"))?;
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok(());
        }
    }
}
