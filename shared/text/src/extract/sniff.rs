//! What a file is, by its bytes: a name and a media type are only claims.

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::ole::Ole;
use super::ooxml::Package;
use super::{ExtractError, Hint, encoding, pdf};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text.
    Txt,
    /// CommonMark with tables.
    Markdown,
    /// HTML.
    Html,
    /// Comma-, semicolon- or tab-separated values.
    Csv,
    /// PDF.
    Pdf,
    /// WordprocessingML.
    Docx,
    /// PresentationML.
    Pptx,
    /// SpreadsheetML.
    Xlsx,
    /// Word 97 to 2003.
    Doc,
    /// PowerPoint 97 to 2003.
    Ppt,
    /// Excel 97 to 2003.
    Xls,
    /// OpenDocument text.
    Odt,
    /// OpenDocument presentation.
    Odp,
    /// OpenDocument spreadsheet.
    Ods,
    /// Rich Text Format.
    Rtf,
    /// Internet message.
    Eml,
    /// Outlook message.
    Msg,
    /// EPUB.
    Epub,
}

impl Format {
    /// Every format, as declared.
    pub const ALL: [Self; 18] = [
        Self::Txt,
        Self::Markdown,
        Self::Html,
        Self::Csv,
        Self::Pdf,
        Self::Docx,
        Self::Pptx,
        Self::Xlsx,
        Self::Doc,
        Self::Ppt,
        Self::Xls,
        Self::Odt,
        Self::Odp,
        Self::Ods,
        Self::Rtf,
        Self::Eml,
        Self::Msg,
        Self::Epub,
    ];

    /// The media type by which the format is registered.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Txt => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Html => "text/html",
            Self::Csv => "text/csv",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Doc => "application/msword",
            Self::Ppt => "application/vnd.ms-powerpoint",
            Self::Xls => "application/vnd.ms-excel",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Rtf => "application/rtf",
            Self::Eml => "message/rfc822",
            Self::Msg => "application/vnd.ms-outlook",
            Self::Epub => "application/epub+zip",
        }
    }

    /// The format that a file name's ending, without its dot, stands for.
    pub fn by_ending(ending: &str) -> Option<Self> {
        ENDINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, format)| *format)
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Txt | Self::Markdown | Self::Html | Self::Csv | Self::Eml)
    }
}

/// What a claim comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    None,
    Of(Format),
    /// A format that is known not to be read.
    Other,
}

/// The formats by what file names end with.
const ENDINGS: [(&str, Format); 31] = [
    ("txt", Format::Txt),
    ("text", Format::Txt),
    ("md", Format::Markdown),
    ("markdown", Format::Markdown),
    ("html", Format::Html),
    ("htm", Format::Html),
    ("xhtml", Format::Html),
    ("csv", Format::Csv),
    ("tsv", Format::Csv),
    ("pdf", Format::Pdf),
    ("docx", Format::Docx),
    ("docm", Format::Docx),
    ("dotx", Format::Docx),
    ("pptx", Format::Pptx),
    ("pptm", Format::Pptx),
    ("ppsx", Format::Pptx),
    ("xlsx", Format::Xlsx),
    ("xlsm", Format::Xlsx),
    ("doc", Format::Doc),
    ("dot", Format::Doc),
    ("ppt", Format::Ppt),
    ("pps", Format::Ppt),
    ("xls", Format::Xls),
    ("odt", Format::Odt),
    ("ott", Format::Odt),
    ("odp", Format::Odp),
    ("ods", Format::Ods),
    ("rtf", Format::Rtf),
    ("eml", Format::Eml),
    ("msg", Format::Msg),
    ("epub", Format::Epub),
];

fn by_extension(name: &str) -> Claim {
    let Some((_, extension)) = name.rsplit_once('.') else { return Claim::None };
    Format::by_ending(extension).map_or(Claim::Other, Claim::Of)
}

fn by_media_type(media_type: &str) -> Claim {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Claim::Of(match essence.as_str() {
        // They say nothing: Windows also registers .csv with Excel's old media type and .rtf with Word's, and browsers
        // pass that on.
        ""
        | "application/octet-stream"
        | "binary/octet-stream"
        | "application/vnd.ms-excel"
        | "application/msword" => return Claim::None,
        "text/x-markdown" => Format::Markdown,
        "application/xhtml+xml" => Format::Html,
        "application/csv" | "text/tab-separated-values" => Format::Csv,
        "text/rtf" | "application/x-rtf" => Format::Rtf,
        other => match Format::ALL.into_iter().find(|f| f.media_type() == other) {
            Some(format) => format,
            None => return Claim::Other,
        },
    })
}

/// The format of a file, or why it is not read.
///
/// # Errors
/// `Unsupported` for formats not read, `Mismatch` where the bytes and a claim disagree, `Encrypted` for protected Office
/// files, `NoText` for no bytes at all, `Corrupt` for archives that cannot be opened.
pub(super) fn format(bytes: &[u8], hint: Hint<'_>) -> Result<Format, ExtractError> {
    let name = hint.file_name.map_or(Claim::None, by_extension);
    let media = hint.media_type.map_or(Claim::None, by_media_type);
    // A browser calls markdown and CSV files plain text: between formats of text, the name is the finer claim.
    let claim = match (name, media) {
        (Claim::Of(_), Claim::None) => name,
        (Claim::Of(format), Claim::Of(other)) if format == other || (format.is_text() && other.is_text()) => {
            name
        }
        (Claim::Of(_), _) => return Err(ExtractError::Mismatch),
        (Claim::Other, _) => return Err(ExtractError::Unsupported),
        (Claim::None, _) => media,
    };
    if claim == Claim::Other {
        return Err(ExtractError::Unsupported);
    }
    if bytes.is_empty() {
        return Err(ExtractError::NoText);
    }
    match (found(bytes)?, claim) {
        // Word itself writes RTF under names that end in .doc.
        (Found::Container(Format::Rtf), Claim::Of(Format::Doc)) => Ok(Format::Rtf),
        (Found::Container(found), Claim::Of(format)) if found != format => Err(ExtractError::Mismatch),
        (Found::Container(found), _) => Ok(found),
        (Found::Text, Claim::Of(format)) if format.is_text() => Ok(format),
        (Found::Text, Claim::Of(_)) => Err(ExtractError::Mismatch),
        (Found::Text, _) if looks_like_html(bytes) => Ok(Format::Html),
        (Found::Text, _) => Ok(if looks_like_mail(bytes) { Format::Eml } else { Format::Txt }),
        // A container that lost its first bytes cannot be told from noise; executables and images can.
        (Found::Noise, Claim::Of(format)) if !format.is_text() => Err(ExtractError::Corrupt),
        (Found::Noise | Found::Refused, Claim::Of(_)) => Err(ExtractError::Mismatch),
        (Found::Noise | Found::Refused, _) => Err(ExtractError::Unsupported),
    }
}

/// What bytes come to.
enum Found {
    Container(Format),
    Text,
    /// A format that is known not to be read.
    Refused,
    Noise,
}

fn found(bytes: &[u8]) -> Result<Found, ExtractError> {
    /// Executables, images and archives.
    const REFUSED: &[&[u8]] = &[
        b"MZ",
        b"\x7fELF",
        b"\xfe\xed\xfa",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"II*\0",
        b"MM\0*",
        b"\x1f\x8b",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!",
        b"BZh",
        b"\xfd7zXZ",
    ];
    /// Formats written in characters that are not prose.
    const REFUSED_TEXT: &[&[u8]] = &[b"%!PS"];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return container(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(Ole::open(bytes)?.format()?.map_or(Found::Refused, Found::Container));
    }
    // Before it is looked at as text: it may hold pictures as they are.
    if bytes.starts_with(b"{\\rtf") {
        return Ok(Found::Container(Format::Rtf));
    }
    let text = encoding::is_text(bytes);
    let refused = if text { REFUSED_TEXT } else { REFUSED };
    if refused.iter().any(|magic| bytes.starts_with(magic)) {
        return Ok(Found::Refused);
    }
    if pdf::is_near(bytes) {
        return Ok(Found::Container(Format::Pdf));
    }
    Ok(if text { Found::Text } else { Found::Noise })
}

/// Which Office format a ZIP archive is.
fn container(bytes: &[u8]) -> Result<Found, ExtractError> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ExtractError::Corrupt)?;
    for (part, format) in [
        ("word/document.xml", Format::Docx),
        ("ppt/presentation.xml", Format::Pptx),
        ("xl/workbook.xml", Format::Xlsx),
    ] {
        if archive.index_for_name(part).is_some() {
            return Ok(Found::Container(format));
        }
    }
    // OpenDocument and EPUB begin with a part that says what they are.
    let mut package = Package::open(bytes)?;
    let kind = package.part("mimetype")?.unwrap_or_default();
    let known = [Format::Odt, Format::Odp, Format::Ods, Format::Epub];
    let found = known.into_iter().find(|format| kind.trim().starts_with(format.media_type()));
    let found = found.or(archive.index_for_name("META-INF/container.xml").map(|_| Format::Epub));
    Ok(found.map_or(Found::Refused, Found::Container))
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)])
        .trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t'])
        .to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|opening| head.starts_with(opening))
}

/// Whether the first lines are fields of a mail's header, among them two that every mail has.
fn looks_like_mail(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let mut known = 0;
    for line in head.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            break;
        }
        known += usize::from(matches!(name, "from" | "date" | "message-id" | "received" | "mime-version"));
    }
    known >= 2
}
