//! The pages of what went wrong: what it means, what is kept, and a way on.

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    Fault, Place,
    page::{Page, Reply},
    text::Text,
    ui::{prose::prose, say::whom_to_call},
};

/// The page of a fault, met at this address of a page.
pub(crate) fn page(fault: &Fault, address: String) -> Page {
    let reference = if let Fault::Broken { reference } = fault { Some(reference.clone()) } else { None };
    page_of(fault.status(), reference, Some(address))
}

/// The page of a status; one that has no page of its own looks like a fault of ours. `address` is what can be asked for
/// again, where a page was asked for: what passes by itself offers that first.
pub(crate) fn page_of(status: StatusCode, reference: Option<String>, address: Option<String>) -> Page {
    let (title, lead) = match status {
        StatusCode::BAD_REQUEST => (Text::FaultMalformedTitle, Text::FaultMalformedLead),
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => {
            (Text::FaultForbiddenTitle, Text::FaultForbiddenLead)
        }
        StatusCode::NOT_FOUND
        | StatusCode::GONE
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::MISDIRECTED_REQUEST => (Text::FaultNotFoundTitle, Text::FaultNotFoundLead),
        StatusCode::CONFLICT => (Text::FaultConflictTitle, Text::FaultConflictLead),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => {
            (Text::FaultTooBigTitle, Text::FaultTooBigLead)
        }
        StatusCode::TOO_MANY_REQUESTS => (Text::FaultTooManyTitle, Text::FaultTooManyLead),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT | StatusCode::BAD_GATEWAY => {
            (Text::FaultUnavailableTitle, Text::FaultUnavailableLead)
        }
        _ => (Text::FaultBrokenTitle, Text::FaultBrokenLead),
    };
    let call = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT | StatusCode::BAD_GATEWAY
    );
    let passes = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    let again = address.filter(|_| passes);
    Page::new(title.clone(), move || {
        let start = if again.is_some() { "quiet" } else { "button" };
        view! {
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            {reference.map(|reference| view! { <p>{Text::FaultBrokenReference { reference }}</p> })}
            <div class="actions">
                {again.map(|address| view! { <a class="button" href=address>{Text::OutcomeTryAgain}</a> })}
                <a class=start href=Place::Start.to_string()>{Text::FaultToStart}</a>
            </div>
            {call.then(|| whom_to_call(Vec::new()))}
        }
    })
    .status(status)
}

/// The browser keeps no cookies, so nobody can be signed in.
pub(crate) fn no_cookies() -> Result<Reply, Fault> {
    Page::new(Text::NoCookiesTitle, || {
        view! {
            <h1>{Text::NoCookiesTitle}</h1>
            <p class="lead">{Text::NoCookiesLead}</p>
            {prose(&Text::NoCookiesBody)}
            <div class="actions">
                <a class="button" href=Place::SignIn.to_string()>{Text::OutcomeTryAgain}</a>
                <a class="quiet" href=Place::Cookies.to_string()>{Text::ShellCookies}</a>
            </div>
        }
    })
    .into_reply()
}
