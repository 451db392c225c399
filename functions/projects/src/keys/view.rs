//! What the API takes and says of keys.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{origin::Origin, project::ProductKind};
use vivier_runtime::http::Patch;
use vivier_store::keys::{Generation, KeyRecord, Made, Terms};

use crate::schema;

/// How long an old text works on beside its successor unless the caller says otherwise, in minutes.
const USUAL_OVERLAP: u32 = 60;

/// The body that makes a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Its name: 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// Web sites that may use it, as `https://jobs.acme.example`; where there are none, those of the project's settings.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    origins: Vec<Origin>,
    /// The products it opens; where there are none, all of the project's.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ProductKind>, max_items = 3)]
    products: Vec<ProductKind>,
    /// Requests a minute before it is told to wait; the tenant's limit alone where there is none.
    #[schema(minimum = 1, maximum = 100_000)]
    requests_per_minute: Option<u32>,
}

impl NewKey {
    /// What the key is to be limited to.
    pub fn terms(self) -> Terms {
        Terms {
            name: self.name,
            origins: self.origins,
            products: self.products,
            requests_per_minute: self.requests_per_minute,
        }
    }
}

/// The body that changes a key; what is not named stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeyChange {
    /// Its name: 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Web sites that may use it; where there are none, those of the project's settings.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    origins: Option<Vec<Origin>>,
    /// The products it opens; where there are none, all of the project's.
    #[schema(value_type = Option<Vec<schema::ProductKind>>, max_items = 3)]
    products: Option<Vec<ProductKind>>,
    /// Requests a minute before it is told to wait; null for the tenant's limit alone.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    requests_per_minute: Patch<u32>,
}

impl KeyChange {
    /// The terms with the change in them.
    pub fn on(self, before: Terms) -> Terms {
        Terms {
            name: self.name.unwrap_or(before.name),
            origins: self.origins.unwrap_or(before.origins),
            products: self.products.unwrap_or(before.products),
            requests_per_minute: self.requests_per_minute.on(before.requests_per_minute),
        }
    }

    /// What does not hold of what is named.
    pub fn broken(&self) -> Vec<(&'static str, &'static str)> {
        let unnamed = Terms { name: "-".to_owned(), ..Terms::default() };
        self.clone().on(unnamed).broken()
    }
}

/// The body that rotates. It may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rotation {
    /// How long the old text works on, in minutes; 60 when it is missing. With 0 it stops at once.
    #[schema(maximum = 10_080)]
    pub overlap_minutes: u32,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { overlap_minutes: USUAL_OVERLAP }
    }
}

/// One text of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct GenerationView {
    /// Counts from 1.
    number: u32,
    /// The text's last four characters.
    ends_with: String,
    /// When it was made.
    created_at: Timestamp,
    /// When it stops working; null for the present text.
    expires_at: Option<Timestamp>,
}

impl From<Generation> for GenerationView {
    fn from(one: Generation) -> Self {
        Self {
            number: one.number,
            ends_with: one.ends_with,
            created_at: one.created_at,
            expires_at: one.expires_at,
        }
    }
}

/// A publishable key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// Its id; it stays the same when the text is rotated.
    key_id: Uuid,
    /// Its name.
    name: String,
    /// Web sites that may use it.
    #[schema(value_type = Vec<String>)]
    origins: Vec<Origin>,
    /// The products it opens; all of the project's where there are none.
    #[schema(value_type = Vec<schema::ProductKind>)]
    products: Vec<ProductKind>,
    /// Requests a minute before it is told to wait.
    requests_per_minute: Option<u32>,
    /// When it was made.
    created_at: Timestamp,
    /// The texts that work, the present one last.
    generations: Vec<GenerationView>,
}

impl KeyView {
    /// A key as it is now.
    pub fn of(key: KeyRecord, now: Timestamp) -> Self {
        let live = key.generations.into_iter().filter(|generation| generation.is_live(now));
        Self {
            key_id: key.id.as_uuid(),
            name: key.terms.name,
            origins: key.terms.origins,
            products: key.terms.products,
            requests_per_minute: key.terms.requests_per_minute,
            created_at: key.created_at,
            generations: live.map(GenerationView::from).collect(),
        }
    }
}

/// A page of keys, in the order they were made.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<KeyView>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

/// A key with its text.
#[derive(Serialize, ToSchema)]
pub struct MadeKey {
    /// What is sent in `X-Vivier-Key`. It is shown this once.
    text: String,
    /// The key.
    key: KeyView,
}

impl MadeKey {
    /// The answer that shows the text.
    pub fn of(made: Made, now: Timestamp) -> Self {
        Self { text: made.text.expose().to_owned(), key: KeyView::of(made.key, now) }
    }
}

impl std::fmt::Debug for MadeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeKey").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(body: serde_json::Value) -> Result<KeyChange, serde_json::Error> {
        serde_json::from_value(body)
    }

    #[test]
    fn what_is_not_named_stays() {
        let before = Terms {
            name: "Site".into(),
            origins: vec![Origin::try_from("https://acme.example".to_owned()).unwrap()],
            products: vec![ProductKind::Chatbot],
            requests_per_minute: Some(60),
        };
        for (body, after) in [
            (json!({}), before.clone()),
            (json!({"name": "App"}), Terms { name: "App".into(), ..before.clone() }),
            (json!({"origins": []}), Terms { origins: vec![], ..before.clone() }),
            (json!({"products": []}), Terms { products: vec![], ..before.clone() }),
            (json!({"requests_per_minute": null}), Terms { requests_per_minute: None, ..before.clone() }),
            (json!({"requests_per_minute": 9}), Terms { requests_per_minute: Some(9), ..before.clone() }),
        ] {
            let change = change(body.clone()).unwrap();
            assert!(change.broken().is_empty());
            assert_eq!(change.on(before.clone()), after, "{body}");
        }
    }

    #[test]
    fn what_is_refused() {
        for (body, field) in [
            (json!({"name": ""}), "name"),
            (json!({"requests_per_minute": 0}), "requests_per_minute"),
            (json!({"products": ["chatbot", "chatbot"]}), "products"),
        ] {
            assert_eq!(change(body).unwrap().broken()[0].0, field);
        }
        for body in [json!({"text": "vpk_"}), json!({"products": ["crm"]}), json!({"origins": ["*"]})] {
            assert!(change(body.clone()).is_err(), "{body}");
        }
    }
}
