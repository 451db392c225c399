//! Second factors (K6.2c): an authenticator app, and messages to a phone.

use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, SmsMfaSettingsType, SoftwareTokenMfaSettingsType, VerifySoftwareTokenResponseType,
};
use vivier_domain::redacted::Redacted;

use super::{AccountError, Accounts, Tokens};
use crate::{
    rooms::people::{Account, Factor},
    tenancy::TenancyError,
};

impl Accounts {
    /// The secret that an authenticator app is set up with. It counts once a code of it was verified and it is preferred.
    pub async fn begin_totp(&self, tokens: &Tokens) -> Result<Redacted, AccountError> {
        let begun = self
            .client
            .associate_software_token()
            .access_token(tokens.access())
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        Ok(Redacted::new(begun.secret_code().ok_or(TenancyError::Corrupt("authenticator"))?))
    }

    /// Verifies the first code of an authenticator app.
    pub async fn verify_totp(&self, tokens: &Tokens, code: &Redacted) -> Result<(), AccountError> {
        let verified = self
            .client
            .verify_software_token()
            .access_token(tokens.access())
            .user_code(code.expose())
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        match verified.status() {
            Some(VerifySoftwareTokenResponseType::Success) => Ok(()),
            _ => Err(AccountError::WrongCode),
        }
    }

    /// Notes a phone number, unproved, or with `None` forgets it.
    pub async fn set_phone(&self, account: &Account, phone: Option<&Redacted>) -> Result<(), AccountError> {
        let attribute = |name: &str, value: &str| {
            AttributeType::builder().name(name).value(value).build().map_err(TenancyError::cloud("cognito"))
        };
        let request =
            self.client.admin_update_user_attributes().user_pool_id(&self.pool).username(account.subject());
        // An empty value takes the attribute away.
        let request = match phone {
            Some(phone) => request
                .user_attributes(attribute("phone_number", phone.expose())?)
                .user_attributes(attribute("phone_number_verified", "false")?),
            None => request.user_attributes(attribute("phone_number", "")?),
        };
        request.send().await.map_err(|error| AccountError::read(&error, true))?;
        Ok(())
    }

    /// Sends a code to the number that was noted.
    pub async fn send_phone_code(&self, tokens: &Tokens) -> Result<(), AccountError> {
        self.client
            .get_user_attribute_verification_code()
            .access_token(tokens.access())
            .attribute_name("phone_number")
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        Ok(())
    }

    /// Proves the number with the code that was sent to it.
    pub async fn verify_phone(&self, tokens: &Tokens, code: &Redacted) -> Result<(), AccountError> {
        self.client
            .verify_user_attribute()
            .access_token(tokens.access())
            .attribute_name("phone_number")
            .code(code.expose())
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        Ok(())
    }

    /// Says which factors a login asks for: those named. An authenticator app comes before messages, and one is always
    /// preferred: otherwise the pool would ask the member to choose.
    pub async fn prefer(&self, account: &Account, factors: &[Factor]) -> Result<(), AccountError> {
        let (totp, sms) = (factors.contains(&Factor::Totp), factors.contains(&Factor::Sms));
        self.client
            .admin_set_user_mfa_preference()
            .user_pool_id(&self.pool)
            .username(account.subject())
            .software_token_mfa_settings(
                SoftwareTokenMfaSettingsType::builder().enabled(totp).preferred_mfa(totp).build(),
            )
            .sms_mfa_settings(SmsMfaSettingsType::builder().enabled(sms).preferred_mfa(sms && !totp).build())
            .send()
            .await
            .map_err(|error| AccountError::read(&error, true))?;
        Ok(())
    }
}
