//! What tests of several crates share. A dev-dependency only: nothing here is ever deployed.

pub mod house;
pub mod scope;
pub mod stack;
