//! When tenants and the authority have to be told.
//!
//! The authority's 72 hours are the controller's, and begin when the controller knows (Art. 33(1)): when the tenant was told. Both moments are shown.

use jiff::{SignedDuration, Timestamp};

/// Within so many hours of our awareness, tenants are told (M7).
const TENANT: SignedDuration = SignedDuration::from_hours(24);
/// So many hours before that is over, there is an alarm.
const TENANT_WARNED: SignedDuration = SignedDuration::from_hours(6);
/// Within so many hours of the tenant's awareness, the authority is told (Art. 33(1)).
const AUTHORITY: SignedDuration = SignedDuration::from_hours(72);
/// So many hours before that is over, there is an alarm.
const AUTHORITY_WARNED: SignedDuration = SignedDuration::from_hours(24);

/// Until when a tenant has to be told of what was known then.
pub(crate) fn tenant_due(aware_at: Timestamp) -> Timestamp {
    aware_at + TENANT
}

/// Until when the authority has to be told, of a tenant that was told then.
pub(crate) fn authority_due(told_at: Timestamp) -> Timestamp {
    told_at + AUTHORITY
}

/// Whether there is little time left for telling a tenant, or none.
pub(crate) fn tenant_is_due(aware_at: Timestamp, now: Timestamp) -> bool {
    now > tenant_due(aware_at) - TENANT_WARNED
}

/// Whether there is little time left for telling the authority, or none.
pub(crate) fn authority_is_due(told_at: Timestamp, now: Timestamp) -> bool {
    now > authority_due(told_at) - AUTHORITY_WARNED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_tenant_is_told_within_a_day_and_there_is_an_alarm_before() {
        let aware = moment("2026-03-28T20:00:00Z");
        // Hours, and not a clock on a wall: that night summer time begins.
        assert_eq!(tenant_due(aware), moment("2026-03-29T20:00:00Z"));
        for (now, due) in [
            ("2026-03-28T20:00:00Z", false),
            ("2026-03-29T14:00:00Z", false),
            ("2026-03-29T14:00:01Z", true),
            ("2026-03-29T20:00:01Z", true),
            ("2026-04-29T20:00:00Z", true),
        ] {
            assert_eq!(tenant_is_due(aware, moment(now)), due, "{now}");
        }
    }

    #[test]
    fn the_authority_is_told_within_three_days_of_the_tenant() {
        let told = moment("2026-12-30T09:30:00Z");
        assert_eq!(authority_due(told), moment("2027-01-02T09:30:00Z"));
        for (now, due) in [
            ("2026-12-30T09:30:00Z", false),
            ("2027-01-01T09:30:00Z", false),
            ("2027-01-01T09:30:01Z", true),
            ("2027-01-02T09:30:01Z", true),
        ] {
            assert_eq!(authority_is_due(told, moment(now)), due, "{now}");
        }
    }
}
