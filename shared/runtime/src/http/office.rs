//! The signature is the policy: a handler that takes [`FrontOffice`] serves candidates for the purpose it names, and only where their front
//! office has published a legal basis for it, one that takes [`BackOffice`]
//! serves members who hold the permission it names in the whole tenant, one that takes [`InProject`] those who hold it
//! in the project that the path names, and one that takes [`Myself`] every member, about nobody but that member.

use std::marker::PhantomData;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{Extensions, request::Parts},
};
use lambda_http::request::RequestContext;
use vivier_domain::{
    ids::ProjectId,
    permission::Right,
    purpose::{NotAgreed, Serves},
};
use vivier_tenancy::{Office, TenantScope, doors};

use super::{
    audit, idempotency,
    problem::{Problem, ProblemKind},
};

/// A candidate of the tenant, for a purpose `P` that the front office has published a legal basis for.
#[derive(Debug)]
pub struct FrontOffice<P: Serves>(pub TenantScope, pub PhantomData<P>);

/// A member of the tenant who holds the permission `P`.
#[derive(Debug)]
pub struct BackOffice<P: Right>(pub TenantScope, PhantomData<P>);

/// A member who holds the permission `P` in the project that the path names as `{project}`.
#[derive(Debug)]
pub struct InProject<P: Right>(pub TenantScope, pub ProjectId, PhantomData<P>);

/// A member of the tenant, whatever was granted: for what concerns that member alone.
#[derive(Debug)]
pub struct Myself(pub TenantScope);

/// The name of the path's segment that names a project.
const PROJECT: &str = "project";

/// The scope that the authorizer decided on.
pub(super) fn enter(extensions: &Extensions) -> Result<TenantScope, Problem> {
    match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            doors::http::enter(context).map_err(|_| Problem::new(ProblemKind::Unauthorized))
        }
        _ => Err(Problem::new(ProblemKind::Unauthorized)),
    }
}

impl<S: Sync, P: Serves> FromRequestParts<S> for FrontOffice<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let scope = enter(&parts.extensions)?;
        if scope.office() != Office::Front {
            return Err(Problem::new(ProblemKind::Forbidden));
        }
        if let Some(purpose) = P::PURPOSE {
            let none = || Problem::new(ProblemKind::FrontOfficeNotPublished);
            if !scope.grounds().ok_or_else(none)?.opens(purpose) {
                return Err(Problem::new(ProblemKind::PurposeOff).field("purpose", purpose.as_str()));
            }
        }
        Ok(Self(scope, PhantomData))
    }
}

impl<P: Serves> FrontOffice<P> {
    /// The version of the texts that the candidate agreed to, to be written down with what is stored; `None` where the purpose does not rest
    /// on consent.
    ///
    /// # Errors
    /// When it rests on consent and `given` is not the version that holds: the candidate has agreed to nothing, or to something else.
    pub fn agreed(&self, given: Option<u32>) -> Result<Option<u32>, Problem> {
        let Some((grounds, purpose)) = self.0.grounds().zip(P::PURPOSE) else { return Ok(None) };
        grounds.agreed(purpose, given).map_err(|not| {
            let code = match not {
                NotAgreed::Missing => "missing",
                NotAgreed::Outdated => "outdated",
            };
            Problem::new(ProblemKind::InvalidBody)
                .field("consent_version", code)
                .current_version(grounds.version())
        })
    }
}

impl<S: Send + Sync, P: Right> FromRequestParts<S> for BackOffice<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let scope = enter(&parts.extensions)?;
        let verdict = scope.require(P::PERMISSION).map(|_| ()).map_err(Problem::from);
        audit::admit(parts, state, Some(P::PERMISSION), verdict).await?;
        idempotency::note(parts, P::PERMISSION);
        Ok(Self(scope, PhantomData))
    }
}

impl<S: Send + Sync, P: Right> FromRequestParts<S> for InProject<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let scope = enter(&parts.extensions)?;
        let named = RawPathParams::from_request_parts(parts, state)
            .await
            .ok()
            .and_then(|params| params.iter().find(|(name, _)| *name == PROJECT)?.1.parse::<ProjectId>().ok());
        // The permissions hold in the project the authorizer read from the path; here it is read once more.
        let project = named.filter(|named| scope.project() == Some(*named));
        let verdict = scope
            .require(P::PERMISSION)
            .map_err(Problem::from)
            .and_then(|_| project.ok_or_else(|| Problem::new(ProblemKind::NotFound)));
        audit::admit(parts, state, Some(P::PERMISSION), verdict.clone().map(|_| ())).await?;
        idempotency::note(parts, P::PERMISSION);
        verdict.map(|project| Self(scope, project, PhantomData))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Myself {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let scope = enter(&parts.extensions)?;
        let verdict = scope.member().map(|_| ()).ok_or_else(|| Problem::new(ProblemKind::Forbidden));
        audit::admit(parts, state, None, verdict).await?;
        Ok(Self(scope))
    }
}
