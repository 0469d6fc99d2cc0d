//! Whole pages, as they leave the house.

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

fn site() -> Site {
    Site::new(LeptosOptions::builder().output_name("hjarntorget").build(), "https://konto.example.se")
}

fn asked(path: &str, query: &str) -> Asked {
    Asked { path: path.into(), query: query.into(), nonce: Nonce::new() }
}

fn shown(place: Place, page: Result<Reply, Fault>, language: Language, who: Who) -> String {
    let Ok(Reply::Page(page)) = page else { panic!("{place} leads elsewhere") };
    let asked = asked(place.pattern(), "");
    let frame = Frame {
        files: site().0,
        language,
        who,
        unread: 0,
        place: Some(place),
        back: asked.address(),
        nonce: Some(asked.nonce),
    };
    show(frame, page).body
}

/// Every page that stands by itself, without a visit.
fn public_pages() -> Vec<(Place, Result<Reply, Fault>)> {
    use crate::NoBankId as Why;
    let stranger = Who::Stranger;
    let mut pages = vec![
        (Place::Start, information::start(&stranger)),
        (Place::Information, information::apply()),
        (Place::WhatWeHold, information::what_we_hold()),
        (Place::DataProtection, information::data_protection()),
        (Place::Accessibility, information::accessibility()),
        (Place::Cookies, information::cookies()),
        (Place::RecogniseUs, information::recognise_us()),
        (Place::NoBankId, information::no_bankid()),
        (Place::SignIn, sign_in::pages::sign_in(&stranger, &asked("/logga-in", ""))),
        (Place::NoCookies, faults::no_cookies()),
        (Place::Apply(model::Step::Before), application::before(&stranger)),
        (Place::ConfirmEmail, application::confirm_email(&asked("/bekrafta-e-post/abc", ""))),
        (Place::EmailConfirmed, application::email_confirmed(&stranger, &asked("/e-post-bekraftad", ""))),
        (Place::Receive, messages::receive(&asked("/kvittera/abc", ""))),
        (Place::Received, messages::received(&asked("/kvitterat", ""))),
        (Place::Received, messages::received(&asked("/kvitterat", "nej=link-spent"))),
        (Place::AccountClosed, personal::closed()),
        (Place::SignedOut, session::pages::signed_out()),
        (Place::SessionEnded, session::pages::ended(&stranger)),
    ];
    for why in [Why::NoNumber, Why::NoBankId, Why::Protected, Why::Other] {
        pages.push((Place::NoBankIdBecause(why), information::no_bankid_because(why)));
    }
    pages
}

#[test]
fn a_public_page_is_whole_and_carries_no_script_and_no_style() {
    for language in Language::ALL {
        for (place, page) in public_pages() {
            let html = shown(place, page, language, Who::Stranger);
            assert!(html.starts_with("<!DOCTYPE html>"), "{place}");
            assert!(html.ends_with("</html>"), "{place}");
            assert!(html.contains(&format!("<html lang=\"{language}\"")), "{place}");
            assert_eq!(html.matches("<h1").count(), 1, "{place} in {language}");
            for banned in ["<script", " style=", "<style", "<leptos-island", "modulepreload", "onclick"] {
                assert!(!html.contains(banned), "{place} holds {banned}");
            }
        }
    }
}

#[test]
fn every_form_of_ours_is_a_plain_post_to_a_listed_server_function_and_every_link_leads_to_a_place() {
    let routes = crate::routes();
    for (place, page) in public_pages() {
        let html = shown(place, page, Language::Sv, Who::Stranger);
        for action in html.split(" action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(routes.iter().any(|route| route.path == action), "{place} sends to {action}");
        }
        for form in html.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next()) {
            let value = |tag: &str, name: &str| {
                Some(tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?.to_owned())
            };
            let action = value(&format!(" {form}"), "action").unwrap();
            for field in form.split('<').filter_map(|tag| value(tag.split('>').next()?, "name")) {
                assert!(
                    crate::takes(&action, format!("{field}=").as_bytes()),
                    "{place} sends {field} to {action}"
                );
            }
        }
        for link in
            html.split("<a ").skip(1).filter_map(|rest| rest.split("href=\"").nth(1)?.split('"').next())
        {
            let known = Place::parse(link).is_some()
                || ["https://", "tel:", "mailto:", "#"].iter().any(|scheme| link.starts_with(scheme));
            assert!(known, "{place} links to {link}");
        }
    }
}

#[test]
fn a_hostile_name_is_only_ever_text() {
    for who in [Who::Guardian { name: HOSTILE.into() }, Who::Applicant { name: HOSTILE.into() }] {
        let html = shown(Place::Cookies, information::cookies(), Language::Sv, who);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    }
}

#[test]
fn the_page_of_a_link_is_the_same_whatever_the_link() {
    let page = |token: &str| {
        let html = shown(
            Place::Receive,
            messages::receive(&asked(&format!("/kvittera/{token}"), "")),
            Language::Sv,
            Who::Stranger,
        );
        html.replace(token, "")
    };
    assert_eq!(page("kZ3q2-7wABkZ3q2-7wAB_w"), page("AAAA"));
}

#[test]
fn what_waits_unread_stands_beside_the_name_and_in_the_menu() {
    let page = |who: Who, unread| {
        let Ok(Reply::Page(page)) = information::cookies() else { panic!("no page") };
        let frame = Frame {
            files: site().0,
            language: Language::En,
            who,
            unread,
            place: Some(Place::Cookies),
            back: "/kakor".into(),
            nonce: None,
        };
        show(frame, page).body
    };
    let guardian = || Who::Guardian { name: "Sara".into() };
    let said = Text::ShellUnread { messages: 3 }.say(Language::En);
    assert_eq!(page(guardian(), 3).matches(&*said).count(), 2, "beside the name and beside the link");
    assert!(page(guardian(), 1000).contains("99+"));
    for nothing in
        [page(guardian(), 0), page(Who::Stranger, 3), page(Who::Applicant { name: "Sara".into() }, 3)]
    {
        assert!(!nothing.contains("class=\"badge\""), "{nothing}");
    }
}

#[test]
fn a_hostile_address_comes_back_only_as_text() {
    let frame = Frame {
        files: site().0,
        language: Language::En,
        who: Who::Stranger,
        unread: 0,
        place: None,
        back: format!("/x?{HOSTILE}"),
        nonce: None,
    };
    let html = show(frame, faults::page_of(StatusCode::NOT_FOUND, None, None)).body;
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn every_fault_has_a_calm_page_of_its_status() {
    for status in [400_u16, 403, 404, 405, 409, 413, 421, 429, 500, 503, 504, 418] {
        let status = StatusCode::from_u16(status).unwrap();
        let frame = Frame {
            files: site().0,
            language: Language::Sv,
            who: Who::Stranger,
            unread: 0,
            place: None,
            back: "/".into(),
            nonce: None,
        };
        let answer = show(frame, faults::page_of(status, None, Some("/narvaro".into())));
        assert_eq!(answer.status, status);
        assert!(answer.body.contains("<h1>") && !answer.body.contains("<script"));
        let passes = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        assert_eq!(
            answer.body.contains("href=\"/narvaro\""),
            passes,
            "{status}: what passes can be asked for again"
        );
    }
}

#[test]
fn a_page_with_an_island_has_its_script_under_the_nonce_and_no_other() {
    let page = Page::new(Text::SignInTitle, || view! { <crate::sign_in::islands::Awake/> }).lively();
    let html = shown(Place::SignInBankId, page.into_reply(), Language::Sv, Who::Stranger);
    assert!(html.contains("<leptos-island"), "{html}");
    assert_eq!(html.matches("<script").count(), 1, "{html}");
    assert!(html.contains("<script type=\"module\" nonce=\""), "{html}");
}

#[test]
fn the_frame_of_the_code_has_no_script_and_says_when_there_is_none() {
    let html = site().qr_frame(None, Language::Sv);
    assert!(
        !html.contains("<script") && html.contains(&*Text::BankidFrameStopped.say(Language::Sv)),
        "{html}"
    );
}

#[test]
fn a_query_is_read_as_it_was_typed() {
    assert_eq!(url_value("a=1&sok=Bj%C3%B6rk+skolan&sok=2", "sok").as_deref(), Some("Björk skolan"));
    assert_eq!(url_value("nej", "nej").as_deref(), Some(""));
    assert_eq!(url_value("", "nej"), None);
    assert_eq!(url_value("x=%ff%zz", "x").as_deref(), Some("\u{fffd}%zz"));
}

#[test]
fn no_source_writes_html_by_hand_or_a_style_into_an_element() {
    fn sources(folder: &std::path::Path, found: &mut Vec<(std::path::PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if !path.ends_with("tests.rs") {
                found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 30);
    for (path, text) in found {
        for banned in ["inner_html", " style=", "<textarea", "<noscript"] {
            assert!(!text.contains(banned), "{} holds {banned}", path.display());
        }
    }
}
