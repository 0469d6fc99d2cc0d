//! The composition root of the portal, and the operator's tool.
//!
//! It wires and decides nothing: [`settings`] says what the operator wants, [`house`] builds it, [`http`] lets visitors
//! in, [`telemetry`] tells the operator, [`certificates`] warns of an end, [`cli`] is what the operator types. A library,
//! so that tests and benchmarks can open the house in their own process.

pub mod certificates;
pub mod cli;
pub mod house;
pub mod http;
pub mod settings;
pub mod telemetry;
mod town;
