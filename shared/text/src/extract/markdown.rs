//! Markdown, and what it is mixed with in practice: tables, task lists, front matter and bits of HTML.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{BlockKind, ExtractError, Outline, Sheet, encoding, html, table};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let source = encoding::decode(bytes);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut outline = Outline::default();
    let (mut text, mut block) = (String::new(), String::new());
    let (mut items, mut skipped) = (0_usize, false);
    let (mut cells, mut header) = (Vec::new(), None);
    for event in Parser::new_ext(&source, options) {
        match event {
            Event::Text(_) | Event::Code(_) if skipped => {}
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            // A block of HTML comes line by line; what a comment or a script hides is only known of the whole.
            Event::Start(Tag::HtmlBlock) => block.clear(),
            Event::Html(part) => block.push_str(&part),
            Event::End(TagEnd::HtmlBlock) => {
                text.push_str(&html::plain(&block));
                flush(&mut text, items, &outline, sheet)?;
            }
            Event::Start(Tag::MetadataBlock(_)) => skipped = true,
            Event::End(TagEnd::MetadataBlock(_)) => skipped = false,
            Event::End(TagEnd::Heading(level)) => {
                outline.enter(level as u8, &text);
                sheet.set_title(&text);
                sheet.push(BlockKind::Heading { level: level as u8 }, &text, outline.place())?;
                text.clear();
            }
            Event::Start(Tag::Item) => {
                flush(&mut text, items, &outline, sheet)?;
                items += 1;
            }
            Event::End(TagEnd::Item) => {
                flush(&mut text, items, &outline, sheet)?;
                items = items.saturating_sub(1);
            }
            Event::Start(Tag::Table(_)) => header = None,
            Event::End(TagEnd::TableCell) => cells.push(std::mem::take(&mut text)),
            Event::End(TagEnd::TableHead) => {
                let row = std::mem::take(&mut cells);
                sheet.push(BlockKind::Row, &table::plain(&row), outline.place())?;
                header = Some(row);
            }
            Event::End(TagEnd::TableRow) => {
                let row = std::mem::take(&mut cells);
                sheet.push(
                    BlockKind::Row,
                    &table::named(header.as_deref().unwrap_or_default(), &row),
                    outline.place(),
                )?;
            }
            Event::Start(Tag::List(_) | Tag::Heading { .. })
            | Event::End(TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::FootnoteDefinition) => {
                flush(&mut text, items, &outline, sheet)?;
            }
            _ => {}
        }
    }
    flush(&mut text, items, &outline, sheet)
}

fn flush(text: &mut String, items: usize, outline: &Outline, sheet: &mut Sheet) -> Result<(), ExtractError> {
    let kind = if items > 0 { BlockKind::Item } else { BlockKind::Paragraph };
    sheet.push(kind, text, outline.place())?;
    text.clear();
    Ok(())
}
