//! The house: built once at cold start, it opens rooms for scopes.

use aws_config::SdkConfig;
use std::{error::Error as StdError, sync::Arc};

use crate::{
    cloud::Cloud,
    config::Config,
    credentials::TenantCredentials,
    names::Names,
    registry::Registry,
    rooms::{
        conversations::Conversations,
        database::{Connector, Pool, Silo},
        dead_letters::DeadLetters,
        events::{Events, Outage},
        files::Files,
        settings::Settings,
    },
    scope::TenantScope,
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
}

impl TenancyError {
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
    connector: Option<Arc<Connector>>,
    dynamodb: aws_sdk_dynamodb::Client,
    kinesis: aws_sdk_kinesis::Client,
    sqs: aws_sdk_sqs::Client,
    outage: Outage,
    pool: Option<Pool>,
    silo: Option<Silo>,
}

impl Tenancy {
    /// Builds clients without calling anything: the first use connects.
    pub fn new(config: Config, cloud: &Cloud) -> Result<Self, TenancyError> {
        let names = Names::new(config.stage.clone());
        let sdk = cloud.sdk.clone();
        let tenant_credentials =
            config.tenant_role.clone().map(|role| TenantCredentials::new(&sdk, role, names.clone()));
        let connector = match &config.database {
            Some(database) => Some(Arc::new(Connector::new(database.clone())?)),
            None => None,
        };
        Ok(Self(Arc::new(Inner {
            pool: connector.clone().map(|connector| Pool::new(connector, names.clone())),
            silo: connector.clone().map(|connector| Silo::new(connector, names.clone())),
            connector,
            outage: Outage::default(),
            dynamodb: aws_sdk_dynamodb::Client::new(&sdk),
            kinesis: aws_sdk_kinesis::Client::new(&sdk),
            sqs: aws_sdk_sqs::Client::new(&sdk),
            config,
            names,
            sdk,
            tenant_credentials,
        })))
    }

    /// The names of resources in this deployment.
    pub fn names(&self) -> &Names {
        &self.0.names
    }

    /// The registry of tenants.
    pub fn registry(&self) -> Result<Registry, TenancyError> {
        let table = self.0.config.tenants_table.clone().ok_or(TenancyError::NotFurnished("TENANTS_TABLE"))?;
        Ok(Registry::new(self.0.dynamodb.clone(), table))
    }

    /// The tenant's settings.
    pub fn settings<'a>(&self, scope: &'a TenantScope) -> Result<Settings<'a>, TenancyError> {
        let table =
            self.0.config.projects_table.clone().ok_or(TenancyError::NotFurnished("PROJECTS_TABLE"))?;
        Ok(Settings::new(self.0.dynamodb.clone(), table, scope))
    }

    /// The tenant's bucket, with credentials that reach no other.
    pub async fn files<'a>(&self, scope: &'a TenantScope) -> Result<Files<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        Ok(Files::new(Cloud::s3(&sdk), self.0.names.bucket(scope.tenant()), scope))
    }

    /// The tenant's conversations table, with credentials that reach no other.
    pub async fn conversations<'a>(&self, scope: &'a TenantScope) -> Result<Conversations<'a>, TenancyError> {
        let sdk = self.tenant_sdk(scope).await?;
        Ok(Conversations::new(
            aws_sdk_dynamodb::Client::new(&sdk),
            self.0.names.conversations_table(scope.tenant()),
            scope,
        ))
    }

    /// The tenant's own database. Its password is read with credentials that can read no other tenant's.
    pub async fn silo(&self, scope: &TenantScope) -> Result<crate::rooms::database::Session, TenancyError> {
        let silo = self.0.silo.as_ref().ok_or(TenancyError::NotFurnished("DATABASE_HOST"))?;
        let sdk = self.tenant_sdk(scope).await?;
        Ok(silo.open(scope, &sdk).await?)
    }

    /// The shared database, where every transaction is bound to the scope's tenant.
    pub async fn pool(
        &self,
        scope: &TenantScope,
    ) -> Result<crate::rooms::database::PoolSession, TenancyError> {
        let pool = self.0.pool.as_ref().ok_or(TenancyError::NotFurnished("DATABASE_HOST"))?;
        Ok(pool.open(scope, &self.0.sdk).await?)
    }

    /// The event stream, where this tenant's use is counted.
    pub fn events<'a>(&'a self, scope: &'a TenantScope) -> Result<Events<'a>, TenancyError> {
        let stream =
            self.0.config.events_stream.clone().ok_or(TenancyError::NotFurnished("EVENTS_STREAM"))?;
        Ok(Events::new(self.0.kinesis.clone(), stream, &self.0.outage, scope))
    }

    /// The queue of records that can never be counted.
    pub fn dead_letters(&self) -> Result<DeadLetters, TenancyError> {
        let queue = self
            .0
            .config
            .dead_letter_queue
            .clone()
            .ok_or(TenancyError::NotFurnished("EVENTS_DEAD_QUEUE_URL"))?;
        Ok(DeadLetters::new(self.0.sqs.clone(), queue))
    }

    /// The tools that make and remove a tenant's stores; only the `tenants` function's role can use them.
    pub fn provisioning(
        &self,
        platform: &crate::scope::PlatformScope,
    ) -> Result<crate::provisioning::Provisioning, TenancyError> {
        Ok(crate::provisioning::Provisioning::new(
            platform,
            &self.0.sdk,
            self.0.names.clone(),
            self.0.connector.clone().ok_or(TenancyError::NotFurnished("DATABASE_HOST"))?,
            self.0.config.user_pool.clone().ok_or(TenancyError::NotFurnished("USER_POOL_ID"))?,
        ))
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
