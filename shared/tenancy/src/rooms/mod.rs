//! The rooms: one per kind of store. Each is opened by [`crate::Tenancy`] for one scope, and none hands out a client.

pub mod accounts;
pub mod attempts;
pub mod belongings;
pub mod breaches;
pub mod census;
pub mod conversations;
pub mod database;
pub mod dead_letters;
pub mod departures;
pub mod events;
pub mod files;
pub mod ledger;
pub mod limits;
pub mod mail;
pub mod models;
pub mod outbox;
pub mod people;
pub mod privacy_keys;
pub mod recognition;
pub mod records;
pub mod relay;
pub mod requests;
pub mod resume_parser;
pub mod salts;
pub mod secrets;
pub mod sessions;
pub mod tasks;

pub use database::{PoolSession, PoolTx, Session, SiloTx};
