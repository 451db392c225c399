//! The registry of tenants: who they are, and which keys, host names and members lead to them.
//!
//! Items of one tenant share its partition (`pk = tenant#…`). What leads to a tenant (a key's hash, a host name, a
//! member's subject) is its `door` attribute, found by a global index. That index is eventually consistent, so it only
//! finds the item: whether it still opens is read again from the item and the tenant themselves.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Delete, TransactWriteItem},
};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use vivier_domain::{
    entrance::Entrance,
    ids::TenantId,
    tenant::{Slug, TenantKind, TenantStatus},
};

mod doors;
mod item;
mod own;

pub use self::doors::{Hung, new_key};

use self::item::{Item, partition, s, string};
use crate::{condition::unless_refused, hex, scope::PlatformScope, tenancy::TenancyError};

/// A tenant as the registry lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its short name.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Production or test.
    pub kind: TenantKind,
    /// For a test environment, its production tenant.
    pub production: Option<TenantId>,
    /// Where it stands.
    pub status: TenantStatus,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// What leads to a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Door {
    /// A publishable key, by the hash of its text.
    Key(String),
    /// A host name.
    Host(String),
    /// A member, by the user pool's subject.
    Member(String),
}

impl Door {
    /// The door of a publishable key. Only the hash is ever stored or looked up.
    pub fn key(text: &str) -> Self {
        Self::Key(hex::encode(&Sha256::digest(text.as_bytes())))
    }

    fn attribute(&self) -> String {
        match self {
            Self::Key(hash) => format!("key#{hash}"),
            Self::Host(host) => format!("host#{host}"),
            Self::Member(subject) => format!("member#{subject}"),
        }
    }
}

/// A tenant that a door leads to. Only [`Registry::find`] makes one, so it is proof that a door opened.
#[derive(Debug, Clone)]
pub struct Found {
    pub(crate) tenant: TenantId,
    /// Where in the tenant the door leads, when it is one of the front office.
    pub entrance: Option<Entrance>,
    /// Whether the tenant is leaving: a member may take its data along, and do nothing else.
    pub leaving: bool,
}

impl Found {
    /// The tenant; it is active, or leaving.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// The registry. It knows tenants' names and doors, and none of their data.
#[derive(Debug, Clone)]
pub struct Registry {
    client: Client,
    table: String,
}

impl Registry {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The tenant with this short name.
    pub async fn fetch(&self, _: &PlatformScope, slug: &Slug) -> Result<Option<Tenant>, TenancyError> {
        let Some(claim) = self.get(s(format!("slug#{}", slug.as_str())), "slug").await? else {
            return Ok(None);
        };
        let id: TenantId =
            string(&claim, "tenant_id")?.parse().map_err(|_| TenancyError::Corrupt("registry item"))?;
        self.get(partition(id), "tenant").await?.as_ref().map(item::read).transpose()
    }

    /// Every tenant, whatever its status, in the order of their ids.
    pub async fn list(&self, _: &PlatformScope) -> Result<Vec<Tenant>, TenancyError> {
        let mut tenants = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .filter_expression("sk = :tenant")
                .expression_attribute_values(":tenant", s("tenant"))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                tenants.push(item::read(&item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                tenants.sort_by_key(|tenant: &Tenant| tenant.id);
                return Ok(tenants);
            }
        }
    }

    /// Registers a tenant as `creating`. Its short name is claimed first, so two creates of one name make one tenant;
    /// a create that stopped after the claim is taken up with the id that was claimed.
    pub async fn register(
        &self,
        platform: &PlatformScope,
        slug: &Slug,
        name: &str,
        kind: TenantKind,
        production: Option<TenantId>,
        now: Timestamp,
    ) -> Result<Tenant, TenancyError> {
        let claim = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(format!("slug#{}", slug.as_str())))
            .item("sk", s("slug"))
            .item("tenant_id", s(TenantId::generate().to_string()))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        if unless_refused(claim)?.is_none()
            && let Some(tenant) = self.fetch(platform, slug).await?
        {
            return Ok(tenant);
        }
        let claim = self
            .get(s(format!("slug#{}", slug.as_str())), "slug")
            .await?
            .ok_or(TenancyError::Conflict("tenant"))?;
        let id: TenantId =
            string(&claim, "tenant_id")?.parse().map_err(|_| TenancyError::Corrupt("registry item"))?;
        let tenant = Tenant {
            id,
            slug: slug.clone(),
            name: name.to_owned(),
            kind,
            production,
            status: TenantStatus::Creating,
            created_at: now,
        };
        let entered = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item::write(&tenant)))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        if unless_refused(entered)?.is_some() {
            return Ok(tenant);
        }
        // Another create was quicker, and may be further than `creating` by now.
        self.fetch(platform, slug).await?.ok_or(TenancyError::Conflict("tenant"))
    }

    /// Moves a tenant from one status to the next; `Conflict` when it stands elsewhere.
    pub async fn advance(
        &self,
        _: &PlatformScope,
        tenant: &Tenant,
        to: TenantStatus,
    ) -> Result<Tenant, TenancyError> {
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", partition(tenant.id))
            .key("sk", s("tenant"))
            .update_expression("SET #status = :to")
            .condition_expression("#status = :from")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":from", s(item::name_of(tenant.status)))
            .expression_attribute_values(":to", s(item::name_of(to)))
            .send()
            .await;
        unless_refused(outcome)?.ok_or(TenancyError::Conflict("tenant"))?;
        Ok(Tenant { status: to, ..tenant.clone() })
    }

    /// Forgets a tenant: its doors, then its entry and its claim on the short name, those two together. An entry that
    /// went first would leave a claim from which the next create would bring the same id back.
    pub async fn forget(&self, platform: &PlatformScope, tenant: &Tenant) -> Result<(), TenancyError> {
        let scope = platform.lend(tenant);
        for name in self.doors(&scope).await? {
            self.unhang(&scope, &name).await?;
        }
        let slug = s(format!("slug#{}", tenant.slug.as_str()));
        let mut actions = Vec::with_capacity(2);
        for (pk, sk) in [(partition(tenant.id), "tenant"), (slug, "slug")] {
            let delete = Delete::builder()
                .table_name(&self.table)
                .key("pk", pk)
                .key("sk", s(sk))
                .build()
                .map_err(TenancyError::cloud("dynamodb"))?;
            actions.push(TransactWriteItem::builder().delete(delete).build());
        }
        self.client
            .transact_write_items()
            .set_transact_items(Some(actions))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    async fn get(&self, pk: AttributeValue, sk: &str) -> Result<Option<Item>, TenancyError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", s(sk))
            .consistent_read(true)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(found.item)
    }

    async fn put(&self, item: Item) -> Result<(), TenancyError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }

    async fn delete(&self, pk: AttributeValue, sk: AttributeValue) -> Result<(), TenancyError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(())
    }
}
