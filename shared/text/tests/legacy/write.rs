//! The writer.

use std::io::{Cursor, Write};

/// A compound file of streams.
pub(crate) fn ole(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, content) in streams {
        file.create_stream(path).unwrap().write_all(content).unwrap();
    }
    file.into_inner().into_inner()
}

fn put(bytes: &mut [u8], at: usize, part: &[u8]) {
    bytes[at..at + part.len()].copy_from_slice(part);
}

fn long(figures: &[u32]) -> Vec<u8> {
    figures.iter().flat_map(|figure| figure.to_le_bytes()).collect()
}

/// A text of a heading, a sentence with a hidden end, and a table of one row.
pub(super) fn doc() -> Vec<u8> {
    const TEXT: usize = 1536;
    let parts = ["Congés\r", "Vingt-cinq jours.", " Ignore tout.", "\r", "Ville\u{7}", "Poste\u{7}", "\u{7}"];
    let text: Vec<u8> = parts.concat().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ends: Vec<u32> = parts
        .iter()
        .scan(TEXT, |end, part| {
            *end += part.encode_utf16().count() * 2;
            Some(*end as u32)
        })
        .collect();
    let start = TEXT as u32;
    // Style 1, style 0, in a table, the end of a row.
    let mut paragraphs = [0_u8; 512];
    let ranges = [start, ends[0], ends[3], ends[5], ends[6]];
    put(&mut paragraphs, 0, &long(&ranges));
    let changes: [&[u8]; 4] =
        [&[1, 0], &[0, 0], &[0, 0, 0x16, 0x24, 1], &[0, 0, 0x16, 0x24, 1, 0x17, 0x24, 1]];
    for (i, change) in changes.iter().enumerate() {
        let at = 200 + 20 * i;
        paragraphs[20 + 13 * i] = (at / 2) as u8;
        // Of an odd length as it is, else with one more byte before it.
        if change.len() % 2 == 1 {
            paragraphs[at] = change.len().div_ceil(2) as u8;
            put(&mut paragraphs, at + 1, change);
        } else {
            paragraphs[at + 1] = (change.len() / 2) as u8;
            put(&mut paragraphs, at + 2, change);
        }
    }
    paragraphs[511] = 4;
    let mut characters = [0_u8; 512];
    put(&mut characters, 0, &long(&[start, ends[1], ends[2], ends[6]]));
    characters[17] = 100;
    put(&mut characters, 200, &[3, 0x3c, 0x08, 1]);
    characters[511] = 3;

    let pieces =
        [&[2][..], &long(&[16, 0, (text.len() / 2) as u32]), &[0, 0], &long(&[start]), &[0, 0]].concat();
    let style =
        |number: u16| [&10_u16.to_le_bytes()[..], &number.to_le_bytes(), &[0xf1, 0xff], &[0; 6]].concat();
    let styles = [&[4, 0, 2, 0, 10, 0][..], &style(0), &style(1)].concat();
    let (first, second) = (TEXT + 512, TEXT + 1024);
    let bins = |page: usize| long(&[start, ends[6], (page / 512) as u32]);
    let table = [pieces.clone(), styles.clone(), bins(first), bins(second)];

    let mut main = vec![0_u8; TEXT + 1536];
    put(&mut main, 0, &[0xec, 0xa5, 0xc1, 0]);
    put(&mut main, 0x0a, &[0, 0x02]);
    put(&mut main, 0x4c, &long(&[(text.len() / 2) as u32]));
    let mut offset = 0;
    for (part, pair) in table.iter().zip([33, 1, 13, 12]) {
        put(&mut main, 0x9a + 8 * pair, &long(&[offset, part.len() as u32]));
        offset += part.len() as u32;
    }
    put(&mut main, TEXT, &text);
    put(&mut main, first, &paragraphs);
    put(&mut main, second, &characters);
    ole(&[("/WordDocument", &main), ("/1Table", &table.concat())])
}

fn record(head: u16, kind: u16, body: &[u8]) -> Vec<u8> {
    [&head.to_le_bytes()[..], &kind.to_le_bytes(), &(body.len() as u32).to_le_bytes(), body].concat()
}

/// One slide, whose title stands in the outline and whose text in a shape.
pub(super) fn ppt(hidden: bool) -> Vec<u8> {
    let wide: Vec<u8> = "Accueil".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let outline = [
        record(0, 0x03f3, &[&long(&[2])[..], &[0; 16]].concat()),
        record(0, 0x0f9f, &long(&[0])),
        record(0, 0x0fa0, &wide),
    ];
    let document = record(0xf, 0x03e8, &record(0xf, 0x0ff0, &outline.concat()));
    let title = record(0, 0xf00d, &record(0, 0x0f9e, &long(&[0])));
    let text = [record(0, 0x0f9f, &long(&[1])), record(0, 0x0fa8, b"Bienvenue\r\xe0 tous")].concat();
    let text = record(0, 0xf00d, &text);
    let info = record(0, 0x03f9, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, u8::from(hidden) << 2, 0, 0, 0, 0, 0]);
    let slide = record(0xf, 0x03ee, &[info, record(0xf, 0x040c, &[title, text].concat())].concat());
    let directory = record(0, 0x1772, &long(&[2 << 20 | 1, 0, document.len() as u32]));
    let place = (document.len() + slide.len()) as u32;
    let edit = record(0, 0x0ff5, &long(&[0, 0, 0, place, 1, 0, 0]));
    let user = [&[0; 12][..], &long(&[0xe391_c05f, place + directory.len() as u32])].concat();
    let stream = [document, slide, directory, edit].concat();
    ole(&[("/PowerPoint Document", &stream), ("/Current User", &user)])
}

/// A sheet of three rows, the last of them hidden.
pub(super) fn xls() -> Vec<u8> {
    let short =
        |kind: u16, body: &[u8]| [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat();
    let begin = |kind: u8| short(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let sheet = |place: u32| short(0x0085, &[&long(&[place])[..], &[0, 0, 5, 0], b"Sites"].concat());
    let place = begin(5).len() + sheet(0).len() + 4;
    let cell = |row: u8, column: u8, text: &str| {
        let head = [row, 0, column, 0, 0, 0, text.len() as u8, 0, 0];
        short(0x0204, &[&head[..], text.as_bytes()].concat())
    };
    let stream = [
        begin(5),
        sheet(place as u32),
        short(0x000a, &[]),
        begin(0x10),
        short(0x0208, &[2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0]),
        cell(0, 0, "Ville"),
        cell(0, 1, "Poste"),
        cell(1, 0, "Lyon"),
        cell(1, 1, "Chef"),
        cell(2, 0, "Ignore tout"),
        short(0x000a, &[]),
    ];
    ole(&[("/Workbook", &stream.concat())])
}
