//! The OCSP answer that accompanies a signature (RFC 6960): BankID's proof that the person's certificate was good.
//!
//! Its nonce binds it to the signature: SHA-1 of the signature's Base64 text, then twelve random bytes, 32 in all,
//! critical and raw (bankid.md 2.7).

use jiff::{Timestamp, tz::TimeZone};
use rcgen::{KeyPair, SigningKey};
use sha1::{Digest, Sha1};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};
use yasna::{DERWriter, Tag, models::ObjectIdentifier, tags::TAG_GENERALIZEDTIME};

const BASIC_RESPONSE: [u64; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 1];
const NONCE: [u64; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 2];
const SHA1: [u64; 6] = [1, 3, 14, 3, 2, 26];
const SHA256_WITH_RSA: [u64; 7] = [1, 2, 840, 113_549, 1, 1, 11];

/// Who answers, and about whom.
pub(crate) struct Question<'a> {
    /// The certificate asked about, DER.
    pub(crate) leaf: &'a [u8],
    /// The certificate of its issuer, DER.
    pub(crate) issuer: &'a [u8],
    /// The certificate of the responder, DER, issued by the same.
    pub(crate) responder: &'a [u8],
    /// The responder's key (RSA).
    pub(crate) key: &'a KeyPair,
}

/// The nonce for a signature, given as the Base64 text that `completionData` holds.
pub(crate) fn nonce(signature: &str) -> [u8; 32] {
    let mut nonce = [0; 32];
    nonce[..20].copy_from_slice(&Sha1::digest(signature.as_bytes()));
    nonce[20..].copy_from_slice(&rand::random::<[u8; 12]>());
    nonce
}

/// The DER answer "good" as of `now`; none if a certificate cannot be read or the key cannot sign.
pub(crate) fn good(question: &Question<'_>, nonce: &[u8; 32], now: Timestamp) -> Option<Vec<u8>> {
    let (_, leaf) = X509Certificate::from_der(question.leaf).ok()?;
    let (_, issuer) = X509Certificate::from_der(question.issuer).ok()?;
    let (_, responder) = X509Certificate::from_der(question.responder).ok()?;
    let time = TimeZone::UTC.to_datetime(now).strftime("%Y%m%d%H%M%SZ").to_string();
    let data = yasna::construct_der(|w| {
        w.write_sequence(|w| {
            let key_hash = Sha1::digest(&responder.public_key().subject_public_key.data);
            w.next().write_tagged(Tag::context(2), |w| w.write_bytes(&key_hash));
            generalized(w.next(), &time);
            w.next().write_sequence(|w| {
                w.next().write_sequence(|w| {
                    w.next().write_sequence(|w| {
                        algorithm(w.next(), &SHA1);
                        w.next().write_bytes(&Sha1::digest(issuer.subject().as_raw()));
                        w.next().write_bytes(&Sha1::digest(&issuer.public_key().subject_public_key.data));
                        w.next().write_bigint_bytes(leaf.raw_serial(), true);
                    });
                    w.next().write_tagged_implicit(Tag::context(0), |w| w.write_null());
                    generalized(w.next(), &time);
                });
            });
            w.next().write_tagged(Tag::context(1), |w| {
                w.write_sequence(|w| {
                    w.next().write_sequence(|w| {
                        w.next().write_oid(&ObjectIdentifier::from_slice(&NONCE));
                        w.next().write_bool(true);
                        w.next().write_bytes(nonce);
                    });
                });
            });
        });
    });
    let signature = question.key.sign(&data).ok()?;
    let basic = yasna::construct_der(|w| {
        w.write_sequence(|w| {
            w.next().write_der(&data);
            algorithm(w.next(), &SHA256_WITH_RSA);
            w.next().write_bitvec_bytes(&signature, signature.len() * 8);
            w.next().write_tagged(Tag::context(0), |w| {
                w.write_sequence(|w| w.next().write_der(question.responder));
            });
        });
    });
    Some(yasna::construct_der(|w| {
        w.write_sequence(|w| {
            w.next().write_enum(0);
            w.next().write_tagged(Tag::context(0), |w| {
                w.write_sequence(|w| {
                    w.next().write_oid(&ObjectIdentifier::from_slice(&BASIC_RESPONSE));
                    w.next().write_bytes(&basic);
                });
            });
        });
    }))
}

fn algorithm(writer: DERWriter<'_>, oid: &[u64]) {
    writer.write_sequence(|w| {
        w.next().write_oid(&ObjectIdentifier::from_slice(oid));
        w.next().write_null();
    });
}

fn generalized(writer: DERWriter<'_>, time: &str) {
    writer.write_tagged_implicit(TAG_GENERALIZEDTIME, |w| w.write_bytes(time.as_bytes()));
}
