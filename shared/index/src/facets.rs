//! Values of facets: from what a request names to numbers, and from counts to what people read.

use vivier_domain::offer::{Contract, Remote};

use crate::collect::{Chosen, DIMENSIONS, Dimension};
use crate::page::{FacetCount, Facets};
use crate::request::SearchRequest;
use crate::search::SearchIndex;
use crate::tables::Values;

/// The most values a facet lists.
const MAX_VALUES: usize = 100;

impl SearchIndex {
    pub(crate) fn sizes(&self) -> [usize; DIMENSIONS] {
        [
            Contract::ALL.len(),
            self.tables.city.0.len() + 1,
            self.tables.occupation.0.len() + 1,
            Remote::ALL.len(),
        ]
    }

    pub(crate) fn chosen(&self, request: &SearchRequest) -> Chosen {
        let sizes = self.sizes();
        let among = |dimension: Dimension, numbers: &mut dyn Iterator<Item = Option<u32>>| {
            let mut chosen = None;
            for number in numbers {
                // A value no offer has is still a choice: it leaves nothing.
                let chosen = chosen.get_or_insert_with(|| vec![false; sizes[dimension as usize]]);
                if let Some(slot) = number.and_then(|number| chosen.get_mut(number as usize)) {
                    *slot = true;
                }
            }
            chosen
        };
        let tables = &self.tables;
        [
            among(Dimension::Contract, &mut request.contract.iter().map(|contract| Some(*contract as u32))),
            among(Dimension::City, &mut request.city.iter().map(|text| tables.city.number(text))),
            among(
                Dimension::Occupation,
                &mut request.occupation.iter().map(|text| tables.occupation.number(text)),
            ),
            among(Dimension::Remote, &mut request.remote.iter().map(|remote| Some(*remote as u32))),
        ]
    }

    pub(crate) fn facets(&self, counts: &[Vec<u64>; DIMENSIONS], chosen: &Chosen) -> Facets {
        let term = |code: &'static str| Some((code.to_owned(), code.to_owned()));
        let value = |values: &Values, number: u32| {
            values.get(number).map(|value| (value.key.clone(), value.label.clone()))
        };
        let of = |dimension: Dimension, name: &dyn Fn(u32) -> Option<(String, String)>| {
            most_frequent(&counts[dimension as usize], chosen[dimension as usize].as_deref(), name)
        };
        Facets {
            contract: of(Dimension::Contract, &|number| term(Contract::ALL.get(number as usize)?.as_str())),
            city: of(Dimension::City, &|number| value(&self.tables.city, number)),
            occupation: of(Dimension::Occupation, &|number| value(&self.tables.occupation, number)),
            remote: of(Dimension::Remote, &|number| term(Remote::ALL.get(number as usize)?.as_str())),
        }
    }
}

fn most_frequent(
    counts: &[u64],
    chosen: Option<&[bool]>,
    name: &dyn Fn(u32) -> Option<(String, String)>,
) -> Vec<FacetCount> {
    let is_chosen = |number: u32| chosen.is_some_and(|chosen| chosen.get(number as usize) == Some(&true));
    let mut listed: Vec<(u64, u32)> = (0u32..)
        .zip(counts)
        .filter(|(number, count)| **count > 0 || is_chosen(*number))
        .map(|(number, count)| (*count, number))
        .collect();
    listed.sort_unstable_by_key(|(count, number)| (std::cmp::Reverse(*count), *number));
    let listed =
        listed.into_iter().enumerate().filter(|(rank, (_, number))| *rank < MAX_VALUES || is_chosen(*number));
    let named = listed.filter_map(|(_, (count, number))| {
        let (value, label) = name(number)?;
        Some(FacetCount { value, label, count })
    });
    named.collect()
}
