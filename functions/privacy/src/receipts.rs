//! Receipts of erasures: made, signed, chained, and checked by whoever has the tenant's public key.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use vivier_domain::{
    ids::PrivacyRequestId,
    opaque::Opaque,
    privacy::{ErasureReceipt, SignedReceipt, StoreReceipt},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{
        ledger::Ledger,
        privacy_keys::{Keys, verify},
    },
};

/// Times the next number is tried when others take it at the very moment.
const TRIES: usize = 8;
/// Receipts that are read at once.
const PAGE: i32 = 500;
/// What the first receipt follows.
const NOTHING: Opaque<32> = Opaque([0; 32]);

/// An erasure of which each store answered that nothing is left.
#[derive(Debug)]
pub(crate) struct Erased {
    pub(crate) request: PrivacyRequestId,
    pub(crate) at: Timestamp,
    pub(crate) subjects: Vec<Opaque<32>>,
    pub(crate) stores: Vec<StoreReceipt>,
}

/// Adds an erasure's receipt to the ledger, once whatever happens; its number.
pub(crate) async fn append(ledger: &Ledger<'_>, keys: &Keys, erased: &Erased) -> Result<u64, TenancyError> {
    for _ in 0..TRIES {
        if let Some(seq) = ledger.of(erased.request).await? {
            return Ok(seq);
        }
        let last = ledger.last().await?;
        let seq = last.as_ref().map_or(1, |(seq, _)| seq + 1);
        let signed = signed(keys, erased, seq, last.map_or(NOTHING, |(_, receipt)| receipt.hash))?;
        match ledger.append(seq, erased.request, &signed).await {
            Ok(()) => return Ok(seq),
            Err(TenancyError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(TenancyError::Busy("ledger of erasures"))
}

fn signed(
    keys: &Keys,
    erased: &Erased,
    seq: u64,
    previous: Opaque<32>,
) -> Result<SignedReceipt, TenancyError> {
    let receipt = ErasureReceipt {
        seq,
        request: erased.request,
        at: erased.at,
        subjects: erased.subjects.clone(),
        stores: erased.stores.clone(),
        previous,
    };
    let receipt = serde_json::to_string(&receipt).map_err(|_| TenancyError::Corrupt("receipt"))?;
    let (hash, signature) = (Opaque(Sha256::digest(&receipt).into()), keys.sign(receipt.as_bytes()));
    Ok(SignedReceipt { receipt, hash, signature })
}

/// What a walk along the ledger found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Walked {
    /// How many receipts there are.
    pub(crate) receipts: u64,
    /// The first one that does not hold: it was changed, or one before it is missing.
    pub(crate) broken_at: Option<u64>,
}

/// Walks along the whole ledger.
pub(crate) async fn walk(ledger: &Ledger<'_>, key: &Opaque<32>) -> Result<Walked, TenancyError> {
    let (mut walked, mut previous) = (Walked::default(), NOTHING);
    loop {
        let page = ledger.list(walked.receipts, PAGE).await?;
        for (seq, signed) in &page {
            if *seq != walked.receipts + 1 || !holds(key, *seq, &previous, signed) {
                walked.broken_at = Some(walked.receipts + 1);
                return Ok(walked);
            }
            (walked.receipts, previous) = (*seq, signed.hash);
        }
        if page.len() < PAGE as usize {
            return Ok(walked);
        }
    }
}

fn holds(key: &Opaque<32>, seq: u64, previous: &Opaque<32>, signed: &SignedReceipt) -> bool {
    let Ok(receipt) = serde_json::from_str::<ErasureReceipt>(&signed.receipt) else { return false };
    receipt.seq == seq
        && receipt.previous == *previous
        && signed.hash.as_bytes().as_slice() == Sha256::digest(&signed.receipt).as_slice()
        && verify(key, signed.receipt.as_bytes(), &signed.signature)
}
