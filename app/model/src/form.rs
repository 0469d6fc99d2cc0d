//! A form is what was typed; a value is what passed.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Serialize};

/// Text exactly as it was typed. Its `Debug` is a mask, so that no form ends up in a log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Typed(String);

impl Typed {
    /// Keeps `text` as typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Deref for Typed {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Typed {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("Typed(nothing)") } else { f.write_str("Typed(***)") }
    }
}

/// What is wrong with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    /// Nothing was typed or chosen.
    Missing,
    /// More than the field holds.
    TooLong,
    /// Not an e-mail address.
    NotAnEmail,
    /// An e-mail address with letters mail cannot be delivered to everywhere.
    EmailLetters,
    /// Not a telephone number.
    NotANumber,
    /// A telephone number no text message arrives at.
    NotAMobile,
    /// A telephone number that costs whoever calls it extra.
    Premium,
    /// Not six digits.
    NotACode,
    /// Six digits, but not those of the latest letter.
    WrongCode,
    /// The code was right once and is too old now.
    OldCode,
    /// Of several ticks none is set, and one is needed.
    ChooseOne,
    /// Text messages are asked for, and there is no number to send them to.
    NoMobile,
    /// Not a day of the calendar.
    NotADay,
    /// Not a time of the day.
    NotATime,
    /// Ends before it begins.
    Reversed,
    /// Over already.
    Over,
    /// Further ahead than can be said.
    TooFarAhead,
    /// The child has no place at a preschool or school then.
    NoPlace,
}

impl Wrong {
    /// Every wrong there is.
    pub const ALL: [Self; 18] = [
        Self::Missing,
        Self::TooLong,
        Self::NotAnEmail,
        Self::EmailLetters,
        Self::NotANumber,
        Self::NotAMobile,
        Self::Premium,
        Self::NotACode,
        Self::WrongCode,
        Self::OldCode,
        Self::ChooseOne,
        Self::NoMobile,
        Self::NotADay,
        Self::NotATime,
        Self::Reversed,
        Self::Over,
        Self::TooFarAhead,
        Self::NoPlace,
    ];
}

/// The wrong fields of a form by their names, in the order in which they were checked: that of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wrongs(Vec<(String, Wrong)>);

impl Wrongs {
    /// One wrong field.
    pub fn one(field: &str, wrong: Wrong) -> Self {
        Self(vec![(field.to_owned(), wrong)])
    }

    /// Whether every field passed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with `field`.
    pub fn of(&self, field: &str) -> Option<Wrong> {
        self.iter().find(|(wrong, _)| *wrong == field).map(|(_, wrong)| wrong)
    }

    /// The wrong fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Wrong)> {
        self.0.iter().map(|(field, wrong)| (field.as_str(), *wrong))
    }

    /// Passes a good value on and keeps what is wrong with a bad one.
    pub fn keep<T>(&mut self, field: &str, checked: Result<T, Wrong>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(wrong) => {
                // The first thing that is wrong with a field is what is said of it.
                if self.of(field).is_none() {
                    self.0.push((field.to_owned(), wrong));
                }
                None
            }
        }
    }
}

/// A form as it is shown again: what was typed, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown<F> {
    /// As typed.
    pub form: F,
    /// As checked.
    pub wrongs: Wrongs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_what_was_typed_is_a_mask() {
        assert_eq!(format!("{:?}", Typed::new("sara@example.se")), "Typed(***)");
    }

    #[test]
    fn only_bad_fields_are_kept() {
        let mut wrongs = Wrongs::default();
        assert_eq!(wrongs.keep("good", Ok(1)), Some(1));
        assert_eq!(wrongs.keep::<u8>("bad", Err(Wrong::Missing)), None);
        assert_eq!(wrongs.iter().collect::<Vec<_>>(), [("bad", Wrong::Missing)]);
    }
}
