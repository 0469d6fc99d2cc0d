//! The key file: one line a version, `<version> <64 hexadecimal digits>`.

use std::{
    fs,
    io::Write,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::{Error, MASTER_BYTES};

/// Far more than any rotation leaves behind; a larger file is not one of ours.
const LARGEST: u64 = 64 * 1024;

/// The number of a version and its key.
pub(super) type Master = (u8, Zeroizing<[u8; MASTER_BYTES]>);

pub(super) fn random_master() -> Result<Zeroizing<[u8; MASTER_BYTES]>, Error> {
    let mut master = Zeroizing::new([0; MASTER_BYTES]);
    SystemRandom::new().fill(master.as_mut()).map_err(|_| Error::CannotSeal)?;
    Ok(master)
}

pub(super) fn create(path: &Path) -> Result<(), Error> {
    let master = random_master()?;
    let mut hex = Zeroizing::new([0; MASTER_BYTES * 2]);
    hex::encode_to_slice(master.as_ref(), hex.as_mut()).map_err(|_| Error::CannotSeal)?;
    let refused = |cause: std::io::Error| Error::File(format!("cannot be made: {}", cause.kind()));
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).map_err(refused)?;
    for part in [b"1 ".as_slice(), hex.as_ref(), b"\n"] {
        file.write_all(part).map_err(refused)?;
    }
    // A key that vanishes with the power would take all data with it.
    file.sync_all().map_err(refused)
}

pub(super) fn read(path: &Path) -> Result<Vec<Master>, Error> {
    let refused = |cause: std::io::Error| Error::File(format!("cannot be read: {}", cause.kind()));
    let about = fs::metadata(path).map_err(refused)?;
    if about.mode() & 0o077 != 0 {
        return Err(Error::File("may be read by others: chmod 0400".into()));
    }
    if about.len() > LARGEST {
        return Err(Error::File("is too large to be one".into()));
    }
    let text = Zeroizing::new(fs::read(path).map_err(refused)?);
    let text = std::str::from_utf8(&text).map_err(|_| malformed())?;
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(parse).collect()
}

fn parse(line: &str) -> Result<Master, Error> {
    let (version, key) = line.trim().split_once(' ').ok_or_else(malformed)?;
    let version = version.parse().ok().filter(|version| *version > 0).ok_or_else(malformed)?;
    let mut master = Zeroizing::new([0; MASTER_BYTES]);
    hex::decode_to_slice(key.trim(), master.as_mut()).map_err(|_| malformed())?;
    Ok((version, master))
}

fn malformed() -> Error {
    Error::File("must hold lines of `<version 1-255> <64 hexadecimal digits>`".into())
}
