//! Files over HTTPS: conditional requests, few redirects, each checked as if it had been the feed's own address.

use http::{HeaderMap, StatusCode, header};
use reqwest::Response;
use vivier_domain::feed::{FeedAddress, Transport};
use vivier_outside::{Fault as Unreached, Outside};
use vivier_store::feeds::Validators;

use super::{CONNECTING, LONGEST, Pulled, SILENCE, Wanted, content::Content, fault::Fault};
use crate::credentials::Credentials;

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 3;
/// Characters of an entity tag or a date, at most: what is longer is not kept.
const LONGEST_VALIDATOR: usize = 1_000;

/// Fetches a file, unless it is known.
pub async fn pull(outside: &Outside, wanted: Wanted<'_>) -> Result<Pulled, Fault> {
    let mut address = wanted.address.clone();
    for _ in 0..=MOST_REDIRECTS {
        let response = ask(outside, &address, wanted).await?;
        match response.status() {
            StatusCode::OK => return read(response).await,
            StatusCode::NOT_MODIFIED if is_known(wanted.known) => return Ok(Pulled::Unchanged),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => address = follow(&address, response.headers())?,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Fault::NotAdmitted),
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(Fault::FileNotFound),
            other => return Err(Fault::Status(other.as_u16())),
        }
    }
    Err(Fault::TooManyRedirects)
}

fn is_known(known: &Validators) -> bool {
    known.etag.is_some() || known.last_modified.is_some()
}

fn follow(from: &FeedAddress, headers: &HeaderMap) -> Result<FeedAddress, Fault> {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let to = location.and_then(|location| from.join(location).ok());
    to.filter(|to| to.transport() == Transport::Https).ok_or(Fault::RedirectNotAllowed)
}

/// Asks one server, at an address that was looked at.
async fn ask(outside: &Outside, address: &FeedAddress, wanted: Wanted<'_>) -> Result<Response, Fault> {
    let client = outside
        .client(&address.host(), address.port(), CONNECTING)
        .await?
        .read_timeout(SILENCE)
        .timeout(LONGEST)
        .build()
        .map_err(|_| Unreached::Tls)?;
    let mut request = client.get(address.as_str()).header(header::ACCEPT_ENCODING, "gzip");
    for (name, known) in [
        (header::IF_NONE_MATCH, &wanted.known.etag),
        (header::IF_MODIFIED_SINCE, &wanted.known.last_modified),
    ] {
        if let Some(known) = known {
            request = request.header(name, known);
        }
    }
    // Another server has no business knowing what opens this one.
    if address.same_server(wanted.address)
        && let Some(carried) = wanted.credentials.and_then(Credentials::http)
    {
        request = vivier_outside::open(request, carried);
    }
    request.send().await.map_err(|error| fault(&error))
}

async fn read(mut response: Response) -> Result<Pulled, Fault> {
    let headers = response.headers();
    // A packed file is known by its beginning, however it is announced; nothing else can be unpacked.
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    if !matches!(encoding.as_deref(), None | Some(b"" | b"identity" | b"gzip" | b"x-gzip")) {
        return Err(Fault::Encoding);
    }
    let validator = |name| {
        let text = headers.get(name).and_then(|value| value.to_str().ok());
        text.filter(|text| (1..=LONGEST_VALIDATOR).contains(&text.len())).map(str::to_owned)
    };
    let (etag, last_modified) = (validator(header::ETAG), validator(header::LAST_MODIFIED));
    let mut content = Content::default();
    content.expect(response.content_length().unwrap_or_default())?;
    while let Some(part) = response.chunk().await.map_err(|error| fault(&error))? {
        content.push(&part)?;
    }
    Pulled::file(content, etag, last_modified)
}

fn fault(error: &reqwest::Error) -> Fault {
    Fault::Outside(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects() {
        let from = FeedAddress::try_from("https://a.example/b".to_owned()).unwrap();
        for (location, outcome) in [
            (Some("/c"), Ok("https://a.example/c")),
            (Some("https://b.example:8443/c"), Ok("https://b.example:8443/c")),
            // Where it leads is looked at when it is followed.
            (Some("https://169.254.169.254/"), Ok("https://169.254.169.254/")),
            (Some("http://a.example/c"), Err(Fault::RedirectNotAllowed)),
            (Some("sftp://a.example/c"), Err(Fault::RedirectNotAllowed)),
            (Some("file:///etc/passwd"), Err(Fault::RedirectNotAllowed)),
            (Some("https://user:word@a.example/c"), Err(Fault::RedirectNotAllowed)),
            (None, Err(Fault::RedirectNotAllowed)),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(location) = location {
                headers.insert(header::LOCATION, location.parse().unwrap());
            }
            let to = follow(&from, &headers);
            assert_eq!(to.as_ref().map(FeedAddress::as_str), outcome.as_ref().copied(), "{location:?}");
        }
    }
}
