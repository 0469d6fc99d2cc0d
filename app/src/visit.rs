//! Who is asking, and how a posted form is answered: always with a redirect to the page that shows the outcome.

use std::fmt;

use http::{HeaderName, HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::Refusal;
use portal::Visit;

use crate::{Fault, Place};

/// The cookie of a session. Its value is a key; nothing else is in it.
pub const SESSION_COOKIE: &str = "__Host-ht_s";
/// The cookie of an identification that goes on.
pub const LOGIN_COOKIE: &str = "__Host-ht_login";

/// How long a login cookie lives, in seconds: as long as the identification at most.
const LOGIN_LIFE: u32 = 600;

/// The question of an address that carries a refusal back to the page that asked: `?nej=link-spent`.
pub(crate) const NO: &str = "nej";

/// Who is asking. The first line of every server function.
///
/// # Errors
/// [`Fault::Broken`] where the server did not say.
pub(crate) fn visit() -> Result<Visit, Fault> {
    use_context().ok_or_else(|| Fault::broken(&"no visit in the request"))
}

/// Sends the browser on.
pub(crate) fn go(to: impl fmt::Display) {
    leptos_axum::redirect(&to.to_string());
}

/// Sends the browser to the page that shows what came of it: `kept` where it was done, `asked` with the refusal where it
/// was refused. `Err` is left for what is broken.
pub(crate) fn outcome<T>(result: portal::Result<T>, kept: Place, asked: Place) -> Result<(), Fault> {
    answered(result.map(|_| kept.to_string()), asked)
}

/// As [`outcome`], where what was done decides the way on.
pub(crate) fn answered(result: portal::Result<String>, asked: impl fmt::Display) -> Result<(), Fault> {
    match result {
        Ok(kept) => go(kept),
        Err(portal::Error::Refused(refusal)) => go(refused(asked, refusal)),
        Err(portal::Error::SignIn(_)) => go(Place::SessionEnded),
        // Its page is wherever a guardian's own pages are.
        Err(portal::Error::TurnToTheSchool) => go(Place::Children),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// A page, asked to show a refusal. The form itself was set aside by the portal.
pub(crate) fn refused(asked: impl fmt::Display, refusal: Refusal) -> String {
    let asked = asked.to_string();
    let mark = if asked.contains('?') { '&' } else { '?' };
    format!("{asked}{mark}{NO}={}", word(refusal))
}

/// The refusal an address carries.
pub(crate) fn refusal_named(name: &str) -> Option<Refusal> {
    Refusal::ALL.into_iter().find(|refusal| word(*refusal) == name)
}

fn word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Form => "form",
        Refusal::StepNotReached => "step-not-reached",
        Refusal::NoIdentification => "no-identification",
        Refusal::OtherBrowser => "other-browser",
        Refusal::ReturnSpent => "return-spent",
        Refusal::OtherPerson => "other-person",
        Refusal::NotTrusted => "not-trusted",
        Refusal::BankIdDown => "bankid-down",
        Refusal::TooManyTries => "too-many-tries",
        Refusal::TooManyLetters => "too-many-letters",
        Refusal::LinkSpent => "link-spent",
        Refusal::NoChildLeft => "no-child-left",
        Refusal::NotFresh => "not-fresh",
        Refusal::TooManyChanges => "too-many-changes",
        Refusal::ChangedMeanwhile => "changed-meanwhile",
        Refusal::AlreadyBegun => "already-begun",
    }
}

/// Keeps the key of a session in the browser, as long as the browser is open.
pub(crate) fn keep_session(value: &str) {
    set_cookie(&format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"));
}

/// Takes the session's key back, and what the browser kept of its pages.
pub(crate) fn drop_session() {
    set_cookie(&format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    set(HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"");
}

/// Keeps the key of an identification.
pub(crate) fn keep_login(value: &str) {
    set_cookie(&format!(
        "{LOGIN_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LOGIN_LIFE}"
    ));
}

/// Takes the identification's key back.
pub(crate) fn drop_login() {
    set_cookie(&format!("{LOGIN_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
}

/// Adds a `Set-Cookie` to the answer.
pub(crate) fn set_cookie(line: &str) {
    if let (Some(answer), Ok(line)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(line)) {
        answer.append_header(header::SET_COOKIE, line);
    }
}

fn set(name: HeaderName, value: &'static str) {
    if let Some(answer) = use_context::<ResponseOptions>() {
        answer.insert_header(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_travels_and_comes_back() {
        for refusal in Refusal::ALL {
            assert_eq!(refusal_named(word(refusal)), Some(refusal));
        }
        assert_eq!(refusal_named("<script>"), None);
    }

    #[test]
    fn a_refusal_joins_what_an_address_asks_already() {
        assert_eq!(refused(Place::SignIn, Refusal::NotFresh), "/logga-in?nej=not-fresh");
        assert_eq!(refused("/logga-in?a=b", Refusal::NotFresh), "/logga-in?a=b&nej=not-fresh");
    }
}
