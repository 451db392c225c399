//! What the routes answer with.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::event::Step;
use vivier_store::statistics::{self, Count, Span, VISITORS, visitors_at};

/// The days that figures are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// The time zone that the days are of, by its name in the IANA database.
    #[schema(example = "Europe/Paris")]
    pub time_zone: String,
}

impl Period {
    pub(crate) fn of(span: Span, time_zone: String) -> Self {
        Self { from: span.from, to: span.to, time_zone }
    }
}

/// How often one thing happened, beside the period of as many days before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Total {
    /// The kind of event.
    #[schema(example = "search")]
    pub kind: String,
    /// What came of it; empty where there is nothing to tell.
    #[schema(example = "none")]
    pub outcome: String,
    /// How often.
    pub count: u64,
    /// The sum of the kind's own number, as offers found or passages cited.
    pub amount: u64,
    /// How often before.
    pub count_before: u64,
    /// The sum of before.
    pub amount_before: u64,
}

/// How many different visitors came how far. A visitor is told apart within one day: who comes on two days counts twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Visitors {
    /// How far.
    #[schema(value_type = String, example = "searched")]
    pub step: Step,
    /// How many, to some 1.6 %.
    pub visitors: u64,
    /// How many before.
    pub visitors_before: u64,
}

/// All that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Totals {
    /// The days.
    #[serde(flatten)]
    pub period: Period,
    /// Every event of the period.
    pub total: u64,
    /// And of the one before.
    pub total_before: u64,
    /// By kind and outcome, in the order of their names.
    pub totals: Vec<Total>,
    /// Where neither channel, language nor kinds are named.
    pub visitors: Vec<Visitors>,
}

impl Totals {
    pub(crate) fn of(period: Period, counts: &[Count]) -> Self {
        let visitors = Step::ALL.iter().map(|&step| (step, visitors_at(counts, step)));
        let visitors = visitors
            .filter(|(_, counted)| *counted != (0, 0))
            .map(|(step, (visitors, visitors_before))| Visitors { step, visitors, visitors_before })
            .collect();
        let totals: Vec<Total> = counts
            .iter()
            .filter(|one| one.kind != VISITORS)
            .map(|one| Total {
                kind: one.kind.clone(),
                outcome: one.outcome.clone(),
                count: one.count,
                amount: one.amount,
                count_before: one.count_before,
                amount_before: one.amount_before,
            })
            .collect();
        let (total, total_before) =
            totals.iter().fold((0, 0), |(now, before), one| (now + one.count, before + one.count_before));
        Self { period, total, total_before, totals, visitors }
    }
}

/// How often one thing happened from point to point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// The kind of event.
    pub kind: String,
    /// What came of it.
    pub outcome: String,
    /// How often, for each of the series' points.
    #[schema(example = json!([3, 0, 12]))]
    pub counts: Vec<u64>,
}

/// What happened from point to point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Series {
    /// The days.
    #[serde(flatten)]
    pub period: Period,
    /// The points at which anything happened, in order: the day that each is, or that its week or month begins on; of hours, the moment that
    /// each begins.
    #[schema(example = json!(["2026-03-01", "2026-03-02", "2026-03-05"]))]
    pub at: Vec<String>,
    /// By kind and outcome, in the order of their names.
    pub series: Vec<Line>,
}

impl Series {
    pub(crate) fn of<T: Ord + Copy + std::fmt::Display>(
        period: Period,
        lines: Vec<statistics::Line<T>>,
    ) -> Self {
        let points: BTreeSet<T> = lines.iter().flat_map(|line| &line.points).map(|(at, _)| *at).collect();
        let series = lines.into_iter().map(|line| {
            let mut own = line.points.into_iter().peekable();
            // Both are in order.
            let count = |at: &T| own.next_if(|point| point.0 == *at).map_or(0, |(_, count)| count);
            Line { kind: line.kind, outcome: line.outcome, counts: points.iter().map(count).collect() }
        });
        Self { period, series: series.collect(), at: points.iter().map(T::to_string).collect() }
    }
}

/// What happened in one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// The front office's id, the channel or the language; empty where there is none.
    pub part: String,
    /// The kind of event.
    pub kind: String,
    /// What came of it.
    pub outcome: String,
    /// How often.
    pub count: u64,
}

/// What happened, by parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Breakdown {
    /// The days.
    #[serde(flatten)]
    pub period: Period,
    /// In the order of their names.
    pub parts: Vec<Part>,
}

/// How often something was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Subject {
    /// The offer's or document's id.
    pub id: Uuid,
    /// How often.
    pub count: u64,
}

/// What was used most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Subjects {
    /// The days.
    #[serde(flatten)]
    pub period: Period,
    /// The most frequent first.
    pub subjects: Vec<Subject>,
}

/// A step of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FunnelStep {
    /// Which one.
    #[schema(value_type = String, example = "viewed")]
    pub step: Step,
    /// How often it was taken.
    pub count: u64,
    /// How many visitors took it, each once a day.
    pub visitors: u64,
    /// The share of the visitors of the step before who took it too, at most 1; null for the first step and where nobody took the one before.
    pub rate: Option<f64>,
    /// How often before.
    pub count_before: u64,
    /// How many visitors before.
    pub visitors_before: u64,
}

/// From a search to an application, and from a question to an answer that helped.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Funnels {
    /// The days.
    #[serde(flatten)]
    pub period: Period,
    /// Searched, viewed, applied.
    pub search: Vec<FunnelStep>,
    /// Asked, answered, satisfied.
    pub chatbot: Vec<FunnelStep>,
}

/// A kind with one of its outcomes, or with all of them.
type Made = (&'static str, Option<&'static str>);

/// The kinds and outcomes of which each step is made.
const STEPS: [(Step, &[Made]); 6] = [
    (Step::Searched, &[("search", Some("found")), ("search", Some("none"))]),
    (Step::Viewed, &[("offer_viewed", None)]),
    (Step::Applied, &[("apply_clicked", None)]),
    (Step::Asked, &[("chat_answered", None), ("chat_unknown", None), ("chat_offers", None)]),
    (Step::Answered, &[("chat_answered", None), ("chat_offers", None)]),
    (Step::Satisfied, &[("chat_feedback", Some("up"))]),
];

impl Funnels {
    pub(crate) fn of(period: Period, counts: &[Count]) -> Self {
        let mut steps = STEPS.iter().map(|(step, made_of)| {
            let of = |one: &&Count| {
                made_of.iter().any(|(kind, outcome)| {
                    one.kind == *kind && outcome.is_none_or(|outcome| one.outcome == outcome)
                })
            };
            let (count, count_before) = counts
                .iter()
                .filter(of)
                .fold((0, 0), |(now, before), one| (now + one.count, before + one.count_before));
            let (visitors, visitors_before) = visitors_at(counts, *step);
            FunnelStep { step: *step, count, visitors, rate: None, count_before, visitors_before }
        });
        let search = rated(steps.by_ref().take(3).collect());
        Self { period, search, chatbot: rated(steps.collect()) }
    }
}

fn rated(mut steps: Vec<FunnelStep>) -> Vec<FunnelStep> {
    for at in 1..steps.len() {
        let before = steps[at - 1].visitors;
        // Both are estimates, and an offer may be opened without a search.
        steps[at].rate = (before > 0).then(|| (steps[at].visitors as f64 / before as f64).min(1.0));
    }
    steps
}

/// A tenant's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneChoice {
    /// Its name in the IANA database.
    #[schema(example = "Europe/Paris")]
    pub time_zone: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn count(kind: &str, outcome: &str, count: u64, count_before: u64) -> Count {
        let (kind, outcome) = (kind.to_owned(), outcome.to_owned());
        Count { kind, outcome, count, amount: 0, count_before, amount_before: 0 }
    }

    fn period() -> Period {
        Period { from: date(2026, 3, 1), to: date(2026, 3, 7), time_zone: "UTC".to_owned() }
    }

    #[test]
    fn totals_leave_visitors_apart() {
        let counts = [
            count("search", "found", 4, 1),
            count("search", "none", 1, 0),
            count(VISITORS, "searched", 3, 2),
        ];
        let totals = Totals::of(period(), &counts);
        assert_eq!((totals.total, totals.total_before, totals.totals.len()), (5, 1, 2));
        assert_eq!(totals.visitors, [Visitors { step: Step::Searched, visitors: 3, visitors_before: 2 }]);
    }

    #[test]
    fn a_series_has_a_count_for_each_point() {
        let line = |kind: &str, points: &[(i8, u64)]| statistics::Line {
            kind: kind.to_owned(),
            outcome: String::new(),
            points: points.iter().map(|(day, count)| (date(2026, 3, *day), *count)).collect(),
        };
        let series = Series::of(
            period(),
            vec![line("chat_answered", &[(3, 4), (5, 1)]), line("chat_opened", &[(1, 2), (5, 7)])],
        );
        assert_eq!(series.at, ["2026-03-01", "2026-03-03", "2026-03-05"]);
        let told: Vec<_> =
            series.series.iter().map(|line| (line.kind.as_str(), line.counts.as_slice())).collect();
        assert_eq!(told, [("chat_answered", &[0, 4, 1][..]), ("chat_opened", &[2, 0, 7])]);
    }

    #[test]
    fn funnels_count_events_and_visitors() {
        let counts = [
            count("search", "found", 8, 0),
            count("search", "none", 2, 0),
            count("search", "further", 7, 0),
            count("offer_viewed", "from_search", 4, 0),
            count("offer_viewed", "direct", 1, 0),
            count("chat_unknown", "", 2, 0),
            count("chat_answered", "", 3, 0),
            count("chat_feedback", "down", 1, 0),
            count(VISITORS, "searched", 4, 0),
            count(VISITORS, "viewed", 2, 0),
        ];
        let funnels = Funnels::of(period(), &counts);
        let told = |steps: &[FunnelStep]| -> Vec<(u64, Option<f64>)> {
            steps.iter().map(|step| (step.count, step.rate)).collect()
        };
        assert_eq!(told(&funnels.search), [(10, None), (5, Some(0.5)), (0, Some(0.0))]);
        assert_eq!(told(&funnels.chatbot), [(5, None), (3, None), (0, None)]);
    }
}
