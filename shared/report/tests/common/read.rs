//! Readers that share no code with what writes.

use std::{
    io::{Cursor, Read},
    sync::{Mutex, MutexGuard},
};

use calamine::{Data, Range, Reader, Xlsx};
use flate2::read::ZlibDecoder;
use pdfium_render::prelude::{PdfDocument, Pdfium, PdfiumError};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a document says, page by page.
pub(crate) struct Pages {
    pub(crate) texts: Vec<String>,
    pub(crate) title: String,
}

/// Reads a document by PDFium, which only one thread may use.
pub(crate) fn pdf(bytes: &[u8]) -> Pages {
    let _held: MutexGuard<'_, ()> = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let pdfium = match Pdfium::bind_to_library(super::pdfium()) {
        Ok(bindings) => Pdfium::new(bindings),
        Err(PdfiumError::PdfiumLibraryBindingsAlreadyInitialized) => Pdfium::default(),
        Err(error) => panic!("PDFium: {error}"),
    };
    let document: PdfDocument<'_> = pdfium.load_pdf_from_byte_slice(bytes, None).unwrap();
    let texts = document.pages().iter().map(|page| page.text().unwrap().all()).collect();
    let tag = pdfium_render::prelude::PdfDocumentMetadataTagType::Title;
    let title = document.metadata().get(tag).map(|title| title.value().to_owned()).unwrap_or_default();
    Pages { texts, title }
}

/// Everything in a document that is no picture and no font, unpacked: its dictionaries.
pub(crate) fn raw(bytes: &[u8]) -> String {
    let mut all = String::from_utf8_lossy(bytes).into_owned();
    let mut rest = bytes;
    while let Some(at) = find(rest, b"stream\n").or_else(|| find(rest, b"stream\r\n")) {
        let body = &rest[at + 7..];
        let body = body.strip_prefix(b"\n").unwrap_or(body);
        let mut text = Vec::new();
        // What is no deflated stream is passed over.
        if ZlibDecoder::new(body).read_to_end(&mut text).is_ok() || !text.is_empty() {
            all.push_str(&String::from_utf8_lossy(&text));
        }
        rest = &rest[at + 7..];
    }
    all
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

/// A workbook by calamine: the names of its sheets, and their cells.
pub(crate) fn xlsx(bytes: &[u8]) -> Vec<(String, Range<Data>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.sheet_names().into_iter().map(|name| (name.clone(), book.worksheet_range(&name).unwrap())).collect()
}

/// A part of a workbook as it is.
pub(crate) fn part(bytes: &[u8], name: &str) -> String {
    let mut book = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// CSV by the csv crate's reader: header and records.
pub(crate) fn csv(bytes: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}
