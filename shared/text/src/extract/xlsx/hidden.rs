//! Which rows and columns of a sheet are out of sight: the library that reads the cells does not tell.

use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use crate::extract::ExtractError;
use crate::extract::ooxml::{Node, Package, attribute, is_true, walk};

/// Most runs of columns kept.
const MAX_RUNS: usize = 1_000;

/// Numbers from 0.
#[derive(Default)]
pub(super) struct Unseen {
    rows: HashSet<u32>,
    /// First, last, both included, in ascending order.
    columns: Vec<(u32, u32)>,
}

/// The parts in which the sheets of a workbook are, by their names.
pub(super) fn parts(package: &mut Package<'_>) -> Result<HashMap<String, String>, ExtractError> {
    let Some(book) = package.part("xl/workbook.xml")? else { return Ok(HashMap::new()) };
    let relations = package.relations("xl/workbook.xml")?;
    let mut parts = HashMap::new();
    walk(&book, |node| {
        if let Node::Open("sheet", element) = node
            && let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id"))
            && let Some((_, part)) = relations.get(&id)
        {
            parts.insert(name, part.clone());
        }
        Ok(())
    })?;
    Ok(parts)
}

impl Unseen {
    pub(super) fn of(xml: &str) -> Result<Self, ExtractError> {
        let mut unseen = Self::default();
        // Most sheets hide nothing, and are not read twice.
        if !xml.contains("hidden=") && !xml.contains("zeroHeight=") {
            return Ok(unseen);
        }
        let mut row = None;
        walk(xml, |node| {
            match node {
                Node::Open("row", element) => {
                    // A row without a number follows the one before.
                    row = number(element, "r").or_else(|| Some(row.map_or(0, |row: u32| row + 1)));
                    if is_true(element, "hidden") {
                        unseen.rows.extend(row);
                    }
                }
                Node::Open("col", element) if is_true(element, "hidden") => {
                    if let (Some(first), Some(last)) = (number(element, "min"), number(element, "max"))
                        && unseen.columns.len() < MAX_RUNS
                    {
                        unseen.columns.push((first, last));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        unseen.columns.sort_unstable();
        Ok(unseen)
    }

    pub(super) fn hides_row(&self, row: u32) -> bool {
        self.rows.contains(&row)
    }

    /// Runs of columns from the first on: how many, and whether they are out of sight.
    pub(super) fn columns(&self) -> impl Iterator<Item = (u32, bool)> {
        let mut next = 0;
        self.columns.iter().flat_map(move |(first, last)| {
            let shown = first.saturating_sub(next);
            let hidden = (last + 1).saturating_sub(next + shown);
            next += shown + hidden;
            [(shown, false), (hidden, true)]
        })
    }
}

/// A number that counts from 1, as one from 0.
fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.parse::<u32>().ok()?.checked_sub(1)
}
