//! How long the tenant keeps what, and what the next purge would remove.

use std::{collections::BTreeMap, time::Duration};

use axum::{Json, extract::State};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vivier_domain::{permission::needs, retention::DataKind};
use vivier_runtime::http::{
    ApiJson, ApiQuery, BackOffice, Deadline, Problem, ProblemKind,
    refusals::{Changing, Listing, Reading},
};

use crate::{
    App, configure,
    policies::{self, Policies, Preview},
};

/// A preview of a later moment than this is none.
const FARTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// What is counted is answered so long before the time is over.
const SPARE: Duration = Duration::from_secs(5);

/// How long the tenant keeps each kind of data, how long it may, and whether all of the kind is held.
#[utoipa::path(
    get,
    path = "/v1/retention/policies",
    operation_id = "retention_policies_list",
    tag = "retention",
    responses((status = 200, description = "Each kind of data", body = Policies), Reading),
)]
pub(crate) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::RetentionRead>,
) -> Result<Json<Policies>, Problem> {
    Ok(Json(policies::list(&app, &office.0).await?))
}

/// Other days for some kinds of data.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyDays {
    /// Days by kind, each from the least to the most that the list of policies names; what is not named stays.
    #[schema(value_type = BTreeMap<String, u16>, example = json!({"conversations": 30}))]
    days: BTreeMap<DataKind, u16>,
}

/// Chooses how many days some kinds of data are kept. It holds at once, for data already there too: what is older is answered by nothing any more, and
/// the next purge removes it.
#[utoipa::path(
    patch,
    path = "/v1/retention/policies",
    operation_id = "retention_policies_change",
    tag = "retention",
    request_body = PolicyDays,
    responses((status = 200, description = "Each kind of data", body = Policies), Changing),
)]
pub(crate) async fn change(
    State(app): State<App>,
    office: BackOffice<needs::RetentionWrite>,
    ApiJson(body): ApiJson<PolicyDays>,
) -> Result<Json<Policies>, Problem> {
    let scope = &office.0;
    let member = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
    if body.days.is_empty() {
        return Err(Problem::new(ProblemKind::InvalidBody).field("days", "missing"));
    }
    configure::choose(&app, scope, member.subject(), &body.days).await?;
    Ok(Json(policies::list(&app, scope).await?))
}

/// Of which purge a preview is.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewQuery {
    /// The moment of the purge, within a year from now; that of the next one when it is missing.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<String>,
}

/// What the next purge would remove, by kind. Nothing is changed, and no report is written.
#[utoipa::path(
    get,
    path = "/v1/retention/preview",
    operation_id = "retention_preview",
    tag = "retention",
    params(PreviewQuery),
    responses((status = 200, description = "Numbers by kind", body = Preview), Listing),
)]
pub(crate) async fn preview(
    State(app): State<App>,
    office: BackOffice<needs::RetentionRead>,
    deadline: Deadline,
    ApiQuery(query): ApiQuery<PreviewQuery>,
) -> Result<Json<Preview>, Problem> {
    let wrong = |code: &str| Problem::new(ProblemKind::InvalidQuery).field("as_of", code);
    let now = app.clock.now();
    let as_of: Option<Timestamp> =
        query.as_of.as_deref().map(str::parse).transpose().map_err(|_| wrong("invalid-date"))?;
    let as_of = as_of.unwrap_or_else(|| policies::next_purge(now));
    if as_of < now - SignedDuration::from_hours(24) || as_of > now + FARTHEST {
        return Err(wrong("out-of-range"));
    }
    Ok(Json(policies::preview(&app, &office.0, as_of, deadline.less(SPARE)).await?))
}
