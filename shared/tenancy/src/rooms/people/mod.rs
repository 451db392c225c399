//! The tenant's people in the user pool (Cognito): who is invited, who may log in, and the only place that knows their
//! addresses.
//!
//! The pool is one for all tenants. Every user bears its tenant in the attribute `custom:tenant`, which nobody can
//! change; an operation on a person takes an [`Account`], and only looking one up in the scope's own tenant makes one.

mod account;
mod end;
mod invitations;
mod invite;
mod roster;

use aws_sdk_cognitoidentityprovider::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};

pub use account::{Account, Factor};
pub use end::Listed;
pub use invitations::{Compose, Invitations, InviteError, Invitee, Welcomed, door_name};
pub use invite::Invited;
pub use roster::{ChangeError, Read, change, read};

use crate::{scope::TenantScope, tenancy::TenancyError};

/// The attribute that names a user's tenant.
const TENANT: &str = "custom:tenant";

/// The tenant's people.
#[derive(Debug)]
pub struct People<'a> {
    client: Client,
    pool: String,
    scope: &'a TenantScope,
}

impl<'a> People<'a> {
    pub(crate) fn new(client: Client, pool: String, scope: &'a TenantScope) -> Self {
        Self { client, pool, scope }
    }
}

/// What Cognito refused, by its code alone: its sentences may repeat an address.
fn refused<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> TenancyError {
    TenancyError::quiet("cognito", error.as_service_error().and_then(ProvideErrorMetadata::code))
}
