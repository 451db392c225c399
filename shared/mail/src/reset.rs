//! The link that sets a new password (K6.2c), and the notice that one was set.

use askama::Template;
use vivier_domain::{mail::Mail, member::Language, redacted::Redacted};

use crate::{ComposeError, fill};

macro_rules! templates {
    ($($name:ident = $path:literal),+ $(,)?) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            organisation: &'a str,
            link: &'a str,
        }
    )+};
}

templates! {
    FrenchHtml = "reset.fr.html",
    FrenchText = "reset.fr.txt",
    EnglishHtml = "reset.en.html",
    EnglishText = "reset.en.txt",
    FrenchDoneHtml = "reset_done.fr.html",
    FrenchDoneText = "reset_done.fr.txt",
    EnglishDoneHtml = "reset_done.en.html",
    EnglishDoneText = "reset_done.en.txt",
}

/// Composes the mail with the link, which is as good as a password for an hour.
pub fn reset(organisation: &str, link: &Redacted, language: Language) -> Result<Mail, ComposeError> {
    let link = link.expose();
    let (subject, html, text) = match language {
        Language::Fr => (
            format!("{organisation} : choisir un nouveau mot de passe"),
            fill(&FrenchHtml { organisation, link })?,
            fill(&FrenchText { organisation, link })?,
        ),
        Language::En => (
            format!("{organisation}: choose a new password"),
            fill(&EnglishHtml { organisation, link })?,
            fill(&EnglishText { organisation, link })?,
        ),
    };
    Ok(Mail { subject, html, text, one_click: None, attachment: None })
}

/// Composes the notice that a password was changed. `address` is where the back office is entered.
pub fn password_changed(organisation: &str, address: &str, language: Language) -> Result<Mail, ComposeError> {
    let link = address;
    let (subject, html, text) = match language {
        Language::Fr => (
            format!("{organisation} : votre mot de passe a changé"),
            fill(&FrenchDoneHtml { organisation, link })?,
            fill(&FrenchDoneText { organisation, link })?,
        ),
        Language::En => (
            format!("{organisation}: your password was changed"),
            fill(&EnglishDoneHtml { organisation, link })?,
            fill(&EnglishDoneText { organisation, link })?,
        ),
    };
    Ok(Mail { subject, html, text, one_click: None, attachment: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://bureau.vivier.example/reset#token=AAAA_bb-";

    #[test]
    fn both_forms_hold_the_link_in_both_languages() {
        for (language, subject, hour, tag) in [
            (Language::Fr, "Acme : choisir un nouveau mot de passe", "une heure", "<html lang=\"fr\">"),
            (Language::En, "Acme: choose a new password", "one hour", "<html lang=\"en\">"),
        ] {
            let mail = reset("Acme", &Redacted::new(LINK), language).unwrap();
            assert_eq!(mail.subject, subject);
            for body in [&mail.html, &mail.text] {
                for part in ["Acme", LINK, hour] {
                    assert!(body.expose().contains(part), "{part} is missing in {}", body.expose());
                }
            }
            assert!(mail.html.expose().contains(&format!("href=\"{LINK}\"")));
            assert!(mail.html.expose().contains(tag) && !mail.text.expose().contains('<'));
            assert!(!format!("{mail:?}").contains("token"));
        }
    }

    #[test]
    fn the_notice_says_what_to_do_and_opens_nothing() {
        for (language, subject) in [
            (Language::Fr, "Acme : votre mot de passe a changé"),
            (Language::En, "Acme: your password was changed"),
        ] {
            let mail = password_changed("Acme", "https://bureau.vivier.example", language).unwrap();
            assert_eq!(mail.subject, subject);
            for body in [&mail.html, &mail.text] {
                assert!(
                    body.expose().contains("https://bureau.vivier.example") && body.expose().contains("Acme")
                );
                assert!(!body.expose().contains("token"));
            }
        }
    }

    #[test]
    fn a_name_is_never_markup() {
        let mail = reset("<b>Acme</b>", &Redacted::new(LINK), Language::Fr).unwrap();
        assert!(!mail.html.expose().contains("<b>"));
    }
}
