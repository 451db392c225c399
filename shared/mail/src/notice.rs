//! A mail of a few sentences with one link, of which only the sentences differ.

use askama::Template;
use vivier_domain::{
    mail::{Mail, Notice},
    member::Language,
};

use crate::{ComposeError, fill};

#[derive(Template)]
#[template(path = "notice.html")]
struct Html<'a> {
    language: &'a str,
    title: &'a str,
    sentences: &'a [String],
    link: Option<(&'a str, &'a str)>,
    copied: &'a str,
}

#[derive(Template)]
#[template(path = "notice.txt")]
struct Text<'a> {
    sentences: &'a [String],
    link: Option<(&'a str, &'a str)>,
}

/// Composes a notice.
pub fn notice(notice: Notice<'_>, language: Language) -> Result<Mail, ComposeError> {
    let copied = match language {
        Language::Fr => "Si le lien ne s'ouvre pas, copiez cette adresse dans votre navigateur :",
        Language::En => "If the link does not open, copy this address into your browser:",
    };
    let Notice { title, sentences, link } = notice;
    let link = link.map(|(label, address)| (label, address.expose()));
    let language = language.as_str();
    let html = fill(&Html { language, title, sentences, link, copied })?;
    let text = fill(&Text { sentences, link })?;
    Ok(Mail { subject: title.to_owned(), html, text, one_click: None, attachment: None })
}

#[cfg(test)]
mod tests {
    use vivier_domain::redacted::Redacted;

    use super::*;

    #[test]
    fn sentences_and_the_link_stand_in_both_forms() {
        let (sentences, address) =
            (["Un & deux.".to_owned(), "Trois.".to_owned()], Redacted::new("https://a.example/#x"));
        let composed = |link| {
            notice(Notice { title: "Votre demande", sentences: &sentences, link }, Language::Fr).unwrap()
        };
        let mail = composed(Some(("Ouvrir", &address)));
        assert_eq!(mail.subject, "Votre demande");
        assert!(mail.html.expose().contains("Un &#38; deux.") && mail.text.expose().contains("Un & deux."));
        for body in [mail.html.expose(), mail.text.expose()] {
            assert!(body.contains("https://a.example/#x") && body.contains("Trois."), "{body}");
        }
        let bare = composed(None);
        assert!(!bare.html.expose().contains("href") && !bare.text.expose().contains("copiez"));
    }
}
