//! The outermost layer: the headers that every answer bears, whatever made it.
//!
//! Invariant: nothing leaves the house without them: pages, redirects, files, errors, 404 and what a panic left behind.
//! (HTTP so broken that no request comes of it is answered by hyper itself, with no content and no header of ours.)

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, SERVER,
        STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use leptos::nonce::Nonce;
use model::Language;
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use super::{Doors, cookies};

/// What one request is known by while it is answered.
#[derive(Clone, Debug)]
pub struct Seal {
    /// Allows the inline scripts and styles of this one answer.
    pub nonce: Nonce,
    /// Names the request in log and audit.
    pub request: Uuid,
    /// The language to answer in.
    pub language: Language,
}

/// What an answer is, as far as its headers care. An answer that does not say is [`Kind::Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page for people.
    Page {
        /// Nothing of a person is in it: it may be indexed, and kept if asked for again.
        public: bool,
        /// It shows the QR code in a frame of ours.
        frames: bool,
    },
    /// The frame itself.
    Frame,
    /// A file.
    File {
        /// Its name changes with its content.
        immutable: bool,
    },
    /// Everything else: redirects, answers of server functions, callbacks.
    Answer,
}

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const KEEP_NOTHING: HeaderValue = HeaderValue::from_static("no-store");
const BARE: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");
const FRAME: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
     report-uri /csp-rapport",
);

/// Headers that are the same on every answer.
const ALWAYS: [(HeaderName, &str); 6] = [
    (STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Gives the request its [`Seal`] and the answer its headers.
pub async fn seal(State(doors): State<Doors>, mut request: Request, next: Next) -> Response {
    let seal = Seal { nonce: nonce(), request: Uuid::new_v4(), language: language(request.headers()) };
    request.extensions_mut().insert(seal.clone());
    let mut response = next.run(request).await;
    let kind = response.extensions().get().copied().unwrap_or(Kind::Answer);
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let kind = match kind {
        Kind::Page { frames, .. } if failed => Kind::Page { public: false, frames },
        Kind::File { .. } if failed => Kind::File { immutable: false },
        kind => kind,
    };
    headers.insert(CONTENT_SECURITY_POLICY, policy(kind, &seal.nonce, doors.reload_socket()));
    headers.insert(CACHE_CONTROL, caching(kind));
    if !matches!(kind, Kind::Page { public: true, .. }) {
        headers
            .insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    }
    if matches!(kind, Kind::Page { .. }) {
        headers.append(VARY, HeaderValue::from_static("cookie, accept-language"));
    }
    headers.remove(SERVER);
    debug_assert!(
        headers.get(LOCATION).is_none_or(|to| !to.as_bytes().windows(6).any(|part| part == b"__err=")),
        "an error travels in an address"
    );
    response
}

/// The content security policy of an answer.
fn policy(kind: Kind, nonce: &Nonce, reload: Option<&str>) -> HeaderValue {
    let Kind::Page { frames, .. } = kind else { return if kind == Kind::Frame { FRAME } else { BARE } };
    let frames = if frames { "'self'" } else { "'none'" };
    let reload = reload.map(|socket| format!(" {socket}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self'; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-src {frames}; frame-ancestors 'none'; report-uri /csp-rapport"
    );
    // Base64 and our own constants are always a header value.
    HeaderValue::try_from(policy).unwrap_or(BARE)
}

fn caching(kind: Kind) -> HeaderValue {
    match kind {
        Kind::File { immutable: true } => FOR_EVER,
        Kind::File { immutable: false } | Kind::Page { public: true, .. } => ASK_AGAIN,
        _ => KEEP_NOTHING,
    }
}

/// 128 random bits for one answer.
fn nonce() -> Nonce {
    let mut bytes = [0_u8; 16];
    // The operating system's generator does not fail once it has started; if it did, no script at all is the safe answer,
    // and the zeros below are never sent twice to a browser that could have learnt them.
    if SystemRandom::new().fill(&mut bytes).is_err() {
        bytes = *Uuid::new_v4().as_bytes();
    }
    Nonce::from_value(BASE64_STANDARD.encode(bytes))
}

/// The language the visitor chose, else the one the browser asks for.
pub fn language(headers: &HeaderMap) -> Language {
    cookies::one(headers, cookies::LANGUAGE).and_then(|tag| Language::from_tag(&tag)).unwrap_or_else(|| {
        let accept = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Language::preferred(accept)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(public: bool, frames: bool) -> String {
        let nonce = Nonce::from_value("bm9uY2U=");
        policy(Kind::Page { public, frames }, &nonce, None).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_page_runs_only_our_scripts_and_stands_in_no_frame() {
        let policy = page(true, false);
        assert!(policy.contains("script-src 'self' 'nonce-bm9uY2U=' 'wasm-unsafe-eval';"), "{policy}");
        assert!(policy.contains("frame-src 'none'; frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    }

    #[test]
    fn only_the_bankid_step_may_show_a_frame_and_only_the_frame_may_be_in_one() {
        assert!(page(false, true).contains("frame-src 'self'; frame-ancestors 'none'"));
        let frame = policy(Kind::Frame, &nonce(), None);
        assert!(frame.to_str().unwrap().contains("frame-ancestors 'self'"));
        assert!(!frame.to_str().unwrap().contains("script-src"));
    }

    #[test]
    fn everything_but_pages_is_boxed_in() {
        for kind in [Kind::Answer, Kind::File { immutable: true }] {
            assert_eq!(policy(kind, &nonce(), Some("ws://127.0.0.1:3001")), BARE);
        }
    }

    #[test]
    fn two_answers_never_share_a_nonce() {
        assert_ne!(nonce(), nonce());
    }
}
