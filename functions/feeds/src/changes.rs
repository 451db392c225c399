//! Entering, changing and removing feeds, with what opens them. A secret is noted, made, and only then named by its feed; it is forgotten
//! only after it is gone. So a feed never goes out with another's secret, and none is left that nobody knows of.

use vivier_domain::feed::MOST_FEEDS;
use vivier_domain::ids::{FeedId, SecretId};
use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_store::feeds::{self, Feed, FeedTerms, Kept, KeptCredentials};
use vivier_tenancy::{TenancyError, TenantScope, rooms::SiloTx};

use crate::{
    App,
    body::{Opening, Wanted},
    credentials::Credentials,
};

/// Enters a feed.
pub async fn create(app: &App, scope: &TenantScope, id: FeedId, wanted: Wanted) -> Result<Feed, Problem> {
    {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        require_room(&tx, id, &wanted.terms).await?;
    }
    let terms = with_secret(app, scope, wanted).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    feeds::lock(&tx).await?;
    require_room(&tx, id, &terms).await?;
    feeds::insert(&tx, id, &terms, app.clock.now()).await?;
    let entered = feeds::fetch(&tx, id).await?.ok_or(TenancyError::Conflict("feed"))?;
    tx.commit().await?;
    Ok(entered)
}

/// Changes a feed as it was when it was `seen`.
pub async fn update(app: &App, scope: &TenantScope, seen: &Feed, wanted: Wanted) -> Result<Feed, Problem> {
    let terms = with_secret(app, scope, wanted).await?;
    let now = app.clock.now();
    let same_file = terms.address == seen.terms.address
        && terms.source == seen.terms.source
        && terms.format == seen.terms.format;
    let kept = if same_file { Kept::File } else { Kept::Nothing };
    let due = !same_file || terms.schedule != seen.terms.schedule || (terms.enabled && !seen.terms.enabled);
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    feeds::lock(&tx).await?;
    let current = feeds::fetch(&tx, seen.id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    if current.terms != seen.terms {
        return Err(Problem::new(ProblemKind::Conflict));
    }
    require_source(&tx, seen.id, &terms).await?;
    let next_at = if due { now } else { current.next_at };
    feeds::update(&tx, seen.id, &terms, kept, next_at, now).await?;
    let changed = feeds::fetch(&tx, seen.id).await?.ok_or(TenancyError::Conflict("feed"))?;
    tx.commit().await?;
    drop(session);
    if let Some(former) = seen.terms.credentials
        && seen.terms.credentials != terms.credentials
    {
        discard_now(app, scope, former.secret).await;
    }
    Ok(changed)
}

/// Removes a feed; whether there was one. The offers that it brought stay.
pub async fn delete(app: &App, scope: &TenantScope, id: FeedId) -> Result<bool, Problem> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    feeds::lock(&tx).await?;
    let Some(feed) = feeds::fetch(&tx, id).await? else { return Ok(false) };
    let deleted = feeds::delete(&tx, id).await?;
    tx.commit().await?;
    drop(session);
    if let Some(former) = feed.terms.credentials {
        discard_now(app, scope, former.secret).await;
    }
    Ok(deleted)
}

/// Removes a secret, and then forgets it.
pub async fn discard(app: &App, scope: &TenantScope, secret: SecretId) -> Result<(), TenancyError> {
    app.tenancy.secrets(scope).await?.delete(secret).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    feeds::forget_secret(&tx, secret).await?;
    Ok(tx.commit().await?)
}

/// The same at the end of a change that holds already: what cannot be removed now, the schedule removes.
async fn discard_now(app: &App, scope: &TenantScope, secret: SecretId) {
    if let Err(error) = discard(app, scope, secret).await {
        tracing::warn!(
            error = telemetry::chain(&error),
            "a secret that is not needed any more could not be removed"
        );
    }
}

async fn with_secret(app: &App, scope: &TenantScope, wanted: Wanted) -> Result<FeedTerms, Problem> {
    let credentials = match wanted.opening {
        Opening::Kept(kept) => kept,
        Opening::New(new) => Some(keep(app, scope, &new).await?),
    };
    Ok(FeedTerms { credentials, ..wanted.terms })
}

async fn keep(app: &App, scope: &TenantScope, new: &Credentials) -> Result<KeptCredentials, Problem> {
    let secret = SecretId::generate();
    let text = new.stored().map_err(|_| Problem::new(ProblemKind::Internal))?;
    {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        feeds::note_secret(&tx, secret, app.clock.now()).await?;
        tx.commit().await?;
    }
    app.tenancy.secrets(scope).await?.create(secret, &text).await?;
    Ok(KeptCredentials { kind: new.kind(), secret })
}

/// Whether a feed may be entered; one that this request entered before may.
async fn require_room(tx: &SiloTx<'_>, id: FeedId, terms: &FeedTerms) -> Result<(), Problem> {
    require_source(tx, id, terms).await?;
    if feeds::fetch(tx, id).await?.is_none() && feeds::count(tx).await? >= MOST_FEEDS {
        return Err(Problem::new(ProblemKind::LimitReached));
    }
    Ok(())
}

async fn require_source(tx: &SiloTx<'_>, id: FeedId, terms: &FeedTerms) -> Result<(), Problem> {
    if feeds::is_taken(tx, &terms.source, id).await? {
        return Err(Problem::new(ProblemKind::Conflict).field("source", "taken"));
    }
    Ok(())
}
