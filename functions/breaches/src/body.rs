//! What the routes take and answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_data_map::map;
use vivier_domain::settings::tenant::is_printable;
use vivier_runtime::http::{Problem, ProblemKind};

use crate::{
    breach::Breach,
    case::Case,
    chain::Walked,
    contents, deadlines,
    entry::{Count, Decision, Who},
    words::{Nature, Words},
};

/// The most characters of a reason.
const LONGEST_REASON: usize = 1_000;

/// A breach as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachSummary {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: Uuid,
    /// What it did to data.
    natures: Vec<Nature>,
    /// When we became aware of it.
    aware_at: Timestamp,
    /// Until when you have to be told: 24 hours after it was known that it concerns you.
    tenant_due_at: Timestamp,
    /// When you were told.
    told_at: Option<Timestamp>,
    /// Until when the authority has to be told: 72 hours after you were.
    authority_due_at: Option<Timestamp>,
    /// What you decided: `notify_for_us`, `notified_ourselves` or `not_required`.
    decision: Option<String>,
    /// Whether nothing is left to be done.
    closed: bool,
}

/// Breaches that concern the tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachList {
    /// The newest first.
    pub(crate) breaches: Vec<BreachSummary>,
}

/// What was learnt later.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachAddition {
    /// When it was added.
    at: Timestamp,
    /// New facts.
    what: Option<Words>,
    /// The consequences, as they were seen then.
    consequences: Option<Words>,
    /// The measures, as they were then.
    measures: Option<Words>,
    /// Further places of the data map.
    places: Vec<String>,
}

/// How much of yours there is in one place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachNumbers {
    /// The place in the data map.
    #[schema(example = "silo/alerts")]
    place: String,
    /// What kinds of personal data there are.
    categories: Vec<&'static str>,
    /// Records; nothing where they cannot be counted.
    records: Option<u64>,
    /// Persons, where they can be told apart.
    persons: Option<u64>,
    /// Whether the numbers are estimated, or there may be more.
    estimate: bool,
}

/// How many persons of one kind there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachPersons {
    /// Whose data it is: `candidate`, `member`, `operator` or `mentioned`.
    whose: &'static str,
    /// At least.
    least: u64,
    /// At most, where that is known.
    most: Option<u64>,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachDecisionView {
    /// `notify_for_us`, `notified_ourselves` or `not_required`.
    decision: &'static str,
    /// When you notified the authority yourselves.
    at: Option<Timestamp>,
    /// Why it is not required.
    reason: Option<String>,
    /// The member who decided.
    decided_by: String,
    /// When that was.
    decided_at: Timestamp,
}

/// That the authority was notified.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachNotified {
    /// When.
    at: Timestamp,
    /// What the authority calls it.
    reference: String,
}

/// An entry of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachEntry {
    /// `breach`: of the breach itself; `tenant`: of what happened with you. Each is a chain with numbers of its own.
    chain: &'static str,
    /// Its number.
    number: u64,
    /// When.
    at: Timestamp,
    /// `operator`, `member` or `system`.
    by: &'static str,
    /// Which member.
    member: Option<String>,
    /// What: `recorded`, `added`, `closed`, `affected`, `counted`, `telling`, `mailed`, `told`, `decided`, `notified`.
    what: &'static str,
    /// SHA-256 of the entry, in base64url; the next one names it.
    hash: String,
}

/// A breach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachView {
    #[serde(flatten)]
    summary: BreachSummary,
    /// When it began, where that is known.
    began_at: Option<Timestamp>,
    /// What happened, as it was known at first.
    what: Words,
    /// What was learnt later.
    additions: Vec<BreachAddition>,
    /// The likely consequences, as they are seen now.
    consequences: Option<Words>,
    /// The measures, as they are now.
    measures: Option<Words>,
    /// Whom to ask.
    contact: String,
    /// How much of yours there is in each place concerned.
    numbers: Vec<BreachNumbers>,
    /// How many persons that is, by whose data it is.
    persons: Vec<BreachPersons>,
    /// What was decided.
    decided: Option<BreachDecisionView>,
    /// When the authority was notified: at first, and of what was learnt later.
    notified: Vec<BreachNotified>,
    /// What was entered, in order.
    timeline: Vec<BreachEntry>,
    /// Whether the timeline is whole: nothing of it was changed or taken out.
    whole: bool,
}

impl BreachSummary {
    pub(crate) fn of(breach: &Breach, case: &Case) -> Self {
        Self {
            id: breach.id.as_uuid(),
            natures: breach.recorded.natures.clone(),
            aware_at: breach.recorded.aware_at,
            tenant_due_at: deadlines::tenant_due(case.aware_at(breach)),
            told_at: case.told_at(),
            authority_due_at: case.authority_due_at(),
            decision: case.decided.as_ref().map(|(decision, ..)| decision.as_str().to_owned()),
            closed: breach.closed_at.is_some(),
        }
    }
}

pub(crate) fn numbers(counts: &[Count]) -> Vec<BreachNumbers> {
    let one = |count: &Count| BreachNumbers {
        place: count.place.clone(),
        categories: contents::categories(map(), std::slice::from_ref(count))
            .iter()
            .map(|kind| kind.as_str())
            .collect(),
        records: count.records,
        persons: count.persons,
        estimate: count.estimate || count.least,
    };
    counts.iter().map(one).collect()
}

pub(crate) fn persons(counts: &[Count]) -> Vec<BreachPersons> {
    let found = contents::persons(map(), counts);
    let one = |(subject, persons): (&vivier_data_map::Subject, &contents::Persons)| BreachPersons {
        whose: subject.as_str(),
        least: persons.least,
        most: persons.most(),
    };
    found.iter().map(one).collect()
}

fn entries(walked: &Walked, chain: &'static str) -> Vec<BreachEntry> {
    let one = |(entry, hash): &(crate::entry::Entry, vivier_domain::opaque::Opaque<32>)| {
        let (by, member) = match &entry.who {
            Who::Operator => ("operator", None),
            Who::Member { subject } => ("member", Some(subject.clone())),
            Who::System => ("system", None),
        };
        let (number, at, what) = (entry.number, entry.at, entry.what.as_str());
        BreachEntry { chain, number, at, by, member, what, hash: hash.to_string() }
    };
    walked.entries.iter().map(one).collect()
}

pub(crate) fn decided(case: &Case) -> Option<BreachDecisionView> {
    let (decision, by, decided_at) = case.decided.as_ref()?;
    let (at, reason) = match decision {
        Decision::NotifyForUs {} => (None, None),
        Decision::NotifiedOurselves { at } => (Some(*at), None),
        Decision::NotRequired { reason } => (None, Some(reason.clone())),
    };
    let decided_by = by.clone();
    Some(BreachDecisionView { decision: decision.as_str(), at, reason, decided_by, decided_at: *decided_at })
}

impl BreachView {
    pub(crate) fn of(breach: &Breach, case: &Case) -> Self {
        let counts = case.counted.last().map_or(&[][..], |counted| &counted.counts);
        let mut timeline = entries(&breach.walked, "breach");
        timeline.extend(entries(&case.walked, "tenant"));
        timeline.sort_by_key(|entry| (entry.at, entry.chain, entry.number));
        let addition = |stage: &crate::breach::Stage| BreachAddition {
            at: stage.at,
            what: stage.added.what.clone(),
            consequences: stage.added.consequences.clone(),
            measures: stage.added.measures.clone(),
            places: stage.added.places.clone(),
        };
        Self {
            summary: BreachSummary::of(breach, case),
            began_at: breach.recorded.began_at,
            what: breach.recorded.what.clone(),
            additions: breach.said().map(addition).collect(),
            consequences: breach.consequences(u64::MAX).cloned(),
            measures: breach.measures(u64::MAX).cloned(),
            contact: breach.recorded.contact.clone(),
            numbers: numbers(counts),
            persons: persons(counts),
            decided: decided(case),
            notified: case
                .notified
                .iter()
                .map(|one| BreachNotified { at: one.at, reference: one.reference.clone() })
                .collect(),
            timeline,
            whole: breach.walked.broken_at.is_none() && case.walked.broken_at.is_none(),
        }
    }
}

/// What may be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BreachChoice {
    /// We notify for you.
    NotifyForUs,
    /// You have done so.
    NotifiedOurselves,
    /// No risk for anybody is likely.
    NotRequired,
}

/// What the tenant, as the controller, decides about the authority.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBreachDecision {
    /// What.
    #[schema(value_type = String, example = "notify_for_us")]
    decision: BreachChoice,
    /// When you notified the authority; of `notified_ourselves` only.
    at: Option<Timestamp>,
    /// Why no risk is likely; of `not_required` only. It names nobody.
    #[schema(min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl NewBreachDecision {
    /// The decision, or what is wrong with it.
    pub(crate) fn check(self, since: Timestamp, now: Timestamp) -> Result<Decision, Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidBody);
        let of = |field: &'static str, code: &'static str| {
            Problem::new(ProblemKind::InvalidBody).field(field, code)
        };
        if self.at.is_some() && self.decision != BreachChoice::NotifiedOurselves {
            problem = problem.field("at", "not-here");
        }
        if self.reason.is_some() && self.decision != BreachChoice::NotRequired {
            problem = problem.field("reason", "not-here");
        }
        if !problem.errors.is_empty() {
            return Err(problem);
        }
        match self.decision {
            BreachChoice::NotifyForUs => Ok(Decision::NotifyForUs {}),
            BreachChoice::NotifiedOurselves => {
                let at = self.at.ok_or_else(|| of("at", "missing"))?;
                if at < since || at > now {
                    return Err(of("at", "out-of-range"));
                }
                Ok(Decision::NotifiedOurselves { at })
            }
            BreachChoice::NotRequired => {
                let reason = self.reason.ok_or_else(|| of("reason", "missing"))?;
                if !is_printable(&reason, LONGEST_REASON) {
                    return Err(of("reason", "invalid"));
                }
                if reason.contains('@') {
                    return Err(of("reason", "names-somebody"));
                }
                Ok(Decision::NotRequired { reason })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_decision_has_what_belongs_to_it_and_nothing_else() {
        let (since, now) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-01-03T00:00:00Z".parse().unwrap());
        let long = "a".repeat(LONGEST_REASON + 1);
        for (body, refused) in [
            (json!({"decision": "notify_for_us"}), None),
            (json!({"decision": "notify_for_us", "at": "2026-01-02T00:00:00Z"}), Some("at")),
            (json!({"decision": "notified_ourselves", "at": "2026-01-02T00:00:00Z"}), None),
            (json!({"decision": "notified_ourselves"}), Some("at")),
            (json!({"decision": "notified_ourselves", "at": "2026-01-03T00:00:01Z"}), Some("at")),
            (json!({"decision": "notified_ourselves", "at": "2025-12-31T00:00:00Z"}), Some("at")),
            (json!({"decision": "not_required", "reason": "Encrypted."}), None),
            (json!({"decision": "not_required", "reason": " "}), Some("reason")),
            (json!({"decision": "not_required", "reason": long}), Some("reason")),
            (json!({"decision": "not_required", "reason": "Ask camille@example.org"}), Some("reason")),
            (json!({"decision": "not_required"}), Some("reason")),
            (json!({"decision": "notify_for_us", "reason": "x"}), Some("reason")),
        ] {
            let new: NewBreachDecision = serde_json::from_value(body.clone()).unwrap();
            let problem = new.check(since, now).err();
            let fields = problem.as_ref().map(|problem| problem.errors[0].field.as_str());
            assert_eq!(fields, refused, "{body}");
        }
    }
}
