//! The key that a tenant's bucket and table are encrypted with (K7.2): with it goes whatever lies anywhere in its cipher.

use aws_sdk_kms::{
    Client,
    operation::{
        create_alias::CreateAliasError, delete_alias::DeleteAliasError,
        schedule_key_deletion::ScheduleKeyDeletionError,
    },
    types::Tag,
};

use super::Provisioning;
use crate::{scope::TenantScope, tenancy::TenancyError};

/// The fewest days that AWS keeps a key for whoever removed it by mistake.
const GRACE_DAYS: i32 = 7;

impl Provisioning {
    /// Makes the tenant's key, renewed every year, unless it has one; its ARN.
    pub async fn ensure_key(&self, scope: &TenantScope) -> Result<String, TenancyError> {
        let (client, alias) = (Client::new(&self.sdk), self.names.key_alias(scope.tenant()));
        if let Some(known) = key_of(&client, &alias).await? {
            return Ok(known);
        }
        let tag = |key: &str, value: &str| {
            Tag::builder().tag_key(key).tag_value(value).build().map_err(TenancyError::cloud("kms"))
        };
        let made = client
            .create_key()
            .description("A tenant's files and conversations, at rest.")
            .tags(tag("stage", self.names.stage())?)
            .tags(tag("tenant", &scope.tenant().simple())?)
            .send()
            .await
            .map_err(TenancyError::cloud("kms"))?;
        let made = made.key_metadata.ok_or(TenancyError::Corrupt("key"))?;
        client.enable_key_rotation().key_id(&made.key_id).send().await.map_err(TenancyError::cloud("kms"))?;
        match client.create_alias().alias_name(&alias).target_key_id(&made.key_id).send().await {
            Ok(_) => made.arn.ok_or(TenancyError::Corrupt("key")),
            Err(error)
                if error.as_service_error().is_some_and(CreateAliasError::is_already_exists_exception) =>
            {
                // Somebody else made one meanwhile. Ours encrypted nothing.
                remove(&client, &made.key_id).await?;
                key_of(&client, &alias).await?.ok_or(TenancyError::Conflict("key"))
            }
            Err(error) => Err(TenancyError::cloud("kms")(error)),
        }
    }

    /// Removes the tenant's key: at once nobody finds it by its name, and in a week AWS destroys it.
    pub async fn drop_key(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let (client, alias) = (Client::new(&self.sdk), self.names.key_alias(scope.tenant()));
        let Some(key) = key_of(&client, &alias).await? else { return Ok(()) };
        // The name last: a removal that stopped in between finds the key again.
        remove(&client, &key).await?;
        match client.delete_alias().alias_name(&alias).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(DeleteAliasError::is_not_found_exception) => {
                Ok(())
            }
            Err(error) => Err(TenancyError::cloud("kms")(error)),
        }
    }

    /// Whether the tenant has a key that anything could be read with.
    pub async fn holds_key(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        Ok(key_of(&Client::new(&self.sdk), &self.names.key_alias(scope.tenant())).await?.is_some())
    }
}

/// The ARN of the key that has a name. Asked of the list: a name that leads nowhere is no resource that a right could hold for.
async fn key_of(client: &Client, alias: &str) -> Result<Option<String>, TenancyError> {
    let mut names = client.list_aliases().into_paginator().items().send();
    while let Some(name) = names.next().await {
        let name = name.map_err(TenancyError::cloud("kms"))?;
        if name.alias_name() == Some(alias)
            && let (Some(arn), Some(key)) = (name.alias_arn(), name.target_key_id())
        {
            return Ok(Some(arn.replace(&format!(":{alias}"), &format!(":key/{key}"))));
        }
    }
    Ok(None)
}

async fn remove(client: &Client, key: &str) -> Result<(), TenancyError> {
    match client.schedule_key_deletion().key_id(key).pending_window_in_days(GRACE_DAYS).send().await {
        Ok(_) => Ok(()),
        // It is on its way out already.
        Err(error)
            if error
                .as_service_error()
                .is_some_and(ScheduleKeyDeletionError::is_kms_invalid_state_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(TenancyError::cloud("kms")(error)),
    }
}
