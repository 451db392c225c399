//! What a caller shows: the event of a REQUEST authorizer, reduced to what a decision may rest on.

use std::net::IpAddr;

use serde_json::Value;
use vivier_domain::{ids::ProjectId, origin::Origin};
use vivier_tenancy::{
    doors::address::TrustedProxies,
    rooms::sessions::{COOKIE_NAME, Cookie},
};

use crate::headers::{Header, header, lines};

/// The header of a publishable key.
const KEY_HEADER: &str = "x-vivier-key";

/// The one credential a request is judged by.
#[derive(Debug)]
pub(crate) enum Credential {
    /// An access token.
    Token(String),
    /// A publishable key.
    Key(String),
    /// A session's cookie.
    Cookie(Cookie),
    /// Only the host name that was asked.
    Host(String),
    /// Nothing usable, or something that cannot be right.
    None,
}

/// Reads the credential. One that is there must be right and alone: a bad token never falls back to the host name, or a
/// member's request would silently become a candidate's.
pub(crate) fn credential(event: &Value) -> Credential {
    match (header(event, "authorization"), header(event, KEY_HEADER), cookie(event)) {
        (Header::Once(value), Header::Absent, Shown::Nothing) => match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
                Credential::Token(token.trim().to_owned())
            }
            _ => Credential::None,
        },
        (Header::Absent, Header::Once(key), Shown::Nothing) => Credential::Key(key.to_owned()),
        (Header::Absent, Header::Absent, Shown::One(cookie)) => Credential::Cookie(cookie),
        (Header::Absent, Header::Absent, Shown::Nothing) => {
            host(event).map_or(Credential::None, Credential::Host)
        }
        _ => Credential::None,
    }
}

/// What the `Cookie` lines say about the session's cookie.
enum Shown {
    Nothing,
    One(Cookie),
    Wrong,
}

/// Other cookies mean nothing here. A browser sends one line, so a second one beside ours is somebody else's doing.
fn cookie(event: &Value) -> Shown {
    let lines = lines(event, "cookie");
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().trim() == COOKIE_NAME;
    if !lines.iter().flat_map(|line| line.split([';', ','])).any(name) {
        return Shown::Nothing;
    }
    match lines.as_slice() {
        [line] => Cookie::find([*line]).map_or(Shown::Wrong, Shown::One),
        _ => Shown::Wrong,
    }
}

/// The host name that was asked, in lower case and without a port. `None` where the request names none or several.
pub(crate) fn host(event: &Value) -> Option<String> {
    match header(event, "host") {
        Header::Once(host) => Some(host.split(':').next().unwrap_or_default().to_ascii_lowercase()),
        _ => None,
    }
}

/// A web site that asks for itself: its origin is the host that was asked. A type that is no origin is nobody's.
pub(crate) fn is_own(event: &Value, origin: &Origin) -> bool {
    let Header::Once(host) = header(event, "host") else { return false };
    ["https", "http"]
        .iter()
        .any(|scheme| Origin::try_from(format!("{scheme}://{host}")).is_ok_and(|own| own == *origin))
}

/// What a request says about the web site it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// It names none: no browser sends it from another site.
    Unnamed,
    /// This one.
    Named(Origin),
    /// Something that is no web site this suite takes, `null` for one.
    Unknown,
}

/// The web site that a browser says the request comes from.
pub(crate) fn site(event: &Value) -> Site {
    match header(event, "origin") {
        Header::Absent => Site::Unnamed,
        Header::Once(text) => Origin::try_from(text.to_owned()).map_or(Site::Unknown, Site::Named),
        Header::Unusable => Site::Unknown,
    }
}

/// The caller's address, as far as nobody can forge it.
pub(crate) fn address(event: &Value, proxies: TrustedProxies) -> Option<IpAddr> {
    let peer = event.pointer("/requestContext/identity/sourceIp").and_then(Value::as_str);
    proxies.client(peer, lines(event, "x-forwarded-for"))
}

/// The project that the route's path names; `None` where it names none, or none that could be one.
pub(crate) fn project(event: &Value) -> Option<ProjectId> {
    event.pointer("/pathParameters/project")?.as_str()?.parse().ok()
}

/// The route that the gateway matched. The path is as the client wrote it, and one place can be written in many ways.
pub(crate) fn route(event: &Value) -> &str {
    event.get("resource").and_then(Value::as_str).unwrap_or_default()
}

/// Whether the request may change something; what names no method may.
pub(crate) fn is_write(event: &Value) -> bool {
    !matches!(event.get("httpMethod").and_then(Value::as_str), Some("GET" | "HEAD" | "OPTIONS"))
}

#[cfg(test)]
mod tests;
