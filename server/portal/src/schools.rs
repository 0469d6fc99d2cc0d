//! Find your school.
use model::{UnitContact, UnitId};
/// A school unit in the public list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// The unit.
    pub id: UnitId,
    /// What anybody may know of it.
    pub contact: UnitContact,
}
