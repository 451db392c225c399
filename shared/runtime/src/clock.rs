//! The time, as something a test can set.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Where the time comes from.
#[derive(Debug, Clone, Copy, Default)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// One that stands still.
    Fixed(Timestamp),
}

impl Clock {
    /// Now, in UTC, to the microsecond: what PostgreSQL keeps, so that a time reads back as it was written.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let now = Timestamp::now();
                Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
            }
            Self::Fixed(at) => *at,
        }
    }

    /// Today where the offers are: a day begins in Paris, not in Greenwich.
    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)).date()
    }
}
