//! HTML as a reader sees it: no script, style, navigation or hidden element.
//!
//! Only the tokenizer of html5ever is used, and of each open element a few bytes are kept: a page nested 200,000 levels
//! deep costs no more than a flat one. What is hidden by its element, its style or a rule of the page's own style sheet
//! is left out and flagged.

mod css;
mod elements;
mod open;

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use self::css::Rules;
use self::elements::{is_aside, is_block, is_void};
use self::open::Elements;
use super::{BlockKind, ExtractError, Flag, Outline, Sheet, encoding, table};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    read_text(&encoding::decode_html(bytes), sheet)
}

/// Reads a text of HTML.
pub(super) fn read_text(source: &str, sheet: &mut Sheet) -> Result<(), ExtractError> {
    read_page(Page::of(source, false), sheet)
}

/// Reads a text of XHTML, where any element may end itself.
pub(super) fn read_xhtml(source: &str, sheet: &mut Sheet) -> Result<(), ExtractError> {
    read_page(Page::of(source, true), sheet)
}

fn read_page(page: Page, sheet: &mut Sheet) -> Result<(), ExtractError> {
    if let Some(error) = page.error {
        return Err(error);
    }
    *sheet = page.sheet;
    Ok(())
}

/// The visible text of a fragment.
pub(super) fn plain(fragment: &str) -> String {
    Page::of(fragment, false)
        .sheet
        .blocks
        .iter()
        .map(|block| block.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[derive(Default)]
struct Page {
    is_xml: bool,
    sheet: Sheet,
    error: Option<ExtractError>,
    outline: Outline,
    text: String,
    open: Elements,
    /// The page's own rules, and the text of the style sheet at hand.
    rules: Rules,
    style: Option<String>,
    in_title: bool,
    heading: Option<u8>,
    in_item: bool,
    tables: usize,
    row: Option<Row>,
    header: Option<Vec<String>>,
}

#[derive(Default)]
struct Row {
    cells: Vec<String>,
    /// Cells that name a column or row (`th`).
    names: usize,
    in_cell: bool,
}

/// The tokenizer shares its sink by reference.
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        self.0.borrow_mut().token(token)
    }
}

impl Page {
    fn of(source: &str, is_xml: bool) -> Self {
        let queue = BufferQueue::default();
        queue.push_back(source.into());
        let tokenizer =
            Tokenizer::new(Sink(RefCell::new(Self { is_xml, ..Self::default() })), TokenizerOpts::default());
        // Scripts are never run, so the tokenizer stops nowhere but at the end.
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        tokenizer.end();
        let mut page = tokenizer.sink.0.into_inner();
        page.flush();
        page
    }

    fn token(&mut self, token: Token) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => {
                if let Some(style) = &mut self.style {
                    style.push_str(&text);
                } else if !self.open.is_hidden() {
                    self.text.push_str(&text);
                } else if self.open.is_concealed() && !text.trim().is_empty() {
                    self.sheet.flag(Flag::HiddenText);
                }
            }
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => return self.open(&tag),
                TagKind::EndTag => self.close(&tag.name),
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn open(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let ends_itself = tag.self_closing && self.is_xml;
        let raw = match name {
            _ if ends_itself => None,
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        let enter = raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
        // An element whose end tag was left out ends where the next one of its kind begins, hidden or not.
        let was_hidden = self.open.is_hidden();
        self.open.imply_ends(name);
        if was_hidden && !self.open.is_hidden() {
            self.flush();
        }
        match name {
            "script" => self.sheet.flag(Flag::Script),
            "style" if !ends_itself => self.style = Some(String::new()),
            "iframe" | "object" | "embed" | "link" if elements::leads_elsewhere(tag) => {
                self.sheet.flag(Flag::ExternalReference);
            }
            _ => {}
        }
        // A self-closing tag ends nothing in HTML, but it does in the XHTML of a book.
        if !is_void(name) && !tag.self_closing {
            let look = self.rules.look(tag);
            let hides = is_aside(name);
            if !self.open.is_hidden() && (hides || self.open.would_conceal(look)) {
                self.flush();
            }
            self.open.push(name, look, hides);
        }
        if self.open.is_hidden() {
            return enter;
        }
        match name {
            "title" if !ends_itself => {
                self.flush();
                self.in_title = true;
            }
            "br" => self.text.push('\n'),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name[1..].parse().ok();
            }
            "li" | "dt" | "dd" => {
                self.flush();
                self.in_item = true;
            }
            "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    self.flush();
                    self.header = None;
                }
            }
            "tr" if self.tables <= 1 => {
                self.end_row();
                self.row = Some(Row::default());
            }
            "td" | "th" if self.tables <= 1 => {
                self.end_cell();
                if let Some(row) = &mut self.row {
                    row.names += usize::from(name == "th");
                    row.in_cell = true;
                }
            }
            name if is_block(name) => self.flush(),
            _ => {}
        }
        enter
    }

    fn close(&mut self, name: &str) {
        if name == "style"
            && let Some(style) = self.style.take()
        {
            self.rules.add(&style);
        }
        let was_hidden = self.open.is_hidden();
        self.open.pop(name);
        if was_hidden {
            return;
        }
        match name {
            "title" if self.in_title => {
                self.in_title = false;
                self.sheet.set_title(&std::mem::take(&mut self.text));
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.flush(),
            "li" | "dt" | "dd" | "ul" | "ol" | "dl" => {
                self.flush();
                self.in_item = false;
            }
            "td" | "th" if self.tables <= 1 => self.end_cell(),
            "tr" if self.tables <= 1 => self.end_row(),
            "table" => {
                if self.tables == 1 {
                    self.end_row();
                }
                self.tables = self.tables.saturating_sub(1);
            }
            name if is_block(name) => self.flush(),
            _ => {}
        }
    }

    /// Ends a paragraph; inside a table's cell, only a line.
    fn flush(&mut self) {
        if self.row.is_some() {
            self.text.push('\n');
            self.heading = None;
            return;
        }
        let text = std::mem::take(&mut self.text);
        let kind = match self.heading.take() {
            Some(level) if !encoding::clean(&text).is_empty() => {
                self.outline.enter(level, &text);
                BlockKind::Heading { level }
            }
            _ if self.in_item => BlockKind::Item,
            _ => BlockKind::Paragraph,
        };
        self.push(kind, &text);
    }

    fn end_cell(&mut self) {
        let Some(row) = &mut self.row else { return self.flush() };
        let text = std::mem::take(&mut self.text);
        // Between cells there is white space, or text that its author forgot to put into one.
        if (std::mem::take(&mut row.in_cell) || !text.trim().is_empty())
            && row.cells.len() < table::MAX_COLUMNS
        {
            row.cells.push(text);
        }
    }

    fn end_row(&mut self) {
        if self.row.is_none() {
            return self.flush();
        }
        self.end_cell();
        let Some(Row { cells, names, .. }) = self.row.take() else { return };
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        if names > 1 && names >= filled {
            self.push(BlockKind::Row, &table::plain(&cells));
            self.header = Some(cells);
            return;
        }
        let text =
            self.header.as_ref().map_or_else(|| table::plain(&cells), |header| table::named(header, &cells));
        // Pages are still laid out with tables of one cell.
        self.push(if filled > 1 { BlockKind::Row } else { BlockKind::Paragraph }, &text);
    }

    fn push(&mut self, kind: BlockKind, text: &str) {
        if self.error.is_none() {
            self.error = self.sheet.push(kind, text, self.outline.place()).err();
        }
    }
}
