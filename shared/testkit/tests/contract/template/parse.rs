//! CloudFormation's YAML as JSON: its short tags become the long form, `!Ref X` → `{"Ref": "X"}`.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// Parses a template.
pub(crate) fn parse(text: &str) -> Value {
    let documents = Yaml::load_from_str(text).expect("the template is YAML");
    value(documents.first().expect("the template is one document"))
}

fn value(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Tagged(tag, inner) => {
            let inner = value(inner);
            match (tag.suffix.as_str(), inner) {
                (name @ ("Ref" | "Condition"), inner) => json!({ name: inner }),
                ("GetAtt", Value::String(path)) => {
                    let (resource, attribute) = path.split_once('.').expect("!GetAtt names an attribute");
                    json!({"Fn::GetAtt": [resource, attribute]})
                }
                (name, inner) => json!({ format!("Fn::{name}"): inner }),
            }
        }
        Yaml::Sequence(items) => Value::Array(items.iter().map(value).collect()),
        Yaml::Mapping(entries) => {
            let entry = |(key, node): (&Yaml<'_>, &Yaml<'_>)| {
                (key.as_str().expect("keys are text").to_owned(), value(node))
            };
            Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => json!(flag),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        other => panic!("the template holds something that is neither data nor tag: {other:?}"),
    }
}

#[test]
fn short_tags_become_the_long_form() {
    let parsed =
        parse("a: !Ref X\nb: !GetAtt Y.Arn\nc: !Sub \"v-${Stage}\"\nd: !If [Has, !Ref Z, 1]\ne: [true, ~]");
    let expected = json!({
        "a": {"Ref": "X"}, "b": {"Fn::GetAtt": ["Y", "Arn"]}, "c": {"Fn::Sub": "v-${Stage}"},
        "d": {"Fn::If": ["Has", {"Ref": "Z"}, 1]}, "e": [true, null]
    });
    assert_eq!(parsed, expected);
}
