//! Tells a tenant's members who answer for personal data of each change among the sub-processors: in time to object, each once (at least).

use jiff::civil::Date;
use vivier_data_map::sub_processors::SubProcessor;
use vivier_domain::{
    mail::{Mail, Notice},
    member::Language,
};
use vivier_mail::ComposeError;
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::privacy;
use vivier_tenancy::TenantScope;

use crate::{App, mails};

/// Who was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Members who were mailed now.
    pub(crate) mailed: u64,
    /// Entries that the tenant's members have been told of, now or before.
    pub(crate) known: u64,
}

/// Tells of the entries that nobody of the tenant was told of yet. Mails first, notes then: killed in between, it mails once more. Where
/// nobody could be told, the next run tries again.
pub(crate) async fn tell(
    app: &App,
    scope: &TenantScope,
    entries: &[&SubProcessor],
) -> Result<Told, HandlerError> {
    let mut told = Told::default();
    let mut left = Vec::new();
    {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        for entry in entries {
            if privacy::is_told(&tx, &entry.id, entry.announced_on).await? {
                told.known += 1;
            } else {
                left.push(*entry);
            }
        }
        tx.commit().await?;
    }
    if left.is_empty() {
        return Ok(told);
    }
    let settings = app.tenancy.records(scope)?.tenant_settings().await?.mail;
    let mut refused = 0;
    for (address, language) in mails::members(app, scope).await? {
        match app.tenancy.mail(scope)?.send(&address, &mail(&left, language)?, &settings).await {
            Ok(()) => told.mailed += 1,
            Err(error) => {
                refused += 1;
                tracing::warn!(tenant = %scope.tenant(), error = telemetry::chain(&error), "a member was not told of sub-processors");
            }
        }
    }
    if told.mailed == 0 {
        tracing::warn!(tenant = %scope.tenant(), refused, "nobody was told of sub-processors");
        return Ok(told);
    }
    let now = app.clock.now();
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    for entry in &left {
        privacy::note_told(&tx, &entry.id, entry.announced_on, now).await?;
    }
    tx.commit().await?;
    told.known += left.len() as u64;
    Ok(told)
}

fn day(date: Date, language: Language) -> String {
    let form = match language {
        Language::Fr => "%d/%m/%Y",
        Language::En => "%-d %B %Y",
    };
    date.strftime(form).to_string()
}

/// One mail about all that is new.
fn mail(entries: &[&SubProcessor], language: Language) -> Result<Mail, HandlerError> {
    let mut sentences = vec![match language {
        Language::Fr => {
            "La liste des sous-traitants ultérieurs qui traitent des données pour vous change :".to_owned()
        }
        Language::En => "The list of sub-processors that process data for you changes:".to_owned(),
    }];
    for one in entries {
        let (purpose, regions) = (one.purpose.get(language), one.regions.join(", "));
        let from = day(one.effective_on, language);
        sentences.push(match language {
            Language::Fr => format!(
                "{} ({}). Finalité : {purpose}. Régions : {regions}. Prend effet le {from}.",
                one.name, one.service
            ),
            Language::En => {
                format!(
                    "{} ({}). Purpose: {purpose}. Regions: {regions}. Effective on {from}.",
                    one.name, one.service
                )
            }
        });
    }
    let (title, last) = match language {
        Language::Fr => (
            "Changement parmi les sous-traitants",
            "Vous pouvez vous y opposer jusqu'à cette date, auprès de votre interlocuteur habituel. La liste complète est dans le back-office.",
        ),
        Language::En => (
            "A change among the sub-processors",
            "You may object to it until that day, by telling your usual contact. The whole list is in the back office.",
        ),
    };
    sentences.push(last.to_owned());
    vivier_mail::notice(Notice { title, sentences: &sentences, link: None }, language)
        .map_err(|error: ComposeError| HandlerError::other("composing a mail", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_data_map::sub_processors;

    #[test]
    fn a_mail_tells_who_what_for_where_and_when() {
        let entry = sub_processors().find("textract").unwrap();
        for (language, said) in [
            (Language::Fr, ["sous-traitants", "pages numérisées", "01/10/2026", "opposer"]),
            (Language::En, ["sub-processors", "scanned pages", "1 October 2026", "object"]),
        ] {
            let mail = mail(&[entry], language).unwrap().text.expose().to_owned();
            for words in said.iter().chain(&["Textract", "eu-west-3"]) {
                assert!(mail.contains(words), "{words}: {mail}");
            }
        }
    }
}
