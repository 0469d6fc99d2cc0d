//! The only file that touches the browser besides the view itself: asking, moving on, seeing and being seen.

use leptos::prelude::{document, location, set_interval_with_handle, window, window_event_listener_untyped};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, HtmlFormElement, PageTransitionEvent, RequestInit, Response, VisibilityState};

/// Posts a form to a server function and reads its JSON; none where there is no answer, or no good one.
pub(crate) async fn ask<T: serde::de::DeserializeOwned>(path: &str, body: &str) -> Option<T> {
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/x-www-form-urlencoded").ok()?;
    headers.set("accept", "application/json").ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(body));
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    leptos::serde_json::from_str(&text).ok()
}

/// Goes to an address of ours; the page left behind is not come back to.
pub(crate) fn go(path: &str) {
    // Fails only where the address is none.
    let _ = location().replace(path);
}

/// Asks for this page again.
pub(crate) fn reload() {
    let _ = location().reload();
}

/// Whether somebody can see the page.
pub(crate) fn visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Milliseconds on the browser's clock; only differences count.
pub(crate) fn clock() -> f64 {
    js_sys::Date::now()
}

/// Does something again and again while the page is there.
pub(crate) fn every(span: Duration, what: impl Fn() + 'static) {
    // The page's end is the interval's end: no island here goes before its page does.
    let _ = set_interval_with_handle(what, span);
}

/// Asks for the page again where the browser shows it from memory: it may hold what is no longer this visitor's.
pub(crate) fn reload_when_remembered() {
    let _listener = window_event_listener_untyped("pageshow", |event| {
        if event.unchecked_ref::<PageTransitionEvent>().persisted() {
            reload();
        }
    });
}

/// The value after `name=` in the address' fragment. The fragment is taken out of the address and the history.
pub(crate) fn take_fragment(name: &str) -> Option<String> {
    let fragment = location().hash().ok()?;
    let value = fragment.strip_prefix('#')?.strip_prefix(name)?.strip_prefix('=')?.to_owned();
    let path = location().pathname().ok()?;
    window().history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&path)).ok()?;
    Some(value)
}

/// Sends a form as its button would.
pub(crate) fn send(form: &str) {
    let form = document().get_element_by_id(form).and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let Some(form) = form {
        // Fails only where there is nothing to send to.
        let _ = form.submit();
    }
}
