//! Drafts, publication and history.

use vivier_domain::{
    ids::{ProjectId, TenantId},
    settings::{
        ProjectSettings,
        flow::{MOST_VERSIONS, Obstacle},
    },
};
use vivier_store::settings::{self, PublishError, State};
use vivier_tenancy::{
    Tenancy, TenancyError, TenantScope,
    rooms::records::{Place, Records},
};
use vivier_testkit::{legal, scope, stack::Stack};

use crate::at;

fn named(name: &str) -> ProjectSettings {
    ProjectSettings { name: Some(name.to_owned()), privacy: legal::privacy(), ..ProjectSettings::default() }
}

fn name(settings: &ProjectSettings) -> Option<&str> {
    settings.name.as_deref()
}

struct House {
    tenancy: Tenancy,
    own: TenantScope,
    other: TenantScope,
    place: Place,
}

impl House {
    async fn open() -> Self {
        let tenancy = Stack::from_env().tenancy().await;
        let tenant = || scope::back(TenantId::generate(), "member", &[]);
        Self { tenancy, own: tenant(), other: tenant(), place: Place::Project(ProjectId::generate()) }
    }

    fn records(&self) -> Records<'_> {
        self.tenancy.records(&self.own).unwrap()
    }

    async fn state(&self) -> State<ProjectSettings> {
        settings::fetch(&self.records(), self.place).await.unwrap()
    }

    async fn draft(&self, name: &str) -> State<ProjectSettings> {
        let seen = self.state().await;
        settings::put_draft(&self.records(), seen, named(name), "member", at(0)).await.unwrap()
    }

    async fn publish(&self, name: &str) -> u32 {
        let state = self.draft(name).await;
        settings::publish(&self.records(), &state, "member", at(1)).await.unwrap().number
    }

    async fn numbers(&self) -> Vec<u32> {
        let found = settings::versions(&self.records(), self.place, None, 100).await.unwrap();
        found.into_iter().map(|version| version.number).collect()
    }
}

#[tokio::test]
async fn a_draft_is_published_and_gone() {
    let house = House::open().await;
    assert_eq!(
        (house.state().await.tag(), house.state().await.settings()),
        ("0.0".into(), ProjectSettings::default())
    );

    let saved = house.draft("first").await;
    assert_eq!((saved.tag(), &saved), ("1.0".into(), &house.state().await));
    assert_eq!(saved.settings(), ProjectSettings::default(), "a draft holds for nobody");
    assert_eq!(house.publish("second").await, 1);

    let state = house.state().await;
    assert_eq!((state.number(), state.draft(), name(&state.settings())), (1, None, Some("second")));
    let nothing = settings::publish(&house.records(), &state, "member", at(2)).await.unwrap_err();
    assert!(matches!(nothing, PublishError::Obstacle(Obstacle::NoDraft)));

    // Nothing of it reaches another tenant, nor another place of this one.
    let records = house.tenancy.records(&house.other).unwrap();
    let elsewhere = settings::fetch::<ProjectSettings>(&records, house.place).await.unwrap();
    assert_eq!((elsewhere.number(), elsewhere.tag()), (0, "0.0".into()));
    let tenants: State<ProjectSettings> = settings::fetch(&house.records(), Place::Tenant).await.unwrap();
    assert_eq!(tenants.number(), 0);
}

#[tokio::test]
async fn what_was_not_seen_is_not_overwritten() {
    let house = House::open().await;
    let (records, seen) = (house.records(), house.state().await);
    house.draft("theirs").await;
    let late = settings::put_draft(&records, seen.clone(), named("mine"), "member", at(0)).await;
    assert!(matches!(late, Err(TenancyError::Conflict(_))), "{late:?}");

    // A draft that was thrown away and made anew is another one, though it looks the same.
    let first = house.state().await;
    settings::delete_draft(&records, &first).await.unwrap();
    house.draft("theirs").await;
    let stale = settings::delete_draft(&records, &first).await;
    assert!(matches!(stale, Err(TenancyError::Conflict(_))), "{stale:?}");

    // Two publications of one state are one.
    let state = house.state().await;
    settings::publish(&records, &state, "member", at(1)).await.unwrap();
    let twice = settings::publish(&records, &state, "member", at(1)).await.unwrap_err();
    assert!(matches!(twice, PublishError::Store(TenancyError::Conflict(_))), "{twice:?}");
    assert_eq!(house.numbers().await, [1]);
}

#[tokio::test]
async fn a_roll_back_is_a_version_of_its_own_and_outdates_drafts() {
    let house = House::open().await;
    for name in ["one", "two"] {
        house.publish(name).await;
    }
    house.draft("three").await;
    let (records, state) = (house.records(), house.state().await);
    let version = settings::version(&records, house.place, 1).await.unwrap().unwrap();
    let back = settings::rollback(&records, &state, &version, "member", at(3)).await.unwrap();
    assert_eq!((back.number, back.restores, name(&back.settings)), (3, Some(1), Some("one")));

    let state = house.state().await;
    let outdated = settings::publish(&records, &state, "member", at(4)).await.unwrap_err();
    assert!(matches!(outdated, PublishError::Obstacle(Obstacle::Outdated)));
    assert_eq!(house.publish("three").await, 4, "saved once more, it is on what holds");

    let state = house.state().await;
    let current = settings::version(&records, house.place, 4).await.unwrap().unwrap();
    let same = settings::rollback(&records, &state, &current, "member", at(5)).await.unwrap_err();
    assert!(matches!(same, PublishError::Obstacle(Obstacle::Current)));
    assert!(settings::version::<ProjectSettings>(&records, house.place, 5).await.unwrap().is_none());
}

#[tokio::test]
async fn commands_publish_without_a_draft_and_leave_it() {
    let house = House::open().await;
    let (records, state) = (house.records(), house.draft("draft").await);
    let change = |_: ProjectSettings| named("command");
    let made = settings::amend(&records, house.place, change, settings::OPERATOR, at(1)).await.unwrap();
    assert_eq!((made.number, made.published_by.as_str()), (1, "operator"));
    assert_eq!(house.state().await.draft(), state.draft());
    let broken = ProjectSettings { languages: vec![], ..ProjectSettings::default() };
    let broken = |_: ProjectSettings| broken.clone();
    let refused =
        settings::amend(&records, house.place, broken, settings::OPERATOR, at(2)).await.unwrap_err();
    assert!(matches!(refused, PublishError::Broken(_)));
    // Neither does a command publish what says nothing of candidates' data.
    let bare = |_: ProjectSettings| ProjectSettings::default();
    let refused = settings::amend(&records, house.place, bare, settings::OPERATOR, at(2)).await.unwrap_err();
    assert!(matches!(refused, PublishError::Lacking(_)));
    assert_eq!(house.numbers().await, [1]);
}

#[tokio::test]
async fn the_history_has_an_end() {
    let house = House::open().await;
    for n in 1..=MOST_VERSIONS + 2 {
        let named = |_: ProjectSettings| named(&n.to_string());
        settings::amend(&house.records(), house.place, named, settings::OPERATOR, at(0)).await.unwrap();
    }
    let numbers: Vec<_> = (3..=MOST_VERSIONS + 2).rev().collect();
    assert_eq!(house.numbers().await, numbers);
    let page = settings::versions(&house.records(), house.place, Some(50), 2).await.unwrap();
    assert_eq!(page.iter().map(|version| version.number).collect::<Vec<_>>(), [49, 48]);
}
