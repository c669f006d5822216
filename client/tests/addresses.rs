use alloy::primitives::Address;
use omnit_client::addresses::{AddressError, parse_address};
use proptest::prelude::*;

const MIXED: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

#[test]
fn parse_address_accepts_one_case_or_a_right_checksum() {
    let lower = MIXED.to_lowercase();
    let upper = format!("0x{}", MIXED[2..].to_uppercase());
    for text in [MIXED, &lower, &upper] {
        assert_eq!(parse_address(text).unwrap().to_checksum(None), MIXED);
    }
}

#[test]
fn parse_address_names_the_reason_when_the_text_is_no_address() {
    let refusal = |text: &str| parse_address(text).expect_err(text).to_string();
    assert!(refusal("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266").contains("does not begin with 0x"));
    assert!(refusal("0x1234").contains("has 4 characters"));
    assert!(refusal("0x").contains("has 0 characters"));
    assert!(refusal(&format!("{MIXED}00")).contains("has 42 characters"));
    assert!(refusal("0xg39Fd6e51aad88F6F4ce6aB8827279cffFb92266").contains("'g' at position 3"));
    assert!(refusal("0xé39Fd6e51aad88F6F4ce6aB8827279cffFb9226").contains("position 3"));
}

#[test]
fn parse_address_shows_the_right_capitals_when_the_checksum_fails() {
    let wrong = MIXED.replacen('F', "f", 1);
    let error = parse_address(&wrong).unwrap_err();
    assert_eq!(error, AddressError::Checksum { text: wrong, expected: MIXED.to_owned() });
}

proptest! {
    #[test]
    fn parse_address_reads_back_when_any_address_is_shown(bytes: [u8; 20]) {
        let address = Address::from(bytes);
        prop_assert_eq!(parse_address(&address.to_checksum(None)).unwrap(), address);
    }
}
