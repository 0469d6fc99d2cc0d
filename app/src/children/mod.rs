//! Mina barn.

mod pages;

pub(crate) use pages::{children, school, state};
