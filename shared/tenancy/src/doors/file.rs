//! A file that arrived in a tenant's bucket. The bucket's name is the tenant: only that tenant's credentials write there.

use serde::Deserialize;

use crate::{names::Names, rooms::files::FileKey, scope::TenantScope};

/// The `detail` of an `Object Created` event (Amazon EventBridge, source `aws.s3`).
#[derive(Debug, Clone, Deserialize)]
pub struct ObjectCreated {
    bucket: Bucket,
    object: Object,
    /// How often the work on the file was handed on; EventBridge says nothing of it.
    #[serde(default)]
    hops: u32,
}

impl ObjectCreated {
    /// How often the work on the file was handed on by [`crate::rooms::relay`] since it arrived or a schedule took it up.
    pub const fn hops(&self) -> u32 {
        self.hops
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Object {
    key: String,
}

/// A file outside any tenant's bucket, or one whose place means nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file belongs to no tenant or has no known place")]
pub struct Stray;

/// Mints the scope of the bucket's tenant and says which file arrived.
pub fn enter(names: &Names, event: &ObjectCreated) -> Result<(TenantScope, FileKey), Stray> {
    let tenant = names.tenant_of_bucket(&event.bucket.name).ok_or(Stray)?;
    let key = event.object.key.parse().map_err(|_| Stray)?;
    Ok((TenantScope::platform(tenant), key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vivier_domain::ids::{ImportId, TenantId};

    fn created(bucket: &str, key: &str) -> ObjectCreated {
        serde_json::from_value(json!({"bucket": {"name": bucket}, "object": {"key": key}})).unwrap()
    }

    #[test]
    fn a_bucket_opens_for_its_own_tenant() {
        let names = Names::new("test");
        let (tenant, import) = (TenantId::generate(), ImportId::generate());
        let (scope, key) =
            enter(&names, &created(&names.bucket(tenant), &format!("imports/{import}"))).unwrap();
        assert_eq!(scope.tenant(), tenant);
        assert_eq!(key, FileKey::Import(import));
    }

    #[test]
    fn stray_files_open_nothing() {
        let names = Names::new("test");
        let bucket = names.bucket(TenantId::generate());
        let import = ImportId::generate();
        for (bucket, key) in [
            ("vivier-test-artifacts", format!("imports/{import}")),
            (bucket.as_str(), "imports/../secret".into()),
            (bucket.as_str(), format!("elsewhere/{import}")),
            (bucket.as_str(), String::new()),
        ] {
            assert_eq!(enter(&names, &created(bucket, &key)).unwrap_err(), Stray, "{bucket} {key}");
        }
    }
}
