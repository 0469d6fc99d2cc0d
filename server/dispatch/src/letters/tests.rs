use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::*;

const LINK: &str = "https://konto.example.se/bekrafta-e-post/kZ3q2-7wAB";

const RECEIVED: &str = "https://konto.example.se/kvittera/kZ3q2-7wABkZ3q2-7wAB_w";

fn every_letter(language: Language) -> [Letter; 10] {
    [
        email_code(language, "482915", LINK, 10),
        welcome(language, "https://konto.example.se/"),
        address_changed(language, "https://konto.example.se/"),
        contact_code(language, "482915", 10),
        mobile_changed(language, "https://konto.example.se/"),
        account_closed(language, "https://konto.example.se/", 30),
        notices_stay(language, "https://konto.example.se/"),
        test(language, "https://konto.example.se/"),
        absence_notice(language, RECEIVED, "https://konto.example.se/", 14),
        absence_corrected(language, "https://konto.example.se/"),
    ]
}

/// The files of a language, each with its placeholders.
fn files(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("letters").join(language.tag());
    let placeholders = |text: &str| {
        text.split("{{")
            .skip(1)
            .map(|after| after.split_once("}}").unwrap().0.to_owned())
            .collect::<BTreeSet<_>>()
    };
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), placeholders(&text))
        })
        .collect()
}

#[test]
fn every_language_has_the_same_letters_with_the_same_placeholders() {
    assert_eq!(files(Language::Sv), files(Language::En));
    let kinds = every_letter(Language::Sv).map(|letter| letter.kind);
    let written: BTreeSet<String> =
        kinds.iter().flat_map(|kind| [format!("{kind}.txt"), format!("{kind}.html")]).collect();
    assert_eq!(files(Language::Sv).into_keys().collect::<BTreeSet<_>>(), written, "a file that is no letter");
}

#[test]
fn every_placeholder_is_filled_and_both_forms_of_a_letter_have_the_same() {
    for letter in Language::ALL.into_iter().flat_map(every_letter) {
        for part in [&letter.subject, &letter.text, &letter.html] {
            assert!(!part.contains("{{") && !part.contains("}}"), "{}: {part}", letter.kind);
        }
        let places = files(letter.language);
        assert_eq!(
            places[&format!("{}.txt", letter.kind)],
            places[&format!("{}.html", letter.kind)],
            "{}",
            letter.kind
        );
        assert!(
            letter.html.contains(&format!("<html lang=\"{}\">", letter.language.tag())),
            "{}",
            letter.kind
        );
        assert!(letter.html.contains(&format!("<title>{}</title>", letter.subject)), "{}", letter.kind);
    }
}

#[test]
fn the_code_is_the_only_run_of_six_digits() {
    for letter in Language::ALL.map(|language| email_code(language, "482915", LINK, 10)) {
        for part in [&letter.text, &letter.html] {
            assert_eq!(part.matches("482915").count(), 1);
            assert!(part.contains(LINK));
            assert!(!holds_six_digits(&part.replace("482915", "")));
        }
        assert!(!holds_six_digits(&letter.subject), "a subject is shown on a locked screen");
    }
    for letter in
        Language::ALL.into_iter().flat_map(every_letter).filter(|letter| !letter.kind.ends_with("-code"))
    {
        assert!(!holds_six_digits(&letter.text) && !holds_six_digits(&letter.html), "{}", letter.kind);
    }
}

#[test]
fn a_run_of_exactly_six_is_told_from_longer_and_shorter_ones() {
    assert!(holds_six_digits("a482915b"));
    for text in ["", "48291", "4829150", "482 915", "https://konto.example.se:3000/x"] {
        assert!(!holds_six_digits(text), "{text}");
    }
}

#[test]
fn a_letter_fetches_nothing_and_follows_nobody() {
    for letter in Language::ALL.into_iter().flat_map(every_letter) {
        for word in ["<img", "<link", "<script", "src=", "url(", "utm_", "@import"] {
            assert!(!letter.html.contains(word), "{}: {word}", letter.kind);
        }
    }
}

#[test]
fn an_absence_is_told_with_one_link_to_confirm_and_its_correction_with_none() {
    for language in Language::ALL {
        let notice = absence_notice(language, RECEIVED, "https://konto.example.se/", 14);
        for part in [&notice.text, &notice.html] {
            assert_eq!(part.matches(RECEIVED).count(), 1);
            assert!(part.contains("14"));
        }
        let correction = absence_corrected(language, "https://konto.example.se/");
        assert!(!correction.text.contains("/kvittera/") && !correction.html.contains("/kvittera/"));
        assert!(!notice.subject.contains('{') && notice.subject != correction.subject);
    }
}

#[test]
fn what_is_put_into_html_cannot_become_html() {
    let letter = email_code(Language::Sv, "482915", "https://a.example.se/\"><script>&", 10);
    assert!(letter.html.contains("https://a.example.se/&quot;&gt;&lt;script&gt;&amp;"));
    assert!(letter.text.contains("https://a.example.se/\"><script>&"));
}

#[test]
fn no_letter_shouts() {
    for letter in Language::ALL.into_iter().flat_map(every_letter) {
        assert!(letter.subject.chars().count() <= 50, "{}", letter.subject);
        // The one that HTML itself needs stands in its first line.
        let body = letter.html.strip_prefix("<!DOCTYPE html>").unwrap();
        for part in [&letter.subject, &letter.text, body] {
            assert!(!part.contains('!') && !part.to_lowercase().contains("vänligen"), "{}", letter.kind);
        }
    }
}
