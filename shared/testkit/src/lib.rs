//! What tests of several crates share. A dev-dependency only: nothing here is ever deployed.

pub mod house;
pub mod legal;
pub mod scope;
pub mod stack;
