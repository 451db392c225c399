//! Row by row: an offer, or the reasons why it is none.

use std::collections::HashSet;

use vivier_domain::offer::OfferDraft;
use vivier_store::imports::RowError;

use crate::rows::Row;

/// What a row turned out to be.
#[derive(Debug)]
pub enum Sifted {
    /// A good offer, the first of its reference.
    Accepted(Box<OfferDraft>),
    /// None.
    Rejected {
        /// Whose row it is, where that could be read: its offer must not be closed for a slip.
        reference: Option<String>,
        /// What is wrong.
        errors: Vec<RowError>,
    },
}

/// Remembers which references have been accepted from this file.
#[derive(Debug, Default)]
pub struct Sieve {
    accepted: HashSet<String>,
}

impl Sieve {
    /// Judges one row.
    pub fn sift(&mut self, row: &Row<'_>) -> Sifted {
        let line = row.line;
        let lookup = |column: &str| row.get(column);
        let error = |field, code: &str| RowError { line, field, code: code.to_owned() };
        let rejected =
            |errors| Sifted::Rejected { reference: OfferDraft::reference_from_fields(&lookup), errors };

        if let Some((field, code)) = row.fault {
            return rejected(vec![error(field, code)]);
        }
        match OfferDraft::from_fields(&lookup) {
            Err(errors) => {
                // The API's words have dashes everywhere.
                let errors =
                    errors.iter().map(|e| error(e.field, &e.code.to_string().replace('_', "-"))).collect();
                rejected(errors)
            }
            Ok(draft) if self.accepted.contains(&draft.reference) => {
                rejected(vec![error("reference", "duplicate-reference")])
            }
            Ok(draft) => {
                self.accepted.insert(draft.reference.clone());
                Sifted::Accepted(Box::new(draft))
            }
        }
    }
}
