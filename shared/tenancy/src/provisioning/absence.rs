//! The second look: after a store of a tenant was removed, whether anything of it is still there, asked another way than it was removed by.

use aws_sdk_dynamodb::{operation::describe_table::DescribeTableError, types::AttributeValue};
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretError;

use super::{
    Provisioning,
    postgres::{DATABASE_EXISTS, MAINTENANCE, ROLE_EXISTS, exists},
};
use crate::{cloud::Cloud, rooms::database::DatabaseError, scope::TenantScope, tenancy::TenancyError};

impl Provisioning {
    /// Whether the tenant's database, its role or its password is there.
    pub async fn holds_silo(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        let name = self.names.database(scope.tenant());
        let client = self.administrator(MAINTENANCE).await?;
        Ok(exists(&client, DATABASE_EXISTS, &name).await?
            || exists(&client, ROLE_EXISTS, &name).await?
            || self.holds_secret(&self.names.database_secret(&name)).await?)
    }

    /// Whether a row of the shared database is the tenant's, in any table that tells rows apart by tenant.
    pub async fn holds_pool(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        const TABLES: &str = "-- tenants::list_tables
SELECT format('%I', c.relname) FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition";
        const BIND: &str = "-- tenants::bind\nSELECT set_config('vivier.tenant', $1, false)";
        let client = self.administrator(&self.names.pool_database()).await?;
        let failed = DatabaseError::from_driver;
        // Row security is forced on the owner as well: unbound, every table would look empty.
        let bound = client.query(BIND, &[&scope.tenant().to_string()]).await;
        bound.map_err(|error| failed(BIND, error))?;
        for row in client.query(TABLES, &[]).await.map_err(|error| failed(TABLES, error))? {
            let table: String = row.get(0);
            let column = if table == "tenants" { "id" } else { "tenant_id" };
            let sql = format!("-- tenants::remain\nSELECT 1 FROM {table} WHERE {column} = $1 LIMIT 1");
            let found = client.query_opt(&sql, &[&scope.tenant().as_uuid()]).await;
            if found.map_err(|error| failed(&sql, error))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the tenant's bucket is there.
    pub async fn holds_bucket(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        let bucket = self.names.bucket(scope.tenant());
        match Cloud::s3(&self.sdk).list_object_versions().bucket(bucket).max_keys(1).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("NoSuchBucket") => Ok(false),
            Err(error) => Err(TenancyError::cloud("s3")(error)),
        }
    }

    /// Whether the tenant's table of conversations is there. One that is on its way out still is.
    pub async fn holds_conversations(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        let table = self.names.conversations_table(scope.tenant());
        match aws_sdk_dynamodb::Client::new(&self.sdk).describe_table().table_name(table).send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }

    /// Whether one of the tenant's secrets but its database's is there. Those of feeds are named in its database, and asked for while it is there.
    pub async fn holds_secrets(&self, scope: &TenantScope) -> Result<bool, TenancyError> {
        for name in self.secret_names(scope).await? {
            if self.holds_secret(&name).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn holds_secret(&self, name: &str) -> Result<bool, TenancyError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.sdk);
        match client.describe_secret().secret_id(name).send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeSecretError::is_resource_not_found_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(TenancyError::cloud("secretsmanager")(error)),
        }
    }

    /// Whether a shared table has an item in the tenant's partition: sessions, requests and the ledger, or records, or tasks.
    pub async fn holds_items(&self, scope: &TenantScope, tables: Partitions) -> Result<bool, TenancyError> {
        let client = aws_sdk_dynamodb::Client::new(&self.sdk);
        let tables = match tables {
            Partitions::Passing => vec![
                self.sessions_table.as_ref().ok_or(TenancyError::NotFurnished("SESSIONS_TABLE"))?,
                self.requests_table.as_ref().ok_or(TenancyError::NotFurnished("REQUESTS_TABLE"))?,
                self.ledger_table.as_ref().ok_or(TenancyError::NotFurnished("LEDGER_TABLE"))?,
            ],
            Partitions::Records => {
                vec![self.projects_table.as_ref().ok_or(TenancyError::NotFurnished("PROJECTS_TABLE"))?]
            }
            Partitions::Tasks => {
                vec![self.tasks_table.as_ref().ok_or(TenancyError::NotFurnished("TASKS_TABLE"))?]
            }
        };
        for table in tables {
            let found = client
                .query()
                .table_name(table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(format!("tenant#{}", scope.tenant())))
                .consistent_read(true)
                .limit(1)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            if found.count() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Shared tables with a partition of each tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitions {
    /// Sessions, requests, and the ledger of erasures.
    Passing,
    /// Members, roles, projects, settings.
    Records,
    /// Scheduled tasks.
    Tasks,
}
