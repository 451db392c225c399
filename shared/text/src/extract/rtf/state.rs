//! What control words mean for the text.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::extract::look::{Color, Look};
use crate::extract::table::{self, MAX_COLUMNS};
use crate::extract::{BlockKind, ExtractError, Flag, Outline, Sheet};

/// Where text goes.
#[derive(Clone, Copy, PartialEq)]
enum Into {
    Document,
    Title,
    Fonts,
    Colors,
    Styles,
    Nowhere,
}

/// What a group sets, and its end undoes.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format, and any of them go together"
)]
struct Group {
    into: Into,
    /// Whether nothing has come in it yet: a destination's name is the first.
    fresh: bool,
    optional: bool,
    hidden: bool,
    color: u16,
    half_points: u16,
    backed: bool,
    font: u16,
    /// Characters that stand in for each `\u`.
    stand_in: u8,
}

pub(super) struct Reader<'a> {
    sheet: &'a mut Sheet,
    outline: Outline,
    groups: Vec<Group>,
    group: Group,
    code_page: &'static Encoding,
    fonts: HashMap<u16, &'static Encoding>,
    colors: Vec<Option<Color>>,
    color: Option<Color>,
    levels: HashMap<i32, u8>,
    style: (i32, String),
    title: String,
    bytes: Vec<u8>,
    skip: u8,
    /// The first half of a character written in two.
    half: Option<u16>,
    text: String,
    level: Option<u8>,
    item: bool,
    in_table: bool,
    cells: Vec<String>,
    /// Whether the row at hand repeats on every page: it names the columns.
    names: bool,
    header: Option<Vec<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sheet: &'a mut Sheet) -> Self {
        let group = Group {
            into: Into::Document,
            fresh: false,
            optional: false,
            hidden: false,
            color: 0,
            half_points: 24,
            backed: false,
            font: 0,
            stand_in: 1,
        };
        Self {
            sheet,
            outline: Outline::default(),
            groups: Vec::new(),
            group,
            code_page: WINDOWS_1252,
            fonts: HashMap::new(),
            colors: Vec::new(),
            color: None,
            levels: HashMap::new(),
            style: (0, String::new()),
            title: String::new(),
            bytes: Vec::new(),
            skip: 0,
            half: None,
            text: String::new(),
            level: None,
            item: false,
            in_table: false,
            cells: Vec::new(),
            names: false,
            header: None,
        }
    }

    pub(super) fn open(&mut self, most: usize) -> Result<(), ExtractError> {
        self.decode();
        if self.groups.len() >= most {
            return Err(ExtractError::Corrupt);
        }
        self.groups.push(self.group);
        self.group.fresh = true;
        self.group.optional = false;
        Ok(())
    }

    pub(super) fn close(&mut self) -> Result<(), ExtractError> {
        self.decode();
        if self.group.into == Into::Styles {
            self.end_style();
        }
        if let Some(group) = self.groups.pop() {
            if self.group.into == Into::Document && group.into == Into::Nowhere {
                // A picture's caption, a shape's text: a block of its own.
                self.end_paragraph()?;
            }
            self.group = group;
        }
        Ok(())
    }

    pub(super) fn end(mut self) -> Result<(), ExtractError> {
        self.decode();
        self.end_row()?;
        self.end_paragraph()?;
        let title = std::mem::take(&mut self.title);
        self.sheet.set_title(&title);
        Ok(())
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.group.fresh = false;
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.group.into == Into::Colors {
            if byte == b';' {
                self.colors.push(self.color.take());
            }
        } else if !matches!(self.group.into, Into::Nowhere | Into::Fonts) {
            self.bytes.push(byte);
        }
    }

    /// Bytes become characters where their font ends, for two of them may be one character.
    fn decode(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let encoding = self.fonts.get(&self.group.font).copied().unwrap_or(self.code_page);
        let text = encoding.decode_without_bom_handling(&bytes).0;
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        match self.group.into {
            Into::Document => {
                let look = Look {
                    hidden: Some(self.group.hidden),
                    color: self.colors.get(usize::from(self.group.color)).copied().flatten(),
                    size: Some(f32::from(self.group.half_points) / 2.0),
                    backed: Some(self.group.backed),
                };
                if !look.is_unseen() {
                    self.text.push_str(text);
                } else if !text.trim().is_empty() {
                    self.sheet.flag(Flag::HiddenText);
                }
            }
            Into::Title => self.title.push_str(text),
            Into::Styles => self.style.1.push_str(text),
            Into::Fonts | Into::Colors | Into::Nowhere => {}
        }
    }

    pub(super) fn word(&mut self, word: &str, figure: Option<i32>) -> Result<(), ExtractError> {
        let fresh = std::mem::take(&mut self.group.fresh);
        if word == "*" {
            (self.group.optional, self.group.fresh) = (true, true);
            return Ok(());
        }
        if word == "u" {
            self.decode();
            // Beyond 32,767 they are written as negative; pairs of surrogates come one after the other.
            let unit = figure.unwrap_or(0) as u16;
            self.surrogate(unit);
            self.skip = self.group.stand_in;
            return Ok(());
        }
        self.decode();
        self.skip = 0;
        if fresh && self.destination(word) {
            return Ok(());
        }
        let on = figure != Some(0);
        let figure = figure.unwrap_or(0);
        match word {
            "ansicpg" => self.code_page = code_page(figure),
            "mac" => self.code_page = encoding_rs::MACINTOSH,
            "uc" => self.group.stand_in = figure.clamp(0, 8) as u8,
            "f" => self.group.font = figure as u16,
            "fcharset" => drop(charset(figure).map(|encoding| self.fonts.insert(self.group.font, encoding))),
            "red" => self.color.get_or_insert_default()[0] = figure as u8,
            "green" => self.color.get_or_insert_default()[1] = figure as u8,
            "blue" => self.color.get_or_insert_default()[2] = figure as u8,
            "v" => self.group.hidden = on,
            "plain" => {
                (self.group.hidden, self.group.color, self.group.half_points) = (false, 0, 24);
                self.group.backed = false;
            }
            "cf" => self.group.color = figure as u16,
            "fs" => self.group.half_points = figure as u16,
            "cb" | "highlight" | "chcbpat" | "clcbpat" | "cbpat" => self.group.backed = self.is_dark(figure),
            "s" if self.group.into == Into::Styles => self.style.0 = figure,
            "s" => self.level = self.levels.get(&figure).copied(),
            "outlinelevel" if self.group.into == Into::Styles => {
                self.levels.insert(self.style.0, level(figure));
            }
            "outlinelevel" if figure < 9 => self.level = Some(level(figure)),
            "ls" => self.item = on,
            "pard" => (self.level, self.item, self.in_table, self.group.backed) = (None, false, false, false),
            "trhdr" => self.names = true,
            "intbl" => self.in_table = true,
            "par" | "sect" | "page" if self.in_table => self.write("\n"),
            "par" | "sect" | "page" => return self.end_paragraph(),
            "cell" if self.group.into == Into::Document && self.cells.len() < MAX_COLUMNS => {
                self.cells.push(std::mem::take(&mut self.text));
            }
            "nestcell" => self.write(" "),
            "row" => return self.end_row(),
            "line" | "nestrow" => self.write("\n"),
            "object" | "objdata" => self.sheet.flag(Flag::EmbeddedFile),
            _ => self.write(character(word)),
        }
        Ok(())
    }

    /// Whether the group's first word sends its text elsewhere.
    fn destination(&mut self, word: &str) -> bool {
        let into = match word {
            "fonttbl" => Into::Fonts,
            "colortbl" => Into::Colors,
            "stylesheet" => Into::Styles,
            "title" if self.group.into == Into::Nowhere => Into::Title,
            "shptxt" | "fldrslt" | "footnote" | "header" | "headerf" | "headerl" | "headerr" | "footer"
            | "footerf" | "footerl" | "footerr" => Into::Document,
            "listtext" | "pntext" => {
                self.item = true;
                Into::Nowhere
            }
            "info" | "pict" | "fldinst" | "shprslt" | "nonshppict" | "listtable" | "xe" | "tc"
            | "bkmkstart" | "bkmkend" | "atnid" | "atnauthor" | "annotation" | "ftnsep" | "ftnsepc"
            | "aftnsep" | "sp" | "revtbl" => Into::Nowhere,
            "template" => {
                self.sheet.flag(Flag::ExternalReference);
                Into::Nowhere
            }
            "objdata" => {
                self.sheet.flag(Flag::EmbeddedFile);
                Into::Nowhere
            }
            // What only newer readers understand is marked so that older ones leave it out.
            _ if self.group.optional && !matches!(self.group.into, Into::Fonts | Into::Styles) => {
                Into::Nowhere
            }
            _ => return false,
        };
        // What is inside something left out stays out, but for the text of its shapes.
        if self.group.into != Into::Nowhere || matches!(word, "shptxt" | "title") {
            self.group.into = into;
        }
        true
    }

    fn surrogate(&mut self, unit: u16) {
        // A lone half is not a character; the two halves are told by their ranges.
        match char::decode_utf16([unit]).next() {
            Some(Ok(character)) => self.write(character.encode_utf8(&mut [0; 4])),
            _ if (0xd800..0xdc00).contains(&unit) => self.half = Some(unit),
            _ => {
                let pair = self.half.take().map(|half| [half, unit]);
                if let Some(Ok(character)) = pair.and_then(|pair| char::decode_utf16(pair).next()) {
                    self.write(character.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    fn is_dark(&self, color: i32) -> bool {
        let color = usize::try_from(color).ok().and_then(|color| self.colors.get(color).copied().flatten());
        color.is_some_and(|color| !crate::extract::look::is_pale(color))
    }

    fn end_style(&mut self) {
        let (number, name) = std::mem::take(&mut self.style);
        let name = name.trim().trim_end_matches(';').to_ascii_lowercase();
        let level = name.strip_prefix("heading ").and_then(|level| level.parse::<u8>().ok());
        if let Some(level) = level.or((name == "title").then_some(1)) {
            self.levels.insert(number, level.clamp(1, 6));
        }
    }

    fn end_paragraph(&mut self) -> Result<(), ExtractError> {
        if self.group.into != Into::Document || self.in_table || !self.cells.is_empty() {
            return Ok(());
        }
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.header = None;
        let kind = match self.level {
            Some(level) => {
                self.outline.enter(level, &text);
                BlockKind::Heading { level }
            }
            None if self.item => BlockKind::Item,
            None => BlockKind::Paragraph,
        };
        self.sheet.push(kind, &text, self.outline.place())
    }

    fn end_row(&mut self) -> Result<(), ExtractError> {
        let cells = std::mem::take(&mut self.cells);
        let text =
            self.header.as_ref().map_or_else(|| table::plain(&cells), |header| table::named(header, &cells));
        if std::mem::take(&mut self.names) && self.header.is_none() {
            self.header = Some(cells);
        }
        self.sheet.push(BlockKind::Row, &text, self.outline.place())
    }
}

fn level(outline: i32) -> u8 {
    outline.clamp(0, 5) as u8 + 1
}

fn character(word: &str) -> &'static str {
    match word {
        "tab" | "~" => " ",
        "emdash" => "—",
        "endash" => "–",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "bullet" => "•",
        "_" => "-",
        _ => "",
    }
}

fn code_page(number: i32) -> &'static Encoding {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65001 => "utf-8".to_owned(),
        10000 => "macintosh".to_owned(),
        number => format!("windows-{number}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

/// Windows' numbers of character sets.
fn charset(number: i32) -> Option<&'static Encoding> {
    Some(code_page(match number {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    }))
}
