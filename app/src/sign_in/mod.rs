//! BankID: choosing a device, waiting, coming back.

pub mod islands;

#[cfg(feature = "ssr")]
pub(crate) mod api;
#[cfg(feature = "ssr")]
pub(crate) mod choices;
#[cfg(feature = "ssr")]
pub(crate) mod pages;
#[cfg(feature = "ssr")]
pub(crate) mod waiting;
