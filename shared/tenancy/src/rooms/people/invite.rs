//! Taking a person into the user pool. The mail is ours, so Cognito sends none.

use aws_sdk_cognitoidentityprovider::{
    operation::admin_create_user::AdminCreateUserError,
    types::{AttributeType, MessageActionType, UserType},
};
use vivier_domain::{member::Language, redacted::Redacted};

use super::{
    People, TENANT,
    account::{Account, Holder},
    refused,
};
use crate::{provisioning::password, tenancy::TenancyError};

/// What became of an invitation into the user pool.
#[derive(Debug)]
pub enum Invited {
    /// The person is new.
    New {
        /// The user pool's opaque subject.
        subject: String,
        /// The temporary password: it goes into the mail and nowhere else.
        password: Redacted,
    },
    /// The tenant has an account of this address already.
    Present(Account),
    /// The address belongs to another tenant.
    Elsewhere,
}

impl People<'_> {
    /// Makes an account of this tenant for the address, with a temporary password and without a mail.
    pub async fn invite(&self, address: &Redacted, language: Language) -> Result<Invited, TenancyError> {
        // Cognito takes addresses that differ in case alone for one; so do we, and write it one way.
        let address = address.expose().to_lowercase();
        let password = password::temporary();
        let attribute = |name: &str, value: &str| {
            AttributeType::builder().name(name).value(value).build().map_err(TenancyError::cloud("cognito"))
        };
        let created = self
            .client
            .admin_create_user()
            .user_pool_id(&self.pool)
            .username(&address)
            .temporary_password(&password)
            .message_action(MessageActionType::Suppress)
            .user_attributes(attribute("email", &address)?)
            .user_attributes(attribute("email_verified", "true")?)
            .user_attributes(attribute("locale", language.as_str())?)
            .user_attributes(attribute(TENANT, &self.scope.tenant().to_string())?)
            .send()
            .await;
        match created {
            Ok(created) => {
                let attributes = created.user().map(UserType::attributes).unwrap_or_default();
                let subject = attributes.iter().find(|attribute| attribute.name() == "sub");
                let subject = subject.and_then(|sub| sub.value()).ok_or(TenancyError::Corrupt("user"))?;
                Ok(Invited::New { subject: subject.to_owned(), password: Redacted::new(password) })
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(AdminCreateUserError::is_username_exists_exception) =>
            {
                match self.holder(&address).await? {
                    Holder::Own(account) => Ok(Invited::Present(account)),
                    Holder::AnotherTenant => Ok(Invited::Elsewhere),
                    // Removed in between: the next try makes it.
                    Holder::Nobody => Err(TenancyError::Busy("user pool")),
                }
            }
            Err(error) => Err(refused(&error)),
        }
    }
}
