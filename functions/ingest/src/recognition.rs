//! Who reads the text of scanned pages: Tesseract where it is installed, Amazon Textract in the cloud.

use vivier_tenancy::{
    Tenancy, TenancyError, TenantScope,
    rooms::recognition::{Recognition, RecognitionError},
};
use vivier_text::{OcrError, PageImage, Recogniser, Tesseract, ocr::Recognising};

/// Amazon Textract, in the name of one tenant.
#[derive(Debug)]
pub struct Textract<'a>(pub Recognition<'a>);

impl Recogniser for Textract<'_> {
    fn name(&self) -> &'static str {
        "textract"
    }

    fn recognise(&self, image: PageImage) -> Recognising<'_> {
        Box::pin(async move {
            self.0.lines(image.png).await.map_err(|error| match error {
                RecognitionError::Refused(_) => OcrError::Failed,
                RecognitionError::Tenancy(error) => OcrError::Unavailable(Some(Box::new(error))),
            })
        })
    }
}

/// The recogniser of this deployment, for one tenant's pages: Tesseract needs to be found (`TESSERACT_PATH`, `PATH`);
/// Lambda has none.
pub async fn recogniser<'a>(
    tenancy: &Tenancy,
    scope: &'a TenantScope,
) -> Result<Box<dyn Recogniser + 'a>, TenancyError> {
    Ok(match Tesseract::from_env() {
        Some(tesseract) => Box::new(tesseract),
        None => Box::new(Textract(tenancy.recognition(scope).await?)),
    })
}
