//! When something happens again and again: a closed list of forms that people can read, instead of expressions that they
//! would have to decipher before they approve one.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::UnknownName;

/// How late a run may be before it counts as missed.
pub const GRACE: SignedDuration = SignedDuration::from_mins(15);
/// Any recurrence has a moment within so many days.
const FAR: i32 = 62;

list! {
    /// A day of the week.
    Weekday {
        /// ISO day 1.
        Monday = "monday",
        /// ISO day 2.
        Tuesday = "tuesday",
        /// ISO day 3.
        Wednesday = "wednesday",
        /// ISO day 4.
        Thursday = "thursday",
        /// ISO day 5.
        Friday = "friday",
        /// ISO day 6.
        Saturday = "saturday",
        /// ISO day 7.
        Sunday = "sunday",
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case")]
pub enum Recurrence {
    /// Every so many minutes, by no clock.
    Minutes {
        /// 1 to 60.
        count: u8,
    },
    /// Every hour, at this minute of UTC.
    Hour {
        /// 0 to 59.
        minute: u8,
    },
    /// Every day.
    Day {
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// Every week.
    Week {
        /// On this day.
        weekday: Weekday,
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// Every month.
    Month {
        /// On this day, 1 to 28: every month has it.
        day: u8,
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
}

/// How often, by the clocks of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Plain", into = "Plain")]
pub struct Timing {
    recurrence: Recurrence,
    zone: String,
}

#[derive(Serialize, Deserialize)]
struct Plain {
    #[serde(flatten)]
    recurrence: Recurrence,
    zone: String,
}

/// Why something is no timing: which part of it, in a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no timing: {0}")]
pub struct InvalidTiming(pub &'static str);

impl Timing {
    /// A timing by the clocks of a zone of the IANA database, such as `Europe/Paris`.
    pub fn new(recurrence: Recurrence, zone: impl Into<String>) -> Result<Self, InvalidTiming> {
        let zone = zone.into();
        let within =
            |value: u8, most: u8, part| if value <= most { Ok(()) } else { Err(InvalidTiming(part)) };
        let clock = |hour, minute| within(hour, 23, "hour").and(within(minute, 59, "minute"));
        match recurrence {
            Recurrence::Minutes { count: 1..=60 } => Ok(()),
            Recurrence::Minutes { .. } => Err(InvalidTiming("count")),
            Recurrence::Hour { minute } => clock(0, minute),
            Recurrence::Day { hour, minute }
            | Recurrence::Week { hour, minute, .. }
            | Recurrence::Month { day: 1..=28, hour, minute } => clock(hour, minute),
            Recurrence::Month { .. } => Err(InvalidTiming("day")),
        }?;
        TimeZone::get(&zone).map_err(|_| InvalidTiming("zone"))?;
        Ok(Self { recurrence, zone })
    }

    pub(super) fn utc(recurrence: Recurrence) -> Self {
        Self { recurrence, zone: "UTC".to_owned() }
    }

    /// How often.
    pub const fn recurrence(&self) -> Recurrence {
        self.recurrence
    }

    /// By whose clocks.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The last moment that is not after `now`.
    pub fn latest(&self, now: Timestamp) -> Timestamp {
        if let Some((phase, period)) = self.regular() {
            let past = (now.as_second() - phase).rem_euclid(period);
            return Timestamp::from_second(now.as_second() - past).unwrap_or(now);
        }
        let today = now.to_zoned(self.time_zone()).date();
        let mut moments = (0..=FAR).filter_map(|n| self.on(today.checked_sub(n.days()).ok()?));
        moments.find(|at| *at <= now).unwrap_or(Timestamp::MIN)
    }

    /// The first moment after `now`. Whatever was missed before it is one moment.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        if let Some((_, period)) = self.regular() {
            return self.latest(now) + SignedDuration::from_secs(period);
        }
        let today = now.to_zoned(self.time_zone()).date();
        // From yesterday: by another zone's clocks it may not be over.
        let mut moments = (-1..=FAR).filter_map(|n| self.on(today.checked_add(n.days()).ok()?));
        moments.find(|at| *at > now).unwrap_or(Timestamp::MAX)
    }

    /// Since when there must have been a run: there was a moment for it, and it is longer ago than a run may be late.
    pub fn due_since(&self, now: Timestamp) -> Timestamp {
        match self.recurrence {
            // Three in a row may be skipped, as one that lasts holds the next ones up.
            Recurrence::Minutes { count } => now - SignedDuration::from_mins(i64::from(count) * 3 + 2),
            _ => self.latest(now - GRACE),
        }
    }

    /// What has the same distance everywhere: where it begins, in seconds from 1970, and the distance.
    const fn regular(&self) -> Option<(i64, i64)> {
        match self.recurrence {
            Recurrence::Minutes { count } => Some((0, count as i64 * 60)),
            Recurrence::Hour { minute } => Some((minute as i64 * 60, 3_600)),
            _ => None,
        }
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// The moment that lies in a day. Where clocks leave the time out, it is as much later as they jump.
    fn on(&self, date: Date) -> Option<Timestamp> {
        let (hour, minute) = match self.recurrence {
            Recurrence::Minutes { .. } | Recurrence::Hour { .. } => return None,
            Recurrence::Day { hour, minute } => (hour, minute),
            Recurrence::Week { weekday, hour, minute } => {
                let offset = date.weekday().to_monday_zero_offset();
                (offset == weekday as i8).then_some((hour, minute))?
            }
            Recurrence::Month { day, hour, minute } => {
                (date.day() == i8::try_from(day).ok()?).then_some((hour, minute))?
            }
        };
        let time = date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
        Some(time.to_zoned(self.time_zone()).ok()?.timestamp())
    }
}

impl TryFrom<Plain> for Timing {
    type Error = InvalidTiming;

    fn try_from(plain: Plain) -> Result<Self, InvalidTiming> {
        Self::new(plain.recurrence, plain.zone)
    }
}

impl From<Timing> for Plain {
    fn from(Timing { recurrence, zone }: Timing) -> Self {
        Self { recurrence, zone }
    }
}

#[cfg(test)]
mod tests;
