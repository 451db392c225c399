//! The rooms: one per kind of store. Each is opened by [`crate::Tenancy`] for one scope, and none hands out a client.

pub mod conversations;
pub mod database;
pub mod dead_letters;
pub mod events;
pub mod files;
pub mod settings;

pub use database::{PoolSession, PoolTx, Session, SiloTx};
