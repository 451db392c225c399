//! Who sends a request on a route that has no authorizer: an address, and perhaps a cookie. Nobody is known here yet.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use lambda_http::request::RequestContext;
use vivier_domain::origin::Origin;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::rooms::sessions::Cookie;

use crate::App;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A caller who is about to log in. Only pages of the back office, and programs, come this far: another site must not be
/// able to log its visitors in, as somebody else, behind their backs.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) address: Option<IpAddr>,
    /// A cookie from before: the login replaces it.
    pub(crate) cookie: Option<Cookie>,
    pub(crate) request_id: Option<String>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(RequestContext::ApiGatewayV1(context)) = parts.extensions.get::<RequestContext>() else {
            return Err(Problem::new(ProblemKind::MalformedRequest));
        };
        if !is_own_site(&parts.headers, &app.config.back_office) {
            return Err(Problem::new(ProblemKind::Forbidden));
        }
        Ok(Self {
            address: app.config.proxies.of_request(context, lines(&parts.headers, &FORWARDED)),
            cookie: cookie(&parts.headers),
            request_id: context.request_id.clone(),
        })
    }
}

/// The session's cookie among a request's headers.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<Cookie> {
    Cookie::find(lines(headers, &header::COOKIE))
}

fn lines<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

/// Whether a browser says that the request comes from a page of the back office or of this host, or says nothing.
fn is_own_site(headers: &HeaderMap, back_office: &Origin) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_own = |origin: &str| {
        let here = ["https", "http"]
            .iter()
            .any(|scheme| host.is_some_and(|host| *origin == format!("{scheme}://{host}")));
        here || Origin::try_from(origin.to_owned()).is_ok_and(|origin| origin == *back_office)
    };
    let every = |name: &HeaderName, test: &dyn Fn(&str) -> bool| {
        headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(test))
    };
    every(&header::ORIGIN, &is_own) && every(&FETCH_SITE, &|from| matches!(from, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_that_may_log_in() {
        let back_office = Origin::try_from("https://bureau.example".to_owned()).unwrap();
        for (sent, own) in [
            (&[][..], true),
            (&[("origin", "https://bureau.example")], true),
            (&[("origin", "https://api.example"), ("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://bureau.example"), ("origin", "https://evil.example")], false),
            (&[("origin", "https://api.example:8443")], false),
            (&[("origin", "https://bureau.example"), ("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "api.example".parse().unwrap());
            for (name, value) in sent {
                headers.append(*name, value.parse().unwrap());
            }
            assert_eq!(is_own_site(&headers, &back_office), own, "{sent:?}");
        }
    }
}
