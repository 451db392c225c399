//! The engine's view of an archive: files that are slices of one buffer, and nothing can be written.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{DirectoryLock, FileHandle, Lock, OwnedBytes, WatchCallback, WatchHandle, WritePtr};

/// The engine's list of segments.
pub(crate) const META: &str = "meta.json";

/// An archive in memory, opened for reading without a copy.
#[derive(Clone, Debug)]
pub(crate) struct ArchiveDirectory {
    files: Arc<BTreeMap<String, OwnedBytes>>,
}

impl ArchiveDirectory {
    /// `files` lie within `bytes`.
    pub(crate) fn new(bytes: Vec<u8>, files: &BTreeMap<String, Range<usize>>) -> Self {
        let bytes = OwnedBytes::new(bytes);
        let files = files.iter().map(|(name, range)| (name.clone(), bytes.slice(range.clone()))).collect();
        Self { files: Arc::new(files) }
    }

    /// The files of several, with `meta` for the engine's list of segments. Segments bear names of their own, so nothing else meets.
    pub(crate) fn union<'a>(several: impl IntoIterator<Item = &'a Self>, meta: Vec<u8>) -> Self {
        let files = several.into_iter().flat_map(|one| one.files.iter());
        let mut files: BTreeMap<_, _> = files.map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
        files.insert(META.to_owned(), OwnedBytes::new(meta));
        Self { files: Arc::new(files) }
    }

    pub(crate) fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(OwnedBytes::as_slice)
    }

    /// A file, for whoever keeps it: it stays where it lies in the archive.
    pub(crate) fn slice(&self, name: &str) -> Option<OwnedBytes> {
        self.files.get(name).cloned()
    }

    fn find(&self, path: &Path) -> Result<&OwnedBytes, OpenReadError> {
        let file = path.to_str().and_then(|name| self.files.get(name));
        file.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))
    }
}

fn read_only() -> io::Error {
    io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "an archive is never written to")
}

impl Directory for ArchiveDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(self.find(path)?.clone()))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(read_only()), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self.find(path).is_ok())
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::IoError { io_error: Arc::new(read_only()), filepath: path.to_owned() })
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        Ok(self.find(path)?.to_vec())
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(read_only())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// What never changes needs no lock; the default would write a lock file.
    fn acquire_lock(&self, _lock: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
