//! The tenant's offers for a wish, out of the search index that the function `search` reads as well.

use jiff::civil::Date;
use vivier_answers::wish::Wish;
use vivier_index::{Fingerprint, OfferSummary, SearchError, SearchIndex, SearchPage, SearchRequest};
use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_tenancy::{TenancyError, TenantScope};
use vivier_text::Language;

use crate::{
    App,
    reply::{OfferCard, Reply, ReplyKind},
    texts::{self, Found},
};

/// The most offers in one reply.
const MOST: usize = 5;

/// The reply to a wish, and how many offers there are for it.
pub(crate) async fn reply(
    app: &App,
    scope: &TenantScope,
    wish: Wish,
    language: Language,
) -> Result<(Reply, u64), Problem> {
    let open = async { Ok::<_, TenancyError>(app.tenancy.files(scope).await?.published_index()) };
    let index = app.indexes.current(scope.tenant(), open).await.map_err(|error| {
        tracing::error!(error = telemetry::chain(&error), "no index could be loaded");
        Problem::new(ProblemKind::Unavailable)
    })?;
    let (found, page) = match index {
        Some(index) => search(&index, &wish, Fingerprint::of(scope.tenant()), app.clock.today())?,
        None => (Found::Nothing, None),
    };
    let total = page.as_ref().map_or(0, |page| page.total);
    let cards = page.as_ref().map(cards).transpose().map_err(|error| failed(&error))?.unwrap_or_default();
    tracing::info!(total, shown = cards.len(), "a wish was answered with offers");
    let text = texts::offers(language, found, cards.len(), total);
    Ok((Reply { offers: cards, ..Reply::of(ReplyKind::Offers, language, text) }, total))
}

/// What is wished for; failing that, elsewhere or under another contract.
fn search(
    index: &SearchIndex,
    wish: &Wish,
    tenant: Fingerprint,
    today: Date,
) -> Result<(Found, Option<SearchPage>), Problem> {
    let city = wish.place.as_deref().map(|place| index.city(place).unwrap_or(place).to_owned());
    let request = |city: Option<String>, contract| SearchRequest {
        q: wish.words.clone(),
        city: city.into_iter().collect(),
        contract: Option::into_iter(contract).collect(),
        limit: MOST,
        ..SearchRequest::new(tenant, today)
    };
    let tries = [
        (Found::Exactly, request(city.clone(), wish.contract)),
        (Found::Nearly, request(city, None)),
        (Found::Nearly, request(None, wish.contract)),
        (Found::Nearly, request(None, None)),
    ];
    for (found, request) in tries {
        let page = index.search(&request).map_err(|error| failed(&error))?;
        if page.total > 0 {
            return Ok((found, Some(page)));
        }
    }
    Ok((Found::Nothing, None))
}

fn failed(error: &SearchError) -> Problem {
    tracing::error!(error = telemetry::chain(error), "the index failed");
    Problem::new(ProblemKind::Internal)
}

fn cards(page: &SearchPage) -> Result<Vec<OfferCard>, SearchError> {
    let card = |offer: OfferSummary| OfferCard {
        offer_id: offer.id,
        title: offer.title,
        company: offer.company,
        city: offer.city,
        url: offer.url,
    };
    page.hits.iter().map(|hit| hit.offer.read().map(card)).collect()
}
