//! Until when an answer is waited for. What takes long asks, and answers with what it has by then.

use std::{
    convert::Infallible,
    time::{Duration, Instant, SystemTime},
};

use axum::{extract::FromRequestParts, http::request::Parts};

/// How long the gateway waits, whatever a function's own time is.
const PATIENCE: Duration = Duration::from_secs(29);

/// When a request's invocation ends, or the gateway's patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// Of an invocation that begins now and ends then. One that is over says nothing: no runtime hands such a one out.
    pub(crate) fn of(ends: SystemTime) -> Self {
        let left = ends.duration_since(SystemTime::now()).ok().filter(|left| !left.is_zero());
        Self(Instant::now() + left.map_or(PATIENCE, |left| left.min(PATIENCE)))
    }

    /// The last moment at which there is still this much time.
    pub fn less(self, spare: Duration) -> Instant {
        self.0.checked_sub(spare).unwrap_or_else(Instant::now)
    }
}

impl<S: Sync> FromRequestParts<S> for Deadline {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_else(|| Self(Instant::now() + PATIENCE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_invocations_or_the_gateways() {
        let begun = Instant::now();
        let now = SystemTime::now();
        let hour = Duration::from_hours(1);
        for (ends, most) in [
            (now + Duration::from_secs(9), Duration::from_secs(9)),
            (now + hour, PATIENCE),
            (now - hour, PATIENCE),
            (SystemTime::UNIX_EPOCH, PATIENCE),
        ] {
            let deadline = Deadline::of(ends);
            let earliest = begun + most.saturating_sub(Duration::from_secs(3));
            assert!((earliest..=Instant::now() + most).contains(&deadline.0), "{most:?}");
            assert_eq!(deadline.less(Duration::from_secs(4)) + Duration::from_secs(4), deadline.0);
        }
    }

    #[tokio::test]
    async fn a_request_bears_its_own() {
        let ends = Deadline::of(SystemTime::now() + Duration::from_secs(5));
        let (mut parts, ()) = axum::http::Request::builder().extension(ends).body(()).unwrap().into_parts();
        assert_eq!(Deadline::from_request_parts(&mut parts, &()).await, Ok(ends));
        parts.extensions.clear();
        assert_ne!(Deadline::from_request_parts(&mut parts, &()).await, Ok(ends));
    }
}
