use super::*;

fn sv(text: &str) -> Timestamp {
    stockholm().to_timestamp(text.parse().unwrap()).unwrap()
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[test]
fn unexcused_absence_is_told_after_the_schools_delay_and_never_after_nine_in_the_evening() {
    use When::{At, Never, TooLate};
    for (start, seen, delay, told) in [
        ("2026-11-24T08:10", "2026-11-24T08:15", 0, At(sv("2026-11-24T08:15"))),
        ("2026-11-24T08:10", "2026-11-24T08:15", 15, At(sv("2026-11-24T08:30"))),
        // Marked before the lesson: the teacher knows.
        ("2026-11-24T13:00", "2026-11-24T08:15", 0, At(sv("2026-11-24T08:15"))),
        ("2026-11-24T08:10", "2026-11-24T20:44", 15, At(sv("2026-11-24T20:59"))),
        ("2026-11-24T08:10", "2026-11-24T20:45", 15, TooLate),
        ("2026-11-24T08:10", "2026-11-24T21:00", 0, TooLate),
        ("2026-11-24T08:10", "2026-11-24T23:59", 0, TooLate),
        ("2026-11-24T08:10", "2026-11-25T06:00", 0, TooLate),
        ("2026-11-24T08:10", "2026-12-01T12:00", 0, TooLate),
        ("2026-11-24T08:10", "2026-12-02T12:00", 0, Never),
        // Sundays, holidays and the days between are days like others: what the register says counts.
        ("2026-12-25T08:10", "2026-12-25T08:15", 15, At(sv("2026-12-25T08:30"))),
        ("2026-11-29T08:10", "2026-11-29T08:15", 15, At(sv("2026-11-29T08:30"))),
        // The night to summer time has no 02:30, the night to winter time has two.
        ("2026-03-29T01:30", "2026-03-29T01:50", 15, At("2026-03-29T01:05:00Z".parse().unwrap())),
        ("2026-03-29T12:00", "2026-03-29T20:44", 15, At(sv("2026-03-29T20:59"))),
        ("2026-03-29T12:00", "2026-03-29T20:45", 15, TooLate),
        ("2026-10-25T12:00", "2026-10-25T20:44", 15, At(sv("2026-10-25T20:59"))),
        ("2026-10-25T12:00", "2026-10-25T20:45", 15, TooLate),
        ("2026-10-24T23:30", "2026-10-25T00:10", 0, TooLate),
    ] {
        let end = sv(start) + jiff::SignedDuration::from_mins(50);
        assert_eq!(
            when(AbsenceKind::Unexcused, sv(start), end, sv(seen), minutes(delay)),
            told,
            "{start} {seen}"
        );
    }
}

#[test]
fn valid_absence_waits_for_the_morning_and_calls_nobody_home() {
    use When::{At, Never};
    for (start, end, seen, told) in [
        ("2026-11-24T08:00", "2026-11-24T16:00", "2026-11-24T07:00", At(sv("2026-11-24T07:15"))),
        ("2026-11-25T08:00", "2026-11-25T16:00", "2026-11-24T19:00", At(sv("2026-11-24T19:15"))),
        ("2026-11-25T08:00", "2026-11-25T16:00", "2026-11-24T21:30", At(sv("2026-11-25T07:00"))),
        ("2026-11-24T08:00", "2026-11-24T16:00", "2026-11-24T21:30", Never),
        ("2026-11-23T08:00", "2026-11-23T16:00", "2026-11-24T12:00", Never),
        ("2026-11-23T08:00", "2026-11-27T16:00", "2026-11-24T12:00", At(sv("2026-11-24T12:15"))),
    ] {
        for kind in [AbsenceKind::Reported, AbsenceKind::Leave] {
            assert_eq!(when(kind, sv(start), sv(end), sv(seen), minutes(15)), told, "{start} {seen}");
        }
        assert_eq!(when(AbsenceKind::Present, sv(start), sv(end), sv(seen), minutes(15)), Never);
    }
}

#[test]
fn a_day_has_its_own_length_and_its_last_hour_is_nine() {
    for (day, hours, last) in [
        ("2026-11-24", 24, "2026-11-24T20:00:00Z"),
        ("2026-06-24", 24, "2026-06-24T19:00:00Z"),
        ("2026-03-29", 23, "2026-03-29T19:00:00Z"),
        ("2026-10-25", 25, "2026-10-25T20:00:00Z"),
    ] {
        let day = day.parse().unwrap();
        let (begins, ends) = bounds(day);
        assert_eq!(ends.duration_since(begins).as_hours(), hours, "{day}");
        assert_eq!(deadline(day), last.parse().unwrap());
    }
}

#[test]
fn a_correction_leaves_by_day() {
    for (now, leaves) in [
        ("2026-11-24T08:00", "2026-11-24T08:00"),
        ("2026-11-24T20:59", "2026-11-24T20:59"),
        ("2026-11-24T21:00", "2026-11-25T07:00"),
        ("2026-11-25T03:00", "2026-11-25T07:00"),
        ("2026-03-28T22:00", "2026-03-29T07:00"),
        ("2026-10-25T02:30", "2026-10-25T07:00"),
    ] {
        assert_eq!(when_corrected(sv(now)), sv(leaves), "{now}");
    }
}

#[test]
fn a_notice_takes_what_was_chosen_and_can_be_used() {
    use Channel::{Mail, Pim, Sms};
    use Proven::{Failing, No, Yes};
    let wish = |mail, pim, sms| Wish { mail, pim, sms, valid_too: false };
    for (chosen, mail, sms, taken) in [
        (Wish::default(), Yes, No, vec![Mail, Pim]),
        (Wish::default(), Yes, Yes, vec![Mail, Pim]),
        (wish(true, true, true), Yes, Yes, vec![Mail, Pim, Sms]),
        (wish(false, true, false), Yes, Yes, vec![Pim]),
        // What was chosen is not there: what is stands in.
        (wish(false, false, true), Yes, No, vec![Mail]),
        (wish(true, true, false), No, Yes, vec![Pim, Sms]),
        // What was chosen is failing: it is tried, and another beside it.
        (wish(false, false, true), Yes, Failing, vec![Sms, Mail]),
        (wish(true, true, false), Failing, Yes, vec![Mail, Pim, Sms]),
        (wish(true, true, true), Failing, Yes, vec![Mail, Pim, Sms]),
        (wish(true, true, false), Failing, No, vec![Mail, Pim]),
        // Nothing can be used: the message waits inside.
        (wish(false, false, true), No, No, vec![Pim]),
    ] {
        assert_eq!(channels(chosen, Reach { mail, sms }), taken, "{chosen:?} {mail:?} {sms:?}");
    }
}

#[test]
fn the_next_proven_channel_stands_in_once() {
    use Channel::{Mail, Pim, Sms};
    use Proven::{No, Yes};
    for (taken, mail, sms, next) in [
        (vec![Mail, Pim], Yes, Yes, Some(Sms)),
        (vec![Mail, Pim], Yes, No, None),
        (vec![Sms], Yes, Yes, Some(Mail)),
        (vec![Sms, Mail], Yes, Yes, None),
        (vec![Sms], No, Yes, None),
    ] {
        assert_eq!(fallback(&taken, Reach { mail, sms }), next, "{taken:?}");
    }
}

fn away(id: &str, from: &str, unexcused: bool) -> Away {
    let from = sv(&format!("2026-11-24T{from}"));
    Away { id: id.into(), from, to: from + jiff::SignedDuration::from_mins(50), unexcused }
}

fn standing(notice: &str, begins: &[&str], unexcused: bool) -> Standing {
    let begins = begins.iter().map(|at| sv(&format!("2026-11-24T{at}"))).collect();
    Standing { notice: notice.into(), begins, unexcused, open: true }
}

/// `into:ids` of each part.
fn parted(due: Vec<Away>, notices: &[Standing], seen: &[&str]) -> Vec<String> {
    let seen: Vec<Timestamp> = seen.iter().map(|at| sv(&format!("2026-11-24T{at}"))).collect();
    let said = |part: Part| {
        let ids: Vec<_> = part.away.iter().map(|away| away.id.as_str()).collect();
        format!("{}:{}", part.into.as_deref().unwrap_or("new"), ids.join(","))
    };
    parts(due, notices, &seen).into_iter().map(said).collect()
}

#[test]
fn adjoining_lessons_share_a_notice_and_presence_parts_them() {
    let lessons = || vec![away("3", "10:20", true), away("1", "08:10", true), away("2", "09:20", true)];
    assert_eq!(parted(lessons(), &[], &[]), ["new:1,2,3"]);
    assert_eq!(parted(lessons(), &[], &["07:00", "12:00"]), ["new:1,2,3"]);
    assert_eq!(parted(lessons(), &[], &["10:00"]), ["new:1,2", "new:3"]);
    let told = standing("a", &["08:10"], true);
    assert_eq!(parted(vec![away("2", "09:20", true)], std::slice::from_ref(&told), &[]), ["a:2"]);
    assert_eq!(parted(vec![away("2", "09:20", true)], std::slice::from_ref(&told), &["09:10"]), ["new:2"]);
    let later = standing("b", &["10:20"], true);
    assert_eq!(parted(vec![away("4", "11:20", true)], &[told.clone(), later.clone()], &["09:20"]), ["b:4"]);
    // A late word of the first lesson joins the notice it adjoins.
    assert_eq!(parted(vec![away("0", "08:00", true)], &[told, later], &["09:20"]), ["a:0"]);
}

#[test]
fn what_comes_after_the_answer_is_news_and_what_never_arrived_takes_nothing_in() {
    let closed = Standing { open: false, ..standing("a", &["08:10"], true) };
    assert_eq!(parted(vec![away("2", "09:20", true)], std::slice::from_ref(&closed), &[]), ["new:2"]);
    let next = standing("b", &["09:20"], true);
    assert_eq!(parted(vec![away("3", "10:20", true)], &[closed.clone(), next], &[]), ["b:3"]);
    // Whoever answers each of them is flooded by nothing.
    let answered = vec![closed; MOST_A_DAY];
    assert_eq!(parted(vec![away("9", "14:00", true)], &answered, &[]), ["new:9"]);
}

#[test]
fn unexcused_absence_never_hides_in_a_notice_of_valid_absence() {
    let dentist = standing("a", &["08:10"], false);
    assert_eq!(parted(vec![away("2", "09:20", true)], std::slice::from_ref(&dentist), &[]), ["new:2"]);
    assert_eq!(parted(vec![away("2", "09:20", false)], &[dentist], &[]), ["a:2"]);
    let known = standing("b", &["08:10"], true);
    assert_eq!(parted(vec![away("2", "09:20", false)], &[known], &[]), ["b:2"]);
}

#[test]
fn a_day_of_coming_and_going_is_no_flood() {
    let hours: Vec<String> = (8..20).map(|hour| format!("{hour:02}:00")).collect();
    let between: Vec<String> = (8..20).map(|hour| format!("{hour:02}:55")).collect();
    let between: Vec<&str> = between.iter().map(String::as_str).collect();
    let due = hours.iter().enumerate().map(|(n, at)| away(&n.to_string(), at, true)).collect();
    let all = parted(due, &[], &between);
    assert_eq!(all.len(), MOST_A_DAY, "{all:?}");
    let told: Vec<Standing> =
        hours.iter().take(MOST_A_DAY).map(|at| standing(at, &[at.as_str()], true)).collect();
    let more = parted(vec![away("x", "19:00", true)], &told, &between);
    assert_eq!(more, ["13:00:x"], "the last one takes it");
}

#[test]
fn a_report_covers_what_lies_within_it() {
    let lesson = away("1", "08:10", true);
    let span = |from: &str, to: &str| (sv(&format!("2026-11-24T{from}")), sv(&format!("2026-11-24T{to}")));
    assert!(lesson.is_covered(&[span("08:00", "12:00")]));
    assert!(lesson.is_covered(&[span("06:00", "07:00"), span("08:10", "09:00")]));
    assert!(!lesson.is_covered(&[span("08:20", "12:00")]));
    assert!(!lesson.is_covered(&[]));
}

#[test]
fn what_a_word_of_the_register_means_depends_on_what_was_said_before() {
    let was = |away, unexcused, told| Some(Was { away, unexcused, told });
    let is = |away, unexcused, differs| Is { away, unexcused, differs };
    for (before, now, then_) in [
        (None, is(true, true, true), Then::Tell),
        (None, is(false, false, true), Then::Nothing),
        (was(true, true, false), is(false, false, true), Then::Drop),
        (was(true, true, true), is(false, false, true), Then::Correct),
        (was(true, true, true), is(true, true, true), Then::Refresh),
        (was(true, true, true), is(true, true, false), Then::Nothing),
        (was(true, true, false), is(true, true, true), Then::Nothing),
        (was(true, true, true), is(true, false, true), Then::Refresh),
        (was(true, false, true), is(true, true, true), Then::Tell),
        (was(false, false, true), is(true, true, true), Then::Tell),
        (was(false, false, true), is(false, false, true), Then::Nothing),
    ] {
        assert_eq!(then(before, now), then_, "{before:?} {now:?}");
    }
}
