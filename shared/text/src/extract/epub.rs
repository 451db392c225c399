//! EPUB: chapters of XHTML in the order of the book's spine.

use std::collections::HashMap;

use super::ooxml::{Node, Package, attribute, resolve, walk};
use super::{ExtractError, Sheet, html};

/// Most chapters read.
const MAX_CHAPTERS: usize = 5_000;

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut archive = Package::open(bytes)?;
    if archive.part("META-INF/encryption.xml")?.is_some_and(|xml| xml.contains("EncryptedKey")) {
        return Err(ExtractError::Encrypted);
    }
    let container = archive.part("META-INF/container.xml")?.ok_or(ExtractError::Corrupt)?;
    let mut book = None;
    walk(&container, |node| {
        if let Node::Open("rootfile", element) = node {
            book = book.take().or(attribute(element, "full-path"));
        }
        Ok(())
    })?;
    let book = book.ok_or(ExtractError::Corrupt)?;
    let xml = archive.part(&book)?.ok_or(ExtractError::Corrupt)?;
    let (mut title, mut in_title) = (String::new(), false);
    let (mut items, mut spine) = (HashMap::new(), Vec::new());
    walk(&xml, |node| {
        match node {
            Node::Open("title", _) => in_title = title.is_empty(),
            Node::Close("title") => in_title = false,
            Node::Text(text) if in_title => title.push_str(text),
            Node::Open("item", element) => {
                let (id, href) = (attribute(element, "id"), attribute(element, "href"));
                // A table of contents repeats the headings.
                let contents = attribute(element, "properties").is_some_and(|p| p.contains("nav"));
                items.extend(id.zip(href).filter(|_| !contents));
            }
            Node::Open("itemref", element) => spine.extend(attribute(element, "idref")),
            _ => {}
        }
        Ok(())
    })?;
    sheet.set_title(&title);
    let folder = book.rsplit_once('/').map_or("", |(folder, _)| folder);
    for id in spine.iter().take(MAX_CHAPTERS) {
        let Some(href) = items.get(id) else { continue };
        let name = resolve(folder, &decode(href));
        let Some(chapter) = archive.part(&name)? else { continue };
        let mut own = Sheet::default();
        html::read_xhtml(&chapter, &mut own)?;
        own.title = None;
        sheet.append(own)?;
    }
    Ok(())
}

/// A relative address without its escapes.
fn decode(href: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = href.as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        let digits =
            others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
