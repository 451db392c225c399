//! What an operator may ask for. What operators write here names nobody: it is read by tenants, and kept for as long as the suite runs.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use vivier_data_map::map;
use vivier_domain::{
    ids::{AdditionId, BreachId},
    member::Language,
    tenant::Slug,
};
use vivier_runtime::{HandlerError, operator};
use vivier_tenancy::{PlatformScope, TenancyError};

use crate::{
    App,
    affect::{self, Affected, Which},
    breach::Breach,
    entry::{Added, How, Notified, Recorded, What},
    register, shown,
    tick::{self, Found},
    words::{self, LONGEST_CONTACT, Nature, Words},
};

mod standing;

/// A run by hand takes up no tenant after this long.
const BUDGET: Duration = Duration::from_mins(1);
/// The most places that a breach is said to concern at once: each may be all of a store.
const MOST_PLACES: usize = 100;
/// Times an entry is written anew when others are quicker.
const TRIES: usize = 8;

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A breach became known. The same once more changes nothing.
    Record {
        /// What it is called from now on.
        id: BreachId,
        /// When it began, where that is known.
        began_at: Option<Timestamp>,
        /// When we became aware of it: the tenants' day begins.
        aware_at: Timestamp,
        /// What it did to data.
        natures: Vec<Nature>,
        /// What happened. It names nobody.
        what: Words,
        /// Stores, or tables of stores, of the data map: `silo`, `silo/alerts`.
        places: Vec<String>,
        /// The likely consequences, where they are known.
        consequences: Option<Words>,
        /// What is done, or proposed, where that is known.
        measures: Option<Words>,
        /// Whom to ask: a function and how to reach it.
        contact: String,
    },
    /// More became known (Art. 33(4)). What was said before stays.
    Add {
        /// Of which breach.
        breach: BreachId,
        /// What the addition is called: the same once more changes nothing.
        id: AdditionId,
        /// New facts. They name nobody.
        what: Option<Words>,
        /// The likely consequences, as they are seen now.
        consequences: Option<Words>,
        /// The measures, as they are now.
        measures: Option<Words>,
        /// Further places.
        #[serde(default)]
        places: Vec<String>,
        /// Further tenants.
        #[serde(default)]
        tenants: Vec<Slug>,
    },
    /// It concerns tenants; what they have in the places concerned is counted.
    Affect {
        /// Which breach.
        breach: BreachId,
        /// `all`, or their short names.
        tenants: Which,
        /// When that became known, where it was later than the breach: their day begins then.
        known_at: Option<Timestamp>,
    },
    /// Counts and tells now, instead of within five minutes.
    Tell {
        /// Of which breach.
        breach: BreachId,
    },
    /// Somebody told a tenant, by telephone or by hand.
    Told {
        /// Of which breach.
        breach: BreachId,
        /// Whom.
        tenant: Slug,
        /// When.
        at: Timestamp,
        /// How.
        how: How,
    },
    /// The notification for a tenant's authority, as a page.
    Notification {
        /// Of which breach.
        breach: BreachId,
        /// For whom.
        tenant: Slug,
        /// What it is written in.
        #[serde(default)]
        language: Language,
    },
    /// The supervisory authority was notified.
    Authority {
        /// Of which breach.
        breach: BreachId,
        /// For whom.
        tenant: Slug,
        /// When.
        at: Timestamp,
        /// What the authority calls it.
        reference: String,
    },
    /// Nothing is left to be done.
    Close {
        /// Which breach.
        breach: BreachId,
        /// Why.
        reason: Words,
    },
    /// All that is known, and whether the timelines hold.
    Show {
        /// Of which breach.
        breach: BreachId,
    },
    /// Every breach.
    List {},
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    match operator::command(command)? {
        Command::Record {
            id,
            began_at,
            aware_at,
            natures,
            what,
            places,
            consequences,
            measures,
            contact,
        } => {
            let recorded =
                Recorded { began_at, aware_at, natures, what, places, consequences, measures, contact };
            record(app, platform, id, recorded).await
        }
        Command::Add { breach, id, what, consequences, measures, places, tenants } => {
            let added = Added { id, what, consequences, measures, places };
            add(app, platform, breach, added, tenants, until).await
        }
        Command::Affect { breach, tenants, known_at } => {
            let found = open(read(app, platform, breach).await?)?;
            let (from, now) = (found.recorded.aware_at, app.clock.now());
            if known_at.is_some_and(|at| at < from || at > now) {
                let message = "known_at lies between the awareness of the breach and now";
                return Err(HandlerError::refused("invalid-moment", message));
            }
            let tenants = affect::named(app, platform, &tenants).await?;
            let done = affect::affect(app, platform, &found, &tenants, known_at, until).await?;
            Ok(affected(breach, done))
        }
        Command::Tell { breach } => {
            let found = read(app, platform, breach).await?;
            let tenants = app.tenancy.registry()?.list(platform).await?;
            let mut told = Found::default();
            Box::pin(tick::one(app, platform, &found, &tenants, until, &mut told)).await?;
            Ok(json!({
                "breach": breach, "mailed": told.mailed, "refused": told.refused, "counted": told.counted,
                "failures": told.failures,
            }))
        }
        Command::Told { breach, tenant, at, how } => {
            let found = read(app, platform, breach).await?;
            standing::told(app, platform, &found, &tenant, (at, how)).await
        }
        Command::Notification { breach, tenant, language } => {
            let found = read(app, platform, breach).await?;
            standing::notification(app, platform, &found, &tenant, language).await
        }
        Command::Authority { breach, tenant, at, reference } => {
            let found = read(app, platform, breach).await?;
            standing::authority(app, platform, &found, &tenant, Notified { at, reference }).await
        }
        Command::Close { breach, reason } => {
            reason.check("reason")?;
            standing::close(app, platform, read(app, platform, breach).await?, reason).await
        }
        Command::Show { breach } => standing::show(app, platform, breach).await,
        Command::List {} => {
            let mut listed = Vec::new();
            let known = app.tenancy.breaches()?.list(platform).await?;
            for id in known.ids {
                let tenants = app.tenancy.breaches()?.affected(platform, id).await?.ids.len();
                let found = register::breach(app, platform, id).await?;
                listed.push(found.map_or_else(
                    || json!({"id": id, "tenants": tenants, "whole": false}),
                    |found| shown::listed(&found, tenants),
                ));
            }
            Ok(json!({"breaches": listed, "unreadable": known.unreadable}))
        }
    }
}

async fn read(app: &App, platform: &PlatformScope, id: BreachId) -> Result<Breach, HandlerError> {
    let found = register::breach(app, platform, id).await?;
    found.ok_or_else(unknown)
}

fn unknown() -> HandlerError {
    HandlerError::refused("unknown-breach", "no breach is recorded under this id")
}

fn open(breach: Breach) -> Result<Breach, HandlerError> {
    if breach.closed_at.is_some() {
        return Err(HandlerError::refused("closed", "the breach is closed: record what is new as another"));
    }
    Ok(breach)
}

fn affected(breach: BreachId, done: Affected) -> Value {
    json!({"breach": breach, "affected": done.added, "counted": done.counted, "left": done.left})
}

fn check_recorded(recorded: &Recorded, now: Timestamp) -> Result<(), HandlerError> {
    if recorded.aware_at > now || recorded.began_at.is_some_and(|began| began > recorded.aware_at) {
        let message = "a breach begins before we are aware of it, and we are before now";
        return Err(HandlerError::refused("invalid-moment", message));
    }
    let natures = &recorded.natures;
    let twice = (1..natures.len()).any(|place| natures[..place].contains(&natures[place]));
    if natures.is_empty() || twice {
        return Err(HandlerError::refused("invalid-natures", "a breach has a nature or several, each once"));
    }
    recorded.what.check("what")?;
    check_more(recorded.consequences.as_ref(), recorded.measures.as_ref())?;
    words::check_line(&recorded.contact, LONGEST_CONTACT, "contact")?;
    check_places(&recorded.places, 1)
}

fn check_more(consequences: Option<&Words>, measures: Option<&Words>) -> Result<(), HandlerError> {
    consequences.map_or(Ok(()), |words| words.check("consequences"))?;
    measures.map_or(Ok(()), |words| words.check("measures"))
}

fn check_places(places: &[String], least: usize) -> Result<(), HandlerError> {
    if !(least..=MOST_PLACES).contains(&places.len()) {
        let message = format!("a breach concerns {least} to {MOST_PLACES} places");
        return Err(HandlerError::refused("invalid-places", message));
    }
    words::check_places(map(), places)
}

async fn record(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
    recorded: Recorded,
) -> Result<Value, HandlerError> {
    check_recorded(&recorded, app.clock.now())?;
    for _ in 0..TRIES {
        if let Some(found) = register::breach(app, platform, id).await? {
            if found.recorded != recorded {
                let message = "another breach is recorded under this id: add to it, or choose another id";
                return Err(HandlerError::refused("recorded-otherwise", message));
            }
            let tenants = app.tenancy.breaches()?.affected(platform, id).await?.ids.len();
            return Ok(shown::listed(&found, tenants));
        }
        match register::append(app, platform, id, None, What::Recorded(recorded.clone())).await {
            Err(error) if crate::tell::is_conflict(&error) => {}
            outcome => outcome?,
        }
    }
    Err(TenancyError::Busy("register of breaches").into())
}

async fn add(
    app: &App,
    platform: &PlatformScope,
    id: BreachId,
    added: Added,
    tenants: Vec<Slug>,
    until: Instant,
) -> Result<Value, HandlerError> {
    added.what.as_ref().map_or(Ok(()), |words| words.check("what"))?;
    check_more(added.consequences.as_ref(), added.measures.as_ref())?;
    check_places(&added.places, 0)?;
    if !added.says() && tenants.is_empty() {
        return Err(HandlerError::refused("nothing-new", "an addition says something that is new"));
    }
    let further = match tenants.as_slice() {
        [] => Vec::new(),
        _ => affect::named(app, platform, &Which::Named(tenants)).await?,
    };
    let mut found = open(read(app, platform, id).await?)?;
    for _ in 0..TRIES {
        if let Some(stage) = found.stages.iter().find(|stage| stage.added.id == added.id) {
            if stage.added != added {
                let message = "another addition has this id: choose another one";
                return Err(HandlerError::refused("added-otherwise", message));
            }
            // Their day begins now, and not when the breach became known.
            let done = affect::affect(app, platform, &found, &further, Some(stage.at), until).await?;
            let mut answer = affected(id, done);
            answer["entry"] = json!(stage.number);
            return Ok(answer);
        }
        match register::append(app, platform, id, Some(&found.walked), What::Added(added.clone())).await {
            Err(error) if crate::tell::is_conflict(&error) => {}
            outcome => outcome?,
        }
        found = open(read(app, platform, id).await?)?;
    }
    Err(TenancyError::Busy("register of breaches").into())
}

#[cfg(test)]
mod tests;
