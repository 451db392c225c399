//! What tells an offer from others of equal weight, and the facets that [`Columns`](crate::columns::Columns) have columns of.

use std::collections::HashMap;

use tantivy::SegmentReader;
use vivier_domain::offer::{Contract, OfferDraft, Position, Remote, WorkingTime};

use crate::archive::OpenError;
use crate::columns::Read;

/// The facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    Contract,
    WorkingTime,
    Remote,
    Experience,
    Education,
    Salary,
    Company,
    City,
    Department,
    Region,
    Occupation,
    Family,
    /// Counted by day, not by a value of the row's own.
    Published,
}

impl Dimension {
    /// All, in the order of their numbers.
    pub(crate) const ALL: [Self; DIMENSIONS] = [
        Self::Contract,
        Self::WorkingTime,
        Self::Remote,
        Self::Experience,
        Self::Education,
        Self::Salary,
        Self::Company,
        Self::City,
        Self::Department,
        Self::Region,
        Self::Occupation,
        Self::Family,
        Self::Published,
    ];

    /// Its column.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::WorkingTime => "working_time",
            Self::Remote => "remote",
            Self::Experience => "experience",
            Self::Education => "education",
            Self::Salary => "salary_band",
            Self::Company => "company_value",
            Self::City => "city_value",
            Self::Department => "department_value",
            Self::Region => "region_value",
            Self::Occupation => "occupation_value",
            Self::Family => "family_value",
            Self::Published => "published",
        }
    }
}

pub(crate) const DIMENSIONS: usize = 13;
/// Dimensions that have a value in the row.
pub(crate) const VALUES: usize = DIMENSIONS - 1;

/// An offer's numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) id: u128,
    /// Days since 1970-01-01.
    pub(crate) published: i32,
    pub(crate) expires: i32,
    pub(crate) place: Option<Position>,
    /// Offers that say the same and are not shown beside it.
    pub(crate) duplicates: u32,
    /// Another offer stands for it.
    pub(crate) hidden: bool,
}

/// The band of years of experience: 1 none asked, 2 up to two years, 3 up to five, 4 more.
pub(crate) fn experience_band(years: u8) -> u32 {
    match years {
        0 => 1,
        1..=2 => 2,
        3..=5 => 3,
        _ => 4,
    }
}

/// Where a band of yearly salaries begins and ends, as people read it; the last has no end.
pub(crate) fn salary_code(band: u32) -> Option<String> {
    let at = band.checked_sub(1)? as usize;
    let from = SALARY.get(at)?;
    Some(SALARY.get(at + 1).map_or(format!("{from}-"), |to| format!("{from}-{}", to - 1)))
}

/// Codes of the bands of [`experience_band`].
pub(crate) const EXPERIENCE: [&str; 4] = ["0", "1_2", "3_5", "6_plus"];

/// Where the bands of yearly salaries begin.
pub(crate) const SALARY: [u32; 9] = [0, 20_000, 25_000, 30_000, 35_000, 40_000, 50_000, 60_000, 80_000];

/// The band of a yearly salary, from 1.
pub(crate) fn salary_band(yearly: u32) -> u32 {
    SALARY.partition_point(|from| *from <= yearly) as u32
}

/// The yearly salary of an offer, from and to; a single bound is both.
pub(crate) fn salary(content: &OfferDraft) -> Option<(u32, u32)> {
    let period = content.salary_period?;
    let (min, max) = (content.salary_min, content.salary_max);
    Some((period.yearly(min.or(max)?), period.yearly(max.or(min)?)))
}

/// The numbers of the terms of closed vocabularies, from 1.
pub(crate) fn contract(contract: Contract) -> u32 {
    contract as u32 + 1
}

pub(crate) fn remote(remote: Remote) -> u32 {
    remote as u32 + 1
}

pub(crate) fn working_time(time: WorkingTime) -> u32 {
    time as u32 + 1
}

/// Levels of education begin with 3.
pub(crate) fn education(level: u8) -> u32 {
    u32::from(level).saturating_sub(2)
}

impl Row {
    /// Takes it out: from now on it is shown on no day.
    pub(crate) fn close(&mut self) {
        self.expires = CLOSED;
    }

    /// Whether a later archive says that it is no more, or says it anew.
    pub(crate) fn is_closed(&self) -> bool {
        self.expires == CLOSED
    }
}

/// Before every day.
const CLOSED: i32 = i32::MIN;

/// Reads the columns that [`crate::build`] wrote, and each offer's group. `renumber` tells the number that a value has in the whole index;
/// `read` takes what stays in columns: the numbers of values, 0 where an offer says nothing, and salaries.
pub(crate) fn read(
    segment: &SegmentReader,
    renumber: impl Fn(Dimension, u32) -> u32,
    read: &mut Read,
) -> Result<(Vec<Row>, Vec<u64>), OpenError> {
    let columns = segment.fast_fields();
    let numbers = |name: &str| columns.u64(name).map(|column| column.first_or_default_col(0));
    let days = |name: &str| columns.i64(name).map(|column| column.first_or_default_col(0));
    let (high, low, group) = (numbers("id_high")?, numbers("id_low")?, numbers("group")?);
    let (published, expires) = (days("published")?, days("expires")?);
    let (latitude, longitude) = (columns.i64("latitude")?, columns.i64("longitude")?);
    let (least, most) = (numbers("salary_from")?, numbers("salary_to")?);
    read.salary
        .extend((0..segment.max_doc()).map(|doc| (least.get_val(doc) as u32, most.get_val(doc) as u32)));
    for (dimension, values) in Dimension::ALL.into_iter().zip(&mut read.values) {
        let column = numbers(dimension.column())?;
        values.extend((0..segment.max_doc()).map(|doc| renumber(dimension, column.get_val(doc) as u32)));
    }
    let row = |doc: u32| Row {
        id: u128::from(high.get_val(doc)) << 64 | u128::from(low.get_val(doc)),
        published: published.get_val(doc) as i32,
        expires: expires.get_val(doc) as i32,
        place: latitude
            .first(doc)
            .zip(longitude.first(doc))
            .map(|(latitude, longitude)| Position { latitude: latitude as i32, longitude: longitude as i32 }),
        duplicates: 0,
        hidden: false,
    };
    Ok((
        (0..segment.max_doc()).map(row).collect(),
        (0..segment.max_doc()).map(|doc| group.get_val(doc)).collect(),
    ))
}

/// Of offers of one group, the one shown longest, then the newest, stands for all; 0 is no group.
pub(crate) fn hide_duplicates(rows: &mut [Row], groups: &[u64]) {
    let mut shown: HashMap<u64, usize> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        if *group == 0 || rows[at].is_closed() {
            continue;
        }
        let Some(other) = shown.insert(*group, at) else { continue };
        let rank = |row: &Row| (row.expires, row.published, std::cmp::Reverse(row.id));
        let (winner, loser) = if rank(&rows[at]) > rank(&rows[other]) { (at, other) } else { (other, at) };
        rows[winner].duplicates += rows[loser].duplicates + 1;
        rows[loser].hidden = true;
        shown.insert(*group, winner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salaries_lie_in_bands() {
        assert_eq!([0, 19_999, 20_000, 34_999, 80_000, u32::MAX].map(salary_band), [1, 1, 2, 4, 9, 9]);
    }

    #[test]
    fn the_longest_shown_of_a_group_stands_for_it() {
        let row = |id, expires| Row { id, published: 0, expires, place: None, duplicates: 0, hidden: false };
        let mut rows = [row(1, 5), row(2, 9), row(3, 9), row(4, 1), row(5, 7)];
        hide_duplicates(&mut rows, &[8, 8, 8, 0, 0]);
        assert_eq!(
            rows.map(|row| (row.hidden, row.duplicates)),
            [(true, 0), (false, 2), (true, 0), (false, 0), (false, 0)]
        );
    }
}
