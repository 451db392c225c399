//! Statements that a connection knows: they answer whoever asks next, and are forgotten where the server knows them no more.

use tokio_postgres::types::ToSql;
use vivier_tenancy::{names::PoolRole, rooms::database::DatabaseError};

use crate::house::House;

/// Row security shows a tenant's own rows alone.
const SEEN: &str =
    "-- test::see\nSELECT coalesce(string_agg(tenant_id::text, ' '), '') AS tenants FROM usage_months";

async fn seen(house: &House, other: bool) -> Result<String, DatabaseError> {
    let scope = if other { &house.other } else { &house.own };
    let mut session = house.session(scope).await;
    let tx = session.begin().await?;
    Ok(tx.query_one(SEEN, &[]).await?.get("tenants"))
}

#[tokio::test]
async fn a_known_statement_answers_each_tenant_for_itself() {
    let house = House::open().await;
    for scope in [&house.own, &house.other] {
        let sql = "INSERT INTO usage_months (tenant_id, through) VALUES (bound_tenant(), current_date)";
        house.execute_as(PoolRole::Metrics, scope, sql).await.unwrap();
    }
    for _ in 0..3 {
        assert_eq!(seen(&house, false).await.unwrap(), house.own.tenant().to_string());
        assert_eq!(seen(&house, true).await.unwrap(), house.other.tenant().to_string());
    }
}

#[tokio::test]
async fn statements_that_are_gone_are_read_anew() {
    let house = House::open().await;
    seen(&house, false).await.unwrap();
    house.execute(&house.own, "DEALLOCATE ALL").await.unwrap();
    // Whoever comes next finds out; those behind find everything as it was.
    seen(&house, false).await.unwrap_err();
    assert_eq!(seen(&house, true).await.unwrap(), "");
}

#[tokio::test]
async fn of_parts_the_one_that_is_refused_tells_why() {
    const SQL: &str = "-- test::parts\n\
        INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail)\n\
        SELECT (SELECT bound_tenant()), now(), gen_random_uuid(), unnest($1::text[]), '{}'::jsonb";
    let house = House::open().await;
    for (kinds, refused) in [([Some("search"), None, Some("search")], true), ([Some("search"); 3], false)] {
        let mut session = house.counting(&house.own).await;
        let tx = session.begin().await.unwrap();
        let part = |kind| move || vec![Box::new(vec![kind]) as Box<dyn ToSql + Sync + Send>];
        let told = tx.execute_unless_there(SQL, kinds.map(part).into_iter()).await;
        match told {
            Err(error) => assert!(refused && error.is_of_the_data() && !error.is_aftermath(), "{error:?}"),
            Ok(rows) => assert_eq!((refused, rows), (false, Some(3))),
        }
    }
}
