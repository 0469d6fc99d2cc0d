//! A session's end: told before, put off, chosen, or come by itself.

pub mod islands;

#[cfg(feature = "ssr")]
pub(crate) mod api;
#[cfg(feature = "ssr")]
pub(crate) mod pages;
