//! A candidate's CV, read in memory: its text becomes a [`Resume`] (the shape of JSON Resume), and of that the score
//! sees a [`Profile`] alone: titles, skills, experience, place, education and languages, without a word that tells
//! who somebody is.
//!
//! Nothing here writes, logs or sends anything. What is read lives in types that print as `[redacted]`.

pub mod canonical;
mod education;
mod external;
mod json;
mod language;
mod moment;
mod parser;
mod profile;
mod resume;
mod textkernel;

pub use education::level as education_level;
pub use external::{LocalParser, ResumeError, ResumeParser};
pub use language::{Spoken, spoken};
pub use moment::{End, Moment};
pub use parser::{parse, parse_extracted};
pub use profile::{Place, Profile};
pub use resume::{Basics, Education, Language, Location, Resume, Skill, Work};

/// Most characters read of a CV: some fifty pages. What follows is left unread.
pub const MAX_CHARACTERS: usize = 200_000;
/// Most entries kept of each list of a CV.
pub const MAX_ENTRIES: usize = 200;
/// Most characters kept of one value.
pub const MAX_VALUE: usize = 1_000;
