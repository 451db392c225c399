//! A request that API Gateway let through: its authorizer has named the tenant in the request context.

use aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use serde_json::Value;

use crate::{
    rooms::salts::Salt,
    scope::{Member, Office, TenantScope},
};

/// The key of the tenant's id in the authorizer's context.
pub const TENANT: &str = "tenant";
/// The key of the office: `front` or `back`.
pub const OFFICE: &str = "office";
/// The key of the member's subject; back office only.
pub const MEMBER: &str = "member";
/// The key of the member's permissions, separated by spaces; back office only.
pub const PERMISSIONS: &str = "permissions";

/// The key of the project that the permissions hold in: of a candidate's entrance, or of the path of a member's request.
pub const PROJECT: &str = "project";
/// The key of the publishable key's id; only for a candidate who came in by one.
pub const KEY: &str = "key";
/// The key of the session's name; only for a member who came with its cookie.
pub const SESSION: &str = "session";
/// The key of the caller's address.
pub const ADDRESS: &str = "address";
/// The key of the salt that visitors are told apart by on this day; front office only.
pub const SALT: &str = "salt";
/// The key of what the front office has published of personal data: [`vivier_domain::purpose::Grounds`] as text; none where it has published
/// nothing of it.
pub const GROUNDS: &str = "grounds";
/// The key of the web site that may read the answer: the edge writes it into `Access-Control-Allow-Origin`.
pub const ORIGIN: &str = "origin";
/// The key of the seconds to wait when the key's limit is used up: the edge answers 429.
pub const RETRY_AFTER: &str = "retry_after";

/// The request names no tenant: it did not come through the authorizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request context names no tenant")]
pub struct Closed;

/// Mints the scope the authorizer decided on. Anything missing or malformed keeps the door closed.
pub fn enter(context: &ApiGatewayProxyRequestContext) -> Result<TenantScope, Closed> {
    let field = |name: &str| context.authorizer.fields.get(name).and_then(Value::as_str);
    let tenant = field(TENANT).and_then(|text| text.parse().ok()).ok_or(Closed)?;
    // What is there must be right; what is not there narrows.
    let project = field(PROJECT).map(|text| text.parse().map_err(|_| Closed)).transpose()?;
    let key = field(KEY).map(|text| text.parse().map_err(|_| Closed)).transpose()?;
    let address = field(ADDRESS).map(|text| text.parse().map_err(|_| Closed)).transpose()?;
    match field(OFFICE) {
        Some("front") => {
            let salt = field(SALT).map(|text| Salt::decode(text).ok_or(Closed)).transpose()?;
            let agent = context.identity.user_agent.as_deref().unwrap_or_default();
            let visitor = salt.zip(address).map(|(salt, address)| salt.visitor(tenant, address, agent));
            let grounds = field(GROUNDS).map(|text| text.parse().map_err(|_| Closed)).transpose()?;
            Ok(TenantScope {
                tenant,
                office: Office::Front,
                member: None,
                project,
                key,
                address,
                visitor,
                grounds,
            })
        }
        Some("back") => {
            let subject = field(MEMBER).filter(|subject| !subject.is_empty()).ok_or(Closed)?.to_owned();
            // A permission this version does not know is one it must not grant.
            let permissions = field(PERMISSIONS)
                .unwrap_or_default()
                .split(' ')
                .filter_map(|name| name.parse().ok())
                .collect();
            let session = field(SESSION).map(str::to_owned);
            let member = Some(Member { subject, permissions, session });
            Ok(TenantScope {
                tenant,
                office: Office::Back,
                member,
                project,
                key: None,
                address,
                visitor: None,
                grounds: None,
            })
        }
        _ => Err(Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vivier_domain::{ids::TenantId, permission::Permission};

    fn context(authorizer: &Value) -> ApiGatewayProxyRequestContext {
        serde_json::from_value(json!({"httpMethod": "GET", "identity": {}, "authorizer": authorizer}))
            .unwrap()
    }

    #[test]
    fn a_candidate_has_a_tenant_and_no_permissions() {
        let tenant = TenantId::generate();
        let scope = enter(&context(&json!({"tenant": tenant, "office": "front"}))).unwrap();
        assert_eq!((scope.tenant(), scope.office()), (tenant, Office::Front));
        assert!(scope.require(Permission::OffersRead).is_err());
    }

    #[test]
    fn a_member_holds_what_the_authorizer_said_and_nothing_unknown() {
        let context = context(&json!({
            "tenant": TenantId::generate(), "office": "back", "member": "sub-1",
            "permissions": "offers.read everything.write"
        }));
        let scope = enter(&context).unwrap();
        assert!(scope.require(Permission::OffersRead).is_ok());
        assert!(scope.require(Permission::OffersWrite).is_err());
    }

    #[test]
    fn anything_missing_keeps_the_door_closed() {
        let tenant = TenantId::generate();
        for authorizer in [
            json!({}),
            json!({"office": "front"}),
            json!({"tenant": tenant}),
            json!({"tenant": tenant, "office": "side"}),
            json!({"tenant": "all", "office": "front"}),
            json!({"tenant": tenant, "office": "back"}),
            json!({"tenant": tenant, "office": "back", "member": ""}),
            json!({"tenant": tenant, "office": "front", "project": "all"}),
            json!({"tenant": tenant, "office": "front", "key": "vpk_x"}),
            json!({"tenant": tenant, "office": "front", "address": "nowhere"}),
            json!({"tenant": tenant, "office": "front", "salt": "too short"}),
        ] {
            assert_eq!(enter(&context(&authorizer)).unwrap_err(), Closed, "{authorizer}");
        }
    }
}
