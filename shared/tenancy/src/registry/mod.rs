//! The registry of tenants: who they are, and which keys, host names and members lead to them.
//!
//! Items of one tenant share its partition (`pk = tenant#…`). What leads to a tenant (a key's hash, a host name, a
//! member's subject) is its `door` attribute, found by a global index. That index is eventually consistent, so it only
//! finds the item: whether it still opens is read again from the item and the tenant themselves.

use std::{collections::HashMap, fmt::Write};

use aws_sdk_dynamodb::{
    Client,
    operation::put_item::PutItemError,
    types::{AttributeValue, Delete, KeysAndAttributes, TransactWriteItem},
};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use vivier_domain::{
    ids::TenantId,
    permission::Role,
    tenant::{Slug, TenantKind, TenantStatus},
};

mod item;

use self::item::{Item, partition, s, string};
use crate::{
    scope::{PlatformScope, TenantScope},
    tenancy::TenancyError,
};

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
        let digest = Sha256::digest(text.as_bytes());
        let mut hash = String::with_capacity(64);
        for byte in digest {
            // Writing into a String cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Self::Key(hash)
    }

    fn attribute(&self) -> String {
        match self {
            Self::Key(hash) => format!("key#{hash}"),
            Self::Host(host) => format!("host#{host}"),
            Self::Member(subject) => format!("member#{subject}"),
        }
    }
}

/// A tenant that a door leads to, and who came.
#[derive(Debug, Clone)]
pub struct Found {
    /// The tenant; it is active.
    pub tenant: TenantId,
    /// The roles, when a member came.
    pub roles: Vec<Role>,
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

    /// Whose door this is, whether it opens or not. The index may lag a moment behind.
    pub async fn holder(&self, door: &Door) -> Result<Option<TenantId>, TenancyError> {
        let Some(item) = self.locate(door).await? else { return Ok(None) };
        let pk = string(&item, "pk")?;
        let id = pk.strip_prefix("tenant#").and_then(|id| id.parse().ok());
        id.map(Some).ok_or(TenancyError::Corrupt("registry item"))
    }

    async fn locate(&self, door: &Door) -> Result<Option<Item>, TenancyError> {
        let located = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_door")
            .key_condition_expression("door = :door")
            .expression_attribute_values(":door", s(door.attribute()))
            .limit(1)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        Ok(located.items.unwrap_or_default().into_iter().next())
    }

    /// The tenant a door leads to, if the door still opens and the tenant is active. Everything else is `None`.
    pub async fn find(&self, door: &Door) -> Result<Option<Found>, TenancyError> {
        let Some(item) = self.locate(door).await? else { return Ok(None) };
        let (pk, sk) = (string(&item, "pk")?, string(&item, "sk")?);

        let key = |sk: &str| HashMap::from([("pk".to_owned(), s(pk.clone())), ("sk".to_owned(), s(sk))]);
        let keys = KeysAndAttributes::builder()
            .keys(key("tenant"))
            .keys(key(&sk))
            .consistent_read(true)
            .build()
            .map_err(TenancyError::cloud("dynamodb"))?;
        let read = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys)
            .send()
            .await
            .map_err(TenancyError::cloud("dynamodb"))?;
        // A throttled table hands keys back unread: that is no "no".
        if read.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
            return Err(TenancyError::Conflict("registry"));
        }
        let items = read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
        let (mut tenant, mut opening) = (None, None);
        for item in items {
            if string(&item, "sk")? == "tenant" { tenant = Some(item) } else { opening = Some(item) }
        }
        let (Some(tenant), Some(opening)) = (tenant, opening) else { return Ok(None) };
        let tenant = item::read(&tenant)?;
        let opens = string(&opening, "door")? == door.attribute() && string(&opening, "state")? == "active";
        if !opens || tenant.status != TenantStatus::Active {
            return Ok(None);
        }
        let roles = match opening.get("roles") {
            Some(AttributeValue::L(list)) => {
                list.iter().filter_map(|role| role.as_s().ok()?.parse().ok()).collect()
            }
            _ => Vec::new(),
        };
        Ok(Some(Found { tenant: tenant.id, roles }))
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
        match claim {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception) =>
            {
                if let Some(tenant) = self.fetch(platform, slug).await? {
                    return Ok(tenant);
                }
            }
            Err(error) => return Err(TenancyError::cloud("dynamodb")(error)),
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
        match entered {
            Ok(_) => Ok(tenant),
            // Another create was quicker, and may be further than `creating` by now.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                self.fetch(platform, slug).await?.ok_or(TenancyError::Conflict("tenant"))
            }
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
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
        match outcome {
            Ok(_) => Ok(Tenant { status: to, ..tenant.clone() }),
            Err(error)
                if error.as_service_error().is_some_and(aws_sdk_dynamodb::operation::update_item::UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Err(TenancyError::Conflict("tenant"))
            }
            Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
        }
    }

    /// Hangs a door: from now on it leads to the tenant. Hanging it again changes its roles.
    pub async fn hang(
        &self,
        scope: &TenantScope,
        name: &str,
        door: &Door,
        roles: &[Role],
    ) -> Result<(), TenancyError> {
        let roles = roles.iter().map(|role| s(role.as_str())).collect();
        self.put(Item::from([
            ("pk".to_owned(), partition(scope.tenant())),
            ("sk".to_owned(), s(format!("door#{name}"))),
            ("door".to_owned(), s(door.attribute())),
            ("state".to_owned(), s("active")),
            ("roles".to_owned(), AttributeValue::L(roles)),
        ]))
        .await
    }

    /// The names of the tenant's doors.
    pub async fn doors(&self, scope: &TenantScope) -> Result<Vec<String>, TenancyError> {
        let mut names = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :door)")
                .expression_attribute_values(":pk", partition(scope.tenant()))
                .expression_attribute_values(":door", s("door#"))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TenancyError::cloud("dynamodb"))?;
            for item in page.items.unwrap_or_default() {
                names.extend(string(&item, "sk")?.strip_prefix("door#").map(str::to_owned));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(names);
            }
        }
    }

    /// Takes a door away: whoever comes by it is refused. Taking it away twice is fine.
    pub async fn unhang(&self, scope: &TenantScope, name: &str) -> Result<(), TenancyError> {
        self.delete(partition(scope.tenant()), s(format!("door#{name}"))).await
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
