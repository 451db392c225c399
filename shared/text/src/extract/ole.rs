//! The compound files that Office wrote before it wrote archives: streams by name, read by the crate `cfb`.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::{ExtractError, Flag, Format, Sheet};

/// Most bytes of one stream. They are parts of a file of bounded size, but a chain of sectors may be a ring.
const MAX_STREAM: u64 = 100 << 20;

pub(super) struct Ole<'a>(CompoundFile<Cursor<&'a [u8]>>);

impl<'a> Ole<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ExtractError> {
        CompoundFile::open(Cursor::new(bytes)).map(Self).map_err(|_| ExtractError::Corrupt)
    }

    /// Which format the file is, by the stream that only that format has; `None` for others.
    pub(super) fn format(&self) -> Result<Option<Format>, ExtractError> {
        // MS-OFFCRYPTO, 2.3: what is protected with a password is one stream.
        if self.0.is_stream("/EncryptedPackage") {
            return Err(ExtractError::Encrypted);
        }
        let known = [
            ("/WordDocument", Format::Doc),
            ("/PowerPoint Document", Format::Ppt),
            ("/Workbook", Format::Xls),
            ("/Book", Format::Xls),
            ("/__properties_version1.0", Format::Msg),
        ];
        Ok(known.into_iter().find(|(stream, _)| self.0.is_stream(stream)).map(|(_, format)| format))
    }

    pub(super) fn stream(&mut self, path: &str) -> Result<Option<Vec<u8>>, ExtractError> {
        if !self.0.is_stream(path) {
            return Ok(None);
        }
        let stream = self.0.open_stream(path).map_err(|_| ExtractError::Corrupt)?;
        let mut bytes = Vec::new();
        stream.take(MAX_STREAM).read_to_end(&mut bytes).map_err(|_| ExtractError::Corrupt)?;
        Ok(Some(bytes))
    }

    /// Names of the storages in the root.
    pub(super) fn folders(&self) -> Vec<String> {
        let root = self.0.read_root_storage();
        root.filter(cfb::Entry::is_storage).map(|entry| entry.name().to_owned()).collect()
    }

    /// Flags what storages tell of: macros, and other documents.
    pub(super) fn flag(&self, sheet: &mut Sheet) {
        for folder in self.folders() {
            match folder.as_str() {
                "Macros" | "_VBA_PROJECT_CUR" => sheet.flag(Flag::Macros),
                "ObjectPool" => sheet.flag(Flag::EmbeddedFile),
                name if name.starts_with("MBD") => sheet.flag(Flag::EmbeddedFile),
                _ => {}
            }
        }
    }
}

/// A number of two bytes, the lower first.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

/// A number of four bytes, the lowest first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

/// Characters of two bytes each.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
}

/// Characters of one byte each, as Western Windows has them.
pub(super) fn latin(bytes: &[u8]) -> String {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}
