//! Removing what is over, and keeping the table from doing so by itself while something in it is held.

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    types::{AttributeValue, TimeToLiveSpecification, TimeToLiveStatus},
};
use jiff::Timestamp;

use super::{Conversations, EXPIRES_AT, Item};
use crate::tenancy::TenancyError;

/// What a purge looks for.
#[derive(Debug, Clone, Copy)]
pub struct Over {
    /// Items whose expiry is not later than this are over.
    pub now: Timestamp,
    /// So are those that were last touched before this.
    pub cutoff: Timestamp,
    /// The most that go.
    pub limit: usize,
    /// The most pages that are read; none: all of them.
    pub pages: Option<usize>,
    /// Whether they are only counted.
    pub dry_run: bool,
}

/// What a purge did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many items went, or would go.
    pub items: u64,
    /// How many are over and stay, because they are held.
    pub held: u64,
    /// Whether there may be more of them.
    pub more: bool,
}

impl Conversations<'_> {
    /// Counts, or removes, items that are over: at most so many, so that a run has an end. What `held` says of an item's keys stays.
    pub async fn purge(
        &self,
        over: Over,
        held: impl Fn(&str, &str) -> bool,
    ) -> Result<Removed, TenancyError> {
        let number = |at: Timestamp| AttributeValue::N(at.as_second().to_string());
        let (mut start, mut done, mut pages) = (None, Removed::default(), 0);
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .filter_expression(
                    "expires_at <= :now OR last_at < :cutoff OR attribute_not_exists(expires_at)",
                )
                .expression_attribute_values(":now", number(over.now))
                .expression_attribute_values(":cutoff", number(over.cutoff))
                .projection_expression("pk, sk")
                .set_exclusive_start_key(start)
                .limit(500)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            start = page.last_evaluated_key;
            pages += 1;
            let is_held = |item: &Item| held(text(item, "pk"), text(item, "sk"));
            let (kept, mut keys): (Vec<Item>, Vec<Item>) =
                page.items.unwrap_or_default().into_iter().partition(is_held);
            done.held += kept.len() as u64;
            let room = over.limit.saturating_sub(done.items as usize);
            let more = keys.len() > room;
            keys.truncate(room);
            done.items += keys.len() as u64;
            if !over.dry_run {
                self.delete_keys(keys).await?;
            }
            done.more = more || start.is_some() && over.pages.is_some_and(|most| pages >= most);
            if done.more || start.is_none() {
                return Ok(done);
            }
        }
    }

    /// Lets a whole partition be over at `now`, and leaves it there: something of the tenant's is held, and the purge knows what. How many items
    /// there were.
    pub async fn expire_partition(&self, pk: &str, now: Timestamp) -> Result<u64, TenancyError> {
        let (mut start, mut ended) = (None, 0);
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .projection_expression("pk, sk")
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for key in page.items.unwrap_or_default() {
                self.client
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(key))
                    .update_expression("SET expires_at = :now")
                    .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
                    .send()
                    .await
                    .map_err(TenancyError::cloud("dynamodb"))?;
                ended += 1;
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(ended);
            }
        }
    }

    /// Lets the table remove expired items by itself, or not: while something is held only the purge does, which passes over it. `false`: the
    /// table is on its way to the contrary, which AWS lets take an hour, and has to be asked again.
    pub async fn set_expiry(&self, wanted: bool) -> Result<bool, TenancyError> {
        use TimeToLiveStatus::{Disabled, Disabling, Enabled, Enabling};

        let described = self
            .client
            .describe_time_to_live()
            .table_name(&self.table)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        let status = described.time_to_live_description.and_then(|told| told.time_to_live_status);
        match (status, wanted) {
            (Some(Enabled | Enabling), true) | (Some(Disabled | Disabling) | None, false) => return Ok(true),
            (Some(Enabling | Disabling), _) => return Ok(false),
            _ => {}
        }
        let specification = TimeToLiveSpecification::builder()
            .attribute_name(EXPIRES_AT)
            .enabled(wanted)
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let changed = self
            .client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(specification)
            .send()
            .await;
        match changed {
            Ok(_) => Ok(true),
            // Changed within the last hour.
            Err(error) if error.code() == Some("ValidationException") => Ok(false),
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }
}

fn text<'i>(item: &'i Item, name: &str) -> &'i str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
