//! Reports (K5.6a): saved questions. The suite gives five kinds; a tenant saves its own periods, filters and columns of them.

use std::str::FromStr;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    event::{Channel, Spoken},
    ids::ProjectId,
    permission::Permission,
};

/// A tenant keeps at most so many saved reports.
pub const MOST_REPORTS: u64 = 100;
/// A report is mailed to at most so many members.
pub const MOST_RECIPIENTS: usize = 50;
/// So many files of a tenant may wait to be made or be made at a time.
pub const MOST_OPEN_RUNS: u64 = 10;
/// So many files of a tenant are kept at a time.
pub const MOST_RUNS: u64 = 500;
/// The longest period in days: it and as many days before lie within what is kept.
pub const LONGEST_PERIOD: i32 = 366;
/// The first day of which anything can be told.
pub const EARLIEST: Date = Date::constant(2000, 1, 1);

/// A text that is none of these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no term of a report")]
pub struct UnknownName;

list! {
    /// What a report tells of.
    ReportKind {
        /// What candidates did, day by day.
        Activity = "activity",
        /// Searches that found nothing.
        NoResults = "no_results",
        /// How well the chatbot answers.
        ChatbotQuality = "chatbot_quality",
        /// What became of each offer.
        OffersPerformance = "offers_performance",
        /// What members of the back office did.
        MembersActivity = "members_activity",
    }
}

list! {
    /// What a report is written as.
    ReportFormat {
        /// For programs, whole.
        Json = "json",
        /// For programs, the main table.
        Csv = "csv",
        /// The main table, for a spreadsheet in the reader's country.
        CsvExcel = "csv_excel",
        /// A workbook.
        Workbook = "xlsx",
        /// A document to print and to read aloud.
        Pdf = "pdf",
    }
}

list! {
    /// How long each point of a series is.
    ReportGrain {
        /// A day.
        Day = "day",
        /// From a Monday on.
        Week = "week",
        /// A calendar month.
        Month = "month",
    }
}

list! {
    /// How far a report's file is.
    ReportRunStatus {
        /// It waits.
        Queued = "queued",
        /// It is being made.
        Running = "running",
        /// It is there.
        Ready = "ready",
        /// It could not be made.
        Failed = "failed",
    }
}

list! {
    /// Who wanted a report's file.
    ReportRunCause {
        /// A member asked for it.
        Member = "member",
        /// Its time came.
        Schedule = "schedule",
    }
}

list! {
    /// A period that moves with the calendar.
    MovingPeriod {
        /// The seven days up to yesterday.
        Last7Days = "last_7_days",
        /// The thirty days up to yesterday.
        Last30Days = "last_30_days",
        /// The calendar month before this one.
        LastMonth = "last_month",
        /// The calendar quarter before this one.
        LastQuarter = "last_quarter",
        /// The calendar year before this one.
        LastYear = "last_year",
    }
}

/// Which days a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReportPeriod {
    /// One that moves.
    Moving(MovingPeriod),
    /// These days, both counted.
    Fixed {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
}

impl ReportPeriod {
    /// The first and the last day that are meant on the day `today`. Moving periods end before it: a day that is not over would be
    /// told of twice, and differently.
    pub fn days(self, today: Date) -> (Date, Date) {
        let back = |days: i32| today.saturating_sub(days.days());
        let month = today.first_of_month();
        match self {
            Self::Fixed { from, to } => (from, to),
            Self::Moving(MovingPeriod::Last7Days) => (back(7), back(1)),
            Self::Moving(MovingPeriod::Last30Days) => (back(30), back(1)),
            Self::Moving(MovingPeriod::LastMonth) => {
                (month.saturating_sub(1.month()), month.saturating_sub(1.day()))
            }
            Self::Moving(MovingPeriod::LastQuarter) => {
                let quarter = month.saturating_sub((i32::from(today.month() - 1) % 3).months());
                (quarter.saturating_sub(3.months()), quarter.saturating_sub(1.day()))
            }
            Self::Moving(MovingPeriod::LastYear) => {
                let year = today.first_of_year();
                (year.saturating_sub(1.year()), year.saturating_sub(1.day()))
            }
        }
    }
}

/// A question that a report answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportQuestion {
    /// What it tells of.
    pub kind: ReportKind,
    /// Of which days.
    pub period: ReportPeriod,
    /// Of one front office alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// Of one way alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Of one language alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Spoken>,
    /// How long points of series are; as long as suits the period where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grain: Option<ReportGrain>,
    /// The main table's columns, in this order; all of them where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

impl ReportKind {
    /// The permission that its reader needs beside that of reading figures.
    pub const fn also_needs(self) -> Option<Permission> {
        match self {
            Self::MembersActivity => Some(Permission::AuditRead),
            _ => None,
        }
    }

    /// Whether it can be of one front office.
    pub const fn is_of_projects(self) -> bool {
        !matches!(self, Self::MembersActivity)
    }

    /// Whether it can be narrowed to a way or a language: what offers and members are counted by has neither.
    pub const fn is_narrowed(self) -> bool {
        !matches!(self, Self::MembersActivity | Self::OffersPerformance)
    }

    /// The columns of its main table.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Activity => &[
                "at",
                "searches",
                "without_results",
                "offers_viewed",
                "apply_clicks",
                "cvs_matched",
                "chats",
                "questions",
                "answers",
                "alerts_sent",
            ],
            Self::NoResults => &["at", "searches", "without_results", "share"],
            Self::ChatbotQuality => &[
                "at",
                "chats",
                "questions",
                "answered",
                "with_offers",
                "unanswered",
                "fallback_rate",
                "helpful",
                "not_helpful",
                "hand_overs",
                "by_people",
            ],
            Self::OffersPerformance => {
                &["title", "reference", "company", "city", "status", "views", "clicks", "rate", "offer_id"]
            }
            Self::MembersActivity => &[
                "member_id",
                "roles",
                "state",
                "logins",
                "offers",
                "documents",
                "conversations",
                "settings",
                "people",
                "other",
                "refused",
                "last_seen_at",
            ],
        }
    }
}

impl ReportQuestion {
    /// The fields that do not hold, each with a stable word.
    pub fn broken(&self) -> Vec<(String, &'static str)> {
        let narrowed = self.kind.is_narrowed();
        let mut found = Vec::new();
        if let ReportPeriod::Fixed { from, to } = self.period {
            let late = Date::constant(9998, 12, 31);
            for (field, day) in [("period.from", from), ("period.to", to)] {
                if !(EARLIEST..=late).contains(&day) {
                    found.push((field.to_owned(), "out-of-range"));
                }
            }
            if from > to {
                found.push(("period.from".to_owned(), "not-before-to"));
            } else if (to - from).get_days() >= LONGEST_PERIOD {
                found.push(("period.to".to_owned(), "period-too-long"));
            }
        }
        let not_here = [
            ("filters.project", self.project.is_some() && !self.kind.is_of_projects()),
            ("filters.channel", self.channel.is_some() && !narrowed),
            ("filters.language", self.language.is_some() && !narrowed),
            ("grain", self.grain.is_some() && !narrowed),
        ];
        found.extend(
            not_here.iter().filter(|(_, wrong)| *wrong).map(|(field, _)| ((*field).to_owned(), "not-here")),
        );
        for (at, column) in self.columns.iter().enumerate() {
            if !self.kind.columns().contains(&column.as_str()) {
                found.push((format!("columns[{at}]"), "unknown"));
            } else if self.columns[..at].contains(column) {
                found.push((format!("columns[{at}]"), "repeated"));
            }
        }
        found
    }
}

impl ReportFormat {
    /// The media type of its files.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv | Self::CsvExcel => "text/csv; charset=utf-8",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }

    /// What its files' names end in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv | Self::CsvExcel => "csv",
            Self::Workbook => "xlsx",
            Self::Pdf => "pdf",
        }
    }
}

#[cfg(test)]
mod tests;
