//! Places and occupations of one folder, each read when it is first asked for.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::{Occupations, Places, ReferenceError};

/// What lies in a folder. Many threads may ask at once; a file that could not be read is tried again by the next who asks.
#[derive(Debug)]
pub struct Reference {
    folder: PathBuf,
    places: Lazy<Places>,
    occupations: Lazy<Occupations>,
}

impl Reference {
    /// Nothing is read yet.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, places: Lazy::default(), occupations: Lazy::default() }
    }

    /// France's places. The first call reads some 2 MB from the disk.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn places(&self) -> Result<&Places, ReferenceError> {
        self.places.get(|| Places::open(&self.folder))
    }

    /// The occupations.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn occupations(&self) -> Result<&Occupations, ReferenceError> {
        self.occupations.get(|| Occupations::open(&self.folder))
    }
}

#[derive(Debug)]
struct Lazy<T> {
    value: OnceLock<T>,
    opening: Mutex<()>,
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self { value: OnceLock::new(), opening: Mutex::default() }
    }
}

impl<T> Lazy<T> {
    fn get<E>(&self, open: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = match self.value.get() {
            Some(value) => return Ok(value),
            None => open()?,
        };
        Ok(self.value.get_or_init(|| opened))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_tried_again() {
        let lazy = Lazy::<u8>::default();
        assert_eq!(lazy.get(|| Err("gone")), Err("gone"));
        assert_eq!(lazy.get(|| Ok::<_, &str>(7)), Ok(&7));
        assert_eq!(lazy.get(|| Err("gone")), Ok(&7));
    }
}
