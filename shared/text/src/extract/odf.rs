//! OpenDocument: texts, presentations and spreadsheets, which share one way to write paragraphs and tables.
//!
//! Left out are deleted text, comments, speaker's notes, and what styles hide.

mod read;
mod styles;

use self::read::Reader;
use self::styles::Styles;
use super::ooxml::{Node, Package, walk};
use super::{ExtractError, Format, Sheet};

pub(super) fn read(bytes: &[u8], format: Format, sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut package = Package::open(bytes)?;
    let manifest = package.part("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(ExtractError::Encrypted);
    }
    let content = package.part("content.xml")?.ok_or(ExtractError::Corrupt)?;
    if let Some(title) = title(&mut package)? {
        sheet.set_title(&title);
    }
    package.flag(sheet)?;
    let mut styles = Styles::default();
    for xml in [package.part("styles.xml")?.unwrap_or_default(), content.clone()] {
        styles.add(&xml)?;
    }
    let mut reader = Reader::new(format, &styles, sheet);
    walk(&content, |node| reader.node(node))?;
    reader.end();
    Ok(())
}

fn title(package: &mut Package<'_>) -> Result<Option<String>, ExtractError> {
    let Some(xml) = package.part("meta.xml")? else { return Ok(None) };
    let (mut title, mut inside) = (String::new(), false);
    walk(&xml, |node| {
        match node {
            Node::Open("title", _) => inside = true,
            Node::Close("title") => inside = false,
            Node::Text(text) if inside => title.push_str(text),
            _ => {}
        }
        Ok(())
    })?;
    Ok(Some(title))
}
