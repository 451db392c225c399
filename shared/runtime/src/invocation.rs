//! What woke the function: a request, a file, records, a schedule or an operator's command.

use std::{future::Future, pin::Pin, sync::Arc};

use aws_lambda_events::kinesis::KinesisEvent;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use vivier_domain::task::{PlatformTask, RunCause};
use vivier_tenancy::{
    PlatformScope, TenancyError,
    doors::{self, file::ObjectCreated},
};

/// A parsed invocation.
#[derive(Debug)]
pub enum Invocation {
    /// An API Gateway request; it stays raw for the HTTP edge.
    Http(Box<RawValue>),
    /// A file arrived in a bucket.
    File(ObjectCreated),
    /// Records of the stream.
    Stream(Box<KinesisEvent>),
    /// A schedule fired, or was made to.
    Schedule(PlatformScope, Fired),
    /// An operator's command, with its JSON.
    Operator(PlatformScope, Value),
}

/// What the event of a schedule says besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fired {
    /// Which of the function's tasks; its only one where that is not said.
    pub task: Option<PlatformTask>,
    /// What for.
    pub cause: RunCause,
}

impl Fired {
    /// Reads an event's `detail`, which EventBridge leaves empty.
    fn read(detail: Option<&RawValue>) -> Result<Self, UnknownEvent> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Detail {
            task: Option<String>,
            cause: Option<RunCause>,
        }
        let detail: Detail = match detail {
            Some(raw) => serde_json::from_str(raw.get()).map_err(|_| UnknownEvent)?,
            None => Detail::default(),
        };
        let task = detail.task.map(|name| name.parse().map_err(|_| UnknownEvent)).transpose()?;
        Ok(Self { task, cause: detail.cause.unwrap_or(RunCause::Schedule) })
    }
}

/// The event is none of the kinds this suite knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown event")]
pub struct UnknownEvent;

#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(rename = "httpMethod", borrow, default)]
    http_method: Option<&'a RawValue>,
    #[serde(rename = "Records", borrow, default)]
    records: Option<&'a RawValue>,
    #[serde(rename = "detail-type", default)]
    detail_type: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(borrow, default)]
    detail: Option<&'a RawValue>,
}

impl Invocation {
    /// Tells what an event is by the fields its sender always writes.
    pub fn parse(raw: Box<RawValue>) -> Result<Self, UnknownEvent> {
        let shape: Shape<'_> = serde_json::from_str(raw.get()).map_err(|_| UnknownEvent)?;
        if shape.http_method.is_some() {
            return Ok(Self::Http(raw));
        }
        if shape.records.is_some() {
            return serde_json::from_str(raw.get())
                .map(|event| Self::Stream(Box::new(event)))
                .map_err(|_| UnknownEvent);
        }
        let source = shape.source.as_deref().unwrap_or_default();
        match shape.detail_type.as_deref() {
            Some("Object Created") if source == "aws.s3" => {
                let detail = shape.detail.ok_or(UnknownEvent)?;
                serde_json::from_str(detail.get()).map(Self::File).map_err(|_| UnknownEvent)
            }
            Some(detail_type) => {
                let scope = doors::schedule::enter(source, detail_type).map_err(|_| UnknownEvent)?;
                Ok(Self::Schedule(scope, Fired::read(shape.detail)?))
            }
            None => {
                let command: Value = serde_json::from_str(raw.get()).map_err(|_| UnknownEvent)?;
                let scope = doors::operator::enter(&command).map_err(|_| UnknownEvent)?;
                Ok(Self::Operator(scope, command))
            }
        }
    }
}

/// Why an invocation that is no request failed. Lambda sees the sentence; the log sees the causes.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// A store or service failed; the event comes again.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The command cannot be carried out as it was given; it changes nothing and says why.
    #[error("{code}: {message}")]
    Refused {
        /// A stable word.
        code: &'static str,
        /// A sentence for the operator.
        message: String,
    },
    /// The caller is not known. The text is what API Gateway turns into a 401; any other would become a 500.
    #[error("Unauthorized")]
    Unauthorized,
    /// Something else failed; the event comes again.
    #[error("{0}")]
    Other(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

impl HandlerError {
    /// A refusal with its stable word and a sentence.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into() }
    }

    /// Anything else, with a sentence that says what was being done.
    pub fn other(doing: impl Into<String>, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Other(doing.into(), Box::new(source))
    }
}

impl From<vivier_tenancy::rooms::database::DatabaseError> for HandlerError {
    fn from(error: vivier_tenancy::rooms::database::DatabaseError) -> Self {
        Self::Tenancy(error.into())
    }
}

/// A boxed asynchronous handler: what a function registers for one kind of event.
pub type Handler<T> =
    Arc<dyn Fn(T) -> Pin<Box<dyn Future<Output = Result<Value, HandlerError>> + Send>> + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Invocation, UnknownEvent> {
        Invocation::parse(RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn each_kind_is_told_by_its_sender() {
        assert!(matches!(parse(r#"{"httpMethod":"GET","path":"/"}"#), Ok(Invocation::Http(_))));
        assert!(matches!(
            parse(
                r#"{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}"#
            ),
            Ok(Invocation::File(_))
        ));
        assert!(matches!(
            parse(r#"{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}"#),
            Ok(Invocation::Schedule(..))
        ));
        assert!(matches!(parse(r#"{"operation":"list"}"#), Ok(Invocation::Operator(..))));
        assert!(matches!(parse(r#"{"Records":[]}"#), Ok(Invocation::Stream(_))));
    }

    #[test]
    fn a_schedule_may_say_which_task_and_what_for() {
        let fired = |detail: &str| {
            let text =
                format!(r#"{{"source":"aws.events","detail-type":"Scheduled Event","detail":{detail}}}"#);
            match parse(&text) {
                Ok(Invocation::Schedule(_, Fired { task, cause })) => Some((task, cause)),
                _ => None,
            }
        };
        for (detail, said) in [
            ("{}", Some((None, RunCause::Schedule))),
            (r#"{"cause":"operator"}"#, Some((None, RunCause::Operator))),
            (
                r#"{"task":"retention.daily","cause":"catch_up"}"#,
                Some((Some(PlatformTask::RetentionDaily), RunCause::CatchUp)),
            ),
            (r#"{"task":"retention.hourly"}"#, None),
            (r#"{"cause":"whim"}"#, None),
        ] {
            assert_eq!(fired(detail), said, "{detail}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "null",
            "[]",
            "{}",
            "3",
            r#"{"source":"acme","detail-type":"Object Created","detail":{}}"#,
            r#"{"source":"aws.s3","detail-type":"Object Created"}"#,
            r#"{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{}}}"#,
            r#"{"Records":"many"}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
