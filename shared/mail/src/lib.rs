//! What the suite mails, in French and in English: each mail is one HTML and one plain-text template per language.
//!
//! The HTML templates escape what is put into them; nothing a tenant or a person wrote can become markup.

mod alert;
mod invitation;
mod notice;
mod report;
mod reset;

pub use alert::{alert_confirmation, alert_offers};
pub use invitation::invitation;
pub use notice::notice;
pub use report::report;
pub use reset::{password_changed, reset};
pub use vivier_domain::mail::{
    AlertConfirmation, AlertOffers, Attachment, Invitation, ListedFigure, ListedOffer, Mail, Notice,
    ReportMail,
};

/// A template could not be filled in. It says nothing of what was to be put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mail could not be composed")]
pub struct ComposeError;

/// One template with its values, filled in.
fn fill(template: &impl askama::Template) -> Result<vivier_domain::redacted::Redacted, ComposeError> {
    template.render().map(vivier_domain::redacted::Redacted::new).map_err(|_| ComposeError)
}
