//! Mails of one tenant, through Amazon SES. Nothing of a mail is ever logged: neither who, nor what, nor what the
//! service says of it, for it repeats addresses.

use std::error::Error;

use aws_sdk_sesv2::{
    Client,
    config::{Builder, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
    primitives::Blob,
    types::{
        Attachment, AttachmentContentDisposition, AttachmentContentTransferEncoding, Body, Content,
        Destination, EmailContent, Message, MessageHeader,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use vivier_domain::{
    mail::{self, Mail},
    redacted::Redacted,
    settings::{SenderDomain, sender::is_approved, tenant::MailSettings},
};

use super::records::{RecordKey, Records};
use crate::{registry::Registry, tenancy::TenancyError};

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The service takes no mail from this sender, or not to this recipient: asking again changes nothing until the
    /// settings do.
    #[error("the mail was refused: {0}")]
    Refused(&'static str),
    /// The settings name a sender that the operator has not approved, or not any more.
    #[error("the sender is not approved")]
    SenderNotApproved,
    /// The request was sent and its answer never came: the mail may have gone out, or not.
    #[error("whether the mail was sent is not known")]
    Unclear,
    /// Something did not answer, and the mail was not sent.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
}

/// From where a tenant may mail: from its own domains, as the operator approved them, and from the suite's own address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Senders {
    domains: Vec<SenderDomain>,
    own: Option<String>,
}

impl Senders {
    /// `own` is the suite's own address.
    pub(crate) async fn read(records: &Records<'_>, own: Option<String>) -> Result<Self, TenancyError> {
        let domains = records.fetch(&RecordKey::senders()).await?.map(|found| found.value);
        Ok(Self { domains: domains.unwrap_or_default(), own })
    }

    /// Whether the tenant may mail as these settings say.
    pub fn allow(&self, settings: &MailSettings) -> bool {
        settings
            .sender_address
            .as_deref()
            .is_none_or(|address| is_approved(address, &self.domains) || self.own.as_deref() == Some(address))
    }
}

/// The tenant's way to send mails.
#[derive(Debug)]
pub struct Mails<'a> {
    client: Client,
    sender: String,
    registry: Registry,
    records: Records<'a>,
}

impl<'a> Mails<'a> {
    pub(crate) fn new(client: Client, sender: String, registry: Registry, records: Records<'a>) -> Self {
        Self { client, sender, registry, records }
    }

    /// The tenant's name for people, as the registry has it.
    pub async fn organisation(&self) -> Result<String, TenancyError> {
        let tenant = self.registry.own(self.records.scope()).await?;
        Ok(tenant.ok_or(TenancyError::Conflict("tenant"))?.name)
    }

    /// Sends a mail from the tenant's sender, or from the suite's own where its settings name none. A sender that is
    /// refused is never replaced by another: the recipient must know who writes. That the sender is the tenant's to use is
    /// looked up for each mail: the settings were published under the approval of another day.
    pub async fn send(&self, to: &Redacted, mail: &Mail, settings: &MailSettings) -> Result<(), MailError> {
        self.hand_over(to, mail, settings, false).await.map(drop)
    }

    /// The same for a mail that is better lost than doubled: it is handed over once. Returns what the service calls it.
    pub async fn send_once(
        &self,
        to: &Redacted,
        mail: &Mail,
        settings: &MailSettings,
    ) -> Result<Option<String>, MailError> {
        self.hand_over(to, mail, settings, true).await
    }

    async fn hand_over(
        &self,
        to: &Redacted,
        mail: &Mail,
        settings: &MailSettings,
        once: bool,
    ) -> Result<Option<String>, MailError> {
        if mail::is_nobody(to.expose()) {
            // A service that is given many addresses which do not exist soon takes no mail from anybody here.
            return Err(MailError::Refused("made-up-recipient"));
        }
        if settings.sender_address.is_some()
            && !Senders::read(&self.records, Some(self.sender.clone())).await?.allow(settings)
        {
            tracing::warn!(tenant = %self.records.scope().tenant(), "a mail's sender is not approved");
            return Err(MailError::SenderNotApproved);
        }
        let name = match &settings.sender_name {
            Some(name) => name.clone(),
            None => self.organisation().await?,
        };
        let address = settings.sender_address.as_deref().unwrap_or(&self.sender);
        let message = Message::builder()
            .subject(utf8(&mail.subject)?)
            .body(Body::builder().html(utf8(mail.html.expose())?).text(utf8(mail.text.expose())?).build())
            .set_headers(mail.one_click.as_ref().map(one_click).transpose()?)
            .set_attachments(mail.attachment.as_ref().map(attached).transpose()?)
            .build();
        let request = self
            .client
            .send_email()
            .from_email_address(mailbox(&name, address))
            .destination(Destination::builder().to_addresses(to.expose()).build())
            .content(EmailContent::builder().simple(message).build())
            .customize();
        let request = if once {
            request.config_override(Builder::new().retry_config(RetryConfig::disabled()))
        } else {
            request
        };
        match request.send().await {
            Ok(sent) => Ok(sent.message_id),
            Err(error) => {
                let error = read(&error);
                if let MailError::Refused(code) = &error {
                    tracing::warn!(tenant = %self.records.scope().tenant(), code, "the mail service refused a mail");
                }
                Err(error)
            }
        }
    }
}

fn utf8(text: &str) -> Result<Content, TenancyError> {
    let content = Content::builder().data(text).charset("UTF-8").build();
    content.map_err(TenancyError::cloud("ses"))
}

/// The file of a mail. Base64: its lines stay as short as mail servers want them, whatever is in it.
fn attached(file: &mail::Attachment) -> Result<Vec<Attachment>, TenancyError> {
    let attachment = Attachment::builder()
        .file_name(&file.name)
        .content_type(file.media_type)
        .content_disposition(AttachmentContentDisposition::Attachment)
        .content_transfer_encoding(AttachmentContentTransferEncoding::Base64)
        .raw_content(Blob::new(file.content.clone()))
        .build()
        .map_err(TenancyError::cloud("ses"))?;
    Ok(vec![attachment])
}

/// The two headers of RFC 8058.
fn one_click(address: &Redacted) -> Result<Vec<MessageHeader>, TenancyError> {
    let header = |name: &str, value: String| {
        MessageHeader::builder().name(name).value(value).build().map_err(TenancyError::cloud("ses"))
    };
    Ok(vec![
        header("List-Unsubscribe", format!("<{}>", address.expose()))?,
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())?,
    ])
}

/// Whether there was nobody to send it to: no connection came to be.
fn never_left(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind as E;
    let mut cause = Some(error);
    while let Some(one) = cause {
        if let Some(io) = one.downcast_ref::<std::io::Error>()
            && matches!(
                io.kind(),
                E::ConnectionRefused | E::HostUnreachable | E::NetworkUnreachable | E::AddrNotAvailable
            )
        {
            return true;
        }
        cause = one.source();
    }
    false
}

fn read(error: &SdkError<SendEmailError>) -> MailError {
    use SendEmailError as E;
    let unclear = match error {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
        SdkError::DispatchFailure(failure) => {
            // The other kind is an answer that was cut off.
            (failure.is_io() || failure.as_other().is_some()) && !never_left(error)
        }
        SdkError::ServiceError(refused) => refused.raw().status().is_server_error(),
        _ => false,
    };
    if unclear {
        return MailError::Unclear;
    }
    match error.as_service_error() {
        Some(E::MessageRejected(_)) => MailError::Refused("message-rejected"),
        Some(E::MailFromDomainNotVerifiedException(_)) => MailError::Refused("sender-not-verified"),
        Some(E::NotFoundException(_)) => MailError::Refused("sender-unknown"),
        Some(E::BadRequestException(_)) => MailError::Refused("malformed"),
        Some(E::TooManyRequestsException(_) | E::LimitExceededException(_)) => {
            TenancyError::Busy("mail service").into()
        }
        Some(other) => TenancyError::quiet("ses", other.code()).into(),
        None => TenancyError::quiet("ses", None).into(),
    }
}

/// The bytes of text in one encoded word: with its 12 characters of frame it stays below the 75 that RFC 2047 allows.
const WORD: usize = 45;

/// `name <address>` as a mail header takes it (RFC 5322): quoted, or as RFC 2047 encoded words where it is not ASCII.
fn mailbox(name: &str, address: &str) -> String {
    if name.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{quoted}\" <{address}>");
    }
    let mut words = vec![String::new()];
    for character in name.chars().filter(|c| !c.is_control()) {
        if words.last().is_some_and(|word| word.len() + character.len_utf8() > WORD) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    let words: Vec<_> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    format!("{} <{address}>", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes() {
        for (name, expected) in [
            ("Acme", "\"Acme\" <rh@acme.example>"),
            ("Acme, \"HR\" \\o/", "\"Acme, \\\"HR\\\" \\\\o/\" <rh@acme.example>"),
            ("Été", "=?UTF-8?B?w4l0w6k=?= <rh@acme.example>"),
            ("É\r\nBcc: b@c.example", "=?UTF-8?B?w4lCY2M6IGJAYy5leGFtcGxl?= <rh@acme.example>"),
        ] {
            assert_eq!(mailbox(name, "rh@acme.example"), expected);
        }
    }

    /// A connection that broke may have carried a whole mail; one that never was carried none.
    #[test]
    fn what_never_left() {
        #[derive(Debug, thiserror::Error)]
        #[error("dispatch")]
        struct Around(#[source] std::io::Error);
        use std::io::ErrorKind as E;
        for (kind, never) in [
            (E::ConnectionRefused, true),
            (E::ConnectionReset, false),
            (E::BrokenPipe, false),
            (E::UnexpectedEof, false),
        ] {
            assert_eq!(never_left(&Around(kind.into())), never, "{kind:?}");
        }
    }

    #[test]
    fn one_click_is_two_headers() {
        let headers = one_click(&Redacted::new("https://acme.vivier.example/v1/a")).unwrap();
        let headers: Vec<_> = headers.iter().map(|header| (header.name(), header.value())).collect();
        assert_eq!(
            headers,
            [
                ("List-Unsubscribe", "<https://acme.vivier.example/v1/a>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
            ]
        );
    }

    #[test]
    fn senders() {
        let domains = vec![SenderDomain::try_from("acme.example".to_owned()).unwrap()];
        let senders = Senders { domains, own: Some("vivier@suite.example".into()) };
        for (address, theirs, nobodys) in [
            (None, true, true),
            (Some("rh@acme.example"), true, false),
            (Some("vivier@suite.example"), true, false),
            (Some("rh@suite.example"), false, false),
            (Some("rh@other.example"), false, false),
        ] {
            let settings =
                MailSettings { sender_address: address.map(str::to_owned), ..MailSettings::default() };
            assert_eq!(senders.allow(&settings), theirs, "{address:?}");
            assert_eq!(Senders::default().allow(&settings), nobodys, "{address:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let name = "é".repeat(80);
        let header = mailbox(&name, "a@b.example");
        let words: Vec<_> = header.split(' ').filter(|word| word.starts_with("=?")).collect();
        assert!(words.len() > 1 && words.iter().all(|word| word.len() <= 75), "{header}");
        let decode = |word: &&str| STANDARD.decode(&word[10..word.len() - 2]).unwrap();
        let text = words.iter().flat_map(decode).collect::<Vec<_>>();
        assert_eq!(String::from_utf8(text).unwrap(), name);
    }
}
