//! PDF, by PDFium: the reader of the Chrome browser. Its library is bound when the first PDF comes (`PDFIUM_PATH`), in
//! a build without a JavaScript engine: actions in a file are never run, and only the text of pages is asked for.

mod lines;

use pdfium_render::prelude::{PdfDocumentMetadataTagType, Pdfium, PdfiumError, PdfiumInternalError};

use super::{BlockKind, ExtractError, Place, Sheet};

/// Names the PDFium library; the child process keeps it from its parent's environment.
pub(super) const PDFIUM_PATH: &str = "PDFIUM_PATH";
/// Most pages read.
const MAX_PAGES: i32 = 5_000;

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let library = std::env::var_os(PDFIUM_PATH).ok_or(ExtractError::Unavailable)?;
    let pdfium = Pdfium::new(Pdfium::bind_to_library(library).map_err(|_| ExtractError::Unavailable)?);
    let document = pdfium.load_pdf_from_byte_slice(bytes, None).map_err(|error| refusal(&error))?;
    if let Some(title) = document.metadata().get(PdfDocumentMetadataTagType::Title) {
        // What programs write where nobody gave a title.
        let title = title.value().trim().trim_start_matches("Microsoft Word - ");
        if !matches!(title.to_ascii_lowercase().as_str(), "(anonymous)" | "untitled" | "sans titre") {
            sheet.set_title(title);
        }
    }
    let pages = document.pages();
    if pages.len() > MAX_PAGES {
        return Err(ExtractError::TooLarge);
    }
    sheet.pages = Some(pages.len() as u32);
    for (page, number) in pages.iter().zip(1_u32..) {
        // A page that cannot be read leaves the others readable.
        let Ok(text) = page.text() else { continue };
        for paragraph in lines::paragraphs(&text.all()) {
            sheet.push(BlockKind::Paragraph, &paragraph, Place::Page { page: number })?;
        }
    }
    Ok(())
}

fn refusal(error: &PdfiumError) -> ExtractError {
    match error {
        PdfiumError::PdfiumLibraryInternalError(
            PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError,
        ) => ExtractError::Encrypted,
        _ => ExtractError::Corrupt,
    }
}
