//! What leads to a tenant: finding it, hanging it, taking it away.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use vivier_domain::{ids::TenantId, permission::Role, tenant::TenantStatus};

use super::{
    Door, Found, Registry,
    item::{self, Item, partition, s, string},
};
use crate::{scope::TenantScope, tenancy::TenancyError};

impl Registry {
    /// Whose door this is, whether it opens or not. The index may lag a moment behind.
    pub async fn holder(&self, door: &Door) -> Result<Option<TenantId>, TenancyError> {
        let Some(item) = self.locate(door).await? else { return Ok(None) };
        let pk = string(&item, "pk")?;
        let id = pk.strip_prefix("tenant#").and_then(|id| id.parse().ok());
        id.map(Some).ok_or(TenancyError::Corrupt("registry item"))
    }

    async fn locate(&self, door: &Door) -> Result<Option<Item>, TenancyError> {
        let located = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_door")
            .key_condition_expression("door = :door")
            .expression_attribute_values(":door", s(door.attribute()))
            .limit(1)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(located.items.unwrap_or_default().into_iter().next())
    }

    /// The tenant a door leads to, if the door still opens and the tenant is active. Everything else is `None`.
    pub async fn find(&self, door: &Door) -> Result<Option<Found>, TenancyError> {
        let Some(item) = self.locate(door).await? else { return Ok(None) };
        let (pk, sk) = (string(&item, "pk")?, string(&item, "sk")?);

        let key = |sk: &str| HashMap::from([("pk".to_owned(), s(pk.clone())), ("sk".to_owned(), s(sk))]);
        let keys = KeysAndAttributes::builder()
            .keys(key("tenant"))
            .keys(key(&sk))
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
        // A throttled table hands keys back unread: that is no "no".
        if read.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(TenancyError::Conflict("registry"));
        }
        let items = read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
        let (mut tenant, mut opening) = (None, None);
        for item in items {
            if string(&item, "sk")? == "tenant" { tenant = Some(item) } else { opening = Some(item) }
        }
        let (Some(tenant), Some(opening)) = (tenant, opening) else { return Ok(None) };
        let tenant = item::read(&tenant)?;
        let opens = string(&opening, "door")? == door.attribute() && string(&opening, "state")? == "active";
        if !opens || tenant.status != TenantStatus::Active {
            return Ok(None);
        }
        let roles = match opening.get("roles") {
            Some(AttributeValue::L(list)) => {
                list.iter().filter_map(|role| role.as_s().ok()?.parse().ok()).collect()
            }
            _ => Vec::new(),
        };
        Ok(Some(Found { tenant: tenant.id, roles }))
    }

    /// Hangs a door: from now on it leads to the tenant. Hanging it again changes its roles.
    pub async fn hang(
        &self,
        scope: &TenantScope,
        name: &str,
        door: &Door,
        roles: &[Role],
    ) -> Result<(), TenancyError> {
        let roles = roles.iter().map(|role| s(role.as_str())).collect();
        self.put(Item::from([
            ("pk".to_owned(), partition(scope.tenant())),
            ("sk".to_owned(), s(format!("door#{name}"))),
            ("door".to_owned(), s(door.attribute())),
            ("state".to_owned(), s("active")),
            ("roles".to_owned(), AttributeValue::L(roles)),
        ]))
        .await
    }

    /// The names of the tenant's doors.
    pub async fn doors(&self, scope: &TenantScope) -> Result<Vec<String>, TenancyError> {
        let mut names = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :door)")
                .expression_attribute_values(":pk", partition(scope.tenant()))
                .expression_attribute_values(":door", s("door#"))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                names.extend(string(&item, "sk")?.strip_prefix("door#").map(str::to_owned));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(names);
            }
        }
    }

    /// Takes a door away: whoever comes by it is refused. Taking it away twice is fine.
    pub async fn unhang(&self, scope: &TenantScope, name: &str) -> Result<(), TenancyError> {
        self.delete(partition(scope.tenant()), s(format!("door#{name}"))).await
    }
}
