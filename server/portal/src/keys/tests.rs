use std::{collections::HashSet, fs, os::unix::fs::PermissionsExt};

use super::*;

fn ring(versions: &[u8]) -> KeyRing {
    let masters: Vec<_> = versions.iter().map(|n| (*n, Zeroizing::new([*n; MASTER_BYTES]))).collect();
    KeyRing::from_masters(&masters).unwrap()
}

/// RFC 5869, appendix A.1; its output is 42 bytes long, ours the first block of it.
#[test]
fn keys_are_derived_as_the_rfc_says() {
    let salt: Vec<u8> = (0x00..=0x0c).collect();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    let block = Source::extract(&salt, &[0x0b; 22]).expand(&info);
    assert_eq!(
        hex::encode(block.as_ref()),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    );
}

#[test]
fn what_is_sealed_opens_in_its_own_place_only() {
    let keys = ring(&[1]);
    let sealed = keys.seal("account", "number", "a1", b"201701012393").unwrap();
    assert_eq!(keys.open("account", "number", "a1", &sealed).unwrap().as_slice(), b"201701012393");
    for (table, column, row) in [
        ("pupil", "number", "a1"),
        ("account", "name", "a1"),
        ("account", "number", "a2"),
        ("accoun", "tnumber", "a1"),
        ("account", "numbera", "1"),
    ] {
        let moved = keys.open(table, column, row, &sealed);
        assert_eq!(moved, Err(Error::Closed(format!("{table}.{column}"))));
    }
}

#[test]
fn a_changed_byte_anywhere_closes_it() {
    let keys = ring(&[1]);
    let sealed = keys.seal("t", "c", "r", b"text").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(keys.open("t", "c", "r", &changed).is_err(), "byte {at}");
    }
    for length in 0..sealed.len() {
        assert!(keys.open("t", "c", "r", &sealed[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn the_same_text_never_seals_alike() {
    let keys = ring(&[1]);
    let sealed: HashSet<_> = (0..1000).map(|_| keys.seal("t", "c", "r", b"").unwrap()).collect();
    assert_eq!(sealed.len(), 1000);
}

#[test]
fn after_a_rotation_old_texts_open_new_ones_use_the_new_key_and_indexes_stay() {
    let before = ring(&[1]);
    let after = ring(&[2, 1]);
    let old = before.seal("t", "c", "r", b"old").unwrap();
    assert_eq!(after.open("t", "c", "r", &old).unwrap().as_slice(), b"old");

    let new = after.seal("t", "c", "r", b"new").unwrap();
    assert_eq!(
        before.open("t", "c", "r", &new),
        Err(Error::NoSuchVersion { place: "t.c".into(), version: 2 })
    );
    assert_eq!(before.index("number", &[b"x"]), after.index("number", &[b"x"]));
}

#[test]
fn a_version_cannot_be_passed_off_as_another() {
    let keys = ring(&[1, 2]);
    let mut sealed = keys.seal("t", "c", "r", b"text").unwrap();
    sealed[1] = 1;
    assert_eq!(keys.open("t", "c", "r", &sealed), Err(Error::Closed("t.c".into())));
}

#[test]
fn blind_indexes_differ_by_purpose_by_part_and_by_key() {
    let keys = ring(&[1]);
    let all = [
        keys.index("number", &[b"ab"]),
        keys.index("email", &[b"ab"]),
        keys.index("number", &[b"a", b"b"]),
        keys.index("number", &[b"", b"ab"]),
        ring(&[2]).index("number", &[b"ab"]),
        keys.sign(1, "number", &[b"ab"]).unwrap(),
        hash_token("ab"),
    ];
    assert!(all.iter().all(|index| index.len() == 32));
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
}

#[test]
fn one_address_has_one_index_however_it_is_written() {
    let keys = ring(&[1]);
    let index = |text: &str| keys.index_email(&Email::parse(text).unwrap());
    assert_eq!(index("Anna.Test@Example.SE"), index("anna.test@example.se"));
    assert_ne!(index("anna.test@example.se"), index("anna.tast@example.se"));
}

#[test]
fn a_code_is_bound_to_its_row() {
    let keys = ring(&[1]);
    assert_ne!(keys.index_code("a", "123456"), keys.index_code("b", "123456"));
    assert!(same(&keys.index_code("a", "123456"), &keys.index_code("a", "123456")));
    assert!(!same(b"ab", b"ac") && !same(b"ab", b"abc"));
}

#[test]
fn a_key_file_is_made_once_for_its_owner_alone_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let keys = KeyRing::create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o400);
    let sealed = keys.seal("t", "c", "r", b"text").unwrap();
    assert!(matches!(KeyRing::create(&path), Err(Error::File(_))), "a second key would lose the first");
    assert_eq!(KeyRing::read(&path).unwrap().open("t", "c", "r", &sealed).unwrap().as_slice(), b"text");
}

#[test]
fn a_key_file_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    KeyRing::create(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
    assert!(matches!(KeyRing::read(&path), Err(Error::File(_))));
}

#[test]
fn a_key_file_of_another_form_is_refused_without_quoting_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = "ab".repeat(MASTER_BYTES);
    let cases = [
        String::new(),
        key.clone(),
        format!("0 {key}"),
        format!("256 {key}"),
        format!("1 {}", &key[2..]),
        format!("1 {key}00"),
        format!("1 x{}", &key[1..]),
        format!("1 {key}\n1 {key}"),
    ];
    for (number, text) in cases.iter().enumerate() {
        let path = folder.path().join(number.to_string());
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let said = KeyRing::read(&path).unwrap_err().to_string();
        assert!(!said.contains("abab"), "{said}");
    }
}

#[test]
fn nothing_of_a_key_is_in_its_debug() {
    assert_eq!(format!("{:?}", ring(&[1, 7])), "KeyRing(2 versions)");
}
