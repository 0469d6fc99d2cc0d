//! Transport security: what the town's servers show and whose certificates they accept.
//!
//! A client without a certificate, or with a foreign one, still gets its handshake: BankID and its like answer such a
//! client with an HTTP 403 page, not with a TLS alert (bankid.md 1.3). So the handshake proves only that the client holds
//! the key of what it shows; whether that certificate counts is asked afterwards, by [`Tls::known`].

use crate::{
    System,
    authorities::{Authorities, Identity, foreign_server},
    bankid::Strangers,
    clock,
};
use anyhow::{Context, Result, anyhow};
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    crypto::{CryptoProvider, ring},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use rustls_pki_types::{CertificateDer, UnixTime};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A client certificate that one of the town's authorities has issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    /// SHA-256 of the certificate.
    pub(crate) fingerprint: [u8; 32],
    /// The subject as RFC 4514 writes it.
    pub(crate) subject: String,
    /// The attribute `name`, else the common name: what BankID shows to the user.
    pub(crate) name: String,
}

/// The town's side of every TLS connection.
#[derive(Debug)]
pub(crate) struct Tls {
    /// Asks for a client certificate.
    asking: TlsAcceptorConfig,
    plain: TlsAcceptorConfig,
    foreign: TlsAcceptorConfig,
    /// Demands a relying party's certificate in the handshake.
    strict: TlsAcceptorConfig,
    relying_parties: Arc<dyn ClientCertVerifier>,
    register_clients: Arc<dyn ClientCertVerifier>,
}

type TlsAcceptorConfig = Arc<ServerConfig>;

impl Tls {
    /// Everything for servers on `host`.
    pub(crate) fn new(authorities: &Authorities, host: IpAddr) -> Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let right = authorities.server(host)?;
        let verifier = |issued_by: &CertificateDer<'static>| -> Result<Arc<dyn ClientCertVerifier>> {
            let mut roots = RootCertStore::empty();
            roots.add(issued_by.clone())?;
            Ok(WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build()?)
        };
        let any: Arc<dyn ClientCertVerifier> = Arc::new(AnyHolder(provider.clone()));
        let relying_parties = verifier(&authorities.relying_parties.certificate)?;
        Ok(Self {
            asking: config(&provider, &right, Some(any))?,
            plain: config(&provider, &right, None)?,
            foreign: config(&provider, &foreign_server(host)?, None)?,
            strict: config(&provider, &right, Some(relying_parties.clone()))?,
            relying_parties,
            register_clients: verifier(&authorities.register_clients.certificate)?,
        })
    }

    /// What `system` shows to a client; with `wrong` a certificate that nobody trusts.
    pub(crate) fn acceptor(&self, system: System, wrong: bool) -> TlsAcceptor {
        self.acceptor_as(system, wrong, Strangers::Page)
    }

    /// The same, where `system` may turn strangers away in the handshake.
    pub(crate) fn acceptor_as(&self, system: System, wrong: bool, strangers: Strangers) -> TlsAcceptor {
        let config = match system {
            _ if wrong => &self.foreign,
            System::Bankid if strangers == Strangers::Handshake => &self.strict,
            System::Bankid | System::Population => &self.asking,
            _ => &self.plain,
        };
        TlsAcceptor::from(config.clone())
    }

    /// Whether `system` speaks only to clients with a certificate.
    pub(crate) fn demands_certificate(system: System) -> bool {
        matches!(system, System::Bankid | System::Population)
    }

    /// The client behind `chain`, if `system` accepts its certificate.
    pub(crate) fn known(
        &self,
        system: System,
        chain: &[CertificateDer<'static>],
    ) -> Option<ClientCertificate> {
        let verifier = match system {
            System::Bankid => &self.relying_parties,
            System::Population => &self.register_clients,
            _ => return None,
        };
        let (leaf, rest) = chain.split_first()?;
        let since_epoch = u64::try_from(clock::real().as_second()).ok()?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(since_epoch));
        verifier.verify_client_cert(leaf, rest, now).ok()?;
        described(leaf)
    }
}

fn described(leaf: &CertificateDer<'_>) -> Option<ClientCertificate> {
    let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
    let subject = certificate.subject();
    let of = |wanted: &str| {
        subject
            .iter_attributes()
            .find_map(|a| (a.attr_type().to_id_string() == wanted).then(|| a.as_str().ok())?)
    };
    let name = of("2.5.4.41").or_else(|| of("2.5.4.3")).unwrap_or_default().to_owned();
    let fingerprint = ::ring::digest::digest(&::ring::digest::SHA256, leaf);
    Some(ClientCertificate {
        fingerprint: fingerprint.as_ref().try_into().ok()?,
        subject: subject.to_string(),
        name,
    })
}

fn config(
    provider: &Arc<CryptoProvider>,
    identity: &Identity,
    ask: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<TlsAcceptorConfig> {
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = match ask {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(identity.chain.clone(), identity.key.clone_key())
        .context("the town cannot use its own certificate")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Asks for a client certificate and takes any whose key the client proves to hold.
#[derive(Debug)]
struct AnyHolder(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyHolder {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Makes ring the process's way of doing cryptography, for clients that ask for none by name.
pub fn use_ring() {
    // Somebody else may have chosen already; then their choice stands.
    drop(ring::default_provider().install_default().map_err(|_| anyhow!("chosen already")));
}
