//! What a front office says of candidates' data before it is published, for tests that are about something else.

use serde_json::{Value, json};
use vivier_domain::{purpose::Purpose, settings::PrivacySettings};

/// All that is needed, in French, with a basis for every purpose; as `privacy` of a project's settings.
pub fn privacy_json() -> Value {
    let terms = json!({"basis": "legitimate_interests", "texts": {"fr": "Vos données servent à ceci."}});
    let purposes = Purpose::ALL.iter().map(|purpose| (purpose.as_str().to_owned(), terms.clone()));
    json!({
        "controller": {"name": "Fournil du Nord", "contact": "donnees@fournil.example"},
        "purposes": purposes.collect::<serde_json::Map<_, _>>(),
    })
}

/// The same, read.
pub fn privacy() -> PrivacySettings {
    serde_json::from_value(privacy_json()).expect("these are settings")
}
