//! Removing what is too old, with all its versions.

use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata,
    primitives::DateTime,
    types::{Delete, ObjectIdentifier},
};
use jiff::Timestamp;

use super::Files;
use crate::tenancy::TenancyError;

/// Files of a kind whose age is their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// Files of offers.
    Imports,
    /// Files of reports.
    Reports,
    /// Copies of persons' data.
    Copies,
}

impl Folder {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Imports => "imports/",
            Self::Reports => "reports/",
            Self::Copies => "copies/",
        }
    }
}

impl Files<'_> {
    /// Counts, or removes, versions and delete markers that are older than `cutoff`, at most `limit`. Repeating it removes 0.
    pub async fn purge(
        &self,
        folder: Folder,
        cutoff: Timestamp,
        limit: usize,
        dry_run: bool,
    ) -> Result<u64, TenancyError> {
        let old = |at: Option<&DateTime>| at.is_some_and(|at| at.secs() < cutoff.as_second());
        let (mut found, mut key, mut version) = (0, None, None);
        loop {
            let listed = self
                .client
                .list_object_versions()
                .bucket(&self.bucket)
                .prefix(folder.prefix())
                .set_key_marker(key)
                .set_version_id_marker(version)
                .send()
                .await
                .map_err(TenancyError::cloud("s3"))?;
            let versions = listed.versions().iter().filter(|one| old(one.last_modified()));
            let markers = listed.delete_markers().iter().filter(|one| old(one.last_modified()));
            let named = versions
                .map(|one| (one.key(), one.version_id()))
                .chain(markers.map(|one| (one.key(), one.version_id())));
            let objects: Vec<_> = named
                .filter_map(|(key, version)| {
                    ObjectIdentifier::builder()
                        .key(key?)
                        .set_version_id(version.map(str::to_owned))
                        .build()
                        .ok()
                })
                .take(limit.saturating_sub(found))
                .collect();
            found += objects.len();
            if !dry_run && !objects.is_empty() {
                delete_versions(&self.client, &self.bucket, objects).await?;
            }
            (key, version) = (listed.next_key_marker, listed.next_version_id_marker);
            if found >= limit || listed.is_truncated != Some(true) || key.is_none() {
                return Ok(found as u64);
            }
        }
    }
}

/// Removes every version and delete marker under `prefix`, a page at a time.
pub(crate) async fn empty_bucket(client: &Client, bucket: &str, prefix: &str) -> Result<u64, TenancyError> {
    let mut removed = 0;
    loop {
        let page = client.list_object_versions().bucket(bucket).prefix(prefix).send().await;
        let page = match page {
            Ok(page) => page,
            Err(error) if error.code() == Some("NoSuchBucket") => return Ok(removed),
            Err(error) => return Err(TenancyError::cloud("s3")(error)),
        };
        let versions = page.versions().iter().map(|v| (v.key(), v.version_id()));
        let markers = page.delete_markers().iter().map(|m| (m.key(), m.version_id()));
        let objects: Vec<_> = versions
            .chain(markers)
            .filter_map(|(key, version)| {
                ObjectIdentifier::builder().key(key?).set_version_id(version.map(str::to_owned)).build().ok()
            })
            .collect();
        if objects.is_empty() {
            return Ok(removed);
        }
        let count = objects.len() as u64;
        delete_versions(client, bucket, objects).await?;
        removed += count;
    }
}

async fn delete_versions(
    client: &Client,
    bucket: &str,
    objects: Vec<ObjectIdentifier>,
) -> Result<(), TenancyError> {
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
    let delete = delete.map_err(TenancyError::cloud("s3"))?;
    let outcome = client.delete_objects().bucket(bucket).delete(delete).send().await;
    // S3 answers 200 and lists what it refused: without this look a refusal would loop for ever.
    if outcome.map_err(TenancyError::cloud("s3"))?.errors().is_empty() {
        Ok(())
    } else {
        Err(TenancyError::Conflict("file"))
    }
}
