//! What slows down guessing, in the table of the test stack. The times are made up, so nothing here waits.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use jiff::{SignedDuration, Timestamp};
use vivier_domain::ids::TenantId;
use vivier_tenancy::rooms::attempts::{Admission, AttemptKey, Attempts, Limit};
use vivier_testkit::stack::Stack;

const LIMIT: Limit = Limit { delay_from: 3, lock_at: 5 };

struct Guesser {
    attempts: Attempts,
    key: AttemptKey,
    start: Timestamp,
}

impl Guesser {
    /// An account that nobody has tried yet.
    async fn new() -> Self {
        let attempts = Stack::from_env().tenancy().await.attempts().unwrap();
        let key = AttemptKey::account(&format!("{}@guess.example", TenantId::generate()));
        Self { attempts, key, start: "2100-01-01T00:00:00Z".parse().unwrap() }
    }

    fn at(&self, seconds: i64) -> Timestamp {
        self.start + SignedDuration::from_secs(seconds)
    }

    async fn begin(&self, seconds: i64) -> Admission {
        self.attempts.begin(&self.key, LIMIT, self.at(seconds)).await.unwrap()
    }

    /// Guesses wrongly; what it was told.
    async fn guess(&self, seconds: i64) -> Admission {
        let admission = self.begin(seconds).await;
        if let Admission::Admitted(failures) = admission {
            self.attempts.fail(&self.key, LIMIT, failures, self.at(seconds)).await.unwrap();
        }
        admission
    }

    /// As many as `count` at the same moment; how many of them were looked at.
    async fn flood(&self, seconds: i64, count: usize) -> usize {
        let mut tasks = Vec::new();
        for _ in 0..count {
            let (attempts, key, at) = (self.attempts.clone(), self.key.clone(), self.at(seconds));
            tasks.push(tokio::spawn(async move { attempts.begin(&key, LIMIT, at).await.unwrap() }));
        }
        let mut admitted = 0;
        for task in tasks {
            admitted += usize::from(matches!(task.await.unwrap(), Admission::Admitted(_)));
        }
        admitted
    }
}

use Admission::{Admitted, Wait};

#[tokio::test]
async fn failures_are_followed_by_delays_and_a_lock() {
    let guesser = Guesser::new().await;
    for (seconds, told) in [
        (0, Admitted(1)),
        (0, Admitted(2)),
        (0, Admitted(3)),
        (0, Wait(4)),
        (3, Wait(1)),
        (4, Admitted(4)),
        (5, Wait(7)),
        (12, Admitted(5)),
        (13, Wait(899)),
        (911, Wait(1)),
        // After a lock there is one attempt, and then the next lock.
        (912, Admitted(6)),
        (912, Wait(900)),
        (1812, Admitted(7)),
        // An hour after the last attempt all is forgotten.
        (1812 + 3600, Admitted(1)),
    ] {
        assert_eq!(guesser.guess(seconds).await, told, "{seconds}");
    }
}

#[tokio::test]
async fn however_many_come_at_once_few_are_looked_at() {
    let guesser = Guesser::new().await;
    let looked_at = guesser.flood(0, 40).await;
    assert!((1..=5).contains(&looked_at), "{looked_at}");
    assert!(matches!(guesser.begin(1).await, Wait(_)));
    assert_eq!(guesser.flood(900, 20).await, 1, "after the lock, one has the turn");
}

#[tokio::test]
async fn after_a_lock_a_code_may_follow_its_password() {
    let guesser = Guesser::new().await;
    let lock = guesser.flood(0, 6).await;
    assert!(lock <= 5, "{lock}");
    let Admitted(password) = guesser.begin(900).await else { panic!("the turn after the lock") };
    assert!(matches!(guesser.begin(901).await, Wait(_)), "one turn");
    guesser.attempts.pass_turn(&guesser.key, guesser.at(900)).await.unwrap();
    assert_eq!(guesser.guess(902).await, Admitted(password + 1), "the code");
    guesser.attempts.pass_turn(&guesser.key, guesser.at(900)).await.unwrap();
    assert!(matches!(guesser.begin(903).await, Wait(_)), "a wrong code is followed by a lock");
}

#[tokio::test]
async fn what_was_right_does_not_count() {
    let guesser = Guesser::new().await;
    for _ in 0..10 {
        assert_eq!(guesser.begin(0).await, Admitted(1));
        guesser.attempts.withdraw(&guesser.key).await.unwrap();
    }
    for told in [1, 2, 3] {
        assert_eq!(guesser.guess(0).await, Admitted(told));
    }
    guesser.attempts.clear(&guesser.key).await.unwrap();
    guesser.attempts.withdraw(&guesser.key).await.unwrap();
    assert_eq!(guesser.guess(0).await, Admitted(1), "no count is below none");
}
