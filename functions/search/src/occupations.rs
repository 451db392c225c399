//! The occupation that a search means, and its neighbours that the tenant has offers of.

use std::sync::Arc;

use vivier_index::{MeantOccupation, RelatedOccupation, SearchIndex};
use vivier_reference::{Occupations, ReferenceError};
use vivier_runtime::telemetry;

use crate::App;

/// Less likely than this, no occupation is told.
const LIKELY: f32 = 0.5;
/// Neighbours that are looked at, and that are told.
const NEAR: usize = 40;
const MOST: usize = 5;

/// What a search means; `None` where no occupation is likely, or they cannot be read: the search is answered all the same.
pub(crate) async fn meant(app: &App, q: &str, index: &Arc<SearchIndex>) -> Option<MeantOccupation> {
    let (reference, q, index) = (app.reference.clone(), q.to_owned(), Arc::clone(index));
    let today = app.clock.today();
    // The first title asked for reads the occupations and makes a table of their words.
    let finding = tokio::task::spawn_blocking(move || {
        let occupations = reference.occupations()?;
        Ok::<_, ReferenceError>(find(occupations, &q, |code| index.has_occupation(code, today)))
    });
    match finding.await {
        Ok(Ok(found)) => found,
        Err(_) => {
            // Its cause may quote the search.
            tracing::error!("looking for an occupation ended early");
            None
        }
        Ok(Err(error)) => {
            tracing::error!(error = telemetry::chain(&error), "the occupations cannot be read");
            None
        }
    }
}

fn find(occupations: &Occupations, q: &str, offered: impl Fn(&str) -> bool) -> Option<MeantOccupation> {
    let told = occupations.of_title(q).filter(|told| told.confidence >= LIKELY)?;
    let code = told.occupation.code.as_str();
    let near = occupations.related(code, NEAR).into_iter().map(|(_, near)| near);
    let related = near.filter(|near| offered(near.code.as_str())).take(MOST);
    Some(MeantOccupation {
        code: code.to_owned(),
        label: told.occupation.label.to_string(),
        confidence: told.confidence,
        related: related
            .map(|near| RelatedOccupation { code: near.code.to_string(), label: near.label.to_string() })
            .collect(),
    })
}
