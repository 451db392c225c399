//! Characters become paragraphs, headings and rows.

use super::properties::{Letter, Paragraph};
use super::styles::Styles;
use crate::extract::look::Look;
use crate::extract::table::{self, MAX_COLUMNS};
use crate::extract::{BlockKind, ExtractError, Flag, Outline, Sheet};

/// Deepest nesting of fields followed.
const DEPTH: usize = 64;

pub(super) struct Writer<'a> {
    styles: &'a Styles,
    sheet: &'a mut Sheet,
    outline: Outline,
    text: String,
    cells: Vec<String>,
    header: Option<Vec<String>>,
    /// Fields around the text: whether it is an instruction and not yet the result.
    fields: Vec<bool>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(styles: &'a Styles, sheet: &'a mut Sheet) -> Self {
        Self {
            styles,
            sheet,
            outline: Outline::default(),
            text: String::new(),
            cells: Vec::new(),
            header: None,
            fields: Vec::new(),
        }
    }

    pub(super) fn letter(
        &mut self,
        letter: char,
        look: Letter,
        paragraph: impl FnOnce() -> Paragraph,
    ) -> Result<(), ExtractError> {
        match letter {
            '\u{7}' => return self.end_cell(paragraph()),
            '\r' | '\u{c}' => return self.end_paragraph(paragraph()),
            '\u{13}' if self.fields.len() < DEPTH => self.fields.push(true),
            '\u{14}' => {
                if let Some(field) = self.fields.last_mut() {
                    *field = false;
                }
            }
            '\u{15}' => drop(self.fields.pop()),
            _ if self.fields.contains(&true) || look.deleted => {}
            '\t' | '\u{b}' | '\u{a0}' => self.text.push(' '),
            '\u{1e}' => self.text.push('-'),
            // Pictures, notes' marks, drawn objects, and the end of a line that may be broken.
            '\0'..='\u{1f}' => {}
            letter if look.look.is_unseen() && !is_backed(look.look, paragraph) => {
                if !letter.is_whitespace() {
                    self.sheet.flag(Flag::HiddenText);
                }
            }
            letter => self.text.push(letter),
        }
        Ok(())
    }

    fn end_cell(&mut self, paragraph: Paragraph) -> Result<(), ExtractError> {
        let text = std::mem::take(&mut self.text);
        if !paragraph.ends_row {
            if self.cells.len() < MAX_COLUMNS {
                self.cells.push(text);
            }
            return Ok(());
        }
        self.end_row(paragraph.names)
    }

    fn end_row(&mut self, names: bool) -> Result<(), ExtractError> {
        let cells = std::mem::take(&mut self.cells);
        let text =
            self.header.as_ref().map_or_else(|| table::plain(&cells), |header| table::named(header, &cells));
        if names && self.header.is_none() {
            self.header = Some(cells);
        }
        self.sheet.push(BlockKind::Row, &text, self.outline.place())
    }

    fn end_paragraph(&mut self, paragraph: Paragraph) -> Result<(), ExtractError> {
        if paragraph.in_table {
            self.text.push('\n');
            return Ok(());
        }
        self.header = None;
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        let kind = match paragraph.level.or_else(|| self.styles.level(paragraph.style)) {
            Some(level) => {
                self.outline.enter(level, &text);
                BlockKind::Heading { level }
            }
            None if paragraph.listed => BlockKind::Item,
            None => BlockKind::Paragraph,
        };
        self.sheet.push(kind, &text, self.outline.place())
    }

    /// Ends a text of the document.
    pub(super) fn end(&mut self) -> Result<(), ExtractError> {
        self.fields.clear();
        self.end_row(false)?;
        self.end_paragraph(Paragraph::default())
    }
}

/// White letters in a shaded paragraph or in a table, whose cells have colours of their own, are seen.
fn is_backed(look: Look, paragraph: impl FnOnce() -> Paragraph) -> bool {
    let backed = Look { backed: Some(true), ..look };
    if backed.is_unseen() {
        return false;
    }
    let paragraph = paragraph();
    paragraph.shaded || paragraph.in_table
}
