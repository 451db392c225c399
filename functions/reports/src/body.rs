//! What the API takes of reports.

mod asking;
mod parts;

use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    member::Language,
    report::{MOST_RECIPIENTS, ReportFormat, ReportGrain, ReportKind, ReportQuestion},
    settings::tenant::is_printable,
    task::Timing,
};
use vivier_runtime::http::{Patch, Problem, ProblemKind};
use vivier_store::reports::ReportTerms;

pub(crate) use asking::{DataQuery, NewRun};
pub(crate) use parts::{Filters, Period, Schedule};

/// The most characters of a name.
const LONGEST_NAME: usize = 120;

type Broken = Vec<(String, &'static str)>;

/// Refuses a body for what is wrong with it.
pub(crate) fn refuse(kind: ProblemKind, broken: Broken) -> Result<(), Problem> {
    if broken.is_empty() {
        return Ok(());
    }
    Err(broken.into_iter().fold(Problem::new(kind), |problem, (field, code)| problem.field(field, code)))
}

/// A report to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// What people call it: 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// What it tells of: `activity`, `no_results`, `chatbot_quality`, `offers_performance` or `members_activity`.
    #[schema(value_type = String, example = "activity")]
    kind: ReportKind,
    /// Of which days.
    period: Period,
    /// What it is narrowed to.
    #[serde(default)]
    filters: Filters,
    /// How long points of series are: `day`, `week` or `month`; as long as suits the period where it is missing.
    #[schema(value_type = Option<String>, pattern = "^(day|week|month)$")]
    grain: Option<ReportGrain>,
    /// The columns of its main table, in this order; all of them where the list is empty or missing.
    #[serde(default)]
    columns: Vec<String>,
    /// What it is written in: `fr` or `en`.
    #[schema(value_type = String, pattern = "^(fr|en)$")]
    language: Language,
    /// What is mailed: `json`, `csv`, `csv_excel`, `xlsx` or `pdf`, which it is where it is missing.
    #[schema(value_type = Option<String>, example = "pdf")]
    format: Option<ReportFormat>,
    /// When it is mailed, once an operator has approved that; never where it is missing.
    schedule: Option<Schedule>,
    /// Which members are mailed it, as far as they may read it then: at most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    recipients: Vec<Uuid>,
}

/// What is to be different of a saved report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportChange {
    /// What people call it.
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    /// Of which days.
    period: Option<Period>,
    /// What it is narrowed to, as a whole.
    filters: Option<Filters>,
    /// How long points of series are; `null` for what suits the period.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(day|week|month)$")]
    grain: Patch<ReportGrain>,
    /// The columns of its main table.
    columns: Option<Vec<String>>,
    /// What it is written in.
    #[schema(value_type = Option<String>, pattern = "^(fr|en)$")]
    language: Option<Language>,
    /// What is mailed.
    #[schema(value_type = Option<String>)]
    format: Option<ReportFormat>,
    /// When it is mailed; `null` for never.
    #[serde(default)]
    #[schema(value_type = Option<Schedule>)]
    schedule: Patch<Schedule>,
    /// Which members are mailed it.
    #[schema(max_items = 50)]
    recipients: Option<Vec<Uuid>>,
}

impl NewReport {
    /// What it tells of.
    pub(crate) const fn kind(&self) -> ReportKind {
        self.kind
    }

    /// The report, or what is wrong with it; schedules are by the clocks of `zone`.
    pub(crate) fn check(self, zone: &TimeZone) -> Result<ReportTerms, Problem> {
        let mut broken = Broken::new();
        let period = self.period.read("period", &mut broken);
        let timing = timing(self.schedule.as_ref(), zone, &mut broken);
        let Filters { project, channel, language } = self.filters;
        let terms = ReportTerms {
            name: self.name,
            question: ReportQuestion {
                kind: self.kind,
                period,
                project,
                channel,
                language,
                grain: self.grain,
                columns: self.columns,
            },
            language: self.language,
            format: self.format.unwrap_or(ReportFormat::Pdf),
            timing,
            recipients: self.recipients,
        };
        checked(terms, broken)
    }
}

impl ReportChange {
    /// The report with the change in it, or what is wrong with that.
    pub(crate) fn on(self, before: &ReportTerms, zone: &TimeZone) -> Result<ReportTerms, Problem> {
        let mut broken = Broken::new();
        let mut terms = before.clone();
        if let Some(period) = self.period {
            terms.question.period = period.read("period", &mut broken);
        }
        if let Some(Filters { project, channel, language }) = self.filters {
            terms.question = ReportQuestion { project, channel, language, ..terms.question };
        }
        terms.question.grain = self.grain.on(terms.question.grain);
        terms.question.columns = self.columns.unwrap_or(terms.question.columns);
        if let Patch::Set(schedule) = self.schedule {
            terms.timing = timing(schedule.as_ref(), zone, &mut broken);
        }
        terms.name = self.name.unwrap_or(terms.name);
        terms.language = self.language.unwrap_or(terms.language);
        terms.format = self.format.unwrap_or(terms.format);
        terms.recipients = self.recipients.unwrap_or(terms.recipients);
        checked(terms, broken)
    }
}

fn timing(schedule: Option<&Schedule>, zone: &TimeZone, broken: &mut Broken) -> Option<Timing> {
    match schedule?.read(zone) {
        Ok(timing) => Some(timing),
        Err((field, code)) => {
            broken.push((format!("schedule.{field}"), code));
            None
        }
    }
}

fn checked(terms: ReportTerms, mut broken: Broken) -> Result<ReportTerms, Problem> {
    let known = !broken.is_empty();
    if !is_printable(&terms.name, LONGEST_NAME) {
        broken.push(("name".to_owned(), "invalid"));
    }
    broken.extend(terms.question.broken());
    if terms.recipients.len() > MOST_RECIPIENTS {
        broken.push(("recipients".to_owned(), "too-many"));
    }
    for (at, member) in terms.recipients.iter().enumerate() {
        if terms.recipients[..at].contains(member) {
            broken.push((format!("recipients[{at}]"), "repeated"));
        }
    }
    if terms.timing.is_some() && terms.recipients.is_empty() && !known {
        broken.push(("recipients".to_owned(), "required"));
    }
    refuse(ProblemKind::InvalidBody, broken)?;
    Ok(terms)
}

#[cfg(test)]
mod tests;
