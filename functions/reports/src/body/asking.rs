//! What is asked of a report otherwise than it says: for a file, for a screen.

use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vivier_domain::{
    ids::ProjectId,
    member::Language,
    report::{ReportFormat, ReportGrain, ReportPeriod, ReportQuestion},
};
use vivier_runtime::http::{Problem, ProblemKind};

use super::{
    Broken,
    parts::{Filters, Period, day},
    refuse,
};

/// A file to make of a report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReportRun)]
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
