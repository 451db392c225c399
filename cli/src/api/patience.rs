//! When to send again: as the service asks (`Retry-After`), or a little later each time; a few times, and never for long.

use std::time::Duration;

/// Attempts in all.
const ATTEMPTS: u32 = 5;
/// The first pause where the service names none; each is twice the one before.
const FIRST: Duration = Duration::from_millis(300);
/// A longer pause is for the person to decide on.
const LONGEST: Duration = Duration::from_secs(30);

/// What became of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'a> {
    /// No answer came.
    Lost,
    /// An answer came: its status, the stable word of its problem, and how long it asks to wait.
    Answered(u16, Option<&'a str>, Option<Duration>),
}

/// How often was tried.
#[derive(Debug, Default)]
pub(super) struct Patience {
    tried: u32,
}

impl Patience {
    /// How long to wait before the next attempt; `None` where there shall be none. `repeatable` is what can be sent
    /// twice without having two effects.
    pub(super) fn pause(&mut self, seen: Seen<'_>, repeatable: bool) -> Option<Duration> {
        self.tried += 1;
        let (again, asked) = match seen {
            Seen::Lost => (repeatable, None),
            // Told to wait, the service has done nothing yet.
            Seen::Answered(429, _, asked) => (true, asked),
            Seen::Answered(503, _, asked) | Seen::Answered(409, Some("request-in-progress"), asked) => {
                (repeatable, asked)
            }
            Seen::Answered(..) => (false, None),
        };
        let pause = asked.unwrap_or(FIRST * 2_u32.pow(self.tried - 1));
        (again && self.tried < ATTEMPTS && pause <= LONGEST).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Duration = Duration::from_secs(7);

    #[test]
    fn what_is_sent_again() {
        for (seen, repeatable, pause) in [
            (Seen::Lost, true, Some(FIRST)),
            (Seen::Lost, false, None),
            (Seen::Answered(429, None, Some(ASKED)), false, Some(ASKED)),
            (Seen::Answered(429, None, Some(LONGEST * 2)), true, None),
            (Seen::Answered(503, None, Some(ASKED)), true, Some(ASKED)),
            (Seen::Answered(503, None, None), true, Some(FIRST)),
            (Seen::Answered(503, None, None), false, None),
            (Seen::Answered(409, Some("request-in-progress"), Some(ASKED)), true, Some(ASKED)),
            (Seen::Answered(409, Some("conflict"), Some(ASKED)), true, None),
            (Seen::Answered(200, None, None), true, None),
            (Seen::Answered(500, None, None), true, None),
        ] {
            assert_eq!(Patience::default().pause(seen, repeatable), pause, "{seen:?} {repeatable}");
        }
    }

    #[test]
    fn it_ends() {
        let mut patience = Patience::default();
        let pauses: Vec<_> = std::iter::from_fn(|| patience.pause(Seen::Lost, true)).collect();
        assert_eq!(pauses, [FIRST, FIRST * 2, FIRST * 4, FIRST * 8]);
    }
}
