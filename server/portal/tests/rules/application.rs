//! The application, step by step, and everything that is typed wrong on the way.

use model::{CodeForm, EmailForm, Refusal, Step, Wrong};
use portal::{Error, Next, Who, audit::Deed};
use sea_orm::EntityTrait;
use simulators::System;

use crate::{
    letters::at_the_code,
    stage::{Browser, Stage, code_in},
};

pub(crate) const EMAIL: &str = "sara@example.se";

pub(crate) fn refusal<T>(result: Result<T, Error>) -> Option<Refusal> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

pub(crate) async fn reached(browser: &Browser<'_>) -> Step {
    browser.visit().await.applicant().unwrap().application().await.unwrap().reached
}

async fn wrong_email(browser: &Browser<'_>) -> Option<Wrong> {
    let aside = browser.visit().await.aside::<EmailForm>(EmailForm::EMAIL).await.unwrap();
    aside.and_then(|shown| shown.wrongs.of(EmailForm::EMAIL))
}

pub(crate) async fn wrong_code(browser: &Browser<'_>) -> Option<Wrong> {
    let aside = browser.visit().await.aside::<CodeForm>(CodeForm::CODE).await.unwrap();
    aside.and_then(|shown| shown.wrongs.of(CodeForm::CODE))
}

#[tokio::test]
async fn the_whole_way_leads_to_one_account_with_its_children_and_a_welcome_letter() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    assert_eq!(browser.sign_in("lindqvist-sara").await, Next::Step(Step::Children));
    assert_eq!(reached(&browser).await, Step::Children);
    browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    assert_eq!(reached(&browser).await, Step::Email);
    browser.give_email(EMAIL).await.unwrap();
    assert_eq!(reached(&browser).await, Step::Confirm);
    let letter = stage.letter(EMAIL, 0).await;
    browser.confirm_code(&code_in(&letter.text)).await.unwrap();
    assert_eq!(reached(&browser).await, Step::Check);
    let applicant = browser.session.clone();
    browser.complete().await.unwrap();

    assert_ne!(browser.session, applicant);
    assert!(matches!(browser.visit().await.who(), Who::Guardian { name } if name == "Sara Lindqvist"));
    assert_eq!(browser.children().await.unwrap(), ["Elsa", "Hugo"]);
    let welcome = stage.letter(EMAIL, 1).await;
    for text in [&letter.text, &welcome.text, &letter.subject, &welcome.subject] {
        for word in ["Sara", "Lindqvist", "Hugo", "Elsa", "19880614"] {
            assert!(!text.contains(word), "{word}");
        }
    }
    let account = &stage.accounts().await[0];
    assert_eq!((account.information_version.as_str(), account.state.as_str()), ("2026-1", "open"));
    assert!(account.email_verified_at.is_some());
    assert_eq!(stage.audited(Deed::OpenedAccount).await.len(), 1);
    assert_eq!(stage.audited(Deed::LinkedChild).await.len(), 2);
    let visit = browser.visit().await;
    let receipt = visit.guardian().unwrap().receipt().await.unwrap();
    assert_eq!((receipt.children.len(), receipt.email.unwrap().reveal()), (2, EMAIL));
}

#[tokio::test]
async fn no_step_opens_before_the_ones_ahead_of_it() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let not_reached = Some(Refusal::StepNotReached);
    assert_eq!(refusal(browser.give_email(EMAIL).await), not_reached);
    assert_eq!(refusal(browser.confirm_code("123456").await), not_reached);
    assert_eq!(refusal(browser.visit().await.applicant().unwrap().resend_code().await), not_reached);
    assert_eq!(refusal(browser.complete().await), not_reached);
    browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    assert_eq!(refusal(browser.confirm_code("123456").await), not_reached);
    assert_eq!(refusal(browser.complete().await), not_reached);
    browser.give_email(EMAIL).await.unwrap();
    assert_eq!(refusal(browser.complete().await), not_reached);
    assert!(stage.accounts().await.is_empty());
}

#[tokio::test]
async fn a_child_that_is_not_theirs_becomes_a_case_and_no_link() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let visit = browser.visit().await;
    let applicant = visit.applicant().unwrap();
    let children = applicant.children().await.unwrap();
    let hugo = children.iter().find(|child| child.given == "Hugo").unwrap().id;
    let elsa = children.iter().find(|child| child.given == "Elsa").unwrap().id;
    for child in [hugo, elsa] {
        applicant.disown(child).await.unwrap();
        applicant.disown(child).await.unwrap();
    }
    assert_eq!(refusal(applicant.confirm_children().await), Some(Refusal::NoChildLeft));
    applicant.reclaim(elsa).await.unwrap();
    let cases = store::entity::case_::Entity::find().all(stage.store.reader()).await.unwrap();
    let open: Vec<_> = cases.iter().filter(|case| case.state == "open").collect();
    assert_eq!((cases.len(), open.len(), open[0].kind.as_str()), (2, 1, "not-my-child"));

    browser.apply_further(EMAIL).await;
    browser.complete().await.unwrap();
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
    stage.advance(16 * 60);
    assert_eq!(browser.children().await.unwrap(), ["Elsa"], "a later check does not bring it back");
}

#[tokio::test]
async fn what_was_said_of_a_child_outlives_the_draft_it_was_said_in() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let hugo = disowns_hugo(&browser).await;
    stage.advance(25 * 3600);
    stage.portal.erase_old().await.unwrap();
    browser.sign_in("lindqvist-sara").await;
    let denied = async || {
        let visit = browser.visit().await;
        let children = visit.applicant().unwrap().children().await.unwrap();
        children.iter().find(|child| child.id == hugo).unwrap().denied
    };
    assert!(denied().await, "before a new draft is begun");
    assert_eq!(reached(&browser).await, Step::Children);
    assert!(denied().await, "and in it");
    browser.apply_further(EMAIL).await;
    browser.complete().await.unwrap();
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
}

#[tokio::test]
async fn what_was_said_long_ago_can_be_taken_back() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let hugo = disowns_hugo(&browser).await;
    stage.advance(25 * 3600);
    browser.sign_in("lindqvist-sara").await;
    browser.visit().await.applicant().unwrap().reclaim(hugo).await.unwrap();
    browser.apply_further(EMAIL).await;
    browser.complete().await.unwrap();
    assert_eq!(browser.children().await.unwrap(), ["Elsa", "Hugo"]);
}

#[tokio::test]
async fn an_open_case_is_looked_at_in_the_last_step_whatever_the_draft_says() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", EMAIL).await;
    disowns_hugo(&browser).await;
    let drafts = store::entity::application::Entity::update_many()
        .col_expr(store::entity::application::Column::Denied, sea_orm::sea_query::Expr::value("[]"))
        .col_expr(
            store::entity::application::Column::ChildrenConfirmedAt,
            sea_orm::sea_query::Expr::value(1),
        );
    drafts.exec(stage.store.writer()).await.unwrap();
    browser.complete().await.unwrap();
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
}

async fn disowns_hugo(browser: &Browser<'_>) -> model::ChildId {
    let visit = browser.visit().await;
    let applicant = visit.applicant().unwrap();
    let children = applicant.children().await.unwrap();
    let hugo = children.iter().find(|child| child.given == "Hugo").unwrap().id;
    applicant.disown(hugo).await.unwrap();
    hugo
}

#[tokio::test]
async fn an_applicants_look_at_the_children_is_logged_like_a_guardians() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let visit = browser.visit().await;
    assert_eq!(reached(&browser).await, Step::Children);
    assert!(stage.audited(Deed::SawChild).await.is_empty(), "no child was shown yet");
    let shown = visit.applicant().unwrap().children().await.unwrap();
    let seen = stage.audited(Deed::SawChild).await;
    assert_eq!((shown.len(), seen.len()), (2, 2));
    assert!(seen.iter().all(|row| row.child.is_some() && row.actor_kind == "applicant"));
}

#[tokio::test]
async fn who_looked_at_a_child_without_an_account_can_be_told_when_the_session_is_erased() {
    let stage = Stage::open().await;
    for person in ["lindqvist-sara", "lindqvist-sara", "bergstrom-karin"] {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        browser.visit().await.applicant().unwrap().children().await.unwrap();
    }
    stage.advance(31 * 24 * 3600);
    stage.portal.erase_old().await.unwrap();
    let sessions = store::entity::session::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(sessions.is_empty());
    let seen = stage.audited(Deed::SawChild).await;
    let looks = |number: &str| {
        let keys = stage.portal.keys();
        let subject = keys.index_number(&model::PersonId::parse(number).unwrap());
        let actor = uuid::Uuid::from_slice(&keys.index("audit-actor", &[&subject])[..16]).unwrap();
        seen.iter().filter(|row| row.actor == Some(actor.to_string())).count()
    };
    assert_eq!((looks("198806142389"), looks("198411192381"), seen.len()), (4, 1, 5));
}

#[tokio::test]
async fn a_child_of_somebody_else_can_be_neither_disowned_nor_reclaimed() {
    let stage = Stage::open().await;
    let (mut one, mut other) = (stage.browser(), stage.browser());
    one.sign_in("lindqvist-sara").await;
    other.sign_in("bergstrom-karin").await;
    let visit = other.visit().await;
    let theirs = visit.applicant().unwrap().children().await.unwrap()[0].id;
    let unknown = model::ChildId::from_uuid(uuid::Uuid::new_v4());
    let visit = one.visit().await;
    for child in [theirs, unknown] {
        assert!(matches!(visit.applicant().unwrap().disown(child).await, Err(Error::NotFound)));
        assert!(matches!(visit.applicant().unwrap().reclaim(child).await, Err(Error::NotFound)));
    }
}

#[tokio::test]
async fn what_was_typed_wrong_is_kept_and_shown_with_its_reason() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    let long = "a".repeat(10_000);
    for (typed, wrong) in [
        ("", Wrong::Missing),
        ("   ", Wrong::Missing),
        ("a@b", Wrong::NotAnEmail),
        ("a@@b.se", Wrong::NotAnEmail),
        ("å@ö.se", Wrong::EmailLetters),
        ("sara\u{0}@example.se", Wrong::NotAnEmail),
        ("sara\u{202e}@example.se", Wrong::EmailLetters),
        ("🙂@example.se", Wrong::EmailLetters),
        ("a@example.se\r\nBcc: b@example.se", Wrong::NotAnEmail),
        (long.as_str(), Wrong::TooLong),
    ] {
        assert_eq!(refusal(browser.give_email(typed).await), Some(Refusal::Form), "{typed:?}");
        assert_eq!(wrong_email(&browser).await, Some(wrong), "{typed:?}");
        let aside = browser.visit().await.aside::<EmailForm>(EmailForm::EMAIL).await.unwrap().unwrap();
        assert_eq!(&*aside.form.email, typed);
    }
    browser.give_email("  sara@example.se ").await.unwrap();
    assert_eq!(wrong_email(&browser).await, None);
    for typed in ["", "12345", "abcdef", "1234567", "\u{0}", long.as_str()] {
        assert_eq!(refusal(browser.confirm_code(typed).await), Some(Refusal::Form), "{typed:?}");
        assert!(wrong_code(&browser).await.is_some());
    }
    let rows = store::entity::aside::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(rows.iter().all(|row| !String::from_utf8_lossy(&row.body).contains("1234567")));
}

#[tokio::test]
async fn a_refused_form_belongs_to_its_visitor_and_is_forgotten_after_a_while() {
    let stage = Stage::open().await;
    let (mut one, mut other) = (stage.browser(), stage.browser());
    one.sign_in("lindqvist-sara").await;
    other.sign_in("bergstrom-karin").await;
    one.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    let _ = one.give_email("a@b").await;
    assert_eq!(wrong_email(&other).await, None);
    stage.advance(29 * 60);
    assert_eq!(wrong_email(&one).await, Some(Wrong::NotAnEmail));
    stage.advance(2 * 60);
    assert_eq!(wrong_email(&one).await, None);
}

#[tokio::test]
async fn leaving_and_coming_back_within_a_day_goes_on_where_one_was() {
    let stage = Stage::open().await;
    let (_, code) = at_the_code(&stage).await;
    let mut later = stage.browser();
    assert_eq!(later.sign_in("lindqvist-sara").await, Next::Step(Step::Confirm));
    later.confirm_code(&code).await.unwrap();
    stage.advance(23 * 3600);
    let mut later = stage.browser();
    assert_eq!(later.sign_in("lindqvist-sara").await, Next::Step(Step::Check));
    stage.advance(25 * 3600);
    let mut later = stage.browser();
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(later.sign_in("lindqvist-sara").await, Next::Step(Step::Children));
    assert_eq!(reached(&later).await, Step::Children);
}

#[tokio::test]
async fn a_hundred_parallel_completions_make_one_account_and_one_welcome_letter() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", EMAIL).await;
    let completions = (0..100).map(|_| {
        let mut browser = browser.clone();
        async move { browser.complete().await.is_ok().then_some(browser.session) }
    });
    let entered = futures::future::join_all(completions).await;
    let cookies: Vec<_> = entered.into_iter().flatten().collect();
    assert_eq!(cookies.len(), 5, "who completed, and who sent the form again a few times");
    assert_eq!(stage.accounts().await.len(), 1);
    assert_eq!(stage.live_links().await.len(), 2);
    assert_eq!(stage.audited(Deed::OpenedAccount).await.len(), 1);
    // Whichever answer the browser kept, it is in.
    for cookie in cookies {
        browser.session = cookie;
        assert!(matches!(browser.visit().await.who(), Who::Guardian { .. }));
    }
    stage.letter(EMAIL, 1).await;
    assert_eq!(stage.letters(EMAIL).len(), 2);
}

#[tokio::test]
async fn the_same_holds_on_postgres() {
    let Some(stage) = Stage::on_postgres(|_| {}).await else { return };
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", EMAIL).await;
    let completions = (0..32).map(|_| {
        let mut browser = browser.clone();
        async move { browser.complete().await.is_ok() }
    });
    let completed = futures::future::join_all(completions).await;
    assert!(completed.into_iter().any(|completed| completed));
    assert_eq!((stage.accounts().await.len(), stage.live_links().await.len()), (1, 2));
    let mut again = stage.browser();
    assert_eq!(again.sign_in("lindqvist-sara").await, Next::Children);
    assert_eq!(again.children().await.unwrap(), ["Elsa", "Hugo"]);
    assert!(again.visit().await.guardian().unwrap().personal().await.unwrap().email.is_some());
    let report = stage.portal.sync_registers(false).await.unwrap();
    assert_eq!((report.changed, report.braked), (0, None));
    stage.advance(400 * 24 * 3600);
    assert!(stage.portal.erase_old().await.unwrap() > 0);
    // Two tabs that begin at the same moment share one draft.
    let mut karin = stage.browser();
    karin.sign_in("bergstrom-karin").await;
    stage.portal.sync_registers(false).await.unwrap();
    let opened = futures::future::join_all((0..8).map(|_| {
        let karin = karin.clone();
        async move { karin.visit().await.applicant().unwrap().application().await.is_ok() }
    }))
    .await;
    assert!(opened.into_iter().all(|opened| opened));
}

#[tokio::test]
async fn a_form_sent_twice_leads_in_and_the_old_session_to_nothing_else() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", EMAIL).await;
    let before = browser.clone();
    browser.complete().await.unwrap();

    let visit = before.visit().await;
    assert_eq!(visit.who(), Who::Stranger);
    assert!(matches!(visit.applicant().unwrap().outcome().await, Err(Error::SignIn(_))));
    assert!(matches!(visit.applicant().unwrap().application().await.err(), Some(Error::SignIn(_))));
    let mut twice = before.clone();
    twice.complete().await.unwrap();
    assert!(matches!(twice.visit().await.who(), Who::Guardian { .. }));
    assert_eq!(stage.accounts().await.len(), 1);

    stage.advance(61);
    assert!(matches!(before.visit().await.applicant().err(), Some(Error::SignIn(_))));
}

#[tokio::test]
async fn two_tabs_of_one_person_share_one_application() {
    let stage = Stage::open().await;
    let (mut one, mut two) = (stage.browser(), stage.browser());
    one.apply("lindqvist-sara", EMAIL).await;
    two.sign_in("lindqvist-sara").await;
    two.complete().await.unwrap();
    one.complete().await.unwrap();
    assert_eq!(stage.accounts().await.len(), 1);
    assert!(matches!(one.visit().await.who(), Who::Guardian { .. }));
}

#[tokio::test]
async fn custody_lost_on_the_way_stops_the_last_step() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("bergstrom-karin", "karin@example.se").await;
    stage.amend("bergstrom-karin", serde_json::json!({ "guardian_of": [] })).await;
    stage.advance(16 * 60);
    assert_eq!(refusal(browser.complete().await), Some(Refusal::StepNotReached));
    assert!(stage.accounts().await.is_empty());
}

#[tokio::test]
async fn a_register_that_is_down_keeps_the_application() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", EMAIL).await;
    stage.advance(16 * 60);
    stage.fault(System::Population, "status:503");
    assert!(matches!(browser.complete().await, Err(Error::Unavailable(_))));
    assert_eq!(browser.outcome().await, model::Outcome::RegisterDown);
    stage.fault(System::Population, "none");
    browser.complete().await.unwrap();
}

#[tokio::test]
async fn the_mailbox_of_another_guardian_is_taken_without_a_word() {
    let stage = Stage::open().await;
    let mut karin = stage.browser();
    karin.open_account("bergstrom-karin", "familjen@example.se").await;
    stage.letter("familjen@example.se", 1).await;
    let mut mikael = stage.browser();
    mikael.open_account("bergstrom-mikael", "familjen@example.se").await;
    assert_eq!(stage.accounts().await.len(), 2);
}
