//! How a breach stands with one tenant, as that chain of entries tells it.

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{ids::TenantId, tenant::Slug};

use crate::{
    breach::Breach,
    chain::Walked,
    deadlines,
    entry::{Count, Decision, How, Notified, Telling, What, Who},
};

/// Numbers are waited for so long; then the tenant is told without them, and of them later.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Numbers, and by which entry.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) number: u64,
    pub(crate) places: Vec<String>,
    pub(crate) counts: Vec<Count>,
}

/// A breach with one tenant.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    pub(crate) slug: Slug,
    pub(crate) known_at: Option<Timestamp>,
    pub(crate) affected_at: Timestamp,
    pub(crate) counted: Vec<Counted>,
    pub(crate) tellings: Vec<Telling>,
    /// Which stage, to whom, when.
    pub(crate) mailed: Vec<(u32, String, Timestamp)>,
    /// When somebody told it, and how.
    pub(crate) told: Vec<(Timestamp, How)>,
    /// What was last decided, by whom, when.
    pub(crate) decided: Option<(Decision, String, Timestamp)>,
    pub(crate) notified: Vec<Notified>,
    pub(crate) walked: Walked,
}

impl Case {
    /// Reads a chain; `None` where nobody can tell any more whom it concerns.
    pub(crate) fn of(tenant: TenantId, walked: &Walked) -> Option<Self> {
        let mut case: Option<Self> = None;
        for (entry, _) in &walked.entries {
            let (number, at) = (entry.number, entry.at);
            let Some(case) = &mut case else {
                if let What::Affected { name, slug, known_at } = &entry.what {
                    case = Some(Self {
                        tenant,
                        name: name.clone(),
                        slug: slug.clone(),
                        known_at: *known_at,
                        affected_at: at,
                        counted: Vec::new(),
                        tellings: Vec::new(),
                        mailed: Vec::new(),
                        told: Vec::new(),
                        decided: None,
                        notified: Vec::new(),
                        walked: walked.clone(),
                    });
                }
                continue;
            };
            match &entry.what {
                What::Counted { places, counts } => {
                    let (places, counts) = (places.clone(), counts.clone());
                    case.counted.push(Counted { number, places, counts });
                }
                What::Telling(telling) => case.tellings.push(telling.clone()),
                What::Mailed { stage, member, at: taken } => {
                    case.mailed.push((*stage, member.clone(), taken.unwrap_or(at)));
                }
                What::Told { at, how } => case.told.push((*at, *how)),
                What::Decided { decision } => {
                    if let Who::Member { subject } = &entry.who {
                        case.decided = Some((decision.clone(), subject.clone(), at));
                    }
                }
                What::Notified(notified) => case.notified.push(notified.clone()),
                _ => {}
            }
        }
        case
    }

    /// When it became known that the tenant is concerned.
    pub(crate) fn aware_at(&self, breach: &Breach) -> Timestamp {
        self.known_at.unwrap_or(breach.recorded.aware_at)
    }

    /// When the tenant was told: its first mail was taken, or somebody told it before.
    pub(crate) fn told_at(&self) -> Option<Timestamp> {
        let by_mail = self.mailed.iter().map(|(_, _, at)| *at);
        by_mail.chain(self.told.iter().map(|(at, _)| *at)).min()
    }

    /// Until when the authority has to be told; nothing while the tenant was not.
    pub(crate) fn authority_due_at(&self) -> Option<Timestamp> {
        self.told_at().map(deadlines::authority_due)
    }

    /// Whether something still has to be done about the authority.
    pub(crate) fn authority_is_open(&self) -> bool {
        let decided = self.decided.as_ref().map(|(decision, ..)| decision);
        self.notified.is_empty() && matches!(decided, None | Some(Decision::NotifyForUs {}))
    }

    /// Whether the tenant agreed that we notify, and nobody did yet.
    pub(crate) fn is_agreed(&self) -> bool {
        self.notified.is_empty() && matches!(self.decided, Some((Decision::NotifyForUs {}, ..)))
    }

    /// Whether an authority may be notified, or was by the tenant itself.
    pub(crate) fn may_notify(&self) -> bool {
        let decided = self.decided.as_ref().map(|(decision, ..)| decision);
        matches!(decided, Some(Decision::NotifyForUs {} | Decision::NotifiedOurselves { .. }))
    }

    /// Whether it has to be told, and there is little time left or none.
    pub(crate) fn tenant_is_due(&self, breach: &Breach, now: Timestamp) -> bool {
        self.told_at().is_none() && deadlines::tenant_is_due(self.aware_at(breach), now)
    }

    /// Whether the authority has to be told, and there is little time left or none.
    pub(crate) fn authority_is_due(&self, now: Timestamp) -> bool {
        self.authority_is_open() && self.told_at().is_some_and(|told| deadlines::authority_is_due(told, now))
    }

    /// The numbers that an entry holds.
    pub(crate) fn counts(&self, number: Option<u64>) -> Option<&Counted> {
        self.counted.iter().find(|counted| Some(counted.number) == number)
    }

    /// Whether all places that are concerned were counted.
    pub(crate) fn is_counted(&self, breach: &Breach) -> bool {
        let places = breach.places(u64::MAX);
        self.counted.last().is_some_and(|counted| counted.places == places)
    }

    /// What the tenant is to be told next, but for whom to tell: nothing where it was told all there is, or numbers are waited for.
    pub(crate) fn news(&self, breach: &Breach, now: Timestamp) -> Option<Telling> {
        let (upto, counted) = (breach.walked.seq, self.counted.last());
        // Before the first mail the hour runs from when it was affected, whatever is learnt meanwhile, and no longer than there is time.
        let since = match breach.said().next_back() {
            Some(stage) if !self.mailed.is_empty() => stage.at.max(self.affected_at),
            _ => self.affected_at,
        };
        let waiting = !self.is_counted(breach) && now < since + PATIENCE && !self.tenant_is_due(breach, now);
        let telling = Telling {
            stage: self.tellings.last().map_or(1, |last| last.stage + 1),
            upto,
            counted: counted.map(|counted| counted.number),
            members: Vec::new(),
        };
        let Some(last) = self.tellings.last() else { return (!waiting).then_some(telling) };
        let facts = breach.said().any(|stage| stage.number > last.upto);
        let known = self.counts(last.counted).map(|known| &known.counts);
        let numbers = counted.is_some_and(|counted| Some(&counted.counts) != known);
        ((facts || numbers) && !waiting).then_some(telling)
    }

    /// Who of those who may be told are still to be told of a stage: whoever can be told while nobody was; then those to whom it was addressed.
    pub(crate) fn owed<'m>(&self, telling: &Telling, able: &'m [String]) -> Vec<&'m str> {
        let was = |member: &str| {
            self.mailed.iter().any(|(stage, told, _)| *stage == telling.stage && told == member)
        };
        let none = !self.mailed.iter().any(|(stage, ..)| *stage == telling.stage);
        let listed = |member: &str| telling.members.iter().any(|one| one == member);
        able.iter().map(String::as_str).filter(|member| (none || listed(member)) && !was(member)).collect()
    }
}

#[cfg(test)]
mod tests;
