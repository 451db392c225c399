//! A page as an image, for those who recognise characters.

use pdfium_render::prelude::{PdfBitmapFormat, PdfRenderConfig};

use super::canvas::grey;
use super::{ExtractError, PageImage, with_document};

/// Pixels a point: 300 dots an inch, what recognisers are trained on.
const SCALE: f32 = 300.0 / 72.0;
/// Most pixels of an image, some DIN A3 at that scale; larger pages are drawn coarser.
const MAX_PIXELS: f32 = 18_000_000.0;
/// Most pixels of a side, and bytes of an image: Textract takes no more.
const MAX_SIDE: f32 = 10_000.0;
const MAX_BYTES: usize = 5 << 20;
/// How much coarser a page is drawn whose image had too many bytes, and how often.
const COARSER: f32 = 0.7;
const TRIES: usize = 4;

pub(in crate::extract) fn render(bytes: &[u8], page: u32) -> Result<PageImage, ExtractError> {
    with_document(bytes, |document| {
        let index = i32::try_from(page).ok().and_then(|page| page.checked_sub(1));
        let index = index.filter(|index| (0..document.pages().len()).contains(index));
        let drawn = document.pages().get(index.ok_or(ExtractError::NoText)?);
        let drawn = drawn.map_err(|_| ExtractError::Corrupt)?;
        let (width, height) = (drawn.width().value, drawn.height().value);
        if !(width >= 1.0 && height >= 1.0) {
            return Err(ExtractError::Corrupt);
        }
        let scale = SCALE.min((MAX_PIXELS / (width * height)).sqrt()).min(MAX_SIDE / width.max(height));
        // The noise of a scan hardly compresses.
        let scales = std::iter::successors(Some(scale), |scale| Some(scale * COARSER)).take(TRIES);
        for scale in scales {
            let (width, height) = ((width * scale).max(1.0) as u32, (height * scale).max(1.0) as u32);
            let config = PdfRenderConfig::new()
                .set_fixed_size(width.cast_signed(), height.cast_signed())
                .set_format(PdfBitmapFormat::BGRx)
                .use_grayscale_rendering(true);
            let bitmap = drawn.render_with_config(&config).map_err(|_| ExtractError::OutOfMemory)?;
            let pixels = grey(&bitmap.as_raw_bytes(), width as usize, height as usize);
            drop(bitmap);
            let png = png(&pixels, width, height)?;
            if png.len() <= MAX_BYTES {
                return Ok(PageImage { page, width, height, png });
            }
        }
        Err(ExtractError::TooLarge)
    })
}

fn png(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, ExtractError> {
    let mut encoded = Vec::new();
    let mut encoder = png::Encoder::new(&mut encoded, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(|_| ExtractError::Crashed)?;
    writer.write_image_data(pixels).map_err(|_| ExtractError::Crashed)?;
    writer.finish().map_err(|_| ExtractError::Crashed)?;
    Ok(encoded)
}
