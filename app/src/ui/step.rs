//! The head of a step: the way back, and how far it is.

use leptos::prelude::*;
use model::Step;

use crate::{Place, text::Text};

/// The way back and "Steg 2 av 6"; the bar only repeats what the text says.
pub(crate) fn step_head(step: Step) -> impl IntoView {
    let number = step.number();
    // Who is identified does not go back to be identified.
    let before = if step == Step::Children { Some(Step::Before) } else { step.previous() };
    view! {
        {before.map(|before| back(Place::Apply(before)))}
        <div class="step">
            <p>{Text::StepOf { step: number.to_string(), of: Step::ALL.len().to_string() }}</p>
            <progress value=number max=Step::ALL.len() aria-hidden="true"></progress>
        </div>
    }
}

/// A link to the page before.
pub(crate) fn back(to: impl std::fmt::Display) -> impl IntoView {
    view! { <a class="back" href=to.to_string()>{Text::StepBack}</a> }
}

/// The quiet way out.
pub(crate) fn out() -> impl IntoView {
    view! { <p class="out"><a href=Place::Start.to_string()>{Text::StepOut}</a></p> }
}
