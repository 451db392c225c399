//! What Typst sees: one template, one file of data, our fonts. No other file, no package, no clock.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use typst::{
    Library, LibraryExt, World, comemo,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::fonts;
use crate::{error::RenderError, report::Report};

/// The template.
const TEMPLATE: &str = include_str!("report.typ");
/// What stands in the document as the program that made it.
const CREATOR: &str = "Vivier";

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::builder().build()));
static MAIN: LazyLock<Option<Source>> =
    LazyLock::new(|| Some(Source::new(path("/report.typ")?, TEMPLATE.to_owned())));
static DATA: LazyLock<Option<FileId>> = LazyLock::new(|| path("/report.json"));

fn path(name: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern())
}

struct Press {
    main: Source,
    data: Bytes,
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &fonts::SHELF.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if Some(id) == *DATA { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts::SHELF.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Lays the data out and writes the document.
pub(super) fn typeset(data: Vec<u8>, report: &Report) -> Result<Vec<u8>, RenderError> {
    let main = MAIN.clone().ok_or_else(|| RenderError::Pdf("no template".into()))?;
    let press = Press { main, data: Bytes::new(data) };
    let document = typst::compile::<PagedDocument>(&press).output.map_err(|errors| because(&errors));
    let written = document.and_then(|document| write(&document, report));
    // What Typst remembers of a layout helps only whoever edits the same document.
    comemo::evict(0);
    written
}

/// By PDF/UA-1, or without its seal: of some scripts, glyphs stand for no single character, which it does not allow.
fn write(document: &PagedDocument, report: &Report) -> Result<Vec<u8>, RenderError> {
    let accessible = PdfStandards::new(&[PdfStandard::V_1_7, PdfStandard::Ua_1]);
    let accessible = accessible.map_err(|error| RenderError::Pdf(error.message().to_string()))?;
    typst_pdf::pdf(document, &options(report, accessible))
        .or_else(|_| typst_pdf::pdf(document, &options(report, PdfStandards::default())))
        .map_err(|errors| because(&errors))
}

fn options(report: &Report, standards: PdfStandards) -> PdfOptions {
    PdfOptions {
        // From what is printed: the same report is the same document.
        ident: Smart::Custom(format!("{}\n{}\n{}", report.brand.name, report.title, report.generated_at)),
        creator: Smart::Custom(Some(CREATOR.to_owned())),
        timestamp: moment(report),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    }
}

fn moment(report: &Report) -> Option<Timestamp> {
    let at = report.generated_at.to_zoned(TimeZone::UTC).datetime();
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let (year, month, day) = (i32::from(at.year()), part(at.month()), part(at.day()));
    let (hour, minute, second) = (part(at.hour()), part(at.minute()), part(at.second()));
    Datetime::from_ymd_hms(year, month, day, hour, minute, second).map(Timestamp::new_utc)
}

/// What the typesetter says, without the texts that it may quote.
fn because(errors: &[SourceDiagnostic]) -> RenderError {
    let first = errors.first().map(|error| error.message.split('`').next().unwrap_or_default().to_owned());
    RenderError::Pdf(first.unwrap_or_default())
}
