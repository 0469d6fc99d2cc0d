//! Turns `locales/<lang>.ftl` into the typed catalogue behind `src/text.rs`: one variant of `Text` for each message.
//!
//! The files are [Fluent](https://projectfluent.org) 1.0, of which we use what two translators and a compiler can
//! agree on: text, `{ $name }`, `{ "quoted" }`, and a selection by number (`{ $count -> [one] … *[other] … }`, also
//! `[0]`). Whatever else Fluent has stops the build by name, and so do a message that one language lacks or has twice
//! and a placeholder that only one language uses. An unused message is a variant nobody constructs: dead code.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
    process::ExitCode,
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser,
};

/// The languages and the plural categories of each (CLDR, cardinal), `other` left out: it is the default everywhere.
const LANGUAGES: [(&str, &[&str]); 2] = [("sv", &["one"]), ("en", &["one"])];

/// A message of one language.
struct Message {
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    Variable(String),
    Choice { by: String, arms: Vec<(Key, Vec<Piece>)>, other: Vec<Piece> },
}

enum Key {
    Number(u64),
    Category(String),
}

/// What a placeholder holds: a count if any language chooses by it, else text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Text,
    Count,
}

type Catalogue = BTreeMap<String, Message>;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build.rs");
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            for fault in faults {
                println!("cargo::error={fault}");
            }
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), Vec<String>> {
    let mut faults = Vec::new();
    let mut catalogues = Vec::new();
    for (language, categories) in LANGUAGES {
        let file = format!("locales/{language}.ftl");
        match fs::read_to_string(&file) {
            Ok(source) => catalogues.push(read(&file, &source, categories, &mut faults)),
            Err(error) => faults.push(format!("{file}: {error}")),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let keys: BTreeSet<_> = catalogues.iter().flat_map(BTreeMap::keys).cloned().collect();
    let mut messages = Vec::new();
    for key in keys {
        let mut said = Vec::new();
        for ((language, _), catalogue) in LANGUAGES.iter().zip(&catalogues) {
            match catalogue.get(&key) {
                Some(message) => said.push((*language, message)),
                None => faults.push(format!("locales/{language}.ftl lacks `{key}`")),
            }
        }
        let mut kinds = BTreeMap::new();
        for (_, message) in &said {
            placeholders(&message.pieces, &mut kinds);
        }
        for (language, message) in &said {
            let mut own = BTreeMap::new();
            placeholders(&message.pieces, &mut own);
            for missing in kinds.keys().filter(|name| !own.contains_key(*name)) {
                faults.push(format!(
                    "locales/{language}.ftl: `{key}` does not use {{ ${missing} }}, another language does"
                ));
            }
        }
        messages.push((key, kinds, said));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let out = env::var("OUT_DIR").map_err(|error| vec![error.to_string()])?;
    fs::write(Path::new(&out).join("text.rs"), write(&messages)).map_err(|error| vec![error.to_string()])
}

fn read(file: &str, source: &str, categories: &[&str], faults: &mut Vec<String>) -> Catalogue {
    let resource = match parser::parse(source) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                let line = source[..error.pos.start.min(source.len())].lines().count();
                faults.push(format!("{file}:{line}: {error}"));
            }
            resource
        }
    };
    let mut catalogue = Catalogue::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let key = message.id.name;
                if !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                    faults.push(format!("{file}: `{key}` is not in kebab-case"));
                }
                if !message.attributes.is_empty() {
                    faults.push(format!("{file}: `{key}` has attributes, which we do not use"));
                }
                let Some(value) = message.value else {
                    faults.push(format!("{file}: `{key}` says nothing"));
                    continue;
                };
                let read = pieces(&value, categories).unwrap_or_else(|fault| {
                    faults.push(format!("{file}: `{key}` {fault}"));
                    Vec::new()
                });
                if catalogue.insert(key.to_owned(), Message { pieces: read }).is_some() {
                    faults.push(format!("{file}: `{key}` stands there twice"));
                }
            }
            Entry::Term(term) => {
                faults.push(format!("{file}: -{} is a term, which we do not use", term.id.name))
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => {}
        }
    }
    catalogue
}

fn pieces(pattern: &Pattern<&str>, categories: &[&str]) -> Result<Vec<Piece>, String> {
    let mut read = Vec::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text(&mut read, value),
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::StringLiteral { value }),
            } => {
                text(&mut read, value);
            }
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                read.push(Piece::Variable(variable(inline)?));
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                let mut arms = Vec::new();
                let mut other = None;
                for variant in variants {
                    let said = pieces(&variant.value, categories)?;
                    if said.iter().any(|piece| matches!(piece, Piece::Choice { .. })) {
                        return Err("chooses inside a choice".to_owned());
                    }
                    match (&variant.key, variant.default) {
                        (VariantKey::Identifier { name: "other" }, true) => other = Some(said),
                        (VariantKey::Identifier { name }, false) if categories.contains(name) => {
                            arms.push((Key::Category((*name).to_owned()), said));
                        }
                        (VariantKey::NumberLiteral { value }, false) => {
                            let number = value
                                .parse()
                                .map_err(|_| format!("chooses by `{value}`, no whole number"))?;
                            // Numbers are looked at before categories, as Fluent says.
                            arms.insert(0, (Key::Number(number), said));
                        }
                        (VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name }, _) => {
                            return Err(format!(
                                "has the choice `{name}`; use *[other], {categories:?} and numbers"
                            ));
                        }
                    }
                }
                let other = other.ok_or("has no *[other]")?;
                read.push(Piece::Choice { by: variable(selector)?, arms, other });
            }
        }
    }
    Ok(read)
}

/// Adjoining text is one piece, whatever lines it came in.
fn text(read: &mut Vec<Piece>, value: &str) {
    match read.last_mut() {
        Some(Piece::Text(before)) => before.push_str(value),
        _ => read.push(Piece::Text(value.to_owned())),
    }
}

fn variable(inline: &InlineExpression<&str>) -> Result<String, String> {
    let InlineExpression::VariableReference { id } = inline else {
        return Err("uses more of Fluent than text, { $name } and choices by number".to_owned());
    };
    if id.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        Ok(id.name.to_owned())
    } else {
        Err(format!("has the placeholder ${}; use a-z and _", id.name))
    }
}

fn placeholders(pieces: &[Piece], kinds: &mut BTreeMap<String, Kind>) {
    let mut note = |name: &String, kind: Kind| {
        let known = kinds.entry(name.clone()).or_insert(kind);
        *known = (*known).max(kind);
    };
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Variable(name) => note(name, Kind::Text),
            Piece::Choice { by, .. } => note(by, Kind::Count),
        }
    }
    for piece in pieces {
        if let Piece::Choice { arms, other, .. } = piece {
            for (_, said) in arms {
                placeholders(said, kinds);
            }
            placeholders(other, kinds);
        }
    }
}

type Row<'a> = (String, BTreeMap<String, Kind>, Vec<(&'a str, &'a Message)>);

fn write(messages: &[Row<'_>]) -> String {
    let mut variants = String::new();
    let mut arms = String::new();
    let mut sources = String::new();
    for (key, kinds, said) in messages {
        let name = camel(key);
        let doc = said.first().map(|(_, message)| source(&message.pieces)).unwrap_or_default();
        let fields = |of: &dyn Fn(&str, Kind) -> String| {
            let fields: Vec<_> = kinds.iter().map(|(name, kind)| of(name, *kind)).collect();
            if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) }
        };
        let declared =
            fields(&|name, kind| format!("{name}: {}", if kind == Kind::Count { "u64" } else { "String" }));
        let bound = fields(&|name, _| name.to_owned());
        variants.push_str(&format!("    #[doc = {doc:?}]\n    {name}{declared},\n"));
        arms.push_str(&format!("            Self::{name}{bound} => match language {{\n"));
        sources.push_str(&format!("    ({key:?}, &["));
        for (language, message) in said {
            let language = camel(language);
            arms.push_str(&format!(
                "                Language::{language} => {},\n",
                expression(&message.pieces)
            ));
            sources.push_str(&format!("(Language::{language}, {:?}), ", source(&message.pieces)));
        }
        arms.push_str("            },\n");
        sources.push_str("]),\n");
    }
    format!(
        "/// Everything the portal says on a page, by key. Made from `locales/*.ftl` by `build.rs`.\n\
         #[derive(Clone, PartialEq, Eq)]\n\
         #[expect(clippy::enum_variant_names, reason = \"keys are named by translators\")]\n\
         #[deny(dead_code, reason = \"a message that nobody says\")]\n\
         pub(crate) enum Text {{\n{variants}}}\n\n\
         impl Text {{\n    /// The words, in a language.\n    \
         pub(crate) fn say(&self, language: Language) -> Cow<'static, str> {{\n        match self {{\n{arms}        }}\n    }}\n}}\n\n\
         /// Every message as it stands in the files, for tests.\n\
         #[cfg(test)]\npub(crate) const SOURCES: &[(&str, &[(Language, &str)])] = &[\n{sources}];\n"
    )
}

/// The Rust that says it: a literal where nothing is put in, else words joined at run time.
fn expression(pieces: &[Piece]) -> String {
    match pieces {
        [] => "Cow::Borrowed(\"\")".to_owned(),
        [Piece::Text(text)] => format!("Cow::Borrowed({text:?})"),
        [Piece::Choice { by, arms, other }] => choice(by, arms, other),
        _ => {
            let mut said = String::from("{ let mut said = String::new(); ");
            for piece in pieces {
                match piece {
                    Piece::Text(text) => match text.chars().collect::<Vec<_>>()[..] {
                        [one] => said.push_str(&format!("said.push({one:?}); ")),
                        _ => said.push_str(&format!("said.push_str({text:?}); ")),
                    },
                    Piece::Variable(name) => said.push_str(&format!("put(&mut said, {name}); ")),
                    Piece::Choice { by, arms, other } => {
                        said.push_str(&format!("said.push_str(&{}); ", choice(by, arms, other)));
                    }
                }
            }
            said + "Cow::Owned(said) }"
        }
    }
}

fn choice(by: &str, arms: &[(Key, Vec<Piece>)], other: &[Piece]) -> String {
    let mut said = format!("match (*{by}, plural(language, *{by})) {{ ");
    for (key, pieces) in arms {
        let matched = match key {
            Key::Number(number) => format!("({number}, _)"),
            Key::Category(category) => format!("(_, Plural::{})", camel(category)),
        };
        said.push_str(&format!("{matched} => {}, ", expression(pieces)));
    }
    said + &format!("_ => {} }}", expression(other))
}

/// The message as a translator wrote it, more or less.
fn source(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(name) => format!("{{ ${name} }}"),
            Piece::Choice { arms, other, .. } => {
                let every = arms.iter().map(|(_, said)| said).chain([other]);
                every.map(|said| source(said)).collect::<Vec<_>>().join(" | ")
            }
        })
        .collect()
}

fn camel(key: &str) -> String {
    key.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect()
}
