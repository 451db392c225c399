//! Projects and their products (K5.1): a project is one front office of a tenant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ProductId, ProjectId};

/// A project holds at most so many products.
pub const MOST_PRODUCTS: usize = 20;

/// What kind of product it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// Answers from the tenant's documents.
    Chatbot,
    /// Finds offers.
    SearchEngine,
    /// A channel of a third party: WhatsApp, Messenger.
    MessagingChannel,
}

impl ProductKind {
    /// The product that serves a route of the front office; `None` for a route that belongs to none.
    pub fn of_path(path: &str) -> Option<Self> {
        let under =
            |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if under("/v1/chat") {
            Some(Self::Chatbot)
        } else if under("/v1/offers") || path == "/v1/alerts" {
            // What is below the latter ends alerts or keeps them: whoever switches the product off must not keep people in.
            Some(Self::SearchEngine)
        } else {
            None
        }
    }
}

/// A product of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its kind; it never changes.
    pub kind: ProductKind,
    /// Its name for people, 1 to 120 characters.
    pub name: String,
    /// A product that is switched off answers nobody.
    pub enabled: bool,
}

/// Whether a project is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectStatus {
    /// In use.
    Active,
    /// Put away: its keys open nothing. It can be taken into use again.
    Archived,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name for people, 1 to 120 characters.
    pub name: String,
    /// Whether it is in use.
    pub status: ProjectStatus,
    /// Its products.
    pub products: Vec<Product>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Project {
    /// The project every tenant starts with: a chatbot and a search engine, both switched on.
    pub fn first(id: ProjectId, name: impl Into<String>, now: Timestamp) -> Self {
        let product = |kind, name: &str| Product {
            id: ProductId::generate(),
            kind,
            name: name.to_owned(),
            enabled: true,
        };
        Self {
            id,
            name: name.into(),
            status: ProjectStatus::Active,
            products: vec![
                product(ProductKind::Chatbot, "Chatbot"),
                product(ProductKind::SearchEngine, "Search engine"),
            ],
            created_at: now,
        }
    }

    /// Whether a product of this kind answers.
    pub fn serves(&self, kind: ProductKind) -> bool {
        self.status == ProjectStatus::Active
            && self.products.iter().any(|product| product.kind == kind && product.enabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_belong_to_products() {
        for (path, kind) in [
            ("/v1/chat/sessions", Some(ProductKind::Chatbot)),
            ("/v1/offers", Some(ProductKind::SearchEngine)),
            ("/v1/offers/suggest", Some(ProductKind::SearchEngine)),
            ("/v1/alerts", Some(ProductKind::SearchEngine)),
            ("/v1/alerts/unsubscription", None),
            ("/v1/offersx", None),
            ("/v1/front-office", None),
        ] {
            assert_eq!(ProductKind::of_path(path), kind, "{path}");
        }
    }

    #[test]
    fn an_archived_project_and_a_product_switched_off_serve_nobody() {
        let mut project = Project::first(ProjectId::generate(), "Jobs", Timestamp::UNIX_EPOCH);
        assert!(project.serves(ProductKind::Chatbot) && !project.serves(ProductKind::MessagingChannel));
        project.products[0].enabled = false;
        assert!(!project.serves(ProductKind::Chatbot) && project.serves(ProductKind::SearchEngine));
        project.status = ProjectStatus::Archived;
        assert!(!project.serves(ProductKind::SearchEngine));
    }
}
