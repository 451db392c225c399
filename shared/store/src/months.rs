//! Whole months of offers and documents: they follow their days once a day, so that an event moves one row and not two. Who reads adds
//! the days that they do not hold yet.

use jiff::civil::Date;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// No day of figures is older.
const BEGINNING: Date = jiff::civil::date(2000, 1, 1);

/// Makes months hold all days through `last`, of which they hold those through `held`. It is to be the only one who counts for the tenant.
/// The months concerned are added up anew, so that nothing counts twice whatever they held. New rows are written in the order of their key, as
/// who adds up a year reads them so: in hash order, nearly each row lay in another page than the one before.
pub(crate) async fn follow(tx: &PoolTx<'_>, held: Option<Date>, last: Date) -> Result<(), DatabaseError> {
    const SQL: &str = "-- months::follow\n\
        WITH held AS (\n\
            INSERT INTO usage_months AS m (tenant_id, through) VALUES (bound_tenant(), $2)\n\
            ON CONFLICT (tenant_id) DO UPDATE SET through = greatest(m.through, excluded.through)\n\
        )\n\
        INSERT INTO usage_subjects (tenant_id, grain, kind, day, project_id, subject_id, count)\n\
        SELECT bound_tenant(), 'month', d.kind, date_trunc('month', d.day)::date AS month, d.project_id, d.subject_id, sum(d.count)::bigint\n\
        FROM usage_subjects AS d\n\
        WHERE d.tenant_id = bound_tenant() AND d.grain = 'day' AND d.day BETWEEN $1 AND $2\n\
        GROUP BY d.kind, month, d.project_id, d.subject_id ORDER BY d.kind, month, d.project_id, d.subject_id\n\
        ON CONFLICT (tenant_id, grain, kind, day, project_id, subject_id) DO UPDATE SET count = excluded.count";
    let first = held.map_or(BEGINNING, Date::first_of_month);
    tx.execute(SQL, &[&first, &last]).await.map(|_| ())
}
