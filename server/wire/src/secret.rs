//! What goes out in a header and is seen nowhere else.

use std::{fmt, fs, path::Path};

use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::BadSetting;

/// The value of a header that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(HeaderValue);

impl Secret {
    /// Takes a value; none where it holds characters no header takes.
    pub fn new(value: &str) -> Option<Self> {
        let mut header = HeaderValue::from_str(value).ok()?;
        header.set_sensitive(true);
        Some(Self(header))
    }

    /// The value of `authorization` that shows a bearer token (RFC 6750, section 2.1).
    pub fn bearer(token: &str) -> Option<Self> {
        Self::new(&Zeroizing::new(format!("Bearer {token}")))
    }

    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The secret that a file holds, without the white space around it.
///
/// # Errors
/// [`BadSetting`] for a file that cannot be read or is empty.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>, BadSetting> {
    let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|why| BadSetting::file(path, why))?;
    match text.trim() {
        "" => Err(BadSetting::file(path, "holds no secret")),
        secret => Ok(Zeroizing::new(secret.to_owned())),
    }
}
