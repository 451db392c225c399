//! How long a refusal takes. An unknown person costs less work than a known one, and a clock must not tell the two apart.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// Answers not before `floor`, counted from the call, where `holds_back` says so. Whatever takes longer is answered at the
/// next of a few steps behind it: a moment more of work still does not show.
pub(crate) async fn at_least<T>(
    floor: Duration,
    work: impl Future<Output = T>,
    holds_back: impl FnOnce(&T) -> bool,
) -> T {
    let started = Instant::now();
    let outcome = Box::pin(work).await;
    if holds_back(&outcome) {
        tokio::time::sleep(rest(floor, started.elapsed())).await;
    }
    outcome
}

/// What is left to the floor, or behind it to the next quarter of it.
fn rest(floor: Duration, elapsed: Duration) -> Duration {
    let Some(over) = elapsed.checked_sub(floor) else { return floor.saturating_sub(elapsed) };
    let (step, over) = ((floor / 4).as_micros().max(1), over.as_micros());
    Duration::from_micros(((step - over % step) % step) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left() {
        for (floor, elapsed, left) in [
            (400, 0, 400),
            (400, 399, 1),
            (400, 400, 0),
            (400, 401, 99),
            (400, 500, 0),
            (400, 530, 70),
            (0, 10, 0),
        ] {
            let [floor, elapsed, left] = [floor, elapsed, left].map(Duration::from_millis);
            assert_eq!(rest(floor, elapsed), left, "{floor:?} {elapsed:?}");
        }
    }
}
