//! What leads to a tenant: finding it, hanging it, taking it away.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use vivier_domain::{entrance::Entrance, tenant::TenantStatus};

use super::{
    Door, Found, Registry,
    item::{self, Item, partition, s, string},
};
use crate::{condition::unless_refused, provisioning::password, scope::TenantScope, tenancy::TenancyError};

/// The text of a new publishable key: `vpk_` and 40 letters and digits. It is shown once; only its hash is ever stored.
pub fn new_key() -> String {
    format!("vpk_{}", password::letters(40))
}

/// A door as it hangs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hung {
    /// The name it was hung under.
    pub name: String,
    /// Where in the tenant it leads, when it is one of the front office.
    pub entrance: Option<Entrance>,
}

fn entrance(item: &Item) -> Result<Option<Entrance>, TenancyError> {
    const CORRUPT: TenancyError = TenancyError::Corrupt("registry item");
    let text = item.get("entrance").map(AttributeValue::as_s).transpose().map_err(|_| CORRUPT)?;
    text.map(|text| serde_json::from_str(text).map_err(|_| CORRUPT)).transpose()
}

fn written(entrance: &Entrance) -> Result<AttributeValue, TenancyError> {
    serde_json::to_string(entrance).map(s).map_err(|_| TenancyError::Corrupt("entrance"))
}

impl Registry {
    /// The item of a door, whether it opens or not. The index may lag a moment behind.
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

    /// The tenant a door leads to, if the door still opens and the tenant is active, or leaves and the door is a member's. Everything else is `None`.
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
            return Err(TenancyError::Busy("registry"));
        }
        let items = read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
        let (mut tenant, mut opening) = (None, None);
        for item in items {
            if string(&item, "sk")? == "tenant" { tenant = Some(item) } else { opening = Some(item) }
        }
        let (Some(tenant), Some(opening)) = (tenant, opening) else { return Ok(None) };
        let tenant = item::read(&tenant)?;
        let opens = string(&opening, "door")? == door.attribute() && string(&opening, "state")? == "active";
        // Whoever would be let in is told to come again.
        if opens && tenant.status == TenantStatus::Restoring {
            return Err(TenancyError::Busy("tenant, which is being restored"));
        }
        // Of a tenant that leaves, members alone come in.
        let leaving = tenant.status == TenantStatus::Leaving && matches!(door, Door::Member(_));
        if !opens || (tenant.status != TenantStatus::Active && !leaving) {
            return Ok(None);
        }
        Ok(Some(Found { tenant: tenant.id, entrance: entrance(&opening)?, leaving }))
    }

    /// Hangs a door: from now on it leads to the tenant. Hanging it again replaces what it was.
    pub async fn hang(
        &self,
        scope: &TenantScope,
        name: &str,
        door: &Door,
        entrance: Option<&Entrance>,
    ) -> Result<(), TenancyError> {
        let mut item = Item::from([
            ("pk".to_owned(), partition(scope.tenant())),
            ("sk".to_owned(), s(format!("door#{name}"))),
            ("door".to_owned(), s(door.attribute())),
            ("state".to_owned(), s("active")),
        ]);
        if let Some(entrance) = entrance {
            item.insert("entrance".to_owned(), written(entrance)?);
        }
        self.put(item).await
    }

    /// Changes where a door leads and what it is limited to; what leads to it stays. `false` where no such door hangs:
    /// none is hung by this.
    pub async fn redirect(
        &self,
        scope: &TenantScope,
        name: &str,
        entrance: &Entrance,
    ) -> Result<bool, TenancyError> {
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", partition(scope.tenant()))
            .key("sk", s(format!("door#{name}")))
            .update_expression("SET entrance = :entrance")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":entrance", written(entrance)?)
            .send()
            .await;
        Ok(unless_refused(outcome)?.is_some())
    }

    /// The names of the tenant's doors.
    pub async fn doors(&self, scope: &TenantScope) -> Result<Vec<String>, TenancyError> {
        Ok(self.doors_under(scope, "").await?.into_iter().map(|door| door.name).collect())
    }

    /// The tenant's doors whose names begin with `prefix`, as they are now, in the order of their names.
    pub async fn doors_under(&self, scope: &TenantScope, prefix: &str) -> Result<Vec<Hung>, TenancyError> {
        let mut doors = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :door)")
                .expression_attribute_values(":pk", partition(scope.tenant()))
                .expression_attribute_values(":door", s(format!("door#{prefix}")))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                let name = string(&item, "sk")?.strip_prefix("door#").map(str::to_owned);
                let name = name.ok_or(TenancyError::Corrupt("registry item"))?;
                doors.push(Hung { name, entrance: entrance(&item)? });
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(doors);
            }
        }
    }

    /// Takes a door away: whoever comes by it is refused. Taking it away twice is fine.
    pub async fn unhang(&self, scope: &TenantScope, name: &str) -> Result<(), TenancyError> {
        self.delete(partition(scope.tenant()), s(format!("door#{name}"))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::ProjectId;

    #[test]
    fn a_key_is_long_and_never_made_twice() {
        let (one, two) = (new_key(), new_key());
        assert_ne!(one, two);
        assert!(one.len() == 44 && one.starts_with("vpk_"));
        assert!(one[4..].bytes().all(|b| b.is_ascii_alphanumeric()));
    }

    #[test]
    fn an_entrance_reads_back_as_it_was_written() {
        let door = Entrance::to(ProjectId::generate());
        let item = Item::from([("entrance".to_owned(), written(&door).unwrap())]);
        assert_eq!(entrance(&item).unwrap(), Some(door));
        assert_eq!(entrance(&Item::new()).unwrap(), None);
        for broken in [s("{}"), AttributeValue::N("1".into())] {
            assert!(entrance(&Item::from([("entrance".to_owned(), broken)])).is_err());
        }
    }
}
