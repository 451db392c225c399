//! From counts to what people read.

use std::cmp::Reverse;

use jiff::{ToSpan, civil::Date};
use vivier_domain::offer::{Contract, Remote, WorkingTime};

use crate::filters::{DAYS, Filters};
use crate::page::{FacetCount, Facets};
use crate::request::SearchRequest;
use crate::row::{DIMENSIONS, Dimension, EXPERIENCE, salary_code};
use crate::search::SearchIndex;
use crate::tables::{Values, key};

/// The most values a facet lists, beside those that are chosen.
const MAX_VALUES: usize = 100;

impl SearchIndex {
    pub(crate) fn facets(
        &self,
        counts: &[Vec<u32>; DIMENSIONS],
        filters: &Filters<'_>,
        request: &SearchRequest,
    ) -> Facets {
        let code = |code: &str| Some((code.to_owned(), code.to_owned()));
        let of = |dimension: Dimension, name: &dyn Fn(u32) -> Option<(String, String)>| {
            let chosen = filters.values.get(dimension as usize).and_then(|chosen| chosen.as_deref());
            most_frequent(&counts[dimension as usize], chosen, name)
        };
        let open = |dimension: Dimension, values: &Values, asked: &[String]| {
            let name = |number: u32| values.get(number).map(|value| (value.key.clone(), value.label.clone()));
            let mut listed = of(dimension, &name);
            // A choice that no offer has is listed like one whose offers are filtered out: whether an older part of the index
            // still knows the value makes no difference.
            for text in asked.iter().filter(|text| values.number(text).is_none()) {
                let value = key(text);
                if !value.is_empty() && listed.iter().all(|count| count.value != value) {
                    listed.push(FacetCount { value, label: text.clone(), count: 0 });
                }
            }
            listed
        };
        let tables = &self.tables;
        Facets {
            contract: of(Dimension::Contract, &|number| code(Contract::ALL.get(before(number)?)?.as_str())),
            working_time: of(Dimension::WorkingTime, &|number| {
                code(WorkingTime::ALL.get(before(number)?)?.as_str())
            }),
            remote: of(Dimension::Remote, &|number| code(Remote::ALL.get(before(number)?)?.as_str())),
            experience: of(Dimension::Experience, &|number| code(EXPERIENCE.get(before(number)?)?)),
            education: of(Dimension::Education, &|number| {
                let level = (number + 2).to_string();
                (number > 0).then(|| (level.clone(), level))
            }),
            salary: of(Dimension::Salary, &|number| code(&salary_code(number)?)),
            company: open(Dimension::Company, &tables.company, &request.company),
            city: open(Dimension::City, &tables.city, &request.city),
            department: open(Dimension::Department, &tables.department, &request.department),
            region: open(Dimension::Region, &tables.region, &request.region),
            occupation: open(Dimension::Occupation, &tables.occupation, &request.occupation),
            family: open(Dimension::Family, &tables.family, &request.family),
            published_since: published(&counts[Dimension::Published as usize], request.today),
        }
    }
}

fn before(number: u32) -> Option<usize> {
    number.checked_sub(1).map(|number| number as usize)
}

/// Each age with the day from which it counts.
fn published(counts: &[u32], today: Date) -> Vec<FacetCount> {
    let dated = DAYS.iter().zip(counts).filter_map(|(age, count)| {
        let since = today.checked_sub(i64::from(*age).days()).ok()?;
        Some(FacetCount { value: since.to_string(), label: age.to_string(), count: u64::from(*count) })
    });
    dated.collect()
}

fn most_frequent(
    counts: &[u32],
    chosen: Option<&[bool]>,
    name: &dyn Fn(u32) -> Option<(String, String)>,
) -> Vec<FacetCount> {
    let is_chosen = |number: u32| chosen.is_some_and(|chosen| chosen.get(number as usize) == Some(&true));
    let order = |(number, count): &(u32, u32)| (Reverse(*count), *number);
    let mut listed: Vec<(u32, u32)> = (0u32..)
        .zip(counts.iter().copied())
        .filter(|(number, count)| *count > 0 || is_chosen(*number))
        .collect();
    let mut beyond = Vec::new();
    if listed.len() > MAX_VALUES {
        listed.select_nth_unstable_by_key(MAX_VALUES, order);
        beyond = listed.split_off(MAX_VALUES);
        beyond.retain(|(number, _)| is_chosen(*number));
        beyond.sort_unstable_by_key(order);
    }
    listed.sort_unstable_by_key(order);
    let named = listed.into_iter().chain(beyond).filter_map(|(number, count)| {
        let (value, label) = name(number)?;
        Some(FacetCount { value, label, count: u64::from(count) })
    });
    named.collect()
}
