//! The pieces pages are made of: semantic HTML with the classes of `style/`, nothing else.

pub(crate) mod csv;
pub(crate) mod dates;
pub(crate) mod facts;
pub(crate) mod form;
pub(crate) mod layout;
pub(crate) mod prose;
pub(crate) mod say;
pub(crate) mod step;
