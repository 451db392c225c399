//! Mails: subject, people and date as a reader sees them on top, then the text. Attachments are flagged and not read: each
//! is a file of its own.

use mail_parser::{Address, MessageParser, MimeHeaders, PartType};

use super::ole::{Ole, latin, utf16};
use super::{BlockKind, ExtractError, Flag, Outline, Sheet, encoding, html, rtf};

/// Most bytes of a header read; mails that were passed on often have some thousand.
const MAX_HEADER: usize = 10_000;
/// Most parts read of one mail.
const MAX_PARTS: usize = 1_000;

/// An Internet message (RFC 5322, MIME).
pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let message = MessageParser::default().parse(bytes).ok_or(ExtractError::Corrupt)?;
    let people = |people: Option<&Address<'_>>| {
        let people = people.map(|address| address.clone().into_list()).unwrap_or_default();
        let one = people.iter().map(|one| match (one.name(), one.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (name, address) => name.or(address).unwrap_or_default().to_owned(),
        });
        one.collect::<Vec<_>>().join(", ")
    };
    let date = message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
    head(
        message.subject().unwrap_or_default(),
        [
            ("From", people(message.from())),
            ("To", people(message.to())),
            ("Cc", people(message.cc())),
            ("Date", date),
        ],
        sheet,
    )?;
    // Of a text in two forms the one with mark-up is read: it has the headings and tables.
    for part in message.html_bodies().take(MAX_PARTS) {
        match &part.body {
            PartType::Html(text) => body_html(text, sheet)?,
            PartType::Text(text) => body_text(text, sheet)?,
            _ => {}
        }
    }
    let inline = |part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|kind| kind.ctype() == "image") && part.content_id().is_some()
    };
    if message.attachments().take(MAX_PARTS).any(|part| !inline(&part)) {
        sheet.flag(Flag::EmbeddedFile);
    }
    Ok(())
}

/// What Outlook saves ([MS-OXMSG]): properties, each a stream named after its number and type.
pub(super) fn read_msg(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut ole = Ole::open(bytes)?;
    let mut text = |number: &str| -> Result<String, ExtractError> {
        if let Some(wide) = ole.stream(&format!("/__substg1.0_{number}001F"))? {
            return Ok(utf16(&wide));
        }
        Ok(ole.stream(&format!("/__substg1.0_{number}001E"))?.map(|text| latin(&text)).unwrap_or_default())
    };
    let (name, address) = (text("0C1A")?, text("0C1F")?);
    let from = if address.contains('@') && address != name { format!("{name} <{address}>") } else { name };
    let people = [("From", from), ("To", text("0E04")?), ("Cc", text("0E03")?)];
    head(&text("0037")?, people, sheet)?;
    let plain = text("1000")?;
    let mut marked_up = text("1013")?;
    if marked_up.is_empty()
        && let Some(bytes) = ole.stream("/__substg1.0_10130102")?
    {
        marked_up = encoding::decode(&bytes);
    }
    let compressed = ole.stream("/__substg1.0_10090102")?;
    if !marked_up.is_empty() {
        body_html(&marked_up, sheet)?;
    } else if !plain.trim().is_empty() {
        body_text(&plain, sheet)?;
    } else if let Some(rich) = compressed.and_then(|bytes| super::lzfu::inflate(&bytes)) {
        rtf::read(&rich, sheet)?;
    }
    if ole.folders().iter().any(|folder| folder.starts_with("__attach")) {
        sheet.flag(Flag::EmbeddedFile);
    }
    Ok(())
}

fn head<const N: usize>(
    subject: &str,
    fields: [(&str, String); N],
    sheet: &mut Sheet,
) -> Result<(), ExtractError> {
    let short = |text: &str| text.chars().take(MAX_HEADER).collect::<String>();
    let subject = encoding::clean(&short(subject));
    let mut outline = Outline::default();
    if !subject.is_empty() {
        sheet.set_title(&subject);
        outline.enter(1, &subject);
        sheet.push(BlockKind::Heading { level: 1 }, &subject, outline.place())?;
    }
    for (name, value) in fields {
        if !value.trim().is_empty() {
            sheet.push(BlockKind::Paragraph, &format!("{name}: {}", short(&value)), outline.place())?;
        }
    }
    Ok(())
}

fn body_html(text: &str, sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut own = Sheet::default();
    html::read_text(text, &mut own)?;
    sheet.append(own)
}

fn body_text(text: &str, sheet: &mut Sheet) -> Result<(), ExtractError> {
    let place = Outline::default().place();
    for paragraph in text.replace("\r\n", "\n").split("\n\n") {
        sheet.push(BlockKind::Paragraph, paragraph, place.clone())?;
    }
    Ok(())
}
