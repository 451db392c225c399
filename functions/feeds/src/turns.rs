//! Whose turn it is. Tenants are served several at a time, each one run after another, so that one whose partners' servers are slow
//! keeps one place and never two, and what it keeps others from is bounded.

use std::{
    collections::VecDeque,
    ops::AddAssign,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;
use tracing::Instrument;

/// How time is shared.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// So many tenants are served at a time.
    pub places: usize,
    /// Who had so long gives way to those who had less, for as long as any of them waits.
    pub share: Duration,
    /// No turn begins after this long.
    pub budget: Duration,
}

/// What a turn came to.
#[derive(Debug)]
pub struct Turn<T, S> {
    /// Whose it was.
    pub tenant: T,
    /// Whether the tenant may have more to do.
    pub more: bool,
    /// How long it took.
    pub took: Duration,
    /// What it adds to the sum.
    pub sum: S,
}

/// Gives each tenant its turns, in this order and then again, until none has anything to do or time is up. Turns that began are waited
/// for. One that panics takes nothing from the others.
pub async fn take<T, S, R>(tenants: Vec<T>, limits: Limits, turn: impl Fn(T) -> R) -> S
where
    T: Send + 'static,
    S: Default + AddAssign + Send + 'static,
    R: Future<Output = Turn<T, S>> + Send + 'static,
{
    let until = Instant::now() + limits.budget;
    let mut waiting: VecDeque<(T, Duration)> =
        tenants.into_iter().map(|tenant| (tenant, Duration::ZERO)).collect();
    // Those who had their share.
    let mut late = VecDeque::new();
    let (mut serving, mut sum) = (JoinSet::new(), S::default());
    loop {
        while serving.len() < limits.places && Instant::now() < until {
            let Some((tenant, had)) = waiting.pop_front().or_else(|| late.pop_front()) else { break };
            let turn = turn(tenant);
            serving.spawn(async move { (turn.await, had) }.in_current_span());
        }
        match serving.join_next().await {
            None => return sum,
            Some(Ok((turn, had))) => {
                let had = had + turn.took;
                sum += turn.sum;
                if turn.more {
                    let queue = if had < limits.share { &mut waiting } else { &mut late };
                    queue.push_back((turn.tenant, had));
                }
            }
            Some(Err(_)) => tracing::error!("a tenant's turn panicked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        sync::{Arc, Mutex},
    };

    use tokio::sync::{Notify, Semaphore};

    use super::*;

    const LONG: Duration = Duration::from_mins(10);
    const LIMITS: Limits = Limits { places: 2, share: LONG, budget: LONG };

    /// What happened, in order, and how many turns each tenant has left.
    #[derive(Clone, Default)]
    struct Log {
        told: Arc<Mutex<Vec<String>>>,
        left: Arc<Mutex<HashMap<&'static str, usize>>>,
    }

    impl Log {
        fn of(turns: &[(&'static str, usize)]) -> (Self, Vec<&'static str>) {
            let log = Self::default();
            log.left.lock().unwrap().extend(turns.iter().copied());
            (log, turns.iter().map(|(tenant, _)| *tenant).collect())
        }

        fn tell(&self, tenant: &str, what: &str) {
            self.told.lock().unwrap().push(format!("{tenant} {what}"));
        }

        fn told(&self) -> Vec<String> {
            self.told.lock().unwrap().clone()
        }

        fn ends(&self, tenant: &'static str) -> Turn<&'static str, u32> {
            self.tell(tenant, "ends");
            let mut left = self.left.lock().unwrap();
            let left = left.get_mut(tenant).unwrap();
            *left -= 1;
            let took = if tenant == "greedy" { LONG } else { Duration::ZERO };
            Turn { tenant, more: *left > 0, took, sum: 1 }
        }
    }

    /// A hang fails instead of lasting.
    async fn in_time<T>(work: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(30), work).await.expect("nobody waits for the other")
    }

    #[tokio::test]
    async fn a_slow_tenant_keeps_its_own_place_and_no_others() {
        let (log, tenants) = Log::of(&[("slow", 1), ("a", 3), ("b", 3), ("c", 2)]);
        let (others, release) = (Arc::new(Mutex::new(8)), Arc::new(Notify::new()));
        let turn = |tenant| {
            let (log, others, release) = (log.clone(), others.clone(), release.clone());
            async move {
                log.tell(tenant, "begins");
                if tenant == "slow" {
                    // It answers only after everything of everybody else is done.
                    release.notified().await;
                    return log.ends(tenant);
                }
                let turn = log.ends(tenant);
                let mut others = others.lock().unwrap();
                *others -= 1;
                if *others == 0 {
                    release.notify_one();
                }
                turn
            }
        };
        assert_eq!(in_time(take(tenants, LIMITS, turn)).await, 9);
        let told = log.told();
        assert_eq!(
            (told.first().unwrap().as_str(), told.last().unwrap().as_str()),
            ("slow begins", "slow ends")
        );
        // The one place left goes round.
        let ended: Vec<_> = told.iter().filter_map(|line| line.strip_suffix(" ends")).collect();
        assert_eq!(ended, ["a", "b", "c", "a", "b", "c", "a", "b", "slow"]);
    }

    #[tokio::test]
    async fn no_more_are_served_at_a_time_and_nobody_twice() {
        let (log, tenants) = Log::of(&[("a", 4), ("b", 4), ("c", 4), ("d", 1), ("e", 4)]);
        let places = Arc::new(Semaphore::new(3));
        let turn = |tenant| {
            let (log, places) = (log.clone(), places.clone());
            async move {
                let place = places.try_acquire().expect("a fourth is served");
                log.tell(tenant, "begins");
                for _ in 0..5 {
                    tokio::task::yield_now().await;
                }
                drop(place);
                log.ends(tenant)
            }
        };
        assert_eq!(in_time(take(tenants, Limits { places: 3, ..LIMITS }, turn)).await, 17);
        let mut served: Vec<String> = Vec::new();
        for line in log.told() {
            let (tenant, what) = line.split_once(' ').unwrap();
            if what == "begins" {
                assert!(!served.iter().any(|one| one == tenant), "{tenant} is served twice at a time");
                served.push(tenant.to_owned());
            } else {
                served.retain(|one| one != tenant);
            }
        }
    }

    #[tokio::test]
    async fn who_had_its_share_gives_way() {
        let (log, tenants) = Log::of(&[("greedy", 3), ("a", 2), ("b", 1)]);
        let turn = |tenant| {
            let log = log.clone();
            async move { log.ends(tenant) }
        };
        assert_eq!(in_time(take(tenants, Limits { places: 1, ..LIMITS }, turn)).await, 6);
        assert_eq!(
            log.told(),
            ["greedy", "a", "b", "a", "greedy", "greedy"].map(|one| format!("{one} ends"))
        );
    }

    #[tokio::test]
    async fn when_time_is_up_no_turn_begins() {
        let (log, tenants) = Log::of(&[("a", 1), ("b", 1)]);
        let turn = |tenant| {
            let log = log.clone();
            async move { log.ends(tenant) }
        };
        assert_eq!(take(tenants, Limits { budget: Duration::ZERO, ..LIMITS }, turn).await, 0);
        assert!(log.told().is_empty());
    }

    #[tokio::test]
    async fn a_panic_takes_nothing_from_the_others() {
        let (log, tenants) = Log::of(&[("bad", 1), ("a", 2)]);
        let turn = |tenant| {
            let log = log.clone();
            async move {
                assert_ne!(tenant, "bad", "as a bug would have it");
                log.ends(tenant)
            }
        };
        assert_eq!(in_time(take(tenants, LIMITS, turn)).await, 2);
        assert_eq!(log.told(), ["a ends", "a ends"]);
    }
}
