//! A search as it is written in a request's query, read one by one so that a wrong parameter is named. Whoever keeps a search
//! keeps it in this form, and reads it by the same code as whoever answers it.

use std::{ops::RangeInclusive, str::FromStr};

use jiff::civil::Date;
use vivier_domain::offer::{Remote, SalaryPeriod};
use vivier_reference::Places;

use crate::cursor::Fingerprint;
use crate::near::{self, Near};
use crate::rank::Weights;
use crate::request::{Circle, DEFAULT_LIMIT, MAX_LIMIT, SearchRequest, Sort};

/// The longest search text, in characters.
const LONGEST_TEXT: usize = 300;
/// The most values of one filter.
const MOST_VALUES: usize = 50;
/// Nobody is paid more in a year.
const MOST_EUROS: u32 = 10_000_000;
/// The radius where nobody says: how far people commute.
const USUAL_KM: u32 = 20;

/// What was asked for.
#[derive(Debug)]
pub struct Asked {
    /// The search.
    pub request: SearchRequest,
    /// How many filters are set.
    pub filters: u8,
    /// Whether the occupation that `q` means is asked for.
    pub related: bool,
    /// The place that `near` was taken for, where it names one.
    pub place: Option<String>,
}

/// Parameters that are refused: a name of ours and a stable word for each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// Such as `limit` and `invalid`.
    pub errors: Vec<(String, &'static str)>,
}

impl Refused {
    fn field(mut self, name: impl Into<String>, code: &'static str) -> Self {
        self.errors.push((name.into(), code));
        self
    }
}

/// Whether reading these needs the places.
pub fn names_a_place(parameters: &[(String, String)]) -> bool {
    parameters.iter().any(|(name, value)| name == "near" && near::near(value, None).is_none())
}

/// Reads a search. Filters may be repeated; anything unknown or repeated otherwise is refused.
pub fn search(
    parameters: Vec<(String, String)>,
    tenant: Fingerprint,
    today: Date,
    places: Option<&Places>,
) -> Result<Asked, Refused> {
    let mut request = SearchRequest::new(tenant, today);
    let mut problem = Refused::default();
    let mut seen = Vec::new();
    let (mut period, mut near, mut radius, mut related) = (SalaryPeriod::Year, None, None, false);
    for (name, value) in parameters {
        let outcome = match name.as_str() {
            "contract" => push(&mut request.contract, value.parse().ok()),
            "remote" => push(&mut request.remote, value.parse().ok()),
            "working_time" => push(&mut request.working_time, value.parse().ok()),
            "experience" => push(&mut request.experience, value.parse().ok()),
            "education" => push(&mut request.education, number(&value, 3..=8)),
            "company" => push(&mut request.company, text(value)),
            "city" => push(&mut request.city, text(value)),
            "department" => push(&mut request.department, text(value)),
            "region" => push(&mut request.region, text(value)),
            "occupation" => push(&mut request.occupation, text(value)),
            "salary" => push(&mut request.salary, value.parse().ok()),
            "family" => push(&mut request.family, text(value)),
            single if seen.iter().any(|seen| seen == single) => Err("repeated"),
            "q" => set(&mut request.q, text(value)),
            "salary_min" => set(&mut request.salary_min, number(&value, 0..=MOST_EUROS).map(Some)),
            "salary_max" => set(&mut request.salary_max, number(&value, 0..=MOST_EUROS).map(Some)),
            "salary_period" => set(&mut period, value.parse().ok()),
            "near" => set(&mut near, text(value).and_then(|text| near::near(&text, places)).map(Some)),
            "radius_km" => set(&mut radius, number(&value, 1..=500).map(Some)),
            "match" => set(&mut request.weights, weights(&value)),
            "duplicates" => set(&mut request.duplicates, value.parse().ok()),
            "related" => set(&mut related, value.parse().ok()),
            "explain" => set(&mut request.explain, value.parse().ok()),
            "published_since" => set(&mut request.published_since, value.parse().ok().map(Some)),
            "sort" => set(&mut request.sort, sort(&value)),
            "limit" => set(&mut request.limit, number(&value, 1..=MAX_LIMIT)),
            "cursor" => set(&mut request.cursor, text(value).map(Some)),
            _ => Err("unknown"),
        };
        if let Err(code) = outcome {
            // The name comes from the sender: only one of ours is repeated back.
            let field = if code == "unknown" { "query".to_owned() } else { name.clone() };
            problem = problem.field(field, code);
        }
        seen.push(name);
    }
    request.salary_min = request.salary_min.map(|euros| period.yearly(euros));
    request.salary_max = request.salary_max.map(|euros| period.yearly(euros));
    for (given, name) in [(radius.is_some(), "radius_km"), (request.sort == Sort::Distance, "sort")] {
        if given && near.is_none() {
            problem = problem.field(name, "needs-near");
        }
    }
    let place = whereabouts(near, radius, &mut request);
    let filters = filters(&request);
    if problem.errors.is_empty() { Ok(Asked { request, filters, related, place }) } else { Err(problem) }
}

/// Takes in where the search is to look; the place it names. Work at a distance is nowhere: a radius and an order by distance mean nothing
/// for it, and nothing is found where only other work was asked for.
fn whereabouts(near: Option<Near>, radius: Option<u32>, request: &mut SearchRequest) -> Option<String> {
    let (centre, place) = match near? {
        Near::Point(centre) => (centre, None),
        Near::Place(centre, place) => (centre, Some(place)),
        Near::Remote => {
            let excluded = !request.remote.is_empty() && !request.remote.contains(&Remote::Full);
            request.remote = vec![Remote::Full];
            if excluded {
                // No offer is published after the last day there is.
                request.published_since = Some(Date::MAX);
            }
            if request.sort == Sort::Distance {
                request.sort = Sort::Relevance;
            }
            return None;
        }
    };
    request.within = Some(Circle { centre, radius_km: radius.unwrap_or(USUAL_KM), widen: radius.is_none() });
    place
}

/// How many filters are set.
fn filters(request: &SearchRequest) -> u8 {
    let SearchRequest { contract, remote, working_time, experience, education, .. } = request;
    let SearchRequest { company, city, department, region, occupation, family, .. } = request;
    let set = [
        !contract.is_empty(),
        !remote.is_empty(),
        !working_time.is_empty(),
        !experience.is_empty(),
        !education.is_empty(),
        !company.is_empty(),
        !city.is_empty(),
        !department.is_empty(),
        !region.is_empty(),
        !occupation.is_empty(),
        !family.is_empty(),
        request.salary_min.is_some() || request.salary_max.is_some() || !request.salary.is_empty(),
        request.within.is_some(),
        request.published_since.is_some(),
    ];
    set.into_iter().filter(|set| *set).count() as u8
}

/// Reads what a suggestion is asked for: the beginning of a word, and how many.
pub fn suggest(parameters: Vec<(String, String)>) -> Result<(String, usize), Refused> {
    let (mut q, mut most) = (None, 10);
    let mut problem = Refused::default();
    for (name, value) in parameters {
        let outcome = match name.as_str() {
            "q" if q.is_none() => set(&mut q, text(value).map(Some)),
            "limit" => set(&mut most, number(&value, 1..=MAX_LIMIT)),
            "q" => Err("repeated"),
            _ => Err("unknown"),
        };
        if let Err(code) = outcome {
            problem = problem.field(if code == "unknown" { "query" } else { name.as_str() }, code);
        }
    }
    match q {
        Some(q) if problem.errors.is_empty() => Ok((q, most)),
        None if problem.errors.is_empty() => Err(problem.field("q", "missing")),
        _ => Err(problem),
    }
}

fn push<T>(list: &mut Vec<T>, value: Option<T>) -> Result<(), &'static str> {
    if list.len() >= MOST_VALUES {
        return Err("too-many");
    }
    list.push(value.ok_or("invalid")?);
    Ok(())
}

fn set<T>(place: &mut T, value: Option<T>) -> Result<(), &'static str> {
    *place = value.ok_or("invalid")?;
    Ok(())
}

fn text(value: String) -> Option<String> {
    (value.chars().count() <= LONGEST_TEXT && !value.contains('\0')).then_some(value)
}

fn sort(value: &str) -> Option<Sort> {
    match value {
        "relevance" => Some(Sort::Relevance),
        "date" => Some(Sort::Date),
        "distance" => Some(Sort::Distance),
        _ => None,
    }
}

fn number<T: FromStr + PartialOrd>(value: &str, range: RangeInclusive<T>) -> Option<T> {
    value.parse().ok().filter(|number| range.contains(number))
}

/// What decides: the words, the meaning, or both.
fn weights(value: &str) -> Option<Weights> {
    let usual = Weights::default();
    match value {
        "both" => Some(usual),
        "words" => Some(Weights { meaning: 0.0, ..usual }),
        "meaning" => Some(Weights { words: 0.0, ..usual }),
        _ => None,
    }
}

const _: () = assert!(DEFAULT_LIMIT <= MAX_LIMIT);

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::TenantId;

    fn read(query: &[(&str, &str)]) -> Result<(SearchRequest, u8), Vec<String>> {
        let parameters = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        search(parameters, Fingerprint::of(TenantId::generate()), jiff::civil::date(2026, 1, 1), None)
            .map(|asked| (asked.request, asked.filters))
            .map_err(|refused| {
                refused.errors.into_iter().map(|(field, code)| format!("{field}:{code}")).collect()
            })
    }

    #[test]
    fn good_parameters() {
        let (request, filters) = read(&[
            ("q", "soudeur"),
            ("contract", "CDI"),
            ("contract", "fixed_term"),
            ("city", "Lyon"),
            ("published_since", "2026-01-01"),
            ("sort", "date"),
            ("limit", "5"),
            ("salary_min", "2000"),
            ("salary_period", "month"),
            ("near", "47.2184,-1.5536"),
            ("experience", "1_2"),
            ("education", "5"),
        ])
        .unwrap();
        assert_eq!((request.contract.len(), request.limit, filters), (2, 5, 7));
        assert_eq!(request.salary_min, Some(24_000));
        assert_eq!(request.within.map(|circle| (circle.radius_km, circle.widen)), Some((20, true)));
    }

    #[test]
    fn work_at_a_distance_is_nowhere() {
        let (request, _) =
            read(&[("near", "télétravail"), ("radius_km", "20"), ("sort", "distance")]).unwrap();
        assert_eq!(
            (request.remote, request.within, request.sort),
            (vec![Remote::Full], None, Sort::Relevance)
        );
        let (request, _) = read(&[("remote", "partial"), ("remote", "full"), ("near", "remote")]).unwrap();
        assert_eq!((request.remote, request.published_since), (vec![Remote::Full], None));
        let (request, _) = read(&[("remote", "none"), ("near", "remote")]).unwrap();
        assert_eq!(request.published_since, Some(Date::MAX));
    }

    #[test]
    fn bad_parameters_are_named() {
        let long = "a".repeat(LONGEST_TEXT + 1);
        for (query, error) in [
            (vec![("q", long.as_str())], "q:invalid"),
            (vec![("q", "a"), ("q", "b")], "q:repeated"),
            (vec![("limit", "0")], "limit:invalid"),
            (vec![("limit", "101")], "limit:invalid"),
            (vec![("limit", "ten")], "limit:invalid"),
            (vec![("sort", "price")], "sort:invalid"),
            (vec![("contract", "slavery")], "contract:invalid"),
            (vec![("remote", "?")], "remote:invalid"),
            (vec![("published_since", "yesterday")], "published_since:invalid"),
            (vec![("tenant", "other")], "query:unknown"),
            (vec![("q", "a\0b")], "q:invalid"),
            (vec![("education", "9")], "education:invalid"),
            (vec![("experience", "many")], "experience:invalid"),
            (vec![("salary_min", "-1")], "salary_min:invalid"),
            (vec![("near", "91,0")], "near:invalid"),
            (vec![("near", long.as_str())], "near:invalid"),
            (vec![("near", "NaN,0")], "near:invalid"),
            (vec![("radius_km", "5")], "radius_km:needs-near"),
            (vec![("sort", "distance")], "sort:needs-near"),
            (vec![("explain", "perhaps")], "explain:invalid"),
            (vec![("match", "luck")], "match:invalid"),
            (vec![("related", "1")], "related:invalid"),
        ] {
            assert_eq!(read(&query).unwrap_err(), [error], "{query:?}");
        }
    }
}
