//! The signature is the policy: a handler that takes [`FrontOffice`] serves candidates, one that takes
//! [`BackOffice`] serves members who hold the permission it names.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts};
use lambda_http::request::RequestContext;
use vivier_domain::permission::Right;
use vivier_tenancy::{Office, TenantScope, doors};

use super::problem::{Problem, ProblemKind};

/// A candidate of the tenant.
#[derive(Debug)]
pub struct FrontOffice(pub TenantScope);

/// A member of the tenant who holds the permission `P`.
#[derive(Debug)]
pub struct BackOffice<P: Right>(pub TenantScope, PhantomData<P>);

fn enter(parts: &Parts) -> Result<TenantScope, Problem> {
    match parts.extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            doors::http::enter(context).map_err(|_| Problem::new(ProblemKind::Unauthorized))
        }
        _ => Err(Problem::new(ProblemKind::Unauthorized)),
    }
}

impl<S: Sync> FromRequestParts<S> for FrontOffice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let scope = enter(parts)?;
        if scope.office() == Office::Front {
            Ok(Self(scope))
        } else {
            Err(Problem::new(ProblemKind::Forbidden))
        }
    }
}

impl<S: Sync, P: Right> FromRequestParts<S> for BackOffice<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let scope = enter(parts)?;
        scope.require(P::PERMISSION)?;
        Ok(Self(scope, PhantomData))
    }
}
