//! What a door of the front office opens: a publishable key or a host name leads to one project, within limits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{KeyId, ProjectId},
    origin::Origin,
    project::ProductKind,
};

/// Where an entrance leads and what it is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrance {
    /// The project whose front office it opens.
    pub project: ProjectId,
    /// The key, where it is one; a host name has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Web sites that may use it; where there are none, those of the project's published settings.
    #[serde(default)]
    pub origins: Vec<Origin>,
    /// The products it opens; where there are none, all of the project's.
    #[serde(default)]
    pub products: Vec<ProductKind>,
    /// Requests a minute before it is told to wait; `None` for the tenant's limit alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// From then on it opens nothing: a key that was rotated works on for a while beside its successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Entrance {
    /// The unlimited entrance to a project.
    pub const fn to(project: ProjectId) -> Self {
        Self {
            project,
            key: None,
            origins: Vec::new(),
            products: Vec::new(),
            requests_per_minute: None,
            expires_at: None,
        }
    }

    /// Whether it still opens.
    pub fn opens(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|until| now < until)
    }

    /// Whether it opens this kind of product.
    pub fn admits(&self, kind: ProductKind) -> bool {
        self.products.is_empty() || self.products.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let now = Timestamp::UNIX_EPOCH;
        let mut entrance = Entrance::to(ProjectId::generate());
        assert!(entrance.opens(now) && entrance.admits(ProductKind::Chatbot));
        entrance.products = vec![ProductKind::SearchEngine];
        assert!(!entrance.admits(ProductKind::Chatbot) && entrance.admits(ProductKind::SearchEngine));
        entrance.expires_at = Some(now);
        assert!(!entrance.opens(now));
    }
}
