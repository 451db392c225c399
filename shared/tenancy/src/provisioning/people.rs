//! The first member and the first key: without them nobody can come in.

use aws_sdk_cognitoidentityprovider::operation::admin_create_user::AdminCreateUserError;
use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{AttributeType, DeliveryMediumType},
};
use vivier_domain::redacted::Redacted;

use super::{Provisioning, password};
use crate::tenancy::TenancyError;

/// A member of the user pool.
#[derive(Debug)]
pub struct Invited {
    /// The user pool's opaque subject.
    pub subject: String,
    /// Whether this call invited the member; `false` when it was there already.
    pub new: bool,
}

impl Provisioning {
    /// Invites a person into the user pool: Cognito mails the user name and a temporary password (K6.2b).
    /// One who is there already is not invited again.
    pub async fn invite(&self, email: &Redacted) -> Result<Invited, TenancyError> {
        let client = Client::new(&self.sdk);
        let attribute = |name: &str, value: &str| {
            AttributeType::builder().name(name).value(value).build().map_err(TenancyError::cloud("cognito"))
        };
        let created = client
            .admin_create_user()
            .user_pool_id(&self.user_pool)
            .username(email.expose())
            .temporary_password(password::temporary())
            .desired_delivery_mediums(DeliveryMediumType::Email)
            .user_attributes(attribute("email", email.expose())?)
            .user_attributes(attribute("email_verified", "true")?)
            .send()
            .await;
        match created {
            Ok(created) => {
                let user = created.user().ok_or(TenancyError::Corrupt("user"))?;
                Ok(Invited { subject: subject(user.attributes())?, new: true })
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(AdminCreateUserError::is_username_exists_exception) =>
            {
                let found = client
                    .admin_get_user()
                    .user_pool_id(&self.user_pool)
                    .username(email.expose())
                    .send()
                    .await
                    .map_err(TenancyError::cloud("cognito"))?;
                // Whose address was never confirmed may have written somebody else's there.
                let confirmed = found.user_attributes().iter().any(|attribute| {
                    attribute.name() == "email_verified" && attribute.value() == Some("true")
                });
                if !confirmed {
                    return Err(TenancyError::Conflict("member"));
                }
                Ok(Invited { subject: subject(found.user_attributes())?, new: false })
            }
            Err(error) => Err(TenancyError::cloud("cognito")(error)),
        }
    }

    /// Removes a member from the user pool by its subject. One who is gone already is fine.
    pub async fn dismiss(&self, subject: &str) -> Result<(), TenancyError> {
        let client = Client::new(&self.sdk);
        let found = client
            .list_users()
            .user_pool_id(&self.user_pool)
            .filter(format!("sub = \"{subject}\""))
            .send()
            .await
            .map_err(TenancyError::cloud("cognito"))?;
        for user in found.users() {
            let Some(username) = user.username() else { continue };
            client
                .admin_delete_user()
                .user_pool_id(&self.user_pool)
                .username(username)
                .send()
                .await
                .map_err(TenancyError::cloud("cognito"))?;
        }
        Ok(())
    }

    /// A new publishable key: `vpk_` and 40 letters and digits. It is shown once; only its hash is stored.
    pub fn publishable_key(&self) -> String {
        format!("vpk_{}", password::letters(40))
    }
}

fn subject(attributes: &[AttributeType]) -> Result<String, TenancyError> {
    attributes
        .iter()
        .find(|attribute| attribute.name() == "sub")
        .and_then(|attribute| attribute.value())
        .map(str::to_owned)
        .ok_or(TenancyError::Corrupt("user"))
}
