use alloy::primitives::address;
use omnit_client::signers::{Account, KeySources, SignerError, TEST_MNEMONIC, test_account};

const LOCAL: u64 = 412_346;
const KEY_1: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

fn from(text: &str) -> KeySources {
    KeySources { from: Some(text.parse().unwrap()), ..Default::default() }
}

#[test]
fn signer_is_test_account_0_when_nothing_is_said_on_a_local_chain() {
    let signer = KeySources::default().signer(LOCAL, true).unwrap();
    assert_eq!(signer.address(), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
}

#[test]
fn signer_is_the_test_account_when_it_is_named_by_number_or_address() {
    let nine = test_account(9).unwrap().address();
    assert_eq!(from("9").signer(LOCAL, true).unwrap().address(), nine);
    assert_eq!(from(&nine.to_string()).signer(LOCAL, true).unwrap().address(), nine);
}

#[test]
fn signer_is_refused_when_a_test_account_is_asked_for_on_another_chain() {
    for sources in [KeySources::default(), from("0"), from("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")] {
        let error = sources.signer(42_161, false).unwrap_err();
        assert!(matches!(error, SignerError::NotLocal { chain_id: 42_161 }), "{error}");
    }
}

#[test]
fn signer_is_refused_when_the_account_is_unknown() {
    assert!(matches!(from("10").signer(LOCAL, true), Err(SignerError::NoSuchTestAccount { index: 10 })));
    let stranger = "0x00000000000000000000000000000000000000ff";
    assert!(matches!(from(stranger).signer(LOCAL, true), Err(SignerError::NoKey { .. })));
}

#[test]
fn signer_comes_from_the_key_when_one_is_given() {
    let expected = test_account(1).unwrap().address();
    for text in [KEY_1, &KEY_1[2..]] {
        let sources = KeySources { private_key: Some(text.to_owned()), ..Default::default() };
        assert_eq!(sources.signer(1, false).unwrap().address(), expected);
    }
    let sources = KeySources { mnemonic: Some(TEST_MNEMONIC.to_owned()), mnemonic_index: 1, ..Default::default() };
    assert_eq!(sources.signer(1, false).unwrap().address(), expected);
}

#[test]
fn signer_comes_from_the_file_when_a_variable_is_set_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{KEY_1}\n")).unwrap();
    let sources = KeySources { file: Some(path), private_key: Some("junk".to_owned()), ..Default::default() };
    assert_eq!(sources.signer(1, false).unwrap().address(), test_account(1).unwrap().address());
}

#[test]
fn signer_is_refused_when_the_key_belongs_to_another_account() {
    let sources = KeySources { private_key: Some(KEY_1.to_owned()), ..from("2") };
    assert!(matches!(sources.signer(LOCAL, true), Err(SignerError::OtherAccount { .. })));
}

#[test]
fn signer_never_shows_the_secret_when_it_is_refused_or_printed() {
    let secret = "not-a-key-but-secret";
    let sources =
        KeySources { private_key: Some(secret.to_owned()), mnemonic: Some(secret.to_owned()), ..Default::default() };
    let error = sources.signer(1, false).unwrap_err().to_string();
    assert!(error.contains("OMNIT_PRIVATE_KEY") && !error.contains(secret), "{error}");
    assert!(!format!("{sources:?}").contains(secret));
    let zero = KeySources { private_key: Some("00".repeat(32)), ..Default::default() };
    assert!(matches!(zero.signer(1, false), Err(SignerError::BadKey { .. })));
}

#[test]
fn account_reads_numbers_and_addresses() {
    assert_eq!("7".parse::<Account>().unwrap(), Account::Test(7));
    assert_eq!("42".parse::<Account>().unwrap(), Account::Test(42));
    assert!("123".parse::<Account>().is_err());
    assert!("".parse::<Account>().is_err());
}
