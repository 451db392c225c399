//! A request's headers as the event of a REQUEST authorizer has them.

use serde_json::Value;

/// A longer credential is none: a Cognito access token has about 1 100 characters.
const LONGEST: usize = 8 * 1024;

/// What a request says under one name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header<'e> {
    /// Nothing.
    Absent,
    /// One value.
    Once(&'e str),
    /// Repeated or over-long: it is there, so nothing else may stand in for it, and it opens nothing.
    Unusable,
}

impl<'e> Header<'e> {
    /// The value, or a text that nothing equals where it is unusable; `None` where it is absent.
    pub(crate) fn text(self) -> Option<&'e str> {
        match self {
            Self::Absent => None,
            Self::Once(value) => Some(value),
            Self::Unusable => Some(""),
        }
    }
}

/// A header, whatever the case of its name: AWS keeps the client's.
pub(crate) fn header<'e>(event: &'e Value, name: &str) -> Header<'e> {
    match lines(event, name).as_slice() {
        [] => Header::Absent,
        [value] if value.len() <= LONGEST => Header::Once(value),
        _ => Header::Unusable,
    }
}

/// Every line of a header, in their order.
pub(crate) fn lines<'e>(event: &'e Value, name: &str) -> Vec<&'e str> {
    let named = |key: &str| {
        let fields = event.get(key).and_then(Value::as_object).into_iter().flatten();
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let values = named("multiValueHeaders").flat_map(|values| values.as_array().into_iter().flatten());
    let lines: Vec<&str> = values.filter_map(Value::as_str).collect();
    if lines.is_empty() { named("headers").filter_map(Value::as_str).collect() } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_there_once_counts() {
        let long = "a".repeat(LONGEST + 1);
        for (event, expected) in [
            (json!({"multiValueHeaders": {"X-A": ["1"]}, "headers": {"X-A": "2"}}), Header::Once("1")),
            (json!({"headers": {"x-a": "2"}}), Header::Once("2")),
            (json!({"multiValueHeaders": {"x-a": ["1", "2"]}}), Header::Unusable),
            (json!({"multiValueHeaders": {"x-a": ["1"], "X-A": ["1"]}}), Header::Unusable),
            (json!({"headers": {"x-a": "1", "X-A": "1"}}), Header::Unusable),
            (json!({"multiValueHeaders": {"x-a": [long]}}), Header::Unusable),
            (json!({"multiValueHeaders": {"x-b": ["1"]}, "headers": null}), Header::Absent),
            (json!({}), Header::Absent),
        ] {
            assert_eq!(header(&event, "x-a"), expected, "{event}");
        }
    }
}
