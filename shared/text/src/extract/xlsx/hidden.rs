//! What of a sheet is out of sight: the library that reads the cells does not tell.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use super::grid::{self, Ranges};
use super::looks::{Looks, Style};
use super::strings::{self, Kept, Runs};
use crate::extract::ExtractError;
use crate::extract::look::Look;
use crate::extract::ooxml::{Node, Package, attribute, is_true, walk};

/// Most runs of columns kept.
const MAX_RUNS: usize = 1_000;
/// Most cells kept of which the letters differ.
const MAX_CELLS: usize = 1_000_000;

/// Numbers from 0.
#[derive(Default)]
pub(super) struct Unseen {
    rows: HashSet<u32>,
    /// First, last, both included, in ascending order.
    columns: Vec<(u32, u32)>,
    /// Where something else than the cells' own fills can lie behind letters: tables and pictures.
    backed: Ranges,
    /// Where conditions can give cells other fills, letters and formats.
    conditions: Ranges,
    /// Cells, by row and column, of which the letters differ.
    strings: HashMap<(u32, u32), Runs>,
    /// Whether the part is not known, and all of it taken to be seen.
    unknown: bool,
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
    pub(super) fn of(
        package: &mut Package<'_>,
        part: Option<&String>,
        looks: &Looks,
    ) -> Result<Self, ExtractError> {
        let Some((part, xml)) = part.map(|part| Ok((part, package.part(part)?))).transpose()? else {
            return Ok(Self { unknown: true, ..Self::default() });
        };
        let xml = xml.unwrap_or_default();
        let any = |words: &[&str]| words.iter().any(|word| xml.contains(word));
        let differs = !looks.strings.is_empty() || any(&["rPr"]);
        let conceals = looks.conceals || differs;
        let backs = conceals && any(&["conditionalFormatting", "picture"]);
        let mut reader = Reader::new(differs.then_some(looks));
        // Most sheets hide nothing, and are not read twice.
        if any(&["hidden=", "zeroHeight="]) || differs || backs {
            walk(&xml, |node| reader.node(node))?;
        }
        let mut unseen = reader.unseen;
        unseen.columns.sort_unstable();
        if conceals && unseen.back_tables(package, part).is_err() {
            unseen.backed.add_all();
        }
        Ok(unseen)
    }

    /// Adds the tables of a sheet, of which the styles have colours of their own.
    fn back_tables(&mut self, package: &mut Package<'_>, part: &str) -> Result<(), ExtractError> {
        for (kind, table) in package.relations(part)?.into_values() {
            if kind != "table" && kind != "pivotTable" {
                continue;
            }
            let mut range = None;
            walk(&package.part(&table)?.ok_or(ExtractError::Corrupt)?, |node| {
                if let Node::Open("table" | "location", element) = node {
                    range = range.take().or_else(|| attribute(element, "ref"));
                }
                Ok(())
            })?;
            self.backed.add(&range.ok_or(ExtractError::Corrupt)?);
        }
        Ok(())
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

    /// What is seen of the text of a cell, and whether more than spaces is not.
    pub(super) fn seen<'t>(&self, at: (u32, u32), style: Style, text: &'t str) -> (Cow<'t, str>, bool) {
        let runs = self.strings.get(&at);
        if self.unknown || (runs.is_none() && !style.conceals()) {
            return (Cow::Borrowed(text), false);
        }
        let conditions = self.conditions.contains(at);
        let blank = style.blank && !conditions;
        let backed = style.look.backed == Some(true) || conditions || self.backed.contains(at);
        let look = Look { backed: Some(backed), ..style.look };
        let (mut seen, mut conceals) = (String::new(), false);
        match runs {
            Some(runs) if !blank => {
                for run in runs.iter() {
                    if run.is_seen(look) {
                        seen.push_str(run.text());
                    } else {
                        conceals |= !run.text().trim().is_empty();
                    }
                }
            }
            _ => conceals = blank || look.is_unseen(),
        }
        if conceals { (Cow::Owned(seen), !text.trim().is_empty()) } else { (Cow::Borrowed(text), false) }
    }
}

/// Reads a sheet.
struct Reader<'a> {
    unseen: Unseen,
    /// Where the letters of a cell may differ.
    looks: Option<&'a Looks>,
    /// The cell at hand, and the row and column of one that does not say its own.
    at: (u32, u32),
    row: u32,
    column: u32,
    /// Whether its value is the number of a shared string.
    shared: bool,
    /// Where a value or a list of ranges is written out.
    written: Option<String>,
    in_string: bool,
    in_conditions: bool,
    string: strings::Reader,
    kept: Kept,
}

impl<'a> Reader<'a> {
    fn new(looks: Option<&'a Looks>) -> Self {
        Self {
            unseen: Unseen::default(),
            looks,
            at: (0, 0),
            row: 0,
            column: 0,
            shared: false,
            written: None,
            in_string: false,
            in_conditions: false,
            string: strings::Reader::default(),
            kept: Kept::default(),
        }
    }

    fn node(&mut self, node: Node<'_, '_>) -> Result<(), ExtractError> {
        match (node, self.looks) {
            (Node::Open("row", element), _) => {
                // A row without a number follows the one before.
                self.row = number(element, "r").unwrap_or(self.row);
                if is_true(element, "hidden") {
                    self.unseen.rows.insert(self.row);
                }
            }
            (Node::Close("row"), _) => (self.row, self.column) = (self.row.saturating_add(1), 0),
            (Node::Open("col", element), _) if is_true(element, "hidden") => {
                if let (Some(first), Some(last)) = (number(element, "min"), number(element, "max"))
                    && self.unseen.columns.len() < MAX_RUNS
                {
                    self.unseen.columns.push((first, last));
                }
            }
            (Node::Open("picture", _), _) => self.unseen.backed.add_all(),
            (Node::Open("conditionalFormatting", element), _) => {
                self.in_conditions = true;
                self.unseen.conditions.add(&attribute(element, "sqref").unwrap_or_default());
            }
            (Node::Close("conditionalFormatting"), _) => self.in_conditions = false,
            // Conditions of newer kinds name their ranges in an element.
            (Node::Open("sqref", _), _) if self.in_conditions => self.written = Some(String::new()),
            (Node::Close("sqref"), _) => {
                self.unseen.conditions.add(&self.written.take().unwrap_or_default());
            }
            (Node::Open("c", element), Some(_)) => {
                let at = attribute(element, "r").and_then(|name| grid::cell(&name));
                self.at = at.unwrap_or((self.row, self.column));
                self.column = self.at.1.saturating_add(1);
                self.shared = attribute(element, "t").is_some_and(|kind| kind == "s");
            }
            (Node::Open("v", _), Some(_)) if self.shared => self.written = Some(String::new()),
            (Node::Close("v"), Some(looks)) => {
                let number = self.written.take().and_then(|number| number.parse().ok());
                self.keep(number.and_then(|number| looks.strings.get(number)))?;
            }
            (Node::Open("is", _), Some(_)) => self.in_string = true,
            (Node::Close("is"), Some(looks)) => {
                self.in_string = false;
                let runs = self.string.end(looks.conceals, &mut self.kept)?;
                self.keep(runs)?;
            }
            (node, Some(looks)) if self.in_string => self.string.node(node, looks.palette),
            (Node::Text(text), _) => {
                if let Some(written) = &mut self.written {
                    written.push_str(text);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, runs: Option<Runs>) -> Result<(), ExtractError> {
        if self.unseen.strings.len() >= MAX_CELLS {
            return Err(ExtractError::TooLarge);
        }
        self.unseen.strings.extend(runs.map(|runs| (self.at, runs)));
        Ok(())
    }
}

/// A number that counts from 1, as one from 0.
fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.parse::<u32>().ok()?.checked_sub(1)
}
