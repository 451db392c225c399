//! The local cloud's test stack, as tests find it: its deployment's outputs are in the file that
//! `VIVIER_TEST_STACK_JSON` names. A test that needs the stack fails without it; it is never passed over.

use std::{env, fs, path::PathBuf};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use serde_json::Value;
use vivier_domain::ids::TenantId;
use vivier_tenancy::{
    Cloud, Tenancy, TenantScope,
    config::{ApiStage, Config, DatabaseAuth, DatabaseConfig},
    names::PoolRole,
};

use crate::scope;

/// A deployed stack.
#[derive(Debug, Clone)]
pub struct Stack {
    outputs: Value,
}

impl Stack {
    /// The stack that the environment names.
    ///
    /// # Panics
    /// When it names none, or one whose outputs cannot be read.
    pub fn from_env() -> Self {
        const VARIABLE: &str = "VIVIER_TEST_STACK_JSON";
        let Some(file) = env::var_os(VARIABLE) else {
            panic!("{VARIABLE} is not set: this test needs the test stack, which `make test` starts")
        };
        let outputs = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(outputs) = outputs else {
            panic!("{VARIABLE} names no readable file: `make test` starts the test stack and writes it")
        };
        Self { outputs }
    }

    fn text(&self, pointer: &str) -> String {
        let found = self.outputs.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("the test stack's outputs have no {pointer}")).to_owned()
    }

    /// The house as the administrator's keys open it. The shared database is entered as the application role.
    pub async fn tenancy(&self) -> Tenancy {
        self.tenancy_as(PoolRole::App).await
    }

    /// The same house, where the shared database is entered as this role.
    pub async fn tenancy_as(&self, role: PoolRole) -> Tenancy {
        Tenancy::new(self.config(role), &Cloud::new(self.sdk().await))
    }

    /// What a shared table of the stack is called: `tenants`, `projects`, `sessions` …
    pub fn table(&self, name: &str) -> String {
        format!("vivier-{}-{name}", self.text("/stage"))
    }

    /// The administrator's keys, for tests that look behind the doors.
    pub async fn sdk(&self) -> SdkConfig {
        let keys = fs::read(self.text("/administrator_file")).expect("the administrator's keys");
        let keys: Value = serde_json::from_slice(&keys).expect("the administrator's keys as JSON");
        let key = |name: &str| keys[name].as_str().expect("an administrator's key").to_owned();
        let credentials =
            Credentials::new(key("access_key_id"), key("secret_access_key"), None, None, "test stack");
        aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(self.text("/region")))
            .endpoint_url(self.text("/endpoint_url"))
            .credentials_provider(credentials)
            .load()
            .await
    }

    fn config(&self, role: PoolRole) -> Config {
        let port = self.outputs.pointer("/database/port").and_then(Value::as_u64);
        let database = DatabaseConfig {
            host: self.text("/database/host"),
            port: port.and_then(|port| u16::try_from(port).ok()).expect("the database's port"),
            tls_ca: PathBuf::from(self.text("/database/tls_ca")),
            auth: DatabaseAuth::Secret,
            role,
        };
        let stage = self.text("/stage");
        Config {
            tenants_table: Some(format!("vivier-{stage}-tenants")),
            projects_table: Some(format!("vivier-{stage}-projects")),
            requests_table: Some(format!("vivier-{stage}-requests")),
            sessions_table: Some(format!("vivier-{stage}-sessions")),
            attempts_table: Some(format!("vivier-{stage}-attempts")),
            tasks_table: Some(format!("vivier-{stage}-tasks")),
            breaches_table: Some(format!("vivier-{stage}-breaches")),
            departures_table: Some(format!("vivier-{stage}-departures")),
            ledger_table: Some(format!("vivier-{stage}-ledger")),
            events_stream: Some(format!("vivier-{stage}-events")),
            dead_records_queue: None,
            dead_batches_queue: None,
            function: None,
            tenant_role: None,
            user_pool: Some(self.text("/user_pool_id")),
            user_pool_client: Some(self.text("/user_pool_client_id")),
            mail_sender: Some("vivier@vivier.example".to_owned()),
            api: Some(ApiStage { id: self.text("/api_id"), stage: self.text("/api_stage") }),
            database: Some(database),
            stage,
        }
    }

    /// A tenant made for one test, known to the shared database and nowhere else.
    pub async fn pool_tenant(&self, tenancy: &Tenancy) -> TenantScope {
        let scope = scope::front(TenantId::generate());
        let provisioning = tenancy.provisioning(&scope::platform()).expect("the administrator's tools");
        provisioning.enter_pool(&scope).await.expect("the shared database takes a tenant");
        scope
    }
}
