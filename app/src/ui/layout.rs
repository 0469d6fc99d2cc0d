//! What every page has around it: head, skip link, header, footer.

use std::{fs, sync::Arc};

use jiff::Timestamp;
use leptos::{
    hydration::{AutoReload, HydrationScripts},
    nonce::Nonce,
    prelude::*,
    server_fn::ServerFn as _,
};
use model::Language;
use portal::Who;

use crate::{
    Place, language::ChooseLanguage, page::Files, session::api::EndSession, text::Text, ui::dates::time,
};

/// What the frame around a page says.
pub(crate) struct Frame {
    pub(crate) files: Arc<Files>,
    pub(crate) language: Language,
    pub(crate) who: Who,
    /// Messages nobody has opened yet.
    pub(crate) unread: u64,
    /// The page inside; none where the address is not ours.
    pub(crate) place: Option<Place>,
    /// Where a change of language leads back to.
    pub(crate) back: String,
    pub(crate) nonce: Option<Nonce>,
}

/// What a page says to its frame.
pub(crate) struct Head {
    pub(crate) title: Text,
    /// The page shows what is wrong with a form: its title says so first.
    pub(crate) wrong: bool,
    /// The page holds an island.
    pub(crate) island: bool,
    /// Cards side by side.
    pub(crate) wide: bool,
    /// When the session ends, on a page that no script watches.
    pub(crate) ends: Option<Timestamp>,
}

/// The address of the style sheet, with its hash where cargo-leptos put one into the name.
pub(crate) fn stylesheet(options: &LeptosOptions) -> String {
    let hash = options.hash_files.then(|| css_hash(options)).flatten();
    let hash = hash.map(|hash| format!(".{hash}")).unwrap_or_default();
    format!("/{}/{}{hash}.css", options.site_pkg_dir, options.output_name)
}

/// cargo-leptos writes `css: <hash>` into a file beside the program.
fn css_hash(options: &LeptosOptions) -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let hashes = fs::read_to_string(program.parent()?.join(options.hash_file.as_ref())).ok()?;
    hashes.lines().find_map(|line| line.trim().strip_prefix("css:").map(|hash| hash.trim().to_owned()))
}

/// The whole document.
pub(crate) fn document(frame: Frame, head: Head, view: impl FnOnce() -> AnyView) -> impl IntoView {
    let Head { title, wrong, island, wide, ends } = head;
    let Frame { files, language, who, unread, place, back, nonce: _ } = frame;
    let named = Text::ShellTitle { title: title.owned() }.owned();
    let title = if wrong { Text::WrongTitlePrefix { title: named }.owned() } else { named };
    let options = files.options.clone();
    let stay = ends.map(|ends| {
        view! {
            <p class="until small">
                {Text::SessionEndsAt { time: time(ends) }}" "<a href=back.clone()>{Text::SessionStay}</a>
            </p>
        }
    });
    let scripts = island.then(|| {
        let options = options.clone();
        view! { <HydrationScripts options islands=true/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() dir="ltr">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#17223a" media="(prefers-color-scheme: dark)"/>
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=files.css.clone()/>
                {scripts}
                <AutoReload options/>
            </head>
            <body>
                <a class="skip" href="#main">{Text::ShellSkip}</a>
                {header(language, menu(who, unread, place), back)}
                <main id="main" class=wide.then_some("wide") tabindex="-1">{view()}{stay}</main>
                {footer(&files.address)}
            </body>
        </html>
    }
}

fn header(language: Language, menu: AnyView, back: String) -> impl IntoView {
    view! {
        <header class="top">
            <div class="in">
                <a class="brand" href=Place::Start.to_string()>
                    {mark()}
                    <span>{Text::ShellName}</span>
                </a>
                {tongue(language, back)}
                {menu}
            </div>
        </header>
    }
}

/// Two curves and a square between them: a place where people meet.
fn mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8"/>
            <path d="M12 6c-7 3-7 17 0 20M20 6c7 3 7 17 0 20"/>
            <rect class="square" x="12.5" y="12.5" width="7" height="7" rx="1.5"/>
        </svg>
    }
}

/// A button for each other language, in that language's own words.
fn tongue(current: Language, back: String) -> impl IntoView {
    let others = Language::ALL.into_iter().filter(|language| *language != current);
    let buttons = others
        .map(|language| {
            view! { <button name="language" value=language.tag() lang=language.tag()>{language.own_name()}</button> }
        })
        .collect_view();
    view! {
        <form class="tongue" method="post" action=ChooseLanguage::url()>
            <input type="hidden" name="back" value=back/>
            {buttons}
        </form>
    }
}

/// The visitor's own menu under their name; the way in for a stranger.
fn menu(who: Who, unread: u64, place: Option<Place>) -> AnyView {
    let guardian = matches!(who, Who::Guardian { .. });
    let unread = if guardian { unread } else { 0 };
    let (name, places): (_, Vec<(Place, Text)>) = match who {
        Who::Stranger if place == Some(Place::SignIn) => return ().into_any(),
        Who::Stranger => {
            return view! { <a class="enter" href=Place::SignIn.to_string()>{Text::ShellSignIn}</a> }
                .into_any();
        }
        Who::Applicant { name } => {
            (name, vec![(Place::Apply(model::Step::Children), Text::ShellApplication)])
        }
        Who::Guardian { name } => (
            name,
            vec![
                (Place::Children, Text::ShellChildren),
                (Place::Absence, Text::AbsenceTitle),
                (Place::Messages, Text::ShellMessages),
                (Place::Personal, Text::ShellPersonal),
            ],
        ),
    };
    let links = places
        .into_iter()
        .map(|(to, label)| {
            let here = (place == Some(to)).then_some("page");
            let badge = (to == Place::Messages).then(|| badge(unread));
            view! { <li><a href=to.to_string() aria-current=here>{label}{badge}</a></li> }
        })
        .collect_view();
    view! {
        <details class="menu">
            <summary>{name}{badge(unread)}</summary>
            <nav aria-label=Text::ShellMenu.here()>
                <ul>
                    {links}
                    <li>
                        <form method="post" action=EndSession::url()>
                            <button class="plain">{Text::ShellSignOut}</button>
                        </form>
                    </li>
                </ul>
            </nav>
        </details>
    }
    .into_any()
}

/// How many messages wait: a number for the eye, a sentence for the ear; nothing where none does.
fn badge(unread: u64) -> Option<impl IntoView> {
    const MOST: u64 = 99;
    (unread > 0).then(|| {
        let number = if unread > MOST { format!("{MOST}+") } else { unread.to_string() };
        view! {
            <span class="badge" aria-hidden="true">{number}</span>
            <span class="hid">", "{Text::ShellUnread { messages: unread }}</span>
        }
    })
}

fn footer(address: &str) -> impl IntoView + use<> {
    let address = address.to_owned();
    let links = [
        (Place::Information, Text::ShellInformation),
        (Place::WhatWeHold, Text::ShellWhatWeHold),
        (Place::DataProtection, Text::ShellDataProtection),
        (Place::Accessibility, Text::ShellAccessibility),
        (Place::Cookies, Text::ShellCookies),
        (Place::RecogniseUs, Text::ShellRecogniseUs),
        (Place::Schools, Text::ShellSchools),
    ];
    let links = links
        .map(|(to, label)| view! { <li><a href=to.to_string()>{label}</a></li> })
        .into_iter()
        .collect_view();
    view! {
        <footer class="foot">
            <div class="in">
                <nav aria-label=Text::ShellFooter.here()><ul>{links}</ul></nav>
                <p>{Text::ShellCopyright}</p>
                <p class="printonly">{address}</p>
            </div>
        </footer>
    }
}
