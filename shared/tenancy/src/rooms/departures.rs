//! Tenants that leave, in a table of the platform: how each departure stands, and the certificates of those that are over. It outlives them.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, primitives::Blob, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};
use vivier_domain::{ids::TenantId, member::Language};

use super::records::Versioned;
use crate::{
    condition::unless_refused,
    scope::{PlatformScope, TenantScope},
    tenancy::TenancyError,
};

const CORRUPT: TenancyError = TenancyError::Corrupt("departure");
const SERVICE: &str = "dynamodb";

/// A partition of the table: there are as many departures as contracts that end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Book {
    /// Tenants that leave, by their identifiers.
    Departures,
    /// Bundles that are being taken in, by the tenant they are for.
    Arrivals,
    /// Anonymised bundles, by the test environment they are for.
    Refreshes,
}

impl Book {
    const fn partition(self) -> &'static str {
        match self {
            Self::Departures => "departures",
            Self::Arrivals => "arrivals",
            Self::Refreshes => "refreshes",
        }
    }
}

/// The table.
#[derive(Debug)]
pub struct Departures {
    client: Client,
    table: String,
}

impl Departures {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// What is noted of the scope's own tenant.
    pub async fn own<T: DeserializeOwned>(
        &self,
        scope: &TenantScope,
    ) -> Result<Option<Versioned<T>>, TenancyError> {
        self.get(Book::Departures, scope.tenant()).await
    }

    /// Notes of the scope's own tenant how it stands now, over the version that was read.
    pub async fn put_own<T: Serialize + Sync>(
        &self,
        scope: &TenantScope,
        value: &T,
        seen: u64,
    ) -> Result<u64, TenancyError> {
        self.write(Book::Departures, scope.tenant(), value, seen).await
    }

    /// What is noted of a tenant, there or gone.
    pub async fn fetch<T: DeserializeOwned>(
        &self,
        _: &PlatformScope,
        book: Book,
        tenant: TenantId,
    ) -> Result<Option<Versioned<T>>, TenancyError> {
        self.get(book, tenant).await
    }

    /// Notes how a tenant stands, over the version that was read; 0 where there was none. The new version; [`TenancyError::Conflict`] where
    /// somebody else was quicker.
    pub async fn put<T: Serialize + Sync>(
        &self,
        _: &PlatformScope,
        book: Book,
        tenant: TenantId,
        value: &T,
        seen: u64,
    ) -> Result<u64, TenancyError> {
        self.write(book, tenant, value, seen).await
    }

    /// Forgets a departure that was called off, as it was read.
    pub async fn remove(&self, _: &PlatformScope, tenant: TenantId, seen: u64) -> Result<(), TenancyError> {
        let removed = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", text(Book::Departures.partition()))
            .key("sk", text(format!("tenant#{tenant}")))
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()));
        unless_refused(removed.send().await)?.ok_or(TenancyError::Conflict("departure"))?;
        Ok(())
    }

    /// Every departure, in the order of the tenants' identifiers.
    pub async fn list<T: DeserializeOwned>(
        &self,
        _: &PlatformScope,
    ) -> Result<Vec<Versioned<T>>, TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(Book::Departures.partition()))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud(SERVICE))?;
            for item in page.items.unwrap_or_default() {
                found.push(read(&item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Keeps a certificate's page. Doing it twice is fine.
    pub async fn put_page(
        &self,
        _: &PlatformScope,
        tenant: TenantId,
        language: Language,
        page: Vec<u8>,
    ) -> Result<(), TenancyError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", text("certificates"))
            .item("sk", text(place(tenant, language)))
            .item("content", AttributeValue::B(Blob::new(page)))
            .send()
            .await
            .map_err(TenancyError::cloud(SERVICE))?;
        Ok(())
    }

    /// A certificate's page.
    pub async fn page(
        &self,
        _: &PlatformScope,
        tenant: TenantId,
        language: Language,
    ) -> Result<Option<Vec<u8>>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text("certificates"))
            .key("sk", text(place(tenant, language)))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud(SERVICE))?;
        let Some(item) = found.item else { return Ok(None) };
        let content = item.get("content").and_then(|value| value.as_b().ok());
        Ok(Some(content.ok_or(CORRUPT)?.as_ref().to_vec()))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        book: Book,
        tenant: TenantId,
    ) -> Result<Option<Versioned<T>>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(book.partition()))
            .key("sk", text(format!("tenant#{tenant}")))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud(SERVICE))?;
        found.item.as_ref().map(read).transpose()
    }

    async fn write<T: Serialize + Sync>(
        &self,
        book: Book,
        tenant: TenantId,
        value: &T,
        seen: u64,
    ) -> Result<u64, TenancyError> {
        let value = serde_json::to_string(value).map_err(|_| CORRUPT)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(book.partition()))
            .item("sk", text(format!("tenant#{tenant}")))
            .item("value", text(value))
            .item("version", AttributeValue::N((seen + 1).to_string()));
        let put = if seen == 0 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("#version = :seen")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()))
        };
        unless_refused(put.send().await)?.ok_or(TenancyError::Conflict("departure"))?;
        Ok(seen + 1)
    }
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn place(tenant: TenantId, language: Language) -> String {
    format!("tenant#{tenant}#{}", language.as_str())
}

fn read<T: DeserializeOwned>(item: &HashMap<String, AttributeValue>) -> Result<Versioned<T>, TenancyError> {
    let version = item.get("version").and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    let value = item.get("value").and_then(|value| value.as_s().ok()).ok_or(CORRUPT)?;
    Ok(Versioned {
        version: version.ok_or(CORRUPT)?,
        value: serde_json::from_str(value).map_err(|_| CORRUPT)?,
    })
}
