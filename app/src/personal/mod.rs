//! Personuppgifter.

mod pages;

pub(crate) use pages::personal;
