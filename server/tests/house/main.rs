//! The whole house over HTTP: real sockets, a real town, browsers without script, and the program itself.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where it cannot go on"
)]

mod absence;
mod attacks;
mod bad_days;
mod crashes;
mod doors;
mod hints;
mod journeys;
mod operator;
mod permissions;
#[path = "../stage/mod.rs"]
mod stage;
