//! What the API takes of reports.

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vivier_domain::{
    event::{Channel, Spoken},
    ids::ProjectId,
    member::Language,
    report::{
        MOST_RECIPIENTS, MovingPeriod, ReportFormat, ReportGrain, ReportKind, ReportPeriod, ReportQuestion,
    },
    settings::tenant::is_printable,
    task::{Recurrence, Timing, Weekday},
};
use vivier_runtime::http::{Patch, Problem, ProblemKind};
use vivier_store::reports::ReportTerms;

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

/// Which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Period {
    /// One that moves with the calendar and ends before today: `last_7_days`, `last_30_days`, `last_month`, `last_quarter` or `last_year`.
    #[schema(value_type = String, example = "last_month")]
    Moving(MovingPeriod),
    /// These days.
    Fixed(Days),
}

/// Days, both counted, at most 366.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: String,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    to: String,
}

impl Period {
    fn read(&self, field: &str, broken: &mut Broken) -> ReportPeriod {
        match self {
            Self::Moving(period) => ReportPeriod::Moving(*period),
            Self::Fixed(days) => {
                let mut day = |name: &str, text: &str| {
                    self::day(text).unwrap_or_else(|| {
                        broken.push((format!("{field}.{name}"), "invalid-date"));
                        Date::constant(2026, 1, 1)
                    })
                };
                let (from, to) = (day("from", &days.from), day("to", &days.to));
                ReportPeriod::Fixed { from, to }
            }
        }
    }
}

impl From<ReportPeriod> for Period {
    fn from(period: ReportPeriod) -> Self {
        match period {
            ReportPeriod::Moving(period) => Self::Moving(period),
            ReportPeriod::Fixed { from, to } => {
                Self::Fixed(Days { from: from.to_string(), to: to.to_string() })
            }
        }
    }
}

/// A day in ISO 8601's one form; jiff reads others beside.
fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// What a report is narrowed to; what is not named is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Filters {
    /// One front office.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<ProjectId>,
    /// One way: web, whatsapp, messenger, mail, back_office or system.
    #[schema(value_type = Option<String>, example = "web")]
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    /// One language of candidates: fr or en.
    #[schema(value_type = Option<String>, example = "fr")]
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Spoken>,
}

impl Filters {
    /// What a question is narrowed to.
    pub(crate) fn of(question: &ReportQuestion) -> Self {
        Self { project: question.project, channel: question.channel, language: question.language }
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Every {
    Day,
    Week,
    Month,
}

/// When a report is mailed, by the clocks of the tenant's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// `day`, `week` or `month`.
    #[schema(value_type = String, pattern = "^(day|week|month)$")]
    every: Every,
    /// Of a week: on which day, `monday` to `sunday`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "monday")]
    weekday: Option<Weekday>,
    /// Of a month: on which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 28)]
    day: Option<u8>,
    /// At which hour.
    #[schema(minimum = 0, maximum = 23)]
    hour: u8,
    /// And minute; 0 where it is missing.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 59)]
    minute: u8,
}

impl Schedule {
    /// The timing, or what is wrong with it.
    fn read(&self, zone: &TimeZone) -> Result<Timing, (&'static str, &'static str)> {
        let Self { every, weekday, day, hour, minute } = *self;
        let recurrence = match (every, weekday, day) {
            (Every::Day, None, None) => Recurrence::Day { hour, minute },
            (Every::Week, Some(weekday), None) => Recurrence::Week { weekday, hour, minute },
            (Every::Month, None, Some(day)) => Recurrence::Month { day, hour, minute },
            (Every::Week, None, _) => return Err(("weekday", "required")),
            (Every::Month, _, None) => return Err(("day", "required")),
            (Every::Day | Every::Month, Some(_), _) => return Err(("weekday", "not-here")),
            (Every::Day | Every::Week, _, Some(_)) => return Err(("day", "not-here")),
        };
        Timing::new(recurrence, zone.iana_name().unwrap_or("UTC")).map_err(|error| (error.0, "out-of-range"))
    }

    /// A timing as it is shown.
    pub(crate) fn of(timing: &Timing) -> Option<Self> {
        let (every, weekday, day, hour, minute) = match timing.recurrence() {
            Recurrence::Day { hour, minute } => (Every::Day, None, None, hour, minute),
            Recurrence::Week { weekday, hour, minute } => (Every::Week, Some(weekday), None, hour, minute),
            Recurrence::Month { day, hour, minute } => (Every::Month, None, Some(day), hour, minute),
            Recurrence::Minutes { .. } | Recurrence::Hour { .. } => return None,
        };
        Some(Self { every, weekday, day, hour, minute })
    }
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

/// A file to make of a report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRun {
    /// What it is written as: `json`, `csv` (for programs), `csv_excel` (for a spreadsheet in the reader's country), `xlsx` or `pdf`.
    #[schema(value_type = String, example = "pdf")]
    pub(crate) format: ReportFormat,
    /// What it is written in, `fr` or `en`; as the saved report is, French otherwise.
    #[schema(value_type = Option<String>, pattern = "^(fr|en)$")]
    pub(crate) language: Option<Language>,
    /// Of which days; those of the saved report, the last seven otherwise.
    period: Option<Period>,
    /// What it is narrowed to; as the saved report is.
    filters: Option<Filters>,
    /// How long points of series are.
    #[schema(value_type = Option<String>, pattern = "^(day|week|month)$")]
    grain: Option<ReportGrain>,
    /// The columns of the main table; those of the saved report.
    columns: Option<Vec<String>>,
}

impl NewRun {
    /// The question with what is asked otherwise; in a project that the path names, of that one alone.
    pub(crate) fn on(
        &self,
        base: ReportQuestion,
        of_path: Option<ProjectId>,
    ) -> Result<ReportQuestion, Problem> {
        let mut broken = Broken::new();
        let mut question = base;
        if let Some(period) = &self.period {
            question.period = period.read("period", &mut broken);
        }
        if let Some(Filters { project, channel, language }) = self.filters.clone() {
            question = ReportQuestion { project, channel, language, ..question };
            if of_path.is_some() && project.is_some() {
                broken.push(("filters.project".to_owned(), "not-here"));
            }
        }
        question.project = of_path.or(question.project);
        question.grain = self.grain.or(question.grain);
        if let Some(columns) = &self.columns {
            question.columns.clone_from(columns);
        }
        broken.extend(question.broken());
        refuse(ProblemKind::InvalidBody, broken)?;
        Ok(question)
    }
}

/// Which days a report is shown of, and what it is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DataQuery {
    /// The first day, of the tenant's time zone; with `to` alone, six days before it.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last day, counted whole; today where `from` is named alone. At most 366 days.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// A period that moves, in place of days: `last_7_days`, `last_30_days`, `last_month`, `last_quarter` or `last_year`.
    period: Option<String>,
    /// One front office. Not where the path names one.
    #[param(value_type = Option<Uuid>)]
    project: Option<String>,
    /// One way: web, whatsapp, messenger, mail, back_office or system.
    channel: Option<String>,
    /// One language of candidates: fr or en.
    language: Option<String>,
    /// How long points of series are: day, week or month.
    #[param(pattern = "^(day|week|month)$")]
    grain: Option<String>,
    /// What labels are written in: fr or en.
    #[param(pattern = "^(fr|en)$")]
    written_in: Option<String>,
}

impl DataQuery {
    /// The question with what is asked otherwise on the day `today`, and what it is written in.
    pub(crate) fn on(
        &self,
        base: ReportQuestion,
        of_path: Option<ProjectId>,
        today: Date,
    ) -> Result<(ReportQuestion, Option<Language>), Problem> {
        let mut broken = Broken::new();
        let mut question = base;
        let mut wrong = |field: &str, code| broken.push((field.to_owned(), code));
        let mut day_of = |field: &str, text: &Option<String>| {
            let text = text.as_deref()?;
            let day = day(text);
            if day.is_none() {
                wrong(field, "invalid-date");
            }
            day
        };
        let (from, to) = (day_of("from", &self.from), day_of("to", &self.to));
        if self.from.is_some() || self.to.is_some() {
            let to = to.unwrap_or(today);
            let from = from.unwrap_or_else(|| to.saturating_sub(jiff::Span::new().days(6)));
            question.period = ReportPeriod::Fixed { from, to };
            if self.period.is_some() {
                wrong("period", "not-here");
            }
        }
        let read = parsed("period", self.period.as_deref(), &mut wrong);
        question.period = read.map_or(question.period, ReportPeriod::Moving);
        if of_path.is_some() && self.project.is_some() {
            wrong("project", "not-here");
        } else {
            question.project = parsed("project", self.project.as_deref(), &mut wrong).or(question.project);
        }
        question.project = of_path.or(question.project);
        question.channel = parsed("channel", self.channel.as_deref(), &mut wrong).or(question.channel);
        question.language = parsed("language", self.language.as_deref(), &mut wrong).or(question.language);
        question.grain = parsed("grain", self.grain.as_deref(), &mut wrong).or(question.grain);
        let written_in = match self.written_in.as_deref() {
            None => None,
            Some("fr") => Some(Language::Fr),
            Some("en") => Some(Language::En),
            Some(_) => {
                wrong("written_in", "invalid");
                None
            }
        };
        // Parameters are named as they are sent.
        let named = |field: String| {
            let last = field.rsplit('.').next().unwrap_or_default().to_owned();
            if field.starts_with("period.") || field.starts_with("filters.") { last } else { field }
        };
        broken.extend(question.broken().into_iter().map(|(field, code)| (named(field), code)));
        refuse(ProblemKind::InvalidQuery, broken)?;
        Ok((question, written_in))
    }
}

fn parsed<T: std::str::FromStr>(
    field: &str,
    text: Option<&str>,
    wrong: &mut impl FnMut(&str, &'static str),
) -> Option<T> {
    let read = text?.parse().ok();
    if read.is_none() {
        wrong(field, "invalid");
    }
    read
}

#[cfg(test)]
mod tests;
