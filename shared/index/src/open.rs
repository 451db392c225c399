//! From archives to an index that can be asked.
//!
//! Each archive was built alone. Together they are one index: the engine counts words over all segments, the values of facets get numbers
//! in common, and an offer that a later archive has again, or closes, is taken out of the earlier one.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use tantivy::{Index, IndexReader, ReloadPolicy, Searcher};

use crate::archive::{Digest, OpenError};
use crate::columns::{Columns, Read};
use crate::completions::Completions;
use crate::filters::sizes;
use crate::lists::Lists;
use crate::part::{Part, guarded, together};
use crate::row::{self, Row};
use crate::schema::schema;
use crate::search::SearchIndex;
use crate::tables::Tables;
use crate::vectors::Vectors;

impl SearchIndex {
    /// Opens an archive that is a whole index.
    ///
    /// # Errors
    /// When the bytes are not those of `expected`, or not an archive that this version can read.
    pub fn open(bytes: Vec<u8>, expected: &Digest) -> Result<Self, OpenError> {
        Self::of(vec![Arc::new(Part::open(bytes, expected)?)])
    }

    /// The index of these archives, oldest first.
    ///
    /// # Errors
    /// When there is none, or they do not fit together.
    pub fn of(parts: Vec<Arc<Part>>) -> Result<Self, OpenError> {
        guarded(|| Self::of_checked(parts))
    }

    fn of_checked(parts: Vec<Arc<Part>>) -> Result<Self, OpenError> {
        let [first, others @ ..] = parts.as_slice() else {
            return Err(OpenError::Malformed("there is no archive"));
        };
        let newest = others.last().unwrap_or(first);
        let (generation, built_at) = (newest.manifest.generation, newest.manifest.built_at);
        let index = Index::open(together(&parts)?)?;
        let (_, fields) = schema();
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let mut tables = Tables::default();
        let (mut rows, mut groups, mut starts, mut held) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut read = Read::default();
        for segment in searcher.segment_readers() {
            let part = parts.iter().position(|part| part.segment == Some(segment.segment_id()));
            let part = part.ok_or(OpenError::Malformed("a segment is in no archive"))?;
            if held.iter().any(|(known, _)| *known == part) {
                return Err(OpenError::Malformed("an archive is there twice"));
            }
            let numbers = tables.take_in(&parts[part].tables);
            let (theirs, their_groups) =
                row::read(segment, |dimension, number| numbers.of(dimension, number), &mut read)?;
            let start = u32::try_from(rows.len()).map_err(|_| OpenError::Malformed("too many offers"))?;
            starts.push(start);
            held.push((part, rows.len()..rows.len() + theirs.len()));
            rows.extend(theirs);
            groups.extend(their_groups);
        }
        close(&mut rows, &parts, &held);
        row::hide_duplicates(&mut rows, &groups);
        let vectors = Vectors::of(
            held.iter()
                .map(|(part, range)| (range.start as u32..range.end as u32, parts[*part].vectors.as_ref())),
        );
        let vocabulary = Arc::clone(&first.vocabulary);
        let vocabulary = others.iter().fold(vocabulary, |all, part| Arc::new(all.and(&part.vocabulary)));
        let offers = rows.iter().filter(|row| !row.is_closed()).count() as u64;
        let suggestions = Completions::of(parts.clone());
        let sizes = sizes(&tables);
        let columns = Columns::of(&rows, read, &sizes);
        let lists = Lists::of(&searcher, &fields, &starts)?;
        let mut index = Self {
            reader,
            fields,
            generation,
            built_at,
            offers,
            parts,
            starts,
            rows,
            columns,
            lists,
            tables,
            sizes,
            suggestions,
            vocabulary,
            vectors,
            queries: None,
        };
        index.forget_closed(&searcher, &held)?;
        Ok(index)
    }

    /// Takes closed offers out of what is suggested.
    fn forget_closed(
        &mut self,
        searcher: &Searcher,
        held: &[(usize, Range<usize>)],
    ) -> Result<(), OpenError> {
        for (part, range) in held {
            for doc in range.clone().filter(|doc| self.rows[*doc].is_closed()) {
                let offer = self.stored(searcher, doc as u32);
                let offer = offer.map_err(|_| OpenError::Malformed("a stored offer cannot be read"))?;
                self.suggestions.forget(*part, &offer);
            }
        }
        Ok(())
    }
}

/// Closes what later archives close or have again. `held` tells in which part the rows lie.
fn close(rows: &mut [Row], parts: &[Arc<Part>], held: &[(usize, Range<usize>)]) {
    let mut ranges = vec![0..0; parts.len()];
    for (part, range) in held {
        ranges[*part] = range.clone();
    }
    let mut later: HashSet<u128> = HashSet::new();
    for (part, range) in parts.iter().zip(ranges).rev() {
        for row in &mut rows[range] {
            if later.contains(&row.id) {
                row.close();
            } else if part.manifest.changes {
                later.insert(row.id);
            }
        }
        later.extend(&part.closed);
    }
}
