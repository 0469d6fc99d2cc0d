//! Who may ask what. The portal decides; this is the public list of what it decides, and a test holds it complete.

use crate::places::TABLE;

/// Who an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Anybody.
    Public,
    /// The browser that started an identification.
    Login,
    /// Whoever holds the one-use link of a letter.
    Link,
    /// Somebody identified who holds no account yet.
    Applicant,
    /// A guardian with an account.
    Guardian,
    /// Anybody identified, with an account or without.
    SignedIn,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 6] =
        [Self::Public, Self::Login, Self::Link, Self::Applicant, Self::Guardian, Self::SignedIn];

    /// The word used in `routes --json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Login => "login",
            Self::Link => "link",
            Self::Applicant => "applicant",
            Self::Guardian => "guardian",
            Self::SignedIn => "signed-in",
        }
    }

    /// The roles a visitor needs one of; none where nobody has to be known.
    pub const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Public | Self::Login | Self::Link => &[],
            Self::Applicant => &["applicant"],
            Self::Guardian => &["guardian"],
            Self::SignedIn => &["applicant", "guardian"],
        }
    }
}

/// What answers at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// HTML, read only.
    Page,
    /// A server function: a change, or what an island asks.
    Action,
}

/// An address, what is there and who it is for.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path; `{token}` stands for one segment.
    pub path: &'static str,
    /// The stable name.
    pub name: &'static str,
    /// What answers.
    pub kind: Kind,
    /// Who it is for.
    pub policy: Policy,
    /// Whether the page can hold an island.
    pub island: bool,
}

/// Every server function and who it is for.
const ACTIONS: [(&str, Policy); 15] = [
    ("/api/language/choose", Policy::Public),
    ("/api/sign_in/start", Policy::Public),
    ("/api/sign_in/progress", Policy::Login),
    ("/api/sign_in/go-on", Policy::Login),
    ("/api/sign_in/return", Policy::Login),
    ("/api/sign_in/cancel", Policy::Login),
    ("/api/session/stay", Policy::SignedIn),
    ("/api/session/end", Policy::Public),
    ("/api/application/confirm-children", Policy::Applicant),
    ("/api/application/answer-child", Policy::Applicant),
    ("/api/application/give-email", Policy::Applicant),
    ("/api/application/resend-code", Policy::Applicant),
    ("/api/application/confirm-code", Policy::Applicant),
    ("/api/application/confirm-email", Policy::Link),
    ("/api/application/complete", Policy::Applicant),
];

/// Every page and every server function.
pub fn routes() -> Vec<Route> {
    let pages = TABLE.iter().map(|line| Route {
        method: "GET",
        path: line.path,
        name: line.name,
        kind: Kind::Page,
        policy: line.policy,
        island: line.island,
    });
    let actions = ACTIONS.iter().map(|(path, policy)| Route {
        method: "POST",
        path,
        name: path.trim_start_matches("/api/"),
        kind: Kind::Action,
        policy: *policy,
        island: false,
    });
    pages.chain(actions).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_server_function_has_a_policy_and_every_policy_a_server_function() {
        let registered: BTreeSet<_> = leptos::server_fn::axum::server_fn_paths()
            .map(|(path, method)| (method.to_string(), path.to_owned()))
            .collect();
        let listed: BTreeSet<_> =
            ACTIONS.iter().map(|(path, _)| ("POST".to_owned(), (*path).to_owned())).collect();
        assert_eq!(registered, listed);
    }

    #[test]
    fn policies_have_words_of_their_own() {
        let words: BTreeSet<_> = Policy::ALL.iter().map(|policy| policy.as_str()).collect();
        assert_eq!(words.len(), Policy::ALL.len());
    }
}
