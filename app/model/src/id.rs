//! Opaque ids. They are made by the portal (random, 128 bits), never by a browser, and protect nothing by themselves.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Names the thing with this id.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare id.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_simple().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// An absence, in the portal's own numbering.
    AbsenceId
    /// A guardian's account.
    AccountId
    /// A running application for an account.
    ApplicationId
    /// A case for a school's staff.
    CaseId
    /// A child, in the portal's own numbering.
    ChildId
    /// A message inside the service.
    MessageId
    /// A guardian's report of absence.
    ReportId
    /// A session, as its holder names it. The key to it is another thing.
    SessionId
    /// A school unit, in the portal's own numbering.
    UnitId
}
