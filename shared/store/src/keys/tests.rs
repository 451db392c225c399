use super::*;

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn key() -> KeyRecord {
    KeyRecord {
        id: KeyId::generate(),
        project: ProjectId::generate(),
        terms: Terms { name: "Site".into(), ..Terms::default() },
        created_at: at(0),
        generations: vec![Generation::new(1, "vpk_abcdWXYZ", at(0))],
    }
}

/// The generations that open at this moment.
fn live(key: &KeyRecord, minutes: i64) -> Vec<u32> {
    key.generations.iter().filter(|one| one.is_live(at(minutes))).map(|one| one.number).collect()
}

#[test]
fn a_rotation_overlaps_and_ends() {
    let mut key = key();
    key.rotate("vpk_second_2222", SignedDuration::from_mins(60), at(10)).unwrap();
    assert_eq!((live(&key, 10), live(&key, 69), live(&key, 70)), (vec![1, 2], vec![1, 2], vec![2]));
    assert_eq!(key.generations[1].ends_with, "2222");

    // A longer overlap does not lengthen an end that was set, a shorter one does shorten it.
    key.rotate("vpk_third", SignedDuration::from_mins(600), at(20)).unwrap();
    assert_eq!((live(&key, 69), live(&key, 70), live(&key, 620)), (vec![1, 2, 3], vec![2, 3], vec![3]));
    key.rotate("vpk_fourth", SignedDuration::ZERO, at(30)).unwrap();
    assert_eq!(key.generations.len(), 1, "what no longer opens is forgotten");
    assert_eq!(live(&key, 30), [4]);
}

#[test]
fn only_so_many_texts_open_at_once() {
    let mut key = key();
    for _ in 1..MOST_GENERATIONS {
        key.rotate("vpk_more", SignedDuration::from_mins(60), at(1)).unwrap();
    }
    assert_eq!(key.clone().rotate("vpk_more", SignedDuration::from_mins(60), at(2)), None);
    assert_eq!(key.rotate("vpk_more", SignedDuration::from_mins(60), at(61)), Some(()));
}

#[test]
fn the_entrance_says_what_the_record_says() {
    let mut key = key();
    key.terms.products = vec![ProductKind::Chatbot];
    key.terms.requests_per_minute = Some(60);
    key.rotate("vpk_second", SignedDuration::from_mins(5), at(0)).unwrap();
    let entrance = key.entrance(&key.generations[0]);
    assert_eq!((entrance.key, entrance.project), (Some(key.id), key.project));
    assert_eq!((entrance.expires_at, entrance.requests_per_minute), (Some(at(5)), Some(60)));
    assert!(!entrance.admits(ProductKind::SearchEngine));
}

#[test]
fn a_record_reads_back_as_it_was_written_and_holds_no_text() {
    let key = key();
    let text = serde_json::to_string(&key).unwrap();
    assert_eq!(serde_json::from_str::<KeyRecord>(&text).unwrap(), key);
    assert!(text.contains("WXYZ") && !text.contains("abcd"));
}

#[test]
fn terms() {
    let site = |n: usize| Origin::try_from(format!("https://s{n}.acme.example")).unwrap();
    let good = Terms { name: "Site".into(), ..Terms::default() };
    for (terms, expected) in [
        (good.clone(), None),
        (Terms { name: String::new(), ..good.clone() }, Some(("name", "invalid"))),
        (Terms { name: "a".repeat(81), ..good.clone() }, Some(("name", "invalid"))),
        (Terms { name: "a\nb".into(), ..good.clone() }, Some(("name", "invalid"))),
        (
            Terms { origins: (0..=MOST_ORIGINS).map(site).collect(), ..good.clone() },
            Some(("origins", "too-many")),
        ),
        (Terms { origins: vec![site(1), site(2), site(1)], ..good.clone() }, Some(("origins", "repeated"))),
        (
            Terms { products: vec![ProductKind::Chatbot, ProductKind::Chatbot], ..good.clone() },
            Some(("products", "repeated")),
        ),
        (
            Terms { requests_per_minute: Some(0), ..good.clone() },
            Some(("requests_per_minute", "out-of-range")),
        ),
        (Terms { requests_per_minute: Some(HIGHEST_RATE), ..good.clone() }, None),
    ] {
        assert_eq!(terms.broken().first().copied(), expected, "{terms:?}");
    }
}
