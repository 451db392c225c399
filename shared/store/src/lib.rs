//! Statements and items: one file per table or item type. Each takes its tenant's transaction, never a tenant's id.

pub mod alerts;
pub mod audit;
pub mod batches;
pub mod chunks;
pub mod conversations;
pub mod declined_synonyms;
pub mod documents;
pub mod events;
pub mod feeds;
pub mod imports;
pub mod keys;
pub mod offer_changes;
pub mod offer_vectors;
pub mod offers;
pub mod passages;
pub mod purge_reports;
pub mod queries;
pub mod query_figures;
pub mod search_index;
pub mod search_tests;
pub mod settings;
pub mod sources;
pub mod statistics;
pub mod test_runs;
pub mod test_sets;
pub mod visitors;
