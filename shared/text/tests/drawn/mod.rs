//! PDFs that show more than lines of text.
#![expect(clippy::unwrap_used, reason = "made for tests only: what cannot be made ends the test")]

use std::io::{Cursor, Write as _};

use crate::files::drawn_with;

/// A PDF of pages drawn so, in the content streams' own language.
pub(crate) fn drawn(pages: &[&str]) -> Vec<u8> {
    drawn_with(pages, "", &[])
}

/// A PDF of one page that shows an image, all of it.
pub(crate) fn scan(image: &vivier_text::PageImage) -> Vec<u8> {
    let mut reader = png::Decoder::new(Cursor::new(&image.png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&pixels).unwrap();
    let packed = packed.finish().unwrap();
    let head = format!(
        "<< /Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length {} >>",
        image.width,
        image.height,
        packed.len()
    );
    let object = [head.as_bytes(), b"\nstream\n", &packed, b"\nendstream"].concat();
    drawn_with(&["q 612 0 0 792 0 0 cm /Im Do Q"], "/XObject << /Im 4 0 R >>", &[object])
}
