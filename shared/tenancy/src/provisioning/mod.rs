//! Making and removing a tenant's stores. Every step can be done again: a create that stopped half-way is simply run
//! again, and a delete as well.

mod bucket;
mod password;
mod people;
mod postgres;
mod table;

use std::sync::Arc;

use aws_config::SdkConfig;

pub use people::Invited;

use crate::{names::Names, rooms::database::Connector, scope::PlatformScope};

/// The tools of the `tenants` function. Its IAM role is the only one that can use them.
#[derive(Debug)]
pub struct Provisioning {
    sdk: SdkConfig,
    names: Names,
    connector: Arc<Connector>,
    user_pool: String,
}

impl Provisioning {
    pub(crate) fn new(
        _: &PlatformScope,
        sdk: &SdkConfig,
        names: Names,
        connector: Arc<Connector>,
        user_pool: String,
    ) -> Self {
        Self { sdk: sdk.clone(), names, connector, user_pool }
    }
}
