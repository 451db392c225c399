//! Publishable keys and the doors of their texts.

use vivier_domain::{
    entrance::Entrance,
    ids::{KeyId, ProjectId, TenantId},
    project::ProductKind,
    tenant::{Slug, TenantKind, TenantStatus},
};
use vivier_store::keys::{self, Cabinet, KeyError, MOST_KEYS, Made, Terms};
use vivier_tenancy::{
    Tenancy, TenantScope,
    registry::{Door, Registry, Tenant},
    rooms::records::Records,
};
use vivier_testkit::{scope, stack::Stack};

use crate::at;

struct House {
    tenant: Tenant,
    registry: Registry,
    tenancy: Tenancy,
    scope: TenantScope,
    project: ProjectId,
}

impl House {
    /// A tenant as its create leaves it, so that its doors open.
    async fn open() -> Self {
        let tenancy = Stack::from_env().tenancy().await;
        let (registry, platform) = (tenancy.registry().unwrap(), scope::platform());
        let slug = format!("t{}", TenantId::generate().simple());
        let slug = Slug::try_from(slug).unwrap();
        let tenant =
            registry.register(&platform, &slug, "T", TenantKind::Production, None, at(0)).await.unwrap();
        let tenant = registry.advance(&platform, &tenant, TenantStatus::Active).await.unwrap();
        let scope = platform.lend(&tenant);
        Self { tenant, registry, tenancy, scope, project: ProjectId::generate() }
    }

    /// Forgets the tenant. It has no stores, so whatever goes through all tenants would stumble over it.
    async fn close(&self) {
        self.records().clear().await.unwrap();
        self.registry.forget(&scope::platform(), &self.tenant).await.unwrap();
    }

    fn records(&self) -> Records<'_> {
        self.tenancy.records(&self.scope).unwrap()
    }

    /// Where this text leads at a moment.
    async fn opens(&self, text: &str, minutes: i64) -> Option<Entrance> {
        let found = self.registry.find(&Door::key(text)).await.unwrap()?;
        assert_eq!(found.tenant(), self.scope.tenant());
        found.entrance.filter(|entrance| entrance.opens(at(minutes)))
    }

    async fn doors(&self) -> usize {
        self.registry.doors_under(&self.scope, "key#").await.unwrap().len()
    }
}

fn cabinet<'a>(house: &'a House, records: &'a Records<'a>) -> Cabinet<'a> {
    Cabinet { registry: &house.registry, records, project: house.project }
}

fn terms(name: &str) -> Terms {
    Terms { name: name.to_owned(), ..Terms::default() }
}

fn text(made: &Made) -> &str {
    made.text.expose()
}

#[tokio::test]
async fn a_key_lives_and_dies() {
    let house = House::open().await;
    let records = house.records();
    let cabinet = cabinet(&house, &records);
    let id = KeyId::generate();
    let made = keys::create(&cabinet, id, terms("Site"), at(0)).await.unwrap();
    let entrance = house.opens(text(&made), 0).await.unwrap();
    assert_eq!((entrance.project, entrance.key), (house.project, Some(id)));
    assert!(text(&made).ends_with(&made.key.generations[0].ends_with));

    // Restricted: the text stays, and its door says so.
    let only = |terms: Terms| Terms { products: vec![ProductKind::Chatbot], ..terms };
    keys::update(&cabinet, id, only, at(1)).await.unwrap();
    assert!(!house.opens(text(&made), 1).await.unwrap().admits(ProductKind::SearchEngine));

    // Rotated: both open, then only the new one.
    let second = keys::rotate(&cabinet, id, 60, at(10)).await.unwrap();
    for (minutes, first_opens) in [(10, true), (69, true), (70, false)] {
        assert_eq!(house.opens(text(&made), minutes).await.is_some(), first_opens, "{minutes}");
        let entrance = house.opens(text(&second), minutes).await.unwrap();
        assert!(!entrance.admits(ProductKind::SearchEngine), "a new text has the key's limits");
    }

    // Rotated without overlap: whatever was before is taken off.
    let third = keys::rotate(&cabinet, id, 0, at(80)).await.unwrap();
    assert!(house.opens(text(&second), 80).await.is_none() && house.opens(text(&third), 80).await.is_some());
    assert_eq!(house.doors().await, 1);

    assert!(keys::revoke(&cabinet, id).await.unwrap());
    assert!(house.opens(text(&third), 80).await.is_none());
    assert_eq!((house.doors().await, keys::list(&cabinet, None, 10).await.unwrap().len()), (0, 0));
    assert!(!keys::revoke(&cabinet, id).await.unwrap(), "a second time there is none");
    assert!(matches!(keys::rotate(&cabinet, id, 0, at(90)).await, Err(KeyError::NotFound)));
    assert!(matches!(keys::update(&cabinet, id, only, at(90)).await, Err(KeyError::NotFound)));
    house.close().await;
}

#[tokio::test]
async fn a_key_of_another_project_is_left_alone() {
    let house = House::open().await;
    let records = house.records();
    let own = cabinet(&house, &records);
    let other = Cabinet { project: ProjectId::generate(), ..cabinet(&house, &records) };
    let id = KeyId::generate();
    let made = keys::create(&own, id, terms("Site"), at(0)).await.unwrap();
    assert!(!keys::revoke(&other, id).await.unwrap(), "there is none in that project");
    assert!(matches!(keys::rotate(&other, id, 0, at(1)).await, Err(KeyError::NotFound)));
    assert!(house.opens(text(&made), 1).await.is_some(), "and its text opens as before");
    house.close().await;
}

#[tokio::test]
async fn what_stopped_half_way_is_put_right_by_doing_it_again() {
    let house = House::open().await;
    let records = house.records();
    let cabinet = cabinet(&house, &records);
    let id = KeyId::generate();

    // Made twice under one id: the text that nobody saw opens nothing.
    let lost = keys::create(&cabinet, id, terms("Site"), at(0)).await.unwrap();
    let seen = keys::create(&cabinet, id, terms("Site"), at(0)).await.unwrap();
    assert!(house.opens(text(&lost), 0).await.is_none() && house.opens(text(&seen), 0).await.is_some());
    assert_eq!(keys::list(&cabinet, None, 10).await.unwrap().len(), 1);

    // A door of a text that the record does not know, and one whose limits were not written: the next change mends both.
    let stray = Entrance::to(house.project);
    let name = |n: u32| format!("key#{id}#{n}");
    house.registry.hang(&house.scope, &name(9), &Door::key("vpk_stray"), Some(&stray)).await.unwrap();
    house.registry.redirect(&house.scope, &name(1), &stray).await.unwrap();
    keys::update(&cabinet, id, |terms| terms, at(1)).await.unwrap();
    assert!(house.opens("vpk_stray", 1).await.is_none());
    assert_eq!(house.opens(text(&seen), 1).await.unwrap().key, Some(id));

    // Doors without a record are none of a key's.
    house.registry.hang(&house.scope, &name(9), &Door::key("vpk_stray"), Some(&stray)).await.unwrap();
    assert!(keys::revoke(&cabinet, id).await.unwrap());
    house.registry.hang(&house.scope, &name(9), &Door::key("vpk_stray"), Some(&stray)).await.unwrap();
    assert!(!keys::revoke(&cabinet, id).await.unwrap());
    assert_eq!(house.doors().await, 0);
    assert!(!house.registry.redirect(&house.scope, &name(9), &stray).await.unwrap(), "none is hung by that");
    house.close().await;
}

#[tokio::test]
async fn rotations_at_once_leave_no_text_that_opens_and_was_not_given_out() {
    let house = House::open().await;
    let records = house.records();
    let cabinet = cabinet(&house, &records);
    let id = KeyId::generate();
    let first = keys::create(&cabinet, id, terms("Site"), at(0)).await;
    let (one, two) =
        tokio::join!(keys::rotate(&cabinet, id, 0, at(1)), keys::rotate(&cabinet, id, 60, at(1)));
    // One of the two may meet the other and be refused.
    let given: Vec<_> = [first, one, two].into_iter().filter_map(Result::ok).collect();
    assert!(given.len() > 1);
    let key = keys::list(&cabinet, None, 1).await.unwrap().remove(0);
    let mut open = 0;
    for made in &given {
        open += usize::from(house.opens(text(made), 1).await.is_some());
    }
    assert_eq!((open, house.doors().await), (key.generations.len(), key.generations.len()));
    house.close().await;
}

#[tokio::test]
async fn the_first_key_is_renewed() {
    let house = House::open().await;
    let records = house.records();
    let cabinet = cabinet(&house, &records);
    let former = Entrance::to(house.project);
    house.registry.hang(&house.scope, "key#first", &Door::key("vpk_former"), Some(&former)).await.unwrap();
    let first = keys::renew_first(&cabinet, "First key", at(0)).await.unwrap();
    assert!(house.opens("vpk_former", 0).await.is_none());
    let again = keys::renew_first(&cabinet, "First key", at(0)).await.unwrap();
    assert!(house.opens(text(&first), 0).await.is_none() && house.opens(text(&again), 0).await.is_some());
    assert_eq!((house.doors().await, keys::list(&cabinet, None, 10).await.unwrap().len()), (1, 1));
    house.close().await;
}

#[tokio::test]
async fn a_project_has_only_so_many() {
    let house = House::open().await;
    let records = house.records();
    let cabinet = cabinet(&house, &records);
    for _ in 0..MOST_KEYS {
        keys::create(&cabinet, KeyId::generate(), terms("Site"), at(0)).await.unwrap();
    }
    let more = keys::create(&cabinet, KeyId::generate(), terms("Site"), at(0)).await;
    assert!(matches!(more, Err(KeyError::LimitReached)));
    let page = keys::list(&cabinet, None, 20).await.unwrap();
    let next = keys::list(&cabinet, Some(page[19].id), 20).await.unwrap();
    assert!(page.len() == 20 && next.len() == 20 && page[19].created_at <= next[0].created_at);
    assert!(page.iter().all(|key| next.iter().all(|other| other.id != key.id)));
    house.close().await;
}
