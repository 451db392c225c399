//! What all items have in common, and how an attribute is read.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use vivier_domain::ids::SessionId;
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{EXPIRES_AT, Item, LAST_AT},
};

const PARTITION: &str = "session#";

pub(super) fn partition(id: SessionId) -> String {
    format!("{PARTITION}{id}")
}

/// The conversation whose partition an item lies in.
pub(super) fn session_of(item: &Item) -> Result<SessionId, TenancyError> {
    field(item, "pk", |value| as_text(value)?.strip_prefix(PARTITION)?.parse().ok())
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn seconds(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

pub(super) fn item(pk: String, sk: String, expires_at: Timestamp, last_at: Timestamp) -> Item {
    Item::from([
        ("pk".to_owned(), text(pk)),
        ("sk".to_owned(), text(sk)),
        (EXPIRES_AT.to_owned(), seconds(expires_at)),
        (LAST_AT.to_owned(), seconds(last_at)),
    ])
}

/// Reads one attribute in a form; what is missing or malformed is a corrupt item.
pub(super) fn field<T>(
    item: &Item,
    name: &str,
    read: impl Fn(&AttributeValue) -> Option<T>,
) -> Result<T, TenancyError> {
    item.get(name).and_then(read).ok_or(TenancyError::Corrupt("conversation"))
}

pub(super) fn as_text(value: &AttributeValue) -> Option<&str> {
    value.as_s().ok().map(String::as_str)
}

pub(super) fn as_seconds(value: &AttributeValue) -> Option<Timestamp> {
    Timestamp::from_second(value.as_n().ok()?.parse().ok()?).ok()
}
