//! Databases, login roles and their passwords.

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use tokio_postgres::Client;

use super::{Provisioning, password};
use crate::{
    config::DatabaseAuth,
    names::{Names, PoolRole},
    rooms::{database::DatabaseError, secrets},
    scope::TenantScope,
    tenancy::TenancyError,
};

mod pool {
    refinery::embed_migrations!("../../infra/migrations/pool");
}

mod silo {
    refinery::embed_migrations!("../../infra/migrations/silo");
}

/// The administrator's own database; the others are made from there.
pub(super) const MAINTENANCE: &str = "postgres";

const END_SESSIONS: &str =
    "-- roles::end_sessions\nSELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1";
pub(super) const DATABASE_EXISTS: &str = "-- databases::exists\nSELECT 1 FROM pg_database WHERE datname = $1";
pub(super) const ROLE_EXISTS: &str = "-- roles::exists\nSELECT 1 FROM pg_roles WHERE rolname = $1";

impl Provisioning {
    /// Makes the shared database, the roles that functions enter it as with their passwords, and brings its schema up to date.
    /// Returns how many migrations were applied.
    pub async fn migrate_pool(&self) -> Result<usize, TenancyError> {
        let database = self.names.pool_database();
        let roles = PoolRole::ALL.map(|role| self.names.pool_role(role));
        for role in &roles {
            self.ensure_role(role).await?;
            self.ensure_database(&database, role).await?;
        }
        let mut client = self.administrator(&database).await?;
        let closed = roles.join(", ");
        run(
            &client,
            &format!("-- databases::lend_nothing\nREVOKE TEMPORARY ON DATABASE {database} FROM {closed}"),
        )
        .await?;
        let report =
            pool::migrations::runner().run_async(&mut client).await.map_err(DatabaseError::unavailable)?;
        run(&client, &grants(&roles)).await?;
        Ok(report.applied_migrations().len())
    }

    /// Makes the tenant's own database and login role, and brings its schema up to date.
    /// Returns how many migrations were applied.
    pub async fn migrate_silo(&self, scope: &TenantScope) -> Result<usize, TenancyError> {
        let name = self.names.database(scope.tenant());
        self.ensure_role(&name).await?;
        self.ensure_database(&name, &name).await?;
        let mut client = self.administrator(&name).await?;
        let report =
            silo::migrations::runner().run_async(&mut client).await.map_err(DatabaseError::unavailable)?;
        run(
            &client,
            &format!(
                "-- provisioning::grant\n\
                 GRANT USAGE ON SCHEMA public TO {name};\n\
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name};\n\
                 REVOKE ALL ON refinery_schema_history FROM {name};"
            ),
        )
        .await?;
        Ok(report.applied_migrations().len())
    }

    /// Enters the tenant in the shared database, so that rows there may name it.
    pub async fn enter_pool(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        const ENTER: &str = "-- tenants::enter\nINSERT INTO tenants (id) VALUES ($1) ON CONFLICT DO NOTHING";
        let client = self.administrator(&self.names.pool_database()).await?;
        execute(&client, ENTER, scope).await
    }

    /// Removes the tenant from the shared database; its rows in every table go with it (`ON DELETE CASCADE`).
    pub async fn leave_pool(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        const LEAVE: &str = "-- tenants::leave\nDELETE FROM tenants WHERE id = $1";
        let client = self.administrator(&self.names.pool_database()).await?;
        execute(&client, LEAVE, scope).await
    }

    /// Removes the tenant's database, its role and its password.
    pub async fn drop_silo(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let name = self.names.database(scope.tenant());
        let client = self.administrator(MAINTENANCE).await?;
        if exists(&client, ROLE_EXISTS, &name).await? {
            // Nobody comes in as the role any more, and whoever is in goes: ending a session takes the right of its role.
            run(
                &client,
                &format!(
                    "-- provisioning::close_role\nALTER ROLE {name} NOLOGIN;\n\
                     GRANT {name} TO CURRENT_USER WITH INHERIT TRUE"
                ),
            )
            .await?;
            client
                .query(END_SESSIONS, &[&name])
                .await
                .map_err(|error| DatabaseError::from_driver(END_SESSIONS, error))?;
        }
        // Not WITH (FORCE): it would have to end autovacuum's workers too, which only a superuser may. A plain DROP asks
        // them to leave and waits.
        run(&client, &format!("-- provisioning::drop_database\nDROP DATABASE IF EXISTS {name}")).await?;
        run(&client, &format!("-- provisioning::drop_role\nDROP ROLE IF EXISTS {name}")).await?;
        let client = aws_sdk_secretsmanager::Client::new(&self.sdk);
        secrets::remove(&client, self.names.database_secret(&name)).await
    }

    /// Removes what the tenant's feeds and its parser of CVs were opened with, and its keys. It is to be called before [`Self::drop_silo`]: the
    /// names of the feeds' are there.
    pub async fn drop_secrets(&self, scope: &TenantScope) -> Result<(), TenancyError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.sdk);
        for name in self.secret_names(scope).await? {
            secrets::remove(&client, name).await?;
        }
        Ok(())
    }

    /// The names of the tenant's secrets but for its database's, whether they are there or not.
    pub(super) async fn secret_names(&self, scope: &TenantScope) -> Result<Vec<String>, TenancyError> {
        const LIST: &str = "-- feed_secrets::list\nSELECT id FROM feed_secrets";
        const KEPT: &str = "-- feed_secrets::exist\nSELECT 1 WHERE to_regclass($1) IS NOT NULL";
        let tenant = scope.tenant();
        let mut names = vec![self.names.parser_secret(tenant), self.names.privacy_secret(tenant)];
        let name = self.names.database(tenant);
        if !exists(&self.administrator(MAINTENANCE).await?, DATABASE_EXISTS, &name).await? {
            return Ok(names);
        }
        let database = self.administrator(&name).await?;
        // A tenant that was never brought to this version has none.
        if !exists(&database, KEPT, "feed_secrets").await? {
            return Ok(names);
        }
        let rows = database.query(LIST, &[]).await;
        for row in rows.map_err(|error| DatabaseError::from_driver(LIST, error))? {
            let id: uuid::Uuid = row.get("id");
            names.push(self.names.feed_secret(tenant, id.into()));
        }
        Ok(names)
    }

    pub(super) async fn administrator(&self, database: &str) -> Result<Client, DatabaseError> {
        let secret = self.names.database_secret(Names::ADMINISTRATOR);
        let client = self.connector.connect(&self.sdk, database, Names::ADMINISTRATOR_ROLE, &secret).await?;
        // The limit on a request's statements is none for a migration, or for the removal of all a tenant had.
        run(&client, "-- provisioning::no_time_limit\nSET statement_timeout = 0").await?;
        Ok(client)
    }

    async fn ensure_role(&self, role: &str) -> Result<(), TenancyError> {
        let password = self.ensure_password(role).await?;
        let client = self.administrator(MAINTENANCE).await?;
        // The server gets a verifier, not the password: statements may be logged there. Neither it nor a role's name, made of
        // the stage and an id, can hold a quote, and CREATE ROLE takes no parameters.
        let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
        if exists(&client, ROLE_EXISTS, role).await? {
            run(&client, &format!("-- roles::set_password\nALTER ROLE {role} PASSWORD '{verifier}'")).await?;
        } else {
            run(&client, &format!("-- roles::create\nCREATE ROLE {role} LOGIN PASSWORD '{verifier}'"))
                .await?;
        }
        if self.connector.auth() == DatabaseAuth::Iam {
            // On Amazon RDS a member of this role signs in with a token, and no longer with its password.
            run(&client, &format!("-- roles::sign_in_by_token\nGRANT rds_iam TO {role}")).await?;
        }
        Ok(())
    }

    /// The role's password. It is stored before the role has it: after a crash in between, the next run finds it.
    async fn ensure_password(&self, role: &str) -> Result<String, TenancyError> {
        let client = aws_sdk_secretsmanager::Client::new(&self.sdk);
        let name = self.names.database_secret(role);
        match client.get_secret_value().secret_id(&name).send().await {
            Ok(found) => found
                .secret_string()
                .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok())
                .and_then(|value| value["password"].as_str().map(str::to_owned))
                .ok_or(TenancyError::Corrupt("database secret")),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                let password = password::letters(32);
                let value = serde_json::json!({"username": role, "password": password}).to_string();
                client
                    .create_secret()
                    .name(&name)
                    .secret_string(value)
                    .send()
                    .await
                    .map_err(TenancyError::cloud("secretsmanager"))?;
                Ok(password)
            }
            Err(error) => Err(TenancyError::cloud("secretsmanager")(error)),
        }
    }

    async fn ensure_database(&self, database: &str, role: &str) -> Result<(), TenancyError> {
        let client = self.administrator(MAINTENANCE).await?;
        if !exists(&client, DATABASE_EXISTS, database).await? {
            run(&client, &format!("-- databases::create\nCREATE DATABASE {database}")).await?;
        }
        // By default every role may connect to every database: only the owner and the named role shall.
        run(
            &client,
            &format!(
                "-- databases::close\nREVOKE ALL ON DATABASE {database} FROM PUBLIC;\n\
                 GRANT CONNECT ON DATABASE {database} TO {role};"
            ),
        )
        .await?;
        Ok(())
    }
}

/// What functions may do on the shared database, by their roles in the order of [`PoolRole::ALL`]. None owns anything there, so none can
/// lift row security.
///
/// It is one transaction: nobody is without rights in between, and a right that is not named here is gone afterwards.
fn grants([app, metrics, retention, departure, breaches]: &[String; 5]) -> String {
    // Whoever leaves takes everything along: a table that is new is read without anybody's thinking of it, under row security. Shares are
    // nobody's to read, the tenant's neither.
    //
    // Whoever counts sees whose a row is, and the column that tells persons apart where one column does (`key` in the map of data).
    //
    // Entries of the audit log are added and removed by functions that keep its chain. Only retention removes; what it must
    // not read is not its own. The lock that a removal takes needs the right to change some column: it is given one that
    // nothing goes by. Shares are for metrics, which holds no key to guess a text by; what it opened the others may read.
    let all = format!("{app}, {metrics}, {retention}, {departure}, {breaches}");
    format!(
        "-- provisioning::grant\n\
         REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {all};\n\
         REVOKE ALL ON FUNCTION audit_append, audit_purge, events_prepare, events_drop_through FROM {all};\n\
         REVOKE ALL ON FUNCTION usage_begin, usage_zone, usage_set_zone FROM {all};\n\
         GRANT USAGE ON SCHEMA public TO {all};\n\
         GRANT EXECUTE ON FUNCTION audit_append TO {all};\n\
         DO $$ DECLARE name text; BEGIN FOR name IN\n\
         SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'\n\
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'query_shares'\n\
         LOOP EXECUTE format('GRANT SELECT ON %I TO {departure}', name); END LOOP; END $$;\n\
         GRANT EXECUTE ON FUNCTION usage_zone TO {departure};\n\
         DO $$ DECLARE name text; BEGIN FOR name IN\n\
         SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'\n\
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition\n\
         LOOP EXECUTE format('GRANT SELECT (tenant_id) ON %I TO {breaches}', name); END LOOP; END $$;\n\
         GRANT SELECT (actor) ON audit_log TO {breaches};\n\
         GRANT SELECT (subject) ON legal_holds TO {breaches};\n\
         GRANT SELECT, INSERT, UPDATE, DELETE ON sources, chunks, vectors, terms TO {app};\n\
         GRANT SELECT, INSERT, UPDATE, DELETE ON test_questions, test_runs, test_outcomes TO {app};\n\
         GRANT SELECT ON events, query_texts, usage_hours, usage_days, usage_subjects, usage_subject_packs, usage_months, usage_whole_months, usage_visitors TO {app};\n\
         GRANT EXECUTE ON FUNCTION usage_zone, usage_set_zone TO {app};\n\
         GRANT SELECT, INSERT, UPDATE ON search_tests TO {app};\n\
         GRANT SELECT, INSERT ON declined_synonyms TO {app};\n\
         GRANT SELECT ON audit_log, audit_chains TO {app};\n\
         GRANT SELECT (tenant_id, scope, kind, subject, over_at) ON legal_holds TO {app};\n\
         GRANT SELECT, INSERT ON events, events_aside TO {metrics};\n\
         GRANT SELECT, INSERT, UPDATE ON usage_hours, usage_days, usage_subjects, usage_months, usage_whole_months, usage_visitors TO {metrics};\n\
         GRANT SELECT, INSERT, DELETE ON usage_subject_packs TO {metrics};\n\
         GRANT EXECUTE ON FUNCTION usage_begin TO {metrics};\n\
         GRANT SELECT, INSERT, DELETE ON query_shares TO {metrics};\n\
         GRANT SELECT (tenant_id, tag, seen_at), INSERT, UPDATE (seen_at) ON query_texts TO {metrics};\n\
         GRANT SELECT (tenant_id, event_id, occurred_at), UPDATE (stored_at), DELETE ON events TO {retention};\n\
         GRANT SELECT (tenant_id, event_id, occurred_at), UPDATE (stored_at), DELETE ON events_aside TO {retention};\n\
         GRANT SELECT (tenant_id, hour), DELETE ON usage_hours TO {retention};\n\
         GRANT SELECT (tenant_id, day), DELETE ON usage_days, usage_subjects, usage_subject_packs, usage_whole_months, usage_visitors TO {retention};\n\
         GRANT EXECUTE ON FUNCTION events_prepare, events_drop_through TO {retention};\n\
         GRANT SELECT (tenant_id, tag, x, seen_at), UPDATE (stored_at), DELETE ON query_shares TO {retention};\n\
         GRANT SELECT (tenant_id, tag, seen_at), UPDATE (stored_at), DELETE ON query_texts TO {retention};\n\
         GRANT SELECT (tenant_id, declined_at), DELETE ON declined_synonyms TO {retention};\n\
         GRANT SELECT, INSERT, UPDATE (removed, complete, finished_at, held), DELETE ON purge_reports TO {retention};\n\
         GRANT SELECT, INSERT, UPDATE (ends_at, released_at, released_by), DELETE ON legal_holds TO {retention};\n\
         GRANT SELECT (tenant_id, project_id, id, created_at, status), DELETE ON test_runs TO {retention};\n\
         GRANT SELECT (tenant_id, ordinal, happened_at) ON audit_log TO {retention};\n\
         GRANT EXECUTE ON FUNCTION audit_purge TO {retention};"
    )
}

async fn run(client: &Client, sql: &str) -> Result<(), DatabaseError> {
    client.batch_execute(sql).await.map_err(|error| DatabaseError::from_driver(sql, error))
}

pub(super) async fn exists(client: &Client, sql: &str, name: &str) -> Result<bool, DatabaseError> {
    let row =
        client.query_opt(sql, &[&name]).await.map_err(|error| DatabaseError::from_driver(sql, error))?;
    Ok(row.is_some())
}

async fn execute(client: &Client, sql: &str, scope: &TenantScope) -> Result<(), TenancyError> {
    client
        .execute(sql, &[&scope.tenant().as_uuid()])
        .await
        .map_err(|error| DatabaseError::from_driver(sql, error))?;
    Ok(())
}
