//! A valid form for every server function, and where it leads whoever may send it. A new function makes the tests that
//! use this fail until it stands here.

use app::{Kind, Policy, Route};
use model::Step;

/// What only a running house knows of its forms.
#[derive(Clone)]
pub(crate) struct Known {
    /// A child of the applicant.
    pub(crate) child: String,
    pub(crate) email: String,
    /// Of the newest letter, as the next.
    pub(crate) code: String,
    pub(crate) token: String,
    /// The version of the information that the last page shows.
    pub(crate) information: String,
}

/// A form as the house's own pages would send it.
pub(crate) struct Valid {
    pub(crate) fields: Vec<(String, String)>,
    /// Where it leads, without a question.
    pub(crate) done: &'static str,
    /// The step of the application at which it means something.
    pub(crate) needs: Option<Step>,
}

/// Every server function, in the order of a visit: the account, and at last logging out, end what is before them.
pub(crate) fn functions() -> Vec<Route> {
    let mut functions: Vec<_> =
        app::routes().into_iter().filter(|route| route.kind == Kind::Action).collect();
    functions.sort_by_key(|route| match route.name {
        "application/complete" => 1,
        "session/end" => 2,
        _ => 0,
    });
    functions
}

/// The valid form of a server function.
pub(crate) fn valid(function: &Route, known: &Known) -> Valid {
    let (done, needs, fields): (_, _, Vec<(&str, &str)>) = match function.name {
        "language/choose" => ("/kakor", None, vec![("language", "sv"), ("back", "/kakor")]),
        "sign_in/start" => {
            let fields = vec![("purpose", "apply"), ("device", "other"), ("script", "0")];
            ("/ansokan/legitimera", None, fields)
        }
        "sign_in/progress" => ("/", None, vec![("returning", "false")]),
        "sign_in/go-on" => ("/ansokan/legitimera", None, vec![]),
        "sign_in/return" => {
            ("/bankid/retur", None, vec![("nonce", "abcdefghijklmnopqrstuv"), ("script", "0")])
        }
        "sign_in/cancel" => ("/ansokan/legitimera", None, vec![("purpose", "apply")]),
        "session/stay" => ("/", None, vec![]),
        "session/end" => ("/utloggad", None, vec![]),
        "application/confirm-children" => ("/ansokan/e-post", Some(Step::Children), vec![]),
        "application/answer-child" => {
            ("/ansokan/barn", Some(Step::Children), vec![("child", known.child.as_str()), ("mine", "true")])
        }
        "application/give-email" => {
            ("/ansokan/bekrafta", Some(Step::Email), vec![("form[email]", &known.email)])
        }
        "application/resend-code" => ("/ansokan/bekrafta", Some(Step::Confirm), vec![]),
        "application/confirm-code" => {
            ("/ansokan/kontrollera", Some(Step::Confirm), vec![("form[code]", &known.code)])
        }
        "application/confirm-email" => ("/e-post-bekraftad", None, vec![("token", &known.token)]),
        "application/complete" => {
            ("/ansokan/klart", Some(Step::Check), vec![("information", &known.information)])
        }
        unknown => panic!("{unknown} has no valid form here yet"),
    };
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, function.fields, "{} takes other fields", function.name);
    assert_eq!(needs.is_some(), function.policy == Policy::Applicant, "{} belongs to a step", function.name);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Valid { fields: fields.into_iter().map(owned).collect(), done, needs }
}

/// The page of a step.
pub(crate) fn page_of(step: Step) -> &'static str {
    match step {
        Step::Before => "/ansokan",
        Step::Identify => "/ansokan/legitimera",
        Step::Children => "/ansokan/barn",
        Step::Email => "/ansokan/e-post",
        Step::Confirm => "/ansokan/bekrafta",
        Step::Check => "/ansokan/kontrollera",
    }
}
