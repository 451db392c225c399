//! An IAM token for Amazon RDS: a presigned `connect` request without its scheme, good for 15 minutes as a password.
//!
//! Source of the form: Amazon RDS User Guide, "IAM database authentication".

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};

use super::DatabaseError;

const LIFETIME: Duration = Duration::from_mins(15);

pub(crate) async fn sign_in(
    sdk: &SdkConfig,
    host: &str,
    port: u16,
    role: &str,
    now: SystemTime,
) -> Result<String, DatabaseError> {
    let region = sdk.region().ok_or(DatabaseError::Configuration("no AWS region"))?;
    let provider = sdk.credentials_provider().ok_or(DatabaseError::Configuration("no AWS credentials"))?;
    let identity = provider.provide_credentials().await.map_err(DatabaseError::unavailable)?.into();

    let mut settings = SigningSettings::default();
    settings.expires_in = Some(LIFETIME);
    settings.signature_location = SignatureLocation::QueryParams;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_ref())
        .name("rds-db")
        .time(now)
        .settings(settings)
        .build()
        .map_err(DatabaseError::unavailable)?
        .into();
    let url = format!("https://{host}:{port}/?Action=connect&DBUser={role}");
    let request = SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))
        .map_err(DatabaseError::unavailable)?;
    let (instructions, _) = sign(request, &params).map_err(DatabaseError::unavailable)?.into_parts();
    let mut token = url;
    for (name, value) in instructions.params() {
        token.push('&');
        token.push_str(name);
        token.push('=');
        token.push_str(&percent_encode(value));
    }
    Ok(token.split_off("https://".len()))
}

fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};

    #[tokio::test]
    async fn a_token_names_the_role_and_is_signed() {
        let keys = Credentials::new("AKIDEXAMPLE", "secret", Some("session+token".into()), None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build();
        let token =
            sign_in(&sdk, "db.example.eu", 5432, "vivier_prod_app", SystemTime::UNIX_EPOCH).await.unwrap();
        assert!(token.starts_with("db.example.eu:5432/?Action=connect&DBUser=vivier_prod_app&"), "{token}");
        for part in
            ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Expires=900", "X-Amz-Signature=", "%2Frds-db%2F"]
        {
            assert!(token.contains(part), "{part} in {token}");
        }
        assert!(!token.contains("session+token"), "a plus would be read as a space");
    }
}
