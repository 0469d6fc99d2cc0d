//! Närvarohantering: reporting absence, looking back on it, and how to hear of it.

pub mod islands;

#[cfg(feature = "ssr")]
pub(crate) mod api;
#[cfg(feature = "ssr")]
mod calendar;
#[cfg(feature = "ssr")]
pub(crate) mod file;
#[cfg(feature = "ssr")]
pub(crate) mod history;
#[cfg(feature = "ssr")]
pub(crate) mod pages;
#[cfg(feature = "ssr")]
pub(crate) mod report;
#[cfg(feature = "ssr")]
mod said;
#[cfg(feature = "ssr")]
pub(crate) mod settings;
