//! The page of people: whom to be, at a glance.

use super::page::{Part, esc, page};
use crate::{
    State,
    world::{Census, Person},
};
use axum::{
    extract::{Query, State as Shared},
    http::StatusCode,
    response::IntoResponse,
};
use jiff::civil::Date;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

/// So many people stand under a heading; a generated city has more than a page can hold.
const MOST: usize = 200;

/// Which people are shown.
#[derive(Deserialize)]
pub(super) struct Shown {
    tag: Option<String>,
}

pub(super) async fn everyone(
    Shared(town): Shared<Arc<State>>,
    Query(shown): Query<Shown>,
) -> impl IntoResponse {
    let (census, today) = (town.census(), town.today());
    let all: Vec<Shelf<'_>> =
        census.persons.iter().map(|person| Shelf { person, tags: census.tags(person, today) }).collect();
    let chosen = shown.tag.as_deref().filter(|tag| !tag.is_empty());
    let portal = town
        .portal
        .as_deref()
        .map_or_else(|| "portalen".to_owned(), |portal| format!("<a href=\"{}\">portalen</a>", esc(portal)));
    let mut main = format!(
        "<p>Alla här är påhittade, med Skatteverkets testnummer. Välj någon att vara, logga in i {portal} och öppna BankID i \
         <a href=\"/phone\">låtsastelefonen</a>. Mejl och SMS till alla hamnar i lådorna här.</p>",
    );
    main.push_str(&tags(&all, chosen));
    match chosen {
        Some(tag) => {
            let people = all.iter().filter(|one| one.tags.iter().any(|t| t == tag));
            main.push_str(&group(&format!("Märkta ”{}”", name(tag)), people, &census, today));
        }
        None => {
            let is = |one: &&Shelf<'_>, tag: &str| one.tags.iter().any(|t| t == tag);
            let first = |one: &&Shelf<'_>| is(one, "ordinary");
            let child = |one: &&Shelf<'_>| is(one, "pupil") || is(one, "child");
            let staff = |one: &&Shelf<'_>| is(one, "staff");
            let ordinary = all.iter().filter(first).take(6);
            main.push_str(&group("Börja här: vanliga vårdnadshavare", ordinary, &census, today));
            let special = all.iter().filter(|one| !first(one) && !child(one) && !staff(one));
            main.push_str(&group("Vuxna med något särskilt", special, &census, today));
            main.push_str(&group("Skolans personal", all.iter().filter(staff), &census, today));
            let others = all.iter().filter(first).skip(6);
            main.push_str(&group("Fler vanliga vårdnadshavare", others, &census, today));
            let children = all.iter().filter(|one| child(one) && !staff(one));
            main.push_str("<details><summary>Alla barn och elever</summary>");
            main.push_str(&group("Barn och elever", children, &census, today));
            main.push_str("</details>");
        }
    }
    page(StatusCode::OK, Part::People, "Vem vill du vara?", &main)
}

/// A person with their tags.
struct Shelf<'a> {
    person: &'a Person,
    tags: Vec<String>,
}

/// Every tag there is, each a way to see only its people.
fn tags(all: &[Shelf<'_>], chosen: Option<&str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    all.iter().flat_map(|one| &one.tags).for_each(|tag| *counts.entry(tag).or_default() += 1);
    let mut html = String::from("<details");
    if chosen.is_some() {
        html.push_str(" open");
    }
    html.push_str("><summary>Visa bara vissa</summary><ul class=\"tags\"><li><a href=\"/\">alla</a></li>");
    for (tag, count) in counts {
        let here = if chosen == Some(tag) { " aria-current=\"true\"" } else { "" };
        let (code, name) = (esc(tag), esc(name(tag)));
        html.push_str(&format!("<li><a href=\"/?tag={code}\"{here}>{name} ({count})</a></li>"));
    }
    html + "</ul></details>"
}

fn group<'a>(
    title: &str,
    mut people: impl Iterator<Item = &'a Shelf<'a>>,
    census: &Census,
    today: Date,
) -> String {
    let cards: String = people.by_ref().take(MOST).map(|one| card(one, census, today)).collect();
    if cards.is_empty() {
        return cards;
    }
    let more = match people.count() {
        0 => String::new(),
        more => {
            format!("<p class=\"quiet\">och {more} till, se <a href=\"/control/persons\">hela listan</a></p>")
        }
    };
    format!("<h2>{}</h2><ul class=\"cards\">{cards}</ul>{more}", esc(title))
}

fn card(one: &Shelf<'_>, census: &Census, today: Date) -> String {
    let person = one.person;
    let mut html = format!(
        "<li class=\"card\" id=\"{}\"><h3>{}</h3><p class=\"number\">{}</p>",
        esc(&person.id),
        esc(&person.name()),
        esc(&person.number.as_deref().map_or_else(|| "inget nummer".into(), spaced)),
    );
    if let Some(note) = &person.note {
        html.push_str(&format!("<p>{}</p>", esc(note)));
    }
    let children: Vec<String> = person
        .guardian_of
        .iter()
        .filter(|custody| custody.stands(today))
        .filter_map(|custody| census.person(&custody.child))
        .map(|child| match place(child, census) {
            Some(place) => format!("{} ({place})", child.given),
            None => child.given.clone(),
        })
        .collect();
    if !children.is_empty() {
        html.push_str(&format!("<p class=\"quiet\">Barn: {}</p>", esc(&children.join(", "))));
    }
    if let Some(place) = place(person, census) {
        html.push_str(&format!("<p class=\"quiet\">{}</p>", esc(&place)));
    }
    html.push_str("<ul class=\"tags\">");
    for tag in &one.tags {
        html.push_str(&format!("<li>{}</li>", esc(name(tag))));
    }
    html.push_str("</ul>");
    if person.bankid {
        html.push_str(&format!(
            "<a class=\"button\" href=\"/phone?person={}\">Öppna telefonen som {}</a>",
            esc(&person.id),
            esc(&person.given)
        ));
    }
    html + "</li>"
}

/// Unit and group in words.
fn place(person: &Person, census: &Census) -> Option<String> {
    let enrolment = person.enrolments.last()?;
    let unit = &census.unit(&enrolment.unit)?.name;
    let group = enrolment.group.as_deref().and_then(|id| census.group(id));
    Some(group.map_or_else(|| unit.clone(), |group| format!("{unit}, {}", group.name)))
}

/// A number as people read it.
pub(super) fn spaced(number: &str) -> String {
    match (number.get(..8), number.get(8..)) {
        (Some(date), Some(rest)) => format!("{date}-{rest}"),
        _ => number.to_owned(),
    }
}

/// A tag in Swedish; a tag without a name stands for itself.
pub(super) fn name(tag: &str) -> &str {
    match tag {
        "guardian" => "vårdnadshavare",
        "ordinary" => "vanlig",
        "two-children" => "flera barn",
        "many-children" => "många barn",
        "pupil" => "elev",
        "child" => "barn",
        "adult-pupil" => "myndig elev",
        "no-children" => "inga barn",
        "former-guardian" | "custody-ended" => "vårdnaden har upphört",
        "custody-added" => "ny vårdnad",
        "parent-without-custody" => "förälder utan vårdnad",
        "under-age-guardian" | "under-age" => "själv under 18",
        "no-bankid" => "inget BankID",
        "no-number" => "inget personnummer",
        "coordination-number" => "samordningsnummer",
        "protected" => "skyddade uppgifter",
        "secrecy-mark" => "sekretessmarkering",
        "protected-registration" => "skyddad folkbokföring",
        "protected-child" => "skyddat barn",
        "one-protected-child" => "ett barn av flera skyddat",
        "only-protected-children" => "bara skyddade barn",
        "deceased" => "avliden",
        "deceased-child" => "avlidet barn",
        "moved" | "emigrated" => "utflyttad",
        "deregistered" => "avregistrerad",
        "old-number" => "gammalt nummer",
        "number-replaced" => "har bytt nummer",
        "disagree" => "registren säger olika",
        "child-outside-city" | "outside-city" => "barn utanför staden",
        "child-not-placed" | "not-placed" => "barn utan placering",
        "placement-ended" => "placeringen har upphört",
        "child-turned-18" => "barnet har fyllt 18",
        "child-turns-18" => "barnet fyller snart 18",
        "sole-custody" => "ensam vårdnad",
        "staff" => "personal",
        "administrator" => "administratör",
        "principal" => "rektor",
        "teacher" => "lärare",
        "twins" => "tvillingar",
        "newborn" => "nyfödd",
        "names" => "ovanligt namn",
        "umlauts" => "å, ä och ö",
        "hostile-name" => "elakt namn",
        "different-schools" => "olika skolor",
        "protected-pupil" => "skyddad elev",
        "disagree-protection" => "registren säger olika om skydd",
        "disagree-pupil" => "vårdnaden saknas i elevregistret",
        "disagree-population" => "vårdnaden saknas i folkbokföringen",
        "with-relations" => "med relationer",
        "without-relations" => "utan relationer",
        "conflict" => "föräldrar i konflikt",
        "one-deceased-child" => "ett barn av flera avlidet",
        "other-guardian-deceased" => "andra vårdnadshavaren avliden",
        "other-guardian-emigrated" => "andra vårdnadshavaren utflyttad",
        "one-guardian-abroad" => "en vårdnadshavare utomlands",
        "child-emigrated" => "utflyttat barn",
        "moved-school" => "har bytt skola",
        "independent-school" => "fristående skola",
        "appointed-guardian" => "förordnad vårdnadshavare",
        "foster-parent" => "familjehemsförälder",
        "child-in-foster-home" => "barn i familjehem",
        "good-man" => "god man",
        "never-registered" => "aldrig folkbokförd",
        "whereabouts-unknown" => "obefintlig",
        "false-identity" => "falsk identitet",
        "technically-deregistered" => "tekniskt avregistrerad",
        "deregistered-other" => "avregistrerad av annat skäl",
        "month-00" => "månad 00 i numret",
        "tf-child" => "barn med TF-nummer",
        "long-name" => "långt namn",
        "one-word-name" => "ett enda namn",
        "double-surname" => "dubbelt efternamn",
        "apostrophe" => "apostrof i namnet",
        tag => tag,
    }
}
