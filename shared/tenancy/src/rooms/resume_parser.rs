//! Who reads a tenant's CVs in our place: where, how and by what credentials, as one secret under a name that follows from the tenant's. It
//! is made, replaced and removed as a whole, so that credentials never go to another address than the one they came with.

use aws_sdk_secretsmanager::{
    Client,
    error::ProvideErrorMetadata,
    operation::{
        create_secret::CreateSecretError, get_secret_value::GetSecretValueError,
        put_secret_value::PutSecretValueError,
    },
};
use vivier_domain::resume_parser::ParserTerms;

use super::secrets::{SERVICE, remove};
use crate::{scope::TenantScope, tenancy::TenancyError};

/// One tenant's parser.
#[derive(Debug)]
pub struct ResumeParser<'a> {
    client: Client,
    name: String,
    _scope: &'a TenantScope,
}

impl<'a> ResumeParser<'a> {
    pub(crate) fn new(client: Client, name: String, scope: &'a TenantScope) -> Self {
        Self { client, name, _scope: scope }
    }

    /// It, if there is one.
    pub async fn fetch(&self) -> Result<Option<ParserTerms>, TenancyError> {
        const CORRUPT: TenancyError = TenancyError::Corrupt("parser of CVs");
        match self.client.get_secret_value().secret_id(&self.name).send().await {
            Ok(found) => {
                let text = found.secret_string().ok_or(CORRUPT)?;
                // Why it cannot be read may quote it.
                serde_json::from_str(text).map(Some).map_err(|_| CORRUPT)
            }
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

    /// Puts it in the place of whatever was there. [`TenancyError::Conflict`]: it was removed at this very moment. For some seconds
    /// after a removal the service may refuse the name; the same call works then.
    pub async fn put(&self, terms: &ParserTerms) -> Result<(), TenancyError> {
        let text = serde_json::to_string(terms).map_err(|_| TenancyError::Corrupt("parser of CVs"))?;
        let created = self.client.create_secret().name(&self.name).secret_string(&text).send().await;
        match created {
            Ok(_) => return Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) => {}
            // Only the code of a refusal is told: its sentence may repeat what was sent.
            Err(error) => return Err(TenancyError::quiet(SERVICE, error.code())),
        }
        match self.client.put_secret_value().secret_id(&self.name).secret_string(&text).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutSecretValueError::is_resource_not_found_exception) =>
            {
                Err(TenancyError::Conflict("parser of CVs"))
            }
            Err(error) => Err(TenancyError::quiet(SERVICE, error.code())),
        }
    }

    /// Removes it for good. Repeating it does no harm.
    pub async fn delete(&self) -> Result<(), TenancyError> {
        remove(&self.client, self.name.clone()).await
    }
}
