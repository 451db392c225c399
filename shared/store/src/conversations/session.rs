//! The item of a conversation itself.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use vivier_domain::{conversation::ConversationStatus, ids::SessionId};
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{EXPIRES_AT, Item, LAST_AT, STATUS},
};

use super::item::{as_seconds, as_text, field, item, partition, session_of, text};

pub(super) const SORT: &str = "session";

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its last message was written, or when it was opened.
    pub last_at: Timestamp,
    /// When it is gone.
    pub expires_at: Timestamp,
    /// How many exchanges it has had.
    pub messages: u32,
    /// Who answers in it.
    pub status: ConversationStatus,
    /// The version of the front office's texts that was agreed to; `None` where the chatbot did not rest on consent.
    pub consent: Option<u32>,
}

/// The attribute of what was agreed to.
const CONSENT: &str = "consent_version";

impl Session {
    /// As the item that is stored.
    pub fn write(&self) -> Item {
        let mut item = item(partition(self.id), SORT.to_owned(), self.expires_at, self.last_at);
        item.insert("created_at".to_owned(), text(self.created_at.to_string()));
        item.insert("messages".to_owned(), AttributeValue::N(self.messages.to_string()));
        item.insert(STATUS.to_owned(), text(self.status.as_str()));
        if let Some(version) = self.consent {
            item.insert(CONSENT.to_owned(), AttributeValue::N(version.to_string()));
        }
        item
    }

    pub(super) fn read(item: &Item) -> Result<Self, TenancyError> {
        Ok(Self {
            id: session_of(item)?,
            created_at: field(item, "created_at", |value| as_text(value)?.parse().ok())?,
            last_at: field(item, LAST_AT, as_seconds)?,
            expires_at: field(item, EXPIRES_AT, as_seconds)?,
            messages: field(item, "messages", |value| value.as_n().ok()?.parse().ok())?,
            status: field(item, STATUS, |value| as_text(value)?.parse().ok())?,
            consent: item
                .contains_key(CONSENT)
                .then(|| field(item, CONSENT, |value| value.as_n().ok()?.parse().ok()))
                .transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let at = |second| Timestamp::from_second(second).unwrap();
        Session {
            id: SessionId::generate(),
            created_at: at(1_000),
            last_at: at(2_000),
            expires_at: at(3_000),
            messages: 7,
            status: ConversationStatus::Waiting,
            consent: Some(3),
        }
    }

    #[test]
    fn a_conversation_reads_back_as_it_was_written() {
        for consent in [None, Some(3)] {
            let session = Session { consent, ..session() };
            assert_eq!(Session::read(&session.write()).unwrap(), session);
        }
    }

    #[test]
    fn an_item_without_a_field_is_corrupt() {
        for name in ["pk", "created_at", LAST_AT, EXPIRES_AT, "messages", STATUS] {
            let mut item = session().write();
            item.remove(name);
            assert!(Session::read(&item).is_err(), "{name}");
        }
    }
}
