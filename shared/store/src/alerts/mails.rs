//! The outbox. A mail is written down with the offers that it lists, then handed over, then closed: whoever finds one that was left
//! in between knows how far it came.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{
    alert::{AlertMailKind, TokenPurpose},
    ids::{AlertId, AlertMailId, OfferId},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{Lease, TokenHash, tokens};

/// A mail that has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMail {
    /// Its id.
    pub id: AlertMailId,
    /// What it is for.
    pub kind: AlertMailKind,
    /// It was handed over by a run that never said what came of it.
    pub handed_over: bool,
    /// The offers that it lists.
    pub offers: Vec<OfferId>,
    /// All that it tells of.
    pub total: u32,
    /// How often it was handed over.
    pub attempts: u32,
}

/// What came of a mail that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// It was taken; what the mail service calls it.
    Sent(Option<String>),
    /// It was not sent, and may be handed over once more.
    Ready,
    /// Nobody knows.
    Unclear,
    /// It was refused, or there is nothing left that it could tell.
    Failed,
}

/// The mail of an alert that has not come to its end; there is one at most.
pub async fn fetch_open(tx: &SiloTx<'_>, alert: AlertId) -> Result<Option<OpenMail>, TenancyError> {
    const SQL: &str = "-- alerts::fetch_open_mail
        SELECT id, kind, state, offers, total, attempts FROM alert_mails
        WHERE alert_id = $1 AND state IN ('ready', 'sending')";
    let Some(row) = tx.query_opt(SQL, &[&alert.as_uuid()]).await? else { return Ok(None) };
    Ok(Some(OpenMail {
        id: row.get::<_, Uuid>("id").into(),
        kind: row.get::<_, &str>("kind").parse().map_err(|_| TenancyError::Corrupt("mail of an alert"))?,
        handed_over: row.get::<_, &str>("state") == "sending",
        offers: row.get::<_, Vec<Uuid>>("offers").into_iter().map(Into::into).collect(),
        total: row.get::<_, i32>("total").unsigned_abs(),
        attempts: row.get::<_, i32>("attempts").unsigned_abs(),
    }))
}

/// Writes a mail down that lists `listed` of the offers `told`, and that the alert has told of all of them. `false`: the alert is
/// gone, or another run's.
pub async fn compose(
    tx: &SiloTx<'_>,
    lease: Lease,
    listed: &[OfferId],
    told: &[OfferId],
    now: Timestamp,
) -> Result<Option<OpenMail>, DatabaseError> {
    const SQL: &str = "-- alerts::compose_mail
        INSERT INTO alert_mails (id, alert_id, kind, state, offers, total, created_at)
        SELECT $3, id, 'offers', 'ready', $4, $5, $6 FROM alerts WHERE id = $1 AND lease_until = $2";
    const TOLD: &str = "-- alerts::add_offers
        INSERT INTO alert_offers (alert_id, offer_id)
        SELECT $1, told FROM unnest($2::uuid[]) AS given (told) ON CONFLICT DO NOTHING";
    let uuids = |offers: &[OfferId]| offers.iter().map(|offer| offer.as_uuid()).collect::<Vec<_>>();
    let (id, alert) = (AlertMailId::generate(), lease.alert.as_uuid());
    let total = i32::try_from(told.len()).unwrap_or(i32::MAX);
    let written =
        tx.execute(SQL, &[&alert, &lease.until, &id.as_uuid(), &uuids(listed), &total, &now]).await?;
    if written != 1 {
        return Ok(None);
    }
    tx.execute(TOLD, &[&alert, &uuids(told)]).await?;
    Ok(Some(OpenMail {
        id,
        kind: AlertMailKind::Offers,
        handed_over: false,
        offers: listed.to_vec(),
        total: total.unsigned_abs(),
        attempts: 0,
    }))
}

/// Notes that a mail is handed over now, with the token that it carries. `false`: the alert is gone, or another run's; nothing may be
/// sent.
pub async fn hand_over(
    tx: &SiloTx<'_>,
    lease: Lease,
    mail: AlertMailId,
    hash: &TokenHash,
    purpose: TokenPurpose,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- alerts::hand_over
        UPDATE alert_mails SET state = 'sending', attempts = attempts + 1
        FROM alerts
        WHERE alert_mails.id = $3 AND alert_id = $1 AND alert_mails.state IN ('ready', 'sending')
          AND alerts.id = $1 AND alerts.lease_until = $2";
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
        [&lease.alert.as_uuid(), &lease.until, &mail.as_uuid()];
    if tx.execute(SQL, &params).await? != 1 {
        return Ok(false);
    }
    tokens::add(tx, lease.alert, hash, purpose).await?;
    Ok(true)
}

/// Notes what came of a mail. An alert that is gone by now has none.
pub async fn close(
    tx: &SiloTx<'_>,
    lease: Lease,
    mail: AlertMailId,
    came: &Came,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- alerts::close_mail
        UPDATE alert_mails SET state = $3, message_id = $4, ended_at = CASE WHEN $3 = 'ready' THEN NULL ELSE $5::timestamptz END
        FROM alerts
        WHERE alert_mails.id = $6 AND alert_id = $1 AND alerts.id = $1 AND alerts.lease_until = $2";
    const SENT: &str = "-- alerts::note_sent
        UPDATE alerts SET last_sent_at = $3 WHERE id = $1 AND lease_until = $2";
    let (state, message) = match came {
        Came::Sent(message) => ("sent", message.as_deref()),
        Came::Ready => ("ready", None),
        Came::Unclear => ("unclear", None),
        Came::Failed => ("failed", None),
    };
    let alert = lease.alert.as_uuid();
    tx.execute(SQL, &[&alert, &lease.until, &state, &message, &now, &mail.as_uuid()]).await?;
    if matches!(came, Came::Sent(_)) {
        tx.execute(SENT, &[&alert, &lease.until, &now]).await?;
    }
    Ok(())
}
