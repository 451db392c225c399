//! The tenant's settings in the shared projects table. The partition key leads with the tenant; nothing personal here.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use vivier_domain::retention::RetentionPolicy;

use crate::{scope::TenantScope, tenancy::TenancyError};

/// One tenant's settings.
#[derive(Debug)]
pub struct Settings<'a> {
    client: Client,
    table: String,
    scope: &'a TenantScope,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { client, table, scope }
    }

    fn key(&self) -> (AttributeValue, AttributeValue) {
        (
            AttributeValue::S(format!("tenant#{}", self.scope.tenant())),
            AttributeValue::S("settings#retention".into()),
        )
    }

    /// How long the tenant keeps each kind of data; the promised maximum where it chose nothing.
    pub async fn retention(&self) -> Result<RetentionPolicy, TenancyError> {
        let (pk, sk) = self.key();
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let Some(item) = found.item else { return Ok(RetentionPolicy::default()) };
        let text =
            item.get("value").and_then(|value| value.as_s().ok()).ok_or(TenancyError::Corrupt("setting"))?;
        serde_json::from_str(text).map_err(|_| TenancyError::Corrupt("setting"))
    }

    /// Stores the tenant's choice; the type has already refused anything beyond the promise.
    pub async fn set_retention(&self, policy: &RetentionPolicy) -> Result<(), TenancyError> {
        let (pk, sk) = self.key();
        let value = serde_json::to_string(policy).map_err(|_| TenancyError::Corrupt("setting"))?;
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", pk)
            .item("sk", sk)
            .item("value", AttributeValue::S(value))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }
}
