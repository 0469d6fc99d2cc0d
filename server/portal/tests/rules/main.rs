//! Every rule of the portal and every refusal, on a temporary SQLite database, against the town's real sockets, under a
//! set clock.

mod application;
mod bad_days;
mod children;
mod identification;
mod outcomes;
mod registers;
mod sessions;
mod stage;
