//! The town tried from outside, over its real sockets.

#[cfg(test)]
mod bankid;
#[cfg(test)]
mod common;
#[cfg(test)]
mod control;
#[cfg(test)]
mod evidence;
