//! Reading the files of set-up: a row a line, cells between tabs, no heading.

use std::path::{Path, PathBuf};

use crate::ReferenceError;

/// A file in memory, and its name for what is wrong in it.
pub(crate) struct Table {
    path: PathBuf,
    text: String,
}

/// A line of a file.
pub(crate) struct Row<'t> {
    table: &'t Table,
    line: usize,
    rest: Option<&'t str>,
}

impl Table {
    pub(crate) fn read(folder: &Path, name: &str) -> Result<Self, ReferenceError> {
        let path = folder.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(source) => Err(ReferenceError::Unreadable { path, source }),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (1..).zip(self.text.lines()).map(|(line, text)| Row { table: self, line, rest: Some(text) })
    }
}

impl<'t> Row<'t> {
    /// The next cell.
    pub(crate) fn text(&mut self) -> Result<&'t str, ReferenceError> {
        let rest = self.rest.ok_or_else(|| self.damaged("it ends too early"))?;
        // Cells are short: looking at each byte is quicker than a search that prepares itself.
        let (cell, rest) = match rest.bytes().position(|byte| byte == b'\t') {
            Some(tab) => (&rest[..tab], Some(&rest[tab + 1..])),
            None => (rest, None),
        };
        self.rest = rest;
        Ok(cell)
    }

    /// The next cell as a number.
    pub(crate) fn number<N: std::str::FromStr>(&mut self) -> Result<N, ReferenceError> {
        let text = self.text()?;
        text.parse().map_err(|_| self.damaged("a number was expected"))
    }

    pub(crate) fn damaged(&self, reason: &'static str) -> ReferenceError {
        ReferenceError::Damaged { path: self.table.path.clone(), line: self.line, reason }
    }
}
