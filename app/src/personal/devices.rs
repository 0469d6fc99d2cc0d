//! Signed-in devices, and logging them out.

use leptos::{prelude::*, server_fn::ServerFn as _};
use portal::{SignedIn, Visit};

use super::api::{EndAllDevices, EndDevice, EndOtherDevices};
use crate::{
    Fault, Place,
    page::{Page, Reply},
    text::Text,
    ui::{
        dates::{full_day, time},
        form::{hidden, press},
        step::back,
    },
};

/// Signed-in devices.
pub(crate) async fn devices(visit: &Visit) -> Result<Reply, Fault> {
    let devices = visit.guardian()?.devices().await?;
    Page::new(Text::DevicesTitle, move || {
        let others = devices.iter().any(|device| !device.here);
        let cards = devices.into_iter().map(card).collect_view();
        view! {
            {back(Place::Personal)}
            <h1>{Text::DevicesTitle}</h1>
            <p class="lead">{Text::DevicesLead}</p>
            <ul class="cards">{cards}</ul>
            <div class="actions">
                {others.then(|| press(EndOtherDevices::url(), "", Text::DevicesEndOthers))}
                {press(EndAllDevices::url(), "second", Text::DevicesEndAll)}
            </div>
        }
    })
    .until_the_session_ends(visit)
    .into_reply()
}

fn card(device: SignedIn) -> impl IntoView {
    let SignedIn { id, here, browser, since, last_used } = device;
    let name = if browser.is_empty() { Text::DevicesUnknown.owned() } else { browser };
    let said = |at| Text::DevicesMoment { day: full_day(portal::day_of(at)), time: time(at) }.owned();
    let here = if here {
        view! { <p class="chip good">{Text::DevicesHere}</p> }.into_any()
    } else {
        view! {
            <form method="post" action=EndDevice::url()>
                {hidden("device", id)}
                <button class="plain">{Text::DevicesEnd}<span class="hid">": "{name.clone()}</span></button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="card">
            <h2>{name}</h2>
            <p class="small">{Text::DevicesSince { moment: said(since) }}</p>
            <p class="small">{Text::DevicesUsed { moment: said(last_used) }}</p>
            {here}
        </li>
    }
}
