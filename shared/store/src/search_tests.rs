//! The searches that a front office's search engine is measured by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::ids::ProjectId;
use vivier_tenancy::rooms::database::{DatabaseError, PoolTx};

/// A search with what it is to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchTest {
    /// What is searched for.
    pub query: String,
    /// Offers, each by its reference or its title.
    pub expected: Vec<String>,
}

/// A front office's set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchTests {
    /// How often it was changed; 0 where there never was one.
    pub version: u32,
    /// The searches.
    pub tests: Vec<SearchTest>,
}

/// The set of a front office; empty where there is none.
pub async fn fetch(tx: &PoolTx<'_>, project: ProjectId) -> Result<SearchTests, DatabaseError> {
    const SQL: &str = "-- search_tests::fetch\n\
        SELECT version, tests FROM search_tests WHERE tenant_id = bound_tenant() AND project_id = $1";
    let row = tx.query_opt(SQL, &[&project.as_uuid()]).await?;
    Ok(row.map_or_else(SearchTests::default, |row| SearchTests {
        version: row.get::<_, i32>("version").unsigned_abs(),
        tests: serde_json::from_value(row.get("tests")).unwrap_or_default(),
    }))
}

/// Puts a set in the place of the one that was seen; its version, or `None` where it is another by now.
pub async fn replace(
    tx: &PoolTx<'_>,
    project: ProjectId,
    seen: u32,
    tests: &[SearchTest],
    now: Timestamp,
) -> Result<Option<u32>, DatabaseError> {
    const FIRST: &str = "-- search_tests::insert\n\
        INSERT INTO search_tests (tenant_id, project_id, version, tests, changed_at)\n\
        VALUES (bound_tenant(), $1, 1, $2, $3) ON CONFLICT (tenant_id, project_id) DO NOTHING";
    const NEXT: &str = "-- search_tests::replace\n\
        UPDATE search_tests SET version = version + 1, tests = $2, changed_at = $3\n\
        WHERE tenant_id = bound_tenant() AND project_id = $1 AND version = $4";
    // Texts of our own making always are JSON.
    let tests = serde_json::to_value(tests).unwrap_or_default();
    let changed = if seen == 0 {
        tx.execute(FIRST, &[&project.as_uuid(), &tests, &now]).await?
    } else {
        tx.execute(NEXT, &[&project.as_uuid(), &tests, &now, &seen.cast_signed()]).await?
    };
    Ok((changed == 1).then_some(seen + 1))
}
