//! A tenant's items as they lie in their tables, whatever they are: for whoever takes everything along, and knows no kind of item by name.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{
    Client,
    primitives::Blob,
    types::{AttributeValue, KeysAndAttributes},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::{scope::TenantScope, tenancy::TenancyError};

const CORRUPT: TenancyError = TenancyError::Corrupt("item");
/// Items of one reading by their keys.
const BATCH: usize = 100;
/// So many items are removed at the same time.
const AT_ONCE: usize = 16;
/// Times that keys are asked for which a throttled table handed back.
const TRIES: usize = 8;

type Item = HashMap<String, AttributeValue>;

/// A table with items of a tenant that last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// The tenant's own table of conversations.
    Conversations,
    /// Members, roles, projects, settings.
    Records,
    /// Scheduled tasks.
    Tasks,
    /// Receipts of erasures.
    Ledger,
}

impl Shelf {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Conversations, Self::Records, Self::Tasks, Self::Ledger];

    /// As the map of data calls the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Records => "records",
            Self::Tasks => "tasks",
            Self::Ledger => "ledger",
        }
    }
}

/// The value of an attribute, written in one way only: attributes and members of sets are in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plain {
    /// A text.
    S(String),
    /// A number, as its text.
    N(String),
    /// Bytes, in base64.
    B(String),
    /// Yes or no.
    BOOL(bool),
    /// Nothing.
    NULL(bool),
    /// A list.
    L(Vec<Plain>),
    /// A map.
    M(BTreeMap<String, Plain>),
    /// Texts, in order.
    SS(Vec<String>),
    /// Numbers, in order.
    NS(Vec<String>),
    /// Bytes, in order.
    BS(Vec<String>),
}

impl Plain {
    fn of(value: &AttributeValue) -> Result<Self, TenancyError> {
        let sorted = |texts: &[String]| {
            let mut texts = texts.to_vec();
            texts.sort_unstable();
            texts
        };
        Ok(match value {
            AttributeValue::S(text) => Self::S(text.clone()),
            AttributeValue::N(text) => Self::N(text.clone()),
            AttributeValue::B(bytes) => Self::B(STANDARD.encode(bytes.as_ref())),
            AttributeValue::Bool(yes) => Self::BOOL(*yes),
            AttributeValue::Null(null) => Self::NULL(*null),
            AttributeValue::L(list) => Self::L(list.iter().map(Self::of).collect::<Result<_, _>>()?),
            AttributeValue::M(map) => Self::M(Self::all(map)?),
            AttributeValue::Ss(texts) => Self::SS(sorted(texts)),
            AttributeValue::Ns(texts) => Self::NS(sorted(texts)),
            AttributeValue::Bs(blobs) => {
                Self::BS(sorted(&blobs.iter().map(|blob| STANDARD.encode(blob.as_ref())).collect::<Vec<_>>()))
            }
            _ => return Err(CORRUPT),
        })
    }

    fn all(item: &Item) -> Result<BTreeMap<String, Self>, TenancyError> {
        item.iter().map(|(name, value)| Ok((name.clone(), Self::of(value)?))).collect()
    }

    fn value(self) -> Result<AttributeValue, TenancyError> {
        let blob = |text: String| STANDARD.decode(text).map(Blob::new).map_err(|_| CORRUPT);
        Ok(match self {
            Self::S(text) => AttributeValue::S(text),
            Self::N(text) => AttributeValue::N(text),
            Self::B(text) => AttributeValue::B(blob(text)?),
            Self::BOOL(yes) => AttributeValue::Bool(yes),
            Self::NULL(null) => AttributeValue::Null(null),
            Self::L(list) => AttributeValue::L(list.into_iter().map(Self::value).collect::<Result<_, _>>()?),
            Self::M(map) => AttributeValue::M(
                map.into_iter()
                    .map(|(name, value)| Ok((name, value.value()?)))
                    .collect::<Result<_, TenancyError>>()?,
            ),
            Self::SS(texts) => AttributeValue::Ss(texts),
            Self::NS(texts) => AttributeValue::Ns(texts),
            Self::BS(texts) => AttributeValue::Bs(texts.into_iter().map(blob).collect::<Result<_, _>>()?),
        })
    }
}

/// An item as it lies: its keys, and all of its attributes but those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// Its partition key.
    pub pk: String,
    /// Its sort key.
    pub sk: String,
    /// Its other attributes.
    pub attributes: BTreeMap<String, Plain>,
}

impl Belonging {
    fn read(item: &Item) -> Result<Self, TenancyError> {
        let mut attributes = Plain::all(item)?;
        let mut key = |name| match attributes.remove(name) {
            Some(Plain::S(text)) => Ok(text),
            _ => Err(CORRUPT),
        };
        Ok(Self { pk: key("pk")?, sk: key("sk")?, attributes })
    }

    /// Whether it is over: expired items are readable for days.
    pub fn is_over(&self, now: i64) -> bool {
        match self.attributes.get("expires_at") {
            Some(Plain::N(text)) => text.parse::<i64>().is_ok_and(|second| second <= now),
            _ => false,
        }
    }
}

/// One tenant's items in one table.
#[derive(Debug)]
pub struct Belongings<'a> {
    client: Client,
    table: String,
    shelf: Shelf,
    scope: &'a TenantScope,
}

/// The keys of everything there is, in order.
#[derive(Debug)]
pub struct Keys(Vec<(String, String)>);

impl Keys {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// So many of them at once as [`Belongings::fetch`] takes.
    pub fn batches(&self) -> impl Iterator<Item = &[(String, String)]> {
        self.0.chunks(BATCH)
    }
}

impl<'a> Belongings<'a> {
    pub(crate) fn new(client: Client, table: String, shelf: Shelf, scope: &'a TenantScope) -> Self {
        Self { client, table, shelf, scope }
    }

    /// The keys of all the tenant's items. Keys alone are held in memory: a table has no order across its partitions, and a bundle has.
    pub async fn keys(&self) -> Result<Keys, TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let (items, next) = if self.shelf == Shelf::Conversations {
                let page = self.client.scan().table_name(&self.table).consistent_read(true);
                let page = page.projection_expression("pk, sk").set_exclusive_start_key(start).send().await;
                let page = page.map_err(TenancyError::cloud("dynamodb"))?;
                (page.items, page.last_evaluated_key)
            } else {
                let page = self
                    .client
                    .query()
                    .table_name(&self.table)
                    .key_condition_expression("pk = :pk")
                    .expression_attribute_values(
                        ":pk",
                        AttributeValue::S(format!("tenant#{}", self.scope.tenant())),
                    )
                    .projection_expression("pk, sk")
                    .consistent_read(true)
                    .set_exclusive_start_key(start)
                    .send()
                    .await
                    .map_err(TenancyError::cloud("dynamodb"))?;
                (page.items, page.last_evaluated_key)
            };
            for item in items.unwrap_or_default() {
                let key = Belonging::read(&item)?;
                found.push((key.pk, key.sk));
            }
            start = next;
            if start.is_none() {
                found.sort_unstable();
                return Ok(Keys(found));
            }
        }
    }

    /// Removes all of them; how many there were.
    pub async fn clear(&self) -> Result<usize, TenancyError> {
        self.clear_but(|_, _| false).await
    }

    /// Removes all but those that are to stay, by their keys; how many went.
    pub async fn clear_but(
        &self,
        stays: impl Fn(&str, &str) -> bool + Send + Sync,
    ) -> Result<usize, TenancyError> {
        let mut keys = self.keys().await?;
        keys.0.retain(|(pk, sk)| !stays(pk, sk));
        let count = keys.len();
        stream::iter(keys.0)
            .map(|(pk, sk)| async move {
                let gone = self
                    .client
                    .delete_item()
                    .table_name(&self.table)
                    .key("pk", AttributeValue::S(pk))
                    .key("sk", AttributeValue::S(sk));
                gone.send().await.map_err(TenancyError::cloud("dynamodb")).map(drop)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(count)
    }

    /// The keys that an item has once it is put there. In a shared table its partition is the scope's, whatever it was.
    pub fn key(&self, belonging: &Belonging) -> (String, String) {
        let pk = match self.shelf {
            Shelf::Conversations => belonging.pk.clone(),
            Shelf::Records | Shelf::Tasks | Shelf::Ledger => format!("tenant#{}", self.scope.tenant()),
        };
        (pk, belonging.sk.clone())
    }

    /// Puts an item there as it lay elsewhere, under its [key](Self::key).
    pub async fn put(&self, belonging: Belonging) -> Result<(), TenancyError> {
        let (pk, sk) = self.key(&belonging);
        let mut item =
            Item::from([("pk".to_owned(), AttributeValue::S(pk)), ("sk".to_owned(), AttributeValue::S(sk))]);
        for (name, value) in belonging.attributes {
            item.insert(name, value.value()?);
        }
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        put.send().await.map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Items by their keys, in the order of these; what has gone in between is left out.
    pub async fn fetch(&self, keys: &[(String, String)]) -> Result<Vec<Belonging>, TenancyError> {
        let key = |(pk, sk): &(String, String)| {
            HashMap::from([
                ("pk".to_owned(), AttributeValue::S(pk.clone())),
                ("sk".to_owned(), AttributeValue::S(sk.clone())),
            ])
        };
        let (mut asked, mut found) =
            (keys.iter().map(key).collect::<Vec<_>>(), Vec::with_capacity(keys.len()));
        for _ in 0..TRIES {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(asked))
                .consistent_read(true)
                .build()
                .map_err(TenancyError::cloud("dynamodb"))?;
            let read = self.client.batch_get_item().request_items(&self.table, wanted).send().await;
            let read = read.map_err(TenancyError::cloud("dynamodb"))?;
            for item in read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default() {
                found.push(Belonging::read(&item)?);
            }
            // A page ends after sixteen megabytes.
            asked = read
                .unprocessed_keys
                .unwrap_or_default()
                .remove(&self.table)
                .map(|k| k.keys)
                .unwrap_or_default();
            if asked.is_empty() {
                found.sort_unstable_by(|one, other| (&one.pk, &one.sk).cmp(&(&other.pk, &other.sk)));
                return Ok(found);
            }
        }
        Err(TenancyError::Busy("table"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_reads_back_as_it_was_written() {
        let item = Item::from([
            ("pk".to_owned(), AttributeValue::S("session#1".into())),
            ("sk".to_owned(), AttributeValue::S("session".into())),
            ("n".to_owned(), AttributeValue::N("7".into())),
            ("b".to_owned(), AttributeValue::B(Blob::new(vec![0, 255]))),
            ("set".to_owned(), AttributeValue::Ss(vec!["b".into(), "a".into()])),
            (
                "list".to_owned(),
                AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::Null(true)]),
            ),
            (
                "map".to_owned(),
                AttributeValue::M(Item::from([("x".to_owned(), AttributeValue::S("é".into()))])),
            ),
        ]);
        let read = Belonging::read(&item).unwrap();
        let text = serde_json::to_string(&read.attributes).unwrap();
        assert_eq!(
            text,
            r#"{"b":{"B":"AP8="},"list":{"L":[{"BOOL":true},{"NULL":true}]},"map":{"M":{"x":{"S":"é"}}},"n":{"N":"7"},"set":{"SS":["a","b"]}}"#
        );
        let back: BTreeMap<String, Plain> = serde_json::from_str(&text).unwrap();
        assert_eq!(Plain::M(back).value().unwrap(), Plain::M(read.attributes).value().unwrap());
    }
}
