//! Statements that a connection knows: they answer whoever asks next, and are forgotten where the server knows them no more.

use vivier_tenancy::rooms::database::DatabaseError;

use crate::house::House;

const BOUND: &str = "-- test::bound\nSELECT bound_tenant()::text AS tenant";

async fn bound(house: &House, other: bool) -> Result<String, DatabaseError> {
    let scope = if other { &house.other } else { &house.own };
    let mut session = house.session(scope).await;
    let tx = session.begin().await?;
    Ok(tx.query_one(BOUND, &[]).await?.get("tenant"))
}

#[tokio::test]
async fn a_known_statement_answers_each_tenant_for_itself() {
    let house = House::open().await;
    for _ in 0..3 {
        assert_eq!(bound(&house, false).await.unwrap(), house.own.tenant().to_string());
        assert_eq!(bound(&house, true).await.unwrap(), house.other.tenant().to_string());
    }
}

#[tokio::test]
async fn statements_that_are_gone_are_read_anew() {
    let house = House::open().await;
    bound(&house, false).await.unwrap();
    house.execute(&house.own, "DEALLOCATE ALL").await.unwrap();
    // Whoever comes next finds out; those behind find everything as it was.
    bound(&house, false).await.unwrap_err();
    assert_eq!(bound(&house, true).await.unwrap(), house.other.tenant().to_string());
}
