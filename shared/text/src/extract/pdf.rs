//! PDF, by PDFium: the reader of the Chrome browser. Its library (`PDFIUM_PATH`) is bound before the first PDF is read,
//! in a build without a JavaScript engine: actions in a file are never run, and only the text of pages is asked for.
//!
//! What is read is what a reader sees: each page is drawn, and text that leaves no trace on it is left out, be it white
//! on white, covered, clipped, off the page or of an invisible kind. A scan with an invisible layer of recognised text
//! is therefore a scan.

mod canvas;
mod columns;
mod headings;
mod lines;
mod page;
mod render;
mod scripts;

use pdfium_render::prelude::{
    PdfDocument, PdfDocumentMetadataTagType, Pdfium, PdfiumError, PdfiumInternalError,
};

pub(crate) use self::lines::join;
use self::page::Line;
pub(super) use self::render::render;
use super::{ExtractError, Flag, PageImage, Pages, Place, Sheet};

/// Names the PDFium library; the child process keeps it from its parent's environment.
pub(super) const PDFIUM_PATH: &str = "PDFIUM_PATH";
/// Most pages read.
const MAX_PAGES: u32 = 5_000;

/// Whether a file may be a PDF. Its header may be preceded by junk: ISO 32000-1, annex H, note 13 asks readers to look
/// at the first 1024 bytes.
pub(super) fn is_near(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].windows(5).any(|window| window == b"%PDF-")
}

/// The library, loaded at the first call; `None` where it is not there.
pub(super) fn bind() -> Option<Pdfium> {
    match Pdfium::bind_to_library(std::env::var_os(PDFIUM_PATH)?) {
        Ok(bindings) => Some(Pdfium::new(bindings)),
        // What stands for a library loaded before, without looking for one.
        Err(PdfiumError::PdfiumLibraryBindingsAlreadyInitialized) => Some(Pdfium::default()),
        Err(_) => None,
    }
}

/// Opens a document that needs no password, or an empty one.
fn with_document<T>(
    bytes: &[u8],
    read: impl FnOnce(&PdfDocument<'_>) -> Result<T, ExtractError>,
) -> Result<T, ExtractError> {
    let pdfium = bind().ok_or(ExtractError::Unavailable)?;
    let document = pdfium.load_pdf_from_byte_slice(bytes, None).map_err(|error| refusal(&error))?;
    if document.pages().len() as u32 > MAX_PAGES {
        return Err(ExtractError::TooLarge);
    }
    read(&document)
}

pub(super) fn read(bytes: &[u8], pages: Option<Pages>, sheet: &mut Sheet) -> Result<(), ExtractError> {
    scripts::flag(bytes, sheet);
    with_document(bytes, |document| {
        if let Some(title) = document.metadata().get(PdfDocumentMetadataTagType::Title) {
            // What programs write where nobody gave a title.
            let title = title.value().trim().trim_start_matches("Microsoft Word - ");
            if !matches!(title.to_ascii_lowercase().as_str(), "(anonymous)" | "untitled" | "sans titre") {
                sheet.set_title(title);
            }
        }
        if !document.attachments().is_empty() {
            sheet.flag(Flag::EmbeddedFile);
        }
        let length = document.pages().len() as u32;
        sheet.pages = Some(length);
        let slice = pages.unwrap_or(Pages { first: 1, most: length });
        let mut read: Vec<(u32, Vec<Line>)> = Vec::new();
        for number in slice.first.max(1)..=length {
            if !slice.contains(number) {
                break;
            }
            // A page that cannot be read leaves the others readable.
            let Ok(page) = document.pages().get(number.cast_signed() - 1) else { continue };
            let Ok(found) = page::read(&page) else { continue };
            if found.hides {
                sheet.flag(Flag::HiddenText);
            }
            if found.scanned {
                sheet.scanned.push(number);
            }
            read.push((number, found.lines));
        }
        let headings = headings::Sizes::of(read.iter().flat_map(|(_, lines)| lines));
        for (page, lines) in &read {
            for (kind, text) in lines::paragraphs(lines, &headings) {
                sheet.push(kind, &text, Place::Page { page: *page })?;
            }
        }
        Ok(())
    })
}

fn refusal(error: &PdfiumError) -> ExtractError {
    match error {
        PdfiumError::PdfiumLibraryInternalError(
            PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError,
        ) => ExtractError::Encrypted,
        _ => ExtractError::Corrupt,
    }
}
