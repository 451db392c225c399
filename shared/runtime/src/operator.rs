//! An operator's command as a type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::invocation::HandlerError;

/// Reads a command. The refusal names a field that is missing; it repeats nothing of what was sent.
pub fn command<T: DeserializeOwned>(json: Value) -> Result<T, HandlerError> {
    serde_json::from_value(json).map_err(|error| {
        let text = error.to_string();
        // Only the name of a missing field comes from our own types.
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let sentence = missing.map_or_else(
            || "the command has a field, value or operation that is not taken".to_owned(),
            |field| format!("the field {field} is missing"),
        );
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
        let error = command::<Command>(serde_json::json!({"days": 1, "ca`mille": 2})).unwrap_err();
        assert!(!error.to_string().contains("mille"), "{error}");
    }

    #[test]
    fn a_missing_field_is_named() {
        let error = command::<Command>(serde_json::json!({})).unwrap_err();
        assert!(error.to_string().contains("days"), "{error}");
    }
}
