//! Every function with routes, as it is deployed but for its stores, which nobody reaches.

use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use serde_json::Value;
use session::SessionConfig;
use utoipa::openapi::OpenApi;
use vivier_outside::Outside;
use vivier_reference::Reference;
use vivier_resume::LocalParser;
use vivier_runtime::{Clock, Function};
use vivier_tenancy::{
    Cloud, Tenancy, config::Config, doors::address::TrustedProxies, rooms::attempts::Limit,
};
use vivier_text::{EmbedError, Embedder, ModelIdentity};

const BACK_OFFICE: &str = "https://bureau.vivier.example";

/// What functions are built of.
pub(super) struct House {
    tenancy: Tenancy,
    embedder: Arc<dyn Embedder>,
}

/// A function with routes.
pub(super) struct Part {
    /// Its name, as its folder's.
    pub(super) name: &'static str,
    /// Its part of the API's description.
    pub(super) document: OpenApi,
    serve: fn(Function, &House) -> Function,
}

impl Part {
    /// Its description as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::to_value(&self.document).expect("a document is JSON")
    }

    /// The function behind its edge.
    pub(super) fn function(&self, house: &House) -> Function {
        let clock = Clock::System;
        let function =
            (self.serve)(Function::new(self.name), house).audited(&house.tenancy, clock, &self.document);
        if self.keeps_nothing() { function } else { function.idempotent(&house.tenancy, clock) }
    }

    /// Whether all its routes keep nothing.
    pub(super) fn keeps_nothing(&self) -> bool {
        let document = self.json();
        let paths = document["paths"].as_object().expect("a document has paths");
        paths.values().filter_map(Value::as_object).flat_map(|path| path.values()).all(keeps_nothing)
    }
}

/// Whether an operation says that nothing of a request may be kept, and so no answer for a repeated one either.
pub(super) fn keeps_nothing(operation: &Value) -> bool {
    operation["x-vivier-keeps-nothing"] == Value::Bool(true)
}

/// Every function with routes.
pub(super) fn parts() -> Vec<Part> {
    const CLOCK: Clock = Clock::System;
    let part = |name, document, serve| Part { name, document, serve };
    vec![
        part("alerts", alerts::routes::openapi(), |function, house| {
            let (indexes, domain) = (Arc::default(), "vivier.example".to_owned());
            let tenancy = house.tenancy.clone();
            let app = alerts::App { tenancy, clock: CLOCK, indexes, reference: reference(), domain };
            function.http(alerts::routes::router(app))
        }),
        part("audit", audit::routes::openapi(), |function, house| {
            function.http(audit::routes::router(audit::App { tenancy: house.tenancy.clone(), clock: CLOCK }))
        }),
        part("chat", chat::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let app = chat::App::new(tenancy.clone(), CLOCK, Arc::clone(embedder));
            function.http(chat::routes::router(app)).streaming(chat::routes::STREAMS)
        }),
        part("evaluation", evaluation::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let app =
                evaluation::App { tenancy: tenancy.clone(), clock: CLOCK, embedder: Arc::clone(embedder) };
            function.http(evaluation::routes::router(app))
        }),
        part("feeds", feeds::routes::openapi(), |function, house| {
            let (tenancy, outside) = (house.tenancy.clone(), Outside::default());
            function.http(feeds::routes::router(feeds::App { tenancy, clock: CLOCK, outside }))
        }),
        part("front", front::routes::openapi(), |function, house| {
            function.http(front::routes::router(front::App { tenancy: house.tenancy.clone() }))
        }),
        part("ingest", ingest::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let (embedder, lasts) = (Arc::clone(embedder), Duration::ZERO);
            let app = ingest::App { tenancy: tenancy.clone(), clock: CLOCK, embedder, lasts };
            function.http(ingest::routes::router(app))
        }),
        part("learning", learning::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let app = learning::App {
                tenancy: tenancy.clone(),
                clock: CLOCK,
                indexes: Arc::default(),
                embedder: Arc::clone(embedder),
                reference: reference(),
            };
            function.http(learning::routes::router(app))
        }),
        part("matching", matching::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let app = matching::App {
                tenancy: tenancy.clone(),
                indexes: Arc::default(),
                embedder: Arc::clone(embedder),
                own: LocalParser::default(),
                remembered: Arc::default(),
                outside: Outside::default(),
                reference: reference(),
                clock: CLOCK,
            };
            function.http(matching::routes::router(app))
        }),
        part("members", members::routes::openapi(), |function, house| {
            let back_office = BACK_OFFICE.to_owned();
            let app = members::App { tenancy: house.tenancy.clone(), back_office, clock: CLOCK };
            function.http(members::routes::router(app))
        }),
        part("offers", offers::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let (embedder, lasts) = (Arc::clone(embedder), Duration::ZERO);
            let app = offers::App {
                tenancy: tenancy.clone(),
                clock: CLOCK,
                embedder,
                reference: reference(),
                lasts,
            };
            function.http(offers::routes::router(app))
        }),
        part("breaches", breaches::routes::openapi(), |function, house| {
            let back_office = BACK_OFFICE.to_owned();
            let app = breaches::App { tenancy: house.tenancy.clone(), clock: CLOCK, back_office };
            function.http(breaches::routes::router(app))
        }),
        part("departure", departure::routes::openapi(), |function, house| {
            let stage = "test".to_owned();
            let app = departure::App { tenancy: house.tenancy.clone(), clock: CLOCK, stage };
            function.http(departure::routes::router(app))
        }),
        part("privacy", privacy::routes::openapi(), |function, house| {
            let (domain, back_office) = ("vivier.example".to_owned(), BACK_OFFICE.to_owned());
            let app = privacy::App { tenancy: house.tenancy.clone(), clock: CLOCK, domain, back_office };
            function.http(privacy::routes::router(app))
        }),
        part("projects", projects::routes::openapi(), |function, house| {
            function.http(projects::routes::router(projects::App {
                tenancy: house.tenancy.clone(),
                clock: CLOCK,
            }))
        }),
        part("reports", reports::routes::openapi(), |function, house| {
            let back_office = BACK_OFFICE.to_owned();
            let app = reports::App { tenancy: house.tenancy.clone(), back_office, clock: CLOCK };
            function.http(reports::routes::router(app))
        }),
        part("retention", retention::routes::openapi(), |function, house| {
            function.http(retention::routes::router(retention::App {
                tenancy: house.tenancy.clone(),
                clock: CLOCK,
            }))
        }),
        part("search", search::routes::openapi(), |function, house| {
            let House { tenancy, embedder } = house;
            let app = search::App::new(tenancy.clone(), CLOCK, Arc::clone(embedder), reference());
            function.http(search::routes::router(app))
        }),
        part("session", session::routes::openapi(), |function, house| {
            let app =
                session::App { tenancy: house.tenancy.clone(), config: Arc::new(patience()), clock: CLOCK };
            function.http(session::routes::router(app))
        }),
        part("statistics", statistics::routes::openapi(), |function, house| {
            function.http(statistics::routes::router(statistics::App {
                tenancy: house.tenancy.clone(),
                clock: CLOCK,
            }))
        }),
        part("tasks", tasks::routes::openapi(), |function, house| {
            function.http(tasks::routes::router(tasks::App { tenancy: house.tenancy.clone(), clock: CLOCK }))
        }),
        part("usage", usage::routes::openapi(), |function, house| {
            function.http(usage::routes::router(usage::App { tenancy: house.tenancy.clone(), clock: CLOCK }))
        }),
    ]
}

/// Places that are read when a request names one.
fn reference() -> Arc<Reference> {
    Arc::new(Reference::in_folder(PathBuf::from("nowhere")))
}

/// A login that nobody has to wait for.
fn patience() -> SessionConfig {
    let limit = Limit { delay_from: 3, lock_at: 10 };
    SessionConfig {
        back_office: BACK_OFFICE.to_owned().try_into().expect("an origin"),
        proxies: TrustedProxies::from_env().expect("no proxies"),
        login_floor: Duration::ZERO,
        forgotten_floor: Duration::ZERO,
        account: limit,
        address: limit,
    }
}

impl House {
    /// A house whose every store is out of reach: what is refused before a store is asked is refused all the same.
    pub(super) async fn out_of_reach() -> Self {
        // A port that was free a moment ago refuses at once.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(2)).build();
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static("eu-west-3"))
            .endpoint_url(format!("http://127.0.0.1:{port}"))
            .credentials_provider(Credentials::new("nobody", "nothing", None, None, "contract"))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .load()
            .await;
        let table = |name: &str| Some(format!("vivier-contract-{name}"));
        let config = Config {
            stage: "contract".to_owned(),
            tenants_table: table("tenants"),
            projects_table: table("projects"),
            sessions_table: table("sessions"),
            attempts_table: table("attempts"),
            tasks_table: table("tasks"),
            requests_table: table("requests"),
            events_stream: table("events"),
            tenant_role: Some("arn:aws:iam::000000000000:role/vivier-contract".to_owned()),
            user_pool: Some("eu-west-3_contract".to_owned()),
            user_pool_client: Some("contract".to_owned()),
            mail_sender: Some("vivier@vivier.example".to_owned()),
            ..Config::default()
        };
        let tenancy = Tenancy::new(config, &Cloud::new(sdk));
        Self { tenancy, embedder: Arc::new(NoModel(ModelIdentity { name: "none".to_owned(), dimension: 1 })) }
    }
}

/// No vector is computed before a store was asked.
struct NoModel(ModelIdentity);

impl Embedder for NoModel {
    fn identity(&self) -> &ModelIdentity {
        &self.0
    }

    fn query(&self, _: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(vec![0.0])
    }

    fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|_| vec![0.0]).collect())
    }
}
