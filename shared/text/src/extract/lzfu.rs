//! The compression of RTF in Outlook's messages ([MS-OXRTFCP]).

/// What the dictionary holds before the first byte.
const PRELOADED: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const DICTIONARY: usize = 4096;
/// Most bytes inflated.
const MAX_SIZE: usize = 50 << 20;

/// The RTF of a compressed stream; `None` where it is none.
pub(super) fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = super::ole::u32_at(bytes, 4)? as usize;
    let kind = bytes.get(8..12)?;
    let mut rest = bytes.get(16..)?;
    if kind == b"MELA" {
        return Some(rest.get(..size.min(rest.len()))?.to_vec());
    }
    if kind != b"LZFu" {
        return None;
    }
    let mut dictionary = [b' '; DICTIONARY];
    dictionary[..PRELOADED.len()].copy_from_slice(PRELOADED);
    let mut write = PRELOADED.len();
    let mut out = Vec::new();
    while let [control, after @ ..] = rest {
        rest = after;
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let [byte, after @ ..] = rest else { return Some(out) };
                rest = after;
                out.push(*byte);
                dictionary[write] = *byte;
                write = (write + 1) % DICTIONARY;
                continue;
            }
            let [high, low, after @ ..] = rest else { return Some(out) };
            rest = after;
            let reference = usize::from(u16::from_be_bytes([*high, *low]));
            let (offset, length) = (reference >> 4, (reference & 0xf) + 2);
            // A reference to what comes next is the end.
            if offset == write || out.len() > MAX_SIZE {
                return Some(out);
            }
            for i in 0..length {
                let byte = dictionary[(offset + i) % DICTIONARY];
                out.push(byte);
                dictionary[write] = byte;
                write = (write + 1) % DICTIONARY;
            }
        }
    }
    Some(out)
}
