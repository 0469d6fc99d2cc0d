//! The frame of every page for people: it says at once that nothing here is real.

use axum::{
    body::Body,
    http::{Response, StatusCode, header},
    response::{Html, IntoResponse},
};

/// A part of the town's page that is marked as the present one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    People,
    Phone,
    Mail,
    Sms,
    Orders,
    Nowhere,
}

const PARTS: [(Part, &str, &str); 5] = [
    (Part::People, "/", "Människor"),
    (Part::Phone, "/phone", "Låtsastelefon"),
    (Part::Mail, "/mail", "Mejl"),
    (Part::Sms, "/sms", "SMS"),
    (Part::Orders, "/orders", "BankID-ordrar"),
];

/// `text` as HTML.
pub(super) fn esc(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A whole page around `main`, which is HTML.
pub(super) fn page(status: StatusCode, part: Part, title: &str, main: &str) -> Response<Body> {
    let mut links = String::new();
    for (of, href, name) in PARTS {
        let here = if of == part { " aria-current=\"page\"" } else { "" };
        links.push_str(&format!("<a href=\"{href}\"{here}>{name}</a>"));
    }
    let html = format!(
        "<!doctype html><html lang=\"sv\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{} – Den påhittade staden</title>\
         <style>{CSS}</style></head><body>\
         <p class=\"banner\"><strong>Simulering.</strong> Staden är påhittad: inga riktiga personer, inget riktigt BankID.</p>\
         <header><a class=\"mark\" href=\"/\">Den påhittade staden</a><nav>{links}</nav></header>\
         <main><h1>{}</h1>{main}</main></body></html>",
        esc(title),
        esc(title),
    );
    // No form-action: the pretend phone sends its user back to other sites, as the real app does.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::REFERRER_POLICY, "same-origin")];
    (status, headers, Html(html)).into_response()
}

const CSS: &str = "\
:root{color-scheme:light dark;--ink:#1d2433;--quiet:#4b5568;--paper:#fff;--ground:#f5f3ee;--line:#d8d3c7;\
--act:#6a2c91;--on-act:#fff;--soft:#f1e8f6;--warn:#5c3b00;--warn-ground:#ffe9b8;--bad:#a4231b}\
@media(prefers-color-scheme:dark){:root{--ink:#eef0f5;--quiet:#b5bccb;--paper:#20232e;--ground:#14161d;--line:#3b4050;\
--act:#d7a8f0;--on-act:#1f0f2b;--soft:#33233f;--warn:#ffe9b8;--warn-ground:#4a3500;--bad:#ff9d94}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}\
.banner{margin:0;padding:8px 16px;background:var(--warn-ground);color:var(--warn);text-align:center}\
header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;padding:12px 16px;max-width:72rem;margin:0 auto}\
.mark{font-weight:700;color:inherit;text-decoration:none}\
nav{display:flex;flex-wrap:wrap;gap:4px}\
nav a{padding:10px 12px;border-radius:8px;color:inherit;text-decoration:none}\
nav a:hover{text-decoration:underline}\
nav a[aria-current]{background:var(--soft);font-weight:600}\
main{max-width:72rem;margin:0 auto;padding:8px 16px 64px}\
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;text-wrap:balance}\
h2{font-size:1.25rem;margin:32px 0 12px;text-wrap:balance}\
p{max-width:44em}\
a{color:var(--act)}\
.banner{max-width:none}.quiet{color:var(--quiet)}\
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:12px;padding:0;margin:0;list-style:none}\
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px;display:flex;flex-direction:column}\
.card .button{margin-top:auto;background:transparent;color:var(--act)}.card .tags{margin-bottom:16px}\
.card h3{margin:0;font-size:1.125rem}\
.card p{margin:4px 0}\
.number{font-variant-numeric:tabular-nums;color:var(--quiet)}\
.tags{display:flex;flex-wrap:wrap;gap:4px;margin:8px 0 0;padding:0;list-style:none}\
.tags li,.tags a{font-size:.875rem;background:var(--soft);color:inherit;border-radius:99px;padding:2px 10px;text-decoration:none}\
.tags a:hover{text-decoration:underline}.tags a[aria-current]{outline:2px solid var(--act)}\
.phone{max-width:26rem;margin:0 auto;background:var(--paper);border:1px solid var(--line);border-radius:24px;padding:24px}\
.intent{border-left:4px solid var(--act);padding:4px 0 4px 12px;margin:16px 0;overflow-wrap:anywhere}\
.intent p{margin:4px 0;white-space:pre-wrap}\
label{display:block;font-weight:600;margin-top:16px}\
input,select,textarea{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--quiet);border-radius:8px;\
padding:10px;width:100%;min-height:44px}\
textarea{min-height:7rem;overflow-wrap:anywhere}\
button,.button{font:inherit;font-weight:600;display:block;width:100%;min-height:48px;padding:10px 16px;margin-top:16px;\
border-radius:8px;border:2px solid var(--act);background:var(--act);color:var(--on-act);cursor:pointer;text-align:center;\
text-decoration:none}\
button.second{background:transparent;color:var(--act)}\
:focus-visible{outline:3px solid #ffbf00;outline-offset:2px}\
details{margin-top:24px}summary{cursor:pointer;padding:10px 0;font-weight:600}\
.said{color:var(--bad);font-weight:600}\
.letter pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:12px 0}\
.letter iframe{width:100%;height:28rem;border:1px solid var(--line);border-radius:8px;background:#fff}\
.letters{display:grid;gap:12px;padding:0;list-style:none}\
table{border-collapse:collapse;width:100%;background:var(--paper)}th,td{text-align:left;padding:8px;border:1px solid var(--line);\
vertical-align:top;overflow-wrap:anywhere}.wide{overflow-x:auto}";
