//! What the tenant entrusts to us to open its partners' doors with: each secret by itself in AWS Secrets Manager, read with
//! credentials that can read no other tenant's.

use aws_sdk_secretsmanager::{
    Client,
    error::ProvideErrorMetadata,
    operation::{delete_secret::DeleteSecretError, get_secret_value::GetSecretValueError},
};
use vivier_domain::{ids::SecretId, redacted::Redacted};

use crate::{names::Names, scope::TenantScope, tenancy::TenancyError};

/// The service, as errors name it.
pub(super) const SERVICE: &str = "secretsmanager";

/// One tenant's secrets.
#[derive(Debug)]
pub struct Secrets<'a> {
    client: Client,
    names: Names,
    scope: &'a TenantScope,
}

impl<'a> Secrets<'a> {
    pub(crate) fn new(client: Client, names: Names, scope: &'a TenantScope) -> Self {
        Self { client, names, scope }
    }

    fn name(&self, id: SecretId) -> String {
        self.names.feed_secret(self.scope.tenant(), id)
    }

    /// Keeps a secret under an id that has none yet. It is never changed: another secret has another id.
    pub async fn create(&self, id: SecretId, text: &Redacted) -> Result<(), TenancyError> {
        let asked = self.client.create_secret().name(self.name(id)).secret_string(text.expose());
        // Only the code of a refusal is told: its sentence may repeat what was sent.
        asked.send().await.map_err(|error| TenancyError::quiet(SERVICE, error.code()))?;
        Ok(())
    }

    /// A secret, if there is one.
    pub async fn fetch(&self, id: SecretId) -> Result<Option<Redacted>, TenancyError> {
        match self.client.get_secret_value().secret_id(self.name(id)).send().await {
            Ok(found) => Ok(found.secret_string().map(Redacted::new)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(TenancyError::cloud(SERVICE)(error)),
        }
    }

    /// Removes a secret for good. Repeating it does no harm.
    pub async fn delete(&self, id: SecretId) -> Result<(), TenancyError> {
        remove(&self.client, self.name(id)).await
    }
}

/// Removes a secret by its name, for good.
pub(crate) async fn remove(client: &Client, name: String) -> Result<(), TenancyError> {
    let outcome = client.delete_secret().secret_id(name).force_delete_without_recovery(true).send().await;
    match outcome {
        Ok(_) => Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(DeleteSecretError::is_resource_not_found_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(TenancyError::cloud(SERVICE)(error)),
    }
}
