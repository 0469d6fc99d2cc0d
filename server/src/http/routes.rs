//! Everything that answers, as `hjarntorget routes --json` lists it. Needs no database.

use serde::Serialize;

use super::{hooks, qr, reports, sms};

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The only method that does something there; GET answers HEAD too.
    pub method: &'static str,
    /// The path; `{token}` stands for one segment.
    pub path: &'static str,
    /// A name that stays when the path changes.
    pub name: &'static str,
    /// `page`, `action`, `callback`, `asset` or `health`.
    pub kind: &'static str,
    /// Who may; the words stand in docs/contract.md.
    pub policy: &'static str,
    /// The roles one of which is needed; none where nobody has to be known.
    pub roles: &'static [&'static str],
    /// Whether an island can be on the page.
    pub island: bool,
}

const fn open(method: &'static str, path: &'static str, name: &'static str, kind: &'static str) -> Line {
    Line { method, path, name, kind, policy: "public", roles: &[], island: false }
}

/// What this crate answers itself: the QR code, reports, files, and the operator's listener.
const OURS: [Line; 12] = [
    Line { policy: "login", ..open("GET", qr::IMAGE, "bankid-qr-image", "asset") },
    Line { policy: "login", ..open("GET", qr::FRAME, "bankid-qr-frame", "page") },
    open("POST", reports::PATH, "csp-report", "callback"),
    Line { policy: "register", ..open("POST", hooks::PATH, "register-changed", "callback") },
    Line { policy: "register", ..open("POST", hooks::ATTENDANCE, "attendance-changed", "callback") },
    Line { policy: "gateway", ..open("POST", sms::PATH, "sms-report", "callback") },
    open("GET", "/pkg/{file}", "package", "asset"),
    open("GET", "/{file}", "picture", "asset"),
    open("GET", "/robots.txt", "robots", "asset"),
    Line { policy: "operator", ..open("GET", "/live", "live", "health") },
    Line { policy: "operator", ..open("GET", "/ready", "ready", "health") },
    Line { policy: "operator", ..open("GET", "/metrics", "metrics", "health") },
];

/// Every route: pages and server functions as `app` lists them, and ours.
pub fn all() -> Vec<Line> {
    let shown = app::routes().into_iter().map(|route| Line {
        method: route.method,
        path: route.path,
        name: route.name,
        kind: match route.kind {
            app::Kind::Page => "page",
            app::Kind::Action => "action",
            app::Kind::File => "asset",
        },
        policy: route.policy.as_str(),
        roles: route.policy.roles(),
        island: route.island,
    });
    shown.chain(OURS).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_routes_share_a_name_or_an_address() {
        let lines = all();
        let names: BTreeSet<_> = lines.iter().map(|line| line.name).collect();
        let places: BTreeSet<_> = lines.iter().map(|line| (line.method, line.path)).collect();
        assert_eq!((names.len(), places.len()), (lines.len(), lines.len()));
    }

    #[test]
    fn the_names_of_the_contract_are_there() {
        let names: BTreeSet<_> = all().iter().map(|line| line.name).collect();
        for name in [
            "start",
            "sign-in",
            "apply-1",
            "apply-2",
            "apply-3",
            "apply-4",
            "apply-5",
            "apply-6",
            "receipt",
            "children",
            "personal",
            "no-bankid",
            "messages",
            "confirm",
            "absence-report",
            "absence-history",
            "absence-settings",
        ] {
            assert!(names.contains(name), "{name}");
        }
    }
}
