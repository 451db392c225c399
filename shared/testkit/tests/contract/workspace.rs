//! The repository's files, as the contracts read them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository's root")
}

/// A text file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The folders in a folder, by name, in order.
pub(crate) fn folders(path: &str) -> Vec<String> {
    entries(&root().join(path)).into_iter().filter(|entry| entry.is_dir()).map(|entry| name(&entry)).collect()
}

/// Every file below a folder that ends in one of these extensions, as paths from the root, in order.
pub(crate) fn files(path: &str, extensions: &[&str]) -> Vec<String> {
    let (root, mut found) = (root(), Vec::new());
    walk(&root.join(path), &mut found);
    found
        .into_iter()
        .filter(|file| file.extension().is_some_and(|e| extensions.contains(&e.to_string_lossy().as_ref())))
        .map(|file| file.strip_prefix(&root).expect("a path below the root").display().to_string())
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in entries(folder) {
        if !entry.is_dir() {
            found.push(entry);
        } else if !matches!(name(&entry).as_str(), "target" | "__pycache__") {
            walk(&entry, found);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("a directory entry").path()).collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file's name").to_string_lossy().into_owned()
}
