//! How a tenant's departure stands. It is kept where it outlives the tenant.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vivier_domain::{
    ids::TenantId,
    tenant::{Slug, TenantKind, TenantStatus},
};

use crate::{Entry, Signed, StoreReceipt};

/// Within so many days of the end of the contract everything is handed back (K3.4a).
pub const DAYS: i64 = 60;
/// So many days before that there is an alarm.
pub const WARNED: i64 = 10;

/// How a departure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The bundle is being made.
    Begun,
    /// The bundle can be fetched, and nobody has acknowledged it.
    Delivered,
    /// A member has acknowledged the bundle: what is here may be destroyed.
    Acknowledged,
    /// Some stores are destroyed.
    Destroying,
    /// Every store was destroyed and looked at again.
    Destroyed,
    /// There is a certificate.
    Certified,
}

impl State {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Destroying => "destroying",
            Self::Destroyed => "destroyed",
            Self::Certified => "certified",
        }
    }
}

/// A bundle that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// SHA-256 of the archive, in hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// How many entries it has.
    pub entries: u64,
    /// SHA-256 of its data, whosever it is.
    pub data_sha256: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A tenant that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// Who.
    pub tenant: TenantId,
    /// Its short name. Another tenant may bear it later.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Production or test.
    pub kind: TenantKind,
    /// Whether it was served until then: what it is again if the departure is called off.
    #[serde(default = "active")]
    pub was: TenantStatus,
    /// When the contract ended.
    pub begun_at: Timestamp,
    /// Until when the bundle is handed over.
    pub due_at: Timestamp,
    /// Entries that are ready to be packed.
    pub parts: Vec<Entry>,
    /// The bundle.
    pub bundle: Option<Bundle>,
    /// What a member signed.
    pub acknowledgement: Option<Signed>,
    /// Stores that were destroyed and looked at again.
    pub stores: Vec<StoreReceipt>,
    /// When all of them were.
    pub destroyed_at: Option<Timestamp>,
    /// The certificate of it.
    pub certificate: Option<Signed>,
}

const fn active() -> TenantStatus {
    TenantStatus::Active
}

impl Departure {
    /// The departure of a tenant in the status `was` that begins.
    pub fn begin(
        tenant: TenantId,
        slug: Slug,
        name: String,
        kind: TenantKind,
        was: TenantStatus,
        now: Timestamp,
    ) -> Self {
        Self {
            tenant,
            slug,
            name,
            kind,
            was,
            begun_at: now,
            due_at: now + SignedDuration::from_hours(24 * DAYS),
            parts: Vec::new(),
            bundle: None,
            acknowledgement: None,
            stores: Vec::new(),
            destroyed_at: None,
            certificate: None,
        }
    }

    /// How it stands.
    pub const fn state(&self) -> State {
        match self {
            Self { certificate: Some(_), .. } => State::Certified,
            Self { destroyed_at: Some(_), .. } => State::Destroyed,
            Self { acknowledgement: Some(_), stores, .. } if !stores.is_empty() => State::Destroying,
            Self { acknowledgement: Some(_), .. } => State::Acknowledged,
            Self { bundle: Some(_), .. } => State::Delivered,
            _ => State::Begun,
        }
    }

    /// Whether it is still owed to the tenant, and its time is nearly over.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.acknowledgement.is_none() && now >= self.due_at - SignedDuration::from_hours(24 * WARNED)
    }

    /// Whether it is still owed to the tenant, and its time is over: from the sixty-first day on.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.acknowledgement.is_none() && now >= self.due_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_warns_on_the_fiftieth_day_and_is_over_on_the_sixty_first() {
        let begun: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let slug = Slug::try_from("acme".to_owned()).unwrap();
        let one = Departure::begin(
            TenantId::generate(),
            slug,
            "Acme".into(),
            TenantKind::Production,
            TenantStatus::Active,
            begun,
        );
        // The first day is number 1: the sixty-first begins sixty days later.
        let on = |day: i64| begun + SignedDuration::from_hours(24 * (day - 1));
        for (day, due, over) in
            [(1, false, false), (50, false, false), (51, true, false), (60, true, false), (61, true, true)]
        {
            assert_eq!((one.is_due(on(day)), one.is_overdue(on(day))), (due, over), "day {day}");
        }
    }
}
