//! Query parameters, read one by one so that a wrong one is named.

use jiff::civil::Date;
use vivier_index::{DEFAULT_LIMIT, Fingerprint, MAX_LIMIT, SearchRequest, Sort};
use vivier_runtime::http::{Problem, ProblemKind};

/// The longest search text, in characters.
pub(crate) const LONGEST_TEXT: usize = 300;
/// The most values of one filter.
const MOST_VALUES: usize = 50;

/// Reads a search. Filters may be repeated; anything unknown or repeated otherwise is refused.
pub(crate) fn search(
    parameters: Vec<(String, String)>,
    tenant: Fingerprint,
    today: Date,
) -> Result<(SearchRequest, u8), Problem> {
    let mut request = SearchRequest::new(tenant, today);
    let mut problem = Problem::new(ProblemKind::InvalidQuery);
    let mut seen = Vec::new();
    for (name, value) in parameters {
        let outcome = match name.as_str() {
            "contract" => push(&mut request.contract, value.parse().ok()),
            "remote" => push(&mut request.remote, value.parse().ok()),
            "city" => push(&mut request.city, text(value)),
            "occupation" => push(&mut request.occupation, text(value)),
            single if seen.iter().any(|seen| seen == single) => Err("repeated"),
            "q" => set(&mut request.q, text(value)),
            "published_since" => set(&mut request.published_since, value.parse().ok().map(Some)),
            "sort" => set(&mut request.sort, sort(&value)),
            "limit" => set(&mut request.limit, limit(&value)),
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
    let filters = [
        !request.contract.is_empty(),
        !request.remote.is_empty(),
        !request.city.is_empty(),
        !request.occupation.is_empty(),
        request.published_since.is_some(),
    ];
    let filters = filters.into_iter().filter(|set| *set).count() as u8;
    if problem.errors.is_empty() { Ok((request, filters)) } else { Err(problem) }
}

/// Reads what a suggestion is asked for: the beginning of a word, and how many.
pub(crate) fn suggest(parameters: Vec<(String, String)>) -> Result<(String, usize), Problem> {
    let (mut q, mut most) = (None, 10);
    let mut problem = Problem::new(ProblemKind::InvalidQuery);
    for (name, value) in parameters {
        let outcome = match name.as_str() {
            "q" if q.is_none() => set(&mut q, text(value).map(Some)),
            "limit" => set(&mut most, limit(&value)),
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
        _ => None,
    }
}

fn limit(value: &str) -> Option<usize> {
    value.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
}

const _: () = assert!(DEFAULT_LIMIT <= MAX_LIMIT);

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::TenantId;

    fn read(query: &[(&str, &str)]) -> Result<(SearchRequest, u8), Vec<String>> {
        let parameters = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        search(parameters, Fingerprint::of(TenantId::generate()), jiff::civil::date(2026, 1, 1)).map_err(
            |problem| {
                problem.errors.into_iter().map(|error| format!("{}:{}", error.field, error.code)).collect()
            },
        )
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
        ])
        .unwrap();
        assert_eq!((request.contract.len(), request.limit, filters), (2, 5, 3));
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
        ] {
            assert_eq!(read(&query).unwrap_err(), [error], "{query:?}");
        }
    }
}
