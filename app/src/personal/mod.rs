//! Personuppgifter: what the house holds of its guardian, and what the guardian changes of it.

mod api;
mod close;
mod contact;
mod devices;
mod pages;
mod way;

pub(crate) use close::{close, closed};
pub(crate) use contact::{email, email_code, mobile, mobile_code};
pub(crate) use devices::devices;
pub(crate) use pages::personal;
pub(crate) use way::by_way;
