//! One person's account: looking it up, shutting it, opening it again, removing it.

use aws_sdk_cognitoidentityprovider::{
    operation::{
        admin_delete_user::AdminDeleteUserError, admin_get_user::AdminGetUserError,
        admin_get_user::AdminGetUserOutput,
    },
    types::{SmsMfaSettingsType, SoftwareTokenMfaSettingsType, UserStatusType},
};
use vivier_domain::redacted::Redacted;

use super::{People, TENANT, refused};
use crate::{provisioning::password, tenancy::TenancyError};

/// A second factor (K6.2c).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// An authenticator app.
    Totp,
    /// A message to a phone.
    Sms,
}

/// A person of the scope's tenant. Only [`People`] makes one, after it has read the tenant in the user pool.
#[derive(Debug)]
pub struct Account {
    subject: String,
    address: Redacted,
    confirmed: bool,
    enabled: bool,
    factors: Vec<Factor>,
}

impl Account {
    /// The user pool's opaque subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The person's e-mail address.
    pub const fn address(&self) -> &Redacted {
        &self.address
    }

    /// Whether the person has chosen a password; before that, there is only the mailed one.
    pub const fn confirmed(&self) -> bool {
        self.confirmed
    }

    /// Whether the person can log in; not where the account is shut.
    pub const fn enabled(&self) -> bool {
        self.enabled
    }

    /// The second factors that the person has set up.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }
}

/// Whom a user name belongs to.
#[derive(Debug)]
pub(super) enum Holder {
    Nobody,
    Own(Account),
    AnotherTenant,
}

impl People<'_> {
    /// A person of this tenant by subject; none for another tenant's.
    pub async fn fetch(&self, subject: &str) -> Result<Option<Account>, TenancyError> {
        // An address is a user name too, and is no subject.
        if uuid::Uuid::try_parse(subject).is_err() {
            return Ok(None);
        }
        match self.holder(subject).await? {
            Holder::Own(account) => Ok(Some(account)),
            Holder::Nobody | Holder::AnotherTenant => Ok(None),
        }
    }

    /// A person of this tenant by e-mail address; none for another tenant's.
    pub async fn find(&self, address: &Redacted) -> Result<Option<Account>, TenancyError> {
        match self.holder(&address.expose().to_lowercase()).await? {
            Holder::Own(account) => Ok(Some(account)),
            Holder::Nobody | Holder::AnotherTenant => Ok(None),
        }
    }

    /// The e-mail address of a person of this tenant.
    pub async fn address(&self, subject: &str) -> Result<Option<Redacted>, TenancyError> {
        Ok(self.fetch(subject).await?.map(|account| account.address))
    }

    pub(super) async fn holder(&self, user_name: &str) -> Result<Holder, TenancyError> {
        let found = self.client.admin_get_user().user_pool_id(&self.pool).username(user_name).send().await;
        match found {
            Ok(user) => self.read(&user),
            Err(error)
                if error.as_service_error().is_some_and(AdminGetUserError::is_user_not_found_exception) =>
            {
                Ok(Holder::Nobody)
            }
            Err(error) => Err(refused(&error)),
        }
    }

    fn read(&self, user: &AdminGetUserOutput) -> Result<Holder, TenancyError> {
        let attribute = |name: &str| {
            user.user_attributes()
                .iter()
                .find(|attribute| attribute.name() == name)
                .and_then(|attribute| attribute.value())
        };
        if attribute(TENANT) != Some(self.scope.tenant().to_string().as_str()) {
            return Ok(Holder::AnotherTenant);
        }
        let text = |name| attribute(name).map(str::to_owned).ok_or(TenancyError::Corrupt("user"));
        let factors = user.user_mfa_setting_list().iter().filter_map(|name| match name.as_str() {
            "SOFTWARE_TOKEN_MFA" => Some(Factor::Totp),
            "SMS_MFA" => Some(Factor::Sms),
            _ => None,
        });
        Ok(Holder::Own(Account {
            subject: text("sub")?,
            address: Redacted::new(text("email")?),
            confirmed: user.user_status() != Some(&UserStatusType::ForceChangePassword),
            enabled: user.enabled(),
            factors: factors.collect(),
        }))
    }

    /// Gives the person a new temporary password, in place of whatever password there was: the next login demands a
    /// new one, and all that was open before is shut.
    pub async fn renew(&self, account: &Account) -> Result<Redacted, TenancyError> {
        let password = password::temporary();
        self.client
            .admin_set_user_password()
            .user_pool_id(&self.pool)
            .username(account.subject())
            .password(&password)
            .permanent(false)
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(Redacted::new(password))
    }

    /// Takes second factors away that an earlier member of this address had set up.
    pub async fn clear_factors(&self, account: &Account) -> Result<(), TenancyError> {
        if account.factors.is_empty() {
            return Ok(());
        }
        self.client
            .admin_set_user_mfa_preference()
            .user_pool_id(&self.pool)
            .username(account.subject())
            .sms_mfa_settings(SmsMfaSettingsType::builder().enabled(false).build())
            .software_token_mfa_settings(SoftwareTokenMfaSettingsType::builder().enabled(false).build())
            .send()
            .await
            .map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Shuts the account: nobody logs in to it. Doing it twice is fine.
    pub async fn disable(&self, account: &Account) -> Result<(), TenancyError> {
        let request = self.client.admin_disable_user().user_pool_id(&self.pool).username(account.subject());
        request.send().await.map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Opens the account again. Doing it twice is fine.
    pub async fn enable(&self, account: &Account) -> Result<(), TenancyError> {
        let request = self.client.admin_enable_user().user_pool_id(&self.pool).username(account.subject());
        request.send().await.map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Revokes every token of the person.
    pub async fn sign_out(&self, account: &Account) -> Result<(), TenancyError> {
        let request =
            self.client.admin_user_global_sign_out().user_pool_id(&self.pool).username(account.subject());
        request.send().await.map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Removes the person from the user pool, and so the address from the suite. One who is gone already is fine.
    pub async fn delete(&self, account: Account) -> Result<(), TenancyError> {
        let request = self.client.admin_delete_user().user_pool_id(&self.pool).username(&account.subject);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(AdminDeleteUserError::is_user_not_found_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(refused(&error)),
        }
    }
}
