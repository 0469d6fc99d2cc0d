//! Saying something: a notice, and whom to call.

use leptos::prelude::*;
use model::{Email, UnitContact};

use crate::{Place, text::Text};

/// It went well.
pub(crate) fn done(words: Text) -> impl IntoView {
    view! { <div class="notice good" role="status"><p>{words}</p></div> }
}

/// The schools to call, or how to find the right one; always with hours.
pub(crate) fn whom_to_call(units: Vec<UnitContact>) -> AnyView {
    if units.is_empty() {
        return view! {
            <div class="card contact">
                <h2>{Text::OutcomeSchoolHeading}</h2>
                <p><a class="button second" href=Place::Schools.to_string()>{Text::OutcomeFindSchool}</a></p>
                <p class="small">{Text::OutcomeHours}</p>
            </div>
        }
        .into_any();
    }
    units.into_iter().map(contact).collect_view().into_any()
}

/// A school unit's card: a telephone number to tap, and when somebody answers.
pub(crate) fn contact(unit: UnitContact) -> impl IntoView {
    let UnitContact { name, phone, email, .. } = unit;
    view! { <div class="card contact"><h2>{name}</h2>{ways(phone, email)}</div> }
}

/// The same inside a child's card.
pub(crate) fn contact_inside(unit: UnitContact) -> impl IntoView {
    let UnitContact { name, phone, email, .. } = unit;
    view! { <div class="card contact"><h3>{name}</h3>{ways(phone, email)}</div> }
}

fn ways(phone: Option<String>, email: Option<String>) -> impl IntoView {
    view! {
            {phone.map(|phone| view! { <p>{call(&phone)}</p> })}
            {email.map(|email| view! { <p>{write_to(email)}</p> })}
            <p class="small">{Text::OutcomeHours}</p>
    }
}

/// An address to write to, as a register gave it. Only what is an address becomes a link: anything behind it could set
/// further recipients (RFC 6068, section 2).
pub(crate) fn write_to(email: String) -> AnyView {
    match Email::parse(&email) {
        Ok(address) if !address.reveal().contains(['?', '&', '%', '#']) => {
            view! { <a href=format!("mailto:{}", address.reveal())>{breakable(&email)}</a> }.into_any()
        }
        _ => email.into_any(),
    }
}

/// An address, or a name that looks like one: where the line is too short it breaks before the sign and not within a word.
pub(crate) fn breakable(address: &str) -> impl IntoView + use<> {
    let (name, domain) = address.split_at(address.find('@').unwrap_or(address.len()));
    let (name, domain) = (name.to_owned(), domain.to_owned());
    view! { {name}<wbr/>{domain} }
}

/// A telephone number that can be tapped.
pub(crate) fn call(phone: &str) -> impl IntoView + use<> {
    view! { <a class="call" href=dialled(phone)>{phone.to_owned()}</a> }
}

/// `031-390 06 10` as it is dialled from anywhere (RFC 3966).
fn dialled(phone: &str) -> String {
    let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    match digits.strip_prefix('0') {
        Some(national) => format!("tel:+46{national}"),
        None => format!("tel:{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_groups_can_be_dialled_from_anywhere() {
        assert_eq!(dialled("031-390 06 10"), "tel:+46313900610");
        assert_eq!(dialled("+46 31 390 06 10"), "tel:+46313900610");
    }

    #[test]
    fn an_address_from_a_register_gets_no_second_recipient() {
        let html = |email: &str| crate::page::render(model::Language::Sv, None, || write_to(email.into()));
        assert!(html("kansli@example.se").contains("href=\"mailto:kansli@example.se\""));
        for hostile in [
            "kansli@example.se?bcc=x@example.se",
            "kansli@example.se,x@example.se",
            "a&b@example.se",
            "a%0d%0aBcc:x@example.se",
            "a?cc=x@example.se",
            "javascript:alert(1)",
        ] {
            assert!(!html(hostile).contains("href"), "{hostile}");
        }
    }
}
