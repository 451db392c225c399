//! Identifiers as types of their own, so that an offer's id can never be passed where a document's is meant.
//!
//! All are UUIDv7 (RFC 9562): they sort by creation time, and their 74 random bits make them unguessable.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an identifier. It does not repeat the text: what was sent may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected a UUID")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, later in order than every one made before it by this process.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier as the UUID that stores keep.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// The 32 hexadecimal digits without dashes, as resource names carry them.
            pub fn simple(self) -> String {
                self.0.simple().to_string()
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    };
}

id!(
    /// A company that uses Vivier, or its test environment. Knowing one opens nothing: see `vivier-tenancy`.
    TenantId
);
id!(
    /// A job offer.
    OfferId
);
id!(
    /// One import of offers: a file and what became of its rows.
    ImportId
);
id!(
    /// A document that the chatbot may answer from.
    DocumentId
);
id!(
    /// One published, immutable search index.
    GenerationId
);
id!(
    /// A conversation of a candidate with the chatbot.
    SessionId
);
id!(
    /// One message of a conversation.
    MessageId
);
id!(
    /// An event of use. Two deliveries with the same id are one event.
    EventId
);
id!(
    /// A project of a tenant: one front office with its products, settings, keys and members.
    ProjectId
);
id!(
    /// A product of a project: a chatbot, a search engine, a messaging channel.
    ProductId
);
id!(
    /// A publishable key. It stays the same when the key's text is rotated.
    KeyId
);
id!(
    /// One run of a scheduled task.
    RunId
);
id!(
    /// A scheduled task of a tenant's own. It is the id of what it serves: a feed, a report.
    TaskId
);
id!(
    /// A report that a tenant has saved.
    ReportId
);
id!(
    /// A file of a report, from being asked for to being gone.
    ReportRunId
);
id!(
    /// A question that a front office's answers are measured by.
    TestQuestionId
);
id!(
    /// One run over a front office's test questions.
    TestRunId
);
id!(
    /// A search that a candidate saved, to be told of new offers.
    AlertId
);
id!(
    /// A mail of an alert.
    AlertMailId
);
id!(
    /// An address that offers are fetched from.
    FeedId
);
id!(
    /// One run of a feed: its file fetched, or not.
    FeedRunId
);
id!(
    /// A person's request about their own data.
    PrivacyRequestId
);
id!(
    /// A hold on data that would be removed otherwise.
    HoldId
);
id!(
    /// A breach of personal data.
    BreachId
);
id!(
    /// What was added to a breach, as whoever added it calls it: the same once more changes nothing.
    AdditionId
);
id!(
    /// A secret of a tenant's own. It names it and opens nothing.
    SecretId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_uuid_is_refused_without_being_repeated() {
        let error = "camille@example.org".parse::<OfferId>().unwrap_err();
        assert!(!error.to_string().contains("camille"));
    }

    #[test]
    fn display_and_parse_agree() {
        let id = TenantId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.simple().parse(), Ok(id));
    }
}
