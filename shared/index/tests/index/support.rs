//! Made-up offers.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;
use vivier_domain::ids::{GenerationId, OfferId, TenantId};
use vivier_domain::offer::{Contract, Offer, OfferDraft, Remote};
use vivier_index::{Archive, Fingerprint, SearchIndex, SearchPage, SearchRequest, build};

pub(crate) const TODAY: Date = date(2026, 4, 1);

/// Offer number `n`, open and without anything special.
pub(crate) fn offer(n: u128, title: &str) -> Offer {
    let content = OfferDraft {
        reference: format!("R-{n}"),
        title: title.to_owned(),
        description: "Rejoignez-nous.".to_owned(),
        company: None,
        city: "Angers".to_owned(),
        postal_code: None,
        country: "FR".to_owned(),
        contract: Contract::Permanent,
        occupation_code: None,
        occupation: None,
        remote: Remote::None,
        salary_min: None,
        salary_max: None,
        salary_period: None,
        published_on: date(2026, 3, 1),
        expires_on: None,
        url: None,
        skills: Vec::new(),
        working_time: None,
        experience_years: None,
        education_level: None,
        position: None,
    };
    Offer { id: id(n), content }
}

pub(crate) fn id(n: u128) -> OfferId {
    OfferId::from(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n))
}

pub(crate) fn tenant(n: u128) -> Fingerprint {
    Fingerprint::of(TenantId::from(Uuid::from_u128(n)))
}

pub(crate) fn archive(offers: &[Offer]) -> Archive {
    build(offers.iter().cloned(), None, GenerationId::generate(), Timestamp::UNIX_EPOCH).unwrap()
}

pub(crate) fn index(offers: &[Offer]) -> SearchIndex {
    let archive = archive(offers);
    SearchIndex::open(archive.bytes, &archive.sha256).unwrap()
}

/// Offers with these titles, numbered from 0.
pub(crate) fn titles(titles: &[&str]) -> SearchIndex {
    let offers: Vec<_> = titles.iter().zip(0..).map(|(title, n)| offer(n, title)).collect();
    index(&offers)
}

pub(crate) fn request(q: &str) -> SearchRequest {
    let mut request = SearchRequest::new(tenant(1), TODAY);
    q.clone_into(&mut request.q);
    request
}

pub(crate) fn ids(page: &SearchPage) -> Vec<OfferId> {
    page.hits.iter().map(|hit| hit.id).collect()
}

/// The offers of all pages.
pub(crate) fn walk(index: &SearchIndex, mut asked: SearchRequest) -> Vec<OfferId> {
    let mut all = Vec::new();
    loop {
        let page = index.search(&asked).unwrap();
        all.extend(ids(&page));
        match page.next_cursor {
            Some(next) => asked.cursor = Some(next),
            None => return all,
        }
    }
}
