//! The register of breaches of personal data, in a table of the platform that outlives tenants. It holds entries in chains: one of each breach, and one of
//! each breach with each tenant that it concerns, in that tenant's own partition. Entries are added, and none is changed.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, TransactWriteItem},
};
use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    ids::{BreachId, TenantId},
    opaque::Opaque,
};

use crate::{
    condition::{is_conflict, unless_refused},
    scope::{PlatformScope, TenantScope},
    tenancy::TenancyError,
};

/// The partition that lists them.
const BREACHES: &str = "breaches";
/// The hash of a head that cannot be read: of no entry.
const NOTHING: Opaque<32> = Opaque([0; 32]);
/// A mail that somebody began to hand over so long ago, and did not finish, is handed over again: this one is better doubled than lost.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// Readings of a chain that somebody adds to meanwhile.
const TRIES: usize = 3;

type Item = HashMap<String, AttributeValue>;

/// What is listed. One item that cannot be read hides no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// Identifiers, in their order.
    pub ids: Vec<T>,
    /// How many items name nothing that could be read.
    pub unreadable: u64,
}

/// A chain as it is stored. What cannot be read is there all the same, as what holds with nothing: whoever walks along it finds out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The number of the last entry; numbers begin at 1.
    pub seq: u64,
    /// The hash of the last entry.
    pub hash: Opaque<32>,
    /// The entries with their numbers, in order, as texts.
    pub entries: Vec<(u64, String)>,
}

/// What is to be added to a chain.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The number of the entry that was last when it was written; 0 where there was none.
    pub seen: u64,
    /// The entry.
    pub text: &'a str,
    /// Its hash.
    pub hash: Opaque<32>,
}

/// One mail of one stage to one member.
#[derive(Debug, Clone, Copy)]
pub struct MailKey<'a> {
    /// About which breach.
    pub breach: BreachId,
    /// Which telling.
    pub stage: u32,
    /// To whom, by the user pool's subject.
    pub member: &'a str,
}

/// Whether a mail is to be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// By whoever asked.
    Ours,
    /// By somebody else, who is at it.
    Theirs,
    /// By nobody: it was taken then.
    Sent(Timestamp),
}

/// The table.
#[derive(Debug)]
pub struct Breaches {
    client: Client,
    table: String,
}

/// Where a chain lies.
struct Place {
    head: (String, String),
    entries: (String, String),
    /// Besides, where the tenant's first entry is noted with the breach.
    mark: Option<(String, String)>,
}

impl Place {
    fn of_breach(id: BreachId) -> Self {
        Self {
            head: (BREACHES.into(), format!("breach#{id}")),
            entries: (format!("breach#{id}"), "entry#".to_owned()),
            mark: None,
        }
    }

    fn of_tenant(id: BreachId, tenant: TenantId) -> Self {
        Self {
            head: (format!("tenant#{tenant}"), format!("breach#{id}")),
            entries: (format!("tenant#{tenant}"), format!("entry#{id}#")),
            mark: Some((format!("breach#{id}"), format!("tenant#{tenant}"))),
        }
    }
}

impl Breaches {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Every breach there is, in the order of their identifiers.
    pub async fn list(&self, _: &PlatformScope) -> Result<Listed<BreachId>, TenancyError> {
        self.ids(BREACHES.into(), "breach#").await
    }

    /// The chain of a breach.
    pub async fn fetch(&self, _: &PlatformScope, id: BreachId) -> Result<Option<Chain>, TenancyError> {
        self.read(&Place::of_breach(id)).await
    }

    /// Adds to the chain of a breach. [`TenancyError::Conflict`] where somebody else was quicker.
    pub async fn append(
        &self,
        _: &PlatformScope,
        id: BreachId,
        addition: Addition<'_>,
    ) -> Result<(), TenancyError> {
        self.add(&Place::of_breach(id), addition).await
    }

    /// The tenants that a breach concerns.
    pub async fn affected(&self, _: &PlatformScope, id: BreachId) -> Result<Listed<TenantId>, TenancyError> {
        self.ids(format!("breach#{id}"), "tenant#").await
    }

    /// Breaches that concern the scope's tenant.
    pub async fn list_own(&self, scope: &TenantScope) -> Result<Vec<BreachId>, TenancyError> {
        Ok(self.ids(format!("tenant#{}", scope.tenant()), "breach#").await?.ids)
    }

    /// What happened about a breach with the scope's tenant; `None` where it does not concern it.
    pub async fn own(&self, scope: &TenantScope, id: BreachId) -> Result<Option<Chain>, TenancyError> {
        self.read(&Place::of_tenant(id, scope.tenant())).await
    }

    /// The same of a tenant that may be gone.
    pub async fn of(
        &self,
        _: &PlatformScope,
        id: BreachId,
        tenant: TenantId,
    ) -> Result<Option<Chain>, TenancyError> {
        self.read(&Place::of_tenant(id, tenant)).await
    }

    /// The chain of a breach for a tenant that it concerns, and for no other. It names none.
    pub async fn shared(&self, scope: &TenantScope, id: BreachId) -> Result<Option<Chain>, TenancyError> {
        let Place { head: (pk, sk), .. } = Place::of_tenant(id, scope.tenant());
        match self.item(pk, sk).await? {
            Some(_) => self.read(&Place::of_breach(id)).await,
            None => Ok(None),
        }
    }

    /// Adds to what happened with the scope's tenant. The first entry makes the breach concern it.
    pub async fn append_own(
        &self,
        scope: &TenantScope,
        id: BreachId,
        addition: Addition<'_>,
    ) -> Result<(), TenancyError> {
        self.add(&Place::of_tenant(id, scope.tenant()), addition).await
    }

    /// Claims a mail for whoever asks, unless it was sent or somebody is at it.
    pub async fn claim(
        &self,
        scope: &TenantScope,
        mail: MailKey<'_>,
        now: Timestamp,
    ) -> Result<Claim, TenancyError> {
        let (pk, sk) = mail_place(scope, mail);
        let stale = (now - PATIENCE).as_second();
        let claimed = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk.clone())
            .key("sk", sk.clone())
            .update_expression("SET claimed_at = :now")
            .condition_expression(
                "attribute_not_exists(sent_at) AND (attribute_not_exists(claimed_at) OR claimed_at <= :stale)",
            )
            .expression_attribute_values(":now", second(now))
            .expression_attribute_values(":stale", AttributeValue::N(stale.to_string()));
        if unless_refused(claimed.send().await)?.is_some() {
            return Ok(Claim::Ours);
        }
        let found = self.get(pk, sk).await?;
        let sent = found.as_ref().and_then(|item| item.get("sent_at"));
        Ok(sent.map_or(Claim::Theirs, |value| Claim::Sent(moment(value).unwrap_or(now))))
    }

    /// Notes when a mail was taken.
    pub async fn note_sent(
        &self,
        scope: &TenantScope,
        mail: MailKey<'_>,
        taken_at: Timestamp,
    ) -> Result<(), TenancyError> {
        let (pk, sk) = mail_place(scope, mail);
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression("SET sent_at = :taken")
            .expression_attribute_values(":taken", second(taken_at))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    /// Lets a mail go that was refused: the next run tries again.
    pub async fn release(&self, scope: &TenantScope, mail: MailKey<'_>) -> Result<(), TenancyError> {
        let (pk, sk) = mail_place(scope, mail);
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression("REMOVE claimed_at")
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    async fn read(&self, place: &Place) -> Result<Option<Chain>, TenancyError> {
        let mut last = None;
        for _ in 0..TRIES {
            let (pk, sk) = place.head.clone();
            let Some(head) = self.item(pk, sk).await? else { return Ok(None) };
            let entries = self.entries(place).await?;
            let newest = entries.last().map_or(0, |(number, _)| *number);
            let (seq, hash) = head_of(&head).unwrap_or((newest, NOTHING));
            let whole = newest == seq;
            last = Some(Chain { seq, hash, entries });
            if whole {
                break;
            }
        }
        Ok(last)
    }

    async fn entries(&self, place: &Place) -> Result<Vec<(u64, String)>, TenancyError> {
        let (pk, prefix) = &place.entries;
        let mut found = Vec::new();
        for item in self.query(pk.clone(), prefix).await? {
            let text = text_of(&item, "text").unwrap_or_default();
            found.push((number_of(&item, prefix).unwrap_or(0), text.to_owned()));
        }
        Ok(found)
    }

    async fn ids<T: std::str::FromStr>(&self, pk: String, prefix: &str) -> Result<Listed<T>, TenancyError> {
        let read = |item: &Item| text_of(item, "sk")?.strip_prefix(prefix)?.parse::<T>().ok();
        let found = self.query(pk, prefix).await?;
        let ids: Vec<T> = found.iter().filter_map(read).collect();
        let unreadable = (found.len() - ids.len()) as u64;
        Ok(Listed { ids, unreadable })
    }

    async fn query(&self, pk: String, prefix: &str) -> Result<Vec<Item>, TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            found.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    async fn item(&self, pk: String, sk: String) -> Result<Option<Item>, TenancyError> {
        self.get(AttributeValue::S(pk), AttributeValue::S(sk)).await
    }

    async fn get(&self, pk: AttributeValue, sk: AttributeValue) -> Result<Option<Item>, TenancyError> {
        let found = self.client.get_item().table_name(&self.table).key("pk", pk).key("sk", sk);
        let found = found.consistent_read(true).send().await.map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.item)
    }

    async fn add(&self, place: &Place, addition: Addition<'_>) -> Result<(), TenancyError> {
        let next = addition.seen + 1;
        let head = Item::from([
            ("pk".to_owned(), AttributeValue::S(place.head.0.clone())),
            ("sk".to_owned(), AttributeValue::S(place.head.1.clone())),
            ("seq".to_owned(), AttributeValue::N(next.to_string())),
            ("hash".to_owned(), AttributeValue::S(addition.hash.to_string())),
        ]);
        let entry = Item::from([
            ("pk".to_owned(), AttributeValue::S(place.entries.0.clone())),
            ("sk".to_owned(), AttributeValue::S(format!("{}{next:020}", place.entries.1))),
            ("text".to_owned(), AttributeValue::S(addition.text.to_owned())),
        ]);
        let fresh =
            |item| Put::builder().set_item(Some(item)).condition_expression("attribute_not_exists(pk)");
        let mut puts = vec![fresh(entry)];
        if addition.seen == 0 {
            puts.push(fresh(head));
            if let Some((pk, sk)) = place.mark.clone() {
                let mark =
                    [("pk".to_owned(), AttributeValue::S(pk)), ("sk".to_owned(), AttributeValue::S(sk))];
                puts.push(Put::builder().set_item(Some(Item::from(mark))));
            }
        } else {
            let seen = AttributeValue::N(addition.seen.to_string());
            let over = Put::builder().set_item(Some(head)).condition_expression("seq = :seen");
            puts.push(over.expression_attribute_values(":seen", seen));
        }
        let mut actions = Vec::new();
        for put in puts {
            let put = put.table_name(&self.table).build().map_err(TenancyError::cloud("dynamodb"))?;
            actions.push(TransactWriteItem::builder().put(put).build());
        }
        match self.client.transact_write_items().set_transact_items(Some(actions)).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_conflict(&error) => Err(TenancyError::Conflict("breach")),
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }
}

fn mail_place(scope: &TenantScope, mail: MailKey<'_>) -> (AttributeValue, AttributeValue) {
    let MailKey { breach, stage, member } = mail;
    (
        AttributeValue::S(format!("tenant#{}", scope.tenant())),
        AttributeValue::S(format!("mail#{breach}#{stage}#{member}")),
    )
}

fn second(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

fn text_of<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn number_of(item: &Item, prefix: &str) -> Option<u64> {
    text_of(item, "sk")?.strip_prefix(prefix)?.parse().ok()
}

/// The last entry's number and hash, where a head can be read.
fn head_of(item: &Item) -> Option<(u64, Opaque<32>)> {
    let seq = item.get("seq")?.as_n().ok()?.parse().ok()?;
    Some((seq, Opaque::decode(text_of(item, "hash")?)?))
}

fn moment(value: &AttributeValue) -> Option<Timestamp> {
    Timestamp::from_second(value.as_n().ok()?.parse().ok()?).ok()
}
