//! Whom the operator has process data, for every member of every tenant.

use axum::{Json, extract::State};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use vivier_data_map::{
    sub_processors,
    sub_processors::{NOTICE_DAYS, SubProcessor},
};
use vivier_runtime::http::{Myself, Problem, refusals::Reading};

use crate::App;

/// The list of sub-processors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubProcessorList {
    /// Days between the announcement of an entry and its effect, at least.
    notice_days: i32,
    /// The entries.
    sub_processors: Vec<SubProcessorView>,
}

/// A sub-processor's service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubProcessorView {
    /// The entry.
    id: &'static str,
    /// Who.
    name: &'static str,
    /// With which services.
    service: &'static str,
    /// What for.
    purpose: SubProcessorPurpose,
    /// Where: regions of AWS in the European Union.
    regions: Vec<&'static str>,
    /// When it was first used.
    #[schema(value_type = String, format = Date)]
    since: Date,
    /// When clients were told of the entry as it stands.
    #[schema(value_type = String, format = Date)]
    announced_on: Date,
    /// From when the entry as it stands holds.
    #[schema(value_type = String, format = Date)]
    effective_on: Date,
    /// Whether it holds today; until it does, a client may object.
    effective: bool,
}

/// What a sub-processor is for, in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubProcessorPurpose {
    /// English.
    en: &'static str,
    /// French.
    fr: &'static str,
}

impl SubProcessorView {
    fn of(entry: &'static SubProcessor, today: Date) -> Self {
        let SubProcessor { id, name, service, purpose, regions, .. } = entry;
        Self {
            id,
            name,
            service,
            purpose: SubProcessorPurpose { en: &purpose.en, fr: &purpose.fr },
            regions: regions.iter().map(String::as_str).collect(),
            since: entry.since,
            announced_on: entry.announced_on,
            effective_on: entry.effective_on,
            effective: entry.effective_on <= today,
        }
    }
}

/// Whom the operator has process data for its clients (Art. 28 GDPR), with changes that were announced.
#[utoipa::path(
    get,
    path = "/v1/sub-processors",
    operation_id = "sub_processors_list",
    tag = "privacy",
    responses((status = 200, description = "The list", body = SubProcessorList), Reading),
)]
pub(crate) async fn list(State(app): State<App>, _: Myself) -> Result<Json<SubProcessorList>, Problem> {
    let today = app.clock.today();
    let entries = sub_processors().entries.iter().map(|entry| SubProcessorView::of(entry, today));
    Ok(Json(SubProcessorList { notice_days: NOTICE_DAYS, sub_processors: entries.collect() }))
}
