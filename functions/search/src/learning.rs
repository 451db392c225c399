//! What is learnt from a search without its words: what it is counted under, and a share of its text that says nothing alone.

use jiff::Timestamp;
use vivier_domain::{
    event::{QueryShare, SearchContext, Trial},
    ids::ProjectId,
};
use vivier_index::SearchIndex;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::TenantScope;
use vivier_text::analysis::fold;
use vivier_threshold::{Key, Place, Query, Tickets, Visitor, share};

use crate::tuning::Front;

/// Nobody scrolls further: more is made up.
const LAST_POSITION: u16 = 10_000;

/// A front office's visitor, where the index bears the key to learn by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Learning<'a> {
    key: &'a Key,
    project: ProjectId,
    visitor: Option<Visitor>,
}

/// What goes into the answer and the event of a search.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// For the answer.
    pub(crate) ticket: Option<String>,
    pub(crate) context: Option<SearchContext>,
    pub(crate) share: Option<Box<QueryShare>>,
}

impl<'a> Learning<'a> {
    pub(crate) fn of(scope: &TenantScope, index: Option<&'a SearchIndex>) -> Option<Self> {
        let (key, project) = (index?.queries()?, scope.project()?);
        Some(Self { key, project, visitor: scope.address().map(Visitor::at) })
    }

    /// The visitor's part in the front office's experiment.
    pub(crate) fn trial(&self, front: &Front) -> Option<Trial> {
        front.trial(self.key, self.project, self.visitor?)
    }

    /// What a search says. One whose visitor is not known, or whose text is never collected, is counted among the others; so is every
    /// one while it is not known how many visitors the tenant wants to have searched for a text.
    pub(crate) fn learn(
        &self,
        now: Timestamp,
        q: &str,
        visitors: Option<u16>,
        trial: Option<Trial>,
    ) -> Learnt {
        let place = visitors.map(|visitors| Place::new(self.project, now, visitors));
        let query = Query::read(&fold(q)).zip(self.visitor).zip(place);
        let shared = query.and_then(|((query, visitor), place)| share(self.key, place, &query, visitor));
        let (tag, share) = shared.map(|(tag, share)| (tag, Box::new(share))).unzip();
        let given = Tickets::of(self.key, self.project).give(now, tag, trial);
        let (ticket, context) = given.unzip();
        Learnt { ticket, context, share: share.filter(|_| context.is_some()) }
    }

    /// What an opened hit is counted under. A ticket that says nothing here, as in an old link, is none.
    pub(crate) fn opened(&self, now: Timestamp, ticket: &str) -> Option<SearchContext> {
        Tickets::of(self.key, self.project).read(now, ticket)
    }
}

/// Reads the parameters of an opened offer: the search among whose hits it was, and its place there. Both or neither.
pub(crate) fn opening(parameters: Vec<(String, String)>) -> Result<Option<(String, u16)>, Problem> {
    let problem = || Problem::new(ProblemKind::InvalidQuery);
    let (mut search, mut position) = (None, None);
    for (name, value) in parameters {
        match name.as_str() {
            "search" if search.is_some() => return Err(problem().field("search", "repeated")),
            "position" if position.is_some() => return Err(problem().field("position", "repeated")),
            "search" if Tickets::is_one(&value) => search = Some(value),
            "search" => return Err(problem().field("search", "invalid")),
            "position" => match value.parse() {
                Ok(number @ 1..=LAST_POSITION) => position = Some(number),
                _ => return Err(problem().field("position", "invalid")),
            },
            // The name comes from the sender: it is not repeated back.
            _ => return Err(problem().field("query", "unknown")),
        }
    }
    match (search, position) {
        (Some(search), Some(position)) => Ok(Some((search, position))),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(problem().field("search", "missing")),
        (Some(_), None) => Err(problem().field("position", "missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opening_names_both_or_neither() {
        let ticket = "A".repeat(71);
        let read = |parameters: &[(&str, &str)]| {
            let owned = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            opening(owned.collect()).map_err(|problem| {
                let error = problem.errors.into_iter().next().expect("a field");
                (error.field, error.code.clone())
            })
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("position", "3"), ("search", &ticket)]), Ok(Some((ticket.clone(), 3))));
        for (parameters, field, code) in [
            (&[("position", "3")][..], "search", "missing"),
            (&[("search", &ticket)], "position", "missing"),
            (&[("search", "camille"), ("position", "3")], "search", "invalid"),
            (&[("search", &ticket), ("position", "0")], "position", "invalid"),
            (&[("search", &ticket), ("position", "10001")], "position", "invalid"),
            (&[("search", &ticket), ("position", "1.5")], "position", "invalid"),
            (&[("search", &ticket), ("search", &ticket)], "search", "repeated"),
            (&[("camille", "1")], "query", "unknown"),
        ] {
            assert_eq!(read(parameters), Err((field.to_owned(), code.to_owned())), "{parameters:?}");
        }
    }
}
