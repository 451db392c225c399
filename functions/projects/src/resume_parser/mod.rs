//! Who reads the tenant's CVs in our place. It holds at once and is replaced as a whole: what it is opened with is never shown again, so
//! there is nothing to change a part of.

pub mod schema;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{
    permission::needs,
    redacted::Redacted,
    resume_parser::{ParserAddress, ParserCredentialKind, ParserCredentials, ParserFormat, ParserTerms},
};
use vivier_runtime::http::{
    ApiJson, BackOffice, Problem, ProblemKind,
    refusals::{Changing, Reading},
};

use crate::{App, body::refuse};

/// A parser of CVs elsewhere, and what opens it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResumeParser {
    /// Where a CV is posted: `https://…`, without a user's name or password. Whatever its name leads to has to be a public address.
    /// What its query says is not shown again.
    #[schema(value_type = String, max_length = 2000)]
    address: Redacted,
    /// `json_resume`: the file is posted as it is, and JSON Resume comes back. `textkernel`: the wire of Textkernel's Tx platform,
    /// version 10.
    #[schema(value_type = schema::ParserFormat)]
    format: ParserFormat,
    /// What opens it: `textkernel` for that format, `basic` or `bearer` for the other. It is kept apart and never shown again.
    #[schema(value_type = schema::ParserCredentials)]
    credentials: ParserCredentials,
}

/// A parser of CVs elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResumeParserView {
    /// Where a CV is posted. What its query says is not shown: `***` stands for it.
    address: String,
    /// What it is asked and answers.
    #[schema(value_type = schema::ParserFormat)]
    format: ParserFormat,
    /// Which kind of credentials opens it. They are never shown.
    #[schema(value_type = schema::ParserCredentialKind)]
    credentials: ParserCredentialKind,
}

impl From<ParserTerms> for ResumeParserView {
    fn from(terms: ParserTerms) -> Self {
        Self { address: terms.address.shown(), format: terms.format, credentials: terms.credentials.kind() }
    }
}

impl NewResumeParser {
    fn check(self) -> Result<ParserTerms, Problem> {
        let wrong = |code| Problem::new(ProblemKind::InvalidBody).field("address", code);
        let address =
            ParserAddress::try_from(self.address.expose().to_owned()).map_err(|error| wrong(error.0))?;
        if address.hides_something() {
            return Err(wrong("hides-something"));
        }
        let terms = ParserTerms { address, format: self.format, credentials: self.credentials };
        refuse(terms.broken())?;
        Ok(terms)
    }
}

/// Who reads CVs in our place.
#[utoipa::path(
    get,
    path = "/v1/resume-parser",
    operation_id = "resume_parser_fetch",
    tag = "settings",
    responses((status = 200, description = "The parser", body = ResumeParserView), Reading),
)]
pub async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::SettingsRead>,
) -> Result<Json<ResumeParserView>, Problem> {
    let found = app.tenancy.resume_parser(&office.0).await?.fetch().await?;
    found.map(|terms| Json(terms.into())).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Has CVs read by a parser elsewhere. It holds within a minute, in the place of whatever held before; where it does not answer, ours
/// reads them.
#[utoipa::path(
    put,
    path = "/v1/resume-parser",
    operation_id = "resume_parser_put",
    tag = "settings",
    request_body = NewResumeParser,
    responses((status = 200, description = "The parser", body = ResumeParserView), Changing),
)]
pub async fn put(
    State(app): State<App>,
    office: BackOffice<needs::SettingsPublish>,
    ApiJson(body): ApiJson<NewResumeParser>,
) -> Result<Json<ResumeParserView>, Problem> {
    let terms = body.check()?;
    app.tenancy.resume_parser(&office.0).await?.put(&terms).await?;
    Ok(Json(terms.into()))
}

/// Has CVs read by our own parser again, within a minute. What opened the other is gone.
#[utoipa::path(
    delete,
    path = "/v1/resume-parser",
    operation_id = "resume_parser_delete",
    tag = "settings",
    responses((status = 204, description = "There is none"), Reading),
)]
pub async fn delete(
    State(app): State<App>,
    office: BackOffice<needs::SettingsPublish>,
) -> Result<StatusCode, Problem> {
    app.tenancy.resume_parser(&office.0).await?.delete().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn body(change: &Value) -> Value {
        let mut body = json!({"address": "https://parser.example/cv", "format": "json_resume",
                              "credentials": {"kind": "bearer", "token": "sesame"}});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    }

    #[test]
    fn what_is_refused_is_named() {
        for (change, errors) in [
            (json!({"address": "http://parser.example/"}), &["address scheme-not-supported"][..]),
            (json!({"address": "sftp://parser.example/a"}), &["address scheme-not-supported"]),
            (json!({"address": "https://a:b@parser.example/"}), &["address holds-credentials"]),
            (json!({"address": "parser.example"}), &["address invalid"]),
            (json!({"address": "https://parser.example/cv?key=***"}), &["address hides-something"]),
            (
                json!({"address": "https://169.254.169.254/", "format": "textkernel"}),
                &["address address-not-allowed", "credentials.kind not-for-this-format"],
            ),
            (json!({"credentials": {"kind": "bearer", "token": ""}}), &["credentials.token invalid"]),
        ] {
            let new: NewResumeParser = serde_json::from_value(body(&change)).unwrap();
            let problem = new.check().err().unwrap();
            let found: Vec<_> = problem.errors.iter().map(|e| format!("{} {}", e.field, e.code)).collect();
            assert_eq!(found, errors, "{change}");
        }
    }

    #[test]
    fn what_opens_it_is_not_shown() {
        for (address, shown) in [
            ("https://parser.example/cv", "https://parser.example/cv"),
            ("https://parser.example/cv?key=sesame", "https://parser.example/cv?key=***"),
        ] {
            let new: NewResumeParser = serde_json::from_value(body(&json!({"address": address}))).unwrap();
            assert!(!format!("{new:?}").contains("sesame"));
            let terms = new.check().unwrap();
            assert_eq!(terms.address.as_str(), address, "whole where it is used");
            let view = serde_json::to_value(ResumeParserView::from(terms)).unwrap();
            assert_eq!(view, json!({"address": shown, "format": "json_resume", "credentials": "bearer"}));
        }
    }
}
