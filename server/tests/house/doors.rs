//! What every answer bears and every request must pass, over real sockets.

use super::stage::{Page, Stage, browser::encoded};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The headers that nothing leaves the house without.
fn assert_sealed(page: &Page) {
    let at = format!("{} {}", page.status, page.path);
    assert_eq!(page.header("strict-transport-security"), "max-age=63072000; includeSubDomains", "{at}");
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{at}");
    assert_eq!(page.header("referrer-policy"), "same-origin", "{at}");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{at}");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin", "{at}");
    assert!(page.header("permissions-policy").contains("camera=()"), "{at}");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors '"),
        "{at}: {policy}"
    );
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{at}: {policy}");
    assert!(!page.header("cache-control").is_empty(), "{at}");
    assert_eq!(page.headers.get_all("content-security-policy").iter().count(), 1, "{at}");
    for absent in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert!(page.headers.get(absent).is_none(), "{at} says {absent}");
    }
    if page.header("content-type").starts_with("text/") {
        assert!(page.header("content-type").contains("charset=utf-8"), "{at}");
    }
    for cookie in page.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.contains("; Secure") && cookie.contains("; HttpOnly") && cookie.contains("; SameSite="),
            "{cookie}"
        );
        assert!(cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
        let value = cookie.split_once('=').unwrap().1.split(';').next().unwrap();
        assert!(value.len() <= 64, "{cookie}");
    }
}

/// Every route, with something harmless where the path has a hole.
fn routes() -> Vec<(Method, String)> {
    let lines = server::http::routes::all();
    let public = lines.into_iter().filter(|line| line.kind != "health");
    let filled = |path: &str| path.replace("{token}", "abcdefghijklmnopqrstuv").replace("{file}", "none.css");
    public.map(|line| (line.method.parse().unwrap(), filled(line.path))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_sealed_whatever_was_asked() {
    let stage = Stage::with(&[("LIMITS__ADDRESS_PER_SECOND", "1000")]).await;
    let mut browser = stage.browser();
    for (method, path) in routes() {
        let answer =
            browser.send(method.clone(), &path, (method == Method::POST).then(String::new), &[]).await;
        assert_sealed(&answer);
        assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}: {}", answer.text);
        // The wrong method is said to be wrong.
        for wrong in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::OPTIONS] {
            let answer = browser.send(wrong.clone(), &path, None, &[]).await;
            assert_sealed(&answer);
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{wrong} {path}");
            assert!(!answer.header("allow").is_empty(), "{wrong} {path}");
        }
        let other = if method == Method::GET { Method::POST } else { Method::GET };
        let answer = browser.send(other.clone(), &path, (other == Method::POST).then(String::new), &[]).await;
        assert_sealed(&answer);
        assert!(
            [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND].contains(&answer.status),
            "{other} {path}: {}",
            answer.status
        );
    }
    for path in [
        "/finns-inte",
        "/mina-barn/x.css",
        "/.git/config",
        "/pkg/..%2f..%2fCargo.toml",
        "/hash.txt",
        "/%00",
        "/pkg/",
    ] {
        let answer = browser.get(path).await;
        assert_sealed(&answer);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.has("<h1"), "{path} has no page for people");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_answers_never_share_a_nonce_and_public_pages_send_no_script() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    let mut policies = std::collections::BTreeSet::new();
    for line in
        server::http::routes::all().into_iter().filter(|line| line.kind == "page" && line.policy == "public")
    {
        let page = browser.get(line.path).await;
        assert!(
            policies.insert(page.header("content-security-policy").to_owned()),
            "{} repeats a nonce",
            line.path
        );
        if !line.island && page.status == StatusCode::OK {
            assert!(!page.has("<script"), "{} sends script", line.path);
            assert_eq!(page.header("cache-control"), "no-cache", "{}", line.path);
            assert_eq!(page.header("x-robots-tag"), "", "{}", line.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_from_another_site_is_refused_and_one_from_nowhere_is_not() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    let own = stage.base.clone();
    let body = || Some("language=en&back=%2F".to_owned());
    let sibling = own.replace("127.0.0.1", "localhost");
    for (refused, headers) in [
        (false, vec![]),
        (false, vec![("origin", own.as_str())]),
        (false, vec![("sec-fetch-site", "same-origin"), ("origin", own.as_str())]),
        (false, vec![("sec-fetch-site", "none")]),
        (true, vec![("origin", "https://evil.example")]),
        (true, vec![("origin", "null")]),
        (true, vec![("origin", "http://127.0.0.1:1")]),
        (true, vec![("origin", sibling.as_str())]),
        (true, vec![("sec-fetch-site", "cross-site")]),
        (true, vec![("sec-fetch-site", "same-site"), ("origin", own.as_str())]),
        (true, vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())]),
    ] {
        let answer = browser.send(Method::POST, "/api/language/choose", body(), &headers).await;
        assert_sealed(&answer);
        let expected = if refused { StatusCode::FORBIDDEN } else { StatusCode::SEE_OTHER };
        assert_eq!(answer.status, expected, "{headers:?}");
        assert!(!refused || answer.has("<h1"), "{headers:?}: no page for people");
    }
    // The same fields by GET change nothing.
    let mut fresh = stage.browser();
    let answer = fresh.get("/api/language/choose?language=en&back=%2F").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(fresh.cookies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_post_gets_its_true_status_and_a_calm_page() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    let long = format!("language=en&back={}", "a".repeat(70_000));
    for (path, body, status) in [
        ("/api/finns/inte", "x=1".to_owned(), StatusCode::NOT_FOUND),
        ("/api/language/choose", "language=klingon".to_owned(), StatusCode::BAD_REQUEST),
        ("/api/language/choose", String::new(), StatusCode::BAD_REQUEST),
        ("/api/language/choose", "%ff%fe=%00&[[[]]]&a[999999]=1".to_owned(), StatusCode::BAD_REQUEST),
        ("/api/sign_in/start", "purpose=apply".to_owned(), StatusCode::BAD_REQUEST),
        ("/api/language/choose", long, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer =
            browser.send(Method::POST, path, Some(body), &[("referer", "https://evil.example/?x")]).await;
        assert_sealed(&answer);
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.has("<h1"), "{path} has no page for people");
        assert!(answer.location().is_none(), "{path}");
    }
    // An island is told the same without a page.
    let answer = browser
        .send(Method::POST, "/api/language/choose", Some("x=1".to_owned()), &[("accept", "application/json")])
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.has("<h1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_out_of_the_house() {
    let stage = Stage::open().await;
    let evil = [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/%5cevil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "https:evil.example",
        "/..//evil.example",
        "http://127.0.0.1:3000@evil.example",
        "\u{0}",
        "/\r\nX: y",
    ];
    for way in evil {
        let mut browser = stage.browser();
        let fields = [("language".to_owned(), "en".to_owned()), ("back".to_owned(), way.to_owned())];
        let body = encoded(&fields);
        let mut headers = vec![];
        if way.is_ascii() && !way.contains(['\r', '\0']) {
            headers.push(("referer", way));
        }
        let answer = browser.send(Method::POST, "/api/language/choose", Some(body), &headers).await;
        // `location` itself asserts that the way stays inside.
        assert!(answer.location().is_some_and(|to| !to.contains("evil")), "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_is_not_ours_makes_a_stranger_and_never_an_error() {
    let stage = Stage::open().await;
    for cookie in [
        "__Host-ht_s=".to_owned(),
        "__Host-ht_s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        "__Host-ht_s=a; __Host-ht_s=b".to_owned(),
        format!("__Host-ht_s={}", "a".repeat(5000)),
        "__Host-ht_s=\"; DROP TABLE session; --".to_owned(),
        "__Host-ht_login=../../etc/passwd; __Host-ht_dev=%00; ht_lang=<script>".to_owned(),
        "=;=;;;====".to_owned(),
    ] {
        let mut browser = stage.browser();
        let start = browser.send(Method::GET, "/", None, &[("cookie", &cookie)]).await;
        assert_eq!(start.status, StatusCode::OK, "{cookie}");
        let own = browser.send(Method::GET, "/mina-barn", None, &[("cookie", &cookie)]).await;
        assert_eq!(own.location().as_deref(), Some("/logga-in"), "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_name_is_not_ours() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    let evil = browser.send(Method::GET, "/", None, &[("host", "evil.example")]).await;
    assert_sealed(&evil);
    assert_eq!(evil.status, StatusCode::MISDIRECTED_REQUEST);
    let port = stage.base.rsplit(':').next().unwrap().to_owned();
    let local =
        browser.send(Method::GET, "/logga-in?x=1", None, &[("host", &format!("localhost:{port}"))]).await;
    assert_eq!(local.headers["location"], format!("{}/logga-in?x=1", stage.base));
    let post = browser
        .send(
            Method::POST,
            "/api/session/end",
            Some(String::new()),
            &[("host", &format!("localhost:{port}"))],
        )
        .await;
    assert_eq!(post.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_of_one_address_wait_and_others_do_not() {
    let stage =
        Stage::with(&[("LIMITS__ADDRESS_PER_SECOND", "5"), ("HTTP__TRUSTED_PROXIES", "[\"127.0.0.1\"]")])
            .await;
    let mut browser = stage.browser();
    let crowd = [("x-forwarded-for", "198.51.100.1, 203.0.113.7")];
    let mut refused = None;
    for _ in 0..20 {
        let answer = browser.send(Method::GET, "/kakor", None, &crowd).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("nobody was refused");
    assert_sealed(&refused);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert!(refused.has("<h1"));
    let other = browser.send(Method::GET, "/kakor", None, &[("x-forwarded-for", "203.0.113.8")]).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_http_is_answered_once_and_never_becomes_two_requests() {
    let stage = Stage::open().await;
    let host = stage.base.trim_start_matches("http://");
    for broken in [
        format!(
            "POST /api/session/end HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /kakor HTTP/1.1\r\nHost: {host}\r\n\r\n"
        ),
        format!(
            "POST /api/session/end HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcdGET /kakor HTTP/1.1\r\nHost: {host}\r\n\r\n"
        ),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\n folded: yes\r\n\r\n"),
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET / HTTP/9.9\r\nHost: {host}\r\n\r\n"),
    ] {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(broken.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        let _ = tokio::time::timeout(std::time::Duration::from_secs(12), stream.read_to_string(&mut answer))
            .await;
        assert!(
            !answer.contains("/pkg/") || answer.matches("HTTP/1.1 ").count() <= 1,
            "{broken:?} became two: {answer}"
        );
        assert!(!answer.starts_with("HTTP/1.1 200"), "{broken:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_whether_the_house_lives_and_what_it_does() {
    let stage = Stage::open().await;
    stage.browser().get("/kakor").await;
    let ask = async |path: &str| {
        let answer = reqwest::get(format!("{}{path}", stage.operator)).await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    assert_eq!(ask("/live").await.0, StatusCode::OK);
    let (status, text) = ask("/ready").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, r#"{"ready":true,"reasons":[]}"#));
    let (_, figures) = ask("/metrics").await;
    assert!(
        figures.contains(r#"http_requests_total{method="GET",route="/kakor",status="200"}"#),
        "{figures}"
    );
    // The public door knows nothing of it.
    for path in ["/live", "/ready", "/metrics"] {
        assert_eq!(stage.browser().get(path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_a_browser_are_swallowed_whatever_they_hold() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    let long = "a".repeat(60_000);
    for body in ["", "{}", "not json", r#"{"csp-report":{"effective-directive":"img-src"}}"#, long.as_str()] {
        let answer = browser.send(Method::POST, "/csp-rapport", Some(body.to_owned()), &[]).await;
        assert_sealed(&answer);
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
}
