//! Mina barn.

mod pages;

pub(crate) use pages::{away, children, school, state};
