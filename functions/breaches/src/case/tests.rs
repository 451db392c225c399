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
            least: false,
        })
        .collect();
    What::Counted { places: places.iter().map(|place| (*place).to_owned()).collect(), counts }
}

fn telling(stage: u32, upto: u64, counted: Option<u64>, members: &[&str]) -> What {
    let members = members.iter().map(|member| (*member).to_owned()).collect();
    What::Telling(Telling { stage, upto, counted, members })
}

fn mailed(stage: u32, member: &str) -> What {
    What::Mailed { stage, member: member.to_owned(), at: None }
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
fn who_is_named_later_is_no_news_to_the_others() {
    let id = AdditionId::generate();
    let named = Added { id, what: None, consequences: None, measures: None, places: Vec::new() };
    let recorded = breach(&[]).recorded;
    let later = start() + HOUR * 30;
    let breach = Breach::of(
        BreachId::generate(),
        walked(vec![
            (start(), Who::Operator, What::Recorded(recorded)),
            (later, Who::Operator, What::Added(named)),
        ]),
    );
    let breach = breach.unwrap();
    let told = vec![affected(), counted(&["silo/alerts"], 3), telling(1, 1, Some(2), &["a"])];
    let told = case([told, vec![mailed(1, "a")]].concat());
    assert!(told.news(&breach, later + HOUR).is_none() && breach.said().next().is_none());
    let slug = Slug::try_from("late".to_owned()).unwrap();
    let new = What::Affected { name: "Late".to_owned(), slug, known_at: Some(breach.stages[0].at) };
    let new = case(vec![new]);
    assert_eq!(deadlines::tenant_due(new.aware_at(&breach)), later + HOUR * 24);
    assert_eq!(new.news(&breach, later).unwrap().stage, 1);
}

#[test]
fn nobody_waits_for_numbers_until_it_is_too_late() {
    let breach = breach(&["silo/offers"]);
    let late = vec![(start() + HOUR * 18, Who::Operator, affected())];
    let late = Case::of(TenantId::generate(), &walked(late)).unwrap();
    assert!(late.news(&breach, start() + HOUR * 18).is_none(), "numbers are waited for");
    assert!(late.news(&breach, start() + HOUR * 18 + SignedDuration::from_secs(1)).is_some());
    let untold = case(vec![affected()]);
    assert!(untold.news(&breach, start() + HOUR * 3).is_some(), "what is learnt later prolongs nothing");
}

#[test]
fn told_by_people_or_by_the_first_mail_and_when_that_was_taken() {
    let at = |hours: i32| start() + HOUR * hours;
    let taken = |hours: i32| What::Mailed { stage: 1, member: "a".to_owned(), at: Some(at(hours)) };
    let called = What::Told { at: at(2), how: How::Telephone };
    assert_eq!(case(vec![affected(), taken(4), taken(3)]).told_at(), Some(at(3)));
    assert_eq!(case(vec![affected(), taken(4), called.clone()]).told_at(), Some(at(2)));
    let called = case(vec![affected(), called]);
    assert!(!called.tenant_is_due(&breach(&[]), at(30)));
    assert!(called.news(&breach(&[]), at(30)).is_some(), "it is mailed all the same");
}

#[test]
fn who_is_owed_a_mail() {
    let able: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
    for (whats, owed) in [
        (vec![affected(), telling(1, 1, None, &["a", "b", "c"])], vec!["a", "b", "c"]),
        (vec![affected(), telling(1, 1, None, &["a", "gone"])], vec!["a", "b", "c"]),
        (vec![affected(), telling(1, 1, None, &["a", "b"]), mailed(1, "a")], vec!["b"]),
        (vec![affected(), telling(1, 1, None, &["a", "b"]), mailed(2, "a")], vec!["a", "b", "c"]),
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
        (vec![decided(Decision::NotifyForUs {}), (start(), Who::Operator, What::Notified(notified))], false),
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
