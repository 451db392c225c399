//! The invitation of a member (K6.2b): user name, temporary password, and where to log in.

use askama::Template;
use vivier_domain::{
    mail::{Invitation, Mail},
    member::{INVITATION_DAYS, Language},
};

use crate::{ComposeError, fill};

macro_rules! templates {
    ($($name:ident = $path:literal),+ $(,)?) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            organisation: &'a str,
            user_name: &'a str,
            password: &'a str,
            address: &'a str,
            days: i64,
        }

        impl<'a> From<Invitation<'a>> for $name<'a> {
            fn from(invitation: Invitation<'a>) -> Self {
                Self {
                    organisation: invitation.organisation,
                    user_name: invitation.user_name.expose(),
                    password: invitation.password.expose(),
                    address: invitation.address,
                    days: INVITATION_DAYS,
                }
            }
        }
    )+};
}

templates! {
    FrenchHtml = "invitation.fr.html",
    FrenchText = "invitation.fr.txt",
    EnglishHtml = "invitation.en.html",
    EnglishText = "invitation.en.txt",
}

/// Composes an invitation in a member's language.
pub fn invitation(invitation: Invitation<'_>, language: Language) -> Result<Mail, ComposeError> {
    let organisation = invitation.organisation;
    let (subject, html, text) = match language {
        Language::Fr => (
            format!("{organisation} : votre accès à Vivier"),
            fill(&FrenchHtml::from(invitation))?,
            fill(&FrenchText::from(invitation))?,
        ),
        Language::En => (
            format!("{organisation}: your access to Vivier"),
            fill(&EnglishHtml::from(invitation))?,
            fill(&EnglishText::from(invitation))?,
        ),
    };
    Ok(Mail { subject, html, text, one_click: None, attachment: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::redacted::Redacted;

    fn composed(organisation: &str, language: Language) -> Mail {
        let (user_name, password) = (Redacted::new("camille@acme.example"), Redacted::new("Ab3-aA1!"));
        let address = "https://bureau.vivier.example";
        invitation(Invitation { organisation, user_name: &user_name, password: &password, address }, language)
            .unwrap()
    }

    #[test]
    fn both_forms_say_everything_in_both_languages() {
        for (language, subject, days, tag) in [
            (Language::Fr, "Acme : votre accès à Vivier", "7 jours", "<html lang=\"fr\">"),
            (Language::En, "Acme: your access to Vivier", "7 days", "<html lang=\"en\">"),
        ] {
            let mail = composed("Acme", language);
            assert_eq!(mail.subject, subject);
            for body in [&mail.html, &mail.text] {
                for part in
                    ["Acme", "camille@acme.example", "Ab3-aA1!", "https://bureau.vivier.example", days]
                {
                    assert!(body.expose().contains(part), "{part} is missing in {}", body.expose());
                }
            }
            assert!(mail.html.expose().contains(tag));
            assert!(!mail.text.expose().contains('<'));
        }
    }

    #[test]
    fn a_name_is_never_markup_and_plain_text_is_not_escaped() {
        let mail = composed("Pain & <b>Cie</b>", Language::Fr);
        assert!(!mail.html.expose().contains("<b>") && mail.html.expose().contains("Pain &#38; &#60;b&#62;"));
        assert!(mail.text.expose().contains("Pain & <b>Cie</b>"));
    }

    #[test]
    fn a_mail_does_not_print_what_it_says() {
        let printed = format!("{:?}", composed("Acme", Language::En));
        assert!(!printed.contains("Ab3") && !printed.contains("camille"), "{printed}");
    }
}
