//! What eligibility comes to.

use serde::{Deserialize, Serialize};

/// What comes of an identified person's wish for an account. Each that leads no further has a page that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// May apply.
    Eligible,
    /// Holds an account: straight in.
    AccountExists,
    /// Held an account that was closed.
    AccountClosed,
    /// Closed their account themselves a short time ago, and may open it again.
    AccountResting,
    /// The child is known, but has no place yet.
    NotYetPlaced,
    /// The child's place has ended.
    PlacementEnded,
    /// The child lives in another municipality and has no place here.
    OutsideTheCity,
    /// The child is of age.
    ChildCameOfAge,
    /// The applicant is under age.
    UnderAge,
    /// A register does not answer; the application is kept.
    RegisterDown,
    /// Turn to the school. One page, text, status and time for every reason that must not be read from the screen:
    /// protected, a mark in the register, registers that disagree, no relation on record, barred, no child here.
    TurnToTheSchool,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 11] = [
        Self::Eligible,
        Self::AccountExists,
        Self::AccountClosed,
        Self::AccountResting,
        Self::NotYetPlaced,
        Self::PlacementEnded,
        Self::OutsideTheCity,
        Self::ChildCameOfAge,
        Self::UnderAge,
        Self::RegisterDown,
        Self::TurnToTheSchool,
    ];
}
