//! What members of the back office did, counted from the audit log by kinds of action: nobody by name, nothing that was done by its content.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vivier_domain::{
    member::{GrantScope, Language, Member, MemberState},
    retention::DataKind,
    role::Roles,
};
use vivier_report::{Block, Cell, Column, Figure, Kind, Table};
use vivier_store::{
    audit::{self, ActionCount},
    statistics,
};
use vivier_tenancy::{TenantScope, rooms::people};

use super::{
    MakeError,
    counted::{LOGINS, Measure, Value, integer, say},
};
use crate::{
    App,
    asked::{Asked, counted as days_counted, since},
};

/// The areas that actions are of, in the order of the columns.
const AREAS: [(&str, &str, &str); 7] = [
    ("logins", "Connexions", "Logins"),
    ("offers", "Offres", "Offers"),
    ("documents", "Documents", "Documents"),
    ("conversations", "Conversations", "Conversations"),
    ("settings", "Réglages", "Settings"),
    ("people", "Personnes", "People"),
    ("other", "Autres", "Other"),
];

/// Of which area an action is.
fn area(action: &str) -> usize {
    let name = match action.split('_').next().unwrap_or_default() {
        _ if action == "session_create" => "logins",
        _ if action.starts_with("project_members_") => "people",
        "imports" | "feeds" | "feed" | "offers" => "offers",
        "documents" => "documents",
        "conversations" => "conversations",
        "settings" | "tenant" | "projects" | "products" | "keys" | "synonym" | "search" | "test"
        | "resume" | "statistics" => "settings",
        "members" | "roles" => "people",
        _ => "other",
    };
    AREAS.iter().position(|(key, ..)| *key == name).unwrap_or(AREAS.len() - 1)
}

/// What one member did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Done {
    areas: [u64; AREAS.len()],
    refused: u64,
    last_at: Option<Timestamp>,
}

fn by_member(counts: &[ActionCount]) -> BTreeMap<&str, Done> {
    let mut members: BTreeMap<&str, Done> = BTreeMap::new();
    for one in counts {
        let done = members.entry(&one.actor).or_default();
        if one.refused {
            done.refused += one.count;
        } else {
            done.areas[area(&one.action)] += one.count;
        }
        done.last_at = done.last_at.max(Some(one.last_at));
    }
    members
}

pub(super) async fn blocks(app: &App, scope: &TenantScope, asked: &Asked) -> Result<Vec<Block>, MakeError> {
    let (from, to) = asked.moments();
    let from = from.max(since(app, scope, DataKind::AuditLog).await?);
    let span = days_counted(app, scope, asked).await?;
    let (counts, actions) = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let counts = statistics::list_totals(&tx, span, &asked.filter()).await?;
        let actions = audit::list_actions(&tx, from, to).await?;
        tx.commit().await?;
        (counts, actions)
    };
    let roster = people::read(&app.tenancy.records(scope)?).await?.roster;
    let done = by_member(&actions);
    let language = asked.language;
    let counted = |key: &str, fr: &str, en: &str, value: u64| Figure {
        key: key.into(),
        label: say(language, fr, en),
        kind: Kind::Integer,
        value: integer(value),
        before: Cell::Empty,
    };
    let acted = done.values().filter(|done| done.areas.iter().any(|count| *count > 0)).count();
    let all = done.values().map(|done| done.areas.iter().sum::<u64>()).sum();
    let figures = vec![
        Measure("logins", "Connexions", "Logins", Value::Count(LOGINS)).figure(language, &counts),
        counted("members_all", "Membres", "Members", roster.members.len() as u64),
        counted("members_active", "Membres actifs", "Active members", acted as u64),
        counted("actions", "Actions", "Actions", all),
        counted("refused", "Refus", "Refusals", done.values().map(|done| done.refused).sum()),
    ];
    let table = table(language, &roster.members, &roster.roles, &done);
    Ok(vec![
        Block::Figures(figures),
        Block::Table(table),
        Block::Note(say(
            language,
            "Les actions sont comptées dans le journal d’audit, conservé 90 jours au plus : ce qui est plus ancien n’y est plus. Le journal \
             note les écritures et les lectures de données personnelles.",
            "Actions are counted in the audit log, which is kept 90 days at most: what is older is no longer there. The log notes writes, and \
             readings of personal data.",
        )),
    ])
}

fn table(
    language: Language,
    members: &BTreeMap<String, Member>,
    roles: &Roles,
    done: &BTreeMap<&str, Done>,
) -> Table {
    let column = |key: &str, fr, en, kind| Column::new(key, say(language, fr, en), kind);
    let mut columns = vec![
        column("member_id", "Membre", "Member", Kind::Text),
        column("roles", "Rôles", "Roles", Kind::Text),
        column("state", "État", "State", Kind::Text),
    ];
    columns.extend(AREAS.iter().map(|(key, fr, en)| column(key, fr, en, Kind::Integer)));
    columns.push(column("refused", "Refus", "Refusals", Kind::Integer));
    columns.push(column("last_seen_at", "Vu le", "Last seen", Kind::Moment));
    let none = Done::default();
    let row = |id: &str, member: Option<&Member>| {
        let done = done.get(id).unwrap_or(&none);
        let mut row =
            vec![Cell::from(id), roles_of(language, roles, member), Cell::Text(state(language, member))];
        row.extend(done.areas.iter().map(|count| integer(*count)));
        row.push(integer(done.refused));
        row.push(done.last_at.map_or(Cell::Empty, Cell::Moment));
        row
    };
    // Those who have gone did what they did.
    let gone = done.keys().filter(|id| !members.contains_key(**id)).map(|id| row(id, None));
    let rows = members.iter().map(|(id, member)| row(id, Some(member))).chain(gone).collect();
    Table { key: "members".into(), title: say(language, "Membres", "Members"), columns, rows, totals: None }
}

fn roles_of(language: Language, roles: &Roles, member: Option<&Member>) -> Cell {
    let named = |(place, id): (&GrantScope, &vivier_domain::role::RoleId)| {
        let name = roles.find(id).map_or(id.as_str(), |role| role.name.as_str());
        match place {
            GrantScope::Tenant => name.to_owned(),
            GrantScope::Project(_) => format!("{name} ({})", say(language, "un projet", "one project")),
        }
    };
    let mut names: Vec<String> =
        member.into_iter().flat_map(|member| member.grants.iter().map(named)).collect();
    names.dedup();
    if names.is_empty() { Cell::Empty } else { Cell::Text(names.join(", ")) }
}

fn state(language: Language, member: Option<&Member>) -> String {
    match member.map(|member| member.state) {
        Some(MemberState::Active) => say(language, "actif", "active"),
        Some(MemberState::Invited) => say(language, "invité", "invited"),
        Some(MemberState::Suspended) => say(language, "suspendu", "suspended"),
        None => say(language, "parti", "gone"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(actor: &str, action: &str, refused: bool, count: u64, last_at: i64) -> ActionCount {
        let last_at = Timestamp::from_second(last_at).unwrap();
        ActionCount { actor: actor.into(), action: action.into(), refused, count, last_at }
    }

    #[test]
    fn actions_are_counted_by_area() {
        for (action, key) in [
            ("session_create", "logins"),
            ("imports_create", "offers"),
            ("feed_runs_create", "offers"),
            ("documents_delete", "documents"),
            ("conversations_fetch", "conversations"),
            ("settings_publish", "settings"),
            ("tenant_settings_publish", "settings"),
            ("members_list", "people"),
            ("project_members_invite", "people"),
            ("reports_create", "other"),
            ("", "other"),
        ] {
            assert_eq!(AREAS[area(action)].0, key, "{action}");
        }
        let counts = [
            count("a", "imports_create", false, 2, 10),
            count("a", "imports_create", true, 1, 30),
            count("a", "session_create", false, 3, 20),
            count("b", "roles_update", false, 1, 5),
        ];
        let done = by_member(&counts);
        assert_eq!(done["a"].areas, [3, 2, 0, 0, 0, 0, 0]);
        assert_eq!((done["a"].refused, done["a"].last_at), (1, Timestamp::from_second(30).ok()));
        assert_eq!(done["b"].areas, [0, 0, 0, 0, 0, 1, 0]);
    }
}
