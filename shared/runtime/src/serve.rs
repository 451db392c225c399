//! The loop: take an event, tell what it is, hand it to what the function registered, log a failure once.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use aws_lambda_events::kinesis::KinesisEvent;
use axum::{Router, response::Response};
use futures_util::FutureExt;
use lambda_runtime::{FunctionResponse, LambdaEvent, Runtime, layers::TracingLayer, service_fn};
use serde_json::{Value, value::RawValue};
use tower::{BoxError, util::ThenLayer};
use tracing::Instrument;
use utoipa::openapi::OpenApi;
use vivier_domain::task::PlatformTask;
use vivier_tenancy::{
    Cloud, PlatformScope, Tenancy,
    config::{Config, ConfigError},
    doors::file::ObjectCreated,
    rooms::outbox::Sent,
};

use crate::{
    Clock,
    http::{self, Deadline, audit::Auditor},
    invocation::{Fired, Handler, HandlerError, Invocation},
    tasks::Scheduled,
    telemetry::{self, Unit},
};

/// Why a function could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its environment is incomplete.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A dependency could not be built.
    #[error("a dependency could not be built")]
    Dependency(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The Lambda runtime ended.
    #[error("the runtime ended")]
    Runtime(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StartError {
    /// A dependency that could not be built.
    pub fn dependency(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Dependency(Box::new(source))
    }
}

/// The house as the environment furnishes it. Nothing is called yet: the first use connects.
pub fn tenancy_from_env() -> Result<Tenancy, StartError> {
    Ok(Tenancy::new(Config::from_env()?, &Cloud::from_env()?))
}

/// A function: its name and a handler for each kind of event it takes. What it does not take, it refuses.
#[derive(Clone)]
pub struct Function {
    name: &'static str,
    http: Option<Router>,
    streams: &'static [&'static str],
    auditor: Option<Auditor>,
    file: Option<Handler<ObjectCreated>>,
    stream: Option<Handler<KinesisEvent>>,
    scheduled: Vec<Scheduled>,
    operator: Option<Handler<(PlatformScope, Value)>>,
    raw: Option<Handler<Value>>,
    counting: Option<Tenancy>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! register {
    ($(#[$doc:meta])* $name:ident: $event:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name<F, R>(mut self, handler: F) -> Self
        where
            F: Fn($event) -> R + Send + Sync + 'static,
            R: Future<Output = Result<Value, HandlerError>> + Send + 'static,
        {
            self.$name = Some(Arc::new(move |event| Box::pin(handler(event))));
            self
        }
    };
}

impl Function {
    /// A function that takes nothing yet.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            http: None,
            streams: &[],
            auditor: None,
            file: None,
            stream: None,
            scheduled: Vec::new(),
            operator: None,
            raw: None,
            counting: None,
        }
    }

    /// Serves requests.
    #[must_use]
    pub fn http(mut self, router: Router) -> Self {
        self.http = Some(http::edge(router));
        self
    }

    /// Answers these routes piece by piece, as the template says of them.
    #[must_use]
    pub fn streaming(mut self, routes: &'static [&'static str]) -> Self {
        self.streams = routes;
        self
    }

    /// Enters in the audit log what members do by the routes that `document` names. Without it, nothing of the back office
    /// is answered.
    #[must_use]
    pub fn audited(mut self, tenancy: &Tenancy, clock: Clock, document: &OpenApi) -> Self {
        self.auditor = Some(Auditor::new(tenancy, clock, document));
        self
    }

    /// Sends the events of use that requests leave behind, each time when the request has been answered.
    #[must_use]
    pub fn counting(mut self, tenancy: &Tenancy) -> Self {
        tenancy.promise_to_send_events();
        self.counting = Some(tenancy.clone());
        self
    }

    /// Carries out writes that bear the same `Idempotency-Key` once. To be called after [`Self::http`].
    #[must_use]
    pub fn idempotent(mut self, tenancy: &Tenancy, clock: Clock) -> Self {
        self.http = self.http.map(|router| http::idempotency::layer(router, tenancy.clone(), clock));
        self
    }

    register!(/// Takes files that arrive in tenants' buckets.
        file: ObjectCreated);
    register!(/// Takes records of the event stream.
        stream: KinesisEvent);
    /// Carries out a task when its schedule fires, in one run at a time, each in the table of tasks.
    #[must_use]
    pub fn scheduled<F, R>(mut self, task: PlatformTask, tenancy: &Tenancy, clock: Clock, handler: F) -> Self
    where
        F: Fn(PlatformScope) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Value, HandlerError>> + Send + 'static,
    {
        let handler: Handler<PlatformScope> = Arc::new(move |platform| Box::pin(handler(platform)));
        self.scheduled.push(Scheduled { task, tenancy: tenancy.clone(), clock, handler });
        self
    }

    register!(/// Carries out operators' commands.
        operator: (PlatformScope, Value));
    register!(/// Takes every event as it is: for the authorizer, whose event is no request of its own.
        raw: Value);

    /// Serves until the environment ends.
    pub async fn serve(self) -> Result<(), StartError> {
        let counting = self.counting.clone();
        let function = Arc::new(self);
        let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
            let function = Arc::clone(&function);
            async move {
                let span = tracing::info_span!("invocation", function = function.name, request_id = %event.context.request_id);
                let deadline = Deadline::of(event.context.deadline());
                function.respond(event.payload, Some(deadline)).instrument(span).await.map(|outcome| {
                    match outcome {
                        Outcome::Whole(value) => FunctionResponse::BufferedResponse(value),
                        Outcome::Streamed(response) => {
                            FunctionResponse::StreamingResponse(http::stream::streamed(response))
                        }
                    }
                })
            }
        });
        // The answer has left when the layers within are done, and Lambda freezes the process only when it asks for the next event.
        let after = ThenLayer::new(move |answered: Result<(), BoxError>| {
            let counting = counting.clone();
            async move {
                if let Some(tenancy) = counting {
                    let Sent { refused, dropped } = tenancy.send_events().await;
                    if refused + dropped > 0 {
                        let figures = [
                            ("EventsRefused", Unit::Count, refused),
                            ("EventsDropped", Unit::Count, dropped),
                        ];
                        telemetry::metrics(&[], &figures);
                    }
                }
                answered
            }
        });
        Runtime::new(service).layer(TracingLayer::new()).layer(after).run().await.map_err(StartError::Runtime)
    }

    /// Handles one event, and gives the whole of its answer.
    pub async fn invoke(&self, payload: Box<RawValue>) -> Result<Value, lambda_runtime::Error> {
        match self.respond(payload, None).await? {
            Outcome::Whole(value) => Ok(value),
            Outcome::Streamed(response) => Ok(http::whole(response).await),
        }
    }

    /// Handles one event. A panic is an error of this event, not the end of the process.
    async fn respond(
        &self,
        payload: Box<RawValue>,
        deadline: Option<Deadline>,
    ) -> Result<Outcome, lambda_runtime::Error> {
        let (started, tenant) = (Instant::now(), http::stream::tenant(&payload));
        // Boxed, for the compiler's sake: it works out the layout of futures within futures only so deep.
        let outcome = AssertUnwindSafe(Box::pin(self.dispatch(payload, deadline))).catch_unwind().await;
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        if let Some(tenant) = tenant {
            telemetry::used(tenant, started.elapsed());
        }
        match outcome {
            Ok(Ok(outcome)) => {
                tracing::info!(milliseconds, "the invocation succeeded");
                Ok(outcome)
            }
            // Whoever is refused has done nothing wrong of ours.
            Ok(Err(error @ (HandlerError::Unauthorized | HandlerError::Refused { .. }))) => {
                tracing::info!(milliseconds, error = %error, "the invocation was refused");
                Err(error.to_string().into())
            }
            Ok(Err(error)) => {
                tracing::error!(milliseconds, error = telemetry::chain(&error), "the invocation failed");
                Err(error.to_string().into())
            }
            Err(_) => {
                tracing::error!(milliseconds, "the invocation panicked");
                Err("internal error".into())
            }
        }
    }

    async fn dispatch(
        &self,
        payload: Box<RawValue>,
        deadline: Option<Deadline>,
    ) -> Result<Outcome, HandlerError> {
        const NOT_TAKEN: fn() -> HandlerError =
            || HandlerError::refused("unknown-event", "this function takes no such event");
        if let Some(raw) = &self.raw {
            let event = serde_json::from_str(payload.get()).map_err(|_| NOT_TAKEN())?;
            return raw(event).await.map(Outcome::Whole);
        }
        let value = match Invocation::parse(payload).map_err(|_| NOT_TAKEN())? {
            Invocation::Http(raw) => {
                let router = self.http.clone().ok_or_else(NOT_TAKEN)?;
                let response = http::answer(router, self.auditor.as_ref(), &raw, deadline).await;
                let route = http::stream::route(&raw);
                if route.is_some_and(|route| self.streams.contains(&route.as_str())) {
                    return Ok(Outcome::Streamed(response));
                }
                Ok(http::whole(response).await)
            }
            Invocation::File(event) => self.file.as_ref().ok_or_else(NOT_TAKEN)?(event).await,
            Invocation::Stream(event) => self.stream.as_ref().ok_or_else(NOT_TAKEN)?(*event).await,
            Invocation::Schedule(scope, Fired { task, cause }) => {
                let named = |known: &&Scheduled| task.is_none_or(|task| task == known.task);
                let mut found = self.scheduled.iter().filter(named);
                // Of several, one is named.
                match (found.next(), found.next()) {
                    (Some(scheduled), None) => scheduled.carry_out(scope, cause).await,
                    _ => Err(NOT_TAKEN()),
                }
            }
            Invocation::Operator(scope, command) => {
                self.operator.as_ref().ok_or_else(NOT_TAKEN)?((scope, command)).await
            }
        };
        value.map(Outcome::Whole)
    }
}

/// How an event was answered.
enum Outcome {
    /// In one piece.
    Whole(Value),
    /// By a request's response that leaves as it is made.
    Streamed(Response),
}
