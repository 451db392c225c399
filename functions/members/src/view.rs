//! What the API says of members and roles, and what it is told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Type},
};
use uuid::Uuid;
use vivier_domain::{
    ids::ProjectId,
    member::{GrantScope, Language, Member, MemberState},
    people::was_mailed,
    permission::Permission,
    redacted::Redacted,
    role::{Role, RoleId, Roles},
    settings::tenant::{is_address, is_printable},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::rooms::people::{Account, Factor};

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// The member's id.
    pub id: Uuid,
    /// The e-mail address, which is the user name too; null while the account is being removed.
    #[schema(value_type = Option<String>)]
    pub email: Option<Redacted>,
    /// `invited`, `active` or `suspended`.
    pub state: MemberStateView,
    /// What mails are written in.
    pub language: LanguageView,
    /// The role in each place: `*` is the whole tenant, everything else a project's id.
    #[schema(value_type = BTreeMap<String, String>)]
    pub grants: BTreeMap<GrantScope, RoleId>,
    /// When the member was first invited.
    pub created_at: Timestamp,
    /// When the last invitation was mailed; null where none was yet.
    pub invited_at: Option<Timestamp>,
    /// The second factors that the member has set up.
    pub mfa: Vec<FactorView>,
}

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberStateView {
    /// Has not logged in yet.
    Invited,
    /// Has chosen a password.
    Active,
    /// Cannot come in.
    Suspended,
}

/// The language of a member's mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LanguageView {
    /// French.
    Fr,
    /// English.
    En,
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactorView {
    /// An authenticator app.
    Totp,
    /// A message to a phone.
    Sms,
}

impl MemberView {
    /// A member as the whole tenant sees it; in a project, only the role there is shown.
    pub fn of(id: Uuid, member: Member, account: Option<&Account>, project: Option<ProjectId>) -> Self {
        let invited_at = was_mailed(&member).then_some(member.invited_at);
        let mut grants = member.grants;
        if let Some(project) = project {
            grants.retain(|at, _| *at == GrantScope::Project(project));
        }
        let factors = account.map(Account::factors).unwrap_or_default();
        Self {
            id,
            email: account.map(|account| account.address().clone()),
            state: match member.state {
                MemberState::Invited => MemberStateView::Invited,
                MemberState::Active => MemberStateView::Active,
                MemberState::Suspended => MemberStateView::Suspended,
            },
            language: match member.language {
                Language::Fr => LanguageView::Fr,
                Language::En => LanguageView::En,
            },
            grants,
            created_at: member.created_at,
            invited_at,
            mfa: factors
                .iter()
                .map(|factor| match factor {
                    Factor::Totp => FactorView::Totp,
                    Factor::Sms => FactorView::Sms,
                })
                .collect(),
        }
    }
}

/// A page of members, in the order of their ids.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberPage {
    /// The members.
    pub members: Vec<MemberView>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    /// The e-mail address.
    #[schema(value_type = String, max_length = 254,
        pattern = "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9][A-Za-z0-9-]*(\\.[A-Za-z0-9][A-Za-z0-9-]*)+$")]
    email: Redacted,
    /// What mails are written in; the tenant's choice when it is missing.
    language: Option<LanguageView>,
    /// The role that is granted.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9-]{1,39}$")]
    role: RoleId,
}

impl InvitationRequest {
    /// The address, the language and the role, or what is wrong with them.
    pub fn check(self) -> Result<(Redacted, Option<Language>, RoleId), Problem> {
        if !is_address(self.email.expose()) {
            return Err(Problem::new(ProblemKind::InvalidBody).field("email", "invalid"));
        }
        let language = self.language.map(|language| match language {
            LanguageView::Fr => Language::Fr,
            LanguageView::En => Language::En,
        });
        Ok((self.email, language, self.role))
    }
}

/// A role to grant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// The role's id.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9-]{1,39}$")]
    pub role: RoleId,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleView {
    /// What grants refer to.
    #[schema(value_type = String)]
    pub id: RoleId,
    /// The name for people.
    pub name: String,
    /// What its holder may do.
    #[schema(schema_with = permissions_schema)]
    pub permissions: BTreeSet<Permission>,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        Self { id: role.id, name: role.name, permissions: role.permissions }
    }
}

/// The tenant's roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct RolesView {
    /// Each with an id of its own.
    pub roles: Vec<RoleView>,
    /// Every permission there is, to make roles of.
    #[schema(schema_with = permissions_schema)]
    pub permissions: &'static [Permission],
}

impl From<Roles> for RolesView {
    fn from(roles: Roles) -> Self {
        Self { roles: roles.roles.into_iter().map(RoleView::from).collect(), permissions: Permission::ALL }
    }
}

/// What a role is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRequest {
    /// The name for people, 1 to 80 characters, without a blank at either end.
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = "^[^\\s\\x00-\\x1f\\x7f-\\x9f]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f])?$"
    )]
    name: String,
    /// What its holder may do.
    #[schema(schema_with = permissions_schema)]
    permissions: BTreeSet<Permission>,
}

impl RoleRequest {
    /// The role of this id, or what is wrong with it.
    pub fn check(self, id: RoleId) -> Result<Role, Problem> {
        if is_printable(&self.name, 80) {
            Ok(Role { id, name: self.name, permissions: self.permissions })
        } else {
            Err(Problem::new(ProblemKind::InvalidBody).field("name", "invalid"))
        }
    }
}

fn permissions_schema() -> impl Into<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
    let names = Permission::ALL.iter().map(|permission| permission.as_str());
    let one = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    utoipa::openapi::schema::Schema::Array(ArrayBuilder::new().items(one).build())
}

#[cfg(test)]
mod tests;
