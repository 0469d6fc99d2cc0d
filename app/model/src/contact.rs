//! Addresses to reach a guardian at.

use std::fmt;

use crate::Wrong;

/// An e-mail address a letter can be sent to.
///
/// A deliberate subset of RFC 5321, section 4.1.2: an unquoted ASCII local part of at most 64 characters, a domain of
/// at least two labels, 254 characters in all. The domain is kept in lower case, the local part as typed.
///
/// Invariant: holds no white space, control character or anything else that could end a header line.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The longest address that fits an SMTP path, in bytes (RFC 5321, section 4.5.3.1.3, less the brackets).
    pub const MAX_BYTES: usize = 254;

    /// Reads what somebody typed; white space around it does not count.
    ///
    /// # Errors
    /// [`Wrong::Missing`] for nothing, [`Wrong::TooLong`], [`Wrong::EmailLetters`] for letters that cannot be delivered
    /// to everywhere (å, emoji, marks of writing direction), else [`Wrong::NotAnEmail`].
    pub fn parse(typed: &str) -> Result<Self, Wrong> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(Wrong::Missing);
        }
        if typed.len() > Self::MAX_BYTES {
            return Err(Wrong::TooLong);
        }
        if !typed.is_ascii() {
            return Err(Wrong::EmailLetters);
        }
        let (local, domain) = typed.split_once('@').ok_or(Wrong::NotAnEmail)?;
        if !is_local_part(local) || !is_domain(domain) {
            return Err(Wrong::NotAnEmail);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address in full, for its owner or for the letter that leaves.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The form two spellings of one mailbox share: lower case. What a blind index is made of.
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// `a***@d***`: enough to recognise one's own address, too little for anybody else.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
        format!("{}***@{}***", first(local), first(domain))
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(***)")
    }
}

fn is_local_part(part: &str) -> bool {
    let atoms_are_whole = part.split('.').all(|atom| {
        !atom.is_empty()
            && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    });
    part.len() <= 64 && atoms_are_whole
}

fn is_domain(domain: &str) -> bool {
    let labels_are_whole = domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    let top = domain.rsplit('.').next().unwrap_or_default();
    let top_is_a_word = top.len() >= 2 && top.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    domain.contains('.') && labels_are_whole && top_is_a_word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_pass() {
        for typed in [
            "sara@example.se",
            "  Sara.Lind+skola@Example.SE ",
            "o'brien@a-b.example.org",
            "a@xn--rksmrgs-5wao1o.se",
        ] {
            assert!(Email::parse(typed).is_ok(), "{typed}");
        }
        assert_eq!(Email::parse(" Sara@EXAMPLE.se").unwrap().reveal(), "Sara@example.se");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_with_its_reason() {
        let long = format!("{}@example.se", "a".repeat(10_000));
        for (typed, wrong) in [
            ("", Wrong::Missing),
            ("   ", Wrong::Missing),
            ("sara", Wrong::NotAnEmail),
            ("a@b", Wrong::NotAnEmail),
            ("a@@example.se", Wrong::NotAnEmail),
            ("a@b@example.se", Wrong::NotAnEmail),
            ("a b@example.se", Wrong::NotAnEmail),
            ("a@example.se\r\nBcc: x@example.se", Wrong::NotAnEmail),
            ("a\0@example.se", Wrong::NotAnEmail),
            (".a@example.se", Wrong::NotAnEmail),
            ("a..b@example.se", Wrong::NotAnEmail),
            ("a@-example.se", Wrong::NotAnEmail),
            ("a@example.1", Wrong::NotAnEmail),
            ("a@[127.0.0.1]", Wrong::NotAnEmail),
            ("\"a b\"@example.se", Wrong::NotAnEmail),
            ("å@ö.se", Wrong::EmailLetters),
            ("a\u{202e}@example.se", Wrong::EmailLetters),
            ("🙂@example.se", Wrong::EmailLetters),
            (long.as_str(), Wrong::TooLong),
        ] {
            assert_eq!(Email::parse(typed), Err(wrong), "{typed:?}");
        }
    }

    #[test]
    fn debug_and_the_mask_do_not_betray_the_address() {
        let email = Email::parse("sara@example.se").unwrap();
        assert_eq!(email.masked(), "s***@e***");
        assert!(!format!("{email:?}").contains("sara"));
    }
}
