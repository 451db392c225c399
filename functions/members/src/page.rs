//! Pages of members. Addresses come from the user pool, person by person, a few at a time.

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use vivier_domain::{ids::ProjectId, member::Member};
use vivier_runtime::http::{Problem, ProblemKind, cursor};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::{
    App,
    view::{MemberPage, MemberView},
};

/// The most members of one page.
pub(crate) const LARGEST_PAGE: usize = 100;
const PAGE: usize = 50;
/// So many people are looked up at the same time: the pool's own limit is 120 a second for everybody.
const AT_ONCE: usize = 8;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Members of a page, 1 to 100; 50 when it is missing.
    #[param(minimum = 1, maximum = 100)]
    pub(crate) limit: Option<usize>,
}

impl PageQuery {
    /// Behind whom the page begins and how long it is.
    pub(crate) fn read(&self, scope: &TenantScope) -> Result<(Option<Uuid>, usize), Problem> {
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::new(ProblemKind::InvalidQuery).field("limit", "out-of-range"));
        }
        Ok((self.cursor.as_deref().map(|text| cursor::read(scope, text)).transpose()?, limit))
    }
}

/// The page of `limit` out of what was read, which is one more if there is a next page.
pub(crate) async fn of(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    mut found: Vec<(String, Member)>,
    limit: usize,
) -> Result<MemberPage, TenancyError> {
    let more = found.len() > limit;
    found.truncate(limit);
    let people = app.tenancy.people(scope)?;
    let members: Vec<MemberView> = stream::iter(found)
        .map(|(subject, member)| {
            let people = &people;
            async move {
                let account = people.fetch(&subject).await?;
                Ok::<_, TenancyError>(MemberView::of(id(&subject)?, member, account.as_ref(), project))
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let next_cursor = members.last().filter(|_| more).map(|last| cursor::write(scope, last.id));
    Ok(MemberPage { members, next_cursor })
}

/// One member as it is shown.
pub(crate) async fn one(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    subject: &str,
    member: Member,
) -> Result<MemberView, TenancyError> {
    let account = app.tenancy.people(scope)?.fetch(subject).await?;
    Ok(MemberView::of(id(subject)?, member, account.as_ref(), project))
}

fn id(subject: &str) -> Result<Uuid, TenancyError> {
    Uuid::try_parse(subject).map_err(|_| TenancyError::Corrupt("member"))
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
        assert_eq!(read(None, Some(0)), Err(400));
        assert_eq!(read(None, Some(101)), Err(400));
    }
}
