//! The pretend phone: the BankID app as pages, for people without a test BankID.
//!
//! `/phone?autostarttoken=…` is what the same-device button opens; a QR text is pasted by hand. Both lead to the
//! order's own page, where somebody is chosen and answers. As the real app does, an approval sends its user back to the order's
//! return address when the app was started on the same device.

use super::{
    calls::token,
    page::{Part, esc, page},
    pages::choice,
};
use crate::{
    State,
    bankid::{Approved, Listed, Play, Played, Refused, Start, Stay},
};
use axum::{
    Form,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

type Town = Shared<Arc<State>>;

/// What a start address holds.
#[derive(Deserialize)]
pub(super) struct Started {
    autostarttoken: Option<String>,
    /// Where to go afterwards, in start addresses of old; the order's own return address goes before it.
    redirect: Option<String>,
    person: Option<String>,
}

pub(super) async fn start(
    Shared(town): Town,
    Query(started): Query<Started>,
    headers: HeaderMap,
) -> Response {
    let Some(start) = started.autostarttoken else {
        let mut response = scanner(None);
        if let Some(person) = started.person.filter(|id| town.census().person(id).is_some()) {
            remember(&mut response, &person);
        }
        return response;
    };
    match town.bankid.open(Stay::Autostart(token(&start)), town.clock.now()) {
        Ok(order) => {
            let redirect = started.redirect.filter(|to| is_web(to));
            show(&town, &order, &headers, redirect.as_deref())
        }
        Err(refused) => said(refused),
    }
}

/// A pasted QR text.
#[derive(Deserialize)]
pub(super) struct Pasted {
    #[serde(default)]
    qr: String,
}

pub(super) async fn scan(Shared(town): Town, Form(pasted): Form<Pasted>) -> Response {
    match town.bankid.open(Stay::Qr(&pasted.qr), town.clock.now()) {
        Ok(order) => Redirect::to(&format!("/phone/{}", order.id)).into_response(),
        Err(refused) => scanner(Some(refused.said())),
    }
}

pub(super) async fn order(Shared(town): Town, Path(id): Path<Uuid>, headers: HeaderMap) -> Response {
    match town.bankid.open(Stay::Held(id), town.clock.now()) {
        Ok(order) => show(&town, &order, &headers, None),
        Err(refused) => said(refused),
    }
}

/// What somebody does with an order.
#[derive(Deserialize)]
pub(super) struct Answered {
    #[serde(default)]
    person: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    device_ip: String,
    #[serde(default)]
    risk: String,
    #[serde(default)]
    redirect: String,
}

pub(super) async fn answer(
    Shared(town): Town,
    Path(id): Path<Uuid>,
    Form(answered): Form<Answered>,
) -> Response {
    let census = town.census();
    let person = census.person(&answered.person).or_else(|| census.numbered(&answered.person));
    let Some(person) = person else { return said(Refused::NoBankId) };
    let approved = Approved {
        device_ip: answered.device_ip.trim().parse().ok(),
        risk: match answered.risk.as_str() {
            "" => Some("low".to_owned()),
            "none" => None,
            risk => Some(risk.to_owned()),
        },
        ..Approved::default()
    };
    let Some(play) = Play::parse(&answered.answer, approved) else {
        return page(StatusCode::BAD_REQUEST, Part::Phone, "Så kan ingen svara", BACK);
    };
    let mut response = match town.bankid.play(&census, person, Stay::Held(id), &play, town.clock.now()).await
    {
        Ok(Ok(played)) if played.status == "pending" => Redirect::to(&format!("/phone/{id}")).into_response(),
        Ok(Ok(played)) => ended(&played, &answered.redirect),
        Ok(Err(refused)) => said(refused),
        Err(error) => {
            tracing::error!(%error, "the pretend phone cannot sign");
            page(StatusCode::INTERNAL_SERVER_ERROR, Part::Phone, "Staden kan inte skriva under", BACK)
        }
    };
    remember(&mut response, &person.id);
    response
}

const BACK: &str = "<p><a href=\"/phone\">Till telefonen</a></p>";

/// The cookie that remembers who was chosen last.
const LAST: &str = "town_person";

fn remember(response: &mut Response, person: &str) {
    let cookie = format!("{LAST}={person}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn remembered(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let found = cookies.split("; ").find_map(|cookie| cookie.strip_prefix(LAST)?.strip_prefix('='));
    found.map(ToOwned::to_owned)
}

/// The app before it has an order.
fn scanner(wrong: Option<&str>) -> Response {
    let wrong = wrong
        .map_or_else(String::new, |wrong| format!("<p class=\"said\" role=\"alert\">{}</p>", esc(wrong)));
    let main = format!(
        "<div class=\"phone\">{wrong}<p>På samma enhet öppnas telefonen av knappen i portalen. På en annan enhet: kopiera \
         texten i QR-koden (den byts varje sekund och gäller i fem) och klistra in den här.</p>\
         <form method=\"post\" action=\"/phone\"><label for=\"qr\">QR-kodens text</label>\
         <textarea id=\"qr\" name=\"qr\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"bankid.…\"></textarea>\
         <button>Läs av</button></form></div>"
    );
    page(StatusCode::OK, Part::Phone, "Låtsastelefonen", &main)
}

/// An order in the app: first who it is, then what they do.
fn show(town: &State, order: &Listed, headers: &HeaderMap, redirect: Option<&str>) -> Response {
    let census = town.census();
    let verb = if order.purpose == "sign" { "Skriv under" } else { "Legitimera" };
    let mut main = format!(
        "<div class=\"phone\"><p class=\"quiet\">{}</p><p><strong>{}</strong></p>",
        if order.purpose == "sign" { "Du skriver under hos" } else { "Du legitimerar dig hos" },
        esc(&order.party)
    );
    if let Some(text) = &order.text {
        main.push_str(&format!(
            "<div class=\"intent\"><p class=\"quiet\">Min avsikt:</p>{}</div>",
            marked(text)
        ));
    }
    if order.started_by == Some(Start::Qr) {
        main.push_str("<p class=\"quiet\">Öppnad med QR-kod.</p>");
    }
    main.push_str(&format!("<form method=\"post\" action=\"/phone/{}\">", order.id));
    if let Some(redirect) = redirect {
        main.push_str(&format!("<input type=\"hidden\" name=\"redirect\" value=\"{}\">", esc(redirect)));
    }
    match order.person.as_deref().and_then(|id| census.person(id)) {
        Some(person) => main.push_str(&format!(
            "<p>Som <strong>{}</strong></p><input type=\"hidden\" name=\"person\" value=\"{}\">\
             <button name=\"answer\" value=\"approve\">{verb}</button>\
             <button class=\"second\" name=\"answer\" value=\"cancel\">Avbryt</button>{OTHERWISE}",
            esc(&person.name()),
            esc(&person.id)
        )),
        None => main.push_str(&format!(
            "<label for=\"person\">Vem är du?</label>{}\
             <button name=\"answer\" value=\"open\">Fortsätt</button>",
            choice(town, remembered(headers).as_deref())
        )),
    }
    main.push_str("</form></div>");
    page(StatusCode::OK, Part::Phone, "Låtsastelefonen", &main)
}

const OTHERWISE: &str = "<details><summary>Låt något gå fel</summary>\
    <button class=\"second\" name=\"answer\" value=\"wrong-pin\">Fel kod tre gånger</button>\
    <button class=\"second\" name=\"answer\" value=\"old-app\">För gammal app</button>\
    <button class=\"second\" name=\"answer\" value=\"processing\">Dröj i behandling</button>\
    <button class=\"second\" name=\"answer\" value=\"step-up\">Fråga efter mer</button>\
    <button class=\"second\" name=\"answer\" value=\"mrtd\">Läs ID-handling</button>\
    <button class=\"second\" name=\"answer\" value=\"fail:somethingNew\">Okänt fel</button>\
    <label for=\"risk\">Risk</label><select id=\"risk\" name=\"risk\"><option value=\"low\">låg</option>\
    <option value=\"moderate\">måttlig</option><option value=\"high\">hög</option><option value=\"none\">okänd</option></select>\
    <label for=\"ip\">Telefonens IP-adress</label>\
    <input id=\"ip\" name=\"device_ip\" autocomplete=\"off\" placeholder=\"samma som webbläsaren\"></details>";

/// The end of an order.
fn ended(played: &Played, redirect: &str) -> Response {
    if played.status != "completed" {
        let hint = esc(played.hint.as_deref().unwrap_or_default());
        let main = format!(
            "<div class=\"phone\"><p>Tjänsten får svaret <code>{hint}</code>.</p><p>Gå tillbaka till webbläsaren.</p></div>"
        );
        return page(StatusCode::OK, Part::Phone, "Avslutad", &main);
    }
    let to = played.return_url.as_deref().or(Some(redirect).filter(|to| is_web(to)));
    match to {
        Some(to) if is_web(to) => Redirect::to(to).into_response(),
        Some(scheme) => {
            let main = format!(
                "<div class=\"phone\"><p>Appen skulle nu öppna <code>{}</code>. Gå tillbaka till webbläsaren.</p></div>",
                esc(scheme)
            );
            page(StatusCode::OK, Part::Phone, "Klart", &main)
        }
        None => {
            let main = "<div class=\"phone\"><p>Gå tillbaka till webbläsaren där du började.</p></div>";
            page(StatusCode::OK, Part::Phone, "Klart", main)
        }
    }
}

fn said(refused: Refused) -> Response {
    let main = format!("<div class=\"phone\"><p class=\"said\">{}</p>{BACK}</div>", esc(refused.said()));
    page(StatusCode::CONFLICT, Part::Phone, "Det gick inte", &main)
}

/// Whether a browser can be sent there.
fn is_web(to: &str) -> bool {
    to.starts_with("https://") || to.starts_with("http://")
}

/// The text as the app shows it: headings and bold, the rest as written.
fn marked(text: &str) -> String {
    text.lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(heading) => format!("<p><strong>{}</strong></p>", esc(heading)),
            None => format!("<p>{}</p>", emphasised(&esc(line))),
        })
        .collect()
}

/// `*bold*` in a line that is HTML already.
fn emphasised(line: &str) -> String {
    let mut parts = line.split('*').peekable();
    let mut html = parts.next().unwrap_or_default().to_owned();
    while let Some(inside) = parts.next() {
        match parts.next() {
            Some(after) => html.push_str(&format!("<strong>{inside}</strong>{after}")),
            None => html.push_str(&format!("*{inside}")),
        }
    }
    html
}
