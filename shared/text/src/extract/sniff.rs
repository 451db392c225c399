//! What a file is, by its bytes: a name and a media type are only claims.

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

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
}

impl Format {
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
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Txt | Self::Markdown | Self::Html | Self::Csv)
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

fn by_extension(name: &str) -> Claim {
    let Some((_, extension)) = name.rsplit_once('.') else { return Claim::None };
    Claim::Of(match extension.to_ascii_lowercase().as_str() {
        "txt" | "text" => Format::Txt,
        "md" | "markdown" => Format::Markdown,
        "html" | "htm" | "xhtml" => Format::Html,
        "csv" | "tsv" => Format::Csv,
        "pdf" => Format::Pdf,
        "docx" | "docm" => Format::Docx,
        "pptx" | "pptm" => Format::Pptx,
        "xlsx" | "xlsm" => Format::Xlsx,
        _ => return Claim::Other,
    })
}

fn by_media_type(media_type: &str) -> Claim {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Claim::Of(match essence.as_str() {
        // Neither says anything: Windows also registers .csv with Excel's old media type, and browsers pass that on.
        "" | "application/octet-stream" | "binary/octet-stream" | "application/vnd.ms-excel" => {
            return Claim::None;
        }
        "text/plain" => Format::Txt,
        "text/markdown" | "text/x-markdown" => Format::Markdown,
        "text/html" | "application/xhtml+xml" => Format::Html,
        "text/csv" | "application/csv" | "text/tab-separated-values" => Format::Csv,
        other => match [Format::Pdf, Format::Docx, Format::Pptx, Format::Xlsx]
            .into_iter()
            .find(|f| f.media_type() == other)
        {
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
        (Found::Container(found), Claim::Of(format)) if found != format => Err(ExtractError::Mismatch),
        (Found::Container(found), _) => Ok(found),
        (Found::Text, Claim::Of(format)) if format.is_text() => Ok(format),
        (Found::Text, Claim::Of(_)) => Err(ExtractError::Mismatch),
        (Found::Text, _) => Ok(if looks_like_html(bytes) { Format::Html } else { Format::Txt }),
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
    const REFUSED_TEXT: &[&[u8]] = &[b"{\\rtf", b"%!PS"];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return container(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return if names_encrypted_package(bytes) {
            Err(ExtractError::Encrypted)
        } else {
            Ok(Found::Refused)
        };
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
    Ok(Found::Refused)
}

/// A protected Office file is an OLE compound file with a stream of this name in UTF-16 (MS-OFFCRYPTO, 2.3).
fn names_encrypted_package(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)])
        .trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t'])
        .to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|opening| head.starts_with(opening))
}
