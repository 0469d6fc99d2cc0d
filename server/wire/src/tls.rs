//! Whom we trust, and what we show: read from PEM files once, at the start.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::BadSetting;

/// What the house shows of itself in mutual TLS.
pub struct Identity {
    path: PathBuf,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    expires: Timestamp,
}

impl Identity {
    /// Reads a PEM file with our certificate, its chain and its key.
    ///
    /// # Errors
    /// [`BadSetting`] for a file that cannot be read, or lacks one of them.
    pub fn read(path: &Path) -> Result<Self, BadSetting> {
        let chain = certificates(path)?;
        let own = chain.first().ok_or_else(|| BadSetting::file(path, "holds no certificate"))?;
        let expires = expiry(own).map_err(|why| BadSetting::file(path, why))?;
        let key = PrivateKeyDer::from_pem_file(path).map_err(|why| BadSetting::file(path, why))?;
        Ok(Self { path: path.to_owned(), chain, key, expires })
    }

    /// When our certificate ends.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("path", &self.path)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

fn expiry(certificate: &[u8]) -> Result<Timestamp, String> {
    let (_, own) = x509_parser::parse_x509_certificate(certificate).map_err(|why| why.to_string())?;
    Timestamp::from_second(own.validity().not_after.timestamp()).map_err(|why| why.to_string())
}

/// A configuration that trusts the roots in `authorities`, and shows `identity` where there is one.
pub(crate) fn config(authorities: &Path, identity: Option<Identity>) -> Result<ClientConfig, BadSetting> {
    let mut roots = RootCertStore::empty();
    for root in certificates(authorities)? {
        roots.add(root).map_err(|why| BadSetting::file(authorities, why))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| BadSetting::new("TLS", why))?
        .with_root_certificates(roots);
    match identity {
        Some(Identity { path, chain, key, .. }) => {
            config.with_client_auth_cert(chain, key).map_err(|why| BadSetting::file(&path, why))
        }
        None => Ok(config.with_no_client_auth()),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, BadSetting> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match found {
        Ok(found) if found.is_empty() => Err(BadSetting::file(path, "holds no certificate")),
        Ok(found) => Ok(found),
        Err(why) => Err(BadSetting::file(path, why)),
    }
}
