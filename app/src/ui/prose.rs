//! Longer texts of the catalogue, whose keys end in `-body`: paragraphs, headings, lists and links, written as plain
//! lines so that a translator can work on them.
//!
//! A blank line begins a new paragraph, `## ` a heading, `- ` a list item, `1. ` a numbered one; `[words](place-name)`
//! links to a page of ours by its name, `[words](https:…)`, `(tel:…)` or `(mailto:…)` elsewhere.

use leptos::prelude::*;

use crate::{Place, text::Text};

/// A block of prose.
#[derive(Debug, PartialEq, Eq)]
enum Block<'t> {
    Heading(&'t str),
    Paragraph(Vec<&'t str>),
    List(Vec<&'t str>),
    Numbered(Vec<&'t str>),
}

/// The text as HTML.
pub(crate) fn prose(text: &Text) -> impl IntoView + use<> {
    blocks(&text.here())
        .into_iter()
        .map(|block| match block {
            Block::Heading(words) => view! { <h2>{inline(words)}</h2> }.into_any(),
            Block::Paragraph(lines) => view! { <p>{inline(&lines.join(" "))}</p> }.into_any(),
            Block::List(items) => view! { <ul>{list(&items)}</ul> }.into_any(),
            Block::Numbered(items) => view! { <ol>{list(&items)}</ol> }.into_any(),
        })
        .collect_view()
}

fn list(items: &[&str]) -> impl IntoView + use<> {
    items.iter().map(|words| view! { <li>{inline(words)}</li> }).collect_view()
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            open = false;
        } else if let Some(words) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(words));
            open = false;
        } else if let Some(words) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::List(items)) => items.push(words),
                _ => blocks.push(Block::List(vec![words])),
            }
            open = false;
        } else if let Some(words) = numbered(line) {
            match blocks.last_mut() {
                Some(Block::Numbered(items)) => items.push(words),
                _ => blocks.push(Block::Numbered(vec![words])),
            }
            open = false;
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(lines)) if open => lines.push(line),
                _ => blocks.push(Block::Paragraph(vec![line])),
            }
            open = true;
        }
    }
    blocks
}

fn numbered(line: &str) -> Option<&str> {
    let (number, words) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(words)
}

/// Words with their links.
fn inline(words: &str) -> Vec<AnyView> {
    let mut said = Vec::new();
    let mut rest = words;
    while let Some((before, label, target, after)) = link(rest) {
        said.push(before.to_owned().into_any());
        match address(target) {
            Some(address) => said.push(view! { <a href=address>{label.to_owned()}</a> }.into_any()),
            None => said.push(label.to_owned().into_any()),
        }
        rest = after;
    }
    said.push(rest.to_owned().into_any());
    said
}

/// The first link: what stands before it, its words, its target, and the rest.
fn link(words: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = words.split_once('[')?;
    let (label, rest) = rest.split_once("](")?;
    let (target, after) = rest.split_once(')')?;
    Some((before, label, target, after))
}

/// The address a link of the prose leads to.
pub(crate) fn address(target: &str) -> Option<String> {
    let elsewhere = ["https://", "tel:", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
    if elsewhere { Some(target.to_owned()) } else { Place::named(target).map(|place| place.to_string()) }
}

/// Every target in a text, for the test that follows them.
#[cfg(test)]
pub(crate) fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, _, target, after)) = link(rest) {
        found.push(target.to_owned());
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_blocks() {
        let text = "First line\ngoes on.\n\n## Why\n- one\n- two\nAfter.\n1. a\n2. b";
        assert_eq!(
            blocks(text),
            [
                Block::Paragraph(vec!["First line", "goes on."]),
                Block::Heading("Why"),
                Block::List(vec!["one", "two"]),
                Block::Paragraph(vec!["After."]),
                Block::Numbered(vec!["a", "b"]),
            ]
        );
    }

    #[test]
    fn a_link_leads_to_the_page_of_its_name() {
        assert_eq!(address("cookies").as_deref(), Some("/kakor"));
        assert_eq!(address("tel:+46313650000").as_deref(), Some("tel:+46313650000"));
        assert_eq!(address("javascript:alert(1)"), None);
    }
}
