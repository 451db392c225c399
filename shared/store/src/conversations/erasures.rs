//! That the ledger of erasures was carried out on this table: written in the table itself, so that one that was restored tells that it is
//! behind.

use jiff::Timestamp;
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{Conversations, EXPIRES_AT, Item},
};

use super::item::{as_text, field, seconds, text};

const PARTITION: &str = "erasures";
const SORT: &str = "applied#";

/// Up to which receipt the ledger was carried out here.
pub async fn applied(room: &Conversations<'_>, now: Timestamp) -> Result<u64, TenancyError> {
    let last = room.latest(PARTITION, SORT, 1, now).await?.pop();
    let seq = |item: &Item| field(item, "sk", |value| as_text(value)?.strip_prefix(SORT)?.parse().ok());
    last.as_ref().map_or(Ok(0), seq)
}

/// Notes that the ledger was carried out up to a receipt. A later one noted before stays.
pub async fn note_applied(room: &Conversations<'_>, seq: u64) -> Result<(), TenancyError> {
    room.put(write(seq)).await
}

/// The item that notes it.
pub fn write(seq: u64) -> Item {
    Item::from([
        ("pk".to_owned(), text(PARTITION)),
        ("sk".to_owned(), text(format!("{SORT}{seq:020}"))),
        // What has no expiry is removed; this lasts as long as the table.
        (EXPIRES_AT.to_owned(), seconds(Timestamp::MAX)),
    ])
}
