//! The visitor's language: a cookie with nothing of a person in it, changed on every page without losing the place.

use leptos::prelude::*;
use model::Language;

use crate::{
    Fault, Place,
    places::ours,
    visit::{go, set_cookie, visit},
};

/// The cookie of the chosen language.
pub const COOKIE: &str = "ht_lang";

/// Keeps the choice for a year and leads back to the page it was made on.
#[server(endpoint = "language/choose")]
pub(crate) async fn choose_language(
    language: Language,
    #[server(default)] back: String,
) -> Result<(), Fault> {
    visit()?;
    set_cookie(&format!("{COOKIE}={language}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000"));
    match ours(&back) {
        Some(address) => go(address),
        None => go(Place::Start),
    }
    Ok(())
}
