//! Pages of members. Addresses come from the user pool, person by person, a few at a time.

use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;
use vivier_domain::{ids::ProjectId, member::Member};
use vivier_runtime::http::cursor;
use vivier_tenancy::{TenancyError, TenantScope};

use crate::{
    App,
    view::{MemberPage, MemberView},
};

/// So many people are looked up at the same time: the pool's own limit is 120 a second for everybody.
const AT_ONCE: usize = 8;

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
