//! The end of a tenant: everybody is listed, leaves the user pool, and with them their addresses.

use vivier_domain::redacted::Redacted;

use super::{People, TENANT, refused};
use crate::tenancy::TenancyError;

impl People<'_> {
    /// Removes everybody of the tenant, also whom no record names: an invitation that stopped half-way. Returns how many were removed; doing it
    /// twice is fine.
    pub async fn delete_all(&self) -> Result<usize, TenancyError> {
        let mut removed = 0;
        for person in self.list_all().await? {
            if let Some(account) = self.fetch(&person.subject).await? {
                self.delete(account).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Everybody of the tenant, in the order of their subjects. The pool cannot be searched by tenant, so this reads all of it.
    pub async fn list_all(&self) -> Result<Vec<Listed>, TenancyError> {
        let tenant = self.scope.tenant().to_string();
        let (mut own, mut page) = (Vec::new(), None);
        loop {
            let found = self
                .client
                .list_users()
                .user_pool_id(&self.pool)
                .set_pagination_token(page)
                .send()
                .await
                .map_err(|error| refused(&error))?;
            for user in found.users() {
                let attribute = |name: &str| {
                    let found = user.attributes().iter().find(|attribute| attribute.name() == name);
                    found.and_then(|attribute| attribute.value()).map(str::to_owned)
                };
                if attribute(TENANT).as_deref() != Some(tenant.as_str()) {
                    continue;
                }
                own.push(Listed {
                    subject: attribute("sub").ok_or(TenancyError::Corrupt("user"))?,
                    address: Redacted::new(attribute("email").unwrap_or_default()),
                    phone: attribute("phone_number").map(Redacted::new),
                    language: attribute("locale").unwrap_or_default(),
                    enabled: user.enabled(),
                });
            }
            page = found.pagination_token().map(str::to_owned);
            if page.is_none() {
                own.sort_unstable_by(|one, other| one.subject.cmp(&other.subject));
                return Ok(own);
            }
        }
    }
}

/// A person of the tenant as the user pool lists them.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The opaque subject.
    pub subject: String,
    /// The address, which is the user name.
    pub address: Redacted,
    /// The telephone for codes.
    pub phone: Option<Redacted>,
    /// What mails are written in.
    pub language: String,
    /// Whether the account is open.
    pub enabled: bool,
}
