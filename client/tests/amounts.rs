use alloy::primitives::U256;
use omnit_client::amounts::{Amount, AmountError};
use proptest::prelude::*;

fn parse(text: &str) -> Result<U256, AmountError> {
    text.parse::<Amount>().map(|amount| amount.0)
}

fn refusal(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn parse_gives_base_units_when_the_text_is_plain() {
    let unit = U256::from(10).pow(U256::from(18));
    assert_eq!(parse("1").unwrap(), unit);
    assert_eq!(parse("0").unwrap(), U256::ZERO);
    assert_eq!(parse("007.50").unwrap(), unit * U256::from(15) / U256::from(2));
    assert_eq!(parse("0.000000000000000001").unwrap(), U256::from(1));
    assert_eq!(parse("1000000000").unwrap(), U256::from(10).pow(U256::from(27)));
}

#[test]
fn parse_accepts_the_greatest_amount_and_refuses_one_more_base_unit() {
    let greatest = Amount::MAX.to_string();
    assert_eq!(parse(&greatest).unwrap(), U256::MAX);
    let digits = greatest.replace('.', "");
    let next =
        (alloy::primitives::U512::from_str_radix(&digits, 10).unwrap() + alloy::primitives::U512::from(1)).to_string();
    let (whole, fraction) = next.split_at(next.len() - 18);
    assert!(matches!(parse(&format!("{whole}.{fraction}")), Err(AmountError::Overflow { .. })));
    assert!(matches!(parse(&"9".repeat(10_000)), Err(AmountError::Overflow { .. })));
}

#[test]
fn parse_names_the_reason_when_the_text_is_no_amount() {
    assert!(refusal("").contains("empty"));
    assert!(refusal("-1").contains("sign") && refusal("+1").contains("sign"));
    assert!(refusal("1.2.3").contains("second decimal point at position 4"));
    assert!(refusal("1,000").contains("',' at position 2"));
    assert!(refusal("1e18").contains("'e' at position 2"));
    assert!(refusal("12 ").contains("' ' at position 3"));
    assert!(refusal("１").contains("at position 1"), "a full-width digit is not a digit");
    assert!(refusal("1_000").contains("'_' at position 2"));
    assert!(refusal(".5").contains("before") && refusal("5.").contains("after") && refusal(".").contains("before"));
    assert!(refusal("0.1234567890123456789").contains("has 19 decimals; OMNIT has 18"));
}

#[test]
fn at_most_refuses_an_amount_when_it_is_above_the_limit() {
    let limit: Amount = "10".parse().unwrap();
    assert_eq!(limit.at_most(limit, "the limit").unwrap(), limit);
    let above: Amount = "10.000000000000000001".parse().unwrap();
    let message = above.at_most(limit, "the limit").unwrap_err().to_string();
    assert_eq!(message, "the amount 10.000000000000000001 OMNIT is above the limit, 10 OMNIT");
}

proptest! {
    #[test]
    fn display_and_parse_are_inverse_when_any_amount_is_given(limbs: [u64; 4]) {
        let amount = Amount(U256::from_limbs(limbs));
        prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
    }

    #[test]
    fn parse_is_exact_when_digits_stand_on_both_sides(whole in 0u64.., fraction in "[0-9]{1,18}") {
        let parsed = parse(&format!("{whole}.{fraction}")).unwrap();
        let scaled: u64 = format!("{fraction:0<18}").parse().unwrap();
        let unit = U256::from(1_000_000_000_000_000_000u64);
        prop_assert_eq!(parsed, U256::from(whole) * unit + U256::from(scaled));
    }

    #[test]
    fn parse_never_panics_and_accepts_only_plain_numbers_when_text_is_arbitrary(text in "\\PC{0,24}|[0-9.+-]{0,24}") {
        let plain = text.split('.').count() <= 2
            && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            && text.split('.').nth(1).is_none_or(|fraction| fraction.len() <= 18);
        prop_assert_eq!(parse(&text).is_ok(), plain, "{}", text);
    }

    #[test]
    fn serde_keeps_the_amount_when_it_is_written_and_read(limbs: [u64; 4]) {
        let amount = Amount(U256::from_limbs(limbs));
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(&json, &format!("\"{}\"", amount.0));
        prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
    }
}
