//! Work that is longer than one invocation: a function wakes itself once more, asynchronously, and goes on where it stood.

use aws_sdk_lambda::{Client, primitives::Blob, types::InvocationType};
use serde_json::json;

use crate::{rooms::files::FileKey, scope::TenantScope, tenancy::TenancyError};

/// How often in a row work is handed on. Lambda takes sixteen invocations in a chain for a loop and ends it; what is left
/// then is for a schedule, with which a new chain begins.
pub const MOST_HOPS: u32 = 12;

/// One tenant's way to have a file's work gone on with.
#[derive(Debug)]
pub struct Relay<'a> {
    client: Client,
    function: String,
    bucket: String,
    _scope: &'a TenantScope,
}

impl<'a> Relay<'a> {
    pub(crate) fn new(client: Client, function: String, bucket: String, scope: &'a TenantScope) -> Self {
        Self { client, function, bucket, _scope: scope }
    }

    /// Wakes this very function for a file, as the file's arrival does; `false` when it was handed on often enough.
    pub async fn hand_on(&self, file: &FileKey, hops: u32) -> Result<bool, TenancyError> {
        if hops >= MOST_HOPS {
            return Ok(false);
        }
        let event = event(&self.bucket, file, hops + 1).to_string();
        self.client
            .invoke()
            .function_name(&self.function)
            .invocation_type(InvocationType::Event)
            .payload(Blob::new(event))
            .send()
            .await
            .map_err(TenancyError::cloud("lambda"))?;
        Ok(true)
    }
}

fn event(bucket: &str, file: &FileKey, hops: u32) -> serde_json::Value {
    json!({
        "detail-type": "Object Created",
        "source": "aws.s3",
        "detail": {"bucket": {"name": bucket}, "object": {"key": file.to_string()}, "hops": hops},
    })
}

#[cfg(test)]
mod tests {
    use vivier_domain::ids::{DocumentId, TenantId};

    use super::*;
    use crate::{doors::file, names::Names};

    #[test]
    fn what_is_handed_on_comes_in_by_the_door_of_files() {
        let (names, tenant) = (Names::new("test"), TenantId::generate());
        let key = FileKey::Document(DocumentId::generate(), 3);
        let event = event(&names.bucket(tenant), &key, 2);
        let created: file::ObjectCreated = serde_json::from_value(event["detail"].clone()).unwrap();
        assert_eq!(created.hops(), 2);
        let (scope, found) = file::enter(&names, &created).unwrap();
        assert_eq!((scope.tenant(), found), (tenant, key));
    }
}
