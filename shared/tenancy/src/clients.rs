//! The function's own clients of the cloud. Each is made by the first room that needs it, so that a function links, and
//! starts with, no client but those of its own rooms: a client brings a megabyte of endpoint rules and of messages.

use std::sync::OnceLock;

use aws_config::SdkConfig;

use crate::rooms::models::Models;

/// Clients by service.
#[derive(Debug)]
pub(crate) struct Clients {
    sdk: SdkConfig,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    kinesis: OnceLock<aws_sdk_kinesis::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    bedrock: OnceLock<aws_sdk_bedrockruntime::Client>,
    cognito: OnceLock<aws_sdk_cognitoidentityprovider::Client>,
    ses: OnceLock<aws_sdk_sesv2::Client>,
}

impl Clients {
    pub(crate) const fn new(sdk: SdkConfig) -> Self {
        Self {
            sdk,
            dynamodb: OnceLock::new(),
            kinesis: OnceLock::new(),
            sqs: OnceLock::new(),
            bedrock: OnceLock::new(),
            cognito: OnceLock::new(),
            ses: OnceLock::new(),
        }
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| aws_sdk_dynamodb::Client::new(&self.sdk)).clone()
    }

    pub(crate) fn kinesis(&self) -> aws_sdk_kinesis::Client {
        self.kinesis.get_or_init(|| aws_sdk_kinesis::Client::new(&self.sdk)).clone()
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| aws_sdk_sqs::Client::new(&self.sdk)).clone()
    }

    pub(crate) fn bedrock(&self) -> aws_sdk_bedrockruntime::Client {
        self.bedrock.get_or_init(|| Models::client(&self.sdk)).clone()
    }

    pub(crate) fn cognito(&self) -> aws_sdk_cognitoidentityprovider::Client {
        self.cognito.get_or_init(|| aws_sdk_cognitoidentityprovider::Client::new(&self.sdk)).clone()
    }

    pub(crate) fn ses(&self) -> aws_sdk_sesv2::Client {
        self.ses.get_or_init(|| aws_sdk_sesv2::Client::new(&self.sdk)).clone()
    }
}
