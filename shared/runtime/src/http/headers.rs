//! Headers of every answer: what a browser may do with it. Hardly anything of this API is a page, so nothing is allowed that a
//! page would need, unless the handler says what its page needs.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

/// What every answer says. Sites that may read an answer ask with CORS, which `Cross-Origin-Resource-Policy` leaves
/// alone: it keeps everybody else from embedding one.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What an answer may load or run that is no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Completes an answer's headers. A handler may have said how long the answer can be kept; otherwise nobody keeps it. It may have said what
/// its page runs; otherwise it runs nothing.
pub(super) fn secure(status: StatusCode, headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if matches!(status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT) {
        headers.remove(header::CONTENT_TYPE);
        headers.remove(header::CONTENT_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_secured_and_none_is_kept_unless_it_says_so() {
        for (status, said, cached, typed) in [
            (StatusCode::OK, None, "no-store", true),
            (StatusCode::OK, Some("max-age=60"), "max-age=60", true),
            (StatusCode::NOT_MODIFIED, Some("max-age=60"), "max-age=60", false),
            (StatusCode::NO_CONTENT, None, "no-store", false),
            (StatusCode::INTERNAL_SERVER_ERROR, None, "no-store", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.extend(said.map(|said| (header::CACHE_CONTROL, HeaderValue::from_static(said))));
            secure(status, &mut headers);
            assert_eq!(headers[header::CACHE_CONTROL], cached, "{status}");
            assert_eq!(headers.contains_key(header::CONTENT_TYPE), typed, "{status}");
            assert!(ALWAYS.iter().all(|(name, value)| headers[name] == value), "{status}");
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], NOTHING);
        }
    }

    #[test]
    fn a_page_says_what_it_runs() {
        let own = "default-src 'none'; connect-src 'self'";
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(own));
        secure(StatusCode::OK, &mut headers);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], own);
    }
}
