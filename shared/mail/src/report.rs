//! The mail that brings a report, with its headline figures.

use askama::Template;
use vivier_domain::{
    mail::{Attachment, ListedFigure, Mail, ReportMail},
    member::Language,
};

use crate::{ComposeError, fill};

macro_rules! templates {
    ($($name:ident = $path:literal),+ $(,)?) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            organisation: &'a str,
            name: &'a str,
            period: &'a str,
            figures: &'a [ListedFigure],
            link: &'a str,
            attached: bool,
            kept_until: &'a str,
        }

        impl<'a> $name<'a> {
            fn new(mail: ReportMail<'a>, period: &'a str, kept_until: &'a str) -> Self {
                let ReportMail { organisation, name, figures, link, attached, .. } = mail;
                Self { organisation, name, period, figures, link, attached, kept_until }
            }
        }
    )+};
}

templates! {
    FrenchHtml = "report.fr.html",
    FrenchText = "report.fr.txt",
    EnglishHtml = "report.en.html",
    EnglishText = "report.en.txt",
}

/// Composes the mail that brings a report, with its file where it is not too large.
pub fn report(
    mail: ReportMail<'_>,
    language: Language,
    attachment: Option<Attachment>,
) -> Result<Mail, ComposeError> {
    let ReportMail { organisation, name, from, to, kept_until, .. } = mail;
    let (subject, html, text) = match language {
        Language::Fr => {
            let day = |day: jiff::civil::Date| day.strftime("%d/%m/%Y").to_string();
            let (period, kept_until) = (format!("du {} au {}", day(from), day(to)), day(kept_until));
            (
                format!("{organisation} : {name}"),
                fill(&FrenchHtml::new(mail, &period, &kept_until))?,
                fill(&FrenchText::new(mail, &period, &kept_until))?,
            )
        }
        Language::En => {
            let day = |day: jiff::civil::Date| day.strftime("%-d %B %Y").to_string();
            let (period, kept_until) = (format!("{} to {}", day(from), day(to)), day(kept_until));
            (
                format!("{organisation}: {name}"),
                fill(&EnglishHtml::new(mail, &period, &kept_until))?,
                fill(&EnglishText::new(mail, &period, &kept_until))?,
            )
        }
    };
    Ok(Mail { subject, html, text, one_click: None, attachment })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn composed(language: Language, attached: bool) -> Mail {
        let figures = [
            ListedFigure { label: "Recherches".into(), value: "1 204".into(), before: Some("980".into()) },
            ListedFigure { label: "<b>".into(), value: "3".into(), before: None },
        ];
        let mail = ReportMail {
            organisation: "Acme & Cie",
            name: "Chaque lundi <script>",
            from: date(2026, 3, 2),
            to: date(2026, 3, 8),
            figures: &figures,
            link: "https://bureau.example/reports/1/runs/2",
            attached,
            kept_until: date(2026, 3, 16),
        };
        report(mail, language, None).unwrap()
    }

    #[test]
    fn figures_days_and_the_way_to_the_file() {
        for (language, subject, period, kept) in [
            (Language::Fr, "Acme & Cie : Chaque lundi <script>", "du 02/03/2026 au 08/03/2026", "16/03/2026"),
            (
                Language::En,
                "Acme & Cie: Chaque lundi <script>",
                "2 March 2026 to 8 March 2026",
                "16 March 2026",
            ),
        ] {
            let mail = composed(language, true);
            assert_eq!(mail.subject, subject);
            for body in [mail.html.expose(), mail.text.expose()] {
                for part in [period, kept, "1 204", "980", "https://bureau.example/reports/1/runs/2"] {
                    assert!(body.contains(part), "{part}: {body}");
                }
            }
            assert!(!mail.html.expose().contains("<script>") && mail.text.expose().contains("<script>"));
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_said_to_be() {
        for (language, said) in [(Language::Fr, "trop volumineux"), (Language::En, "too large")] {
            assert!(composed(language, false).text.expose().contains(said));
            assert!(!composed(language, true).html.expose().contains(said));
        }
    }
}
