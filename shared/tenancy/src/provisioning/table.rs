//! The conversations table.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::delete_table::DeleteTableError;
use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    operation::update_continuous_backups::UpdateContinuousBackupsError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        PointInTimeRecoverySpecification, Projection, ProjectionType, ScalarAttributeType, SseSpecification,
        SseType, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
    },
};

use super::Provisioning;
use crate::{
    rooms::conversations::{BY_STATUS, EXPIRES_AT, STATUS},
    scope::TenantScope,
    tenancy::TenancyError,
};

impl Provisioning {
    /// Makes the tenant's conversations table, encrypted with the key of this ARN, with its list by status and its time to live.
    pub async fn ensure_conversations(&self, scope: &TenantScope, key: &str) -> Result<(), TenancyError> {
        let encrypted =
            SseSpecification::builder().enabled(true).sse_type(SseType::Kms).kms_master_key_id(key).build();
        let client = Client::new(&self.sdk);
        let table = self.names.conversations_table(scope.tenant());
        let text = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .map_err(TenancyError::cloud("dynamodb"))
        };
        let part = |name: &str, kind| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .map_err(TenancyError::cloud("dynamodb"))
        };
        // Only items with a status are in it: conversations, and nothing that was said.
        let by_status = GlobalSecondaryIndex::builder()
            .index_name(BY_STATUS)
            .key_schema(part(STATUS, KeyType::Hash)?)
            .key_schema(part("pk", KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let made = client
            .create_table()
            .table_name(&table)
            .attribute_definitions(text("pk")?)
            .attribute_definitions(text("sk")?)
            .attribute_definitions(text(STATUS)?)
            .key_schema(part("pk", KeyType::Hash)?)
            .key_schema(part("sk", KeyType::Range)?)
            .global_secondary_indexes(by_status)
            .billing_mode(BillingMode::PayPerRequest)
            .sse_specification(encrypted)
            .send()
            .await;
        match made {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => {}
            Err(error) => return Err(TenancyError::cloud("dynamodb")(error)),
        }
        for _ in 0..60 {
            let described = client
                .describe_table()
                .table_name(&table)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            if described.table().and_then(|t| t.table_status()) == Some(&TableStatus::Active) {
                self.ensure_expiry(&client, &table).await?;
                return ensure_recovery(&client, &table).await;
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        Err(TenancyError::Conflict("conversations table"))
    }

    async fn ensure_expiry(&self, client: &Client, table: &str) -> Result<(), TenancyError> {
        let described = client
            .describe_time_to_live()
            .table_name(table)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let status = described.time_to_live_description().and_then(|t| t.time_to_live_status());
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let expiry = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name(EXPIRES_AT)
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        client
            .update_time_to_live()
            .table_name(table)
            .time_to_live_specification(expiry)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Removes the tenant's conversations table.
    pub async fn drop_conversations(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let table = self.names.conversations_table(scope.tenant());
        let client = Client::new(&self.sdk);
        // Otherwise AWS would keep a backup of the deleted table for 35 days.
        match set_recovery(&client, &table, false).await {
            Ok(()) => {}
            Err(error)
                if matches!(error.code(), Some("TableNotFoundException" | "ResourceNotFoundException")) =>
            {
                return Ok(());
            }
            Err(error) => return Err(TenancyError::cloud("dynamodb")(error)),
        }
        match client.delete_table().table_name(table).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteTableError::is_resource_not_found_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }
}

/// Keeps the table recoverable to the second (K5.2). Setting it twice is fine. AWS refuses for a while after a table was
/// made, because it is still switching its own backups on.
async fn ensure_recovery(client: &Client, table: &str) -> Result<(), TenancyError> {
    for _ in 0..60 {
        match set_recovery(client, table, true).await {
            Err(error) if error.is_continuous_backups_unavailable_exception() => {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
            outcome => return outcome.map_err(TenancyError::cloud("dynamodb")),
        }
    }
    Err(TenancyError::Conflict("conversations table"))
}

async fn set_recovery(
    client: &Client,
    table: &str,
    enabled: bool,
) -> Result<(), UpdateContinuousBackupsError> {
    let recovery = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(enabled)
        .build()
        .map_err(UpdateContinuousBackupsError::unhandled)?;
    client
        .update_continuous_backups()
        .table_name(table)
        .point_in_time_recovery_specification(recovery)
        .send()
        .await
        .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error)?;
    Ok(())
}
