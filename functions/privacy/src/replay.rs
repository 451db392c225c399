//! Carrying the ledger out once more: what a backup brought back of persons who were erased goes again. The ledger knows them by keyed hashes
//! alone, so every address and conversation that is there is hashed and looked up.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use vivier_domain::{ids::PrivacyRequestId, opaque::Opaque, privacy::ErasureReceipt, redacted::Redacted};
use vivier_runtime::HandlerError;
use vivier_store::{alerts, conversations, privacy};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{files::FileKey, privacy_keys::Keys},
};

use crate::{App, marks, receipts, stores};

/// Receipts, and addresses, that are read at once.
const PAGE: i32 = 1_000;

/// What was done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Replayed {
    /// Receipts in the ledger.
    receipts: u64,
    /// What was there again and went: alerts, conversations, copies, requests.
    alerts: u64,
    conversations: u64,
    copies: u64,
    requests: u64,
    /// What a second pass still found.
    left: u64,
    /// Whether it found nothing. Unless it did, the tenant stays closed.
    pub(crate) whole: bool,
}

/// How many erasures in the ledger one of the tenant's stores knows nothing of. One that is being answered at this moment is known: its request
/// is open in the database.
pub(crate) async fn behind(app: &App, scope: &TenantScope) -> Result<u64, HandlerError> {
    let ledger = app.tenancy.ledger(scope)?;
    let last = last(app, scope).await?;
    if last == 0 {
        return Ok(0);
    }
    let applied = marks::read(app, scope, last).await?.everywhere();
    let mut unknown = Vec::new();
    if applied < last {
        for (seq, signed) in ledger.list(applied, PAGE).await? {
            let receipt: ErasureReceipt =
                serde_json::from_str(&signed.receipt).map_err(|_| TenancyError::Corrupt("receipt"))?;
            let mut session = app.tenancy.silo(scope).await?;
            let tx = session.begin().await?;
            let request = privacy::fetch(&tx, receipt.request).await?;
            tx.commit().await?;
            if request.is_none_or(|request| request.email.is_none()) {
                unknown.push(seq);
            }
        }
    }
    if unknown.is_empty() {
        return Ok(0);
    }
    // Another run may have answered one meanwhile.
    let applied = marks::read(app, scope, last).await?.everywhere();
    Ok(unknown.iter().filter(|seq| **seq > applied).count() as u64)
}

/// The number of the ledger's last receipt; 0 without any.
async fn last(app: &App, scope: &TenantScope) -> Result<u64, TenancyError> {
    Ok(app.tenancy.ledger(scope)?.last().await?.map_or(0, |(seq, _)| seq))
}

/// Erases once more whoever stands in the ledger, and looks again. Repeating it removes nothing.
pub(crate) async fn replay(app: &App, scope: &TenantScope) -> Result<Replayed, HandlerError> {
    let keys = app.tenancy.privacy_keys(scope).await?.open().await?;
    let ledger = app.tenancy.ledger(scope)?;
    if receipts::walk(&ledger, &keys.public_key()).await?.broken_at.is_some() {
        return Err(HandlerError::refused("broken-ledger", "the ledger of erasures was tampered with"));
    }
    // Until when each was erased for the last time: whoever came back since is another's business.
    let (mut gone, mut last) = (Gone::default(), 0);
    loop {
        let page = ledger.list(last, PAGE).await?;
        for (seq, signed) in &page {
            let receipt: ErasureReceipt =
                serde_json::from_str(&signed.receipt).map_err(|_| TenancyError::Corrupt("receipt"))?;
            gone.requests.push(receipt.request);
            for subject in receipt.subjects {
                let until = gone.subjects.entry(subject).or_insert(receipt.at);
                *until = receipt.at.max(*until);
            }
            last = *seq;
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    let mut done = Replayed { receipts: last, ..Replayed::default() };
    pass(app, scope, &keys, &gone, Some(&mut done)).await?;
    done.left = pass(app, scope, &keys, &gone, None).await?;
    done.whole = done.left == 0;
    if done.whole {
        marks::raise(app, scope, last).await?;
    }
    Ok(done)
}

/// What the ledger says is gone.
#[derive(Debug, Default)]
struct Gone {
    /// Whom, and until when: for the last time.
    subjects: HashMap<Opaque<32>, Timestamp>,
    /// The requests that asked for it.
    requests: Vec<PrivacyRequestId>,
}

/// Goes over every address and conversation; removes what is of the erased, or only counts it.
async fn pass(
    app: &App,
    scope: &TenantScope,
    keys: &Keys,
    gone: &Gone,
    mut done: Option<&mut Replayed>,
) -> Result<u64, HandlerError> {
    let mut found = 0;
    let mut after = Redacted::new("");
    loop {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let addresses = privacy::list_addresses(&tx, &after, i64::from(PAGE)).await?;
        for address in &addresses {
            let Some(until) = gone.subjects.get(&keys.subject(address.expose())).copied() else { continue };
            found += alerts::count_of(&tx, address, Some(until)).await?;
            found += privacy::count_made_until(&tx, address, until, &gone.requests).await?;
            if let Some(done) = done.as_deref_mut() {
                done.alerts += alerts::erase_of(&tx, address, Some(until)).await?;
                done.requests += privacy::erase_made_until(&tx, address, until, &gone.requests).await?;
            }
        }
        tx.commit().await?;
        match addresses.last() {
            Some(last) if addresses.len() == PAGE as usize => after = last.clone(),
            _ => break,
        }
    }
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let mut copied = Vec::new();
    for subject in privacy::list_subjects(&tx).await? {
        let Some(until) = gone.subjects.get(&subject).copied() else { continue };
        found += privacy::list_copies(&tx, &subject, Some(until)).await?.len() as u64;
        copied.push((subject, until));
    }
    tx.commit().await?;
    drop(session);
    if let Some(done) = done.as_deref_mut() {
        for (subject, until) in copied {
            done.copies += stores::copies(app, scope, &subject, Some(until)).await?;
        }
    }
    // What no request knows of was brought back by a bucket that was restored alone.
    let files = app.tenancy.files(scope).await?;
    let unknown = {
        let lying = files.list_copies().await?;
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let unknown = privacy::list_unknown(&tx, &lying).await?;
        tx.commit().await?;
        unknown
    };
    found += unknown.len() as u64;
    if let Some(done) = done.as_deref_mut() {
        for id in &unknown {
            files.delete(&FileKey::Copy(*id)).await?;
            done.copies += 1;
        }
    }
    let room = app.tenancy.conversations(scope).await?;
    let mut from = None;
    loop {
        let (ids, next) = conversations::scan(&room, from).await?;
        for id in ids {
            // A conversation that went never comes back but from a backup.
            if !gone.subjects.contains_key(&keys.subject(&id.to_string())) {
                continue;
            }
            found += 1;
            if let Some(done) = done.as_deref_mut() {
                conversations::delete(&room, id).await?;
                done.conversations += 1;
            }
        }
        from = next;
        if from.is_none() {
            return Ok(found);
        }
    }
}
