//! Certificates of the town: its authorities, its servers' certificates and the identities it hands to clients.
//!
//! What a client needs is written into the town's folder and kept there, so that a client keeps working when the town
//! is started again: `ca.pem` (root of every server), `rp.pem` and `rp-other.pem` (BankID relying parties), `register.pem`
//! (client of the population register), `tokens.json` (secrets of systems without client certificates), `delays.json` (what its schools have
//! chosen). Keys of the
//! authorities lie beside them in `*.key`. All of it is worthless outside the town.

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::Write,
    net::IpAddr,
    path::{Path, PathBuf},
};

/// The attribute `name` of X.520 (2.5.4.41): BankID shows it to the user as the relying party's name.
pub(crate) const NAME: [u64; 4] = [2, 5, 4, 41];
/// The attribute `serialNumber` of X.520 (2.5.4.5).
pub(crate) const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];

/// Where the things are that a client of the town needs.
#[derive(Clone, Debug)]
pub struct Files {
    dir: PathBuf,
    keys: PathBuf,
}

impl Files {
    pub(crate) fn new(dir: &Path, keys: Option<&Path>) -> Result<Self> {
        let keys = keys.unwrap_or(dir);
        for folder in [dir, keys] {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the town's folder {}", folder.display()))?;
        }
        Ok(Self { dir: dir.to_owned(), keys: keys.to_owned() })
    }

    /// The root certificate of every server in the town.
    pub fn ca(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// The portal's BankID client certificate and key.
    pub fn rp(&self) -> PathBuf {
        self.dir.join("rp.pem")
    }

    /// Another relying party's certificate and key, to try that orders are bound to theirs.
    pub fn other_rp(&self) -> PathBuf {
        self.dir.join("rp-other.pem")
    }

    /// The portal's client certificate and key at the population register.
    pub fn register(&self) -> PathBuf {
        self.dir.join("register.pem")
    }

    /// Bearer and basic secrets, see [`Tokens`].
    pub fn tokens(&self) -> PathBuf {
        self.dir.join("tokens.json")
    }

    /// The delays that schools have chosen for their notices, minutes by unit code.
    pub fn delays(&self) -> PathBuf {
        self.dir.join("delays.json")
    }

    /// The root of the people's BankID certificates, for whoever checks evidence.
    pub fn bankid_root(&self) -> PathBuf {
        self.dir.join("bankid-root.pem")
    }

    pub(crate) fn key(&self, stem: &str) -> PathBuf {
        self.keys.join(format!("{stem}.key"))
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// Secrets of the systems that know their client by a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// The bearer token of the pupil register.
    pub pupil: String,
    /// What the town shows when it tells the portal of a change.
    pub hook: String,
    /// The keys with which the pupil register gives out tokens that run out.
    pub pupil_client: ClientKeys,
    /// The keys of the population register's API gateway.
    pub population: ClientKeys,
    /// The keys of the SMS gateway.
    pub sms: GatewayKeys,
}

/// An account at the SMS gateway.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayKeys {
    /// Whose account it is.
    pub user: String,
    /// The word that proves it.
    pub password: String,
}

impl std::fmt::Debug for GatewayKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayKeys").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What a client shows to be given a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientKeys {
    /// Who it is.
    pub client_id: String,
    /// The word that proves it.
    pub client_secret: String,
}

impl std::fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientKeys").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// An authority that signs certificates.
pub(crate) struct Authority {
    pub(crate) issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: CertificateDer<'static>,
}

/// A certificate chain, leaf first, with the leaf's key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// The authorities of the transport. BankID's people have others, see `bankid::evidence`.
pub(crate) struct Authorities {
    root: Authority,
    pub(crate) relying_parties: Authority,
    pub(crate) register_clients: Authority,
}

impl Authorities {
    /// Reads the authorities and identities out of the town's folder, and makes those that are missing.
    pub(crate) fn open(files: &Files) -> Result<(Self, Tokens)> {
        let town = "Den påhittade staden";
        let root =
            authority(files, "ca", &[(DnType::OrganizationName, town), (DnType::CommonName, "Stadens rot")])?;
        let relying_parties = authority(
            files,
            "rp-ca",
            &[(DnType::OrganizationName, town), (DnType::CommonName, "Testbank RP CA for BankID Test")],
        )?;
        let register_clients = authority(
            files,
            "register-ca",
            &[(DnType::OrganizationName, town), (DnType::CommonName, "Registrets kunder")],
        )?;
        let party = |organisation, number, name, common| {
            [
                (DnType::CountryName, "SE"),
                (DnType::OrganizationName, organisation),
                (DnType::from_oid(&SERIAL_NUMBER), number),
                (DnType::from_oid(&NAME), name),
                (DnType::CommonName, common),
            ]
        };
        let ours =
            party("Exempelstaden", "5590000001", "Hjärntorget (påhittad stad)", "hjarntorget.example.se");
        client(&files.rp(), &relying_parties, &ours)?;
        let other = party("Annan Tjänst AB", "5590000002", "Annan tjänst (påhittad)", "annan.example.se");
        client(&files.other_rp(), &relying_parties, &other)?;
        client(&files.register(), &register_clients, &ours)?;
        Ok((Self { root, relying_parties, register_clients }, tokens(&files.tokens())?))
    }

    /// A server's certificate for `host` and the loopback names, good today and renewed at each start.
    pub(crate) fn server(&self, host: IpAddr) -> Result<Identity> {
        let key = KeyPair::generate()?;
        let certificate = server_params(host)?.signed_by(&key, &self.root.issuer)?;
        Ok(identity(certificate.der().clone(), &key))
    }
}

/// A server's certificate with the right names that no client of the town trusts.
pub(crate) fn foreign_server(host: IpAddr) -> Result<Identity> {
    let key = KeyPair::generate()?;
    let mut params = server_params(host)?;
    params.distinguished_name = names(&[(DnType::CommonName, "Någon annan")]);
    let certificate = params.self_signed(&key)?;
    Ok(identity(certificate.der().clone(), &key))
}

/// Reads all certificates of a PEM file.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.with_context(|| format!("cannot read certificates from {}", path.display()))
}

/// Writes a file of the town whole or not at all, readable by its owner only.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let put = || {
        let mut fresh = path.as_os_str().to_owned();
        // Towns may share a folder of keys and write at the same time.
        fresh.push(format!(".{:08x}", rand::random::<u32>()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&fresh, path)
    };
    put().with_context(|| format!("cannot write {}", path.display()))
}

/// A distinguished name of these parts in this order.
pub(crate) fn names(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in parts {
        name.push(kind.clone(), *value);
    }
    name
}

/// Parameters of an authority's own certificate.
pub(crate) fn authority_params(name: &[(DnType, &str)]) -> CertificateParams {
    let mut params = lasting(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Parameters that are valid for as long as anyone will run this.
pub(crate) fn lasting(name: &[(DnType, &str)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = names(name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.use_authority_key_identifier_extension = true;
    params
}

fn server_params(host: IpAddr) -> Result<CertificateParams> {
    let mut reached = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "127.0.0.2".to_owned()];
    let own = host.to_string();
    if !reached.contains(&own) {
        reached.push(own);
    }
    let mut params = lasting(&[(DnType::CommonName, "Den påhittade staden")]);
    params.subject_alt_names = CertificateParams::new(reached)?.subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn authority(files: &Files, stem: &str, name: &[(DnType, &str)]) -> Result<Authority> {
    let (at, key_at) = (files.at(&format!("{stem}.pem")), files.at(&format!("{stem}.key")));
    if at.exists() && key_at.exists() {
        let key = KeyPair::from_pem(&fs::read_to_string(&key_at)?)?;
        let pem = fs::read_to_string(&at)?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .with_context(|| format!("{} holds no certificate; remove it", at.display()))?;
        return Ok(Authority { issuer: Issuer::from_ca_cert_der(&certificate, key)?, certificate });
    }
    let key = KeyPair::generate()?;
    let params = authority_params(name);
    let certificate = params.self_signed(&key)?;
    write(&key_at, &key.serialize_pem())?;
    write(&at, &certificate.pem())?;
    Ok(Authority { certificate: certificate.der().clone(), issuer: Issuer::new(params, key) })
}

/// Writes an identity for a client unless one of this authority is there.
fn client(at: &Path, authority: &Authority, name: &[(DnType, &str)]) -> Result<()> {
    let issued = |chain: Vec<CertificateDer<'static>>| chain.get(1) == Some(&authority.certificate);
    if at.exists() && certificates(at).is_ok_and(issued) {
        return Ok(());
    }
    let key = KeyPair::generate()?;
    let mut params = lasting(name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.signed_by(&key, &authority.issuer)?;
    let authority_pem = pem("CERTIFICATE", &authority.certificate);
    write(at, &format!("{}{}{}", certificate.pem(), authority_pem, key.serialize_pem()))
}

fn tokens(at: &Path) -> Result<Tokens> {
    if let Ok(text) = fs::read_to_string(at)
        && let Ok(tokens) = serde_json::from_str(&text)
    {
        return Ok(tokens);
    }
    let secret = || hex::encode(rand::random::<[u8; 32]>());
    let keys = |id: &str| ClientKeys { client_id: id.to_owned(), client_secret: secret() };
    let tokens = Tokens {
        pupil: secret(),
        hook: secret(),
        pupil_client: keys("hjarntorget"),
        population: keys("hjarntorget"),
        sms: GatewayKeys { user: format!("u{}", &secret()[..32]), password: secret() },
    };
    write(at, &serde_json::to_string_pretty(&tokens)?)?;
    Ok(tokens)
}

fn identity(certificate: CertificateDer<'static>, key: &KeyPair) -> Identity {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Identity { chain: vec![certificate], key }
}

/// The PEM form of `der`.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let body = BASE64_STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|&b| char::from(b)));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}
