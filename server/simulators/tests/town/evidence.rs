//! The evidence of an approval, checked as a suspicious relying party would: digests, signature, chain, OCSP nonce.

use crate::common::House;
use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use serde_json::json;
use x509_parser::{certificate::X509Certificate, pem::Pem, prelude::FromDer};

/// The text of the first element that starts with `start`, its tags included.
fn element<'a>(xml: &'a str, start: &str) -> &'a str {
    let name = start.split(' ').next().unwrap();
    let from = xml.find(&format!("<{start}")).unwrap();
    let end = format!("</{name}>");
    let to = from + xml[from..].find(&end).unwrap() + end.len();
    &xml[from..to]
}

/// What stands between the tags of an element.
fn inside(element: &str) -> &str {
    let from = element.find('>').unwrap() + 1;
    &element[from..element.rfind('<').unwrap()]
}

fn signed_by(message: &[u8], signature: &[u8], signer: &X509Certificate<'_>) {
    let key = signer.public_key().subject_public_key.data.clone();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, signature).unwrap();
}

#[tokio::test]
async fn signature_chain_and_ocsp_answer_hold() {
    let house = House::open().await;
    let text = BASE64_STANDARD.encode("# Hjärntorget\nAnsök om konto.");
    let asked = json!({ "userVisibleData": text, "userVisibleDataFormat": "simpleMarkdownV1" });
    let order = house.order(asked).await;
    house.autostart("anna", &order, "approve").await;
    let (_, answer) = house.collect(&order).await;
    let signature = answer["completionData"]["signature"].as_str().unwrap();
    let xml = String::from_utf8(BASE64_STANDARD.decode(signature).unwrap()).unwrap();
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><Signature xmlns="));

    let info = element(&xml, "SignedInfo ");
    for (at, signed) in
        [element(&xml, "bankIdSignedData "), element(&xml, "KeyInfo ")].into_iter().enumerate()
    {
        let value = info.match_indices("<DigestValue>").nth(at).unwrap().0;
        let stated = inside(element(&info[value..], "DigestValue"));
        assert_eq!(stated, BASE64_STANDARD.encode(digest(&SHA256, signed.as_bytes())));
    }
    let certificates: Vec<Vec<u8>> = xml
        .split("<X509Certificate>")
        .skip(1)
        .map(|rest| BASE64_STANDARD.decode(rest.split('<').next().unwrap()).unwrap())
        .collect();
    let [leaf, authority] = certificates
        .iter()
        .map(|der| X509Certificate::from_der(der).unwrap().1)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let value = BASE64_STANDARD.decode(inside(element(&xml, "SignatureValue"))).unwrap();
    signed_by(info.as_bytes(), &value, &leaf);
    signed_by(leaf.tbs_certificate.as_ref(), &leaf.signature_value.data, &authority);
    let root = std::fs::read(house.town.files().bankid_root()).unwrap();
    let root = Pem::iter_from_buffer(&root).next().unwrap().unwrap();
    let root = root.parse_x509().unwrap();
    signed_by(authority.tbs_certificate.as_ref(), &authority.signature_value.data, &root);
    let number =
        leaf.subject().iter_attributes().find(|a| a.attr_type().to_id_string() == "2.5.4.5").unwrap();
    assert_eq!(number.as_str().unwrap(), "198001012384");

    let data = element(&xml, "bankIdSignedData ");
    let shown = element(data, "usrVisibleData ");
    assert!(
        shown.starts_with(
            "<usrVisibleData charset=\"UTF-8\" format=\"simpleMarkdownV1\" visible=\"wysiwys\">"
        )
    );
    assert_eq!(inside(shown), text);
    assert_eq!(inside(element(data, "funcId")), "Identification");
    let party = BASE64_STANDARD.decode(inside(element(data, "displayName"))).unwrap();
    assert_eq!(String::from_utf8(party).unwrap(), "Hjärntorget (påhittad stad)");

    let ocsp = answer["completionData"]["ocspResponse"].as_str().unwrap();
    let ocsp = BASE64_STANDARD.decode(ocsp).unwrap();
    // id-pkix-ocsp-nonce, critical, 32 raw bytes that begin with the digest of the signature.
    let mut nonce = vec![0x06, 9, 0x2b, 6, 1, 5, 5, 7, 48, 1, 2, 1, 1, 0xff, 4, 32];
    nonce.extend_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, signature.as_bytes()).as_ref());
    assert!(ocsp.windows(nonce.len()).any(|window| window == nonce));
    assert!(ocsp.windows(leaf.raw_serial().len()).any(|window| window == leaf.raw_serial()));
}
