//! How the cells of a workbook look: the styles, as far as they tell what nobody sees.

use std::collections::HashSet;

use quick_xml::events::BytesStart;

use super::strings::Strings;
use crate::extract::ExtractError;
use crate::extract::look::{self, Color, Look};
use crate::extract::ooxml::{Node, Package, attribute, walk};
use crate::extract::theme::Theme;

/// Most styles, fonts and fills kept, as many as Excel allows. Cells of further ones are taken to be seen.
const MAX_STYLES: usize = 65_536;

/// What colours mean that are not written out.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    /// Whether the theme's first colour is white.
    white: bool,
    /// Whether the numbers of colours are the usual ones.
    usual: bool,
}

impl Palette {
    /// The colour that an element names; `None` where it is not known.
    pub(super) fn color(self, element: &BytesStart<'_>) -> Option<Color> {
        let value = |name| attribute(element, name);
        if value("tint").is_some_and(|tint| !tint.parse::<f32>().is_ok_and(|tint| tint.abs() < f32::EPSILON))
        {
            return None;
        }
        if let Some(rgb) = value("rgb") {
            // The share of the colour comes first, and spreadsheet programs do not heed it.
            return look::color(rgb.get(rgb.len().checked_sub(6)?..)?);
        }
        let white = (self.white && value("theme").is_some_and(|number| number == "0"))
            || (self.usual && value("indexed").is_some_and(|number| number == "1" || number == "9"));
        white.then_some([255; 3])
    }

    /// Adds what a property of a font says.
    pub(super) fn add_look(self, look: &mut Look, name: &str, element: &BytesStart<'_>) {
        match name {
            "color" => look.color = self.color(element),
            "sz" => {
                let size = attribute(element, "val").and_then(|points| points.parse().ok());
                look.size = size.filter(|points| *points > 0.0);
            }
            _ => {}
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    /// Of its letters, unless runs have their own.
    pub(super) look: Look,
    /// Whether it shows nothing, whatever the cell holds.
    pub(super) blank: bool,
}

impl Style {
    pub(super) fn conceals(self) -> bool {
        self.blank || self.look.is_unseen()
    }
}

pub(super) struct Looks {
    pub(super) palette: Palette,
    styles: Vec<Style>,
    /// Whether any of the styles conceals.
    pub(super) conceals: bool,
    pub(super) strings: Strings,
}

impl Looks {
    pub(super) fn of(package: &mut Package<'_>) -> Result<Self, ExtractError> {
        // A theme that cannot be read is no reason to refuse a workbook.
        let white = match package.part("xl/theme/theme1.xml")? {
            Some(xml) => Theme::of(&xml).is_ok_and(|theme| theme.white),
            None => Theme::default().white,
        };
        let xml = package.part("xl/styles.xml")?.unwrap_or_default();
        let palette = Palette { white, usual: !xml.contains("indexedColors") };
        let styles = styles(&xml, palette)?;
        let conceals = styles.iter().any(|style| style.conceals());
        let xml = package.part("xl/sharedStrings.xml")?.unwrap_or_default();
        Ok(Self { palette, styles, conceals, strings: Strings::of(&xml, palette, conceals)? })
    }

    /// The style of this number, from 0.
    pub(super) fn style(&self, number: usize) -> Style {
        self.styles.get(number).copied().unwrap_or_default()
    }
}

/// The list at hand: the same elements stand in others for what conditions, tables and named styles look like.
#[derive(Clone, Copy, PartialEq)]
enum List {
    Formats,
    Fonts,
    Fills,
    Styles,
}

#[derive(Clone, Copy, Default)]
struct Fill {
    solid: bool,
    backs: bool,
}

fn styles(xml: &str, palette: Palette) -> Result<Vec<Style>, ExtractError> {
    let mut blank = HashSet::new();
    let (mut fonts, mut fills, mut styles) = (Vec::new(), Vec::new(), Vec::new());
    let mut list = None;
    walk(xml, |node| {
        match node {
            Node::Open("numFmts", _) => list = Some(List::Formats),
            Node::Open("fonts", _) => list = Some(List::Fonts),
            Node::Open("fills", _) => list = Some(List::Fills),
            Node::Open("cellXfs", _) => list = Some(List::Styles),
            Node::Close("numFmts" | "fonts" | "fills" | "cellXfs") => list = None,
            Node::Open(name, element) => match (list, name) {
                (Some(List::Formats), "numFmt")
                    if blank.len() < MAX_STYLES
                        && attribute(element, "formatCode").is_some_and(|code| shows_nothing(&code)) =>
                {
                    blank.extend(attribute(element, "numFmtId"));
                }
                (Some(List::Fonts), "font") if fonts.len() < MAX_STYLES => fonts.push(Look::default()),
                (Some(List::Fonts), name) => {
                    if let Some(look) = fonts.last_mut() {
                        palette.add_look(look, name, element);
                    }
                }
                (Some(List::Fills), "fill") if fills.len() < MAX_STYLES => fills.push(Fill::default()),
                (Some(List::Fills), name) => {
                    if let Some(fill) = fills.last_mut() {
                        add_fill(fill, name, element, palette);
                    }
                }
                (Some(List::Styles), "xf") if styles.len() < MAX_STYLES => {
                    let number = |name| attribute(element, name)?.parse::<usize>().ok();
                    let look = number("fontId").and_then(|i| fonts.get(i).copied()).unwrap_or_default();
                    // A fill that is not among those kept may be any.
                    let backs = number("fillId").is_some_and(|i| fills.get(i).is_none_or(|fill| fill.backs));
                    styles.push(Style {
                        look: Look { backed: Some(backs), ..look },
                        blank: attribute(element, "numFmtId").is_some_and(|id| blank.contains(&id)),
                    });
                }
                _ => {}
            },
            Node::Close(_) | Node::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(styles)
}

/// Adds what an element says of a fill: of one of one colour that colour counts, patterns and gradients are seen.
fn add_fill(fill: &mut Fill, name: &str, element: &BytesStart<'_>, palette: Palette) {
    match name {
        "patternFill" => {
            let pattern = attribute(element, "patternType");
            let is = |name| pattern.as_deref().is_some_and(|pattern| pattern == name);
            *fill = Fill { solid: pattern.is_none() || is("solid"), backs: pattern.is_some() && !is("none") };
        }
        "fgColor" if fill.solid => {
            fill.backs = !palette.color(element).is_some_and(look::is_pale);
        }
        "gradientFill" => *fill = Fill { solid: false, backs: true },
        _ => {}
    }
}

/// Whether a format of figures shows nothing, neither of figures nor of text: four sections, and nothing in them but
/// colours and spaces.
fn shows_nothing(code: &str) -> bool {
    let code = code.replace("&quot;", "\"");
    let (mut sections, mut rest) = (1, code.chars());
    while let Some(c) = rest.next() {
        let blank = match c {
            ';' => {
                sections += 1;
                true
            }
            '[' => is_color(&rest.by_ref().take_while(|c| *c != ']').collect::<String>()),
            '"' => rest.by_ref().take_while(|c| *c != '"').all(char::is_whitespace),
            // A space as wide as the next character.
            '_' => rest.next().is_some(),
            // The next character as it is, or again and again.
            '\\' | '*' => rest.next().is_some_and(char::is_whitespace),
            c => c.is_whitespace(),
        };
        if !blank {
            return false;
        }
    }
    sections == 4
}

/// Whether what stands in brackets is a colour; there may be a currency or a count of hours.
fn is_color(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "black" | "blue" | "cyan" | "green" | "magenta" | "red" | "white" | "yellow")
        || name.strip_prefix("color").is_some_and(|number| number.trim().parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_show_nothing() {
        for code in [";;;", " ; ;; ", "[Red];[Color 3];;", "&quot;&quot;;&quot; &quot;;;", "_-;* ;\\ ;"] {
            assert!(shows_nothing(code), "{code}");
        }
        for code in
            ["", "General", ";;", ";;;@", "0;;;", "[$€];;;", "[h];;;", "&quot;x&quot;;;;", "\\-;;;", ";;;;"]
        {
            assert!(!shows_nothing(code), "{code}");
        }
    }
}
