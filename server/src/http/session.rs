//! From cookies to a [`Visit`].

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{
    HeaderMap, HeaderValue, Method,
    header::{REFERER, SET_COOKIE, USER_AGENT},
};
use portal::{Asking, Who};
use ring::rand::{SecureRandom, SystemRandom};

use super::{
    Doors, cookies, functions,
    guard::Client,
    qr,
    refusal::{later, refuse},
    seal::Seal,
};

/// Who asked, told to the layers outside by way of the answer.
#[derive(Clone, Debug)]
pub struct Known(pub Who);

/// How much of a browser's description of itself is kept.
const AGENT: usize = 256;

/// Puts the [`Visit`](portal::Visit) and its [`Asking`] into the request.
pub async fn visit(State(doors): State<Doors>, mut request: Request, next: Next) -> Response {
    let (Some(seal), Some(Client(address))) =
        (request.extensions().get::<Seal>().cloned(), request.extensions().get::<Client>().copied())
    else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let headers = request.headers();
    let session = cookies::one(headers, cookies::SESSION);
    let mut device = cookies::one(headers, cookies::DEVICE);
    // Only a browser that does something is given a mark to know it by.
    let minted = (device.is_none() && request.method() == Method::POST).then(mint).flatten();
    if let Some(minted) = &minted {
        device = Some(minted.clone());
    }
    let asking = Asking {
        session: session.clone(),
        login: cookies::one(headers, cookies::LOGIN),
        device,
        address,
        user_agent: agent(headers),
        language: seal.language,
        request: seal.request,
        background: is_background(&request),
    };
    let visit = match doors.portal().visit(asking.clone()).await {
        Ok(visit) => visit,
        Err(error) => return broken(error),
    };
    let who = visit.who();
    if let (Some(session), true) = (session, who != Who::Stranger)
        && doors.sessions().check_key(&session).is_err()
    {
        metrics::counter!("http_limited", "by" => "session").increment(1);
        return later(StatusCode::TOO_MANY_REQUESTS, 1);
    }
    reduce_referer(request.headers_mut(), doors.base());
    request.extensions_mut().insert(asking);
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Known(who));
    if let Some(minted) = minted
        && let Ok(cookie) = HeaderValue::try_from(format!(
            "{}={minted}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000",
            cookies::DEVICE
        ))
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The answer when the portal itself cannot say who is there.
pub fn broken(error: portal::Error) -> Response {
    let fault = app::Fault::from(error);
    match fault {
        app::Fault::TooMany { seconds } => later(fault.status(), seconds.into()),
        app::Fault::Unavailable => later(fault.status(), 10),
        _ => refuse(fault.status()),
    }
}

/// What a browser asks on its own does not keep a session alive.
fn is_background(request: &Request) -> bool {
    let prefetched = ["sec-purpose", "purpose"].iter().any(|name| {
        request
            .headers()
            .get(*name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("prefetch"))
    });
    // HEAD shows nobody anything.
    let unseen = request.method() == Method::HEAD;
    let path = request.uri().path();
    prefetched || unseen || path == qr::IMAGE || path == qr::FRAME || functions::is_poll(path)
}

/// The first bytes of what the browser calls itself.
fn agent(headers: &HeaderMap) -> String {
    let said = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.chars().take(AGENT).collect()
}

/// 128 random bits.
fn mint() -> Option<String> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Leaves of the referer a path of ours, or nothing: whoever goes "back" must not be led away by it.
fn reduce_referer(headers: &mut HeaderMap, base: &str) {
    let path = headers
        .get(REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|referer| referer.strip_prefix(base))
        .and_then(|rest| rest.split(['?', '#']).next())
        .filter(|path| is_path(path))
        .and_then(|path| HeaderValue::try_from(path).ok());
    match path {
        Some(path) => headers.insert(REFERER, path),
        None => headers.remove(REFERER),
    };
}

/// One slash at the start, and nothing that a browser could read as another host.
fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~' | b'%')
        })
}

#[cfg(test)]
mod tests {
    use http::header::RETRY_AFTER;

    use super::*;

    fn referer(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(REFERER, HeaderValue::try_from(value).unwrap());
        reduce_referer(&mut headers, "http://127.0.0.1:3000");
        headers.get(REFERER).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_a_path_of_ours_is_gone_back_to() {
        assert_eq!(referer("http://127.0.0.1:3000/ansokan?x=1#y").as_deref(), Some("/ansokan"));
        for foreign in [
            "http://127.0.0.1:30001/",
            "http://127.0.0.1:3000.evil.example/",
            "http://127.0.0.1:3000//evil.example",
            "http://127.0.0.1:3000/\\evil.example",
            "http://127.0.0.1:3000@evil.example/",
            "https://evil.example/http://127.0.0.1:3000/",
            "//evil.example",
            "javascript:alert(1)",
            "http://127.0.0.1:3000",
        ] {
            assert_eq!(referer(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_failure_has_one_status_wherever_it_is_met() {
        use portal::{Error, System};
        let retry_after = std::time::Duration::from_millis(1_500);
        for (error, status, wait) in [
            (Error::TooMany { retry_after }, StatusCode::TOO_MANY_REQUESTS, Some("1")),
            (Error::Unavailable(System::Database), StatusCode::SERVICE_UNAVAILABLE, Some("10")),
            (Error::NotFound, StatusCode::NOT_FOUND, None),
            (Error::TurnToTheSchool, StatusCode::FORBIDDEN, None),
            (Error::Refused(model::Refusal::Form), StatusCode::BAD_REQUEST, None),
        ] {
            let answer = broken(error);
            let said = answer.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap());
            assert_eq!((answer.status(), said), (status, wait));
        }
    }

    #[test]
    fn an_agent_is_cut_at_a_character() {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::try_from("a".repeat(1000)).unwrap());
        assert_eq!(agent(&headers).len(), AGENT);
        headers.insert(USER_AGENT, HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(agent(&headers), "");
    }

    #[test]
    fn a_mark_fits_its_cookie() {
        assert_eq!(mint().unwrap().len(), 22);
    }
}
