//! How a page comes about: the visit is asked, plain data is loaded, every refusal is known, and only then is HTML
//! written, in one go.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use hydration_context::SsrSharedContext;
use jiff::Timestamp;
use leptos::{nonce::Nonce, prelude::*, reactive::owner::Owner};
use model::{Language, Refusal};
use portal::{Identification, Visit, Who};

use crate::{
    Fault, Place, Policy, absence, application, children, faults, information, messages, personal,
    places::sign_in_to,
    session, sign_in,
    text::Text,
    ui::layout::{self, Frame, Head},
    visit::{NO, refusal_named},
};

/// What the pages need to know of the site: where its files are and what they are called.
#[derive(Clone)]
pub struct Site(Arc<Files>);

pub(crate) struct Files {
    pub(crate) options: LeptosOptions,
    /// The public address, for what is printed.
    pub(crate) address: String,
    pub(crate) css: String,
}

/// A question for a page.
pub struct Asked {
    /// The path as it came.
    pub path: String,
    /// The query as it came, without the question mark; empty where there is none.
    pub query: String,
    /// The nonce of this answer's content security policy.
    pub nonce: Nonce,
}

/// A page's answer, complete.
pub struct Answer {
    /// 200, the status of a fault, or 303.
    pub status: StatusCode,
    /// `Location` of a redirect, `Refresh`, `Retry-After`, what a file is and is called.
    pub headers: HeaderMap,
    /// HTML, or the lines of a file; empty for a redirect.
    pub body: String,
    /// The page shows the QR frame of our own.
    pub frames: bool,
    /// Nothing of a person is on it.
    pub public: bool,
    /// It is a file to keep, and its headers say which.
    pub file: bool,
}

/// What a page's function comes to.
pub(crate) enum Reply {
    /// Show this.
    Page(Page),
    /// Go there instead.
    Go(String),
    /// Keep this: a table as text, under a name that says nothing of a person.
    File {
        /// What it is called.
        name: &'static str,
        /// Its lines, RFC 4180.
        csv: String,
    },
}

impl Reply {
    pub(crate) fn go(place: Place) -> Result<Self, Fault> {
        Ok(Self::Go(place.to_string()))
    }
}

/// A page with everything it says.
pub(crate) struct Page {
    title: Text,
    status: StatusCode,
    wrong: bool,
    island: bool,
    frames: bool,
    public: bool,
    wide: bool,
    ends: Option<Timestamp>,
    headers: HeaderMap,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Page {
    /// A page for anybody, with no script.
    pub(crate) fn new<V: IntoView + 'static>(title: Text, view: impl FnOnce() -> V + Send + 'static) -> Self {
        Self {
            title,
            status: StatusCode::OK,
            wrong: false,
            island: false,
            frames: false,
            public: true,
            wide: false,
            ends: None,
            headers: HeaderMap::new(),
            view: Box::new(move || view().into_any()),
        }
    }

    /// The page holds an island, and so a script.
    pub(crate) fn lively(self) -> Self {
        Self { island: true, ..self }
    }

    /// Something of a person is on it.
    pub(crate) fn own(self) -> Self {
        Self { public: false, ..self }
    }

    /// It uses the width of the screen: cards side by side.
    pub(crate) fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// It shows what is wrong with a form; its title says so first.
    pub(crate) fn wrong(self, wrong: bool) -> Self {
        Self { wrong, ..self }
    }

    /// It shows the QR frame.
    pub(crate) fn frames(self, frames: bool) -> Self {
        Self { frames, ..self }
    }

    /// It is an error's page.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Somebody's page without an island: it says when the session ends, and when that is over the browser leaves it by
    /// itself.
    pub(crate) fn until_the_session_ends(mut self, visit: &Visit) -> Self {
        if let Some(ends) = visit.session_ends() {
            self.ends = Some(ends);
            // A second later than the end: one too early would be one more sign of life.
            let seconds = ends.duration_since(visit.now()).as_secs().max(0) + 1;
            if let Ok(refresh) = HeaderValue::from_str(&format!("{seconds}; url={}", Place::SessionEnded)) {
                self.headers.insert(header::REFRESH, refresh);
            }
        }
        self.own()
    }

    pub(crate) fn into_reply(self) -> Result<Reply, Fault> {
        Ok(Reply::Page(self))
    }
}

impl Asked {
    /// The first value of a name in the query.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        url_value(&self.query, name)
    }

    /// The refusal the page was asked to show.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.value(NO).and_then(|word| refusal_named(&word))
    }

    /// The address as it came: where a change of language leads back to.
    fn address(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

impl Site {
    /// A site with its files as these options say, at this public address.
    pub fn new(options: LeptosOptions, address: impl Into<String>) -> Self {
        let css = layout::stylesheet(&options);
        Self(Arc::new(Files { options, address: address.into(), css }))
    }

    /// Answers for a place.
    pub async fn page(&self, place: Place, visit: &Visit, asked: &Asked) -> Answer {
        let (page, seconds) = match reply(place, visit, asked).await {
            Ok(Reply::Page(page)) => (page, None),
            Ok(Reply::Go(to)) => return redirect(&to),
            Ok(Reply::File { name, csv }) => return file(name, csv),
            Err(Fault::TurnToTheSchool) => (application::turn_to_the_school(), None),
            Err(Fault::SignIn) => {
                return redirect(&match way_in(place, &visit.who()) {
                    Place::SignIn => sign_in_to(&asked.path),
                    other => other.to_string(),
                });
            }
            Err(fault) => {
                let seconds = if let Fault::TooMany { seconds } = fault { Some(seconds) } else { None };
                (faults::page(&fault, asked.address()), seconds)
            }
        };
        let frame = Frame {
            files: Arc::clone(&self.0),
            language: visit.language(),
            who: visit.who(),
            unread: unread(visit).await,
            place: Some(place),
            back: asked.address(),
            nonce: Some(asked.nonce.clone()),
        };
        let mut answer = show(frame, page);
        if let Some(seconds) = seconds {
            answer.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// The page of an error that no page of ours met: it needs no visit and no database.
    pub fn fault_page(
        &self,
        status: StatusCode,
        language: Language,
        who: &Who,
        nonce: Option<Nonce>,
        path: &str,
    ) -> String {
        let place = Place::parse(path);
        let address = place.map(|_| path.to_owned());
        let frame = Frame {
            files: Arc::clone(&self.0),
            language,
            who: who.clone(),
            unread: 0,
            place,
            back: path.to_owned(),
            nonce,
        };
        show(frame, faults::page_of(status, None, address)).body
    }

    /// The frame that shows the QR code where there is no script. The server lets it refresh itself.
    pub fn qr_frame(&self, identification: Option<&Identification>, language: Language) -> String {
        let html = || sign_in::waiting::qr_frame(&self.0.css, identification);
        render(language, None, html)
    }
}

/// The pages, each under its place.
async fn reply(place: Place, visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    use model::Step;
    match place {
        Place::Start => information::start(&visit.who()),
        Place::Information => information::apply(),
        Place::WhatWeHold => information::what_we_hold(),
        Place::DataProtection => information::data_protection(),
        Place::Accessibility => information::accessibility(),
        Place::Cookies => information::cookies(),
        Place::RecogniseUs => information::recognise_us(),
        Place::Schools => information::schools(visit, asked).await,
        Place::NoBankId => information::no_bankid(),
        Place::NoBankIdBecause(reason) => information::no_bankid_because(reason),
        Place::SignIn => sign_in::pages::sign_in(&visit.who(), asked),
        Place::SignInBankId => sign_in::pages::bankid(visit, asked).await,
        Place::Return => sign_in::pages::back_from_bankid(visit, asked).await,
        Place::NoCookies => faults::no_cookies(),
        Place::Apply(Step::Before) => application::before(&visit.who()),
        Place::Apply(Step::Identify) => application::identify(visit, asked).await,
        Place::Apply(Step::Children) => application::children(visit, asked).await,
        Place::Apply(Step::Email) => application::email(visit, asked).await,
        Place::Apply(Step::Confirm) => application::confirm(visit, asked).await,
        Place::Apply(Step::Check) => application::check(visit, asked).await,
        Place::Outcome => application::outcome(visit).await,
        Place::Receipt => application::receipt(visit).await,
        Place::ConfirmEmail => application::confirm_email(asked),
        Place::EmailConfirmed => application::email_confirmed(&visit.who(), asked),
        Place::Children => children::children(visit).await,
        Place::Absence => absence::pages::menu(visit).await,
        Place::AbsenceReport => absence::report::report(visit, asked).await,
        Place::AbsenceHistory => absence::history::history(visit, asked).await,
        Place::AbsencePrint => absence::history::print(visit, asked).await,
        Place::AbsenceFile => absence::file::file(visit, asked).await,
        Place::AbsenceSettings => absence::settings::settings(visit, asked).await,
        Place::Personal => personal::personal(visit, asked).await,
        Place::PersonalMobile => personal::mobile(visit, asked).await,
        Place::PersonalMobileCode => personal::mobile_code(visit, asked).await,
        Place::PersonalEmail => personal::email(visit, asked).await,
        Place::PersonalEmailCode => personal::email_code(visit, asked).await,
        Place::Devices => personal::devices(visit).await,
        Place::CloseAccount => personal::close(visit, asked).await,
        Place::AccountClosed => personal::closed(),
        Place::Messages => messages::messages(visit, asked).await,
        Place::Message => messages::message(visit, asked).await,
        Place::Receive => messages::receive(asked),
        Place::Received => messages::received(asked),
        Place::SignedOut => session::pages::signed_out(),
        Place::SessionEnded => session::pages::ended(&visit.who()),
    }
}

/// How many messages wait, counted after the page was loaded: one that was just opened does not wait any more. Without the
/// number a page is as good.
async fn unread(visit: &Visit) -> u64 {
    visit.unread_messages().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "unread messages cannot be counted");
        0
    })
}

/// Where somebody goes who has to show first who they are.
fn way_in(place: Place, who: &Who) -> Place {
    match place {
        // Identified, but without the account this page is for.
        _ if matches!(who, Who::Applicant { .. }) && place.policy() == Policy::Guardian => {
            Place::Apply(model::Step::Children)
        }
        Place::Apply(_) | Place::Outcome | Place::Receipt => Place::Apply(model::Step::Identify),
        _ => Place::SignIn,
    }
}

fn show(frame: Frame, page: Page) -> Answer {
    let Page { title, status, wrong, island, frames, public, wide, ends, headers, view } = page;
    debug_assert!(
        !island || frame.place.is_some_and(Place::island),
        "an island on a page that says it has none"
    );
    let public = public && frame.who == Who::Stranger;
    let (language, nonce) = (frame.language, frame.nonce.clone());
    let body = render(language, nonce, move || {
        layout::document(frame, Head { title, wrong, island, wide, ends }, view)
    });
    Answer { status, headers, body, frames, public, file: false }
}

fn redirect(to: &str) -> Answer {
    let mut headers = HeaderMap::new();
    if let Ok(to) = HeaderValue::from_str(to) {
        headers.insert(header::LOCATION, to);
    }
    Answer {
        status: StatusCode::SEE_OTHER,
        headers,
        body: String::new(),
        frames: false,
        public: false,
        file: false,
    }
}

fn file(name: &'static str, csv: String) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    if let Ok(kept) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, kept);
    }
    Answer { status: StatusCode::OK, headers, body: csv, frames: false, public: false, file: true }
}

/// Writes a view. It is written synchronously, under an owner of its own, so nothing of one page can reach another.
pub(crate) fn render<V: IntoView>(
    language: Language,
    nonce: Option<Nonce>,
    view: impl FnOnce() -> V,
) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(language);
        if let Some(nonce) = nonce {
            provide_context(nonce);
        }
        view().to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

/// The first value of a name in a query.
fn url_value(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests;
