//! The only file that touches the browser: finding and changing what stands on the page, asking, moving on.
//!
//! What is handed in is boxed at once, so that each of these is compiled once however many islands use it.

use std::time::Duration;

use leptos::prelude::{document, location, set_interval, set_timeout, window, window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Headers, HtmlElement, HtmlFormElement, HtmlInputElement, PageTransitionEvent, RequestInit, Response,
    VisibilityState,
};

/// Something on the page.
#[derive(Clone)]
pub(crate) struct Piece(HtmlElement);

impl Piece {
    /// Hides it, or shows it.
    pub(crate) fn hide(&self, hidden: bool) {
        self.0.set_hidden(hidden);
    }

    /// Writes other words, if they are others: a live region reads whatever is written.
    pub(crate) fn write(&self, words: &str) {
        if self.0.text_content().as_deref() != Some(words) {
            self.0.set_text_content(Some(words));
        }
    }

    /// Writes one line of its `data-words`.
    pub(crate) fn write_line(&self, line: usize) {
        self.write(self.data("words").lines().nth(line).unwrap_or_default());
    }

    /// Writes how much time is left in the words of its `data-words`; nothing is written of none.
    pub(crate) fn count_down(&self, left: u32) {
        let words = js_sys::JsString::from(self.data("words"));
        let words = words.replace("{minutes}", &(left / 60).to_string());
        self.write(&String::from(words.replace("{seconds}", &(left % 60).to_string())));
        self.hide(left == 0);
    }

    /// Sets an attribute.
    pub(crate) fn set(&self, name: &str, value: &str) {
        // Fails only where the name is none.
        let _ = self.0.set_attribute(name, value);
    }

    /// A whole number the server left here; 0 where there is none.
    pub(crate) fn number(&self, name: &str) -> u32 {
        self.data(name).parse().unwrap_or(0)
    }

    /// Puts a picture of the same class and name in a frame's place.
    pub(crate) fn become_picture(&self) -> Self {
        let Ok(image) = document().create_element("img") else { return self.clone() };
        let image: HtmlElement = image.unchecked_into();
        for (from, to) in [("class", "class"), ("title", "alt"), ("width", "width"), ("height", "height")] {
            let _ = image.set_attribute(to, &self.0.get_attribute(from).unwrap_or_default());
        }
        let _ = self.0.replace_with_with_node_1(&image);
        Self(image)
    }

    /// Whether a box or a button of a list is ticked.
    pub(crate) fn ticked(&self) -> bool {
        self.0.unchecked_ref::<HtmlInputElement>().checked()
    }

    /// What stands in a field.
    pub(crate) fn answer(&self) -> String {
        self.0.unchecked_ref::<HtmlInputElement>().value()
    }

    fn data(&self, name: &str) -> String {
        self.0.dataset().get(name).unwrap_or_default()
    }
}

/// What has this id.
pub(crate) fn piece(id: &str) -> Option<Piece> {
    document().get_element_by_id(id).map(|element| Piece(element.unchecked_into()))
}

/// Shows what was hidden.
pub(crate) fn reveal(id: &str) {
    if let Some(piece) = piece(id) {
        piece.hide(false);
    }
}

/// Gives every hidden answer of this name a value.
pub(crate) fn answer_all(name: &str, value: &str) {
    let fields = document().get_elements_by_name(name);
    for index in 0..fields.length() {
        if let Some(field) = fields.get(index) {
            field.unchecked_into::<HtmlInputElement>().set_value(value);
        }
    }
}

/// Whether the first answer of this name holds something.
pub(crate) fn answered(name: &str) -> bool {
    let field = document().get_elements_by_name(name).get(0);
    field.is_some_and(|field| !field.unchecked_into::<HtmlInputElement>().value().is_empty())
}

/// Hears of an event on any field: its id, and what stands in it.
pub(crate) fn on_answer(event: &str, what: impl Fn(String, String) + 'static) {
    listen(
        event,
        Box::new(move |target| {
            let field: HtmlInputElement = target.unchecked_into();
            what(field.id(), field.value());
        }),
    );
}

/// Hears of a press of the button with this id.
pub(crate) fn on_click(id: &'static str, what: impl Fn() + 'static) {
    listen(
        "click",
        Box::new(move |target| {
            if target.id() == id {
                what();
            }
        }),
    );
}

/// Hears that a form of the page is being sent: another page is on its way.
pub(crate) fn on_send(what: impl Fn() + 'static) {
    listen("submit", Box::new(move |_| what()));
}

/// Events of every piece of the page come by at the window.
fn listen(event: &str, what: Box<dyn Fn(HtmlElement)>) {
    let _listener = window_event_listener_untyped(event, move |event| {
        if let Some(target) = event.target() {
            what(target.unchecked_into());
        }
    });
}

/// A server function's answer, read member by member: a parser for four words would weigh more than all islands.
pub(crate) struct Answer(JsValue);

impl Answer {
    /// A text; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.member(name).as_string().unwrap_or_default()
    }

    /// A whole number; 0 where there is none.
    pub(crate) fn number(&self, name: &str) -> u32 {
        whole(&self.member(name))
    }

    /// Whether a member is true.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.member(name).is_truthy()
    }

    /// The answer itself, where it is a whole number.
    pub(crate) fn whole(&self) -> u32 {
        whole(&self.0)
    }

    fn member(&self, name: &str) -> JsValue {
        js_sys::Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or_default()
    }
}

fn whole(value: &JsValue) -> u32 {
    // A cast of a float ends at the bounds, and makes 0 of what is no number.
    value.as_f64().unwrap_or_default() as u32
}

/// Posts a form to a server function; `then` hears the answer, or none where there is no good one.
pub(crate) fn ask(path: &'static str, body: &'static str, then: impl FnOnce(Option<Answer>) + 'static) {
    fetch(path, body, Box::new(then));
}

fn fetch(path: &'static str, body: &'static str, then: Box<dyn FnOnce(Option<Answer>)>) {
    spawn_local(async move { then(json(path, body).await.ok().map(Answer)) });
}

async fn json(path: &str, body: &str) -> Result<JsValue, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(body));
    let response: Response =
        JsFuture::from(window().fetch_with_str_and_init(path, &init)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    JsFuture::from(response.json()?).await
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

/// Seconds on the browser's clock; only differences count.
pub(crate) fn clock() -> f64 {
    js_sys::Date::now() / 1000.0
}

/// Does something every so many seconds while the page is there: no island here goes before its page does.
pub(crate) fn every(seconds: u64, what: impl Fn() + 'static) {
    let what: Box<dyn Fn()> = Box::new(what);
    set_interval(what, Duration::from_secs(seconds));
}

/// Does something when the whole page is awake.
pub(crate) fn soon(what: impl FnOnce() + 'static) {
    after(0, what);
}

/// Does something so many milliseconds from now.
pub(crate) fn after(milliseconds: u64, what: impl FnOnce() + 'static) {
    let what: Box<dyn FnOnce()> = Box::new(what);
    set_timeout(what, Duration::from_millis(milliseconds));
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
    if let Some(form) = piece(form) {
        // Fails only where there is nothing to send to.
        let _ = form.0.unchecked_into::<HtmlFormElement>().submit();
    }
}
