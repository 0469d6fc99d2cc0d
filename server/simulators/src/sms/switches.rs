//! What may go wrong between the gateway and a telephone, or between the gateway and whoever waits for its reports.

use serde::{Deserialize, Serialize};

/// How the gateway behaves. `PUT /control/gateway` sets all of it; what is left out goes back to the usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// How reports come.
    pub(crate) reports: Reports,
    /// How long after its sending a message is reported sent, in milliseconds of the town's clock.
    pub(crate) sent_after: u32,
    /// How long after its sending a message is reported delivered or failed.
    pub(crate) ended_after: u32,
    /// Numbers that cannot be reached: what is sent there fails.
    pub(crate) fails: Vec<String>,
}

impl Default for Switches {
    fn default() -> Self {
        Self { reports: Reports::Usual, sent_after: 200, ended_after: 1000, fails: Vec::new() }
    }
}

/// How reports come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reports {
    /// First sent, then delivered or failed.
    Usual,
    /// Not at all.
    Never,
    /// Each of them twice at once.
    Twice,
    /// First the end, then sent.
    Reversed,
    /// Both before the sender has its own answer.
    Early,
}
