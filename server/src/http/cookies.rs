//! The cookies we set, read with suspicion: one that is unknown, doubled, overlong or malformed is not there.

use http::{HeaderMap, header::COOKIE};

/// Those that the pages set.
pub use app::{LANGUAGE_COOKIE as LANGUAGE, LOGIN_COOKIE as LOGIN, SESSION_COOKIE as SESSION};

/// This browser, for BankID's risk assessment and for limits; never an identity.
pub const DEVICE: &str = "__Host-ht_dev";

/// The longest value we ever set.
const LONGEST: usize = 64;

/// The value of the only cookie called `name`.
pub fn one(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut found = None;
    for header in headers.get_all(COOKIE) {
        // One header that is not text may hide a second cookie of that name.
        let header = header.to_str().ok()?;
        for pair in header.split(';') {
            let Some((key, value)) = pair.trim().split_once('=') else { continue };
            if key == name && found.replace(value).is_some() {
                return None;
            }
        }
    }
    found.filter(|value| well_formed(value)).map(str::to_owned)
}

/// What we set is base64url or a language tag.
fn well_formed(value: &str) -> bool {
    (1..=LONGEST).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(COOKIE, http::HeaderValue::from_bytes(value).unwrap());
        }
        one(&headers, SESSION)
    }

    #[test]
    fn a_single_well_formed_cookie_is_read() {
        assert_eq!(read(&[b"a=b; __Host-ht_s=AbC-_9; ht_lang=sv"]).as_deref(), Some("AbC-_9"));
        assert_eq!(read(&[b"a=b", b"__Host-ht_s=x"]).as_deref(), Some("x"));
    }

    #[test]
    fn anything_else_is_no_cookie() {
        let long = format!("__Host-ht_s={}", "a".repeat(65));
        for values in [
            &[b"__Host-ht_s=".as_slice()][..],
            &[b"__Host-ht_s"],
            &[b"__Host-ht_s=a; __Host-ht_s=b"],
            &[b"__Host-ht_s=a", b"__Host-ht_s=a"],
            &[b"__Host-ht_s=\"a\""],
            &[b"__Host-ht_s=a b"],
            &[b"__Host-ht_s=a%00"],
            &[b"__host-ht_s=a"],
            &[long.as_bytes()],
            &[b"__Host-ht_s=a", b"x=\xff"],
        ] {
            assert_eq!(read(values), None, "{values:?}");
        }
    }
}
