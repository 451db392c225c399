//! Pages of lists that are ordered by id: which one is asked for, and where the next begins.

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use vivier_tenancy::TenantScope;

use super::{
    cursor,
    problem::{Problem, ProblemKind},
};

const LARGEST: u32 = 100;
const USUAL: u32 = 50;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Entries of a page, 1 to 100; 50 when it is missing.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl PageQuery {
    /// Behind which entry the page begins, and how long it is.
    pub fn read(&self, scope: &TenantScope) -> Result<(Option<Uuid>, usize), Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=LARGEST).contains(&limit) {
            return Err(Problem::new(ProblemKind::InvalidQuery).field("limit", "out-of-range"));
        }
        let after = self.cursor.as_deref().map(|text| cursor::read(scope, text)).transpose()?;
        Ok((after, limit as usize))
    }
}

/// Cuts what was read, one more than the page if there is another, to the page, and gives the next one's cursor.
pub fn cut<T>(
    scope: &TenantScope,
    found: &mut Vec<T>,
    limit: usize,
    id: impl FnOnce(&T) -> Uuid,
) -> Option<String> {
    let more = found.len() > limit;
    found.truncate(limit);
    found.last().filter(|_| more).map(|last| cursor::write(scope, id(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::TenantId;
    use vivier_testkit::scope;

    #[test]
    fn a_page_is_asked_for_within_bounds() {
        let (own, other) = (scope::front(TenantId::generate()), scope::front(TenantId::generate()));
        let last = Uuid::now_v7();
        let read = |cursor, limit| PageQuery { cursor, limit }.read(&own).map_err(|problem| problem.status);
        assert_eq!(read(None, None), Ok((None, 50)));
        assert_eq!(read(Some(cursor::write(&own, last)), Some(100)), Ok((Some(last), 100)));
        assert_eq!(read(Some(cursor::write(&other, last)), None), Err(404));
        assert_eq!(read(Some(String::new()), None), Err(404));
        assert_eq!(read(None, Some(0)), Err(400));
        assert_eq!(read(None, Some(101)), Err(400));
    }

    #[test]
    fn a_page_has_a_cursor_only_when_more_follows() {
        let own = scope::front(TenantId::generate());
        let ids = [(); 3].map(|()| Uuid::now_v7());
        let cut = |found: &[Uuid], limit| {
            let mut page = found.to_vec();
            let next = cut(&own, &mut page, limit, |last| *last);
            (page.len(), next.map(|next| cursor::read(&own, &next).unwrap()))
        };
        assert_eq!(cut(&ids, 2), (2, Some(ids[1])));
        assert_eq!(cut(&ids, 3), (3, None));
        assert_eq!(cut(&[], 3), (0, None));
    }
}
