//! What a visitor sees, and the questions it may ask the server.
//!
//! Every page is whole HTML before its first byte leaves: a page is an async function of the [`portal::Visit`] that
//! loads plain data, knows every refusal, and returns a closure that writes the view ([`Site::page`]). Every change is a
//! plain form posted to a server function, answered with a redirect to the page that shows the outcome. Islands only
//! shorten the way: BankID's progress, answers while one types, the warning before a session ends.
//!
//! Invariant: a page without an island carries no script. Invariant: titles and addresses hold nothing of a person.
//! Invariant: texts and pages are compiled for the server only; the browser half holds the islands and nothing else.
//!
//! Deliberately not here: rules (package `portal`), HTTP layers (package `server`).

// Public for their islands: the page's script looks them up by name.
pub mod absence;
pub mod live;
pub mod session;
pub mod sign_in;

#[cfg(feature = "hydrate")]
mod browser;

#[cfg(feature = "ssr")]
mod application;
#[cfg(feature = "ssr")]
mod children;
#[cfg(feature = "ssr")]
mod fault;
#[cfg(feature = "ssr")]
mod faults;
#[cfg(feature = "ssr")]
mod information;
#[cfg(feature = "ssr")]
mod language;
#[cfg(feature = "ssr")]
mod messages;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod personal;
#[cfg(feature = "ssr")]
mod places;
#[cfg(feature = "ssr")]
mod policy;
#[cfg(feature = "ssr")]
mod text;
#[cfg(feature = "ssr")]
mod ui;
#[cfg(feature = "ssr")]
mod visit;

#[cfg(feature = "ssr")]
pub use self::{
    fault::Fault,
    language::COOKIE as LANGUAGE_COOKIE,
    page::{Answer, Asked, Site},
    places::{NoBankId, Place},
    policy::{Kind, Policy, Route, routes, takes},
    visit::{LOGIN_COOKIE, SESSION_COOKIE},
};
