//! Writes with a session's cookie: a browser sends the cookie whoever wrote the page, so the page must prove itself.
//!
//! It repeats a token that only pages of the back office were given. Where the browser says which site the request comes
//! from, that must be the back office too; each of the three is enough alone.

use serde_json::Value;
use vivier_domain::origin::Origin;

use crate::{
    headers::header,
    request::{Site, is_own, is_write, site},
};

/// The header in which a page repeats its session's token.
const HEADER: &str = "x-vivier-csrf";

/// Whether the request only reads, or comes from a page of the back office. `repeats` compares with the session's token.
pub(crate) fn admits(event: &Value, back_office: Option<&Origin>, repeats: impl Fn(&str) -> bool) -> bool {
    if !is_write(event) {
        return true;
    }
    let token = header(event, HEADER).text().is_some_and(|token| !token.is_empty() && repeats(token));
    let named = match site(event) {
        Site::Unnamed => true,
        Site::Named(origin) => back_office == Some(&origin) || is_own(event, &origin),
        Site::Unknown => false,
    };
    let fetched =
        header(event, "sec-fetch-site").text().is_none_or(|from| matches!(from, "same-origin" | "none"));
    token && named && fetched
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Method, headers, and whether they may write.
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    #[test]
    fn pages_that_may_write() {
        let back_office = Origin::try_from("https://bureau.example".to_owned()).unwrap();
        let good = ("x-vivier-csrf", "token");
        let evil = ("origin", "https://evil.example");
        let table: &[Row<'_>] = &[
            ("GET", &[], true),
            ("HEAD", &[evil], true),
            ("POST", &[good], true),
            ("DELETE", &[good], true),
            ("POST", &[], false),
            ("PUT", &[("x-vivier-csrf", "")], false),
            ("PATCH", &[("x-vivier-csrf", "other")], false),
            ("DELETE", &[("x-vivier-csrf", "token "), good], false),
            ("POST", &[good, good], false),
            // Where the request comes from.
            ("POST", &[good, ("origin", "https://api.example")], true),
            ("POST", &[good, ("origin", "https://bureau.example")], true),
            ("POST", &[good, ("origin", "HTTPS://Bureau.example:443")], true),
            ("POST", &[good, ("origin", "http://bureau.example")], false),
            ("POST", &[good, ("origin", "https://api.example:8443")], false),
            ("POST", &[good, evil], false),
            ("POST", &[good, ("origin", "null")], false),
            ("POST", &[good, ("origin", "https://bureau.example"), evil], false),
            ("POST", &[("origin", "https://bureau.example")], false),
            // What the browser adds.
            ("POST", &[good, ("sec-fetch-site", "same-origin")], true),
            ("POST", &[good, ("sec-fetch-site", "none")], true),
            ("POST", &[good, ("sec-fetch-site", "same-site")], false),
            ("POST", &[good, ("sec-fetch-site", "cross-site")], false),
            ("POST", &[good, ("sec-fetch-site", "")], false),
        ];
        for (method, headers, admitted) in table {
            let mut multi = json!({"host": ["api.example"]});
            for (name, value) in *headers {
                if multi[*name].is_null() {
                    multi[*name] = json!([]);
                }
                multi[*name].as_array_mut().unwrap().push(json!(value));
            }
            let event = json!({"httpMethod": method, "multiValueHeaders": multi});
            let found = admits(&event, Some(&back_office), |token| token == "token");
            assert_eq!(found, *admitted, "{method} {headers:?}");
        }
    }
}
