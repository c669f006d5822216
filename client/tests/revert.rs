use alloy::{
    primitives::{Bytes, U256, address},
    sol_types::{Panic, PanicKind, SolError},
};
use omnit_abi::{IToken, arbos::IArbWasm};
use omnit_client::{amounts::Amount, revert::Revert};

fn revert(error: &impl SolError) -> Revert {
    Revert::new(error.abi_encode().into())
}

#[test]
fn display_gives_account_and_amounts_when_the_balance_is_too_small() {
    let error = IToken::ERC20InsufficientBalance {
        sender: address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        balance: "3.5".parse::<Amount>().unwrap().0,
        needed: "10".parse::<Amount>().unwrap().0,
    };
    let revert = revert(&error);
    assert_eq!(revert.name(), Some("ERC20InsufficientBalance"));
    assert_eq!(
        revert.to_string(),
        "account 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 has 3.5 OMNIT, the call needs 10 (ERC20InsufficientBalance)"
    );
}

#[test]
fn display_gives_a_sentence_when_any_token_error_is_given() {
    for selector in <IToken::ITokenErrors as alloy::sol_types::SolInterface>::selectors() {
        // Every parameter of every token error is one word; zeros decode as all of them.
        let data: Vec<u8> = selector.into_iter().chain([0; 96]).collect();
        let words = (0..=3).map(|n| Revert::new(data[..4 + 32 * n].to_vec().into()));
        let decoded: Vec<_> = words.filter(|revert| revert.token_error().is_some()).collect();
        let shown = decoded.first().expect("some length decodes").to_string();
        assert!(!shown.contains('{') && shown.contains('('), "{shown}");
    }
}

#[test]
fn display_gives_the_reason_when_solidity_or_the_platform_refuses() {
    let text = revert(&alloy::sol_types::Revert::from("no entry"));
    assert_eq!((text.name(), text.to_string()), (Some("Error"), "the contract refused: no entry".to_owned()));
    let panic = revert(&Panic::from(PanicKind::ArrayOutOfBounds));
    assert!(panic.name() == Some("Panic") && panic.to_string().contains("0x32"), "{panic}");
    let fee = revert(&IArbWasm::ProgramInsufficientValue { have: U256::from(1), want: U256::from(7) });
    assert_eq!(fee.to_string(), "the data fee is 7 wei, 1 wei were sent (ProgramInsufficientValue)");
}

#[test]
fn display_shows_the_data_when_nobody_declares_the_error() {
    assert!(Revert::default().to_string().contains("empty revert data"));
    let unknown = Revert::new(Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef, 1]));
    assert_eq!(unknown.name(), None);
    assert!(unknown.to_string().contains("0xdeadbeef01"));
    let short = Revert::new(Bytes::from_static(&[1]));
    assert!(short.to_string().contains("0x01"));
}

#[test]
fn display_tells_meaning_name_and_values_when_any_interface_declares_the_error() {
    use omnit_abi::{IRewards, ISeason, IVesting};
    let (available, wanted) = (U256::from(7), "1".parse::<Amount>().unwrap().0);
    let text = revert(&IVesting::InsufficientAmount { id: 3, available, wanted }).to_string();
    assert!(
        text.ends_with("(InsufficientAmount: id = 3, available = 7, wanted = 1000000000000000000 (1 OMNIT))"),
        "{text}"
    );
    let text = revert(&ISeason::SeasonRunning { season: U256::from(3), endsAt: U256::from(1_800_000_000) }).to_string();
    assert!(text.ends_with("(SeasonRunning: season = 3, endsAt = 1800000000 (2027-01-15T08:00:00Z))"), "{text}");
    for (ends_at, shown) in
        [(253_402_300_799_u64, "9999-12-31T23:59:59Z)"), (253_402_300_800, "endsAt = 253402300800)")]
    {
        let text = revert(&ISeason::SeasonRunning { season: U256::ZERO, endsAt: U256::from(ends_at) }).to_string();
        assert!(text.contains(shown), "{text}");
    }
    assert_eq!(revert(&IRewards::AlreadyStarted {}).to_string(), "Emission was started already (AlreadyStarted)");
}

#[test]
fn every_declared_error_has_a_name_and_a_sentence() {
    use omnit_abi::IStaking;
    for selector in IStaking::IStakingErrors::SELECTORS.iter().chain(IToken::ITokenErrors::SELECTORS) {
        assert!(Revert::new(selector.to_vec().into()).name().is_some(), "{selector:?}");
        let data: Vec<u8> = selector.iter().copied().chain([0; 160]).collect();
        let text = Revert::new(data.into()).to_string();
        assert!(text.contains(" (") && text.ends_with(')'), "{text}");
    }
}
