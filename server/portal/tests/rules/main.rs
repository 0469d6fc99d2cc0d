//! Every rule of the portal and every refusal, on a temporary SQLite database, against the town's real sockets, under a
//! set clock.

mod application;
mod identification;
mod outcomes;
mod sessions;
mod stage;
