//! What durable work promises, on both engines.

mod clocks;
mod ends;
mod house;
mod kills;
mod leases;
mod lines;
mod order;
mod retries;
mod stopping;
mod storms;
mod watched;
