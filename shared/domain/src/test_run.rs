//! What a run over a front office's test questions may be in, and how it came about: closed lists.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is none of the list's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name of this list")]
pub struct UnknownName;

list! {
    /// How far a run is.
    TestRunStatus {
        /// It waits to be begun.
        Queued = "queued",
        /// Its questions are being asked.
        Running = "running",
        /// All of them were.
        Done = "done",
        /// It was given up.
        Failed = "failed",
    }
}

list! {
    /// Who began a run.
    Cause {
        /// A member.
        Member = "member",
        /// The schedule.
        Schedule = "schedule",
    }
}

list! {
    /// Which settings a run answers by.
    Edition {
        /// Those that candidates are answered by.
        Published = "published",
        /// Those that may be published next.
        Draft = "draft",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_is_what_is_written() {
        for status in
            [TestRunStatus::Queued, TestRunStatus::Running, TestRunStatus::Done, TestRunStatus::Failed]
        {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!("draft".parse(), Ok(Edition::Draft));
        assert_eq!("member".parse(), Ok(Cause::Member));
        assert_eq!("nobody".parse::<Cause>(), Err(UnknownName));
    }
}
