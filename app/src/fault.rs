//! What is left when something is broken: the one error a server function returns. An expected "no" is no fault.

use std::fmt;

use http::StatusCode;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why there is no answer. Carries codes and a reference, never data: it travels to the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// The request was not one of ours.
    Malformed,
    /// Nobody strong enough is there.
    SignIn,
    /// The account's holder may not go on, for a reason that must not be read from the screen.
    TurnToTheSchool,
    /// There is no such thing, or not for this visitor: the two are one answer.
    NotFound,
    /// Asked too often.
    TooMany {
        /// Whole seconds to wait, at least.
        seconds: u32,
    },
    /// A register or BankID does not answer; what was begun is kept.
    Unavailable,
    /// Ours. The cause is in the log, under this reference.
    Broken {
        /// What to tell the support.
        reference: String,
    },
}

impl Fault {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::SignIn | Self::TurnToTheSchool => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Logs the cause and forgets it; the visitor gets the reference.
    pub(crate) fn broken(cause: &dyn fmt::Display) -> Self {
        let reference = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
        tracing::error!(reference, cause = %format_args!("{cause:#}"), "broken");
        Self::Broken { reference }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status())
    }
}

impl From<portal::Error> for Fault {
    fn from(error: portal::Error) -> Self {
        match error {
            portal::Error::SignIn(_) => Self::SignIn,
            portal::Error::TurnToTheSchool => Self::TurnToTheSchool,
            portal::Error::NotFound => Self::NotFound,
            portal::Error::TooMany { retry_after } => {
                Self::TooMany { seconds: u32::try_from(retry_after.as_secs()).unwrap_or(u32::MAX).max(1) }
            }
            portal::Error::Unavailable(_) => Self::Unavailable,
            // A refusal has a page of its own; where none was foreseen, the question was not one of ours.
            portal::Error::Refused(_) => Self::Malformed,
            portal::Error::Broken(cause) => Self::broken(&cause),
        }
    }
}

impl FromServerFnError for Fault {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Malformed,
            // The texts of the others can hold what was sent: only their kind is kept.
            ServerFnErrorErr::Serialization(_) | ServerFnErrorErr::Response(_) => {
                Self::broken(&"an answer did not encode")
            }
            _ => Self::broken(&"a server function did not run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_form_is_the_visitors_and_says_nothing_of_what_was_in_it() {
        let fault = Fault::from_server_fn_error(ServerFnErrorErr::Args("email=sara@example.se".into()));
        assert_eq!(fault.status(), StatusCode::BAD_REQUEST);
        let travelling = String::from_utf8(fault.ser().to_vec()).unwrap();
        assert!(!travelling.contains("sara"), "{travelling}");
        assert_eq!(Fault::de(fault.ser()), fault);
    }

    #[test]
    fn a_cause_stays_in_the_house() {
        let fault = Fault::from(portal::Error::Broken(std::io::Error::other("disk 198501012390").into()));
        let travelling = String::from_utf8(fault.ser().to_vec()).unwrap();
        assert!(!travelling.contains("1985"), "{travelling}");
        assert_eq!(fault.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
