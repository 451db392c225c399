//! Models at Amazon Bedrock that write texts. What is sent to one stays in the European Union (K4.1): a model that is
//! reached by way of another part of the world is not asked.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    error::ProvideErrorMetadata,
    types::{
        ContentBlock, ConversationRole, ConverseOutput, InferenceConfiguration, Message, StopReason,
        SystemContentBlock,
    },
};
use vivier_domain::redacted::Redacted;

use crate::{cloud::Cloud, scope::TenantScope, tenancy::TenancyError};

/// How long a model may write. Whoever waits for a request waits 29 s at most, and has something else to say.
const PATIENCE: Duration = Duration::from_secs(18);

/// What a model is asked.
#[derive(Debug)]
pub struct Prompt<'a> {
    /// The model's identifier, or that of its inference profile.
    pub model: &'a str,
    /// What it is to do; nothing of it comes from outside.
    pub instructions: &'a str,
    /// What it is to do it with.
    pub text: &'a Redacted,
    /// The longest text it may write, in tokens.
    pub most_tokens: i32,
}

/// What a model wrote.
#[derive(Debug)]
pub struct Written {
    /// The text.
    pub text: Redacted,
    /// Whether it came to its end; otherwise it was cut off.
    pub complete: bool,
}

/// The models as one tenant may ask them.
#[derive(Debug)]
pub struct Models<'a> {
    client: Client,
    _scope: &'a TenantScope,
}

impl<'a> Models<'a> {
    pub(crate) fn client(sdk: &SdkConfig) -> Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_timeout(PATIENCE)
            .operation_attempt_timeout(PATIENCE)
            .build();
        // A second try would come too late.
        let mut config = Builder::from(sdk).timeout_config(timeouts).retry_config(RetryConfig::disabled());
        if let Some(endpoint) = Cloud::endpoint("BEDROCK_RUNTIME") {
            config = config.endpoint_url(endpoint);
        }
        Client::from_conf(config.build())
    }

    pub(crate) const fn new(client: Client, scope: &'a TenantScope) -> Self {
        Self { client, _scope: scope }
    }

    /// Lets a model write. An error names no text: Bedrock's own sentences may repeat what was sent.
    pub async fn write(&self, prompt: Prompt<'_>) -> Result<Written, TenancyError> {
        if !stays_in_europe(prompt.model) {
            return Err(TenancyError::NotFurnished("model within the European Union"));
        }
        let message = Message::builder()
            .role(ConversationRole::User)
            .content(ContentBlock::Text(prompt.text.expose().to_owned()))
            .build()
            .map_err(TenancyError::cloud("bedrock"))?;
        let inference =
            InferenceConfiguration::builder().max_tokens(prompt.most_tokens).temperature(0.0).build();
        let answer = self
            .client
            .converse()
            .model_id(prompt.model)
            .system(SystemContentBlock::Text(prompt.instructions.to_owned()))
            .messages(message)
            .inference_config(inference)
            .send()
            .await
            .map_err(|error| TenancyError::quiet("bedrock", error.code()))?;
        let blocks = match answer.output() {
            Some(ConverseOutput::Message(message)) => message.content(),
            _ => &[],
        };
        let texts: Vec<&str> =
            blocks.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect();
        Ok(Written {
            text: Redacted::new(texts.join("\n")),
            complete: *answer.stop_reason() == StopReason::EndTurn,
        })
    }
}

/// Whether a model, by its identifier or ARN, computes in the European Union when it is asked from there. A profile that
/// spreads requests begins with where to: `eu.mistral…`, `us.…`, `global.…`.
fn stays_in_europe(model: &str) -> bool {
    if let Some(arn) = model.strip_prefix("arn:") {
        let region = arn.split(':').nth(2).unwrap_or_default();
        let name = arn.rsplit('/').next().unwrap_or_default();
        return region.starts_with("eu-") && stays_in_europe(name);
    }
    let parts: Vec<&str> = model.split('.').collect();
    parts.len() < 3 || parts[0] == "eu"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_elsewhere_are_not_asked() {
        for (model, asked) in [
            ("mistral.mistral-large-2402-v1:0", true),
            ("eu.mistral.pixtral-large-2502-v1:0", true),
            ("us.mistral.pixtral-large-2502-v1:0", false),
            ("global.mistral.pixtral-large-2502-v1:0", false),
            (
                "arn:aws:bedrock:eu-west-3:000000000000:inference-profile/eu.mistral.pixtral-large-2502-v1:0",
                true,
            ),
            (
                "arn:aws:bedrock:eu-west-3:000000000000:inference-profile/us.mistral.pixtral-large-2502-v1:0",
                false,
            ),
            ("arn:aws:bedrock:us-east-1::foundation-model/mistral.mistral-large-2402-v1:0", false),
        ] {
            assert_eq!(stays_in_europe(model), asked, "{model}");
        }
    }
}
