//! From bytes to characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::fault::FeedFault;
use crate::mapping::Container;

/// Within which an XML declaration ends.
const DECLARATION: usize = 256;

/// The text of a file: by its byte order mark, else by what its container says, else as UTF-8. UTF-8 is not copied.
pub(crate) fn text(container: Container, bytes: &[u8]) -> Result<Cow<'_, str>, FeedFault> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => decoded(encoding, &bytes[mark..])?,
        None => match (container, std::str::from_utf8(bytes)) {
            (Container::Xml, _) => decoded(declared(bytes)?.unwrap_or(UTF_8), bytes)?,
            (_, Ok(text)) => Cow::Borrowed(text),
            // What a spreadsheet of this country still writes. Two bytes of UTF-16 without a mark would pass for it.
            (Container::Csv, Err(_)) if !bytes.contains(&0) => decoded(WINDOWS_1252, bytes)?,
            (_, Err(_)) => return Err(FeedFault::NotUtf8),
        },
    };
    if text.trim().is_empty() { Err(FeedFault::Empty) } else { Ok(text) }
}

fn decoded<'f>(encoding: &'static Encoding, bytes: &'f [u8]) -> Result<Cow<'f, str>, FeedFault> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(FeedFault::NotUtf8)
}

/// The encoding that `<?xml version="1.0" encoding="…"?>` names. ISO-8859-1 is read as the Windows-1252 it is in practice
/// (WHATWG, Encoding).
fn declared(bytes: &[u8]) -> Result<Option<&'static Encoding>, FeedFault> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]);
    let Some(declaration) = head.trim_start().strip_prefix("<?xml") else { return Ok(None) };
    let declaration = declaration.split("?>").next().unwrap_or_default();
    let Some((_, after)) = declaration.split_once("encoding") else { return Ok(None) };
    let quoted = after.trim_start().strip_prefix('=').map(str::trim_start).unwrap_or_default();
    let label = quoted.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    let encoding = Encoding::for_label(label.as_bytes()).ok_or(FeedFault::UnknownEncoding)?;
    // Its declaration could not have been read if it were so.
    Ok(Some(encoding).filter(|encoding| ![UTF_16LE, UTF_16BE].contains(encoding)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(container: Container, bytes: &[u8]) -> Result<String, FeedFault> {
        text(container, bytes).map(Cow::into_owned)
    }

    #[test]
    fn encodings() {
        let latin = |declared: &str| {
            [format!("<?xml version='1.0' encoding='{declared}'?><a>").as_bytes(), b"\xe9\x80</a>"].concat()
        };
        for name in ["ISO-8859-1", "windows-1252", "latin1"] {
            assert!(read(Container::Xml, &latin(name)).unwrap().ends_with("é€</a>"), "{name}");
        }
        assert_eq!(read(Container::Xml, &latin("utf-8")), Err(FeedFault::NotUtf8));
        assert_eq!(read(Container::Xml, &latin("klingon")), Err(FeedFault::UnknownEncoding));
        assert_eq!(read(Container::Xml, b"<a>\xe9</a>"), Err(FeedFault::NotUtf8));
        assert_eq!(read(Container::Json, b"{\"a\":\"\xe9\"}"), Err(FeedFault::NotUtf8));
        assert_eq!(read(Container::Csv, b"a;\xe9").unwrap(), "a;é");
        assert_eq!(read(Container::Csv, "a;é".as_bytes()).unwrap(), "a;é");
        assert_eq!(read(Container::Json, "\u{feff}{}".as_bytes()).unwrap(), "{}");
        let wide: Vec<u8> = "\u{feff}<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(Container::Xml, &wide).unwrap(), "<a>é</a>");
        assert_eq!(read(Container::Csv, b" \r\n"), Err(FeedFault::Empty));
    }
}
