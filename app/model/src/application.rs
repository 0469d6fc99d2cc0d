//! Ansökan: the steps from "what it takes" to an account.

use serde::{Deserialize, Serialize};

use crate::{Email, Typed, Wrong, Wrongs};

/// A step of the application, in order. Each has an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Innan du börjar: what it takes.
    Before,
    /// BankID.
    Identify,
    /// Dina barn: are these your children?
    Children,
    /// The e-mail address.
    Email,
    /// Proof that letters to it arrive.
    Confirm,
    /// Kontrollera dina svar.
    Check,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 6] =
        [Self::Before, Self::Identify, Self::Children, Self::Email, Self::Confirm, Self::Check];

    /// The step's number, from 1.
    pub const fn number(self) -> usize {
        self as usize + 1
    }

    /// The step before this one.
    pub fn previous(self) -> Option<Self> {
        Self::ALL.into_iter().take_while(|step| *step < self).last()
    }

    /// The step after this one.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|step| *step > self)
    }
}

/// An e-mail address, exactly as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    /// The address.
    pub email: Typed,
}

impl EmailForm {
    /// The field's name.
    pub const EMAIL: &'static str = "email";

    /// Reads the address.
    ///
    /// # Errors
    /// What is wrong with it, under [`EmailForm::EMAIL`].
    pub fn check(&self) -> Result<Email, Wrongs> {
        Email::parse(&self.email).map_err(|wrong| Wrongs::one(Self::EMAIL, wrong))
    }
}

/// A code, exactly as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// The six digits of the letter or the text message.
    pub code: Typed,
}

impl CodeForm {
    /// The field's name.
    pub const CODE: &'static str = "code";

    /// Reads six digits; spaces and dashes between them do not count, as people copy them along.
    ///
    /// # Errors
    /// What is wrong with them, under [`CodeForm::CODE`].
    pub fn check(&self) -> Result<[u8; 6], Wrongs> {
        self.read().map_err(|wrong| Wrongs::one(Self::CODE, wrong))
    }

    /// Reads the one field there is.
    ///
    /// # Errors
    /// [`Wrong::Missing`] or [`Wrong::NotACode`].
    pub fn read(&self) -> Result<[u8; 6], Wrong> {
        let mut digits = [0; 6];
        let mut count = 0;
        for letter in self.code.chars() {
            if letter.is_whitespace() || letter == '-' {
                continue;
            }
            if !letter.is_ascii_digit() || count == digits.len() {
                return Err(Wrong::NotACode);
            }
            digits[count] = letter as u8;
            count += 1;
        }
        match count {
            6 => Ok(digits),
            0 if self.code.trim().is_empty() => Err(Wrong::Missing),
            _ => Err(Wrong::NotACode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_stand_in_their_order() {
        assert_eq!(Step::ALL.map(Step::number), [1, 2, 3, 4, 5, 6]);
        assert_eq!(Step::Before.previous(), None);
        assert_eq!(Step::Email.previous(), Some(Step::Children));
        assert_eq!(Step::Confirm.next(), Some(Step::Check));
        assert_eq!(Step::Check.next(), None);
    }

    #[test]
    fn a_code_passes_however_it_was_copied() {
        for typed in ["012345", " 012 345\n", "012-345"] {
            assert_eq!(CodeForm { code: typed.into() }.check().as_ref(), Ok(b"012345"), "{typed}");
        }
    }

    #[test]
    fn what_is_not_six_digits_is_refused() {
        for (typed, wrong) in [
            ("", Wrong::Missing),
            (" ", Wrong::Missing),
            ("12345", Wrong::NotACode),
            ("1234567", Wrong::NotACode),
            ("12345a", Wrong::NotACode),
            ("---", Wrong::NotACode),
            ("١٢٣٤٥٦", Wrong::NotACode),
            ("123\u{202e}456", Wrong::NotACode),
        ] {
            let wrongs = CodeForm { code: typed.into() }.check().unwrap_err();
            assert_eq!(wrongs.of(CodeForm::CODE), Some(wrong), "{typed:?}");
        }
    }
}
