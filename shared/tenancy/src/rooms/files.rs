//! The tenant's bucket: imports, documents, and the published search index.

mod key;
mod purge;
mod streams;

use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::{Client, config::timeout::TimeoutConfig, presigning::PresigningConfig};
use jiff::Timestamp;
use vivier_domain::{
    ids::{DocumentId, GenerationId, PrivacyRequestId},
    published::IndexFiles,
};

pub use key::{FileKey, UnknownKey};
pub use purge::Folder;
pub(crate) use purge::empty_bucket;
pub use streams::{Incoming, Object, Outgoing, PIECE};
pub use vivier_domain::published::{Fetched, File};

use key::{COPIES, ERASURES};

use crate::{scope::TenantScope, tenancy::TenancyError};

/// How long an upload address is good for.
pub const UPLOAD_LIFETIME: Duration = Duration::from_mins(15);
/// How long a download address is good for.
pub const DOWNLOAD_LIFETIME: Duration = Duration::from_mins(15);

/// An address a browser may send one file to, with the headers it must send.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The signed address.
    pub url: String,
    /// Headers that are part of the signature.
    pub headers: Vec<(String, String)>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// An address that a browser may fetch one file from.
#[derive(Debug, Clone)]
pub struct Download {
    /// The signed address.
    pub url: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What is known of a stored file without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its size in bytes.
    pub bytes: u64,
    /// The entity tag.
    pub etag: String,
}

/// One tenant's bucket.
#[derive(Debug)]
pub struct Files<'a> {
    client: Client,
    bucket: String,
    _scope: &'a TenantScope,
}

impl<'a> Files<'a> {
    pub(crate) fn new(client: Client, bucket: String, scope: &'a TenantScope) -> Self {
        Self { client, bucket, _scope: scope }
    }

    /// Signs an address for one upload of exactly `length` bytes of `media_type`.
    pub async fn presign_upload(
        &self,
        key: &FileKey,
        length: u64,
        media_type: &str,
        now: Timestamp,
    ) -> Result<Upload, TenancyError> {
        let presigning = PresigningConfig::expires_in(UPLOAD_LIFETIME).map_err(TenancyError::cloud("s3"))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key.to_string())
            .content_length(i64::try_from(length).unwrap_or(i64::MAX))
            .content_type(media_type)
            .presigned(presigning)
            .await
            .map_err(TenancyError::cloud("s3"))?;
        Ok(Upload {
            url: request.uri().to_owned(),
            headers: request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            expires_at: now + UPLOAD_LIFETIME,
        })
    }

    /// Signs an address for downloads of one file, which browsers keep under `name`: of letters, figures, `-`, `_` and `.` alone.
    pub async fn presign_download(
        &self,
        key: &FileKey,
        name: &str,
        media_type: &str,
        now: Timestamp,
    ) -> Result<Download, TenancyError> {
        let presigning =
            PresigningConfig::expires_in(DOWNLOAD_LIFETIME).map_err(TenancyError::cloud("s3"))?;
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key.to_string())
            .response_content_disposition(format!("attachment; filename=\"{name}\""))
            .response_content_type(media_type)
            .response_cache_control("private, no-store")
            .presigned(presigning)
            .await
            .map_err(TenancyError::cloud("s3"))?;
        Ok(Download { url: request.uri().to_owned(), expires_at: now + DOWNLOAD_LIFETIME })
    }

    /// Writes a file. A reader sees the old content or the new, never a part.
    pub async fn put(&self, key: &FileKey, bytes: Vec<u8>, media_type: &str) -> Result<(), TenancyError> {
        // The usual limits are for what is small: eight megabytes a second are counted upon besides.
        let attempt = Duration::from_secs(10 + (bytes.len() >> 23) as u64);
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(attempt * 2);
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key.to_string())
            .content_type(media_type)
            .body(bytes.into())
            .customize()
            .config_override(aws_sdk_s3::config::Builder::new().timeout_config(timeouts.build()))
            .send()
            .await
            .map_err(TenancyError::cloud("s3"))?;
        Ok(())
    }

    /// The size in bytes, or `None` when there is no such file.
    pub async fn size(&self, key: &FileKey) -> Result<Option<u64>, TenancyError> {
        Ok(self.head(key).await?.map(|head| head.bytes))
    }

    /// Size and entity tag, or `None` when there is no such file.
    pub async fn head(&self, key: &FileKey) -> Result<Option<Head>, TenancyError> {
        match self.client.head_object().bucket(&self.bucket).key(key.to_string()).send().await {
            Ok(head) => Ok(Some(Head {
                bytes: head.content_length().unwrap_or_default().max(0) as u64,
                etag: head.e_tag().unwrap_or_default().to_owned(),
            })),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(error) => Err(TenancyError::cloud("s3")(error)),
        }
    }

    /// Reads a whole file, or learns that it still has the entity tag `known`.
    pub async fn get(&self, key: &FileKey, known: Option<&str>) -> Result<Fetched, TenancyError> {
        fetch(&self.client, &self.bucket, key, known).await
    }

    /// The tenant's published index, as a room of its own that a task may hold on to: it can read nothing else.
    pub fn published_index(&self) -> PublishedIndex {
        PublishedIndex { client: self.client.clone(), bucket: self.bucket.clone() }
    }

    /// The names of files, to be counted: at most `most`, and whether there are more.
    pub async fn names(&self, most: usize) -> Result<(Vec<String>, bool), TenancyError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = self.client.list_objects_v2().bucket(&self.bucket).set_continuation_token(start);
            let page = page.send().await.map_err(TenancyError::cloud("s3"))?;
            found.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            start = page.next_continuation_token().map(str::to_owned);
            if start.is_none() || found.len() >= most {
                return Ok((found, start.is_some()));
            }
        }
    }

    /// Removes every version of one file; how many there were. Repeating it removes 0.
    pub async fn delete(&self, key: &FileKey) -> Result<u64, TenancyError> {
        self.delete_under(&key.to_string()).await
    }

    /// Removes every version of every file of a document; how many there were.
    pub async fn delete_document(&self, document: DocumentId) -> Result<u64, TenancyError> {
        self.delete_under(&format!("documents/{document}/")).await
    }

    /// Whether any version or delete marker of a document's files is left.
    pub async fn holds_document(&self, document: DocumentId) -> Result<bool, TenancyError> {
        self.holds_under(format!("documents/{document}/")).await
    }

    /// Whether any version or delete marker of a file is left.
    pub async fn holds(&self, key: &FileKey) -> Result<bool, TenancyError> {
        self.holds_under(key.to_string()).await
    }

    async fn holds_under(&self, prefix: String) -> Result<bool, TenancyError> {
        let listed =
            self.client.list_object_versions().bucket(&self.bucket).prefix(prefix).max_keys(1).send().await;
        let listed = listed.map_err(TenancyError::cloud("s3"))?;
        Ok(!listed.versions().is_empty() || !listed.delete_markers().is_empty())
    }

    /// The generations that lie in the bucket, oldest first.
    pub async fn list_generations(&self) -> Result<Vec<GenerationId>, TenancyError> {
        let mut generations = self
            .list_under("index/generations/", |key| match key {
                FileKey::IndexGeneration(id) => Some(id),
                _ => None,
            })
            .await?;
        generations.sort_unstable();
        Ok(generations)
    }

    /// The copies of persons' data that lie in the bucket.
    pub async fn list_copies(&self) -> Result<Vec<PrivacyRequestId>, TenancyError> {
        self.list_under(COPIES, |key| match key {
            FileKey::Copy(id) => Some(id),
            _ => None,
        })
        .await
    }

    /// Up to which receipt the ledger of erasures was carried out on this bucket.
    pub async fn erasures_applied(&self) -> Result<u64, TenancyError> {
        let applied = self
            .list_under(ERASURES, |key| match key {
                FileKey::ErasuresApplied(seq) => Some(seq),
                _ => None,
            })
            .await?;
        Ok(applied.into_iter().max().unwrap_or(0))
    }

    async fn list_under<T>(
        &self,
        prefix: &str,
        of: impl Fn(FileKey) -> Option<T> + Send,
    ) -> Result<Vec<T>, TenancyError> {
        let mut pages =
            self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(TenancyError::cloud("s3"))?;
            let keys = page.contents().iter().filter_map(|object| object.key()?.parse().ok());
            found.extend(keys.filter_map(&of));
        }
        Ok(found)
    }

    async fn delete_under(&self, prefix: &str) -> Result<u64, TenancyError> {
        empty_bucket(&self.client, &self.bucket, prefix).await
    }
}

/// One tenant's published index.
#[derive(Debug, Clone)]
pub struct PublishedIndex {
    client: Client,
    bucket: String,
}

impl IndexFiles for PublishedIndex {
    type Error = TenancyError;

    async fn pointer(&self, known: Option<&str>) -> Result<Fetched, TenancyError> {
        fetch(&self.client, &self.bucket, &FileKey::IndexPointer, known).await
    }

    async fn archive(&self, generation: GenerationId) -> Result<Fetched, TenancyError> {
        fetch(&self.client, &self.bucket, &FileKey::IndexGeneration(generation), None).await
    }
}

async fn fetch(
    client: &Client,
    bucket: &str,
    key: &FileKey,
    known: Option<&str>,
) -> Result<Fetched, TenancyError> {
    let request =
        client.get_object().bucket(bucket).key(key.to_string()).set_if_none_match(known.map(str::to_owned));
    match request.send().await {
        Ok(found) => {
            let etag = found.e_tag().unwrap_or_default().to_owned();
            let bytes = found.body.collect().await.map_err(TenancyError::cloud("s3"))?.to_vec();
            Ok(Fetched::Found(File { bytes, etag }))
        }
        Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
            Ok(Fetched::Missing)
        }
        Err(error) if error.raw_response().is_some_and(|r| r.status().as_u16() == 304) => {
            Ok(Fetched::Unchanged)
        }
        Err(error) => Err(TenancyError::cloud("s3")(error)),
    }
}
