//! Writes that carry an `Idempotency-Key`, for a day: each is carried out once, and its answer given again to whoever
//! asks the same with the same key.
//!
//! A request is claimed before it is carried out. The claim is a lease: when the process dies in between, the next
//! try takes the request over with the same seed, so that what it makes bears the same id. Request and answer are sealed
//! with a key that only the caller knows.

mod seal;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, primitives::Blob, types::AttributeValue};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use self::seal::Seal;
use crate::{condition::unless_refused, scope::TenantScope, tenancy::TenancyError};

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long a claim holds: longer than any request is waited for.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// The longest answer that is kept, in bytes. An item of DynamoDB holds 400 KB.
pub const LONGEST: usize = 256 * 1024;

const CORRUPT: TenancyError = TenancyError::Corrupt("request");

/// Times a claim is tried when others take or give up the same request at the very moment.
const TRIES: usize = 4;

/// The right to carry a request out, until its lease ends.
#[derive(Debug)]
pub struct Claim {
    key: Uuid,
    place: Place,
    lease: String,
    /// What the ids of whatever the request makes are taken from: the same at every try of the same request.
    pub seed: Uuid,
}

/// Where a request is kept, and which one it is.
#[derive(Debug)]
struct Place {
    sort: String,
    fingerprint: String,
}

/// What became of a try to claim a request.
#[derive(Debug)]
pub enum Claimed {
    /// It is to be carried out now.
    Begun(Claim),
    /// It is being carried out.
    Running,
    /// The key was used for another request.
    Reused,
    /// It was carried out: its answer, as it was kept.
    Answered(Vec<u8>),
}

/// One tenant's requests.
#[derive(Debug)]
pub struct Requests<'a> {
    client: Client,
    table: String,
    scope: &'a TenantScope,
}

impl<'a> Requests<'a> {
    pub(crate) fn new(client: Client, table: String, scope: &'a TenantScope) -> Self {
        Self { client, table, scope }
    }

    fn partition(&self) -> AttributeValue {
        AttributeValue::S(format!("tenant#{}", self.scope.tenant()))
    }

    fn seal(&self, key: Uuid) -> Seal {
        Seal::new(key, self.scope.tenant())
    }

    /// Claims the request that `caller` names `key`; `request` is all that makes it this one and no other.
    pub async fn claim(
        &self,
        key: Uuid,
        caller: &str,
        request: &[u8],
        now: Timestamp,
    ) -> Result<Claimed, TenancyError> {
        let seal = self.seal(key);
        let name = |purpose: &[u8], words| seal.name(purpose, words).ok_or(CORRUPT);
        let sort = format!("request#{}", name(b"vivier request caller", caller.as_bytes())?);
        let place = Place { sort, fingerprint: name(b"vivier request", request)? };
        for _ in 0..TRIES {
            let seed = Uuid::now_v7();
            if let Some(lease) = self.enter(&place, seed, now).await? {
                return Ok(Claimed::Begun(Claim { key, place, lease, seed }));
            }
            let Some(item) = self.fetch(&place, now).await? else { continue };
            if text(&item, "fingerprint")? != place.fingerprint {
                return Ok(Claimed::Reused);
            }
            if let Some(sealed) = item.get("answer") {
                let sealed = sealed.as_b().map_err(|_| CORRUPT)?;
                let answer = seal.open(&bound(&place), sealed.as_ref());
                return answer.map(Claimed::Answered).ok_or(CORRUPT);
            }
            let until: Timestamp = text(&item, "lease_until")?.parse().map_err(|_| CORRUPT)?;
            if until > now {
                return Ok(Claimed::Running);
            }
            let seed = text(&item, "seed")?.parse().map_err(|_| CORRUPT)?;
            if let Some(lease) = self.take_over(&place, text(&item, "lease")?, now).await? {
                return Ok(Claimed::Begun(Claim { key, place, lease, seed }));
            }
        }
        Ok(Claimed::Running)
    }

    /// Keeps the answer of a request that was carried out. [`TenancyError::Conflict`]: it took so long that another try
    /// took it over.
    pub async fn keep(&self, claim: &Claim, answer: &[u8]) -> Result<(), TenancyError> {
        let sealed = self.seal(claim.key).close(&bound(&claim.place), answer).ok_or(CORRUPT)?;
        let values = [(":answer", AttributeValue::B(Blob::new(sealed)))];
        let kept =
            self.update(&claim.place, &claim.lease, "SET answer = :answer REMOVE lease, lease_until", values);
        if kept.await? { Ok(()) } else { Err(TenancyError::Conflict("request")) }
    }

    /// Gives a claim up without an answer: the next try may begin at once, and makes the same ids.
    pub async fn release(&self, claim: &Claim) -> Result<(), TenancyError> {
        let values = [(":until", AttributeValue::S(Timestamp::UNIX_EPOCH.to_string()))];
        self.update(&claim.place, &claim.lease, "SET lease_until = :until", values).await?;
        Ok(())
    }

    /// Enters a request that is not there; its lease's name.
    async fn enter(&self, place: &Place, seed: Uuid, now: Timestamp) -> Result<Option<String>, TenancyError> {
        let lease = Uuid::now_v7().to_string();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", self.partition())
            .item("sk", AttributeValue::S(place.sort.clone()))
            .item("fingerprint", AttributeValue::S(place.fingerprint.clone()))
            .item("seed", AttributeValue::S(seed.to_string()))
            .item("lease", AttributeValue::S(lease.clone()))
            .item("lease_until", AttributeValue::S((now + LEASE).to_string()))
            .item("expires_at", AttributeValue::N((now + KEPT).as_second().to_string()))
            // DynamoDB removes what expired when it gets to it, within days.
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .send()
            .await;
        Ok(unless_refused(put)?.map(|_| lease))
    }

    async fn fetch(
        &self,
        place: &Place,
        now: Timestamp,
    ) -> Result<Option<HashMap<String, AttributeValue>>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", self.partition())
            .key("sk", AttributeValue::S(place.sort.clone()))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.item.filter(|item| !super::conversations::is_expired(item, now)))
    }

    /// Takes over a request whose lease is at its end; the name of the new lease, or `None` when another was faster.
    async fn take_over(
        &self,
        place: &Place,
        old: &str,
        now: Timestamp,
    ) -> Result<Option<String>, TenancyError> {
        let lease = Uuid::now_v7().to_string();
        let values = [
            (":lease", AttributeValue::S(lease.clone())),
            (":until", AttributeValue::S((now + LEASE).to_string())),
        ];
        let taken = self.update(place, old, "SET lease = :lease, lease_until = :until", values).await?;
        Ok(taken.then_some(lease))
    }

    /// Changes a request that is under this lease; `false` when it is not.
    async fn update<const N: usize>(
        &self,
        place: &Place,
        lease: &str,
        change: &str,
        values: [(&str, AttributeValue); N],
    ) -> Result<bool, TenancyError> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", self.partition())
            .key("sk", AttributeValue::S(place.sort.clone()))
            .condition_expression("lease = :held")
            .update_expression(change)
            .expression_attribute_values(":held", AttributeValue::S(lease.to_owned()));
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        Ok(unless_refused(update.send().await)?.is_some())
    }
}

/// What an answer is bound to: moved to another request, it does not open.
fn bound(place: &Place) -> String {
    format!("{} {}", place.sort, place.fingerprint)
}

fn text<'a>(item: &'a HashMap<String, AttributeValue>, name: &str) -> Result<&'a str, TenancyError> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(CORRUPT)
}
