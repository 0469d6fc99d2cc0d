//! A valid form for every server function, and where it leads whoever may send it. A new function makes the tests that
//! use this fail until it stands here.

use app::{Kind, Policy, Route};
use model::Step;

/// What only a running house knows of its forms.
#[derive(Clone)]
pub(crate) struct Known {
    /// A child of the applicant.
    pub(crate) child: String,
    /// A child of the guardian.
    pub(crate) ward: String,
    pub(crate) email: String,
    /// Of the newest letter, as the next.
    pub(crate) code: String,
    pub(crate) token: String,
    /// A day on which the guardian's child has a place.
    pub(crate) day: String,
    /// The version of the information that the last page shows.
    pub(crate) information: String,
}

/// The id of nothing.
const NOBODYS: &str = "00000000000000000000000000000000";

/// A form as the house's own pages would send it.
pub(crate) struct Valid {
    pub(crate) fields: Vec<(String, String)>,
    /// Where it leads, without a question.
    pub(crate) done: &'static str,
    /// The step of the application at which it means something.
    pub(crate) needs: Option<Step>,
    /// It names what only its owner knows or has: to be told so is as good as being done.
    pub(crate) guesses: bool,
}

/// Functions after which a guardian has to sign in again.
pub(crate) const ENDS: [&str; 2] = ["personal/end-all-devices", "session/end"];

/// Functions whose valid form guesses.
const GUESSES: [&str; 7] = [
    "application/reopen",
    "personal/prove-contact",
    "personal/end-device",
    "messages/acknowledge",
    "messages/receive",
    "absence/change",
    "absence/withdraw",
];

/// Every server function, in the order of a visit: the account, logging out, and closing the account end what is before
/// them.
pub(crate) fn functions() -> Vec<Route> {
    let mut functions: Vec<_> =
        app::routes().into_iter().filter(|route| route.kind == Kind::Action).collect();
    functions.sort_by_key(|route| match route.name {
        "application/complete" => 1,
        "personal/end-all-devices" => 2,
        "session/end" => 3,
        "personal/close-account" => 4,
        _ => 0,
    });
    functions
}

/// The valid form of a server function.
pub(crate) fn valid(function: &Route, known: &Known) -> Valid {
    let report = [
        ("form[who][]", known.ward.as_str()),
        ("form[when]", "own"),
        ("form[day]", known.day.as_str()),
        ("form[from]", ""),
        ("form[until]", ""),
        ("form[reason]", "ill"),
    ];
    let (done, needs, fields): (_, _, Vec<(&str, &str)>) = match function.name {
        "language/choose" => ("/kakor", None, vec![("language", "sv"), ("back", "/kakor")]),
        "sign_in/start" => {
            let fields = vec![("purpose", "apply"), ("device", "other"), ("script", "0"), ("back", "")];
            ("/ansokan/legitimera", None, fields)
        }
        "sign_in/progress" => ("/", None, vec![("returning", "false"), ("elsewhere", "false")]),
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
        "application/reopen" => ("/ansokan/besked", None, vec![]),
        "personal/choose-language" => ("/personuppgifter", None, vec![("language", "sv")]),
        "personal/change-email" => {
            ("/personuppgifter/e-post/kod", None, vec![("form[email]", "another@example.se")])
        }
        "personal/change-mobile" => {
            ("/personuppgifter/mobil/kod", None, vec![("form[mobile]", "070-174 06 05"), ("till", "")])
        }
        "personal/resend-code" => {
            ("/personuppgifter/e-post/kod", None, vec![("channel", "mail"), ("till", "")])
        }
        "personal/prove-contact" => {
            let fields = vec![("form[code]", "123456"), ("channel", "mail"), ("till", "")];
            ("/personuppgifter/e-post/kod", None, fields)
        }
        "personal/remove-mobile" => ("/personuppgifter", None, vec![]),
        "personal/try-channel" => ("/personuppgifter", None, vec![("channel", "mail")]),
        "personal/end-device" => ("/personuppgifter/enheter", None, vec![("device", NOBODYS)]),
        "personal/end-other-devices" => ("/personuppgifter/enheter", None, vec![]),
        "personal/end-all-devices" => ("/utloggad", None, vec![]),
        "personal/close-account" => ("/konto-avslutat", None, vec![]),
        "messages/acknowledge" => ("/meddelanden", None, vec![("message", NOBODYS)]),
        "messages/receive" => ("/kvitterat", None, vec![("token", "abcdefghijklmnopqrstuv")]),
        "absence/choose-notice" => {
            let fields = vec![
                ("form[child]", known.ward.as_str()),
                ("form[mail]", "true"),
                ("form[pim]", "true"),
                ("form[sms]", "false"),
                ("form[valid_too]", "false"),
                ("form[version]", "0"),
            ];
            ("/narvaro/installningar", None, fields)
        }
        "absence/report" => ("/narvaro/anmal", None, report.to_vec()),
        "absence/change" => ("/narvaro/anmal", None, [[("report", NOBODYS)].as_slice(), &report].concat()),
        "absence/withdraw" => ("/narvaro/anmal", None, vec![("report", NOBODYS)]),
        unknown => panic!("{unknown} has no valid form here yet"),
    };
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, function.fields, "{} takes other fields", function.name);
    // Opening a closed account again is no step.
    let steps = function.policy == Policy::Applicant && function.name != "application/reopen";
    assert_eq!(needs.is_some(), steps, "{} belongs to a step", function.name);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let guesses = GUESSES.contains(&function.name);
    Valid { fields: fields.into_iter().map(owned).collect(), done, needs, guesses }
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
