//! What BankID gives as evidence: an XML signature by the person's certificate, and an OCSP answer about it.
//!
//! The shape is that of BankID's published sample (bankid.md 2.7): no white space, no prefixes, both signed elements
//! already canonical with a namespace of their own, so the digest of the literal text is the digest of the canonical form.
//! The certificates come from authorities made here; their root is written to `bankid-root.pem`.

use super::{
    ocsp::{self, Question},
    request::{Asked, Kind},
};
use crate::{
    Files,
    authorities::{NAME, SERIAL_NUMBER, authority_params, lasting, pem, write},
    tls::ClientCertificate,
    world::Person,
};
use anyhow::{Context, Result, anyhow};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, SerialNumber, SigningKey,
};
use ring::digest::{SHA256, digest};
use rsa::pkcs8::EncodePrivateKey;
use std::{fs, path::Path, sync::Arc};
use tokio::sync::OnceCell;
use yasna::models::ObjectIdentifier;

/// The kind of BankID the town's people have: Mobile BankID in BankID's test environment.
const MOBILE_POLICY: &str = "1.2.3.4.25";
const OCSP_URL: &str = "http://ocsp.example.se";

/// Makes evidence. Its keys are made (which takes a second) or read when the first order is approved.
#[derive(Debug)]
pub(crate) struct Signer {
    files: Files,
    hand: OnceCell<Arc<Hand>>,
}

/// Keys and certificates, ready.
struct Hand {
    authority: Issuer<'static, KeyPair>,
    authority_der: Vec<u8>,
    /// One key for all people and for the OCSP responder: made keys are dear, and here worthless.
    people: KeyPair,
    responder_der: Vec<u8>,
}

impl std::fmt::Debug for Hand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hand(..)")
    }
}

/// What a person approved, and where.
pub(crate) struct Approval<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) party: &'a ClientCertificate,
    pub(crate) person: &'a Person,
    /// The hardware id of the device.
    pub(crate) uhi: &'a str,
    pub(crate) now: Timestamp,
}

/// `signature` and `ocspResponse`, both in Base64.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) signature: String,
    pub(crate) ocsp_response: String,
}

impl Signer {
    pub(crate) fn new(files: &Files) -> Self {
        Self { files: files.clone(), hand: OnceCell::new() }
    }

    /// Makes sure that [`Signer::sign`] has its keys.
    pub(crate) async fn prepare(&self) -> Result<()> {
        let files = self.files.clone();
        let made = || async { tokio::task::spawn_blocking(move || Hand::open(&files)).await?.map(Arc::new) };
        self.hand.get_or_try_init(made).await.map(drop)
    }

    /// Signs what was approved. [`Signer::prepare`] comes first.
    pub(crate) fn sign(&self, approval: &Approval<'_>) -> Result<Evidence> {
        self.hand.get().context("no keys were prepared")?.sign(approval)
    }
}

impl Hand {
    fn open(files: &Files) -> Result<Self> {
        let [root, authority, people] = std::thread::scope(|scope| {
            ["bankid-root", "bankid-ca", "bankid-people"]
                .map(|stem| scope.spawn(move || key(&files.key(stem))))
                .map(|made| made.join().unwrap_or_else(|_| Err(anyhow!("making a key failed"))))
        });
        let (root, authority, people) = (root?, authority?, people?);
        let organisation = (DnType::OrganizationName, "Testbanken (påhittad)");
        let root_params =
            authority_params(&[organisation.clone(), (DnType::CommonName, "Test BankID Root CA")]);
        let root_certificate = root_params.self_signed(&root)?;
        write(&files.bankid_root(), &root_certificate.pem())?;
        let params =
            authority_params(&[organisation, (DnType::CommonName, "Testbanken Customer CA for BankID")]);
        let authority_certificate =
            params.signed_by(&authority, &Issuer::from_params(&root_params, &root))?;
        let issuer = Issuer::new(params, authority);
        let mut responder = lasting(&[(DnType::CommonName, "Testbanken OCSP for BankID")]);
        responder.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        responder.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        let no_check = yasna::construct_der(|w| w.write_null());
        responder
            .custom_extensions
            .push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5], no_check));
        let responder = responder.signed_by(&people, &issuer)?;
        Ok(Self {
            authority_der: authority_certificate.der().to_vec(),
            responder_der: responder.der().to_vec(),
            authority: issuer,
            people,
        })
    }

    fn sign(&self, approval: &Approval<'_>) -> Result<Evidence> {
        let leaf = leaf(approval)?.signed_by(&self.people, &self.authority)?;
        let data = signed_data(approval);
        let keys = format!(
            "<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"bidKeyInfo\"><X509Data>\
             <X509Certificate>{}</X509Certificate><X509Certificate>{}</X509Certificate></X509Data></KeyInfo>",
            BASE64_STANDARD.encode(leaf.der()),
            BASE64_STANDARD.encode(&self.authority_der),
        );
        let info = signed_info(&data, &keys);
        let value = BASE64_STANDARD.encode(self.people.sign(info.as_bytes())?);
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\
             <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">{info}\
             <SignatureValue>{value}</SignatureValue>{keys}<Object>{data}</Object></Signature>"
        );
        let signature = BASE64_STANDARD.encode(xml);
        let question = Question {
            leaf: leaf.der(),
            issuer: &self.authority_der,
            responder: &self.responder_der,
            key: &self.people,
        };
        let ocsp = ocsp::good(&question, &ocsp::nonce(&signature), approval.now)
            .context("the OCSP answer could not be made")?;
        Ok(Evidence { signature, ocsp_response: BASE64_STANDARD.encode(ocsp) })
    }
}

/// The certificate of the person's BankID.
fn leaf(approval: &Approval<'_>) -> Result<CertificateParams> {
    let person = approval.person;
    let number = person.number.as_deref().context("a BankID without a number")?;
    let issued = approval.now.strftime("%y%m%d %H.%M");
    let mut params = lasting(&[]);
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("SE".try_into()?));
    name.push(DnType::OrganizationName, "Testbanken (påhittad)");
    name.push(DnType::from_oid(&[2, 5, 4, 4]), person.family.as_str());
    name.push(DnType::from_oid(&[2, 5, 4, 42]), person.given.as_str());
    name.push(DnType::from_oid(&SERIAL_NUMBER), DnValue::PrintableString(number.try_into()?));
    name.push(DnType::from_oid(&NAME), format!("({issued}) {} - Mobilt BankID", person.name()));
    name.push(DnType::CommonName, person.name());
    params.distinguished_name = name;
    // Positive and never zero, as a serial number must be.
    let mut serial: [u8; 16] = rand::random();
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let policy: Vec<u64> = MOBILE_POLICY.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let policies = yasna::construct_der(|w| {
        w.write_sequence(|w| {
            w.next().write_sequence(|w| w.next().write_oid(&ObjectIdentifier::from_slice(&policy)));
        });
    });
    let access = yasna::construct_der(|w| {
        w.write_sequence(|w| {
            w.next().write_sequence(|w| {
                w.next().write_oid(&ObjectIdentifier::from_slice(&[1, 3, 6, 1, 5, 5, 7, 48, 1]));
                w.next().write_tagged_implicit(yasna::Tag::context(6), |w| w.write_ia5_string(OCSP_URL));
            });
        });
    });
    params.custom_extensions = vec![
        CustomExtension::from_oid_content(&[2, 5, 29, 32], policies),
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access),
    ];
    Ok(params)
}

/// `bankIdSignedData`, canonical.
fn signed_data(approval: &Approval<'_>) -> String {
    let Approval { asked, party, uhi, .. } = approval;
    let mut data = String::from(
        "<bankIdSignedData xmlns=\"http://www.bankid.com/signature/v1.0.0/types\" Id=\"bidSignedData\">",
    );
    if let Some(visible) = &asked.visible {
        // Attributes in canonical order.
        let format = match asked.visible_format.as_deref() {
            Some("simpleMarkdownV1") => " format=\"simpleMarkdownV1\"",
            _ => "",
        };
        element(
            &mut data,
            &format!("usrVisibleData charset=\"UTF-8\"{format} visible=\"wysiwys\""),
            &normalised(visible),
        );
    }
    if let Some(hidden) = &asked.non_visible {
        element(&mut data, "usrNonVisibleData", &normalised(hidden));
    }
    let mut server = String::new();
    element(&mut server, "name", &BASE64_STANDARD.encode(&party.subject));
    element(&mut server, "nonce", &BASE64_STANDARD.encode(rand::random::<[u8; 20]>()));
    element(&mut server, "displayName", &BASE64_STANDARD.encode(&party.name));
    element(&mut data, "srvInfo", &server);
    let mut client = String::new();
    let function = match asked.kind {
        Kind::Auth => "Identification",
        Kind::Sign => "Signing",
    };
    element(&mut client, "funcId", function);
    element(&mut client, "version", &BASE64_STANDARD.encode("App=town&Version=1.0.0"));
    let mut device = String::new();
    element(&mut device, "type", &BASE64_STANDARD.encode("ANDROID"));
    element(&mut device, "deviceInfo", &BASE64_STANDARD.encode("16"));
    element(&mut device, "uhi", uhi);
    element(&mut device, "fsib", "0");
    element(&mut device, "utb", "cs1");
    if !asked.requirement.policies.is_empty() {
        let mut conditions = String::new();
        for policy in &asked.requirement.policies {
            element(
                &mut conditions,
                "condition",
                &format!("<type>CertificatePolicies</type><value>{policy}</value>"),
            );
        }
        element(&mut device, "requirement", &conditions);
    }
    element(&mut device, "uauth", "pw");
    element(&mut client, "env", &format!("<ai>{device}</ai>"));
    element(&mut data, "clientInfo", &client);
    data + "</bankIdSignedData>"
}

/// Base64 text holds nothing that XML must escape; this makes it one form whatever the sender's padding.
fn normalised(data: &str) -> String {
    BASE64_STANDARD.decode(data).map(|bytes| BASE64_STANDARD.encode(bytes)).unwrap_or_default()
}

fn element(into: &mut String, start: &str, content: &str) {
    let name = start.split(' ').next().unwrap_or(start);
    into.push_str(&format!("<{start}>{content}</{name}>"));
}

fn signed_info(data: &str, keys: &str) -> String {
    const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let reference = |attributes: &str, of: &str| {
        format!(
            "<Reference {attributes}><Transforms><Transform Algorithm=\"{C14N}\"></Transform></Transforms>\
             <DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod>\
             <DigestValue>{}</DigestValue></Reference>",
            BASE64_STANDARD.encode(digest(&SHA256, of.as_bytes()))
        )
    };
    format!(
        "<SignedInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">\
         <CanonicalizationMethod Algorithm=\"{C14N}\"></CanonicalizationMethod>\
         <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></SignatureMethod>\
         {}{}</SignedInfo>",
        reference("Type=\"http://www.bankid.com/signature/v1.0.0/types\" URI=\"#bidSignedData\"", data),
        reference("URI=\"#bidKeyInfo\"", keys),
    )
}

/// Reads an RSA key, or makes one of 2048 bits and keeps it.
fn key(at: &Path) -> Result<KeyPair> {
    if let Ok(text) = fs::read_to_string(at)
        && let Ok(key) = KeyPair::from_pem_and_sign_algo(&text, &PKCS_RSA_SHA256)
    {
        return Ok(key);
    }
    let der = rsa::PrivateKey::new(&mut getrandom::SysRng, 2048)?.to_pkcs8_der()?;
    write(at, &pem("PRIVATE KEY", der.as_bytes()))?;
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(&der.as_bytes().into(), &PKCS_RSA_SHA256)?)
}
