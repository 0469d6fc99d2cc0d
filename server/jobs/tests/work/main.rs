//! What durable work promises, on both engines.

mod house;
mod leases;
mod order;
mod retries;
mod stopping;
