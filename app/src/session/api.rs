//! Staying and leaving.

use leptos::prelude::*;

use crate::{
    Fault, Place,
    visit::{drop_login, drop_session, go, visit},
};

/// Puts the session's end off by its idle time and says how many seconds are left; the absolute end stays.
#[server(endpoint = "session/stay")]
pub(crate) async fn stay() -> Result<u32, Fault> {
    let visit = visit()?;
    visit.stay().await?;
    super::pages::seconds_left(&visit).map(|left| left.seconds).ok_or(Fault::SignIn)
}

/// Logs out. For a stranger there is nothing to end, and the page says the same.
#[server(endpoint = "session/end")]
pub(crate) async fn end_session() -> Result<(), Fault> {
    let visit = visit()?;
    visit.cancel_identification().await?;
    visit.sign_out().await?;
    drop_session();
    drop_login();
    go(Place::SignedOut);
    Ok(())
}
