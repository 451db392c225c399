//! HTML as a reader sees it: no script, style, navigation or hidden element.
//!
//! Only the tokenizer of html5ever is used, with the elements that matter counted on the way: a page nested 200,000
//! levels deep costs no more than a flat one.

mod elements;

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use self::elements::{is_block, is_hidden};
use super::{BlockKind, ExtractError, Outline, Sheet, encoding, table};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let page = Page::of(&encoding::decode(bytes));
    if let Some(error) = page.error {
        return Err(error);
    }
    *sheet = page.sheet;
    Ok(())
}

/// The visible text of a fragment.
pub(super) fn plain(fragment: &str) -> String {
    Page::of(fragment).sheet.blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Page {
    sheet: Sheet,
    error: Option<ExtractError>,
    outline: Outline,
    text: String,
    /// The element whose end makes text visible again, and how many of its name are open.
    hidden: Option<(String, usize)>,
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
    fn of(source: &str) -> Self {
        let queue = BufferQueue::default();
        queue.push_back(source.into());
        let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
        // Scripts are never run, so the tokenizer stops nowhere but at the end.
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        tokenizer.end();
        let mut page = tokenizer.sink.0.into_inner();
        page.flush();
        page
    }

    fn token(&mut self, token: Token) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) if self.hidden.is_none() => self.text.push_str(&text),
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
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        let enter = raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
        if let Some((hiding, open)) = &mut self.hidden {
            if hiding == name {
                *open += 1;
            }
            return enter;
        }
        let void = matches!(
            name,
            "area"
                | "base"
                | "br"
                | "col"
                | "embed"
                | "hr"
                | "img"
                | "input"
                | "link"
                | "meta"
                | "source"
                | "track"
                | "wbr"
        );
        if !void && !tag.self_closing && is_hidden(name, tag) {
            self.flush();
            self.hidden = Some((name.to_owned(), 1));
            return enter;
        }
        match name {
            "title" => {
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
        if let Some((hiding, open)) = &mut self.hidden {
            if hiding == name {
                *open -= 1;
                if *open == 0 {
                    self.hidden = None;
                }
            }
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
