//! The bearer token, and where a newer one would stand.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use wire::Secret;
use zeroize::Zeroizing;

use crate::BadSetting;

pub(crate) struct Tokens {
    file: PathBuf,
    name: String,
    bearer: RwLock<Secret>,
}

impl Tokens {
    pub(crate) fn read(file: &Path, name: &str) -> Result<Self, BadSetting> {
        let bearer = RwLock::new(bearer(file, name)?);
        Ok(Self { file: file.to_owned(), name: name.to_owned(), bearer })
    }

    pub(crate) fn bearer(&self) -> Secret {
        self.bearer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again; whether it held another token.
    pub(crate) fn renewed(&self) -> bool {
        let Ok(new) = bearer(&self.file, &self.name) else { return false };
        let mut held = self.bearer.write().unwrap_or_else(PoisonError::into_inner);
        let other = *held != new;
        *held = new;
        other
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("file", &self.file).field("name", &self.name).finish_non_exhaustive()
    }
}

fn bearer(file: &Path, name: &str) -> Result<Secret, BadSetting> {
    let bad = |why: &str| BadSetting::new(format!("{}, token \"{name}\"", file.display()), why);
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|why| bad(&why.to_string()))?);
    // The parser's own words could repeat a token.
    let all: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|_| bad("the file is not a JSON object"))?;
    let token = all.get(name).and_then(|token| token.as_str()).ok_or_else(|| bad("is not there"))?;
    Secret::bearer(token).ok_or_else(|| bad("holds characters no header takes"))
}
