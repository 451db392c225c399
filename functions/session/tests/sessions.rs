//! Sessions, open logins and links in the table of the test stack, for two tenants. The times are made up.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use jiff::{SignedDuration, Timestamp};
use vivier_domain::ids::TenantId;
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::sessions::{Challenge, ChallengeTicket, Cookie, NewSession, Session, Sessions},
};
use vivier_testkit::{scope, stack::Stack};

const MEMBER: &str = "018f0000-0000-7000-8000-0000000000c1";
const COLLEAGUE: &str = "018f0000-0000-7000-8000-0000000000c2";

struct House {
    sessions: Sessions,
    own: TenantScope,
    other: TenantScope,
    start: Timestamp,
}

impl House {
    async fn open() -> Self {
        Self {
            sessions: Stack::from_env().tenancy().await.sessions().unwrap(),
            own: scope::front(TenantId::generate()),
            other: scope::front(TenantId::generate()),
            start: "2100-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn at(&self, minutes: i64) -> Timestamp {
        self.start + SignedDuration::from_mins(minutes)
    }

    fn begun<'m>(&self, member: &'m str, minutes: i64) -> NewSession<'m> {
        NewSession {
            member,
            created_at: self.at(0),
            ends_at: self.at(720),
            idle: SignedDuration::from_mins(60),
            now: self.at(minutes),
        }
    }

    async fn session(&self, scope: &TenantScope, member: &str) -> (Cookie, Session) {
        self.sessions.of(scope).create(&self.begun(member, 0), &"secret").await.unwrap()
    }

    async fn found(&self, cookie: &Cookie, minutes: i64) -> Option<Session> {
        self.sessions.open(cookie, self.at(minutes)).await.unwrap()
    }
}

#[tokio::test]
async fn a_cookie_opens_its_session_until_it_ends() {
    let house = House::open().await;
    let (cookie, made) = house.session(&house.own, MEMBER).await;
    let found = house.found(&cookie, 1).await.unwrap();
    assert_eq!((found.tenant, found.member.as_str()), (house.own.tenant(), MEMBER));
    assert!(found.admits_write(made.csrf()) && found.name == made.name);
    let secret: Option<String> = house.sessions.unseal(&cookie, house.at(1)).await.unwrap();
    assert_eq!(secret.as_deref(), Some("secret"));
    assert!(house.found(&cookie, 60).await.is_none(), "left idle");
    // Used every fifty minutes it lives to its end, and no longer.
    for turn in 1..=14 {
        let found = house.found(&cookie, turn * 50).await.unwrap();
        house.sessions.touch(&found, house.at(turn * 50)).await.unwrap();
    }
    assert!(house.found(&cookie, 719).await.is_some() && house.found(&cookie, 720).await.is_none());
}

#[tokio::test]
async fn another_cookie_opens_nothing() {
    let house = House::open().await;
    let (cookie, session) = house.session(&house.own, MEMBER).await;
    let mut bytes = cookie.expose();
    bytes.replace_range(60..64, "AAAA");
    assert!(house.found(&Cookie::parse(&bytes).unwrap(), 1).await.is_none());
    // What the table knows has a ticket's length, and opens nothing either.
    if let Some(name) = Cookie::parse(&session.name) {
        assert!(house.found(&name, 1).await.is_none());
    }
    let challenge = ChallengeTicket::parse(&cookie.expose()).unwrap();
    let opened = house.sessions.open_challenge::<String>(&challenge, house.at(1)).await.unwrap();
    assert!(opened.is_none(), "a cookie is no challenge");
}

#[tokio::test]
async fn use_does_not_bring_an_ended_session_back() {
    let house = House::open().await;
    let (cookie, session) = house.session(&house.own, MEMBER).await;
    house.sessions.of(&house.own).delete(&session.name).await.unwrap();
    house.sessions.touch(&session, house.at(30)).await.unwrap();
    assert!(house.found(&cookie, 30).await.is_none());
}

#[tokio::test]
async fn a_renewed_session_has_one_cookie() {
    let house = House::open().await;
    let (old, _) = house.session(&house.own, MEMBER).await;
    let own = house.sessions.of(&house.own);
    let (one, two) = (house.begun(MEMBER, 1), house.begun(MEMBER, 1));
    let (first, second) = tokio::join!(own.rotate(&old, &one, &"a"), own.rotate(&old, &two, &"b"));
    let mut renewed = Vec::new();
    for outcome in [first, second] {
        match outcome {
            Ok((cookie, _)) => renewed.push(cookie),
            Err(error) => assert!(matches!(error, TenancyError::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(renewed.len(), 1);
    assert!(house.found(&old, 1).await.is_none() && house.found(&renewed[0], 1).await.is_some());
}

#[tokio::test]
async fn all_of_one_member_and_of_nobody_else_end() {
    let house = House::open().await;
    let own = house.sessions.of(&house.own);
    let (kept, session) = house.session(&house.own, MEMBER).await;
    let (ended, _) = house.session(&house.own, MEMBER).await;
    let (colleague, _) = house.session(&house.own, COLLEAGUE).await;
    let (elsewhere, _) = house.session(&house.other, MEMBER).await;
    let link = own.reset(MEMBER, house.at(0)).await.unwrap();
    let open = Challenge { member: MEMBER, lifetime: SignedDuration::from_mins(5), secrets: &"s" };
    let challenge = own.challenge(&open, house.at(0)).await.unwrap();
    assert_eq!(own.delete_all(MEMBER, Some(&session.name)).await.unwrap(), 3);
    assert!(house.found(&ended, 1).await.is_none());
    assert!(house.sessions.open_reset(&link, house.at(1)).await.unwrap().is_none());
    assert!(house.sessions.open_challenge::<String>(&challenge, house.at(1)).await.unwrap().is_none());
    for cookie in [&kept, &colleague, &elsewhere] {
        assert!(house.found(cookie, 1).await.is_some());
    }
    assert_eq!(own.delete_all(MEMBER, None).await.unwrap(), 1);
    assert_eq!(own.delete_all(MEMBER, None).await.unwrap(), 0);
}

#[tokio::test]
async fn a_link_works_once_and_for_an_hour() {
    let house = House::open().await;
    let own = house.sessions.of(&house.own);
    let link = own.reset(MEMBER, house.at(0)).await.unwrap();
    assert_eq!(house.sessions.open_reset(&link, house.at(59)).await.unwrap().unwrap().member, MEMBER);
    assert!(house.sessions.open_reset(&link, house.at(60)).await.unwrap().is_none());
    let (one, two) = tokio::join!(
        house.sessions.take_reset(&link, house.at(1)),
        house.sessions.take_reset(&link, house.at(1))
    );
    assert_eq!([one, two].into_iter().filter(|taken| taken.as_ref().unwrap().is_some()).count(), 1);
    let late = own.reset(MEMBER, house.at(0)).await.unwrap();
    assert!(house.sessions.take_reset(&late, house.at(60)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_challenge_is_closed_once_and_ends() {
    let house = House::open().await;
    let open = Challenge { member: MEMBER, lifetime: SignedDuration::from_mins(5), secrets: &"s" };
    let ticket = house.sessions.of(&house.own).challenge(&open, house.at(0)).await.unwrap();
    for minutes in [1, 4] {
        let opened =
            house.sessions.open_challenge::<String>(&ticket, house.at(minutes)).await.unwrap().unwrap();
        assert_eq!((opened.member.as_str(), opened.secrets.as_str()), (MEMBER, "s"));
    }
    assert!(house.sessions.open_challenge::<String>(&ticket, house.at(5)).await.unwrap().is_none());
    assert!(house.sessions.close_challenge(&ticket, house.at(4)).await.unwrap());
    assert!(!house.sessions.close_challenge(&ticket, house.at(4)).await.unwrap());
}
