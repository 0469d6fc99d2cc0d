//! Every rule of the portal and every refusal, on a temporary SQLite database, against the town's real sockets, under a
//! set clock.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail like tests; clippy knows only functions marked as such"
)]

mod absence;
mod amiss;
mod application;
mod bad_days;
mod children;
mod collector;
mod hints;
mod identification;
mod letter_limits;
mod letters;
mod messages;
mod notices;
mod notices_bad_days;
mod notices_edges;
mod notices_heard;
mod outcomes;
mod personal;
mod received;
mod registers;
mod rows;
mod school;
mod sessions;
mod stage;
