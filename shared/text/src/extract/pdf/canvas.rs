//! A page as it is drawn, to tell which of its characters leave a trace.

use pdfium_render::prelude::{
    PdfBitmapFormat, PdfPage, PdfPageRenderRotation, PdfRect, PdfRenderConfig, PdfiumError,
};

/// Longest side drawn, in pixels of a point each; beyond it pages are drawn coarser.
const MAX_SIDE: f32 = 2_000.0;
/// Steps of grey, of 255, by which characters differ from what is around them. Less is not seen on paper.
const CONTRAST: u8 = 14;

pub(super) struct Canvas {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    /// What of the page is shown, in its own coordinates.
    shown: PdfRect,
    rotation: PdfPageRenderRotation,
    scale: f32,
}

impl Canvas {
    pub(super) fn draw(page: &PdfPage<'_>) -> Result<Self, PdfiumError> {
        let (width, height) = (page.width().value, page.height().value);
        let scale = (MAX_SIDE / width.max(height).max(1.0)).min(1.0);
        let (width, height) = ((width * scale).ceil().max(1.0), (height * scale).ceil().max(1.0));
        let config = PdfRenderConfig::new()
            .set_fixed_size(width as i32, height as i32)
            .set_format(PdfBitmapFormat::BGRx)
            .use_grayscale_rendering(true);
        let drawn = page.render_with_config(&config)?.as_raw_bytes();
        Ok(Self {
            pixels: grey(&drawn, width as usize, height as usize),
            width: width as usize,
            height: height as usize,
            shown: page.boundaries().bounding()?.bounds,
            rotation: page.rotation().unwrap_or(PdfPageRenderRotation::None),
            scale,
        })
    }

    /// Whether a part of the page, in its own coordinates, is shown at all.
    pub(super) fn shows(&self, part: &PdfRect) -> bool {
        part.right() > self.shown.left()
            && part.left() < self.shown.right()
            && part.top() > self.shown.bottom()
            && part.bottom() < self.shown.top()
    }

    /// Whether anything is to be seen in a part of the page.
    pub(super) fn has_trace(&self, part: &PdfRect) -> bool {
        let (left, right) =
            ((part.left() - self.shown.left()).value, (part.right() - self.shown.left()).value);
        let (low, high) =
            ((part.bottom() - self.shown.bottom()).value, (part.top() - self.shown.bottom()).value);
        let (wide, tall) = (self.shown.width().value, self.shown.height().value);
        // Pixels count from the top left of the page as turned clockwise.
        let (x, y) = match self.rotation {
            PdfPageRenderRotation::None => ((left, right), (tall - high, tall - low)),
            PdfPageRenderRotation::Degrees90 => ((low, high), (left, right)),
            PdfPageRenderRotation::Degrees180 => ((wide - right, wide - left), (low, high)),
            PdfPageRenderRotation::Degrees270 => ((tall - high, tall - low), (wide - right, wide - left)),
        };
        // A margin of a pixel: a stroke as wide as its box would else be all there is in it.
        let range = |(from, to): (f32, f32), most: usize| {
            let from = (from * self.scale).floor() - 1.0;
            let to = (to * self.scale).ceil() + 1.0;
            from.max(0.0) as usize..(to.max(0.0) as usize).min(most)
        };
        let (columns, rows) = (range(x, self.width), range(y, self.height));
        let (mut darkest, mut lightest) = (u8::MAX, u8::MIN);
        for row in rows {
            let line = self.pixels.get(row * self.width..).unwrap_or_default();
            for pixel in line.get(columns.clone()).unwrap_or_default() {
                darkest = darkest.min(*pixel);
                lightest = lightest.max(*pixel);
            }
        }
        lightest.saturating_sub(darkest) >= CONTRAST
    }
}

/// Bytes of grey from rows of blue, green, red and nothing, which may be padded. PDFium's own grey bitmaps take no
/// transparency.
pub(super) fn grey(drawn: &[u8], width: usize, height: usize) -> Vec<u8> {
    let stride = (drawn.len() / height.max(1)).max(1);
    let mut grey = Vec::with_capacity(width * height);
    for row in drawn.chunks_exact(stride).take(height) {
        let pixels = row.as_chunks::<4>().0.iter().take(width);
        grey.extend(pixels.map(|[blue, green, red, _]| {
            ((u32::from(*red) * 77 + u32::from(*green) * 151 + u32::from(*blue) * 28) >> 8) as u8
        }));
    }
    grey
}
