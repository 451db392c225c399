//! What every kind of settings has in common: it is a document with defaults that says itself what does not hold.

use serde::{Serialize, de::DeserializeOwned};

use super::{ProjectSettings, TenantSettings};

/// Settings that are drafted, published and rolled back as one document.
pub trait Settings: Serialize + DeserializeOwned + Clone + Default + Send + Sync + 'static {
    /// The fields that do not hold, each with a stable word. Only settings without any are stored.
    fn broken(&self) -> Vec<(String, &'static str)>;

    /// The fields that a draft may lack, and what is published may not, each with a stable word.
    fn lacks(&self) -> Vec<(String, &'static str)> {
        Vec::new()
    }
}

impl Settings for TenantSettings {
    fn broken(&self) -> Vec<(String, &'static str)> {
        Self::broken(self).into_iter().map(|(field, code)| (field.to_owned(), code)).collect()
    }
}

impl Settings for ProjectSettings {
    fn broken(&self) -> Vec<(String, &'static str)> {
        Self::broken(self)
    }

    fn lacks(&self) -> Vec<(String, &'static str)> {
        Self::lacks(self)
    }
}
