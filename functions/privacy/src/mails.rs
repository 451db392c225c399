//! What is mailed about a request, to the person and to the tenant's members who answer.

use vivier_domain::{
    ids::PrivacyRequestId,
    mail::{Mail, Notice},
    member::{Language, MemberState},
    permission::Permission,
    privacy::PrivacyRequestKind,
    redacted::Redacted,
};
use vivier_mail::ComposeError;
use vivier_runtime::HandlerError;
use vivier_store::privacy::Request;
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{
        people,
        privacy_keys::Keys,
        records::{RecordKey, Records},
    },
};

use crate::App;

/// The purpose of a link that confirms a request.
pub(crate) const CONFIRMATION: &str = "confirmation";
/// The purpose of a link that opens a copy.
pub(crate) const COPY: &str = "copy";

/// Who writes, and where a person comes in.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) organisation: String,
    pub(crate) host: String,
}

impl Front {
    /// The page that does what it is called for. Behind the hash sign the token reaches no server and stands in no log.
    fn page(&self, keys: &Keys, purpose: &str, request: PrivacyRequestId) -> Redacted {
        let token = keys.link(purpose, request);
        Redacted::new(format!("https://{}/v1/privacy-requests/page#{purpose}={token}", self.host))
    }
}

fn written(
    title: &str,
    sentences: &[String],
    link: Option<(&str, &Redacted)>,
    language: Language,
) -> Result<Mail, HandlerError> {
    let notice = Notice { title, sentences, link };
    vivier_mail::notice(notice, language)
        .map_err(|error: ComposeError| HandlerError::other("composing a mail", error))
}

/// Asks whether the address is meant. Of what else was typed it says nothing: a stranger must have no way to put words before somebody.
pub(crate) fn confirmation(front: &Front, keys: &Keys, request: &Request) -> Result<Mail, HandlerError> {
    let (who, link) = (&front.organisation, front.page(keys, CONFIRMATION, request.id));
    match request.language {
        Language::Fr => {
            let what = match request.kind {
                PrivacyRequestKind::Access => "une copie des données",
                PrivacyRequestKind::Rectification => "la correction des données",
                PrivacyRequestKind::Erasure => "l'effacement des données",
            };
            let sentences = [
                "Bonjour,".to_owned(),
                format!("Cette adresse a été donnée pour demander à {who} {what} qui la concernent."),
                "Ce lien fonctionne pendant 48 heures. Vous n'avez rien demandé ? Ignorez ce message : sans votre confirmation, rien ne se passe."
                    .to_owned(),
            ];
            written(
                "Confirmez votre demande",
                &sentences,
                Some(("Confirmer la demande", &link)),
                Language::Fr,
            )
        }
        Language::En => {
            let what = match request.kind {
                PrivacyRequestKind::Access => "a copy of the data",
                PrivacyRequestKind::Rectification => "the correction of the data",
                PrivacyRequestKind::Erasure => "the erasure of the data",
            };
            let sentences = [
                "Hello,".to_owned(),
                format!("This address was given to ask {who} for {what} about it."),
                "This link works for 48 hours. You did not ask for anything? Ignore this message: without your confirmation, nothing happens."
                    .to_owned(),
            ];
            written("Confirm your request", &sentences, Some(("Confirm the request", &link)), Language::En)
        }
    }
}

/// Tells a person that the request was answered.
pub(crate) fn answer(front: &Front, keys: &Keys, request: &Request) -> Result<Mail, HandlerError> {
    let who = &front.organisation;
    let (french, english) = match request.kind {
        PrivacyRequestKind::Access => (
            format!(
                "La copie des données que {who} conserve à votre sujet est prête. Le code à huit chiffres qui l'ouvre vous a été donné à part. Elle est disponible pendant sept jours."
            ),
            format!(
                "The copy of the data that {who} keeps about you is ready. The code of eight figures that opens it was given to you separately. It is available for seven days."
            ),
        ),
        PrivacyRequestKind::Rectification => (
            format!("{who} a corrigé les données qui vous concernent, comme vous l'avez demandé."),
            format!("{who} has corrected the data about you, as you asked."),
        ),
        PrivacyRequestKind::Erasure => (
            format!(
                "{who} a effacé les données qui vous concernent, et l'a vérifié. Référence de la preuve : {}. Votre adresse est effacée avec l'envoi de ce message.",
                request.id
            ),
            format!(
                "{who} has erased the data about you, and made sure of it. Reference of the proof: {}. Your address is erased with the sending of this message.",
                request.id
            ),
        ),
    };
    let copy = (request.kind == PrivacyRequestKind::Access).then(|| front.page(keys, COPY, request.id));
    match request.language {
        Language::Fr => {
            let link = copy.as_ref().map(|link| ("Ouvrir la copie", link));
            written("Votre demande a été traitée", &["Bonjour,".to_owned(), french], link, Language::Fr)
        }
        Language::En => {
            let link = copy.as_ref().map(|link| ("Open the copy", link));
            written("Your request was answered", &["Hello,".to_owned(), english], link, Language::En)
        }
    }
}

/// Tells a member that a request came in (M10). Whose it is, the back office shows to those who log in.
pub(crate) fn forwarded(app: &App, request: &Request, language: Language) -> Result<Mail, HandlerError> {
    let link = Redacted::new(format!("{}/data-requests/{}", app.back_office, request.id));
    let due = request.due_at.map(|at| at.strftime("%d/%m/%Y").to_string()).unwrap_or_default();
    match language {
        Language::Fr => {
            let (what, then) = match request.kind {
                PrivacyRequestKind::Access => {
                    ("l'accès à ses données", "La copie est faite et envoyée automatiquement.")
                }
                PrivacyRequestKind::Rectification => (
                    "la correction de ses données",
                    "C'est à vous de corriger, puis de le dire dans le back-office.",
                ),
                PrivacyRequestKind::Erasure => (
                    "l'effacement de ses données",
                    "L'effacement est fait et vérifié automatiquement ; ce qui resterait est signalé.",
                ),
            };
            let sentences =
                [format!("Une personne demande {what}. À traiter avant le {due}."), then.to_owned()];
            written(
                "Demande d'une personne concernée",
                &sentences,
                Some(("Voir la demande", &link)),
                Language::Fr,
            )
        }
        Language::En => {
            let (what, then) = match request.kind {
                PrivacyRequestKind::Access => {
                    ("access to their data", "The copy is made and sent by itself.")
                }
                PrivacyRequestKind::Rectification => (
                    "the correction of their data",
                    "It is for you to correct it, and then to say so in the back office.",
                ),
                PrivacyRequestKind::Erasure => (
                    "the erasure of their data",
                    "The erasure is done and verified by itself; what might be left is shown.",
                ),
            };
            let sentences =
                [format!("A person asks for {what}. To be answered before {due}."), then.to_owned()];
            written("Request of a data subject", &sentences, Some(("Show the request", &link)), Language::En)
        }
    }
}

/// The members who answer requests, as things are at this moment, with what they read.
pub(crate) async fn members(
    app: &App,
    scope: &TenantScope,
) -> Result<Vec<(Redacted, Language)>, TenancyError> {
    let records = app.tenancy.records(scope)?;
    let (people, read) = (app.tenancy.people(scope)?, people::read(&records).await?);
    let mut found = Vec::new();
    for (subject, member) in &read.roster.members {
        let held = member.permissions(&read.roster.roles, None);
        if member.state == MemberState::Suspended || !held.contains(&Permission::PrivacyWrite) {
            continue;
        }
        let account = people.fetch(subject).await?;
        if let Some(account) = account.filter(|account| account.confirmed() && account.enabled()) {
            found.push((account.address().clone(), member.language));
        }
    }
    Ok(found)
}

/// What is known of an address as a member's.
pub(crate) async fn membership(
    app: &App,
    scope: &TenantScope,
    records: &Records<'_>,
    email: &Redacted,
) -> Result<Option<vivier_domain::member::Member>, TenancyError> {
    let Some(account) = app.tenancy.people(scope)?.find(email).await? else { return Ok(None) };
    Ok(records.fetch(&RecordKey::member(account.subject())).await?.map(|found| found.value))
}
