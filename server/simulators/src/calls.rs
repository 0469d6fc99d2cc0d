//! The log of every request each system has received, so that a test can count them.

use crate::{System, lock};
use jiff::Timestamp;
use serde::Serialize;
use std::{collections::VecDeque, sync::Mutex};

/// How many calls are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 200_000;

/// One request as it came in and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Who was asked.
    pub system: System,
    /// When the request had been read.
    pub time: Timestamp,
    /// The HTTP method or SMTP verb.
    pub method: String,
    /// The path with its query, or what stood after the verb.
    pub path: String,
    /// What was answered.
    pub answer: Answer,
}

/// What a call was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// An HTTP status or an SMTP reply code.
    Status(u16),
    /// No answer: why, in a word (`dropped`, `hung`).
    Nothing(&'static str),
}

/// The calls in the order they were answered.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<VecDeque<Call>>);

impl Calls {
    /// Notes one call.
    pub(crate) fn note(&self, call: Call) {
        let mut calls = lock(&self.0);
        if calls.len() == REMEMBERED {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    /// The calls of `system`, or of all.
    pub(crate) fn list(&self, system: Option<System>) -> Vec<Call> {
        lock(&self.0).iter().filter(|call| system.is_none_or(|s| s == call.system)).cloned().collect()
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}
