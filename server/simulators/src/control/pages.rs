//! Pages that only show: the boxes and the orders.

use super::{
    page::{Part, esc, page},
    people,
};
use crate::{
    State,
    post::{Mail, Sms, Wanted},
};
use axum::{
    extract::{Query, State as Shared},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use std::sync::Arc;

type Town = Shared<Arc<State>>;

/// Whose letters are shown.
#[derive(Deserialize)]
pub(super) struct To {
    to: Option<String>,
}

pub(super) async fn mail(Shared(town): Town, Query(to): Query<To>) -> Response {
    let wanted = Wanted { to: to.to.filter(|to| !to.is_empty()), after: None };
    let letters: String = town.mail.list(&wanted).iter().rev().map(letter).collect();
    renewed(page(StatusCode::OK, Part::Mail, "Mejl", &filled(&letters, "Inga mejl har kommit än.")))
}

pub(super) async fn sms(Shared(town): Town, Query(to): Query<To>) -> Response {
    let wanted = Wanted { to: to.to.filter(|to| !to.is_empty()), after: None };
    let letters: String = town.sms.list(&wanted).iter().rev().map(text).collect();
    renewed(page(StatusCode::OK, Part::Sms, "SMS", &filled(&letters, "Inga SMS har kommit än.")))
}

pub(super) async fn orders(Shared(town): Town) -> Response {
    let census = town.census();
    let orders = town.bankid.list(town.clock.now());
    let mut rows = String::new();
    for order in orders.iter().rev().take(200) {
        let who = order.person.as_deref().and_then(|id| census.person(id)).map(|p| p.name());
        rows.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{} {}</td><td>{}</td></tr>",
            time(order.made),
            esc(&order.party),
            if order.purpose == "sign" { "underskrift" } else { "identifiering" },
            esc(order.state),
            esc(order.hint.as_deref().unwrap_or_default()),
            esc(&who.unwrap_or_default()),
        ));
    }
    let main = if rows.is_empty() {
        "<p class=\"quiet\">Ingen har börjat en identifiering än.</p>".to_owned()
    } else {
        format!(
            "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Tid</th><th scope=\"col\">Tjänst</th>\
             <th scope=\"col\">Ärende</th><th scope=\"col\">Läge</th><th scope=\"col\">Person</th></tr></thead>\
             <tbody>{rows}</tbody></table></div>"
        )
    };
    renewed(page(StatusCode::OK, Part::Orders, "BankID-ordrar", &main))
}

pub(super) async fn nothing() -> Response {
    let main = "<p>Sidan finns inte. <a href=\"/\">Till människorna</a></p>";
    page(StatusCode::NOT_FOUND, Part::Nowhere, "Sidan finns inte", main)
}

/// The page asks again by itself: who waits for a code need do nothing.
fn renewed(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("5"));
    response
}

fn filled(letters: &str, empty: &str) -> String {
    if letters.is_empty() {
        format!("<p class=\"quiet\">{empty} Sidan förnyas av sig själv.</p>")
    } else {
        format!("<ul class=\"letters\">{letters}</ul>")
    }
}

fn letter(mail: &Mail) -> String {
    let html = mail.html.as_deref().map_or_else(String::new, |html| {
        format!(
            "<details><summary>Som HTML</summary><iframe sandbox title=\"Mejlet som HTML\" srcdoc=\"{}\"></iframe></details>",
            esc(html)
        )
    });
    format!(
        "<li class=\"card letter\"><h2>{}</h2><p class=\"quiet\">{} · till <a href=\"/mail?to={}\">{}</a> · från {}</p>\
         <pre>{}</pre>{html}</li>",
        esc(&mail.subject),
        time(mail.at),
        esc(&escaped(&mail.to)),
        esc(&mail.to),
        esc(&mail.from),
        linked(&mail.text),
    )
}

fn text(sms: &Sms) -> String {
    format!(
        "<li class=\"card letter\"><p class=\"quiet\">{} · till {} · från {}</p><pre>{}</pre></li>",
        time(sms.at),
        esc(&sms.to),
        esc(&sms.from),
        linked(&sms.text),
    )
}

/// Text with its addresses as links.
fn linked(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word.trim_end();
            if bare.starts_with("http://") || bare.starts_with("https://") {
                let rest = &word[bare.len()..];
                format!("<a href=\"{0}\" rel=\"noreferrer\">{0}</a>{rest}", esc(bare))
            } else {
                esc(word)
            }
        })
        .collect()
}

/// A mail address inside a query.
fn escaped(address: &str) -> String {
    address.bytes().fold(String::new(), |mut done, b| {
        if b.is_ascii_alphanumeric() || b"-._~@".contains(&b) {
            done.push(char::from(b));
        } else {
            done.push_str(&format!("%{b:02X}"));
        }
        done
    })
}

/// A time of the town's clock, as people there read it.
pub(super) fn time(at: Timestamp) -> String {
    let zone = TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC);
    zone.to_datetime(at).strftime("%-d/%-m %H:%M:%S").to_string()
}

/// So many people can be chosen from a list; in a larger world their id or number is written.
const MOST: usize = 500;

/// Who holds a BankID, for a choice: ordinary people first.
pub(super) fn choice(town: &State, chosen: Option<&str>) -> String {
    let (census, today) = (town.census(), town.today());
    let holders = || census.persons.iter().filter(|person| person.bankid);
    if holders().nth(MOST).is_some() {
        let chosen = esc(chosen.unwrap_or_default());
        return format!(
            "<input id=\"person\" name=\"person\" value=\"{chosen}\" placeholder=\"id eller personnummer\">"
        );
    }
    let (mut ordinary, mut special) = (String::new(), String::new());
    for person in holders() {
        let tags = census.tags(person, today);
        let is_ordinary = tags.iter().any(|tag| tag == "ordinary");
        let told = person
            .note
            .clone()
            .unwrap_or_else(|| tags.iter().map(|tag| people::name(tag)).collect::<Vec<_>>().join(", "));
        let selected = if chosen == Some(person.id.as_str()) { " selected" } else { "" };
        let option = format!(
            "<option value=\"{}\"{selected}>{} – {}</option>",
            esc(&person.id),
            esc(&person.name()),
            esc(&told)
        );
        if is_ordinary { ordinary.push_str(&option) } else { special.push_str(&option) }
    }
    format!(
        "<select id=\"person\" name=\"person\">\
         <optgroup label=\"Vanliga vårdnadshavare\">{ordinary}</optgroup>\
         <optgroup label=\"Med något särskilt\">{special}</optgroup></select>"
    )
}
