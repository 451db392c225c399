//! Offers and documents, between the batches that count them and the views that add them up. What a batch has counted lies together in few rows
//! and is added to days when there are many of them; whole months follow their days once a day. Who reads adds what days and months do not
//! hold yet.

use jiff::civil::Date;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// No day of figures is older.
const BEGINNING: Date = jiff::civil::date(2000, 1, 1);
/// From so many rows of batches on they are added to days: to move a row of a day costs as much as to store three events, and most are moved by
/// every batch.
pub(crate) const MANY: i64 = 200;

/// Adds what batches have counted to days, and to months where they hold the day already. It is to be the only one who counts for the tenant.
pub(crate) async fn fold(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- months::fold\n\
        WITH batches AS (\n\
            DELETE FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'batch'\n\
            RETURNING kind, day, project_id, subjects, counts\n\
        ), counted AS (\n\
            SELECT b.kind, b.day, b.project_id, u.subject_id, sum(u.count)::bigint AS count\n\
            FROM batches AS b, unnest(b.subjects, b.counts) AS u (subject_id, count)\n\
            GROUP BY b.kind, b.day, b.project_id, u.subject_id\n\
        ), late AS (\n\
            INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
            SELECT bound_tenant(), 'month', kind, date_trunc('month', day::timestamp)::date AS month, project_id, gen_random_uuid(),\n\
                   array_agg(subject_id), array_agg(count)\n\
            FROM counted WHERE day <= (SELECT through FROM usage_months WHERE tenant_id = bound_tenant())\n\
            GROUP BY kind, month, project_id\n\
        )\n\
        INSERT INTO usage_subjects (tenant_id, grain, kind, day, project_id, subject_id, count)\n\
        SELECT bound_tenant(), 'day', kind, day, project_id, subject_id, count FROM counted ORDER BY kind, day, project_id, subject_id\n\
        ON CONFLICT (tenant_id, grain, kind, day, project_id, subject_id) DO UPDATE SET count = usage_subjects.count + excluded.count";
    tx.execute(SQL, &[]).await.map(|_| ())
}

/// Makes months hold all days through `last`, of which they hold those through `held`. It is to be the only one who counts for the tenant.
/// The months concerned are added up anew, so that nothing counts twice whatever they held.
pub(crate) async fn follow(tx: &PoolTx<'_>, held: Option<Date>, last: Date) -> Result<(), DatabaseError> {
    const FORGET: &str = "-- months::forget\n\
        DELETE FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'month' AND day >= date_trunc('month', $1::date)";
    const FOLLOW: &str = "-- months::follow\n\
        WITH held AS (\n\
            INSERT INTO usage_months AS m (tenant_id, through) VALUES (bound_tenant(), $2)\n\
            ON CONFLICT (tenant_id) DO UPDATE SET through = greatest(m.through, excluded.through)\n\
        )\n\
        INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
        SELECT bound_tenant(), 'month', kind, month, project_id, gen_random_uuid(), array_agg(subject_id), array_agg(count) FROM (\n\
            SELECT kind, date_trunc('month', day::timestamp)::date AS month, project_id, subject_id, sum(count)::bigint AS count\n\
            FROM usage_subjects WHERE tenant_id = bound_tenant() AND grain = 'day' AND day BETWEEN $1 AND $2\n\
            GROUP BY kind, month, project_id, subject_id\n\
        ) AS added GROUP BY kind, month, project_id";
    let first = held.map_or(BEGINNING, Date::first_of_month);
    tx.execute(FORGET, &[&first]).await?;
    tx.execute(FOLLOW, &[&first, &last]).await.map(|_| ())
}
