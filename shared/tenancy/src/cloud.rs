//! The AWS configuration a function starts with: its own role's credentials, loaded once.

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use std::time::Duration;

use crate::config::{ConfigError, optional, required};

/// The regions of AWS that lie in the European Union: all data stays there (K4.1). London and Zurich do not.
pub const REGIONS: [&str; 6] =
    ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];

/// The function's own identity in the cloud. It is not `pub` inside: no caller gets a client out of it.
#[derive(Debug, Clone)]
pub struct Cloud {
    pub(crate) sdk: SdkConfig,
}

impl Cloud {
    /// Loads region, endpoint and credentials from the environment. A region outside the European Union is refused (K4.1).
    pub fn from_env() -> Result<Self, ConfigError> {
        let region = required("AWS_REGION")?;
        if !REGIONS.contains(&region.as_str()) {
            return Err(ConfigError::Invalid("AWS_REGION"));
        }
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(10))
            // Below the 29 s of a request, so that a service that hangs is answered for and not waited for.
            .operation_timeout(Duration::from_secs(24))
            .build();
        // One for every client: otherwise each would set up TLS and keep connections of its own.
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        // The loader would look into profiles and ask instances: a function has everything in its environment, and one that looked
        // further would carry, and start with, all that.
        let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
        let mut sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(credentials)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard())
            .http_client(http);
        sdk.set_endpoint_url(optional("AWS_ENDPOINT_URL"));
        Ok(Self { sdk: sdk.build() })
    }

    /// Where one service is reached, when it is apart from the others: `AWS_ENDPOINT_URL_<SERVICE>`, by the SDKs' own name of it.
    pub(crate) fn endpoint(service: &str) -> Option<String> {
        std::env::var(format!("AWS_ENDPOINT_URL_{service}")).ok().filter(|text| !text.is_empty())
    }

    /// A configuration made elsewhere: tests reach a stack that their own environment does not name.
    pub const fn new(sdk: SdkConfig) -> Self {
        Self { sdk }
    }

    /// S3 on an endpoint of its own (the local cloud) has no name per bucket, so buckets go into the path there.
    pub(crate) fn s3(sdk: &SdkConfig) -> aws_sdk_s3::Client {
        let config =
            aws_sdk_s3::config::Builder::from(sdk).force_path_style(sdk.endpoint_url().is_some()).build();
        aws_sdk_s3::Client::from_conf(config)
    }
}
