//! The tenant's bucket: closed to the public, versioned, encrypted, telling EventBridge what arrives.

use aws_sdk_s3::operation::create_bucket::CreateBucketError;
use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    types::{
        BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
        CreateBucketConfiguration, EventBridgeConfiguration, ExpirationStatus, LifecycleExpiration,
        LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration, NotificationConfiguration,
        PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
        ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
    },
};

use vivier_domain::retention::MAXIMUM_DAYS;

use super::Provisioning;
use crate::{cloud::Cloud, rooms::files::empty_bucket, scope::TenantScope, tenancy::TenancyError};

impl Provisioning {
    /// Makes the tenant's bucket, encrypted with the key of this ARN, and sets its protections.
    pub async fn ensure_bucket(&self, scope: &TenantScope, key: &str) -> Result<(), TenancyError> {
        let client = Cloud::s3(&self.sdk);
        let bucket = self.names.bucket(scope.tenant());
        let region = self.sdk.region().map_or("eu-west-3", |region| region.as_ref());
        let place = CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(region))
            .build();
        match client.create_bucket().bucket(&bucket).create_bucket_configuration(place).send().await {
            Ok(_) => {}
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateBucketError::is_bucket_already_owned_by_you) => {}
            Err(error) => return Err(TenancyError::cloud("s3")(error)),
        }
        let closed = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .build();
        client
            .put_public_access_block()
            .bucket(&bucket)
            .public_access_block_configuration(closed)
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        let own = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::AwsKms)
            .kms_master_key_id(key)
            .build()
            .map_err(TenancyError::cloud("s3"))?;
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(own)
            // S3 asks for the key once in a while instead of for each file.
            .bucket_key_enabled(true)
            .build();
        let encryption = ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build()
            .map_err(TenancyError::cloud("s3"))?;
        client
            .put_bucket_encryption()
            .bucket(&bucket)
            .server_side_encryption_configuration(encryption)
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        client
            .put_bucket_versioning()
            .bucket(&bucket)
            .versioning_configuration(
                VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build(),
            )
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        client
            .put_bucket_notification_configuration()
            .bucket(&bucket)
            .notification_configuration(
                NotificationConfiguration::builder()
                    .event_bridge_configuration(EventBridgeConfiguration::builder().build())
                    .build(),
            )
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        client
            .put_bucket_lifecycle_configuration()
            .bucket(&bucket)
            .lifecycle_configuration(lifecycle()?)
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        Ok(())
    }

    /// Removes the tenant's bucket with every version of every file.
    pub async fn drop_bucket(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let client = Cloud::s3(&self.sdk);
        let bucket = self.names.bucket(scope.tenant());
        empty_bucket(&client, &bucket, "").await?;
        match client.delete_bucket().bucket(&bucket).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NoSuchBucket") => Ok(()),
            Err(error) => Err(TenancyError::cloud("s3")(error)),
        }
    }
}

/// Import files, and what a tenant takes along, live 90 days at most (K8.1a), and what was overwritten or deleted a week. Files of reports and copies of persons' data are removed by
/// their functions after a week; the rules are for what those have lost sight of.
fn lifecycle() -> Result<BucketLifecycleConfiguration, TenancyError> {
    let ends = |prefix: &str, days: i32| {
        LifecycleRule::builder()
            .id(prefix.trim_end_matches('/'))
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .expiration(LifecycleExpiration::builder().days(days).build())
            .build()
            .map_err(TenancyError::cloud("s3"))
    };
    let versions = LifecycleRule::builder()
        .id("versions")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(7).build())
        .build()
        .map_err(TenancyError::cloud("s3"))?;
    BucketLifecycleConfiguration::builder()
        .rules(ends("imports/", i32::from(MAXIMUM_DAYS))?)
        .rules(ends("reports/", 10)?)
        .rules(ends("copies/", 10)?)
        .rules(ends("departure/", i32::from(MAXIMUM_DAYS))?)
        .rules(versions)
        .build()
        .map_err(TenancyError::cloud("s3"))
}
