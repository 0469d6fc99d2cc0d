//! The whole house over HTTP: real sockets, a real town, browsers without script, and the program itself.

mod bad_days;
mod crashes;
mod doors;
mod journeys;
mod operator;
mod permissions;
#[path = "../stage/mod.rs"]
mod stage;
