//! What a conversation with the chatbot may be in, and what candidates may say of an answer: closed lists.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who answers in a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    /// The chatbot.
    #[default]
    Open,
    /// The chatbot, until the person comes whom the candidate has asked for.
    Waiting,
    /// A person: the chatbot is silent.
    Paused,
}

impl ConversationStatus {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Waiting, Self::Paused];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
        }
    }
}

/// A text that is no status of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a conversation is open, waiting or paused")]
pub struct UnknownStatus;

impl FromStr for ConversationStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

/// Whether an answer helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It did.
    Up,
    /// It did not.
    Down,
}

/// Why an answer helped, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It says what was asked.
    Helpful,
    /// It is not true.
    Wrong,
    /// It is true no more.
    Outdated,
    /// It leaves something out.
    Incomplete,
    /// It speaks of something else.
    OffTopic,
    /// It cannot be understood.
    Unclear,
    /// Something else.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_back_from_its_name() {
        for status in ConversationStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!("closed".parse::<ConversationStatus>(), Err(UnknownStatus));
    }
}
