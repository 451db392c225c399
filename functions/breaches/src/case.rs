//! How a breach stands with one tenant, as that chain of entries tells it.

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{ids::TenantId, tenant::Slug};

use crate::{
    breach::Breach,
    chain::Walked,
    deadlines,
    entry::{Count, Decision, Notified, Telling, What, Who},
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
                What::Mailed { stage, member } => case.mailed.push((*stage, member.clone(), at)),
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

    /// When the tenant was told: its first mail was taken.
    pub(crate) fn told_at(&self) -> Option<Timestamp> {
        self.mailed.iter().map(|(_, _, at)| *at).min()
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
        let since = breach.stages.last().map_or(self.affected_at, |stage| stage.at.max(self.affected_at));
        let waiting = !self.is_counted(breach) && now < since + PATIENCE;
        let telling = Telling {
            stage: self.tellings.last().map_or(1, |last| last.stage + 1),
            upto,
            counted: counted.map(|counted| counted.number),
            members: Vec::new(),
        };
        let Some(last) = self.tellings.last() else { return (!waiting).then_some(telling) };
        let facts = breach.stages.iter().any(|stage| stage.number > last.upto);
        let known = self.counts(last.counted).map(|known| &known.counts);
        let numbers = counted.is_some_and(|counted| Some(&counted.counts) != known);
        ((facts || numbers) && !waiting).then_some(telling)
    }

    /// Who of those who may be told are still to be told of a stage. Those to whom it was addressed; where none of them is there any more and none was
    /// told, whoever is there now.
    pub(crate) fn owed<'m>(&self, telling: &Telling, able: &'m [String]) -> Vec<&'m str> {
        let was = |member: &str| {
            self.mailed.iter().any(|(stage, told, _)| *stage == telling.stage && told == member)
        };
        let none = !self.mailed.iter().any(|(stage, ..)| *stage == telling.stage);
        let listed: Vec<&str> = able
            .iter()
            .map(String::as_str)
            .filter(|member| telling.members.iter().any(|one| one == member))
            .collect();
        let whom = if listed.is_empty() && none { able.iter().map(String::as_str).collect() } else { listed };
        whom.into_iter().filter(|member| !was(member)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::NOTHING,
        entry::{Added, Entry, Recorded},
        words::{Nature, Words},
    };
    use vivier_domain::ids::{AdditionId, BreachId};

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn start() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn words() -> Words {
        Words { fr: "f".to_owned(), en: "e".to_owned() }
    }

    fn walked(whats: Vec<(Timestamp, Who, What)>) -> Walked {
        let (breach, mut entries) = (BreachId::generate(), Vec::new());
        for (number, (at, who, what)) in (1..).zip(whats) {
            entries.push((Entry { breach, tenant: None, number, at, who, what, previous: NOTHING }, NOTHING));
        }
        Walked { seq: entries.len() as u64, entries, hash: NOTHING, broken_at: None }
    }

    fn breach(later: &[&str]) -> Breach {
        let recorded = Recorded {
            began_at: None,
            aware_at: start(),
            natures: vec![Nature::Availability],
            what: words(),
            places: vec!["silo/alerts".to_owned()],
            consequences: None,
            measures: None,
            contact: "dpo".to_owned(),
        };
        let mut whats = vec![(start(), Who::Operator, What::Recorded(recorded))];
        for place in later {
            let added = Added {
                id: AdditionId::generate(),
                what: None,
                consequences: Some(words()),
                measures: None,
                places: vec![(*place).to_owned()],
            };
            whats.push((start() + HOUR * 3, Who::Operator, What::Added(added)));
        }
        Breach::of(BreachId::generate(), walked(whats)).unwrap()
    }

    fn affected() -> What {
        let slug = Slug::try_from("acme".to_owned()).unwrap();
        What::Affected { name: "Acme".to_owned(), slug, known_at: None }
    }

    fn counted(places: &[&str], records: u64) -> What {
        let counts = places
            .iter()
            .map(|place| Count {
                place: (*place).to_owned(),
                records: Some(records),
                persons: None,
                estimate: false,
            })
            .collect();
        What::Counted { places: places.iter().map(|place| (*place).to_owned()).collect(), counts }
    }

    fn telling(stage: u32, upto: u64, counted: Option<u64>, members: &[&str]) -> What {
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        What::Telling(Telling { stage, upto, counted, members })
    }

    fn mailed(stage: u32, member: &str) -> What {
        What::Mailed { stage, member: member.to_owned() }
    }

    fn case(whats: Vec<What>) -> Case {
        let whats = whats.into_iter().map(|what| (start(), Who::System, what)).collect();
        Case::of(TenantId::generate(), &walked(whats)).unwrap()
    }

    #[test]
    fn a_tenant_is_told_at_once_when_it_was_counted_and_after_an_hour_otherwise() {
        let breach = breach(&[]);
        let uncounted = case(vec![affected()]);
        assert!(uncounted.news(&breach, start()).is_none());
        let told = uncounted.news(&breach, start() + HOUR).unwrap();
        assert_eq!((told.stage, told.upto, told.counted), (1, 1, None));
        let told = case(vec![affected(), counted(&["silo/alerts"], 3)]).news(&breach, start()).unwrap();
        assert_eq!((told.stage, told.counted), (1, Some(2)));
    }

    #[test]
    fn what_is_new_is_told_once() {
        let first =
            vec![affected(), counted(&["silo/alerts"], 3), telling(1, 1, Some(2), &["a"]), mailed(1, "a")];
        let late = start() + HOUR * 9;
        assert!(case(first.clone()).news(&breach(&[]), late).is_none());
        let same = [first.clone(), vec![counted(&["silo/alerts"], 3)]].concat();
        assert!(case(same).news(&breach(&[]), late).is_none(), "the same numbers are no news");
        let other = [first.clone(), vec![counted(&["silo/alerts"], 4)]].concat();
        assert_eq!(case(other).news(&breach(&[]), late).unwrap().stage, 2);
        let more = breach(&["silo/offers"]);
        assert!(case(first.clone()).news(&more, start() + HOUR * 3).is_none(), "numbers are waited for");
        let news = case(first.clone()).news(&more, late).unwrap();
        assert_eq!((news.stage, news.upto, news.counted), (2, 2, Some(2)));
        let told = [first, vec![counted(&["silo/alerts", "silo/offers"], 1), telling(2, 2, Some(5), &["a"])]];
        assert!(case(told.concat()).news(&more, late).is_none());
    }

    #[test]
    fn who_is_owed_a_mail() {
        let able: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        for (whats, owed) in [
            (vec![affected(), telling(1, 1, None, &["a", "b"])], vec!["a", "b"]),
            (vec![affected(), telling(1, 1, None, &["a", "b"]), mailed(1, "a")], vec!["b"]),
            (vec![affected(), telling(1, 1, None, &["a", "b"]), mailed(2, "a")], vec!["a", "b"]),
            (vec![affected(), telling(1, 1, None, &["gone"])], vec!["a", "b", "c"]),
            (vec![affected(), telling(1, 1, None, &["gone"]), mailed(1, "gone")], vec![]),
        ] {
            let case = case(whats);
            assert_eq!(case.owed(&case.tellings[0], &able), owed);
        }
    }

    #[test]
    fn when_somebody_has_to_be_told_and_when_nobody_has_any_more() {
        let breach = breach(&[]);
        let untold = case(vec![affected()]);
        assert!(!untold.tenant_is_due(&breach, start() + HOUR * 18));
        assert!(untold.tenant_is_due(&breach, start() + HOUR * 19));
        assert!(!untold.authority_is_due(start() + HOUR * 500), "nobody knows yet");
        let by = || Who::Member { subject: "a".to_owned() };
        let decided = |decision| (start(), by(), What::Decided { decision });
        let told = |more: Vec<(Timestamp, Who, What)>| {
            let first = vec![(start(), Who::System, affected()), (start(), Who::System, mailed(1, "a"))];
            Case::of(TenantId::generate(), &walked([first, more].concat())).unwrap()
        };
        let notified = Notified { at: start(), reference: "CNIL 1".to_owned() };
        for (more, due) in [
            (vec![], true),
            (vec![decided(Decision::NotifyForUs {})], true),
            (vec![decided(Decision::NotifiedOurselves { at: start() })], false),
            (vec![decided(Decision::NotRequired { reason: "r".to_owned() })], false),
            (
                vec![decided(Decision::NotifyForUs {}), (start(), Who::Operator, What::Notified(notified))],
                false,
            ),
        ] {
            let case = told(more);
            assert!(!case.tenant_is_due(&breach, start() + HOUR * 500));
            assert!(!case.authority_is_due(start() + HOUR * 48));
            assert_eq!(case.authority_is_due(start() + HOUR * 49), due, "{:?}", case.decided);
        }
    }

    #[test]
    fn a_tenant_that_was_found_later_has_its_day_from_then() {
        let slug = Slug::try_from("acme".to_owned()).unwrap();
        let late = start() + HOUR * 48;
        let found = What::Affected { name: "Acme".to_owned(), slug, known_at: Some(late) };
        let case = case(vec![found]);
        assert!(!case.tenant_is_due(&breach(&[]), late));
        assert!(case.tenant_is_due(&breach(&[]), late + HOUR * 19));
    }
}
