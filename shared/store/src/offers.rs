//! Offers of one tenant. An import writes them, batch by batch; the index is built from the open ones.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::{ImportId, OfferId},
    import::ImportSource,
    offer::{Offer, OfferDraft, Position, SalaryPeriod, WorkingTime},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

/// An offer as a file brings it, with the hash of its content.
#[derive(Debug, Clone)]
pub struct Brought {
    /// What the file says.
    pub draft: OfferDraft,
    /// [`OfferDraft::content_hash`].
    pub hash: [u8; 32],
}

impl From<OfferDraft> for Brought {
    fn from(draft: OfferDraft) -> Self {
        Self { hash: draft.content_hash(), draft }
    }
}

/// Who brings offers in.
#[derive(Debug, Clone, Copy)]
pub struct Bringing<'a> {
    /// The import.
    pub import: ImportId,
    /// Where its offers come from.
    pub source: &'a ImportSource,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Offers that were not known.
    pub created: u64,
    /// Offers with other content, or open again.
    pub updated: u64,
}

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "id, reference, title, description, company, city, postal_code, country, contract, \
    occupation_code, occupation, remote, salary_min, salary_max, salary_period, published_on, expires_on, url, skills, \
    working_time, experience_years, education_level, latitude, longitude";

/// Between skills in one text: PostgreSQL has no arrays of arrays of several lengths. No skill holds it.
const SKILL_SEPARATOR: &str = "|";

/// What people know an offer by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As published.
    pub title: String,
    /// The tenant's own name for it.
    pub reference: String,
    /// The employer, where named.
    pub company: Option<String>,
    /// Where the work is.
    pub city: String,
    /// Whether candidates find it.
    pub open: bool,
}

/// What people know these offers by, open or not. One that is gone is not there.
pub async fn list_named(tx: &SiloTx<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Named>, DatabaseError> {
    const SQL: &str = "-- offers::list_named
        SELECT id, title, reference, company, city, status = 'open' AS open FROM offers WHERE id = ANY ($1)";
    let named = |row: &Row| {
        let (title, reference, city) = (row.get("title"), row.get("reference"), row.get("city"));
        (row.get("id"), Named { title, reference, company: row.get("company"), city, open: row.get("open") })
    };
    Ok(tx.query(SQL, &[&ids]).await?.iter().map(named).collect())
}

/// The open offers of a source: the hash of each one's content, by reference. Most offers of a feed are what they were the day before, and
/// need not be sent.
pub async fn list_hashes(
    tx: &SiloTx<'_>,
    source: &ImportSource,
) -> Result<HashMap<String, [u8; 32]>, TenancyError> {
    const SQL: &str = "-- offers::list_hashes
        SELECT reference, content_hash FROM offers WHERE status = 'open' AND source = $1";
    let rows = tx.query(SQL, &[&source.as_str()]).await?;
    let pair = |row: &Row| {
        let hash = row.get::<_, &[u8]>("content_hash").try_into();
        Ok((row.get("reference"), hash.map_err(|_| TenancyError::Corrupt("offer"))?))
    };
    rows.iter().map(pair).collect()
}

/// Brings a batch in by source and reference; an offer keeps its id for ever. References must not repeat within a batch.
pub async fn upsert(
    tx: &SiloTx<'_>,
    by: Bringing<'_>,
    batch: &[Brought],
    now: Timestamp,
) -> Result<Upserted, DatabaseError> {
    const SQL: &str = "-- offers::upsert
        INSERT INTO offers
            (id, reference, status, title, description, company, city, postal_code, country, contract,
             occupation_code, occupation, remote, salary_min, salary_max, salary_period, published_on, expires_on,
             url, skills, working_time, experience_years, education_level, latitude, longitude, content_hash,
             import_id, created_at, updated_at, source)
        SELECT id, reference, 'open', title, description, company, city, postal_code, country, contract,
               occupation_code, occupation, remote, salary_min, salary_max, salary_period, published_on, expires_on,
               url, string_to_array(skills, '|'), working_time, experience_years, education_level, latitude, longitude,
               content_hash, $1, $2, $2, $28
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                    $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[],
                    $18::date[], $19::date[], $20::text[], $21::text[], $22::text[], $23::smallint[], $24::smallint[],
                    $25::integer[], $26::integer[], $27::bytea[])
             AS given (id, reference, title, description, company, city, postal_code, country, contract,
                       occupation_code, occupation, remote, salary_min, salary_max, salary_period, published_on,
                       expires_on, url, skills, working_time, experience_years, education_level, latitude, longitude,
                       content_hash)
        ON CONFLICT (source, reference) DO UPDATE SET
            status = 'open', closed_at = NULL,
            title = excluded.title, description = excluded.description, company = excluded.company,
            city = excluded.city, postal_code = excluded.postal_code, country = excluded.country,
            contract = excluded.contract, occupation_code = excluded.occupation_code,
            occupation = excluded.occupation, remote = excluded.remote, salary_min = excluded.salary_min,
            salary_max = excluded.salary_max, salary_period = excluded.salary_period,
            published_on = excluded.published_on, expires_on = excluded.expires_on, url = excluded.url,
            skills = excluded.skills, working_time = excluded.working_time,
            experience_years = excluded.experience_years, education_level = excluded.education_level,
            latitude = excluded.latitude, longitude = excluded.longitude, content_hash = excluded.content_hash, import_id = excluded.import_id,
            updated_at = excluded.updated_at, changed = pg_current_xact_id()
        RETURNING xmax = 0 AS created";
    let drafts = || batch.iter().map(|one| &one.draft);
    let text = |of: fn(&OfferDraft) -> &str| drafts().map(of).collect::<Vec<&str>>();
    let some = |of: fn(&OfferDraft) -> Option<&str>| drafts().map(of).collect::<Vec<Option<&str>>>();
    let euros = |of: fn(&OfferDraft) -> Option<u32>| {
        drafts().map(|d| of(d).map(i64::from)).collect::<Vec<Option<i64>>>()
    };
    let small = |of: fn(&OfferDraft) -> Option<u8>| {
        drafts().map(|d| of(d).map(i16::from)).collect::<Vec<Option<i16>>>()
    };
    let ids: Vec<Uuid> = batch.iter().map(|_| OfferId::generate().as_uuid()).collect();
    let published: Vec<Date> = drafts().map(|draft| draft.published_on).collect();
    let expires: Vec<Option<Date>> = drafts().map(|draft| draft.expires_on).collect();
    let skills: Vec<String> = drafts().map(|draft| draft.skills.join(SKILL_SEPARATOR)).collect();
    let hashes: Vec<&[u8]> = batch.iter().map(|one| one.hash.as_slice()).collect();
    let rows = tx
        .query(
            SQL,
            &[
                &by.import.as_uuid(),
                &now,
                &ids,
                &text(|draft| &draft.reference),
                &text(|draft| &draft.title),
                &text(|draft| &draft.description),
                &some(|draft| draft.company.as_deref()),
                &text(|draft| &draft.city),
                &some(|draft| draft.postal_code.as_deref()),
                &text(|draft| &draft.country),
                &text(|draft| draft.contract.as_str()),
                &some(|draft| draft.occupation_code.as_deref()),
                &some(|draft| draft.occupation.as_deref()),
                &text(|draft| draft.remote.as_str()),
                &euros(|draft| draft.salary_min),
                &euros(|draft| draft.salary_max),
                &some(|draft| draft.salary_period.map(SalaryPeriod::as_str)),
                &published,
                &expires,
                &some(|draft| draft.url.as_deref()),
                &skills,
                &some(|draft| draft.working_time.map(WorkingTime::as_str)),
                &small(|draft| draft.experience_years),
                &small(|draft| draft.education_level),
                &drafts().map(|draft| draft.position.map(|place| place.latitude)).collect::<Vec<_>>(),
                &drafts().map(|draft| draft.position.map(|place| place.longitude)).collect::<Vec<_>>(),
                &hashes,
                &by.source.as_str(),
            ],
        )
        .await?;
    // A row that no transaction has replaced or locked has no xmax: it is new.
    let created = rows.iter().filter(|row| row.get::<_, bool>("created")).count();
    Ok(Upserted { created: created as u64, updated: (rows.len() - created) as u64 })
}

/// Closes these open offers of a source; how many.
pub async fn close(
    tx: &SiloTx<'_>,
    source: &ImportSource,
    references: &[&str],
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- offers::close
        UPDATE offers SET status = 'closed', closed_at = $2, updated_at = $2, changed = pg_current_xact_id()
        WHERE status = 'open' AND source = $3 AND reference = ANY ($1::text[])";
    tx.execute(SQL, &[&references, &now, &source.as_str()]).await
}

/// How many offers were closed before `cutoff`, up to `limit`.
pub async fn count_closed_before(
    tx: &SiloTx<'_>,
    cutoff: Timestamp,
    limit: u32,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- offers::count_closed_before
        SELECT count(*) AS count FROM (
            SELECT FROM offers WHERE status = 'closed' AND closed_at < $1 LIMIT $2
        ) AS old";
    Ok(tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?.get::<_, i64>("count").unsigned_abs())
}

/// Removes offers that were closed before `cutoff`, with their vectors, the oldest first and at most `limit`. Returns how many.
pub async fn purge_closed(tx: &SiloTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- offers::purge_closed
        WITH old AS MATERIALIZED (
            SELECT id FROM offers WHERE status = 'closed' AND closed_at < $1
            ORDER BY closed_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        DELETE FROM offers USING old WHERE offers.id = old.id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}

/// Open offers in the order of their ids, from the one after `after`.
pub async fn list_open(
    tx: &SiloTx<'_>,
    after: Option<OfferId>,
    limit: u32,
) -> Result<Vec<Offer>, TenancyError> {
    let sql = format!(
        "-- offers::list_open
        SELECT {COLUMNS} FROM offers WHERE status = 'open' AND id > $1 ORDER BY id LIMIT $2"
    );
    let after = after.map_or(Uuid::nil(), OfferId::as_uuid);
    tx.query(&sql, &[&after, &i64::from(limit)]).await?.iter().map(read).collect()
}

/// The open ones among these offers, in the order of their ids.
pub async fn list_open_among(tx: &SiloTx<'_>, ids: &[OfferId]) -> Result<Vec<Offer>, TenancyError> {
    let sql = format!(
        "-- offers::list_open_among
        SELECT {COLUMNS} FROM offers WHERE status = 'open' AND id = ANY ($1::uuid[]) ORDER BY id"
    );
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    tx.query(&sql, &[&ids]).await?.iter().map(read).collect()
}

pub(crate) fn read(row: &Row) -> Result<Offer, TenancyError> {
    let corrupt = || TenancyError::Corrupt("offer");
    let euros =
        |column| row.get::<_, Option<i64>>(column).map(u32::try_from).transpose().map_err(|_| corrupt());
    let small =
        |column| row.get::<_, Option<i16>>(column).map(u8::try_from).transpose().map_err(|_| corrupt());
    let latitude: Option<i32> = row.get("latitude");
    let longitude: Option<i32> = row.get("longitude");
    let content = OfferDraft {
        reference: row.get("reference"),
        title: row.get("title"),
        description: row.get("description"),
        company: row.get("company"),
        city: row.get("city"),
        postal_code: row.get("postal_code"),
        country: row.get("country"),
        contract: row.get::<_, &str>("contract").parse().map_err(|_| corrupt())?,
        occupation_code: row.get("occupation_code"),
        occupation: row.get("occupation"),
        remote: row.get::<_, &str>("remote").parse().map_err(|_| corrupt())?,
        salary_min: euros("salary_min")?,
        salary_max: euros("salary_max")?,
        salary_period: row
            .get::<_, Option<&str>>("salary_period")
            .map(str::parse)
            .transpose()
            .map_err(|_| corrupt())?,
        published_on: row.get("published_on"),
        expires_on: row.get("expires_on"),
        url: row.get("url"),
        skills: row.get("skills"),
        working_time: row
            .get::<_, Option<&str>>("working_time")
            .map(str::parse)
            .transpose()
            .map_err(|_| corrupt())?,
        experience_years: small("experience_years")?,
        education_level: small("education_level")?,
        position: latitude.zip(longitude).map(|(latitude, longitude)| Position { latitude, longitude }),
    };
    Ok(Offer { id: row.get::<_, Uuid>("id").into(), content })
}
