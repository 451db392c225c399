//! A tenant's items and files as far as they are to be counted: their keys, and of what tells persons apart no more than that.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{Client, types::AttributeValue};

use crate::{scope::TenantScope, tenancy::TenancyError};

/// Tables whose items are told apart by tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawer {
    /// The tenant's own table of conversations.
    Conversations,
    /// The registry.
    Registry,
    /// Members, roles, projects, settings.
    Records,
    /// Sessions of the back office.
    Sessions,
    /// Repeated requests and counters.
    Requests,
    /// Receipts of erasures.
    Ledger,
    /// Scheduled tasks.
    Tasks,
}

impl Drawer {
    /// Each of them.
    pub const ALL: [Self; 7] = [
        Self::Conversations,
        Self::Registry,
        Self::Records,
        Self::Sessions,
        Self::Requests,
        Self::Ledger,
        Self::Tasks,
    ];

    /// As the map of data calls the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Registry => "registry",
            Self::Records => "records",
            Self::Sessions => "sessions",
            Self::Requests => "requests",
            Self::Ledger => "ledger",
            Self::Tasks => "tasks",
        }
    }
}

/// An item: its keys, and the attributes that were asked for, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Its partition key.
    pub pk: String,
    /// Its sort key.
    pub sk: String,
    /// Attributes by their names.
    pub attributes: BTreeMap<String, String>,
}

/// One tenant's items in one table.
#[derive(Debug)]
pub struct Census<'a> {
    client: Client,
    table: String,
    drawer: Drawer,
    scope: &'a TenantScope,
}

impl<'a> Census<'a> {
    pub(crate) fn new(client: Client, table: String, drawer: Drawer, scope: &'a TenantScope) -> Self {
        Self { client, table, drawer, scope }
    }

    /// Items as they lie there, those that are over and not gone yet as well: whoever reads the table reads them. Whether there are more than `most`.
    pub async fn look(&self, attributes: &[&str], most: usize) -> Result<(Vec<Glimpse>, bool), TenancyError> {
        // By other names: some attributes are called as words of the service.
        let mut names =
            HashMap::from([("#pk".to_owned(), "pk".to_owned()), ("#sk".to_owned(), "sk".to_owned())]);
        for (number, name) in attributes.iter().enumerate() {
            names.insert(format!("#a{number}"), (*name).to_owned());
        }
        let mut wanted: Vec<&str> = names.keys().map(String::as_str).collect();
        wanted.sort_unstable();
        let wanted = wanted.join(", ");
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let (items, next) = if self.drawer == Drawer::Conversations {
                let page = self.client.scan().table_name(&self.table).projection_expression(&wanted);
                let page = page.set_expression_attribute_names(Some(names.clone()));
                let page = page.set_exclusive_start_key(start).send().await;
                let page = page.map_err(TenancyError::cloud("dynamodb"))?;
                (page.items, page.last_evaluated_key)
            } else {
                let page = self
                    .client
                    .query()
                    .table_name(&self.table)
                    .key_condition_expression("#pk = :pk")
                    .expression_attribute_values(
                        ":pk",
                        AttributeValue::S(format!("tenant#{}", self.scope.tenant())),
                    )
                    .projection_expression(&wanted)
                    .set_expression_attribute_names(Some(names.clone()))
                    .set_exclusive_start_key(start)
                    .send()
                    .await
                    .map_err(TenancyError::cloud("dynamodb"))?;
                (page.items, page.last_evaluated_key)
            };
            for item in items.unwrap_or_default() {
                found.push(glimpse(item)?);
            }
            start = next;
            if start.is_none() || found.len() >= most {
                return Ok((found, start.is_some()));
            }
        }
    }
}

fn glimpse(item: HashMap<String, AttributeValue>) -> Result<Glimpse, TenancyError> {
    let text = |value: AttributeValue| match value {
        AttributeValue::S(text) | AttributeValue::N(text) => Some(text),
        _ => None,
    };
    let mut attributes: BTreeMap<String, String> =
        item.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect();
    let mut key = |name| attributes.remove(name).ok_or(TenancyError::Corrupt("item"));
    Ok(Glimpse { pk: key("pk")?, sk: key("sk")?, attributes })
}
