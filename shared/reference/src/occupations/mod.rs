//! The occupations of ROME, France Travail's directory: which one a job title means, and which are near.
//!
//! A code is a letter (one of 14 fields of work), two digits (a family) and two more (the occupation). Release 4 split
//! most codes of release 3 and kept the old code for one of the parts: [`Occupation::parent`] is the old code, where the
//! folder knows it.

mod confidence;
mod domains;
mod labels;
mod rank;
mod related;
mod title;
mod words;

use std::path::Path;
use std::sync::OnceLock;

pub use domains::{DOMAINS, Domain, domain};
use words::Words;

use crate::table::Table;
use crate::{Code, ReferenceError};

/// An occupation of ROME.
#[derive(Debug, PartialEq, Eq)]
pub struct Occupation {
    /// Such as `J1506`.
    pub code: Code,
    /// Such as `Conducteur / Conductrice d'engins agricoles`.
    pub label: Box<str>,
    /// Such as `Conducteur d'engins agricoles`; the label, where it is one for all.
    pub masculine: Box<str>,
    /// Such as `Conductrice d'engins agricoles`; the label, where it is one for all.
    pub feminine: Box<str>,
    /// The code of release 3 that this one was part of; itself, where it kept the code. `None` when the folder was made
    /// without `--rome`.
    pub parent: Option<Code>,
}

impl Occupation {
    /// The family (French: domaine professionnel): a letter and two digits, such as `J15`.
    pub fn family(&self) -> &str {
        self.code.as_str().get(..3).unwrap_or_default()
    }

    /// The field of work (French: grand domaine).
    pub fn domain(&self) -> Option<&'static Domain> {
        domain(self.code.as_str())
    }
}

/// The occupation that a title may mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match<'o> {
    /// The occupation.
    pub occupation: &'o Occupation,
    /// How likely it is the right one, from 0 to 1: of titles told with 0.7, some seven in ten are right. Right means
    /// the occupation, or its parent or another part of that parent; see the README for what was measured.
    pub confidence: f32,
}

/// All occupations, in memory: some 2 MB.
#[derive(Debug)]
pub struct Occupations {
    /// By code.
    list: Vec<Occupation>,
    /// Made when the first title is asked for: whoever only looks up codes need not wait for it.
    words: OnceLock<Words>,
}

impl Occupations {
    /// Opens `occupations.tsv` in `folder`. Open it once a process; the first title asked for takes longer than others.
    pub fn open(folder: &Path) -> Result<Self, ReferenceError> {
        let table = Table::read(folder, "occupations.tsv")?;
        let mut list = Vec::new();
        for mut row in table.rows() {
            let code = Code::new(row.text()?).ok_or_else(|| row.damaged("a code was expected"))?;
            let label = row.text()?;
            let parent = Code::new(row.text()?);
            let (masculine, feminine) = labels::genders(label);
            let (masculine, feminine) = (masculine.into(), feminine.into());
            list.push(Occupation { code, label: label.into(), masculine, feminine, parent });
        }
        list.sort_by_key(|occupation| occupation.code);
        Ok(Self { list, words: OnceLock::new() })
    }

    /// Every occupation, by code.
    pub fn all(&self) -> &[Occupation] {
        &self.list
    }

    /// The occupation with this code, in either case.
    pub fn get(&self, code: &str) -> Option<&Occupation> {
        self.number(code).map(|number| &self.list[number as usize])
    }

    /// What to make vectors of for [`Self::of_title_with`]: codes with their labels and with usual titles that mean
    /// them. A code comes more than once.
    pub fn titles(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.list.iter().map(|one| (one.code.as_str(), &*one.masculine));
        labels.chain(words::usual_titles().filter(|(code, _)| self.get(code).is_some()))
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(&self.list))
    }

    fn number(&self, code: &str) -> Option<u32> {
        let code = Code::new(&code.trim().to_ascii_uppercase())?;
        self.list.binary_search_by_key(&code, |occupation| occupation.code).ok().map(|number| number as u32)
    }
}
