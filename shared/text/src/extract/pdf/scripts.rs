//! Names in a PDF that make viewers do something. The file is searched as bytes, and so are the streams in which newer
//! files keep their objects; nothing is interpreted.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::extract::{Flag, Sheet};

/// Bytes inflated of one object stream, and of all of a file.
const MAX_STREAM: u64 = 4 << 20;
const MAX_INFLATED: usize = 64 << 20;

/// ISO 32000-1, 12.6.4: actions, and the keys that hold their scripts.
const SCRIPT: &[&[u8]] = &[b"/JavaScript", b"/JS"];
const EXTERNAL: &[&[u8]] = &[b"/Launch", b"/GoToR", b"/SubmitForm", b"/ImportData"];
const EMBEDDED: &[&[u8]] = &[b"/EmbeddedFile", b"/RichMedia"];

pub(super) fn flag(bytes: &[u8], sheet: &mut Sheet) {
    search(bytes, sheet);
    let mut left = MAX_INFLATED;
    for stream in object_streams(bytes) {
        let mut inflated = Vec::new();
        // What comes before a stream breaks off is searched as well.
        let _ = ZlibDecoder::new(stream).take(MAX_STREAM.min(left as u64)).read_to_end(&mut inflated);
        search(&inflated, sheet);
        left = left.saturating_sub(inflated.len());
        if left == 0 {
            break;
        }
    }
}

fn search(bytes: &[u8], sheet: &mut Sheet) {
    for (start, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        let name = name(&bytes[start..]);
        for (names, flag) in
            [(SCRIPT, Flag::Script), (EXTERNAL, Flag::ExternalReference), (EMBEDDED, Flag::EmbeddedFile)]
        {
            if names.contains(&name.as_slice()) {
                sheet.flag(flag);
            }
        }
    }
}

/// The name at the start, with `#4a` read as `J` (7.3.5); only as much as is compared.
fn name(bytes: &[u8]) -> Vec<u8> {
    let mut name = vec![b'/'];
    let mut rest = bytes[1..].iter();
    while let Some(byte) = rest.next() {
        if name.len() > 16 || !byte.is_ascii_graphic() || b"()<>[]{}/%".contains(byte) {
            break;
        }
        let digits = rest.as_slice().get(..2).filter(|_| *byte == b'#');
        match digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()) {
            Some(byte) => {
                name.push(byte);
                rest.nth(1);
            }
            None => name.push(*byte),
        }
    }
    name
}

/// The bytes from the start of each object stream (7.5.7) on.
fn object_streams(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const TYPE: &[u8] = b"/ObjStm";
    const KEYWORD: &[u8] = b"stream";
    // A dictionary is short; its stream follows.
    const DICTIONARY: usize = 1024;
    find_all(bytes, TYPE).filter_map(move |at| {
        let after = &bytes[at + TYPE.len()..];
        let near = &after[..after.len().min(DICTIONARY)];
        let keyword = near.windows(KEYWORD.len()).position(|window| window == KEYWORD)?;
        let stream = &after[keyword + KEYWORD.len()..];
        Some(stream.trim_ascii_start())
    })
}

fn find_all<'b>(bytes: &'b [u8], part: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes.windows(part.len()).enumerate().filter(move |(_, window)| *window == part).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn flags(bytes: &[u8]) -> Vec<Flag> {
        let mut sheet = Sheet::default();
        flag(bytes, &mut sheet);
        sheet.flags().collect()
    }

    #[test]
    fn names_plain_and_escaped() {
        assert_eq!(flags(b"<< /OpenAction << /S /JavaScript /JS (x) >> >>"), [Flag::Script]);
        assert_eq!(flags(b"<< /S /J#61vaScript >>"), [Flag::Script]);
        assert_eq!(flags(b"<< /S /Launch /F (cmd.exe) >>"), [Flag::ExternalReference]);
        assert_eq!(flags(b"<< /JSON 1 /JavaScripts 2 /Type /Page >> /"), []);
    }

    #[test]
    fn objects_in_streams() {
        let mut stream = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        stream.write_all(b"1 0 << /S /JavaScript >>").unwrap();
        let mut file = b"5 0 obj << /Type /ObjStm /Filter /FlateDecode >> stream\r\n".to_vec();
        file.extend(stream.finish().unwrap());
        assert_eq!(flags(&file), [Flag::Script]);
    }
}
