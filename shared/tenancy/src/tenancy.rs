//! The house: built once at cold start, it opens rooms for scopes.

mod breaches;
mod leaving;

use aws_config::SdkConfig;
use jiff::Timestamp;
use std::{
    error::Error as StdError,
    sync::{Arc, OnceLock},
};
use tokio::sync::OnceCell;
use vivier_domain::{redacted::Redacted, retention::RetentionPolicy};

use crate::{
    clients::Clients,
    cloud::Cloud,
    config::Config,
    credentials::TenantCredentials,
    names::Names,
    registry::Registry,
    rooms::{
        accounts::Accounts,
        attempts::Attempts,
        conversations::Conversations,
        database::{Connector, Pool, Silo},
        dead_letters::DeadLetters,
        events::Events,
        files::Files,
        limits::Limits,
        mail::{Mails, Senders},
        models::Models,
        outbox::{Outbox, Sent},
        people::{Compose, Invitations, People},
        privacy_keys::PrivacyKeys,
        recognition::Recognition,
        records::Records,
        relay::Relay,
        requests::Requests,
        resume_parser::ResumeParser,
        salts::Salts,
        secrets::Secrets,
        sessions::Sessions,
        tasks::{OwnTasks, Tasks},
    },
    scope::{PlatformScope, TenantScope},
};

/// Why a room did not open or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// This function was not given that room: a variable of its environment is missing.
    #[error("this function has no {0}")]
    NotFurnished(&'static str),
    /// A service of the cloud refused or did not answer.
    #[error("{service} did not answer as asked")]
    Cloud {
        /// Which service.
        service: &'static str,
        /// What it said; for the log of the edge.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// PostgreSQL refused or did not answer.
    #[error(transparent)]
    Database(#[from] crate::rooms::database::DatabaseError),
    /// A stored item has not the shape this version knows.
    #[error("a stored {0} cannot be read")]
    Corrupt(&'static str),
    /// A condition on a write did not hold: something else was there first.
    #[error("the {0} was changed in between")]
    Conflict(&'static str),
    /// A store took less than it was asked to; the same call may work in a moment.
    #[error("the {0} is busy")]
    Busy(&'static str),
}

impl TenancyError {
    /// A refusal of which only the code may be told: the service's own sentence may repeat what is personal.
    pub(crate) fn quiet(service: &'static str, code: Option<&str>) -> Self {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Code(String);
        Self::Cloud { service, source: Box::new(Code(code.unwrap_or("no answer").to_owned())) }
    }

    pub(crate) fn cloud<E: StdError + Send + Sync + 'static>(
        service: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Cloud { service, source: Box::new(source) }
    }
}

/// Opens rooms. Cheap to clone; every clone shares the same connections and credentials.
#[derive(Debug, Clone)]
pub struct Tenancy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    names: Names,
    sdk: SdkConfig,
    tenant_credentials: Option<TenantCredentials>,
    connector: OnceLock<Arc<Connector>>,
    clients: Clients,
    client_secret: Arc<OnceCell<Redacted>>,
    outbox: Outbox,
    pool: OnceLock<Pool>,
    silo: OnceLock<Silo>,
}

impl Tenancy {
    /// Calls nothing and makes no client: the first use of a room does.
    pub fn new(config: Config, cloud: &Cloud) -> Self {
        let names = Names::new(config.stage.clone());
        let sdk = cloud.sdk.clone();
        let tenant_credentials =
            config.tenant_role.clone().map(|role| TenantCredentials::new(&sdk, role, names.clone()));
        Self(Arc::new(Inner {
            connector: OnceLock::new(),
            pool: OnceLock::new(),
            silo: OnceLock::new(),
            outbox: Outbox::default(),
            clients: Clients::new(sdk.clone()),
            client_secret: Arc::default(),
            config,
            names,
            sdk,
            tenant_credentials,
        }))
    }

    /// The names of resources in this deployment.
    pub fn names(&self) -> &Names {
        &self.0.names
    }

    /// The registry of tenants.
    pub fn registry(&self) -> Result<Registry, TenancyError> {
        let table = self.0.config.tenants_table.clone().ok_or(TenancyError::NotFurnished("TENANTS_TABLE"))?;
        Ok(Registry::new(self.0.clients.dynamodb(), table))
    }

    /// The tenant's records: members, roles, projects, settings, keys.
    pub fn records<'a>(&self, scope: &'a TenantScope) -> Result<Records<'a>, TenancyError> {
        let table =
            self.0.config.projects_table.clone().ok_or(TenancyError::NotFurnished("PROJECTS_TABLE"))?;
        Ok(Records::new(self.0.clients.dynamodb(), table, scope))
    }

    /// The counters of the tenant's keys.
    pub fn limits<'a>(&self, scope: &'a TenantScope) -> Result<Limits<'a>, TenancyError> {
        let table =
            self.0.config.requests_table.clone().ok_or(TenancyError::NotFurnished("REQUESTS_TABLE"))?;
        Ok(Limits::new(self.0.clients.dynamodb(), table, scope))
    }

    /// Sessions. Opening one needs its cookie and no scope; making and ending them goes by [`Sessions::of`] a scope.
    pub fn sessions(&self) -> Result<Sessions, TenancyError> {
        let table =
            self.0.config.sessions_table.clone().ok_or(TenancyError::NotFurnished("SESSIONS_TABLE"))?;
        Ok(Sessions::new(self.0.clients.dynamodb(), table))
    }

    /// What slows down guessing. It is nobody's: whom an attempt was about is not known while it is counted.
    pub fn attempts(&self) -> Result<Attempts, TenancyError> {
        let table =
            self.0.config.attempts_table.clone().ok_or(TenancyError::NotFurnished("ATTEMPTS_TABLE"))?;
        Ok(Attempts::new(self.0.clients.dynamodb(), table))
    }

    /// Accounts of the user pool, as far as a password, a code or a token opens them.
    pub fn accounts(&self) -> Result<Accounts, TenancyError> {
        let pool = self.0.config.user_pool.clone().ok_or(TenancyError::NotFurnished("USER_POOL_ID"))?;
        let client = self
            .0
            .config
            .user_pool_client
            .clone()
            .ok_or(TenancyError::NotFurnished("USER_POOL_CLIENT_ID"))?;
        Ok(Accounts::new(self.0.clients.cognito(), pool, client, Arc::clone(&self.0.client_secret)))
    }

    /// The tenant's people in the user pool.
    pub fn people<'a>(&self, scope: &'a TenantScope) -> Result<People<'a>, TenancyError> {
        let pool = self.0.config.user_pool.clone().ok_or(TenancyError::NotFurnished("USER_POOL_ID"))?;
        Ok(People::new(self.0.clients.cognito(), pool, scope))
    }

    /// The tenant's invitations: their mails lead to `back_office`, and `compose` writes them.
    pub fn invitations<'a>(
        &self,
        scope: &'a TenantScope,
        back_office: &'a str,
        compose: Compose,
    ) -> Result<Invitations<'a>, TenancyError> {
        Ok(Invitations {
            people: self.people(scope)?,
            records: self.records(scope)?,
            registry: self.registry()?,
            mails: self.mail(scope)?,
            back_office,
            compose,
        })
    }

    /// The tenant's mails.
    pub fn mail<'a>(&self, scope: &'a TenantScope) -> Result<Mails<'a>, TenancyError> {
        let sender = self.0.config.mail_sender.clone().ok_or(TenancyError::NotFurnished("MAIL_SENDER"))?;
        Ok(Mails::new(self.0.clients.ses(), sender, self.registry()?, self.records(scope)?))
    }

    /// From where the tenant may mail.
    pub async fn senders(&self, scope: &TenantScope) -> Result<Senders, TenancyError> {
        Senders::read(&self.records(scope)?, self.0.config.mail_sender.clone()).await
    }

    /// The tenant's writes of a day that carry an `Idempotency-Key`.
    pub fn requests<'a>(&self, scope: &'a TenantScope) -> Result<Requests<'a>, TenancyError> {
        let table =
            self.0.config.requests_table.clone().ok_or(TenancyError::NotFurnished("REQUESTS_TABLE"))?;
        Ok(Requests::new(self.0.clients.dynamodb(), table, scope))
    }

    /// The platform's scheduled tasks.
    pub fn tasks<'a>(&self, platform: &'a PlatformScope) -> Result<Tasks<'a>, TenancyError> {
        let (table, sdk, names) = (self.tasks_table()?, self.0.sdk.clone(), self.0.names.clone());
        Ok(Tasks::new(self.0.clients.dynamodb(), table, sdk, names, platform))
    }

    /// The tenant's own scheduled tasks.
    pub fn own_tasks<'a>(&self, scope: &'a TenantScope) -> Result<OwnTasks<'a>, TenancyError> {
        Ok(OwnTasks::new(self.0.clients.dynamodb(), self.tasks_table()?, scope))
    }

    fn tasks_table(&self) -> Result<String, TenancyError> {
        self.0.config.tasks_table.clone().ok_or(TenancyError::NotFurnished("TASKS_TABLE"))
    }

    /// The tenant's bucket, with credentials that reach no other.
    pub async fn files<'a>(&self, scope: &'a TenantScope) -> Result<Files<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        Ok(Files::new(Cloud::s3(&sdk), self.0.names.bucket(scope.tenant()), scope))
    }

    /// The tenant's conversations table, with credentials that reach no other. What the tenant does not keep so long is not read from it.
    pub async fn conversations<'a>(&self, scope: &'a TenantScope) -> Result<Conversations<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        Ok(Conversations::new(
            aws_sdk_dynamodb::Client::new(&sdk),
            self.0.names.conversations_table(scope.tenant()),
            self.retention(scope).await?,
            scope,
        ))
    }

    /// How long the tenant keeps what, as it holds now.
    pub async fn retention(&self, scope: &TenantScope) -> Result<RetentionPolicy, TenancyError> {
        Ok(self.records(scope)?.tenant_settings().await?.retention)
    }

    /// What the tenant's feeds are opened with, by credentials that reach no other tenant's.
    pub async fn secrets<'a>(&self, scope: &'a TenantScope) -> Result<Secrets<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        Ok(Secrets::new(aws_sdk_secretsmanager::Client::new(&sdk), self.0.names.clone(), scope))
    }

    /// Who reads the tenant's CVs in our place, by credentials that reach no other tenant's.
    pub async fn resume_parser<'a>(&self, scope: &'a TenantScope) -> Result<ResumeParser<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        let name = self.0.names.parser_secret(scope.tenant());
        Ok(ResumeParser::new(aws_sdk_secretsmanager::Client::new(&sdk), name, scope))
    }

    /// The keys by which the tenant's persons are known after their erasure, by credentials that reach no other tenant's.
    pub async fn privacy_keys<'a>(&self, scope: &'a TenantScope) -> Result<PrivacyKeys<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        let name = self.0.names.privacy_secret(scope.tenant());
        Ok(PrivacyKeys::new(aws_sdk_secretsmanager::Client::new(&sdk), name, scope))
    }

    /// Recognition of characters in the tenant's images, with credentials that reach no other tenant's things.
    pub async fn recognition<'a>(&self, scope: &'a TenantScope) -> Result<Recognition<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        Ok(Recognition::new(aws_sdk_textract::Client::new(&sdk), scope))
    }

    /// The way to have a file's work gone on with in another invocation of this function.
    pub fn relay<'a>(&self, scope: &'a TenantScope) -> Result<Relay<'a>, TenancyError> {
        const NAME: TenancyError = TenancyError::NotFurnished("AWS_LAMBDA_FUNCTION_NAME");
        let function = self.0.config.function.clone().ok_or(NAME)?;
        let client = aws_sdk_lambda::Client::new(&self.0.sdk);
        Ok(Relay::new(client, function, self.0.names.bucket(scope.tenant()), scope))
    }

    /// The tenant's own database. Its password is read with credentials that can read no other tenant's.
    pub async fn silo(&self, scope: &TenantScope) -> Result<crate::rooms::database::Session, TenancyError> {
        let connector = self.connector()?;
        let silo = self.0.silo.get_or_init(|| Silo::new(connector, self.0.names.clone()));
        let sdk = self.tenant_sdk(scope).await?;
        Ok(silo.open(scope, &sdk).await?)
    }

    /// The shared database, where every transaction is bound to the scope's tenant.
    pub async fn pool(
        &self,
        scope: &TenantScope,
    ) -> Result<crate::rooms::database::PoolSession, TenancyError> {
        let connector = self.connector()?;
        let pool = self.0.pool.get_or_init(|| Pool::new(connector, self.0.names.clone()));
        Ok(pool.open(scope, &self.0.sdk).await?)
    }

    /// The producer of this tenant's events of use. What it takes leaves when the request has been answered.
    pub fn events<'a>(&'a self, scope: &'a TenantScope) -> Result<Events<'a>, TenancyError> {
        if self.0.config.events_stream.is_none() {
            return Err(TenancyError::NotFurnished("EVENTS_STREAM"));
        }
        // Nothing would ever send what is put there.
        if !self.0.outbox.is_emptied() {
            return Err(TenancyError::NotFurnished("hand that empties the outbox"));
        }
        Ok(Events::new(&self.0.outbox, scope))
    }

    /// Promises that [`Self::send_events`] is called after each invocation.
    pub fn promise_to_send_events(&self) {
        self.0.outbox.promise();
    }

    /// Sends what [`Self::events`] took: to be called when an invocation has been answered. It does not fail; what the stream does
    /// not take waits for the next time.
    pub async fn send_events(&self) -> Sent {
        match &self.0.config.events_stream {
            Some(stream) if !self.0.outbox.is_empty() => {
                self.0.outbox.send(&self.0.clients.kinesis(), stream, Timestamp::now()).await
            }
            _ => Sent::default(),
        }
    }

    /// The salt that visitors are told apart by on one day.
    pub fn salts(&self) -> Result<Salts, TenancyError> {
        let table =
            self.0.config.sessions_table.clone().ok_or(TenancyError::NotFurnished("SESSIONS_TABLE"))?;
        Ok(Salts::new(self.0.clients.dynamodb(), table))
    }

    /// Models at Amazon Bedrock that write for this tenant.
    pub fn models<'a>(&self, scope: &'a TenantScope) -> Models<'a> {
        Models::new(self.0.clients.bedrock(), scope)
    }

    /// The queues of what could not be counted.
    pub fn dead_letters(&self) -> Result<DeadLetters, TenancyError> {
        let furnished = |queue: &Option<String>, name| queue.clone().ok_or(TenancyError::NotFurnished(name));
        let (config, clients) = (&self.0.config, &self.0.clients);
        let records = furnished(&config.dead_records_queue, "EVENTS_DEAD_QUEUE_URL")?;
        let batches = furnished(&config.dead_batches_queue, "BATCHES_DEAD_QUEUE_URL")?;
        Ok(DeadLetters::new(clients.sqs(), clients.kinesis(), records, batches))
    }

    /// The tools that make and remove a tenant's stores; only the `tenants` function's role can use them.
    pub fn provisioning(
        &self,
        platform: &PlatformScope,
    ) -> Result<crate::provisioning::Provisioning, TenancyError> {
        Ok(crate::provisioning::Provisioning::new(
            platform,
            &self.0.sdk,
            self.0.names.clone(),
            self.connector()?,
            &self.0.config,
        ))
    }

    fn connector(&self) -> Result<Arc<Connector>, TenancyError> {
        if let Some(connector) = self.0.connector.get() {
            return Ok(Arc::clone(connector));
        }
        let database = self.0.config.database.clone().ok_or(TenancyError::NotFurnished("DATABASE_HOST"))?;
        let made = Arc::new(Connector::new(database)?);
        Ok(Arc::clone(self.0.connector.get_or_init(|| made)))
    }

    async fn tenant_sdk(&self, scope: &TenantScope) -> Result<SdkConfig, TenancyError> {
        self.0
            .tenant_credentials
            .as_ref()
            .ok_or(TenancyError::NotFurnished("TENANT_ROLE_ARN"))?
            .of(scope)
            .await
    }
}
