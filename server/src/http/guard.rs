//! What a request must pass before anything thinks about it.

use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{CONNECTION, HOST, ORIGIN, TRANSFER_ENCODING},
};
use http_body_util::BodyExt;

use super::{
    Doors,
    proxies::subscriber,
    refusal::{later, only, refuse},
    sms,
};

/// The peer of the connection, as the listener saw it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub std::net::IpAddr);

/// The client, after looking through the proxies.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub std::net::IpAddr);

/// A counter per key: so many a second, with a burst.
pub type Counter<K> = Arc<DefaultKeyedRateLimiter<K>>;

/// A counter of `rate` events a second with room for `burst` at once.
pub fn counter<K: std::hash::Hash + Eq + Clone>(rate: u32, burst: u32) -> Counter<K> {
    let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
    Arc::new(RateLimiter::keyed(Quota::per_second(at_least_one(rate)).allow_burst(at_least_one(burst))))
}

/// Lets in only requests for our own host: another name could be an attacker's, pointed at us.
pub async fn host(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let said = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => only_one(request.headers(), HOST),
    };
    let Some(said) = said else { return refuse(StatusCode::BAD_REQUEST) };
    if said.eq_ignore_ascii_case(doors.authority()) {
        return next.run(request).await;
    }
    if doors.lenient() && is_loopback(said) && matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Redirect::temporary(&format!("{}{path}", doors.base())).into_response();
    }
    refuse(StatusCode::MISDIRECTED_REQUEST)
}

/// A header that stands there once; two that differ would be read differently by whoever is in between.
fn only_one(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

fn is_loopback(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A post names our own address as its origin, scheme and port included, or none. (The layer outside this one compares
/// hosts alone: our own pages fetched without TLS, where anybody could have written them, would pass it in an old browser.)
pub async fn origin(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let mut said = request.headers().get_all(ORIGIN).iter();
    let ours = said.next().is_none_or(|origin| origin == doors.origin()) && said.next().is_none();
    if ours || matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    metrics::counter!("http_foreign_posts").increment(1);
    refuse(StatusCode::FORBIDDEN)
}

/// An address as browsers write it in `Origin`: in small letters, without the port that its scheme has anyway (RFC 6454,
/// section 6.2).
pub fn origin_of(address: &str) -> String {
    let origin = address.to_ascii_lowercase();
    let port = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(port).map(str::to_owned).unwrap_or(origin)
}

/// Only what the house understands; TRACE, CONNECT and the like are never ours.
pub async fn method(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        next.run(request).await
    } else {
        only("GET, HEAD, POST")
    }
}

/// Finds the client and counts its requests.
pub async fn address(State(doors): State<Doors>, mut request: Request, next: Next) -> Response {
    let Some(Peer(peer)) = request.extensions().get().copied() else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let client = doors.proxies().client(peer, request.headers());
    let counter = if is_report(&request) { doors.gateways() } else { doors.addresses() };
    if counter.check_key(&subscriber(client)).is_err() {
        metrics::counter!("http_limited", "by" => "address").increment(1);
        return later(StatusCode::TOO_MANY_REQUESTS, 1);
    }
    request.extensions_mut().insert(Client(client));
    next.run(request).await
}

/// Whether the SMS gateway says here what became of a text message: of a whole city's it does so from one address, within
/// one morning. The hints of registers are few, and what one of them would have told the house asks for by itself: they
/// are counted as any request is.
fn is_report(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    request.method() == Method::POST && route.is_some_and(|route| route.as_str() == sms::PATH)
}

/// Takes the whole body before a place at work is given away, so that a slow client holds nothing but its connection:
/// at most so many bytes, and after five seconds at least 1 KiB a second.
///
/// A form says its length (RFC 9110, 411). A body in chunks is refused and its connection closed: where a second length
/// stood beside the chunks, a proxy in between may have read another request out of them.
pub async fn whole(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(TRANSFER_ENCODING) {
        let mut response = refuse(StatusCode::LENGTH_REQUIRED);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    let (parts, body) = request.into_parts();
    match collect(body, doors.bounds().request_bytes).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(status) => refuse(status),
    }
}

const PATIENCE: Duration = Duration::from_secs(5);
const SLOWEST: u64 = 1024;

async fn collect(mut body: Body, most: usize) -> Result<Bytes, StatusCode> {
    let mut taken = Vec::new();
    let begun = Instant::now();
    loop {
        let earned = PATIENCE + Duration::from_millis(taken.len() as u64 * 1000 / SLOWEST);
        let left = earned.saturating_sub(begun.elapsed());
        match tokio::time::timeout(left, body.frame()).await {
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
            Ok(None) => return Ok(Bytes::from(taken)),
            Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST),
            Ok(Some(Ok(frame))) => {
                let Some(data) = frame.data_ref() else { continue };
                if taken.len() + data.len() > most {
                    return Err(StatusCode::PAYLOAD_TOO_LARGE);
                }
                taken.extend_from_slice(data);
            }
        }
    }
}

/// Bounds what is at work at once, and how long.
pub async fn room(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let Ok(_place) = doors.places().try_acquire() else {
        metrics::counter!("http_shed").increment(1);
        return later(StatusCode::SERVICE_UNAVAILABLE, 2);
    };
    match tokio::time::timeout(doors.bounds().request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => later(StatusCode::SERVICE_UNAVAILABLE, 10),
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn, routing::post};
    use futures::stream;
    use tower::ServiceExt;

    use super::*;
    use crate::http::hooks;

    #[tokio::test]
    async fn a_body_is_taken_whole_or_not_at_all() {
        assert_eq!(collect(Body::from("abc"), 3).await.unwrap(), "abc");
        assert_eq!(collect(Body::from("abcd"), 3).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_is_not_waited_for() {
        let silent = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(collect(silent, 3).await, Err(StatusCode::REQUEST_TIMEOUT));
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_is_no_request() {
        let cut =
            Body::from_stream(stream::iter([Ok(Bytes::from("ab")), Err(std::io::Error::other("gone"))]));
        assert_eq!(collect(cut, 9).await, Err(StatusCode::BAD_REQUEST));
    }

    #[tokio::test]
    async fn only_what_a_gateway_posts_to_its_own_route_has_a_counter_of_its_own() {
        async fn told(request: Request, _: Next) -> String {
            is_report(&request).to_string()
        }
        let router: Router = Router::new()
            .route(sms::PATH, post(async || ()))
            .route(hooks::PATH, post(async || ()))
            .route(hooks::ATTENDANCE, post(async || ()))
            .fallback(async || ())
            .layer(from_fn(told));
        for (method, path, own) in [
            (Method::POST, "/krok/sms/AAAAAAAAAAAAAAAAAAAAAA", true),
            (Method::GET, "/krok/sms/AAAAAAAAAAAAAAAAAAAAAA", false),
            (Method::POST, "/krok/sms/", false),
            (Method::POST, "/krok/sms/a/b", false),
            (Method::POST, "/krok/andrat", false),
            (Method::POST, "/krok/narvaro/AAAAAAAAAAAAAAAAAAAAAA", false),
            (Method::POST, "/krok/", false),
            (Method::POST, "/", false),
        ] {
            let request = http::Request::builder().method(&method).uri(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let said = collect(answer.into_body(), 9).await.unwrap();
            assert_eq!(said, own.to_string(), "{method} {path}");
        }
    }

    #[test]
    fn loopback_has_many_names() {
        assert!(is_loopback("localhost:3000") && is_loopback("127.0.0.2") && is_loopback("[::1]:80"));
        assert!(!is_loopback("localhost.evil.example") && !is_loopback("192.0.2.1:3000"));
    }

    #[test]
    fn an_origin_is_written_as_browsers_do() {
        for (address, origin) in [
            ("https://Konto.example.se", "https://konto.example.se"),
            ("https://konto.example.se:443", "https://konto.example.se"),
            ("https://konto.example.se:8443", "https://konto.example.se:8443"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://127.0.0.1:443", "http://127.0.0.1:443"),
        ] {
            assert_eq!(origin_of(address), origin);
        }
    }

    #[test]
    fn a_counter_knows_one_key_from_another() {
        let counter = counter::<u8>(1, 2);
        assert!(
            counter.check_key(&1).is_ok() && counter.check_key(&1).is_ok() && counter.check_key(&1).is_err()
        );
        assert!(counter.check_key(&2).is_ok());
    }
}
