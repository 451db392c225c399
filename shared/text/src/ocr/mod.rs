//! Text of pages that are images. Who recognises it is a choice of the deployment: [`Tesseract`] where it is installed,
//! Amazon Textract in the cloud, both behind [`Recogniser`].

mod tesseract;

use std::future::Future;
use std::pin::Pin;

pub use tesseract::Tesseract;

use crate::extract::{Block, BlockKind, Extracted, PageImage, Place, clean, join_lines};

/// Why an image was not recognised. Carries nothing of its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OcrError {
    /// The recogniser is not installed, or does not answer. Not the image's fault.
    #[error("the recogniser is not available")]
    Unavailable(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// It refused the image or broke down on it.
    #[error("the image could not be recognised")]
    Failed,
    /// It took longer than allowed.
    #[error("recognising the image took too long")]
    TimedOut,
}

impl OcrError {
    /// Whether another try on the same image may end differently.
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::Failed)
    }
}

/// What a recogniser will have found: lines in reading order. An empty line ends a paragraph.
pub type Recognising<'a> = Pin<Box<dyn Future<Output = Result<Vec<String>, OcrError>> + Send + 'a>>;

/// Reads the text of images.
pub trait Recogniser: Send + Sync {
    /// Who recognises, for logs and records.
    fn name(&self) -> &'static str;

    /// The text of one page.
    fn recognise(&self, image: PageImage) -> Recognising<'_>;
}

/// Recognised lines as blocks on their page.
pub fn blocks(lines: &[String], page: u32) -> Vec<Block> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let paragraphs = join_lines(&lines).into_iter().map(|text| clean(&text)).filter(|text| !text.is_empty());
    paragraphs.map(|text| Block { kind: BlockKind::Paragraph, text, place: Place::Page { page } }).collect()
}

impl Extracted {
    /// Puts recognised lines in the place of what little text a page had.
    pub fn recognised(&mut self, page: u32, lines: &[String]) {
        let on = |block: &Block| match block.place {
            Place::Page { page } => page,
            _ => u32::MAX,
        };
        self.blocks.retain(|block| on(block) != page);
        let at = self.blocks.partition_point(|block| on(block) < page);
        self.blocks.splice(at..at, blocks(lines, page));
        self.scanned.retain(|scanned| *scanned != page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Format;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_become_paragraphs_of_their_page() {
        let found =
            blocks(&lines("Le salarié pose ses congés auprès de\nson responsable.\n\n \u{200b}\nFIN"), 3);
        let texts: Vec<_> = found.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, ["Le salarié pose ses congés auprès de son responsable.", "FIN"]);
        assert!(found.iter().all(|block| block.place == Place::Page { page: 3 }));
    }

    #[test]
    fn a_recognised_page_takes_its_place() {
        let page = |page, text: &str| Block {
            kind: BlockKind::Paragraph,
            text: text.into(),
            place: Place::Page { page },
        };
        let mut extracted = Extracted {
            format: Format::Pdf,
            title: None,
            language: None,
            pages: Some(3),
            blocks: vec![page(1, "un"), page(2, "?"), page(3, "trois")],
            flags: Vec::new(),
            scanned: vec![2],
        };
        extracted.recognised(2, &lines("deux"));
        assert_eq!(extracted.text(), "un\ndeux\ntrois");
        assert!(extracted.scanned.is_empty());
    }
}
