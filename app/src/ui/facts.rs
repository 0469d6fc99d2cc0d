//! Lists of facts, and the links that change them.

use leptos::prelude::*;

use crate::{Place, text::Text};

/// One fact.
pub(crate) struct Fact {
    what: Text,
    value: AnyView,
    from: Option<String>,
    /// To where, by what word, and what about.
    change: Option<(Place, Text, Text)>,
}

impl Fact {
    pub(crate) fn new(what: Text, value: impl IntoView + 'static) -> Self {
        Self { what, value: value.into_any(), from: None, change: None }
    }

    /// Where it comes from and when, in words.
    pub(crate) fn from(self, from: String) -> Self {
        Self { from: Some(from), ..self }
    }

    /// Where it is changed; `what` tells a screen reader what "Ändra" is about.
    pub(crate) fn change(self, to: Place, what: Text) -> Self {
        Self { change: Some((to, Text::CheckChange, what)), ..self }
    }

    /// Where it is given, when it is not there yet.
    pub(crate) fn add(self, to: Place, what: Text) -> Self {
        Self { change: Some((to, Text::CheckAdd, what)), ..self }
    }
}

/// The facts, one a row.
pub(crate) fn facts(facts: Vec<Fact>) -> impl IntoView {
    let rows = facts
        .into_iter()
        .map(|Fact { what, value, from, change }| {
            let change = change.map(|(to, word, what)| {
                view! {
                    <dd class="change">
                        <a href=to.to_string()>{word}<span class="hid">" "{what}</span></a>
                    </dd>
                }
            });
            view! {
                <div>
                    <dt>{what}</dt>
                    <dd>{value}{from.map(|from| view! { <span class="small">{from}</span> })}</dd>
                    {change}
                </div>
            }
        })
        .collect_view();
    view! { <dl class="rows">{rows}</dl> }
}
