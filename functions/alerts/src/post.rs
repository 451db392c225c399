//! Writing an alert's mail, with the links that it carries.

use jiff::tz::TimeZone;
use vivier_domain::{
    alert::{AlertMailKind, Frequency, TokenPurpose},
    mail::{AlertConfirmation, AlertOffers, ListedOffer, Mail},
    redacted::Redacted,
};
use vivier_index::SearchIndex;
use vivier_mail::ComposeError;
use vivier_runtime::HandlerError;
use vivier_store::alerts::{Alert, OpenMail, TokenHash};

use crate::{App, token};

/// A mail with the token that it carries.
pub(crate) struct Written {
    pub(crate) mail: Mail,
    pub(crate) hash: TokenHash,
    pub(crate) purpose: TokenPurpose,
}

/// Where a tenant's candidates come in, and what they read as its name.
pub(crate) struct Front<'a> {
    pub(crate) host: String,
    pub(crate) name: &'a str,
}

impl Front<'_> {
    /// The page that does what it is called for with the token. Behind the hash sign it reaches no server and stands in no log.
    fn page(&self, name: &str, token: &Redacted) -> Redacted {
        Redacted::new(format!("https://{}/v1/alerts/page#{name}={}", self.host, token.expose()))
    }

    /// Where a mail program posts: no page is opened there, so the token stands in the path.
    fn one_click(&self, token: &Redacted) -> Redacted {
        Redacted::new(format!("https://{}/v1/alerts/unsubscription/{}", self.host, token.expose()))
    }
}

/// The mail as it goes out now; `None` where none of its offers is shown any more.
pub(crate) fn write(
    app: &App,
    front: &Front<'_>,
    alert: &Alert,
    open: &OpenMail,
    index: Option<&SearchIndex>,
) -> Result<Option<Written>, HandlerError> {
    let (token, hash) = token::generate();
    let failed = |error: ComposeError| HandlerError::other("composing a mail", error);
    match open.kind {
        AlertMailKind::Confirmation => {
            let (daily, link) = (alert.frequency == Frequency::Daily, front.page("confirmation", &token));
            let asking = AlertConfirmation { organisation: front.name, daily, link: &link };
            let mail = vivier_mail::alert_confirmation(asking, alert.language).map_err(failed)?;
            Ok(Some(Written { mail, hash, purpose: TokenPurpose::Confirmation }))
        }
        AlertMailKind::Offers => {
            let Some(index) = index else { return Ok(None) };
            let offers = listed(app, open, index)?;
            if offers.is_empty() {
                return Ok(None);
            }
            let gone = (open.offers.len() - offers.len()) as u32;
            let telling = AlertOffers {
                organisation: front.name,
                offers: &offers,
                total: open.total.saturating_sub(gone),
                ends: alert
                    .expires_at
                    .to_zoned(TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC))
                    .date(),
                unsubscription: &front.page("unsubscription", &token),
                renewal: &front.page("renewal", &token),
                one_click: &front.one_click(&token),
            };
            let mail = vivier_mail::alert_offers(telling, alert.language).map_err(failed)?;
            Ok(Some(Written { mail, hash, purpose: TokenPurpose::Keeping }))
        }
    }
}

/// The offers that a mail lists, as they are now.
fn listed(app: &App, open: &OpenMail, index: &SearchIndex) -> Result<Vec<ListedOffer>, HandlerError> {
    let mut listed = Vec::new();
    for id in &open.offers {
        let found = index
            .get(*id, app.clock.today())
            .map_err(|error| HandlerError::other("reading an offer", error))?;
        if let Some(offer) = found.map(|found| found.summary) {
            listed.push(ListedOffer {
                title: offer.title,
                company: offer.company,
                city: offer.city,
                url: offer.url,
            });
        }
    }
    Ok(listed)
}
