//! Counts what is tried, by account and by address, before it is looked at.

use std::net::IpAddr;

use jiff::Timestamp;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenancyError,
    rooms::attempts::{Admission, AttemptKey, Attempts, Limit},
};

use crate::App;

/// One attempt that is being looked at. Whoever drops it without a word leaves it counted.
#[derive(Debug)]
pub(crate) struct Attempt {
    attempts: Attempts,
    counted: Vec<Counted>,
    now: Timestamp,
}

#[derive(Debug)]
struct Counted {
    key: AttemptKey,
    limit: Limit,
    failures: u32,
    /// Whether being right once wipes out what was wrong before. Not for an address: there, an attacker's own account
    /// would wipe out what was tried on others'.
    is_cleared: bool,
}

impl Attempt {
    /// Counts an attempt; [`ProblemKind::TooManyAttempts`] when none is looked at now, whoever is meant.
    pub(crate) async fn begin(
        app: &App,
        account: &AttemptKey,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let mut attempt = Self { attempts: app.tenancy.attempts()?, counted: Vec::with_capacity(2), now };
        // The address first: a flood from one of them must not lock everybody's account.
        attempt.count(AttemptKey::address(address), app.config.address, false).await?;
        if let Err(problem) = attempt.count(account.clone(), app.config.account, true).await {
            // The address is not to blame that somebody else guesses at this account.
            attempt.withdraw().await?;
            return Err(problem);
        }
        Ok(attempt)
    }

    async fn count(&mut self, key: AttemptKey, limit: Limit, is_cleared: bool) -> Result<(), Problem> {
        match self.attempts.begin(&key, limit, self.now).await? {
            Admission::Admitted(failures) => {
                self.counted.push(Counted { key, limit, failures, is_cleared });
                Ok(())
            }
            Admission::Wait(seconds) => {
                tracing::info!(seconds, account = is_cleared, "an attempt was not looked at");
                Err(Problem::new(ProblemKind::TooManyAttempts).retry_after(seconds))
            }
        }
    }

    /// It was wrong.
    pub(crate) async fn fail(self) -> Result<(), TenancyError> {
        for counted in &self.counted {
            self.attempts.fail(&counted.key, counted.limit, counted.failures, self.now).await?;
        }
        Ok(())
    }

    /// It was right, and completes what was begun.
    pub(crate) async fn succeed(self) -> Result<(), TenancyError> {
        for counted in &self.counted {
            if counted.is_cleared {
                self.attempts.clear(&counted.key).await?;
            } else {
                self.attempts.withdraw(&counted.key).await?;
            }
        }
        Ok(())
    }

    /// It was right so far, and more is asked for. The account's count stays until all is right: knowing a password does
    /// not free the codes. The address has done nothing wrong: an office where everybody has a second factor must not
    /// count as one that guesses.
    pub(crate) async fn go_on(self) -> Result<(), TenancyError> {
        for counted in &self.counted {
            self.attempts.pass_turn(&counted.key, self.now).await?;
            if !counted.is_cleared {
                self.attempts.withdraw(&counted.key).await?;
            }
        }
        Ok(())
    }

    /// Nothing was learnt from it: a service did not answer, or what was sent could be nothing.
    pub(crate) async fn withdraw(self) -> Result<(), TenancyError> {
        for counted in &self.counted {
            self.attempts.withdraw(&counted.key).await?;
        }
        Ok(())
    }
}
