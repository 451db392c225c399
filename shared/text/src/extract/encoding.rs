//! Bytes of unknown encoding become clean characters.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use unicode_normalization::UnicodeNormalization;

/// Bytes looked at to guess an encoding.
const SAMPLE: usize = 64 * 1024;

/// The characters of a text file, by its byte order mark, else as UTF-8, else by the statistics of its bytes.
/// Bytes that fit no character become U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> String {
    decode_or(bytes, guess)
}

/// The characters of a page of HTML, which may name its encoding near its beginning.
pub(super) fn decode_html(bytes: &[u8]) -> String {
    decode_or(bytes, |bytes| declared(bytes).unwrap_or_else(|| guess(bytes)))
}

fn decode_or(bytes: &[u8], guess: impl FnOnce(&[u8]) -> &'static Encoding) -> String {
    if let Some(text) = utf32(bytes) {
        return text;
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    guess(bytes).decode_without_bom_handling(bytes).0.into_owned()
}

/// Text in four bytes a character, by its mark. UTF-16's mark begins like that of UTF-32, but no text goes on with a zero.
fn utf32(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 4]) -> u32 = match bytes.first_chunk()? {
        [0xff, 0xfe, 0, 0] => u32::from_le_bytes,
        [0, 0, 0xfe, 0xff] => u32::from_be_bytes,
        _ => return None,
    };
    let units = bytes[4..].as_chunks::<4>().0.iter();
    Some(units.map(|unit| char::from_u32(read(*unit)).unwrap_or('\u{fffd}')).collect())
}

/// The encoding that `<meta charset>` or its older form names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let (_, after) = head.split_once("charset")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label = after.split(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).next()?;
    Encoding::for_label(label.as_bytes()).filter(|encoding| !encoding.output_encoding().ne(encoding))
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if let Some(encoding) = utf16_without_mark(sample) {
        return encoding;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == bytes.len());
    let encoding = detector.guess(Some(b"fr"), Utf8Detection::Deny);
    // A text that is UTF-8 but for a few broken bytes stays UTF-8: one bad byte must not garble every accent.
    let broken = String::from_utf8_lossy(sample).matches('\u{fffd}').count();
    let sound = sample.iter().filter(|byte| **byte >= 0xC2).count().saturating_sub(broken);
    if sound > broken * 4 { UTF_8 } else { encoding }
}

/// Latin text in UTF-16 has a zero in every other byte.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match (even, odd) {
        (even, odd) if odd * 10 > pairs * 7 && even * 20 < pairs => Some(UTF_16LE),
        (even, odd) if even * 10 > pairs * 7 && odd * 20 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether bytes may be a text in some encoding: control characters that no text has are rare in it.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if utf32(sample).is_some() || Encoding::for_bom(sample).is_some() || utf16_without_mark(sample).is_some()
    {
        return true;
    }
    let control = sample.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    control * 200 <= sample.len() && !sample.contains(&0)
}

/// NFC, trimmed, runs of white space as one space; without control characters, and without the invisible ones that hide,
/// split or reorder text (zero-width, soft hyphen, direction marks and overrides, tags): what is searched and
/// cited is what a reader sees.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut space = false;
    for character in text.nfc() {
        if character.is_whitespace() {
            space = true;
            continue;
        }
        if character.is_control() || is_invisible(character) {
            continue;
        }
        if space && !cleaned.is_empty() {
            cleaned.push(' ');
        }
        space = false;
        cleaned.push(character);
    }
    cleaned
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    mod decodes {
        use super::*;

        #[test]
        fn utf8() {
            assert_eq!(decode("Équipe à Évry – 35 h".as_bytes()), "Équipe à Évry – 35 h");
        }

        #[test]
        fn utf8_with_mark() {
            assert_eq!(decode("\u{feff}été".as_bytes()), "été");
        }

        #[test]
        fn windows_1252() {
            let (bytes, _, _) = encoding_rs::WINDOWS_1252
                .encode("Les congés payés s’élèvent à 25 jours, même à l’étranger : 300 €.");
            assert_eq!(decode(&bytes), "Les congés payés s’élèvent à 25 jours, même à l’étranger : 300 €.");
        }

        #[test]
        fn utf16_both_orders_with_and_without_mark() {
            let text = "Télétravail deux jours par semaine";
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(decode(&little), text);
            assert_eq!(decode(&big), text);
            assert_eq!(decode(&[&[0xff, 0xfe], little.as_slice()].concat()), text);
            assert_eq!(decode(&[&[0xfe, 0xff], big.as_slice()].concat()), text);
        }

        #[test]
        fn utf32_with_mark() {
            let little: Vec<u8> = "\u{feff}été".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let big: Vec<u8> = "\u{feff}été".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            assert_eq!(decode(&little), "été");
            assert_eq!(decode(&big), "été");
            assert!(is_text(&little) && is_text(&big));
        }

        #[test]
        fn a_page_that_names_its_encoding() {
            let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode("<meta charset=\"windows-1251\"><p>Повар");
            assert!(decode_html(&bytes).ends_with("Повар"));
        }

        #[test]
        fn one_broken_byte_keeps_the_accents() {
            let mut bytes = "éèàùçé ".repeat(10).into_bytes();
            bytes.push(0xff);
            assert!(decode(&bytes).starts_with("éèàùçé "));
        }
    }

    #[test]
    fn binary_is_no_text() {
        assert!(!is_text(b"\x00\x01\x02\x03\x04\x05abc"));
        assert!(!is_text(b"abc\0def"));
        assert!(is_text("ça".as_bytes()));
    }

    #[test]
    fn cleaning_removes_what_hides_and_composes() {
        assert_eq!(clean("  e\u{301}t\u{200b}e\u{301} \u{202e} \t\n2026\u{0} "), "été 2026");
        assert_eq!(clean("\u{feff}\u{200b}"), "");
    }
}
