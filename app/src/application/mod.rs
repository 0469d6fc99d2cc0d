//! Ansökan: six steps from "what it takes" to an account, and what else can come of it.

mod api;
mod end;
mod letter;
mod steps;

pub(crate) use end::{outcome, receipt, turn_to_the_school};
pub(crate) use letter::{confirm, confirm_email, email, email_confirmed};
pub(crate) use steps::{before, check, children};

pub(crate) use crate::sign_in::pages::identify;
