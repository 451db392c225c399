//! Which offers the words of a search let in, before any filter.

use std::rc::Rc;

use tantivy::query::EnableScoring;

use crate::bits::Bits;
use crate::columns::Day;
use crate::lists::LITERAL;
use crate::order::Order;
use crate::query::Queries;
use crate::request::SearchRequest;
use crate::search::{SearchError, SearchIndex};
use crate::words::{Wanted, Words};

/// As long as this many offers have all the words of a search, those that lack one are left out.
const ENOUGH: usize = 50;

/// Which offers have the wanted words.
pub(crate) struct Having {
    /// Any of them.
    pub(crate) any: Rc<Bits>,
    /// Enough of them: all, or as many as leave enough offers to choose from.
    pub(crate) enough: Rc<Bits>,
    /// Some offer that is shown has all of several.
    pub(crate) whole: bool,
}

impl SearchIndex {
    /// Which offers have all that must be there in one piece and nothing that must not; `None` where nothing is asked.
    pub(crate) fn admitted(&self, queries: &Queries<'_>, words: &Words) -> Result<Option<Bits>, SearchError> {
        if words.phrases.is_empty() && words.unwanted.is_empty() {
            return Ok(None);
        }
        let mut admitted = Bits::all(self.rows.len());
        for phrase in &words.phrases {
            admitted.and(&self.in_one_piece(queries, phrase)?);
        }
        for phrase in &words.unwanted {
            admitted.without(&self.in_one_piece(queries, phrase)?);
        }
        Ok(Some(admitted))
    }

    /// Which offers have every wanted word as it was typed; `None` where nothing else would be found either.
    pub(crate) fn literal(&self, queries: &Queries<'_>, words: &Words) -> Result<Option<Bits>, SearchError> {
        if words.wanted.iter().all(|word| word.same.is_empty()) {
            return Ok(None);
        }
        let mut literal = Bits::all(self.rows.len());
        for word in &words.wanted {
            literal.and(&self.in_one_piece(queries, std::slice::from_ref(&word.stem))?);
        }
        Ok(Some(literal))
    }

    /// Which offers have the wanted words, where there are some. Filters have no say in it, so choosing one never brings in offers that
    /// were not there before.
    pub(crate) fn having(
        &self,
        queries: &Queries<'_>,
        words: &Words,
        admitted: Option<&Bits>,
        day: &Day,
    ) -> Result<Option<Having>, SearchError> {
        let Some((first, others)) = words.wanted.split_first() else { return Ok(None) };
        let first = self.having_one(queries, first)?;
        if others.is_empty() {
            let first = Rc::new(first);
            return Ok(Some(Having { any: Rc::clone(&first), enough: first, whole: false }));
        }
        // Those that have at least one of the words, two, and so on.
        let mut least = vec![first];
        for word in others {
            let having = self.having_one(queries, word)?;
            least.push(Bits::none(self.rows.len()));
            for count in (1..least.len()).rev() {
                let (fewer, more) = least.split_at_mut(count);
                more[0].or_both(&fewer[count - 1], &having);
            }
            least[0].or(&having);
        }
        let open = |having: &Bits| match admitted {
            Some(admitted) => {
                let mut open = having.clone();
                open.and(admitted);
                open.count_both(&day.open)
            }
            None => having.count_both(&day.open),
        };
        let whole = least.last().is_some_and(|all| open(all) > 0);
        // Without enough of anything, every offer with a word is in.
        let enough = (1..least.len()).rev().find(|count| open(&least[*count]) >= ENOUGH).unwrap_or(0);
        let mut least: Vec<Rc<Bits>> = least.into_iter().map(Rc::new).collect();
        let enough = Rc::clone(&least[enough]);
        Ok(Some(Having { any: least.swap_remove(0), enough, whole }))
    }

    /// What is shown of all that has the words of a search, or is near to what they mean.
    pub(crate) fn matching(
        &self,
        order: &Order<'_>,
        having: Option<&Having>,
        admitted: Option<&Bits>,
        request: &SearchRequest,
        day: &Day,
    ) -> Bits {
        let shown = day.shown(request.duplicates);
        let mut matching = match (having, order.ranking()) {
            (None, _) => shown.clone(),
            (Some(having), None) => Bits::both(shown, &having.enough),
            (Some(having), Some(ranking)) => {
                let by_words = request.weights.words > 0.0;
                let mut matching =
                    if by_words { Bits::both(shown, &having.enough) } else { Bits::none(self.rows.len()) };
                // What is near in meaning is in, whatever words it has.
                let near = ranking.near().iter().map(|(doc, _)| *doc);
                near.filter(|doc| shown.has(*doc)).for_each(|doc| matching.set(doc));
                matching
            }
        };
        if let Some(admitted) = admitted {
            matching.and(admitted);
        }
        matching
    }

    /// Which offers have one word, or what says the same.
    fn having_one(&self, queries: &Queries<'_>, word: &Wanted) -> Result<Bits, SearchError> {
        let mut any = self.lists.offers_with(&*queries.found(&word.stem)?)?.clone();
        for stems in &word.same {
            let Some((first, others)) = stems.split_first() else { continue };
            let mut all = self.lists.offers_with(&*queries.found(first)?)?.clone();
            for stem in others {
                all.and(self.lists.offers_with(&*queries.found(stem)?)?);
            }
            any.or(&all);
        }
        Ok(any)
    }

    /// Which offers have these stems in one piece, in some field.
    fn in_one_piece(&self, queries: &Queries<'_>, stems: &[String]) -> Result<Bits, SearchError> {
        let mut having = Bits::none(self.rows.len());
        if let [one] = stems {
            self.lists.mark(&*queries.found(one)?, LITERAL, &mut having)?;
            return Ok(having);
        }
        for field in self.lists.literal() {
            let scoring = EnableScoring::disabled_from_searcher(queries.searcher);
            let weight = Queries::phrase(*field, stems).weight(scoring)?;
            self.each(queries.searcher, &*weight, |doc| having.set(doc))?;
        }
        Ok(having)
    }
}
