//! The list of messages, and one message.

use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{AbsenceKind, Date, Message, MessageKind, MessageLine, Missed};
use portal::{Messages, Visit};

use super::api::Acknowledge;
use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    session::pages::{seconds_left, session_ends},
    text::Text,
    ui::{
        dates::{day, time},
        form::{hidden, send},
        prose::prose,
        say::contact,
        step::back,
    },
};

/// The question of the address that asks for older messages: `?sida=2`.
const PAGE: &str = "sida";

/// The list, the latest first.
pub(crate) async fn messages(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let guardian = visit.guardian()?;
    let page = asked.value(PAGE).and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    let Messages { lines, older } = guardian.messages(page - 1).await?;
    let today = portal::day_of(visit.now());
    Page::new(Text::MessagesTitle, move || {
        let list = if lines.is_empty() {
            empty().into_any()
        } else {
            let rows = lines.into_iter().map(|line| row(line, today)).collect_view();
            view! { <ul class="ways messages">{rows}</ul> }.into_any()
        };
        view! {
            <h1>{Text::MessagesTitle}</h1>
            {list}
            {turn(page, older)}
        }
    })
    .until_the_session_ends(visit)
    .into_reply()
}

fn row(line: MessageLine, today: Date) -> impl IntoView {
    let to = Place::Message.with(line.id);
    let state = match (line.read, line.acknowledged) {
        (_, Some(at)) => view! { <span class="chip good">{acknowledged(at, today)}</span> }.into_any(),
        (false, None) => view! { <span class="chip wait">{Text::MessagesUnread}</span> }.into_any(),
        (true, None) if line.kind.wants_answer() => {
            view! { <span class="chip off">{Text::MessagesUnanswered}</span> }.into_any()
        }
        (true, None) => ().into_any(),
    };
    let when = format!("{} {}", day_in(line.at, today), time(line.at));
    view! {
        <li class=(!line.read).then_some("unread")>
            <a href=to>
                <span>
                    <span class="line what">{subject(&line)}</span>
                    <span class="line small time">{when}</span>
                    {state}
                </span>
            </a>
        </li>
    }
}

/// To older and newer messages.
fn turn(page: u32, older: bool) -> impl IntoView {
    let to = |page: u32| format!("{}?{PAGE}={page}", Place::Messages);
    let newer =
        (page > 1).then(|| view! { <a class="button second" href=to(page - 1)>{Text::MessagesNewer}</a> });
    let older = older.then(|| view! { <a class="button second" href=to(page + 1)>{Text::MessagesOlder}</a> });
    (newer.is_some() || older.is_some()).then(|| view! { <div class="actions">{newer}{older}</div> })
}

fn empty() -> impl IntoView {
    view! {
        <div class="card empty">
            <p>{Text::MessagesEmpty}</p>
            <a class="button second" href=Place::AbsenceSettings.to_string()>{Text::SettingsTitle}</a>
        </div>
    }
}

/// One message.
pub(crate) async fn message(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let guardian = visit.guardian()?;
    let id = asked.path.rsplit('/').next().unwrap_or_default().parse().map_err(|_| Fault::NotFound)?;
    let message = guardian.message(id).await?;
    let today = portal::day_of(visit.now());
    let asks = message.line.kind.wants_answer() && message.line.acknowledged.is_none();
    let title = title(message.line.kind);
    let seconds = seconds_left(visit).filter(|_| asks);
    let page = Page::new(title.clone(), move || {
        view! {
            {session_ends(seconds)}
            {back(Place::Messages)}
            <h1>{title}</h1>
            {content(message, today)}
        }
    });
    // Only a page with a form warns of the session's end; the others are left by themselves.
    if asks { page.lively().own().into_reply() } else { page.until_the_session_ends(visit).into_reply() }
}

fn content(message: Message, today: Date) -> impl IntoView {
    let Message { line, missed, unit } = message;
    let answer = match line.acknowledged {
        _ if !line.kind.wants_answer() => None,
        None => Some(
            view! {
                <form method="post" action=Acknowledge::url()>
                    {hidden("message", line.id)}
                    <div class="actions">{send(Text::MessageAcknowledge)}</div>
                </form>
            }
            .into_any(),
        ),
        Some(at) => Some(
            view! { <div class="notice good"><p>{acknowledged(at, today)}". "{Text::MessageAcknowledged}</p></div> }
                .into_any(),
        ),
    };
    let todo = (line.kind == MessageKind::Absence).then(|| prose(&Text::MessageAbsenceBody));
    let times = (!missed.is_empty()).then(|| {
        let items = missed.iter().map(|one| spell(one, today)).collect_view();
        view! { <ul class="missed">{items}</ul> }
    });
    view! {
        <p class="lead">{lead(&line, &missed, today)}</p>
        {times}
        {answer}
        {todo}
        {unit.map(contact)}
        <p class="small">{Text::MessageCame { time: format!("{} {}", day_in(line.at, today), time(line.at)) }}</p>
    }
}

/// A time that was missed, and what is known of it.
fn spell(missed: &Missed, today: Date) -> impl IntoView + use<> {
    let kind = match missed.kind {
        AbsenceKind::Unexcused => Text::MissedUnexcused,
        AbsenceKind::Reported => Text::MissedReported,
        AbsenceKind::Leave => Text::MissedLeave,
        AbsenceKind::Present => Text::MissedPresent,
    };
    let lesson = missed.lesson.clone();
    view! {
        <li>
            <span class="line"><span class="time">{span(missed, today)}</span>{lesson.map(|lesson| format!(" {lesson}"))}</span>
            <span class="line small">{kind}</span>
        </li>
    }
}

/// `08:10–09:00`, with the days where it goes beyond one.
fn span(missed: &Missed, today: Date) -> String {
    let (from, to) = (missed.from, missed.to);
    if portal::day_of(from) == portal::day_of(to) {
        return format!("{}–{}", time(from), time(to));
    }
    format!("{} {} – {} {}", day_in(from, today), time(from), day_in(to, today), time(to))
}

/// What a message is about, in the list. The name is the reader's own child's.
fn subject(line: &MessageLine) -> String {
    match &line.child {
        Some(child) => Text::MessagesAbout { what: title(line.kind).owned(), child: child.clone() }.owned(),
        None => title(line.kind).owned(),
    }
}

/// The heading of a message. It stands in the title of the page, and so names nobody.
fn title(kind: MessageKind) -> Text {
    match kind {
        MessageKind::Absence => Text::MessageAbsenceTitle,
        MessageKind::Correction => Text::MessageCorrectionTitle,
        MessageKind::Trial => Text::MessageTrialTitle,
    }
}

fn lead(line: &MessageLine, missed: &[Missed], today: Date) -> Text {
    let date = day_in(missed.first().map_or(line.at, |one| one.from), today);
    let child = line.child.clone().unwrap_or_default();
    match line.kind {
        MessageKind::Trial => Text::MessageTrialLead,
        MessageKind::Correction => Text::MessageCorrectionLead { child, date },
        MessageKind::Absence if missed.iter().all(|one| one.kind.is_valid()) => {
            Text::MessageValidLead { child, date }
        }
        MessageKind::Absence => Text::MessageAbsenceLead { child, date },
    }
}

/// "Bekräftat 08:12", with the day where it is not today.
fn acknowledged(at: Timestamp, today: Date) -> Text {
    let when =
        if portal::day_of(at) == today { time(at) } else { format!("{} {}", day_in(at, today), time(at)) };
    Text::MessagesAcknowledged { time: when }
}

fn day_in(at: Timestamp, today: Date) -> String {
    day(portal::day_of(at), today)
}

#[cfg(test)]
mod tests {
    use model::{Language, MessageId, UnitContact, UnitKind};

    use super::*;
    use crate::page::render;

    const HOSTILE: &str = "<img src=x onerror=alert(1)>\"";

    fn at(time: &str) -> Timestamp {
        format!("2026-11-24T{time}:00+01:00").parse().unwrap()
    }

    fn today() -> Date {
        Date::constant(2026, 11, 24)
    }

    fn of(kind: MessageKind, child: Option<&str>) -> MessageLine {
        MessageLine {
            id: MessageId::from_uuid(uuid::Uuid::from_u128(7)),
            kind,
            child: child.map(str::to_owned),
            at: at("08:12"),
            read: false,
            acknowledged: None,
        }
    }

    fn missed(kind: AbsenceKind) -> Missed {
        Missed { from: at("08:10"), to: at("09:00"), lesson: Some("Matematik".into()), kind }
    }

    fn shown(message: Message) -> String {
        render(Language::Sv, None, move || content(message, today()))
    }

    #[test]
    fn an_absence_says_who_when_and_which_lesson_and_asks_for_an_answer_until_it_has_one() {
        let message = |acknowledged| Message {
            line: MessageLine { acknowledged, ..of(MessageKind::Absence, Some("Alva")) },
            missed: vec![missed(AbsenceKind::Unexcused)],
            unit: None,
        };
        let asks = shown(message(None));
        for words in ["Alva", "tisdag 24 november", "08:10–09:00", "Matematik", "/api/messages/acknowledge"]
        {
            assert!(asks.contains(words), "{words} in {asks}");
        }
        let answered = shown(message(Some(at("08:15"))));
        assert!(answered.contains("08:15") && !answered.contains("<form"), "{answered}");
    }

    #[test]
    fn only_an_absence_asks_for_an_answer() {
        for kind in MessageKind::ALL {
            let html = shown(Message {
                line: of(kind, Some("Alva")),
                missed: vec![missed(AbsenceKind::Present)],
                unit: None,
            });
            assert_eq!(html.contains("<form"), kind == MessageKind::Absence, "{kind:?}");
        }
    }

    #[test]
    fn valid_absence_is_not_told_as_if_nobody_knew() {
        let said = |kind| {
            let line = of(MessageKind::Absence, Some("Alva"));
            lead(&line, &[missed(kind)], today()).say(Language::Sv).into_owned()
        };
        assert_eq!(said(AbsenceKind::Reported), said(AbsenceKind::Leave));
        assert_ne!(said(AbsenceKind::Reported), said(AbsenceKind::Unexcused));
    }

    #[test]
    fn a_list_says_what_is_new_what_waits_for_an_answer_and_what_has_one() {
        let html = |line: MessageLine| render(Language::Sv, None, move || row(line, today()));
        let new = html(of(MessageKind::Absence, Some("Alva")));
        assert!(new.contains("class=\"unread\"") && new.contains("chip wait"), "{new}");
        assert!(new.contains("href=\"/meddelanden/00000000000000000000000000000007\""), "{new}");
        let waits = html(MessageLine { read: true, ..of(MessageKind::Absence, Some("Alva")) });
        assert!(waits.contains("chip off") && !waits.contains("unread"), "{waits}");
        let answered =
            html(MessageLine { acknowledged: Some(at("08:15")), ..of(MessageKind::Absence, Some("Alva")) });
        assert!(answered.contains("chip good") && answered.contains("08:15"), "{answered}");
        let read = html(MessageLine { read: true, ..of(MessageKind::Trial, None) });
        assert!(!read.contains("chip"), "{read}");
    }

    #[test]
    fn a_long_absence_says_its_days() {
        let long =
            Missed { to: at("09:00") + jiff::SignedDuration::from_hours(24), ..missed(AbsenceKind::Leave) };
        let said = render(Language::Sv, None, move || span(&long, today()));
        assert_eq!(said, "tisdag 24 november 08:10 – onsdag 25 november 09:00");
    }

    #[test]
    fn what_a_register_says_is_only_ever_text() {
        let unit = UnitContact {
            name: HOSTILE.into(),
            kind: UnitKind::Compulsory,
            phone: Some(HOSTILE.into()),
            email: Some(HOSTILE.into()),
        };
        let lesson = Missed { lesson: Some(HOSTILE.into()), ..missed(AbsenceKind::Unexcused) };
        let line = of(MessageKind::Absence, Some(HOSTILE));
        let html = shown(Message { line: line.clone(), missed: vec![lesson], unit: Some(unit) })
            + &render(Language::Sv, None, move || row(line, today()));
        assert!(!html.contains("<img") && html.contains("&lt;img"), "{html}");
    }
}
