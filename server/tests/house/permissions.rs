//! Every route, asked by everybody: what a role may not do leads to the way in, changes nothing and says nothing.

use super::{
    books::Books,
    forms::{self, Known, Valid, page_of, valid},
    stage::{Browser, Page, Script, Stage, browser::Form, script::digits},
};
use app::{Policy, Route};
use model::Step;
use reqwest::{Method, StatusCode};
use server::http::routes::Line;

/// What a visitor is, in the words of `routes --json`.
const ROLES: [&str; 3] = ["stranger", "applicant", "guardian"];

/// Everything a test sends, and none of it too often.
const WIDE: [(&str, &str); 6] = [
    ("LIMITS__SESSION_PER_SECOND", "1000"),
    ("LIMITS__SESSION_BURST", "1000"),
    ("LIMITS__ADDRESS_PER_SECOND", "1000"),
    ("LIMITS__BANKID_START_DEVICE", "1000"),
    ("LIMITS__BANKID_START_SESSION", "1000"),
    ("LIMITS__BANKID_START_ADDRESS", "1000"),
];

fn allowed(roles: &[&str], role: &str) -> bool {
    roles.is_empty() || roles.contains(&role)
}

/// Opens what is at an address, with something harmless where it has a hole.
async fn ask(browser: &mut Browser, line: &Line) -> Page {
    let path = line.path.replace("{token}", "abcdefghijklmnopqrstuv").replace("{file}", "none.css");
    let body = (line.method == "POST").then(String::new);
    browser.send(line.method.parse::<Method>().unwrap(), &path, body, &[]).await
}

/// Sends a valid form as a page of ours would.
async fn send(browser: &mut Browser, function: &Route, form: &Valid) -> Page {
    let form = Form { action: function.path.to_owned(), fields: form.fields.clone() };
    browser.post(&form, &[]).await
}

/// A day of next week, as a form has it.
fn soon() -> String {
    let today = portal::day_of(portal::Clock::system().now());
    (today + jiff::Span::new().days(7)).to_string()
}

/// A form's answer leads where it leads when it was done.
fn leads_on(answer: &Page, form: &Valid) -> bool {
    let Some(to) = answer.location() else { return form.guesses && answer.status == StatusCode::NOT_FOUND };
    let refused = to.contains("nej=") && form.done != "/bankid/retur";
    to.split('?').next() == Some(form.done) && (!refused || form.guesses)
}

/// What a visitor's own children, address and account come to: nobody else's form may change it.
async fn standing(browser: &Browser, books: &Books, stage: &Stage) -> (Option<String>, usize, usize) {
    // A copy, so that what one question does to the cookies is not carried to the next.
    let check = browser.clone().get(page_of(Step::Check)).await;
    // What was sent to the guardian on their own account is on its way beside all this.
    let theirs = ["holds@example.se", "another@example.se"];
    let letters = stage.town.mail().iter().filter(|mail| !theirs.contains(&mail.to.as_str())).count();
    (check.location(), books.accounts().await, letters)
}

/// The code and the link of the newest letter, once there are so many.
async fn newest(script: Script<'_>, known: &mut Known, letters: usize) {
    let letters = script.letters(&known.email, letters).await;
    let text = letters.last().unwrap()["text"].as_str().unwrap();
    known.code = digits(text);
    let link = text.split_whitespace().find_map(|word| word.split_once("/bekrafta-e-post/")).unwrap().1;
    link.trim_end_matches(['.', '>']).clone_into(&mut known.token);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_reaches_a_page_that_is_another_roles() {
    let stage = Stage::with(&WIDE).await;
    let applying = stage.script().person(&["guardian"], &["two-children"]).await;
    let holding = stage.script().person(&["guardian", "two-children"], &[]).await;
    assert_ne!(applying["id"], holding["id"]);

    let stranger = stage.browser();
    let mut applicant = stage.browser();
    stage.script().identify(&mut applicant, "/ansokan/legitimera", &applying).await;
    let mut guardian = stage.browser();
    stage.script().open_account(&mut guardian, &holding, "crawl@example.se").await;

    let told = |person: &serde_json::Value| {
        [&person["number"], &person["family"]].map(|it| it.as_str().unwrap().to_owned())
    };
    let secrets = [told(&applying), told(&holding)];
    let others = |line: &Line| line.kind != "health" && line.kind != "action";
    for line in server::http::routes::all().into_iter().filter(others) {
        for (role, browser) in ROLES.iter().zip([&stranger, &applicant, &guardian]) {
            let answer = ask(&mut browser.clone(), &line).await;
            let at = format!("{role} at {} {}: {}", line.method, line.path, answer.status);
            assert!(!answer.status.is_server_error(), "{at}");
            if allowed(line.roles, role) {
                continue;
            }
            // A page leads to the way in or to where one stands.
            assert!(answer.location().is_some_and(|to| to != line.path), "{at}");
            // The own name stands in the head of every page; another's nowhere.
            for (owner, secrets) in ["applicant", "guardian"].iter().zip(&secrets) {
                let found = secrets.iter().any(|secret| answer.text.contains(secret.as_str()));
                assert!(!found || owner == role, "{at} tells of the {owner}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_form_of_whoever_may_not_send_it_changes_nothing_and_of_whoever_may_is_done() {
    let stage = Stage::with(&WIDE).await;
    let books = Books::of(&stage.house);
    let applying = stage.script().person(&["guardian"], &["two-children"]).await;
    let holding = stage.script().person(&["guardian", "two-children"], &[]).await;
    let people = stage.script().people(&["guardian"], &["two-children"]).await;
    let another = people.into_iter().find(|person| person["id"] != applying["id"]).unwrap();
    let mut guardian = stage.browser();
    let listed = stage.script().identify(&mut guardian, "/ansokan/legitimera", &holding).await;
    let ward = listed.form("application/answer-child").fields.swap_remove(0).1;
    let check = stage.script().fill_in(&mut guardian, &listed, "holds@example.se").await;
    let last = check.form("application/complete");
    guardian.post(&last, &[]).await;
    stage.script().letters("holds@example.se", 2).await;
    let mut applicant = stage.browser();
    let listed = stage.script().identify(&mut applicant, "/ansokan/legitimera", &applying).await;
    let mut known = Known {
        child: listed.form("application/answer-child").fields.swap_remove(0).1,
        ward,
        day: soon(),
        email: "applies@example.se".to_owned(),
        code: "123456".to_owned(),
        token: "abcdefghijklmnopqrstuv".to_owned(),
        information: last.fields[0].1.clone(),
    };
    let mut browsers = [stage.browser(), applicant, guardian];
    let mut letters = 0;
    for function in forms::functions() {
        let form = valid(&function, &known);
        let roles = function.policy.roles();
        for at in (0..ROLES.len()).filter(|at| !allowed(roles, ROLES[*at])) {
            let before = standing(&browsers[1], &books, &stage).await;
            let answer = send(&mut browsers[at], &function, &form).await;
            let said =
                format!("{} at {}: {} {:?}", ROLES[at], function.path, answer.status, answer.location());
            // Who holds an account and asks for one is shown the receipt of theirs.
            let theirs = |name| (ROLES[at], function.name) == ("guardian", name);
            let away = match answer.location().as_deref() {
                Some("/ansokan/klart") => theirs("application/complete"),
                Some("/mina-barn") => theirs("application/reopen"),
                Some(to) => ["/avslutad", "/logga-in"].contains(&to),
                None => answer.status == StatusCode::FORBIDDEN,
            };
            assert!(away, "{said}");
            assert_eq!(standing(&browsers[1], &books, &stage).await, before, "{said}");
        }
        for at in (0..ROLES.len()).filter(|at| allowed(roles, ROLES[*at])) {
            let answer = send(&mut browsers[at], &function, &form).await;
            let said =
                format!("{} at {}: {} {:?}", ROLES[at], function.path, answer.status, answer.location());
            assert!(leads_on(&answer, &form), "{said}");
        }
        if ["application/give-email", "application/resend-code"].contains(&function.name) {
            letters += 1;
            newest(stage.script(), &mut known, letters).await;
        }
        if function.name == "application/complete" {
            // Who applied holds an account now: somebody else stands for the applicants from here on.
            browsers[1] = stage.browser();
            stage.script().identify(&mut browsers[1], "/ansokan/legitimera", &another).await;
        }
        if forms::ENDS.contains(&function.name) {
            stage.script().identify(&mut browsers[2], "/logga-in", &holding).await;
        }
    }
    assert_eq!(books.accounts().await, 2, "every form was sent, the last one too");
    books.assert_whole("every form").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_a_step_not_reached_changes_nothing_and_leads_to_the_one_that_is() {
    let stage = Stage::with(&WIDE).await;
    let books = Books::of(&stage.house);
    // What the last form holds is read where somebody else may send it.
    let other = stage.script().person(&["guardian", "two-children"], &[]).await;
    let mut reader = stage.browser();
    let listed = stage.script().identify(&mut reader, "/ansokan/legitimera", &other).await;
    let check = stage.script().fill_in(&mut reader, &listed, "reads@example.se").await;

    let person = stage.script().person(&["guardian"], &["two-children"]).await;
    let mut browser = stage.browser();
    let listed = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let mut known = Known {
        child: listed.form("application/answer-child").fields.swap_remove(0).1,
        ward: String::new(),
        day: String::new(),
        email: "ahead@example.se".to_owned(),
        code: "123456".to_owned(),
        token: "abcdefghijklmnopqrstuv".to_owned(),
        information: check.form("application/complete").fields.swap_remove(0).1,
    };
    let steps: Vec<_> = forms::functions().into_iter().filter(|it| it.policy == Policy::Applicant).collect();
    for (reached, name) in [
        (Step::Children, "application/confirm-children"),
        (Step::Email, "application/give-email"),
        (Step::Confirm, "application/confirm-code"),
        (Step::Check, "application/complete"),
    ] {
        let ahead: Vec<_> = steps.iter().filter(|it| valid(it, &known).needs > Some(reached)).collect();
        assert_eq!(ahead.is_empty(), reached == Step::Check);
        for function in ahead {
            let at = format!("{} at {reached:?}", function.path);
            let before = standing(&browser, &books, &stage).await;
            let answer = send(&mut browser, function, &valid(function, &known)).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{at}");
            assert_eq!(browser.follow(answer).await.path.split('?').next(), Some(page_of(reached)), "{at}");
            assert_eq!(standing(&browser, &books, &stage).await, before, "{at}");
        }
        let step = steps.iter().find(|it| it.name == name).unwrap();
        let form = valid(step, &known);
        let answer = send(&mut browser, step, &form).await;
        assert!(leads_on(&answer, &form), "{name}: {:?}", answer.location());
        if reached == Step::Email {
            newest(stage.script(), &mut known, 1).await;
        }
    }
    assert_eq!(books.accounts().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_session_is_worth_nothing_after_logging_out() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "copy@example.se").await;
    let mut copy = browser.clone();
    let children = browser.open("/mina-barn").await;
    let out = browser.post(&children.form("session/end"), &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(copy.open("/mina-barn").await.path, "/logga-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_behind_the_login_is_kept_nowhere() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "store@example.se").await;
    for path in ["/mina-barn", "/personuppgifter", "/ansokan/klart", "/", "/kakor"] {
        let page = browser.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(page.header("x-robots-tag").contains("noindex"), "{path}");
        assert_eq!(page.header("content-encoding"), "", "{path} is compressed with a person in it");
    }
}
