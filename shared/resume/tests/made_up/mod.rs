//! CVs of people who do not exist: a career, and a person to write it for.

mod career;
mod person;
mod write;

pub(crate) use career::{Career, career};
pub(crate) use person::{Person, person};
