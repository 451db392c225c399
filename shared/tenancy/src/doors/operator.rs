//! A command that an operator gave by invoking a function directly. IAM decides who may (`lambda:InvokeFunction`);
//! no route of the API leads here.

use serde_json::Value;

use crate::scope::PlatformScope;

/// The event is no operator's command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an operator's command")]
pub struct NotOperator;

/// Mints the platform's scope from an event that has an `operation` and nothing of an HTTP request.
pub fn enter(event: &Value) -> Result<PlatformScope, NotOperator> {
    let forwarded = ["httpMethod", "requestContext", "Records", "detail-type"];
    let command = event.get("operation").is_some_and(Value::is_string)
        && forwarded.iter().all(|name| event.get(name).is_none());
    if command { Ok(PlatformScope { _private: () }) } else { Err(NotOperator) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_that_carries_an_operation_is_still_a_request() {
        assert!(enter(&json!({"operation": "list"})).is_ok());
        assert!(enter(&json!({"operation": "list", "httpMethod": "POST"})).is_err());
        assert!(enter(&json!({"operation": "list", "requestContext": {}})).is_err());
        assert!(enter(&json!({"operation": 1})).is_err());
        assert!(enter(&json!({})).is_err());
    }
}
