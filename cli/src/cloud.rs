//! The functions that no route leads to, as an operator invokes them: with keys of the cloud, which says who may.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_lambda::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
};
use serde_json::{Value, json};
use std::error::Error;

use crate::{args::Global, failure::Failure, plan::Invoke};

/// The functions of one stage.
#[derive(Debug)]
pub(crate) struct Cloud {
    client: Client,
    config: SdkConfig,
    stage: String,
}

impl Cloud {
    /// The stage that the flags or the environment name, with the keys and region of the usual `AWS_` variables.
    pub(crate) async fn new(global: &Global) -> Result<Self, Failure> {
        let stage = global
            .stage
            .clone()
            .filter(|stage| !stage.is_empty())
            .ok_or_else(|| Failure::Usage("which stage? Set VIVIER_STAGE, or --stage".into()))?;
        let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
        if config.region().is_none() {
            return Err(Failure::Usage("which region? Set AWS_REGION".into()));
        }
        Ok(Self { client: Client::new(&config), config, stage })
    }

    /// The region, as events name it.
    pub(crate) fn region(&self) -> String {
        self.client.config().region().map(ToString::to_string).unwrap_or_default()
    }

    /// Keys and region, for other clients.
    pub(crate) const fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The stage, as rules bear it in their names.
    pub(crate) fn stage(&self) -> &str {
        &self.stage
    }

    /// Invokes a function and waits for its answer, which may take minutes.
    pub(crate) async fn invoke(&self, invoke: &Invoke) -> Result<Value, Failure> {
        let name = format!("vivier-{}-{}", self.stage, invoke.function);
        let payload = Blob::new(invoke.payload.to_string());
        let sent = self.client.invoke().function_name(&name).payload(payload).send().await;
        let answer = sent.map_err(|error| not_invoked(&name, &error))?;
        let bytes = answer.payload().map(AsRef::as_ref).unwrap_or_default();
        let content: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        if answer.function_error().is_some() { Err(refusal(&content)) } else { Ok(content) }
    }
}

/// A function's refusal as a problem: its error reads `code: sentence`.
fn refusal(content: &Value) -> Failure {
    let message = content["errorMessage"].as_str().unwrap_or("The function failed; its log says why.");
    match message.split_once(": ") {
        Some((code, sentence)) if code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') => {
            Failure::refused(code, sentence)
        }
        _ => Failure::Refused(json!({"type": "about:blank", "title": message})),
    }
}

fn not_invoked<E, R>(name: &str, error: &SdkError<E, R>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error {
        SdkError::ServiceError(refused) => {
            let code = refused.err().code().unwrap_or("refused");
            let title = format!("The cloud did not invoke {name}: {code}.");
            Failure::Refused(json!({"type": "about:blank", "title": title}))
        }
        SdkError::DispatchFailure(failure) if !failure.is_io() && !failure.is_timeout() => {
            Failure::Usage(format!("the cloud's keys are missing or cannot be used: {}", innermost(error)))
        }
        _ => Failure::Unreachable(format!("The cloud cannot be reached: {}.", innermost(error))),
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_functions() {
        for (message, code, text) in [
            (
                json!("unknown-tenant: there is no tenant of this name"),
                "unknown-tenant",
                "there is no tenant of this name (unknown-tenant)",
            ),
            (json!("a store failed: DynamoDB"), "blank", "a store failed: DynamoDB"),
            (Value::Null, "blank", "The function failed; its log says why."),
        ] {
            let failure = refusal(&json!({"errorType": "HandlerError", "errorMessage": message}));
            assert_eq!((failure.code(), failure.to_string().as_str()), (Some(code), text));
        }
    }
}
