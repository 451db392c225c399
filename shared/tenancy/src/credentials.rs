//! The third lock: AWS credentials that reach one tenant's resources and nothing else.
//!
//! A function's tenant role is assumed with a session policy that names the tenant's own bucket, table and secret. AWS
//! grants the intersection, so the role says what the function may do and the policy says to whom.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use tokio::sync::Mutex;
use vivier_domain::ids::TenantId;

use crate::{names::Names, scope::TenantScope, tenancy::TenancyError};

/// How long assumed credentials live. One hour is the most AWS grants to a role that assumes a role.
const LIFETIME: Duration = Duration::from_hours(1);
/// Credentials this close to their end are replaced: a presigned upload made with them must outlive its own 15 minutes.
const MARGIN: Duration = Duration::from_mins(20);
/// More tenants than this in one process are not worth remembering.
const MOST_TENANTS: usize = 64;

#[derive(Debug)]
pub(crate) struct TenantCredentials {
    sts: aws_sdk_sts::Client,
    base: SdkConfig,
    role: String,
    names: Names,
    cache: Mutex<HashMap<TenantId, (SystemTime, SdkConfig)>>,
}

impl TenantCredentials {
    pub(crate) fn new(base: &SdkConfig, role: String, names: Names) -> Self {
        Self {
            sts: aws_sdk_sts::Client::new(base),
            base: base.clone(),
            role,
            names,
            cache: Mutex::new(HashMap::new()),
        }
    }

    /// A configuration whose credentials reach this tenant only.
    pub(crate) async fn of(&self, scope: &TenantScope) -> Result<SdkConfig, TenancyError> {
        let tenant = scope.tenant();
        let mut cache = self.cache.lock().await;
        if let Some((until, sdk)) = cache.get(&tenant)
            && SystemTime::now() + MARGIN < *until
        {
            return Ok(sdk.clone());
        }
        match self.assume(tenant).await {
            Ok((until, sdk)) => {
                if cache.len() >= MOST_TENANTS {
                    cache.clear();
                }
                cache.insert(tenant, (until, sdk.clone()));
                Ok(sdk)
            }
            // What is still good serves while the service that renews it does not answer.
            Err(error) => match cache.get(&tenant) {
                Some((until, sdk)) if SystemTime::now() < *until => {
                    tracing::warn!(error = %error, "a tenant's credentials could not be renewed yet");
                    Ok(sdk.clone())
                }
                _ => Err(error),
            },
        }
    }

    async fn assume(&self, tenant: TenantId) -> Result<(SystemTime, SdkConfig), TenancyError> {
        let assumed = self
            .sts
            .assume_role()
            .role_arn(&self.role)
            .role_session_name(tenant.simple())
            .duration_seconds(LIFETIME.as_secs() as i32)
            .policy(session_policy(partition(&self.role), &self.names, tenant))
            .tags(
                aws_sdk_sts::types::Tag::builder()
                    .key("tenant")
                    .value(tenant.simple())
                    .build()
                    .map_err(TenancyError::cloud("sts"))?,
            )
            .send()
            .await
            .map_err(TenancyError::cloud("sts"))?;
        let given = assumed.credentials().ok_or(TenancyError::NotFurnished("credentials"))?;
        let until = SystemTime::try_from(*given.expiration()).unwrap_or_else(|_| SystemTime::now());
        let credentials = Credentials::new(
            given.access_key_id(),
            given.secret_access_key(),
            Some(given.session_token().to_owned()),
            Some(until),
            "tenant",
        );
        let sdk =
            self.base.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build();
        Ok((until, sdk))
    }
}

/// The partition of an ARN: `aws`, or another of Amazon's separate clouds.
fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).unwrap_or("aws")
}

/// The policy, with names in braces for what is a tenant's own. It lies in a file because the end-to-end tests assume roles by it too.
///
/// A secret that is not there yet is asked for without the letters that AWS puts behind its name, so nothing stands between the parser's
/// and its `*`. What recognises text reads what is in the request and nothing else: there is no resource to name.
const SESSION_POLICY: &str = include_str!("session_policy.json");

/// Names the tenant's resources. Kept short: AWS packs session policies into 2 048 characters.
fn session_policy(partition: &str, names: &Names, tenant: TenantId) -> String {
    let database = names.database(tenant);
    // Names are of letters, figures, `-`, `_` and `/`: none can end a string of JSON, or hold a brace.
    let filled = [
        ("{partition}", partition.to_owned()),
        ("{bucket}", names.bucket(tenant)),
        ("{table}", names.conversations_table(tenant)),
        ("{key_alias}", names.key_alias(tenant)),
        ("{database_secret}", names.database_secret(&database)),
        ("{database}", database),
        ("{feed_secrets}", names.feed_secrets(tenant)),
        ("{parser_secret}", names.parser_secret(tenant)),
        ("{privacy_secret}", names.privacy_secret(tenant)),
    ];
    let filled =
        filled.iter().fold(SESSION_POLICY.to_owned(), |text, (name, value)| text.replace(name, value));
    // What sets the file out for its readers is not sent: no string in it has a space.
    filled.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_one_tenant_and_fits() {
        let names = Names::new("production");
        let (own, other) = (TenantId::generate(), TenantId::generate());
        let policy = session_policy("aws", &names, own);
        assert!(policy.len() < 2048, "{} characters", policy.len());
        assert!(policy.contains(&own.simple()));
        assert!(!policy.contains(&other.simple()));
        let value: serde_json::Value = serde_json::from_str(&policy).unwrap();
        let statements = value["Statement"].as_array().unwrap();
        for statement in statements.iter().filter(|s| s["Action"] != "textract:DetectDocumentText") {
            let resources = match &statement["Resource"] {
                serde_json::Value::Array(list) => list.clone(),
                one => vec![one.clone()],
            };
            if statement["Action"] == "kms:*" {
                let alias = names.key_alias(own);
                let condition =
                    serde_json::json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}});
                assert_eq!(statement["Condition"], condition, "a key is known by its name alone");
                continue;
            }
            let names_it = |text: &str| text.contains(&own.simple()) && !text.contains('{');
            assert!(resources.iter().all(|resource| names_it(resource.as_str().unwrap())), "{resources:?}");
        }
    }
}
