//! What lies nearest to a meaning, however far that is: for proposals that a person looks at.

use jiff::civil::Date;

use crate::build::day_number;
use crate::page::OfferSummary;
use crate::search::{SearchError, SearchIndex};
use crate::vectors::Sought;

impl SearchIndex {
    /// The offers shown on `today` that are nearest to a vector of [`Self::model`], each with its cosine, nearest first.
    ///
    /// # Errors
    /// Only when the index is damaged.
    pub fn nearest_to(
        &self,
        vector: &[f32],
        limit: usize,
        today: Date,
    ) -> Result<Vec<(f32, OfferSummary)>, SearchError> {
        let Some(vectors) = &self.vectors else { return Ok(Vec::new()) };
        let day = self.columns.day(day_number(today) as i32);
        let near = vectors.nearest(&Sought::new(vector), limit, &day.open);
        let searcher = self.reader.searcher();
        near.into_iter().map(|(doc, cosine)| Ok((cosine, self.stored(&searcher, doc)?.summary))).collect()
    }
}
