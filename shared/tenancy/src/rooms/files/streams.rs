//! Files that are larger than memory: written piece by piece, and read as they come.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::timeout::TimeoutConfig,
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;

use super::{FileKey, Files};
use crate::tenancy::TenancyError;

/// So many bytes are sent at once: ten thousand of these, the most that S3 takes, make eighty gigabytes.
pub const PIECE: usize = 8 << 20;
/// A piece or a file that is read may take longer than what is small.
const PATIENCE: Duration = Duration::from_mins(10);

/// A file as a bucket lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its place.
    pub key: FileKey,
    /// Its size.
    pub bytes: u64,
}

/// A file on its way into the bucket. Nobody sees it before it is whole.
#[derive(Debug)]
pub struct Outgoing<'a> {
    client: &'a Client,
    bucket: &'a str,
    key: String,
    upload: String,
    held: Vec<u8>,
    parts: Vec<CompletedPart>,
}

/// A file on its way out of the bucket.
#[derive(Debug)]
pub struct Incoming(ByteStream);

impl Incoming {
    /// The next bytes.
    pub async fn next(&mut self) -> Result<Option<Bytes>, TenancyError> {
        self.0.try_next().await.map_err(TenancyError::cloud("s3"))
    }
}

fn patient() -> aws_sdk_s3::config::Builder {
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).operation_timeout(PATIENCE * 2);
    aws_sdk_s3::config::Builder::new().timeout_config(timeouts.build())
}

impl Files<'_> {
    /// Begins a file that is written piece by piece. What an earlier attempt left unfinished goes.
    pub async fn begin(&self, key: &FileKey, media_type: &str) -> Result<Outgoing<'_>, TenancyError> {
        let key = key.to_string();
        let left = self.client.list_multipart_uploads().bucket(&self.bucket).prefix(&key).send().await;
        for one in left.map_err(TenancyError::cloud("s3"))?.uploads() {
            let (Some(name), Some(upload)) = (one.key(), one.upload_id()) else { continue };
            let ended =
                self.client.abort_multipart_upload().bucket(&self.bucket).key(name).upload_id(upload).send();
            match ended.await {
                Ok(_) => {}
                Err(error) if error.code() == Some("NoSuchUpload") => {}
                Err(error) => return Err(TenancyError::cloud("s3")(error)),
            }
        }
        let begun =
            self.client.create_multipart_upload().bucket(&self.bucket).key(&key).content_type(media_type);
        let begun = begun.send().await.map_err(TenancyError::cloud("s3"))?;
        let upload = begun.upload_id().ok_or(TenancyError::Corrupt("upload"))?.to_owned();
        Ok(Outgoing {
            client: &self.client,
            bucket: &self.bucket,
            key,
            upload,
            held: Vec::new(),
            parts: Vec::new(),
        })
    }

    /// Reads a file as it comes; none where there is no such file.
    pub async fn read(&self, key: &FileKey) -> Result<Option<Incoming>, TenancyError> {
        let asked = self.client.get_object().bucket(&self.bucket).key(key.to_string());
        match asked.customize().config_override(patient()).send().await {
            Ok(found) => Ok(Some(Incoming(found.body))),
            Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(TenancyError::cloud("s3")(error)),
        }
    }

    /// Every file, in the order of their keys, former versions left aside.
    pub async fn list(&self) -> Result<Vec<Object>, TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page =
                self.client.list_objects_v2().bucket(&self.bucket).set_continuation_token(start).send().await;
            let page = page.map_err(TenancyError::cloud("s3"))?;
            for object in page.contents() {
                let key = object.key().and_then(|key| key.parse().ok());
                let bytes = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
                found.push(Object {
                    key: key.ok_or(TenancyError::Corrupt("file, of no known place"))?,
                    bytes,
                });
            }
            start = page.next_continuation_token().map(str::to_owned);
            if start.is_none() {
                found.sort_unstable_by_key(|object| object.key.to_string());
                return Ok(found);
            }
        }
    }
}

impl Outgoing<'_> {
    /// Takes bytes, and sends a piece when there are enough.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), TenancyError> {
        self.held.extend_from_slice(bytes);
        while self.held.len() >= PIECE {
            let rest = self.held.split_off(PIECE);
            let piece = std::mem::replace(&mut self.held, rest);
            self.send(piece).await?;
        }
        Ok(())
    }

    async fn send(&mut self, piece: Vec<u8>) -> Result<(), TenancyError> {
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let sent = self
            .client
            .upload_part()
            .bucket(self.bucket)
            .key(&self.key)
            .upload_id(&self.upload)
            .part_number(number)
            .body(piece.into())
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        self.parts.push(
            CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag().map(str::to_owned)).build(),
        );
        Ok(())
    }

    /// Makes the file be there.
    pub async fn finish(mut self) -> Result<(), TenancyError> {
        let piece = std::mem::take(&mut self.held);
        if !piece.is_empty() || self.parts.is_empty() {
            self.send(piece).await?;
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        self.client
            .complete_multipart_upload()
            .bucket(self.bucket)
            .key(&self.key)
            .upload_id(&self.upload)
            .multipart_upload(parts)
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        Ok(())
    }
}
