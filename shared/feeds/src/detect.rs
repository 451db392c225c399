//! Which built-in format a file has: a hint to who named another, never a decision.

use crate::decode;
use crate::formats::formats;
use crate::mapping::Container;

/// How much of a file is looked at.
const BEGINNING: usize = 1 << 20;

/// The built-in format that finds most of its columns in the first record of a file; `None` where none finds a reference and a
/// title.
pub fn detect(bytes: &[u8]) -> Option<&'static str> {
    let beginning = beginning(bytes);
    let container = container(beginning)?;
    let alike =
        formats().filter(|(_, mapping)| mapping.container() == container).filter_map(|(name, mapping)| {
            let first = mapping.first(beginning)?;
            Some((mapping.likeness(&first)?, name))
        });
    // The first of equals: `max_by_key` would give the last.
    alike.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, name)| name)
}

fn container(bytes: &[u8]) -> Option<Container> {
    let text = decode::text(Container::Csv, bytes).ok()?;
    match text.trim_start().chars().next()? {
        '<' => Some(Container::Xml),
        '{' | '[' => Some(Container::Json),
        _ => Some(Container::Csv),
    }
}

/// Cut between characters.
fn beginning(bytes: &[u8]) -> &[u8] {
    let Some(head) = bytes.get(..BEGINNING) else { return bytes };
    let end = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to(), str::len);
    // What is not UTF-8 may be cut anywhere.
    if end + 4 < head.len() { head } else { &head[..end] }
}
