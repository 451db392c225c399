//! A search as it is kept: the names and values of its query's parameters. It is read by the code that reads searches, when it is
//! saved and each time it is looked for.

use axum::extract::Query;
use http::Uri;
use jiff::civil::Date;
use vivier_domain::{ids::TenantId, redacted::Redacted};
use vivier_index::{
    Fingerprint, SearchRequest, Sort,
    parameters::{self, Refused},
};
use vivier_reference::{Places, ReferenceError};

use crate::App;

/// The longest query that is taken, in bytes.
const LONGEST: usize = 8_000;
/// Parameters that say how an answer is shown, and nothing of what is looked for.
const SHOWING: [&str; 5] = ["limit", "cursor", "explain", "related", "sort"];

/// Names and values of parameters.
pub(crate) type Pairs = Vec<(String, String)>;

/// The parameters of a query as it stands behind the question mark of `GET /v1/offers`; `None` for what is no query.
pub(crate) fn pairs(query: &str) -> Option<Pairs> {
    // Behind a hash sign nothing would be read, and nobody would know.
    if query.len() > LONGEST || query.contains('#') {
        return None;
    }
    let uri = Uri::try_from(format!("/?{query}")).ok()?;
    Query::<Pairs>::try_from_uri(&uri).ok().map(|Query(pairs)| pairs)
}

/// The places, where reading these parameters needs them.
pub(crate) async fn places<'a>(
    app: &'a App,
    pairs: &[(String, String)],
) -> Result<Option<&'a Places>, ReferenceError> {
    if !parameters::names_a_place(pairs) {
        return Ok(None);
    }
    let reference = app.reference.clone();
    // The first search that names one reads them all. Should that end early, the line below reads them.
    let _ = tokio::task::spawn_blocking(move || reference.places().map(|_| ())).await;
    app.reference.places().map(Some)
}

/// Whether a search may be saved; what is refused is named.
pub(crate) fn check(
    pairs: Pairs,
    tenant: TenantId,
    today: Date,
    places: Option<&Places>,
) -> Result<(), Refused> {
    parameters::search(pairs, Fingerprint::of(tenant), today, places).map(drop)
}

/// A search as it is stored. In one order, so that the same search is the same text.
pub(crate) fn stored(mut pairs: Pairs) -> Option<Redacted> {
    pairs.retain(|(name, _)| !SHOWING.contains(&name.as_str()));
    pairs.sort();
    serde_json::to_string(&pairs).ok().map(Redacted::new)
}

/// The parameters that were stored.
pub(crate) fn read(stored: &Redacted) -> Option<Pairs> {
    serde_json::from_str(stored.expose()).ok()
}

/// What is looked for: the saved search, newest offers first.
pub(crate) fn request(
    pairs: Pairs,
    tenant: TenantId,
    today: Date,
    places: Option<&Places>,
) -> Result<SearchRequest, Refused> {
    let mut request = parameters::search(pairs, Fingerprint::of(tenant), today, places)?.request;
    request.sort = Sort::Date;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(query: &str) -> Option<String> {
        stored(pairs(query)?).map(|stored| stored.expose().to_owned())
    }

    #[test]
    fn a_query_is_kept_whole_but_for_how_it_is_shown() {
        assert_eq!(
            kept("q=boulanger+de+nuit&contract=permanent&contract=fixed_term&salary_min=2000&salary_period=month&near=47.2,-1.5&radius_km=5&limit=5&sort=date&cursor=abc"),
            Some(
                r#"[["contract","fixed_term"],["contract","permanent"],["near","47.2,-1.5"],["q","boulanger de nuit"],["radius_km","5"],["salary_min","2000"],["salary_period","month"]]"#
                    .to_owned()
            )
        );
        assert_eq!(kept("q=%C3%A9t%C3%A9"), Some(r#"[["q","été"]]"#.to_owned()));
        assert_eq!(kept(""), Some("[]".to_owned()));
        assert_eq!(kept("city=A&q=b"), kept("q=b&city=A"), "the same search");
    }

    #[test]
    fn what_is_no_query() {
        for query in ["q=a#b", "q=a b", &format!("q={}", "a".repeat(LONGEST))] {
            assert_eq!(pairs(query), None, "{query:.20}");
        }
    }

    #[test]
    fn what_was_stored_is_looked_for() {
        let query = "q=soudeur&contract=permanent&remote=full&experience=1_2&education=5&working_time=full&company=Acme&city=Nantes\
            &occupation=H2913&department=44&region=52&family=H29&salary=20000-24999&published_since=2026-01-02&duplicates=true&near=47.2,-1.5";
        let (tenant, today) = (TenantId::generate(), jiff::civil::date(2026, 1, 1));
        let read = read(&stored(pairs(query).unwrap()).unwrap()).unwrap();
        assert_eq!(read.len(), 16);
        let request = request(read, tenant, today, None).unwrap();
        assert_eq!((request.q.as_str(), request.sort, request.duplicates), ("soudeur", Sort::Date, true));
        let lists = [
            request.company,
            request.city,
            request.occupation,
            request.department,
            request.region,
            request.family,
        ];
        assert_eq!(lists.concat(), ["Acme", "Nantes", "H2913", "44", "52", "H29"]);
        let set = [
            request.contract.len(),
            request.remote.len(),
            request.experience.len(),
            request.education.len(),
            request.working_time.len(),
            request.salary.len(),
        ];
        assert_eq!(set, [1; 6]);
        assert!(request.within.is_some() && request.published_since.is_some());
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        let refused = check(
            pairs("contract=slavery&tenant=other").unwrap(),
            TenantId::generate(),
            jiff::civil::date(2026, 1, 1),
            None,
        );
        let errors = [("contract".to_owned(), "invalid"), ("query".to_owned(), "unknown")];
        assert_eq!(refused.unwrap_err().errors, errors);
    }
}
