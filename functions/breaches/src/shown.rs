//! What operators see of breaches.

use serde_json::{Value, json};
use vivier_domain::ids::{BreachId, TenantId};

use crate::{
    body::{decided, numbers, persons},
    breach::Breach,
    case::Case,
    chain::Walked,
    deadlines,
    entry::{What, Who},
};

/// A breach as operators list it.
pub(crate) fn listed(breach: &Breach, tenants: usize) -> Value {
    json!({
        "id": breach.id, "aware_at": breach.recorded.aware_at, "recorded_at": breach.recorded_at,
        "natures": breach.recorded.natures, "tenants": tenants, "additions": breach.said().count(),
        "tenant_due_at": deadlines::tenant_due(breach.recorded.aware_at), "closed_at": breach.closed_at,
        "whole": breach.walked.broken_at.is_none(),
    })
}

/// How a breach stands with a tenant, as operators see it.
pub(crate) fn case(breach: &Breach, case: &Case) -> Value {
    let counts = case.counted.last().map_or(&[][..], |counted| &counted.counts);
    json!({
        "tenant_id": case.tenant, "slug": case.slug, "due_at": deadlines::tenant_due(case.aware_at(breach)),
        "told_at": case.told_at(), "stages": case.tellings.len(), "mails": case.mailed.len(),
        "authority_due_at": case.authority_due_at(), "decided": decided(case), "notified": case.notified,
        "numbers": numbers(counts), "persons": persons(counts), "whole": case.walked.broken_at.is_none(),
        "broken_at": case.walked.broken_at,
        "timeline": timeline(&case.walked),
    })
}

fn timeline(walked: &Walked) -> Vec<Value> {
    let one = |(entry, hash): &(crate::entry::Entry, vivier_domain::opaque::Opaque<32>)| {
        // To whom it was mailed is the tenant's own affair.
        let what = match &entry.what {
            What::Telling(telling) => {
                json!({"kind": "telling", "stage": telling.stage, "upto": telling.upto})
            }
            What::Mailed { stage, .. } => json!({"kind": "mailed", "stage": stage}),
            what => json!(what),
        };
        let by = match entry.who {
            Who::Operator => "operator",
            Who::Member { .. } => "member",
            Who::System => "system",
        };
        json!({"number": entry.number, "at": entry.at, "by": by, "what": what, "hash": hash})
    };
    walked.entries.iter().map(one).collect()
}

/// A breach of which nobody can tell any more what was recorded.
pub(crate) fn unreadable(id: BreachId, walked: &Walked, tenants: usize) -> Value {
    json!({
        "id": id, "tenants": tenants, "whole": false, "broken_at": walked.broken_at, "cases": [],
        "timeline": timeline(walked),
    })
}

/// A tenant's timeline of which nobody can tell any more whom it concerns, or that is not there.
fn lost((tenant, broken_at): &(TenantId, u64)) -> Value {
    json!({"tenant_id": tenant, "whole": false, "broken_at": broken_at})
}

/// All that is known of a breach, as operators see it; `gone`: timelines that cannot be read, and where they do not hold.
pub(crate) fn shown(breach: &Breach, cases: &[(&Case, bool)], gone: &[(TenantId, u64)]) -> Value {
    let mut told = listed(breach, cases.len() + gone.len());
    let whole = |one: &(&Case, bool)| one.0.walked.broken_at.is_none();
    told["broken_at"] = json!(breach.walked.broken_at);
    told["whole"] = json!(breach.walked.broken_at.is_none() && gone.is_empty() && cases.iter().all(whole));
    told["places"] = json!(breach.places(u64::MAX));
    told["contact"] = json!(breach.recorded.contact);
    told["timeline"] = json!(timeline(&breach.walked));
    let one = |(found, there): &(&Case, bool)| {
        let mut told = case(breach, found);
        told["there"] = json!(there);
        told
    };
    told["cases"] = json!(cases.iter().map(one).chain(gone.iter().map(lost)).collect::<Vec<_>>());
    told
}
