use proptest::prelude::*;

use super::*;

fn masker() -> Masker {
    Masker::of(&[7; 32], 11)
}

#[test]
fn the_key_and_the_days_are_others_each_time() {
    let (one, two) = (Masker::random().unwrap(), Masker::random().unwrap());
    assert_ne!(one.email("a@b.example"), two.email("a@b.example"));
    assert!((1..=i64::from(MOST_DAYS)).contains(&one.days));
    assert_eq!(format!("{one:?}"), "Masker { .. }", "it says nothing of its key");
}

#[test]
fn addresses_in_a_text_are_found_and_no_more_of_it() {
    for (text, expected) in [
        ("Écrivez à rh@acme.example.", "rh@acme.example"),
        ("mailto:Marie.Dupont+x@acme.example?subject=a", "Marie.Dupont+x@acme.example"),
        (r#"{"contact":"dpo@acme.example"}"#, "dpo@acme.example"),
        ("sftp://host/@x", ""),
        ("@acme.example", ""),
        ("a@b", ""),
        ("é@été.example", "é@été.example"),
    ] {
        let found: Vec<&str> = addresses(text).into_iter().map(|(from, to)| &text[from..to]).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }
    let two = "a@b.example,c@d.example";
    assert_eq!(addresses(two).len(), 2);
    let masked = masker().without_addresses(two);
    assert_eq!(masked, format!("{},{}", masker().email("a@b.example"), masker().email("c@d.example")));
}

#[test]
fn moments_are_moved_by_whole_days() {
    let masker = masker();
    for (text, moved) in [
        ("2026-03-05", "2026-02-22"),
        ("2026-03-05 10:20:30.123456+00", "2026-02-22 10:20:30.123456+00"),
        ("2026-03-05T10:20:30.25Z", "2026-02-22T10:20:30.25Z"),
        ("infinity", "infinity"),
    ] {
        assert_eq!(masker.moved(text).unwrap(), moved);
    }
    assert_eq!(masker.moved_seconds("1000000000").unwrap(), "999049600");
    for formless in ["", "soon", "2026-13-01", "05/03/2026", "é2026-03-05"] {
        assert_eq!(masker.moved(formless), Err(Formless), "{formless}");
    }
    assert_eq!(masker.moved_seconds("x"), Err(Formless));
}

#[test]
fn identifiers_keep_their_form() {
    let masker = masker();
    let one = "0198f000-0000-7000-8000-000000000001";
    let other = masker.token(one);
    let (old, new): (Uuid, Uuid) = (one.parse().unwrap(), other.parse().unwrap());
    assert_eq!((new.get_version_num(), new.get_variant()), (7, old.get_variant()));
    assert_ne!(old, new);
    assert_eq!(masker.token(&format!("session#{one}")), format!("session#{other}"));
    assert_eq!(masker.token_bytes("\\x00ff").unwrap().len(), 6);
    assert_eq!(masker.token_bytes("00ff"), Err(Formless));
    assert!(!masker.token("<a1@acme.example>").contains('@'), "it looks like no address");
    let text = masker.token("Ab-12/é");
    assert!(
        text.chars().zip("Ab-12/é".chars()).all(|(new, old)| new.is_alphanumeric() == old.is_alphanumeric())
    );
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![".{0,200}", "[a-zé ]{0,60}", "(le|la|de|texte|the|and) ?(neutre|word)?"]
}

proptest! {
    #[test]
    fn an_address_is_nobodys_and_the_same_for_the_same(one in "[a-zA-Z0-9.]{1,20}@[a-z]{1,10}\\.(fr|com)", other in "[a-z]{1,20}@x\\.fr") {
        let masker = masker();
        let made = masker.email(&one);
        prop_assert!(vivier_domain::settings::tenant::is_address(&made) && vivier_domain::mail::is_nobody(&made));
        prop_assert_eq!(&made, &masker.email(&one.to_uppercase()));
        prop_assert_eq!(one.to_lowercase() == other, made == masker.email(&other));
    }

    #[test]
    fn no_text_is_found_in_its_mask(text in texts(), distinct in any::<bool>()) {
        let masker = masker();
        let made = masker.free_text(&text, distinct);
        prop_assert_eq!(&made, &masker.free_text(&text, distinct));
        if text.is_empty() {
            prop_assert!(made.is_empty());
        } else {
            prop_assert!(!made.is_empty() && !made.to_lowercase().contains(&text.to_lowercase()), "{made}");
            let most = text.chars().count().max(11) + if distinct { 23 } else { 0 };
            prop_assert!(made.chars().count() <= most, "{made}");
        }
    }

    #[test]
    fn a_long_text_stays_about_as_long(text in "[a-zé ]{40,400}") {
        let (old, new) = (text.chars().count(), masker().free_text(&text, false).chars().count());
        prop_assert!(new <= old && new + 12 >= old, "{old} {new}");
    }

    #[test]
    fn distinct_texts_stay_distinct(one in "[a-z]{1,4}", other in "[a-z]{1,4}") {
        let masker = masker();
        prop_assert_eq!(one == other, masker.free_text(&one, true) == masker.free_text(&other, true));
    }

    #[test]
    fn phones_and_networks_are_reserved_ones(phone in "\\+?[0-9 ]{4,15}", four in any::<[u8; 4]>(), six in any::<[u8; 16]>()) {
        let masker = masker();
        let made = masker.phone(&phone);
        prop_assert!(made.starts_with("+3363998") && made.len() == 12);
        let four: std::net::Ipv4Addr = masker.network(&std::net::Ipv4Addr::from(four).to_string()).parse().unwrap();
        prop_assert!(four.is_documentation());
        let six: std::net::Ipv6Addr = masker.network(&std::net::Ipv6Addr::from(six).to_string()).parse().unwrap();
        prop_assert_eq!(&six.segments()[..2], &[0x2001, 0xdb8]);
    }

    #[test]
    fn names_are_not_the_ones_they_stand_for(name in "[A-Z][a-z]{1,10} [A-Z][a-z]{1,10}") {
        let made = masker().name(&name);
        prop_assert!(made != name && made.contains("Fictif"));
    }

    #[test]
    fn identifiers_sort_as_before_and_stay_distinct(one in any::<u128>(), other in any::<u128>(), apart in 1_u64..1_000_000) {
        let masker = masker();
        let seven = |moment: u64, rest: u128| uuid::Builder::from_unix_timestamp_millis(moment, &rest.to_be_bytes()[..10].try_into().unwrap()).into_uuid();
        let first = seven(1_790_000_000_000, one);
        let second = seven(1_790_000_000_000 + apart, other);
        let (first, second) = (masker.token(&first.to_string()), masker.token(&second.to_string()));
        prop_assert!(first < second);
    }

    #[test]
    fn moments_keep_their_order(one in 0_i32..20_000, other in 0_i32..20_000) {
        let day = |days: i32| Date::constant(1970, 1, 1).checked_add(Span::new().days(days)).unwrap().to_string();
        let masker = masker();
        let (a, b) = (masker.moved(&day(one + 100)).unwrap(), masker.moved(&day(other + 100)).unwrap());
        prop_assert_eq!(one.cmp(&other), a.cmp(&b));
        prop_assert!(a < day(one + 100), "never into the future");
    }
}
