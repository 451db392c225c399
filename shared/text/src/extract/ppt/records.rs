//! Records of the stream: a head of eight bytes, and a body that may be records ([MS-PPT] 2.3.1).

use crate::extract::ole::{u16_at, u32_at};

/// Deepest nesting of records followed; files have ten.
const DEPTH: usize = 32;

#[derive(Clone, Copy)]
pub(super) struct Record<'s> {
    pub(super) kind: u16,
    pub(super) instance: u16,
    pub(super) body: &'s [u8],
    holds_records: bool,
}

impl<'s> Record<'s> {
    pub(super) fn at(stream: &'s [u8], place: u32) -> Option<Self> {
        Self::first(stream.get(place as usize..)?).map(|(record, _)| record)
    }

    fn first(bytes: &'s [u8]) -> Option<(Self, &'s [u8])> {
        let head = u16_at(bytes, 0)?;
        let (kind, length) = (u16_at(bytes, 2)?, u32_at(bytes, 4)? as usize);
        let body = &bytes[8..];
        let (body, rest) = body.split_at(length.min(body.len()));
        Some((Self { kind, instance: head >> 4, body, holds_records: head & 0xf == 0xf }, rest))
    }
}

pub(super) fn children(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = Record::first(bytes)?;
        bytes = rest;
        Some(record)
    })
}

/// Visits every record below, in order.
pub(super) fn find<'s>(bytes: &'s [u8], visit: &mut impl FnMut(&Record<'s>)) {
    let mut open = vec![bytes];
    while let Some(bytes) = open.pop() {
        let Some((record, rest)) = Record::first(bytes) else { continue };
        open.push(rest);
        // The text of a shape is in its client's part, which does not say that it holds records.
        if (record.holds_records || record.kind == 0xf00d) && open.len() < DEPTH {
            open.push(record.body);
        } else {
            visit(&record);
        }
    }
}
