//! Which offers the words of a search let in, before any filter.

use tantivy::query::EnableScoring;

use crate::collect::Covering;
use crate::query::Queries;
use crate::search::{SearchError, SearchIndex};
use crate::words::{MAX_TERMS, Words};

/// As long as this many offers have all the words of a search, those that lack one are left out.
const ENOUGH: usize = 50;

impl SearchIndex {
    /// Which offers have all that must be there in one piece and nothing that must not; `None` where nothing is asked.
    pub(crate) fn admitted(
        &self,
        queries: &Queries<'_>,
        words: &Words,
    ) -> Result<Option<Vec<bool>>, SearchError> {
        if words.phrases.is_empty() && words.unwanted.is_empty() {
            return Ok(None);
        }
        let mut admitted = vec![true; self.rows.len()];
        let phrases = words.phrases.iter().map(|phrase| (phrase, true));
        for (phrase, wanted) in phrases.chain(words.unwanted.iter().map(|phrase| (phrase, false))) {
            let mut having = vec![false; self.rows.len()];
            let scoring = EnableScoring::disabled_from_searcher(queries.searcher);
            let weight = queries.in_one_piece(phrase).weight(scoring)?;
            self.each(queries.searcher, &*weight, |doc| having[doc as usize] = true)?;
            admitted.iter_mut().zip(having).for_each(|(admitted, having)| *admitted &= having == wanted);
        }
        Ok(Some(admitted))
    }

    /// Which offers have every wanted word as it was typed; `None` where nothing else would be found either.
    pub(crate) fn literal(
        &self,
        queries: &Queries<'_>,
        words: &Words,
    ) -> Result<Option<Vec<u8>>, SearchError> {
        if words.wanted.iter().all(|word| word.same.is_empty()) {
            return Ok(None);
        }
        let mut having = vec![0u8; self.rows.len()];
        for word in &words.wanted {
            let scoring = EnableScoring::disabled_from_searcher(queries.searcher);
            let weight = queries.in_one_piece(std::slice::from_ref(&word.stem)).weight(scoring)?;
            self.each(queries.searcher, &*weight, |doc| having[doc as usize] += 1)?;
        }
        Ok(Some(having))
    }

    /// Which offers have enough of the wanted words: all of them, or as many as leave enough offers to choose from.
    /// Filters have no say in it, so choosing one never brings in offers that were not there before.
    pub(crate) fn covering(
        &self,
        queries: &Queries<'_>,
        words: &Words,
        admitted: Option<&[bool]>,
        today: i32,
    ) -> Result<Option<Covering>, SearchError> {
        if words.wanted.len() < 2 {
            return Ok(None);
        }
        let mut counts = vec![0u8; self.rows.len()];
        for word in &words.wanted {
            let scoring = EnableScoring::disabled_from_searcher(queries.searcher);
            let weight = queries.wanted(word)?.weight(scoring)?;
            self.each(queries.searcher, &*weight, |doc| counts[doc as usize] += 1)?;
        }
        for (count, admitted) in counts.iter_mut().zip(admitted.unwrap_or_default()) {
            *count *= u8::from(*admitted);
        }
        let mut having = [0; MAX_TERMS + 1];
        for (count, row) in counts.iter().zip(&self.rows) {
            having[*count as usize] += usize::from(row.expires >= today);
        }
        let mut offers = 0;
        let least = (2..=words.wanted.len()).rev().find(|count| {
            offers += having[*count];
            offers >= ENOUGH
        });
        let whole = having[words.wanted.len()] > 0;
        // Without enough of anything, every offer with a word is in.
        Ok(Some(Covering { counts, least: least.unwrap_or(1) as u8, whole }))
    }
}
