//! Keys, and everything that is done with one.
//!
//! One master key per version lies in a file; from it HKDF-SHA-256 makes another key for every purpose, so that what
//! leaks of one says nothing of the others. Columns are sealed with AES-256-GCM under a fresh random nonce; the place
//! they belong to (table, column, row, version) is authenticated with them, so that a cipher text moved elsewhere does
//! not open. What must be found again has a *blind index*: HMAC-SHA-256 of its canonical form. A plain hash would be
//! worthless, for there are only some tens of millions of person numbers.
//!
//! Rotation: a new line in the file becomes the version that seals; older ones go on opening. Blind indexes are made
//! with the *first* version, because a lookup cannot try them all: that line stays until every index was rewritten.
//! AES-GCM's random nonces allow 2^32 sealings per version (NIST SP 800-38D, 8.3), far beyond a city's.

mod file;

use std::{fmt, path::Path, sync::Arc};

use model::{Email, Mobile, PersonId};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hmac,
    rand::{SecureRandom, SystemRandom},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// First byte of everything sealed: says how the rest is to be read.
const FORMAT: u8 = 1;
/// Sets our keys apart from those of any other use of the same master (HKDF's salt).
const HOUSE: &[u8] = b"hjarntorget/keys/1";

/// Bytes of a master key.
pub const MASTER_BYTES: usize = 32;

/// What can go wrong with a key. Never says what was sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The key file is missing, open to others or not in the form we write.
    #[error("the key file {0}")]
    File(String),
    /// Sealed with a version that the ring does not hold.
    #[error("{place} was sealed with key version {version}, which the key file lacks")]
    NoSuchVersion {
        /// `table.column`.
        place: String,
        /// The version asked for.
        version: u8,
    },
    /// Changed, moved from another row, or sealed with another key.
    #[error("{0} does not open: changed, moved or sealed with another key")]
    Closed(String),
    /// The operating system gives no randomness, or a value is beyond what the cipher takes.
    #[error("nothing can be sealed")]
    CannotSeal,
}

impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        Self::Broken(anyhow::Error::new(error))
    }
}

/// The keys of the house. Cheap to clone; shows nothing of itself.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

struct Ring {
    /// In ascending order of version, never empty: the first makes blind indexes, the last seals.
    versions: Vec<Version>,
    random: SystemRandom,
}

/// One master key, already turned into what is derived from it; the master itself is wiped once this is made.
struct Version {
    number: u8,
    source: Source,
    data: LessSafeKey,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} versions)", self.0.versions.len())
    }
}

impl KeyRing {
    /// Reads the key file.
    ///
    /// # Errors
    /// [`Error::File`] with what to do; also when others than the owner may read it.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::from_masters(&file::read(path)?)
    }

    /// Makes a key file with one new random key (mode 0400) and reads it.
    ///
    /// # Errors
    /// [`Error::File`], also when there is one already: a lost key is lost data, so none is ever overwritten.
    pub fn create(path: &Path) -> Result<Self, Error> {
        file::create(path)?;
        Self::read(path)
    }

    /// A ring of one random key that is written nowhere. For tests and benchmarks.
    ///
    /// # Errors
    /// [`Error::CannotSeal`] when the system gives no randomness.
    pub fn fleeting() -> Result<Self, Error> {
        Self::from_masters(&[(1, file::random_master()?)])
    }

    fn from_masters(masters: &[file::Master]) -> Result<Self, Error> {
        let mut versions = Vec::with_capacity(masters.len());
        for (number, master) in masters {
            let source = Source::extract(HOUSE, master.as_ref());
            let data = UnboundKey::new(&AES_256_GCM, source.expand(b"data").as_ref());
            let data = LessSafeKey::new(data.map_err(|_| Error::CannotSeal)?);
            versions.push(Version { number: *number, source, data });
        }
        versions.sort_by_key(|version| version.number);
        if versions.is_empty() || versions.windows(2).any(|pair| pair[0].number == pair[1].number) {
            return Err(Error::File("must name each version once".into()));
        }
        Ok(Self(Arc::new(Ring { versions, random: SystemRandom::new() })))
    }

    /// Seals `plain` for one column of one row: format, version, nonce, text, tag.
    ///
    /// # Errors
    /// [`Error::CannotSeal`].
    pub fn seal(&self, table: &str, column: &str, row: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let version = self.newest();
        let mut nonce = [0; NONCE_LEN];
        self.0.random.fill(&mut nonce).map_err(|_| Error::CannotSeal)?;
        let mut text = Zeroizing::new(plain.to_vec());
        let place = place(table, column, row, version.number);
        let tag = version
            .data
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut text)
            .map_err(|_| Error::CannotSeal)?;
        Ok([&[FORMAT, version.number], nonce.as_slice(), text.as_slice(), tag.as_ref()].concat())
    }

    /// Opens what [`KeyRing::seal`] made for the same column of the same row. The answer is wiped when dropped.
    ///
    /// # Errors
    /// [`Error::NoSuchVersion`], [`Error::Closed`].
    pub fn open(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let closed = || Error::Closed(format!("{table}.{column}"));
        let [FORMAT, number, rest @ ..] = sealed else { return Err(closed()) };
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(closed)?;
        let version = self
            .version(*number)
            .ok_or_else(|| Error::NoSuchVersion { place: format!("{table}.{column}"), version: *number })?;
        let mut text = Zeroizing::new(text.to_vec());
        let place = place(table, column, row, *number);
        let length = version
            .data
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut text)
            .map_err(|_| closed())?
            .len();
        text.truncate(length);
        Ok(text)
    }

    /// Blind index of a person number (twelve digits without sign). 32 bytes.
    pub fn index_number(&self, number: &PersonId) -> Vec<u8> {
        self.index("number", &[number.reveal().as_bytes()])
    }

    /// Blind index of an e-mail address, upper and lower case being the same.
    pub fn index_email(&self, email: &Email) -> Vec<u8> {
        self.index("email", &[email.canonical().as_bytes()])
    }

    /// Blind index of a mobile number.
    pub fn index_mobile(&self, mobile: &Mobile) -> Vec<u8> {
        self.index("mobile", &[mobile.reveal().as_bytes()])
    }

    /// Keyed hash of a short code, bound to the row that waits for it: six digits alone are found in a second.
    pub fn index_code(&self, row: &str, code: &str) -> Vec<u8> {
        self.index("code", &[row.as_bytes(), code.as_bytes()])
    }

    /// Keyed hash of anything else that is looked up: `purpose` sets it apart from every other use.
    pub fn index(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        self.oldest().source.mac(&["index", purpose], parts)
    }

    /// The version that signs audit rows now.
    pub(crate) fn signing_version(&self) -> i64 {
        self.newest().number.into()
    }

    /// HMAC-SHA-256 with the key of `purpose` and `version`; `None` when the ring lacks that version.
    pub(crate) fn sign(&self, version: i64, purpose: &str, parts: &[&[u8]]) -> Option<Vec<u8>> {
        let version = self.version(u8::try_from(version).ok()?)?;
        Some(version.source.mac(&["sign", purpose], parts))
    }

    fn newest(&self) -> &Version {
        &self.0.versions[self.0.versions.len() - 1]
    }

    fn oldest(&self) -> &Version {
        &self.0.versions[0]
    }

    fn version(&self, number: u8) -> Option<&Version> {
        self.0.versions.iter().find(|version| version.number == number)
    }
}

/// SHA-256 of a random token: what of it is kept. Nothing stronger is needed for 128 bits and more.
pub fn hash_token(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}

/// Whether both are the same, in a time that tells nothing of where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// HKDF-SHA-256 (RFC 5869) where one block of 32 bytes is always enough; written out, because one block cannot fail.
struct Source(hmac::Key);

impl Source {
    fn extract(salt: &[u8], master: &[u8]) -> Self {
        let salt = hmac::Key::new(hmac::HMAC_SHA256, salt);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&salt, master).as_ref()))
    }

    /// The first block of the output for `info`: T(1) = HMAC(PRK, info | 0x01).
    fn expand(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(info);
        context.update(&[1]);
        let mut block = Zeroizing::new([0; 32]);
        block.copy_from_slice(context.sign().as_ref());
        block
    }

    /// HMAC over `parts`, each with its length, so that no two lists of parts read alike. Purposes are our own words.
    fn mac(&self, purpose: &[&str], parts: &[&[u8]]) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.expand(purpose.join("/").as_bytes()).as_ref());
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }
}

/// What is authenticated beside a cipher text. Lengths come first, so that no two places read alike.
fn place(table: &str, column: &str, row: &str, version: u8) -> Vec<u8> {
    let mut place = Vec::with_capacity(table.len() + column.len() + row.len() + 25);
    for part in [table, column, row] {
        place.extend_from_slice(&(part.len() as u64).to_be_bytes());
        place.extend_from_slice(part.as_bytes());
    }
    place.push(version);
    place
}

#[cfg(test)]
mod tests;
