//! Optical character recognition by Amazon Textract. An image goes there in the request, with the tenant's own
//! credentials, and its text comes back: nothing is stored, and no bucket is opened to the service.

use aws_sdk_textract::{
    Client,
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::{BlockType, Document},
};

use crate::{scope::TenantScope, tenancy::TenancyError};

/// Most bytes of an image that the service takes in a request.
pub const MOST_BYTES: usize = 5 << 20;

/// Why an image was not recognised.
#[derive(Debug, thiserror::Error)]
pub enum RecognitionError {
    /// The service does not take the image, however often it is asked.
    #[error("the image was refused: {0}")]
    Refused(&'static str),
    /// Something did not answer.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
}

/// One tenant's way to have images recognised.
#[derive(Debug)]
pub struct Recognition<'a> {
    client: Client,
    scope: &'a TenantScope,
}

impl<'a> Recognition<'a> {
    pub(crate) fn new(client: Client, scope: &'a TenantScope) -> Self {
        Self { client, scope }
    }

    /// The lines of an image (PNG, at most [`MOST_BYTES`]), from top to bottom.
    pub async fn lines(&self, png: Vec<u8>) -> Result<Vec<String>, RecognitionError> {
        if png.len() > MOST_BYTES {
            return Err(RecognitionError::Refused("too-large"));
        }
        let document = Document::builder().bytes(Blob::new(png)).build();
        let answer = self.client.detect_document_text().document(document).send().await;
        let answer = answer.map_err(|error| match error.code() {
            Some("BadDocumentException") => RecognitionError::Refused("damaged"),
            Some("UnsupportedDocumentException" | "InvalidParameterException") => {
                RecognitionError::Refused("unsupported")
            }
            Some("DocumentTooLargeException") => RecognitionError::Refused("too-large"),
            code => {
                tracing::warn!(tenant = %self.scope.tenant(), "an image was not recognised");
                TenancyError::quiet("textract", code).into()
            }
        })?;
        let lines = answer.blocks().iter().filter(|block| block.block_type() == Some(&BlockType::Line));
        Ok(lines.filter_map(|line| line.text().map(str::to_owned)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    use aws_sdk_textract::config::{BehaviorVersion, Credentials, Region};
    use base64::{Engine, engine::general_purpose::STANDARD};
    use vivier_domain::ids::TenantId;

    use super::*;

    /// Answers one request with what the service was seen to answer; returns what was asked.
    async fn ask(
        status: &'static str,
        recorded: &'static str,
        image: &[u8],
    ) -> (Result<Vec<String>, RecognitionError>, serde_json::Value) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let service = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut length, mut target) = (0, String::new());
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let Some((name, value)) = line.trim_end().split_once(": ") else {
                    if line.trim_end().is_empty() {
                        break;
                    }
                    continue;
                };
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().unwrap(),
                    "x-amz-target" => value.clone_into(&mut target),
                    _ => {}
                }
            }
            assert_eq!(target, "Textract.DetectDocumentText");
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(
                reader.get_mut(),
                "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{recorded}",
                recorded.len()
            )
            .unwrap();
            serde_json::from_slice(&body).unwrap()
        });
        let config = aws_sdk_textract::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .endpoint_url(format!("http://{address}"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .build();
        let scope = TenantScope::platform(TenantId::generate());
        let lines = Recognition::new(Client::from_conf(config), &scope).lines(image.to_vec()).await;
        (lines, service.join().unwrap())
    }

    #[tokio::test]
    async fn lines_of_an_image() {
        let recorded = r#"{"DetectDocumentTextModelVersion":"1.0","DocumentMetadata":{"Pages":1},"Blocks":[
            {"BlockType":"PAGE","Id":"1","Geometry":{"BoundingBox":{"Width":1.0,"Height":1.0,"Left":0.0,"Top":0.0}}},
            {"BlockType":"LINE","Id":"2","Confidence":99.4,"Text":"Célina Moulin"},
            {"BlockType":"LINE","Id":"3","Confidence":98.1,"Text":"Rédactrice de presse"},
            {"BlockType":"WORD","Id":"4","Confidence":99.9,"Text":"Célina","TextType":"PRINTED"}]}"#;
        let (lines, asked) = ask("200 OK", recorded, b"\x89PNG").await;
        assert_eq!(lines.unwrap(), ["Célina Moulin", "Rédactrice de presse"]);
        assert_eq!(asked["Document"]["Bytes"], STANDARD.encode(b"\x89PNG"));
    }

    #[tokio::test]
    async fn a_refusal() {
        let recorded = r#"{"__type":"BadDocumentException","Message":"Request has bad document"}"#;
        let (lines, _) = ask("400 Bad Request", recorded, b"x").await;
        assert!(matches!(lines, Err(RecognitionError::Refused("damaged"))), "{lines:?}");
    }
}
