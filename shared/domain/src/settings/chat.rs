//! How a front office's chatbot answers: from which documents, in whose words, and how much may be asked of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::tenant::is_printable;

/// The heaviest a list may weigh, in percent.
pub const HEAVIEST: u16 = 1_000;
/// The most tags that documents can be chosen by.
pub const MOST_TAGS: usize = 20;
/// The most characters of a tag.
pub const LONGEST_TAG: usize = 40;
/// The most characters a question may be allowed.
pub const LONGEST_QUESTION: u16 = 4_000;
/// The most exchanges a conversation may be allowed.
pub const MOST_EXCHANGES: u16 = 500;
/// The most questions an hour that a key or an address may be allowed.
pub const MOST_AN_HOUR: u32 = 1_000_000;
/// The most characters of a model's identifier at Amazon Bedrock.
pub const LONGEST_MODEL: usize = 140;

/// How the chatbot answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatSettings {
    /// In whose words it answers.
    pub answers: AnswerMode,
    /// The model at Amazon Bedrock, or its inference profile, that writes answers; needed where they are `written`.
    pub model: Option<String>,
    /// What counts how much when passages are looked for.
    pub weights: RetrievalWeights,
    /// How sure it must be before it answers, in percent of the usual: 0 (answers whatever is nearest) to 1000.
    pub caution: u16,
    /// Only documents with one of these tags answer; all of them where there are none.
    pub tags: Vec<String>,
    /// Whether candidates are offered a person of the company where the documents do not answer.
    pub hand_over: bool,
    /// Whether wishes for a job are answered with the tenant's offers.
    pub offers: bool,
    /// How much may be asked.
    pub limits: ChatLimits,
}

impl Default for ChatSettings {
    fn default() -> Self {
        Self {
            answers: AnswerMode::default(),
            model: None,
            weights: RetrievalWeights::default(),
            caution: 100,
            tags: Vec::new(),
            hand_over: false,
            offers: true,
            limits: ChatLimits::default(),
        }
    }
}

/// In whose words a question is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerMode {
    /// In the documents' own: sentences are quoted. Nothing leaves the account.
    #[default]
    Extract,
    /// In those of a model at Amazon Bedrock, sentence by sentence covered by a quotation.
    Written,
}

/// What counts how much when passages are looked for, in percent: 0 to 1000. A hundred is the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetrievalWeights {
    /// Words that question and passage share.
    pub words: u16,
    /// Nearness of meaning.
    pub meaning: u16,
}

impl Default for RetrievalWeights {
    fn default() -> Self {
        Self { words: 100, meaning: 100 }
    }
}

/// How much may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatLimits {
    /// Characters of a question, 20 to 4000.
    pub characters: u16,
    /// Exchanges of a conversation, 1 to 500.
    pub exchanges: u16,
    /// Questions an hour by one publishable key; as many as the key's own pace allows where there is none.
    pub per_key_hour: Option<u32>,
    /// Questions an hour from one address.
    pub per_address_hour: u32,
}

impl Default for ChatLimits {
    fn default() -> Self {
        Self { characters: 1_000, exchanges: 200, per_key_hour: None, per_address_hour: 600 }
    }
}

impl ChatSettings {
    pub(super) fn broken(&self) -> Vec<(String, &'static str)> {
        let limits = &self.limits;
        let tags: BTreeSet<_> = self.tags.iter().collect();
        let model = self.model.as_deref();
        let hourly = |most: u32| !(1..=MOST_AN_HOUR).contains(&most);
        let bounds = [
            (self.answers == AnswerMode::Written && model.is_none(), "model", "missing"),
            (model.is_some_and(|model| !is_model(model)), "model", "invalid"),
            (self.weights.words > HEAVIEST, "weights.words", "out-of-range"),
            (self.weights.meaning > HEAVIEST, "weights.meaning", "out-of-range"),
            // Nothing could be told from anything else.
            (self.weights.words == 0 && self.weights.meaning == 0, "weights", "all-zero"),
            (self.caution > HEAVIEST, "caution", "out-of-range"),
            (self.tags.len() > MOST_TAGS, "tags", "too-many"),
            (tags.len() < self.tags.len(), "tags", "repeated"),
            (!self.tags.iter().all(|tag| is_tag(tag)), "tags", "invalid"),
            (!(20..=LONGEST_QUESTION).contains(&limits.characters), "limits.characters", "out-of-range"),
            (!(1..=MOST_EXCHANGES).contains(&limits.exchanges), "limits.exchanges", "out-of-range"),
            (limits.per_key_hour.is_some_and(hourly), "limits.per_key_hour", "out-of-range"),
            (hourly(limits.per_address_hour), "limits.per_address_hour", "out-of-range"),
        ];
        let broken = bounds.into_iter().filter(|(broken, ..)| *broken);
        broken.map(|(_, field, code)| (format!("chat.{field}"), code)).collect()
    }
}

/// Whether a text can be a document's tag: visible, and no white space around it.
pub fn is_tag(text: &str) -> bool {
    is_printable(text, LONGEST_TAG)
}

/// Whether a text has the shape of a model's identifier or inference profile.
fn is_model(text: &str) -> bool {
    (1..=LONGEST_MODEL).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_does_not_hold_is_named() {
        for (settings, expected) in [
            (json!({}), None),
            (json!({"answers": "written", "model": "eu.mistral.large-1:0"}), None),
            (json!({"answers": "written"}), Some(("chat.model", "missing"))),
            (json!({"model": "a b"}), Some(("chat.model", "invalid"))),
            (json!({"weights": {"words": 0, "meaning": 0}}), Some(("chat.weights", "all-zero"))),
            (json!({"weights": {"words": 1001}}), Some(("chat.weights.words", "out-of-range"))),
            (json!({"weights": {"meaning": 1001}}), Some(("chat.weights.meaning", "out-of-range"))),
            (json!({"caution": 1001}), Some(("chat.caution", "out-of-range"))),
            (json!({"tags": ["rh", "rh"]}), Some(("chat.tags", "repeated"))),
            (json!({"tags": [" rh"]}), Some(("chat.tags", "invalid"))),
            (json!({"tags": vec!["x"; 21]}), Some(("chat.tags", "too-many"))),
            (json!({"limits": {"characters": 19}}), Some(("chat.limits.characters", "out-of-range"))),
            (json!({"limits": {"exchanges": 0}}), Some(("chat.limits.exchanges", "out-of-range"))),
            (json!({"limits": {"per_key_hour": 0}}), Some(("chat.limits.per_key_hour", "out-of-range"))),
            (
                json!({"limits": {"per_address_hour": 1_000_001}}),
                Some(("chat.limits.per_address_hour", "out-of-range")),
            ),
        ] {
            let chat: ChatSettings = serde_json::from_value(settings.clone()).unwrap();
            let broken = chat.broken();
            let first = broken.first().map(|(field, code)| (field.as_str(), *code));
            assert_eq!(first, expected, "{settings}");
        }
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        for settings in [json!({"answers": "invented"}), json!({"model": 3}), json!({"temperature": 1})] {
            assert!(serde_json::from_value::<ChatSettings>(settings.clone()).is_err(), "{settings}");
        }
    }
}
