//! What a tenant takes along when it leaves, and what proves that nothing stayed: the form of the bundle, of the acknowledgement and of the
//! certificate. Nothing here reads or writes a store, so that the command line checks a certificate with the very code that forms it.

mod certificate;
mod departure;
mod manifest;
mod refresh;

/// Bytes as text; for those who build on nothing else of the suite.
pub use vivier_domain::opaque::Opaque;

pub use certificate::{Acknowledgement, Certificate, Flaw, Signed, StoreReceipt, Verified, verify};
pub use departure::{Bundle, DAYS, Departure, State, WARNED};
pub use manifest::{
    ACCOUNTS, Anonymised, Entry, MANIFEST, Manifest, Own, PLACEHOLDER, VERSION, digest, file_entry, hex,
    items_entry, table_entry,
};
pub use refresh::Refresh;
