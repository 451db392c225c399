//! CVs of people who do not exist: a career, and a person to write it for.

mod career;
mod person;
mod write;

pub use career::{Career, career};
pub use person::{Person, person};
