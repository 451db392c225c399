//! The notification for the authority, as a page: what Art. 33(3) demands, each under its title, with what nobody knows yet said to be so. It is the
//! initial one until an authority was notified, and a further one from then on (Art. 33(4)).

use std::sync::LazyLock;

use askama::Template;
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::header;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use vivier_domain::member::Language;
use vivier_runtime::HandlerError;

use crate::{
    breach::Breach,
    case::Case,
    contents::{self, Section, moment, say, unknown},
};

/// Large enough to be read, dark on light, and no wider than a line is read.
const STYLE: &str = "body{margin:0;background:#fff;color:#1c1c1a;font:1rem/1.5 Arial,Helvetica,sans-serif}\
main{max-width:45rem;margin:0 auto;padding:1.5rem}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\
@media print{main{max-width:none;padding:0}}";

/// Its own style, and nothing else that could be loaded or run.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// The answer with a page.
pub(crate) fn answer(page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, page).into_response()
}

#[derive(Template)]
#[template(path = "notification.html")]
struct Page {
    language: Language,
    style: &'static str,
    title: &'static str,
    sections: Vec<Section>,
}

/// The page.
pub(crate) fn page(
    breach: &Breach,
    case: &Case,
    now: Timestamp,
    language: Language,
) -> Result<String, HandlerError> {
    let title = match (case.notified.is_empty(), language) {
        (true, Language::Fr) => "Notification initiale d'une violation de données à caractère personnel",
        (true, Language::En) => "Initial notification of a breach of personal data",
        (false, Language::Fr) => {
            "Notification complémentaire d'une violation de données à caractère personnel"
        }
        (false, Language::En) => "Further notification of a breach of personal data",
    };
    let sections = sections(breach, case, now, language);
    let page = Page { language, style: STYLE, title, sections }.render();
    page.map_err(|error| HandlerError::other("filling in a notification", error))
}

fn sections(breach: &Breach, case: &Case, now: Timestamp, language: Language) -> Vec<Section> {
    let counts = case.counted.last().map(|counted| counted.counts.as_slice());
    let mut sections = vec![parties(breach, case, language)];
    sections.extend(contents::all(breach, u64::MAX, counts, language));
    sections.push(delay(case, now, language));
    sections.push(before(breach, case, language));
    sections
}

fn parties(breach: &Breach, case: &Case, language: Language) -> Section {
    let when = |at: Option<Timestamp>| {
        at.map_or_else(|| unknown(language).to_owned(), |at| format!("{}.", moment(at, language)))
    };
    Section {
        title: say(language, "Responsable de traitement et délais", "Controller and deadlines"),
        lines: vec![
            format!("{}{}.", say(language, "Responsable de traitement : ", "Controller: "), case.name),
            say(language, "Sous-traitant : Vivier.", "Processor: Vivier.").to_owned(),
            format!("{}{}.", say(language, "Référence : ", "Reference: "), breach.id),
            format!(
                "{}{}",
                say(language, "Responsable informé le : ", "Controller told: "),
                when(case.told_at())
            ),
            format!(
                "{}{}",
                say(
                    language,
                    "Notification due (72 heures après l'information du responsable) : ",
                    "Notification due (72 hours after the controller was told): "
                ),
                when(case.authority_due_at())
            ),
        ],
    }
}

/// Art. 33(1): a notification that comes later than 72 hours says why.
fn delay(case: &Case, now: Timestamp, language: Language) -> Section {
    let first = case.notified.iter().map(|notified| notified.at).min().unwrap_or(now);
    let late = case.authority_due_at().is_some_and(|due| first > due);
    let line = if late {
        unknown(language)
    } else {
        say(language, "Sans objet : dans les 72 heures.", "None: within 72 hours.")
    };
    Section {
        title: say(language, "Motifs du retard", "Reasons for the delay"),
        lines: vec![line.to_owned()],
    }
}

/// What was told to the authority before, and what was learnt since.
fn before(breach: &Breach, case: &Case, language: Language) -> Section {
    let title = say(language, "Notifications précédentes", "Former notifications");
    let Some(last) = case.notified.iter().map(|notified| notified.at).max() else {
        let none = say(
            language,
            "Aucune : ceci est la notification initiale. Des informations complémentaires suivront dès qu'elles seront connues.",
            "None: this is the initial notification. Further information follows as soon as it is known.",
        );
        return Section { title, lines: vec![none.to_owned()] };
    };
    let mut lines: Vec<String> = case
        .notified
        .iter()
        .map(|one| format!("{} ({}).", one.reference, moment(one.at, language)))
        .collect();
    let later = breach.said().filter(|stage| stage.at > last).count();
    lines.push(match language {
        Language::Fr => format!("Compléments enregistrés depuis la dernière notification : {later}."),
        Language::En => format!("Additions recorded since the last notification: {later}."),
    });
    Section { title, lines }
}

#[cfg(test)]
mod tests;
