//! How the registry's items are written and read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};
use vivier_domain::ids::TenantId;

use super::Tenant;
use crate::tenancy::TenancyError;

pub(super) type Item = HashMap<String, AttributeValue>;

const CORRUPT: TenancyError = TenancyError::Corrupt("registry item");

pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn partition(tenant: TenantId) -> AttributeValue {
    s(format!("tenant#{tenant}"))
}

pub(super) fn string(item: &Item, name: &str) -> Result<String, TenancyError> {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().ok_or(CORRUPT)
}

/// A closed list's stable name, as serde writes it.
pub(super) fn name_of<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn from_name<T: DeserializeOwned>(text: String) -> Result<T, TenancyError> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|_| CORRUPT)
}

pub(super) fn read(item: &Item) -> Result<Tenant, TenancyError> {
    let production = match item.get("production") {
        Some(value) => Some(value.as_s().ok().and_then(|text| text.parse().ok()).ok_or(CORRUPT)?),
        None => None,
    };
    Ok(Tenant {
        id: string(item, "tenant_id")?.parse().map_err(|_| CORRUPT)?,
        slug: string(item, "slug")?.try_into().map_err(|_| CORRUPT)?,
        name: string(item, "name")?,
        kind: from_name(string(item, "kind")?)?,
        production,
        status: from_name(string(item, "status")?)?,
        created_at: string(item, "created_at")?.parse().map_err(|_| CORRUPT)?,
    })
}

pub(super) fn write(tenant: &Tenant) -> Item {
    let mut item = Item::from([
        ("pk".to_owned(), partition(tenant.id)),
        ("sk".to_owned(), s("tenant")),
        ("tenant_id".to_owned(), s(tenant.id.to_string())),
        ("slug".to_owned(), s(tenant.slug.as_str())),
        ("name".to_owned(), s(tenant.name.as_str())),
        ("kind".to_owned(), s(name_of(tenant.kind))),
        ("status".to_owned(), s(name_of(tenant.status))),
        ("created_at".to_owned(), s(tenant.created_at.to_string())),
    ]);
    if let Some(production) = tenant.production {
        item.insert("production".to_owned(), s(production.to_string()));
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::tenant::{Slug, TenantKind, TenantStatus};

    #[test]
    fn a_tenant_reads_back_as_it_was_written() {
        let tenant = Tenant {
            id: TenantId::generate(),
            slug: Slug::try_from("acme-test".to_owned()).unwrap(),
            name: "Acme".into(),
            kind: TenantKind::Test,
            production: Some(TenantId::generate()),
            status: TenantStatus::Creating,
            created_at: jiff::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(read(&write(&tenant)).unwrap(), tenant);
    }

    #[test]
    fn an_item_without_a_field_is_corrupt() {
        assert!(read(&Item::new()).is_err());
    }
}
