//! A bundle on this machine's disk: fetched whole, checked whole, then read entry by entry.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
};

use sha2::{Digest, Sha256};
use vivier_bundle::{MANIFEST, Manifest, PLACEHOLDER, VERSION, digest, hex};
use vivier_runtime::HandlerError;
use vivier_tenancy::rooms::files::{FileKey, Files};
use zip::{ZipArchive, read::ZipFile};

/// A bundle.
pub(crate) struct Luggage {
    archive: ZipArchive<File>,
    /// SHA-256 of the archive.
    pub(crate) sha256: String,
}

impl Luggage {
    /// Fetches what was sent; none where nothing was.
    pub(crate) async fn fetch(files: &Files<'_>) -> Result<Option<Self>, HandlerError> {
        let Some(mut incoming) = files.read(&FileKey::ArrivalBundle).await? else { return Ok(None) };
        let failed = |error| HandlerError::other("keeping a bundle", error);
        // It has no name on the disk, and is gone with the process.
        let mut file = tempfile::tempfile().map_err(failed)?;
        let mut hash = Sha256::new();
        while let Some(piece) = incoming.next().await? {
            hash.update(&piece);
            file.write_all(&piece).map_err(failed)?;
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let refused = |_| HandlerError::refused("bundle-refused", "it is no archive");
        let archive = ZipArchive::new(file).map_err(refused)?;
        Ok(Some(Self { archive, sha256: hex(&hash.finalize()) }))
    }

    /// Checks that every entry is as the manifest says, and none besides.
    pub(crate) fn check(&mut self) -> Result<Manifest, &'static str> {
        let manifest: Manifest =
            serde_json::from_reader(self.open(MANIFEST)?).map_err(|_| "its manifest cannot be read")?;
        if manifest.version != VERSION || manifest.placeholder != PLACEHOLDER {
            return Err("it is of another version");
        }
        if self.archive.len() != manifest.entries.len() + 1 {
            return Err("it has other entries than its manifest");
        }
        let mut piece = vec![0; 1 << 20];
        for entry in &manifest.entries {
            let mut file = self.open(&entry.name)?;
            let (mut hash, mut bytes) = (Sha256::new(), 0);
            loop {
                let read = file.read(&mut piece).map_err(|_| "an entry cannot be read")?;
                if read == 0 {
                    break;
                }
                hash.update(&piece[..read]);
                bytes += read as u64;
            }
            if bytes != entry.bytes || hex(&hash.finalize()) != entry.sha256 {
                return Err("an entry is not as its manifest says");
            }
        }
        if digest(&manifest.entries, &manifest.own) != manifest.data_sha256 {
            return Err("its data is not as its manifest says");
        }
        Ok(manifest)
    }

    /// Whether there is such an entry.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// An entry.
    pub(crate) fn open(&mut self, name: &str) -> Result<ZipFile<'_, File>, &'static str> {
        self.archive.by_name(name).map_err(|_| "an entry is missing")
    }

    /// The names in a table's first line.
    pub(crate) fn header(&mut self, name: &str) -> Result<Vec<String>, &'static str> {
        let mut reader = csv::Reader::from_reader(self.open(name)?);
        let header = reader.headers().map_err(|_| "a table has no header")?;
        Ok(header.iter().map(str::to_owned).collect())
    }
}
