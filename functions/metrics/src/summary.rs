//! The figures of a period, from counts by day and kind.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vivier_store::events::DayCount;

use vivier_runtime::http::period::Period;

/// How often what happened in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Summary {
    /// The beginning of the period.
    pub from: Timestamp,
    /// Its end, itself not counted.
    pub to: Timestamp,
    /// Every event of the period.
    pub total: u64,
    /// By kind, in the order of their names; kinds that did not happen are left out.
    pub kinds: Vec<KindCount>,
    /// By day, in order; days on which nothing happened are left out.
    pub days: Vec<Day>,
}

/// How often one thing happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KindCount {
    /// The kind's stable name.
    #[schema(example = "search")]
    pub kind: String,
    /// How often.
    pub count: u64,
}

/// What happened on one day, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Day {
    /// The day.
    #[schema(value_type = String, format = Date, example = "2026-01-31")]
    pub day: jiff::civil::Date,
    /// Kind to count.
    pub kinds: BTreeMap<String, u64>,
}

impl Summary {
    /// Adds up counts that come in the order of their days.
    pub fn of(period: Period, counts: Vec<DayCount>) -> Self {
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        let mut days: Vec<Day> = Vec::new();
        for DayCount { day, kind, count } in counts {
            *kinds.entry(kind.clone()).or_default() += count;
            match days.last_mut().filter(|last| last.day == day) {
                Some(last) => {
                    last.kinds.insert(kind, count);
                }
                None => days.push(Day { day, kinds: BTreeMap::from([(kind, count)]) }),
            }
        }
        Self {
            from: period.from,
            to: period.to,
            total: kinds.values().sum(),
            kinds: kinds.into_iter().map(|(kind, count)| KindCount { kind, count }).collect(),
            days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn totals_agree_with_days() {
        let period = Period {
            from: "2026-03-01T00:00:00Z".parse().unwrap(),
            to: "2026-03-08T00:00:00Z".parse().unwrap(),
        };
        let count = |day: i8, kind: &str, count| DayCount {
            day: jiff::civil::date(2026, 3, day),
            kind: kind.to_owned(),
            count,
        };
        let counts = vec![count(1, "chat_opened", 1), count(1, "search", 4), count(5, "search", 2)];
        assert_eq!(
            serde_json::to_value(Summary::of(period, counts)).unwrap(),
            json!({
                "from": "2026-03-01T00:00:00Z", "to": "2026-03-08T00:00:00Z", "total": 7,
                "kinds": [{"kind": "chat_opened", "count": 1}, {"kind": "search", "count": 6}],
                "days": [
                    {"day": "2026-03-01", "kinds": {"chat_opened": 1, "search": 4}},
                    {"day": "2026-03-05", "kinds": {"search": 2}},
                ],
            })
        );
        let nothing = Summary::of(period, Vec::new());
        assert_eq!((nothing.total, nothing.kinds.len(), nothing.days.len()), (0, 0, 0));
    }
}
