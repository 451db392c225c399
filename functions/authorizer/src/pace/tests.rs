use super::*;

/// A shared counter and environments that use it in turn.
struct House {
    environments: Vec<Pace>,
    shared: u64,
    asked: u32,
    key: KeyId,
}

impl House {
    fn of(environments: usize) -> Self {
        let environments = (0..environments).map(|_| Pace::default()).collect();
        Self { environments, shared: 0, asked: 0, key: KeyId::generate() }
    }

    fn passes(&mut self, environment: usize, minute: Minute, limit: u32, at: Instant) -> bool {
        let pace = &self.environments[environment];
        match pace.step(self.key, minute, limit, at) {
            Step::Pass => true,
            Step::Wait => false,
            Step::Ask(uses) => {
                self.asked += 1;
                self.shared += u64::from(uses);
                !pace.learn(self.key, minute, limit, |told| told.max(self.shared))
            }
        }
    }
}

fn minute(number: i64) -> Minute {
    Minute::of(Timestamp::from_second(number * 60).unwrap())
}

#[test]
fn as_many_pass_as_the_limit_and_the_batches_say() {
    for (environments, limit, most) in [
        // One environment knows everything.
        (1, 1, 1),
        (1, 5, 5),
        (1, 600, 600),
        // Without batches nobody errs.
        (4, 5, 5),
        (10, 39, 39),
        // A batch of 5, 30 or 50: each environment errs by less than its batch.
        (4, 100, 100 + 4 * 4),
        (10, 600, 600 + 10 * 29),
        (4, 100_000, 100_000 + 4 * 49),
    ] {
        let (mut house, at) = (House::of(environments), Instant::now());
        let requests = 2 * limit + 100;
        let passed =
            (0..requests).filter(|n| house.passes(*n as usize % environments, minute(0), limit, at)).count();
        let passed = u32::try_from(passed).unwrap();
        assert!((limit..=most).contains(&passed), "{environments} × {limit}: {passed}");
        let told = u64::from(house.asked);
        assert!(
            told <= u64::from(most) / u64::from(batch(limit)) + 2 * environments as u64,
            "{limit}: {told}"
        );
    }
}

#[test]
fn the_counter_is_asked_when_a_second_has_passed() {
    let (mut house, start) = (House::of(1), Instant::now());
    for (milliseconds, asked) in [(0, 1), (1, 1), (999, 1), (1_000, 2), (1_500, 2), (2_000, 3)] {
        assert!(house.passes(0, minute(0), 1_000, start + Duration::from_millis(milliseconds)));
        assert_eq!(house.asked, asked, "{milliseconds}");
    }
}

#[test]
fn the_next_minute_begins_anew_and_keys_are_apart() {
    let (mut house, at) = (House::of(1), Instant::now());
    assert!(house.passes(0, minute(0), 1, at) && !house.passes(0, minute(0), 1, at));
    house.shared = 0;
    assert!(house.passes(0, minute(1), 1, at) && !house.passes(0, minute(1), 1, at));
    (house.key, house.shared) = (KeyId::generate(), 0);
    assert!(house.passes(0, minute(1), 1, at));
}

#[test]
fn without_its_counter_an_environment_counts_for_itself() {
    let (pace, key, at) = (Pace::default(), KeyId::generate(), Instant::now());
    let passes = |pace: &Pace| match pace.step(key, minute(0), 100, at) {
        Step::Pass => true,
        Step::Wait => false,
        Step::Ask(uses) => !pace.learn(key, minute(0), 100, |told| told + u64::from(uses)),
    };
    assert_eq!((0..300).filter(|_| passes(&pace)).count(), 100);
}

#[test]
fn memory_is_bounded() {
    let (pace, at) = (Pace::default(), Instant::now());
    for _ in 0..MOST_KEYS + 10 {
        pace.step(KeyId::generate(), minute(0), 5, at);
    }
    assert!(pace.counts.lock().unwrap().len() <= MOST_KEYS);
}
