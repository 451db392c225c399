//! A record in the columns of an import.

use vivier_domain::offer::{COLUMNS, Remote, SalaryPeriod, WorkingTime};

use crate::fault::RecordFault;

/// One record of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Its place among the records, from 1.
    pub number: u64,
    /// The line it begins on, from 1. Some feeds are one long line.
    pub line: u64,
    /// What is wrong with it already. The columns that could be read are there all the same, so that its reference is known.
    pub fault: Option<RecordFault>,
    /// In the order of [`COLUMNS`].
    fields: [Option<String>; COLUMNS.len()],
}

impl Record {
    /// The text of a column, where the feed has one.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.fields[place(column)?].as_deref()
    }

    /// The columns that have a text, in the order of [`COLUMNS`].
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        COLUMNS.iter().zip(&self.fields).filter_map(|(column, field)| Some((*column, field.as_deref()?)))
    }

    pub(crate) fn new(number: u64, line: u64, fault: Option<RecordFault>) -> Self {
        Self { number, line, fault, ..Self::default() }
    }

    /// Gives a column its text.
    pub(crate) fn set(&mut self, column: usize, text: Option<String>) {
        self.fields[column] = text;
    }

    /// Leaves out what an offer can do without and would be refused for. In a tenant's own file that is a slip to be told;
    /// a partner's feed nobody here can mend.
    pub(crate) fn settle(&mut self) {
        self.keep("remote", |text| text.parse::<Remote>().is_ok());
        self.keep("working_time", |text| text.parse::<WorkingTime>().is_ok());
        self.keep("salary_period", |text| text.parse::<SalaryPeriod>().is_ok());
        if self.get("salary_period").is_none() {
            // What 2 000 euros are worth depends on it.
            self.clear(&["salary_min", "salary_max"]);
        } else if self.get("salary_min").is_none() && self.get("salary_max").is_none() {
            self.clear(&["salary_period"]);
        }
        let degrees = |column| self.get(column).and_then(|text| text.replace(',', ".").parse::<f64>().ok());
        let is_place = matches!((degrees("latitude"), degrees("longitude")), (Some(north), Some(east))
            // Two zeros are how feeds write that they do not know.
            if north.abs() <= 90.0 && east.abs() <= 180.0 && north.abs() + east.abs() > 0.0);
        if !is_place {
            self.clear(&["latitude", "longitude"]);
        }
    }

    fn keep(&mut self, column: &str, known: impl Fn(&str) -> bool) {
        if self.get(column).is_some_and(|text| !known(text)) {
            self.clear(&[column]);
        }
    }

    fn clear(&mut self, columns: &[&str]) {
        for column in columns {
            if let Some(place) = place(column) {
                self.fields[place] = None;
            }
        }
    }
}

/// A column's place in [`COLUMNS`].
pub(crate) fn place(column: &str) -> Option<usize> {
    COLUMNS.iter().position(|known| *known == column)
}
