//! Looking for what is new to an alert: the saved search, in the published index, among the offers that came in since the mark.

use std::sync::Arc;

use vivier_domain::{ids::OfferId, settings::search::SearchSettings};
use vivier_index::{MAX_LIMIT, SearchIndex, SearchRequest, Synonym, Synonyms};
use vivier_runtime::HandlerError;
use vivier_store::alerts::{self, Alert, Marks};
use vivier_tenancy::TenantScope;

use crate::{App, saved};

/// More new offers than this an alert is not told the number of.
const MOST: usize = 1_000;

/// A saved search that cannot be read any more.
#[derive(Debug)]
struct Unreadable;

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a saved search cannot be read")
    }
}

impl std::error::Error for Unreadable {}

/// The offers of the index that are new to an alert, the newest first.
pub(crate) async fn look(
    app: &App,
    scope: &TenantScope,
    alert: &Alert,
    marks: Marks,
    index: &SearchIndex,
    settings: &SearchSettings,
) -> Result<Vec<OfferId>, HandlerError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let new = alerts::list_new(&tx, alert.id, marks).await?;
    tx.commit().await?;
    drop(session);
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let unreadable = || HandlerError::other("looking for offers", Unreadable);
    let pairs = saved::read(&alert.search).ok_or_else(unreadable)?;
    let places =
        saved::places(app, &pairs).await.map_err(|error| HandlerError::other("reading places", error))?;
    let mut request =
        saved::request(pairs, scope.tenant(), app.clock.today(), places).map_err(|_| unreadable())?;
    request.synonyms = Arc::new(synonyms(settings));
    settle_radius(index, &mut request)?;
    request.among = Some(Arc::new(new));
    request.limit = MAX_LIMIT;
    let mut found = Vec::new();
    loop {
        let page = index.search(&request).map_err(|error| HandlerError::other("searching", error))?;
        found.extend(page.hits.iter().map(|hit| hit.id));
        request.cursor = page.next_cursor;
        if request.cursor.is_none() || found.len() >= MOST {
            return Ok(found);
        }
    }
}

/// Where nobody said how far, the radius depends on how many offers there are, old ones included: as whoever searches sees it.
fn settle_radius(index: &SearchIndex, request: &mut SearchRequest) -> Result<(), HandlerError> {
    if request.within.is_none_or(|circle| !circle.widen) {
        return Ok(());
    }
    let all = SearchRequest { limit: 1, ..request.clone() };
    let page = index.search(&all).map_err(|error| HandlerError::other("searching", error))?;
    if let (Some(circle), Some(radius_km)) = (&mut request.within, page.radius_km) {
        (circle.radius_km, circle.widen) = (radius_km, false);
    }
    Ok(())
}

fn synonyms(settings: &SearchSettings) -> Synonyms {
    let equal = settings.synonyms.iter().map(|words| Synonym::Equal { words: words.clone() });
    let one_way =
        settings.one_way.iter().map(|rule| Synonym::OneWay { from: rule.from.clone(), to: rule.to.clone() });
    Synonyms::new(&equal.chain(one_way).collect::<Vec<_>>())
}
