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
mod books;
mod crashes;
mod crowd;
mod doors;
mod forms;
mod hang_ups;
mod hints;
mod identifications;
mod inputs;
mod journeys;
mod kills;
mod messages;
mod operator;
mod permissions;
mod program;
#[path = "../stage/mod.rs"]
mod stage;
