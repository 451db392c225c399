//! The domain's types as the API's document describes them. They are never made: a test holds them to what the domain takes.

use serde::Serialize;
use utoipa::ToSchema;

/// How a parser is asked, and what it answers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParserFormat {
    /// The file itself; answered in JSON Resume.
    JsonResume,
    /// The wire of Textkernel's Tx platform, version 10.
    Textkernel,
}

/// What opens a parser.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParserCredentialKind {
    /// A name and a password.
    Basic,
    /// A token.
    Bearer,
    /// An account of Textkernel's and its key.
    Textkernel,
}

/// What opens a parser.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ParserCredentials {
    /// A name and a password.
    Basic {
        /// The name; without a colon.
        #[schema(min_length = 1, max_length = 200)]
        username: String,
        /// The password.
        #[schema(min_length = 1, max_length = 4000)]
        password: String,
    },
    /// A token.
    Bearer {
        /// The token.
        #[schema(min_length = 1, max_length = 4000)]
        token: String,
    },
    /// An account of Textkernel's.
    Textkernel {
        /// The account's id.
        #[schema(min_length = 1, max_length = 200)]
        account_id: String,
        /// Its key.
        #[schema(min_length = 1, max_length = 4000)]
        service_key: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vivier_domain::resume_parser as domain;

    #[test]
    fn the_domain_takes_what_is_described() {
        let text = || "a".to_owned();
        for (mirror, kind) in [
            (ParserCredentials::Basic { username: text(), password: text() }, ParserCredentialKind::Basic),
            (ParserCredentials::Bearer { token: text() }, ParserCredentialKind::Bearer),
            (
                ParserCredentials::Textkernel { account_id: text(), service_key: text() },
                ParserCredentialKind::Textkernel,
            ),
        ] {
            let real: domain::ParserCredentials = serde_json::from_value(json!(mirror)).unwrap();
            assert_eq!((json!(real), json!(real.kind())), (json!(mirror), json!(kind)));
        }
        for (mirror, real) in [
            (ParserFormat::JsonResume, domain::ParserFormat::JsonResume),
            (ParserFormat::Textkernel, domain::ParserFormat::Textkernel),
        ] {
            assert_eq!(json!(mirror), json!(real));
        }
    }
}
