//! The end of a tenant: everybody leaves the user pool, and with them their addresses.

use super::{People, TENANT, refused};
use crate::tenancy::TenancyError;

impl People<'_> {
    /// Removes everybody of the tenant, also whom no record names: an invitation that stopped half-way. The pool cannot
    /// be searched by tenant, so this reads all of it. Returns how many were removed; doing it twice is fine.
    pub async fn delete_all(&self) -> Result<usize, TenancyError> {
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
                    found.and_then(|attribute| attribute.value())
                };
                if attribute(TENANT) == Some(tenant.as_str()) {
                    own.push(attribute("sub").ok_or(TenancyError::Corrupt("user"))?.to_owned());
                }
            }
            page = found.pagination_token().map(str::to_owned);
            if page.is_none() {
                break;
            }
        }
        let mut removed = 0;
        for subject in own {
            if let Some(account) = self.fetch(&subject).await? {
                self.delete(account).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}
