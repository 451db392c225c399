//! The mails of alerts: one asks whether the address is meant, the others tell of new offers.

use askama::Template;
use vivier_domain::{
    mail::{AlertConfirmation, AlertOffers, ListedOffer, Mail},
    member::Language,
};

use crate::{ComposeError, fill};

macro_rules! confirmations {
    ($($name:ident = $path:literal),+ $(,)?) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            organisation: &'a str,
            daily: bool,
            link: &'a str,
        }

        impl<'a> From<AlertConfirmation<'a>> for $name<'a> {
            fn from(asking: AlertConfirmation<'a>) -> Self {
                Self { organisation: asking.organisation, daily: asking.daily, link: asking.link.expose() }
            }
        }
    )+};
}

macro_rules! listings {
    ($($name:ident = $path:literal),+ $(,)?) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            organisation: &'a str,
            offers: &'a [ListedOffer],
            total: u32,
            more: u32,
            ends: &'a str,
            unsubscription: &'a str,
            renewal: &'a str,
        }

        impl<'a> $name<'a> {
            fn new(telling: AlertOffers<'a>, ends: &'a str) -> Self {
                Self {
                    organisation: telling.organisation,
                    offers: telling.offers,
                    total: telling.total,
                    more: telling.total.saturating_sub(telling.offers.len() as u32),
                    ends,
                    unsubscription: telling.unsubscription.expose(),
                    renewal: telling.renewal.expose(),
                }
            }
        }
    )+};
}

confirmations! {
    FrenchConfirmationHtml = "alert_confirmation.fr.html",
    FrenchConfirmationText = "alert_confirmation.fr.txt",
    EnglishConfirmationHtml = "alert_confirmation.en.html",
    EnglishConfirmationText = "alert_confirmation.en.txt",
}

listings! {
    FrenchOffersHtml = "alert_offers.fr.html",
    FrenchOffersText = "alert_offers.fr.txt",
    EnglishOffersHtml = "alert_offers.en.html",
    EnglishOffersText = "alert_offers.en.txt",
}

/// Composes the mail that asks for a confirmation.
pub fn alert_confirmation(asking: AlertConfirmation<'_>, language: Language) -> Result<Mail, ComposeError> {
    let organisation = asking.organisation;
    let (subject, html, text) = match language {
        Language::Fr => (
            format!("{organisation} : confirmez votre alerte"),
            fill(&FrenchConfirmationHtml::from(asking))?,
            fill(&FrenchConfirmationText::from(asking))?,
        ),
        Language::En => (
            format!("{organisation}: confirm your alert"),
            fill(&EnglishConfirmationHtml::from(asking))?,
            fill(&EnglishConfirmationText::from(asking))?,
        ),
    };
    Ok(Mail { subject, html, text, one_click: None, attachment: None })
}

/// Composes the mail that tells of new offers.
pub fn alert_offers(telling: AlertOffers<'_>, language: Language) -> Result<Mail, ComposeError> {
    let AlertOffers { organisation, total, ends, one_click, .. } = telling;
    let (subject, html, text) = match language {
        Language::Fr => {
            let ends = ends.strftime("%d/%m/%Y").to_string();
            let offers =
                if total == 1 { "une nouvelle offre".into() } else { format!("{total} nouvelles offres") };
            (
                format!("{organisation} : {offers}"),
                fill(&FrenchOffersHtml::new(telling, &ends))?,
                fill(&FrenchOffersText::new(telling, &ends))?,
            )
        }
        Language::En => {
            let ends = ends.strftime("%-d %B %Y").to_string();
            let offers = if total == 1 { "one new offer".into() } else { format!("{total} new offers") };
            (
                format!("{organisation}: {offers}"),
                fill(&EnglishOffersHtml::new(telling, &ends))?,
                fill(&EnglishOffersText::new(telling, &ends))?,
            )
        }
    };
    Ok(Mail { subject, html, text, one_click: Some(one_click.clone()), attachment: None })
}

#[cfg(test)]
mod tests;
