//! The names of a tenant's resources, all derived from the stage and the tenant's id: nothing to look up, nothing to
//! mistype, and a policy can name them before they exist.

use vivier_domain::ids::{SecretId, TenantId};

/// The offices that the gateway counts apart: a flood of candidates, or of who pretends to be some, shuts no member out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageOffice {
    /// Candidates.
    Front,
    /// Members.
    Back,
}

impl UsageOffice {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Front, Self::Back];
}

/// The logins of functions on the shared database. Row security holds for each of them; none owns anything there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PoolRole {
    /// Of every function but two: adds entries to the audit log, and removes neither them nor events.
    #[default]
    App,
    /// Of the function `metrics`: counts events, and alone reads and writes shares of what candidates search for. Those who reach
    /// the key that shares are made by enter as [`Self::App`], and never see one.
    Metrics,
    /// Of the function `retention`: removes what is past its days, and reads nothing that somebody wrote.
    Retention,
    /// Of the function `departure`: reads whatever one tenant has, and writes nothing.
    Departure,
    /// Of the function `breaches`: counts whatever one tenant has, and reads no more of it than by what persons are told apart.
    Breaches,
}

impl PoolRole {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::App, Self::Metrics, Self::Retention, Self::Departure, Self::Breaches];

    /// The word for it in `DATABASE_ROLE`, and at the end of its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Metrics => "metrics",
            Self::Retention => "retention",
            Self::Departure => "departure",
            Self::Breaches => "breaches",
        }
    }
}

/// Derives names for one deployment.
#[derive(Debug, Clone)]
pub struct Names {
    stage: String,
}

impl Names {
    /// Names for a stage: `demo`, `test`, `prod` …
    pub fn new(stage: impl Into<String>) -> Self {
        Self { stage: stage.into() }
    }

    /// The deployment.
    pub fn stage(&self) -> &str {
        &self.stage
    }

    /// A function as Lambda calls it.
    pub fn function(&self, name: &str) -> String {
        format!("vivier-{}-{name}", self.stage)
    }

    /// The tenant's bucket.
    pub fn bucket(&self, tenant: TenantId) -> String {
        format!("vivier-{}-{}", self.stage, tenant.simple())
    }

    /// The tenant whose bucket this is; `None` for any other bucket.
    pub fn tenant_of_bucket(&self, bucket: &str) -> Option<TenantId> {
        let digits = bucket.strip_prefix("vivier-")?.strip_prefix(&self.stage)?.strip_prefix('-')?;
        // Only the simple form is a bucket of ours: a dashed UUID would be another name for the same tenant.
        (digits.len() == 32).then(|| digits.parse().ok())?
    }

    /// The tenant's conversations table.
    pub fn conversations_table(&self, tenant: TenantId) -> String {
        format!("vivier-{}-conversations-{}", self.stage, tenant.simple())
    }

    /// The name of the key that the tenant's bucket and table are encrypted with.
    pub fn key_alias(&self, tenant: TenantId) -> String {
        format!("alias/vivier-{}-{}", self.stage, tenant.simple())
    }

    /// The tenant's own database; its login role bears the same name.
    pub fn database(&self, tenant: TenantId) -> String {
        format!("vivier_{}_{}", self.stage, tenant.simple())
    }

    /// The tenant's usage plan.
    pub fn usage_plan(&self, tenant: TenantId) -> String {
        format!("vivier-{}-{}", self.stage, tenant.simple())
    }

    /// The API key by which the gateway counts an office's requests. Its name is its value as well: a gateway that takes
    /// keys from its authorizer alone has no secret in them, and the authorizer can say the value without looking it up.
    pub fn usage_key(&self, tenant: TenantId, office: UsageOffice) -> String {
        let office = match office {
            UsageOffice::Front => "front",
            UsageOffice::Back => "back",
        };
        format!("{}-{office}", self.usage_plan(tenant))
    }

    /// The shared database.
    pub fn pool_database(&self) -> String {
        format!("vivier_{}_pool", self.stage)
    }

    /// The name of a login of functions on the shared database.
    pub fn pool_role(&self, role: PoolRole) -> String {
        format!("vivier_{}_{}", self.stage, role.as_str())
    }

    /// The secret that holds a database role's password.
    pub fn database_secret(&self, role: &str) -> String {
        format!("vivier/{}/database/{role}", self.stage)
    }

    /// What the names of the tenant's secrets of its feeds begin with.
    pub fn feed_secrets(&self, tenant: TenantId) -> String {
        format!("vivier/{}/feeds/{}/", self.stage, tenant.simple())
    }

    /// A secret by which one of the tenant's feeds is opened.
    pub fn feed_secret(&self, tenant: TenantId, id: SecretId) -> String {
        format!("{}{}", self.feed_secrets(tenant), id.simple())
    }

    /// The secret that says who reads the tenant's CVs in our place.
    pub fn parser_secret(&self, tenant: TenantId) -> String {
        format!("vivier/{}/resume-parser/{}", self.stage, tenant.simple())
    }

    /// The secret with the keys by which the tenant's persons are known after their erasure, and receipts are signed.
    pub fn privacy_secret(&self, tenant: TenantId) -> String {
        format!("vivier/{}/privacy/{}", self.stage, tenant.simple())
    }

    /// The secret with the key by which certificates of destruction are signed: of the deployment, since it outlives every tenant.
    pub fn certificates_secret(&self) -> String {
        format!("vivier/{}/certificates/key", self.stage)
    }

    /// The name, in its secret, of the administrator of the database server.
    pub const ADMINISTRATOR: &'static str = "admin";

    /// The administrator's login role.
    pub const ADMINISTRATOR_ROLE: &'static str = "vivier_admin";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_names_its_tenant_and_only_its_tenant() {
        let names = Names::new("test");
        let tenant = TenantId::generate();
        let bucket = names.bucket(tenant);
        assert!(bucket.len() <= 63, "S3 allows 63 characters");
        assert_eq!(names.tenant_of_bucket(&bucket), Some(tenant));
        assert_eq!(Names::new("prod").tenant_of_bucket(&bucket), None);
        assert_eq!(names.tenant_of_bucket(&format!("vivier-test-{tenant}")), None);
        assert_eq!(names.tenant_of_bucket("vivier-test-artifacts"), None);
    }
}
