//! An operator's command as a type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::invocation::HandlerError;

/// Reads a command. The refusal names the field, never its value.
pub fn command<T: DeserializeOwned>(json: Value) -> Result<T, HandlerError> {
    serde_json::from_value(json).map_err(|error| {
        let text = error.to_string();
        // serde quotes what it found between backticks or quotes; a sentence without its quotations repeats no value.
        let sentence = text.split(['`', '"']).step_by(2).collect::<Vec<_>>().join("…");
        HandlerError::refused("invalid-command", sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Command {
        #[serde(rename = "days")]
        _days: u16,
    }

    #[test]
    fn a_refusal_repeats_no_value() {
        let error = command::<Command>(serde_json::json!({"days": "camille@example.org"})).unwrap_err();
        assert!(!error.to_string().contains("camille"), "{error}");
    }
}
