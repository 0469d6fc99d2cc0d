//! Secrets a browser or a letter carries: made here, never kept as they are.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::Result;

/// Bits of a session's token (security reference, section 5).
pub(crate) const SESSION_BYTES: usize = 32;
/// Bits of a login transaction's, a return's or a letter's token (section 3, rules 1 and 4).
pub(crate) const SHORT_BYTES: usize = 16;

/// Whatever is longer was not made here.
const LONGEST: usize = 64;

/// A new random token of so many bytes, in the alphabet of addresses and cookies.
pub(crate) fn make<const BYTES: usize>() -> Result<String> {
    let mut bytes = Zeroizing::new([0_u8; BYTES]);
    SystemRandom::new()
        .fill(bytes.as_mut())
        .map_err(|_| anyhow::anyhow!("the system gives no randomness"))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_ref()))
}

/// Six random digits, every combination as likely.
pub(crate) fn code() -> Result<String> {
    let mut bytes = [0_u8; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no randomness"))?;
    // The bias of the remainder is below 10^-13.
    Ok(format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000))
}

pub(crate) use crate::keys::hash_token as hash;

/// The hash of a cookie's value, unless its shape says that it is not ours.
pub(crate) fn hash_of_cookie(value: Option<&str>) -> Option<Vec<u8>> {
    let value = value?;
    let ours = !value.is_empty()
        && value.len() <= LONGEST
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    ours.then(|| hash(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_fit_a_cookie_and_differ() {
        let tokens: std::collections::HashSet<_> =
            (0..1000).map(|_| make::<SESSION_BYTES>().unwrap()).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(tokens.iter().all(|token| token.len() == 43 && hash_of_cookie(Some(token)).is_some()));
    }

    #[test]
    fn a_code_has_six_digits() {
        for _ in 0..1000 {
            let code = code().unwrap();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
    }

    #[test]
    fn a_cookie_of_another_shape_is_nobody() {
        let long = "a".repeat(65);
        for value in [None, Some(""), Some("å"), Some("a b"), Some("a\0b"), Some(long.as_str())] {
            assert_eq!(hash_of_cookie(value), None, "{value:?}");
        }
    }
}
