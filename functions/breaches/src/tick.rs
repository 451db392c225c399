//! What the schedule does: counts what was not counted, tells whom nobody told, and tells how much time is left.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivier_runtime::{
    HandlerError,
    telemetry::{self, Unit},
};
use vivier_tenancy::{PlatformScope, TenancyError, registry::Tenant};

use crate::{App, breach::Breach, counting, deadlines, register, tell};

/// No large table is counted, and no tenant taken up, after this long.
const BUDGET: Duration = Duration::from_mins(4);

/// What was found of all breaches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) mailed: u64,
    pub(crate) refused: u64,
    pub(crate) counted: u64,
    pub(crate) tenant_due: u64,
    pub(crate) authority_due: u64,
    pub(crate) broken: u64,
    pub(crate) failures: u64,
}

/// Goes on with every breach. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    let mut found = Found::default();
    let tenants = app.tenancy.registry()?.list(platform).await?;
    let (open, closed) = all(app, platform, &mut found).await?;
    let mut concerns = Vec::new();
    for breach in &open {
        concerns.push(Concern::of(app, platform, (breach, tenants.as_slice()), &mut found).await?);
    }
    // First whoever can be told is: counting takes its time.
    for concern in &concerns {
        Box::pin(concern.tell(app, platform, &mut found)).await;
    }
    for concern in &concerns {
        Box::pin(concern.count(app, platform, until, &mut found)).await;
        concern.look(app, platform, &mut found).await?;
    }
    for breach in &closed {
        if Instant::now() >= until {
            break;
        }
        let concern = Concern::of(app, platform, (breach, tenants.as_slice()), &mut found).await?;
        Box::pin(concern.tell(app, platform, &mut found)).await;
        concern.look(app, platform, &mut found).await?;
    }
    if found.broken > 0 {
        tracing::error!(chains = found.broken, "the register of breaches was tampered with");
    }
    for (name, value) in [
        ("BreachesTenantDue", found.tenant_due),
        ("BreachesAuthorityDue", found.authority_due),
        ("BreachesBroken", found.broken),
    ] {
        telemetry::metric("breaches", name, Unit::Count, value);
    }
    let Found { mailed, refused, counted, tenant_due, authority_due, broken, failures } = found;
    Ok(json!({
        "open": open.len(), "mailed": mailed, "refused": refused, "counted": counted, "tenant_due": tenant_due,
        "authority_due": authority_due, "broken": broken, "failures": failures,
    }))
}

/// Breaches that are open, and those that are closed.
async fn all(
    app: &App,
    platform: &PlatformScope,
    found: &mut Found,
) -> Result<(Vec<Breach>, Vec<Breach>), HandlerError> {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    let listed = app.tenancy.breaches()?.list(platform).await?;
    found.broken += listed.unreadable;
    found.tenant_due += listed.unreadable;
    for id in listed.ids {
        let breach = match register::breach(app, platform, id).await {
            Ok(Some(breach)) => breach,
            Ok(None) | Err(TenancyError::Corrupt(_)) => {
                // Nobody can tell what it was: somebody has to look.
                found.broken += 1;
                found.tenant_due += 1;
                tracing::error!(breach = %id, "a breach cannot be read");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        found.broken += u64::from(breach.walked.broken_at.is_some());
        let with = if breach.closed_at.is_none() { &mut open } else { &mut closed };
        with.push(breach);
    }
    Ok((open, closed))
}

/// Goes on with one breach.
pub(crate) async fn one(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    tenants: &[Tenant],
    until: Instant,
    found: &mut Found,
) -> Result<(), HandlerError> {
    let concern = Concern::of(app, platform, (breach, tenants), found).await?;
    Box::pin(concern.tell(app, platform, found)).await;
    Box::pin(concern.count(app, platform, until, found)).await;
    concern.look(app, platform, found).await
}

/// A breach, and the tenants that it concerns and that are there.
struct Concern<'a> {
    breach: &'a Breach,
    tenants: Vec<&'a Tenant>,
}

impl<'a> Concern<'a> {
    async fn of(
        app: &App,
        platform: &PlatformScope,
        (breach, tenants): (&'a Breach, &'a [Tenant]),
        found: &mut Found,
    ) -> Result<Self, HandlerError> {
        let affected = app.tenancy.breaches()?.affected(platform, breach.id).await?;
        let open = breach.closed_at.is_none();
        found.broken += affected.unreadable;
        if open {
            // Recorded, and nobody said yet whom it concerns: that is found out within the same day.
            let nobody = affected.ids.is_empty() && affected.unreadable == 0;
            let due = nobody && deadlines::tenant_is_due(breach.recorded.aware_at, app.clock.now());
            found.tenant_due += affected.unreadable + u64::from(due);
        }
        let mut there = Vec::new();
        for id in affected.ids {
            let Some(tenant) = tenants.iter().find(|tenant| tenant.id == id) else {
                // It is gone, and nobody is left who could be told.
                tracing::warn!(breach = %breach.id, tenant = %id, "a breach concerns a tenant that is gone");
                continue;
            };
            there.push(tenant);
        }
        Ok(Self { breach, tenants: there })
    }

    /// Tells all of them what there is to tell.
    async fn tell(&self, app: &App, platform: &PlatformScope, found: &mut Found) {
        for tenant in &self.tenants {
            self.tell_one(app, platform, tenant, found).await;
        }
    }

    async fn tell_one(&self, app: &App, platform: &PlatformScope, tenant: &Tenant, found: &mut Found) {
        match tell::tell(app, &platform.lend(tenant), self.breach).await {
            Ok(told) => {
                found.mailed += told.mailed;
                found.refused += told.refused;
            }
            Err(error) => {
                found.failures += 1;
                tracing::error!(breach = %self.breach.id, tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was not told of a breach");
            }
        }
    }

    /// Counts what was not counted, while there is time, and tells whom that concerns.
    async fn count(&self, app: &App, platform: &PlatformScope, until: Instant, found: &mut Found) {
        if self.breach.closed_at.is_some() {
            return;
        }
        for tenant in self.tenants.iter().filter(|tenant| counting::is_countable(tenant.status)) {
            if Instant::now() >= until {
                return;
            }
            match counting::count(app, &platform.lend(tenant), self.breach, until).await {
                Ok(false) => {}
                Ok(true) => {
                    found.counted += 1;
                    self.tell_one(app, platform, tenant, found).await;
                }
                Err(error) => {
                    found.failures += 1;
                    tracing::error!(breach = %self.breach.id, tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was not counted");
                }
            }
        }
    }

    /// Finds out who is still to be told, and whose timeline does not hold.
    async fn look(&self, app: &App, platform: &PlatformScope, found: &mut Found) -> Result<(), HandlerError> {
        let open = self.breach.closed_at.is_none();
        for tenant in &self.tenants {
            let case = match register::case(app, &platform.lend(tenant), self.breach.id).await {
                Ok(Some(case)) => case,
                Ok(None) | Err(TenancyError::Corrupt(_)) => {
                    found.broken += 1;
                    found.tenant_due += u64::from(open);
                    tracing::error!(breach = %self.breach.id, tenant = %tenant.id, "a timeline cannot be read");
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            found.broken += u64::from(case.walked.broken_at.is_some());
            let now = app.clock.now();
            found.tenant_due += u64::from(open && case.tenant_is_due(self.breach, now));
            // Who agreed relies on us, whether the breach is closed or not.
            found.authority_due += u64::from((open || case.is_agreed()) && case.authority_is_due(now));
        }
        Ok(())
    }
}
