//! What the three Office formats share: parts in a ZIP archive, written in XML. Nothing outside the archive is ever
//! opened: external entities, templates and links are names here and stay so.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, ErrorKind, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::{ExtractError, Flag, Sheet, encoding};

/// Most bytes of one part once inflated. A text of [`super::MAX_CHARACTERS`] with all its mark-up stays below.
const MAX_PART: u64 = 100 * 1024 * 1024;
/// Most parts of an archive.
const MAX_PARTS: usize = 20_000;

pub(super) struct Package<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ExtractError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ExtractError::Corrupt)?;
        if archive.len() > MAX_PARTS {
            return Err(ExtractError::TooLarge);
        }
        Ok(Self(archive))
    }

    /// Names of parts that begin and end so, in order.
    pub(super) fn names(&self, prefix: &str, suffix: &str) -> Vec<String> {
        let mut names: Vec<_> = self
            .0
            .file_names()
            .filter_map(Result::ok)
            .filter(|name| name.starts_with(prefix) && name.ends_with(suffix))
            .map(Cow::into_owned)
            .collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    }

    /// Refuses an archive of which any part inflates beyond what is read. Parts are inflated to nowhere, since the sizes
    /// that an archive declares are claims.
    pub(super) fn check_sizes(mut self) -> Result<(), ExtractError> {
        for i in 0..self.0.len() {
            let mut file = self.0.by_index(i).map_err(|error| refusal(&error))?;
            let inflated = std::io::copy(&mut file.by_ref().take(MAX_PART + 1), &mut std::io::sink());
            if inflated.map_err(|_| ExtractError::Corrupt)? > MAX_PART {
                return Err(ExtractError::TooLarge);
            }
        }
        Ok(())
    }

    /// The text of a part; `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, ExtractError> {
        let mut file = match self.0.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(refusal(&error)),
        };
        // The size an archive declares is a claim: it may refuse a part early, never let one in.
        if file.size() > MAX_PART {
            return Err(ExtractError::TooLarge);
        }
        let mut bytes = Vec::new();
        file.by_ref().take(MAX_PART + 1).read_to_end(&mut bytes).map_err(|error| match error.kind() {
            ErrorKind::OutOfMemory => ExtractError::OutOfMemory,
            _ => ExtractError::Corrupt,
        })?;
        if bytes.len() as u64 > MAX_PART {
            return Err(ExtractError::TooLarge);
        }
        Ok(Some(encoding::decode(&bytes)))
    }

    /// Relationships of a part: id → (last word of the type, part named, as a path from the root). External ones are left out.
    pub(super) fn relations(
        &mut self,
        part: &str,
    ) -> Result<BTreeMap<String, (String, String)>, ExtractError> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let Some(xml) = self.part(&format!("{folder}/_rels/{file}.rels"))? else {
            return Ok(BTreeMap::new());
        };
        let mut relations = BTreeMap::new();
        walk(&xml, |node| {
            if let Node::Open("Relationship", element) = node
                && attribute(element, "TargetMode").as_deref() != Some("External")
                && let (Some(id), Some(kind), Some(target)) =
                    (attribute(element, "Id"), attribute(element, "Type"), attribute(element, "Target"))
            {
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                relations.insert(id, (kind, resolve(folder, &target)));
            }
            Ok(())
        })?;
        Ok(relations)
    }

    /// Flags what the names of parts and their relations tell of: macros, files inside, things fetched from elsewhere.
    pub(super) fn flag(&mut self, sheet: &mut Sheet) -> Result<(), ExtractError> {
        let names = self.names("", "");
        let any = |like: fn(&str) -> bool| names.iter().any(|name| like(name));
        if any(|name| {
            name.ends_with("vbaProject.bin") || name.starts_with("Basic/") || name.starts_with("Scripts/")
        }) {
            sheet.flag(Flag::Macros);
        }
        if any(|name| name.contains("/embeddings/") || name.starts_with("Object ")) {
            sheet.flag(Flag::EmbeddedFile);
        }
        for name in names.iter().filter(|name| name.contains("_rels/")) {
            let Some(xml) = self.part(name)? else { continue };
            // What cannot be read here is of no consequence: relations are followed by name elsewhere.
            let _ = walk(&xml, |node| {
                if let Node::Open("Relationship", element) = node
                    && attribute(element, "TargetMode").as_deref() == Some("External")
                    && !attribute(element, "Type").is_some_and(|kind| kind.ends_with("/hyperlink"))
                {
                    sheet.flag(Flag::ExternalReference);
                }
                Ok(())
            });
        }
        Ok(())
    }

    /// The title in the document's properties.
    pub(super) fn title(&mut self) -> Result<Option<String>, ExtractError> {
        let Some(xml) = self.part("docProps/core.xml")? else { return Ok(None) };
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
}

fn refusal(error: &ZipError) -> ExtractError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ExtractError::Encrypted,
        _ => ExtractError::Corrupt,
    }
}

/// A target relative to a folder, as a path from the root.
pub(super) fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(path.pop()),
            "" | "." => {}
            step => path.push(step),
        }
    }
    path.join("/")
}

/// A step through an XML text. Names are without their prefix: the formats' own prefixes are a habit, not a rule.
#[derive(Clone, Copy)]
pub(super) enum Node<'n, 'x> {
    Open(&'n str, &'n BytesStart<'x>),
    Close(&'n str),
    Text(&'n str),
}

/// Walks an XML text from top to bottom with no stack of its own. Entities beyond the five of XML and character numbers
/// are dropped, never looked up.
pub(super) fn walk(
    xml: &str,
    mut visit: impl FnMut(Node<'_, '_>) -> Result<(), ExtractError>,
) -> Result<(), ExtractError> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event().map_err(|_| ExtractError::Corrupt)? {
            Event::Start(element) => visit(Node::Open(element.local_name().as_ref(), &element))?,
            Event::Empty(element) => {
                visit(Node::Open(element.local_name().as_ref(), &element))?;
                visit(Node::Close(element.local_name().as_ref()))?;
            }
            Event::End(element) => visit(Node::Close(element.local_name().as_ref()))?,
            Event::Text(text) => visit(Node::Text(&text))?,
            Event::CData(text) => visit(Node::Text(&text))?,
            Event::GeneralRef(name) => {
                let character = match name.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    _ => match &*name {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => None,
                    },
                };
                if let Some(character) = character {
                    visit(Node::Text(character.encode_utf8(&mut [0; 4])))?;
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The value of an attribute, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .map(|attribute| attribute.value.replace("&amp;", "&"))
}

/// Whether an attribute says yes.
pub(super) fn is_true(element: &BytesStart<'_>, name: &str) -> bool {
    matches!(attribute(element, name).as_deref(), Some("1" | "true"))
}

/// Whether a switch such as `<w:vanish/>` or `<w:vanish w:val="0"/>` is on.
pub(super) fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(attribute(element, "val").as_deref(), Some("0" | "false" | "off"))
}
