//! The first key: without one no candidate can come in.

use super::{Provisioning, password};

impl Provisioning {
    /// A new publishable key: `vpk_` and 40 letters and digits. It is shown once; only its hash is stored.
    pub fn publishable_key(&self) -> String {
        format!("vpk_{}", password::letters(40))
    }
}
