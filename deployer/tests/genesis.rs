use std::path::Path;

use alloy::primitives::{Address, U256};
use omnit_client::{amounts::Amount, signers::TEST_MNEMONIC};
use omnit_deployer::{
    Genesis, TOKEN_CAP,
    economy::Legacy,
    genesis::{GenesisError, Receiver},
    genesis_rules::GenesisProblem as Problem,
};
use proptest::prelude::*;

const A: &str = "0x00000000000000000000000000000000000000aa";
const B: &str = "0x00000000000000000000000000000000000000bb";

/// A genesis file with the given lines of (name, address, amount).
fn file(cap: &str, lines: &[(&str, &str, &str)]) -> String {
    let lines = lines.iter().map(|(name, address, amount)| {
        format!("[[allocation]]\nname = \"{name}\"\naddress = \"{address}\"\namount = \"{amount}\"\n")
    });
    format!("network = \"test\"\n[token]\ncap = \"{cap}\"\n{}", lines.collect::<String>())
}

fn problems(lines: &[(&str, &str, &str)]) -> Vec<Problem> {
    match Genesis::parse(&file("1000000000", lines)) {
        Err(GenesisError::Rules(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

fn local() -> Genesis {
    Genesis::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../genesis/local.toml")).unwrap()
}

#[test]
fn local_file_passes_and_follows_the_allocation_table() {
    let genesis = local();
    assert_eq!(genesis.cap, TOKEN_CAP);
    assert_eq!(genesis.allocations.iter().fold(U256::ZERO, |sum, holder| sum + holder.amount.0), TOKEN_CAP.0);
    let share = |prefix: &str| {
        let holders = genesis.allocations.iter().filter(|holder| holder.name.starts_with(prefix));
        holders.fold(U256::ZERO, |sum, holder| sum + holder.amount.0) * U256::from(100) / TOKEN_CAP.0
    };
    let table = [
        ("rewards-reserve", 40),
        ("treasury", 20),
        ("team", 15),
        ("early-investors", 10),
        ("liquidity-", 8),
        ("old-token-swap", 5),
        ("advisers-and-audits", 2),
    ];
    for (name, percent) in table {
        assert_eq!(share(name), U256::from(percent), "{name}");
    }
}

#[test]
fn local_file_names_the_accounts_of_the_test_mnemonic() {
    use alloy::signers::local::MnemonicBuilder;
    let account = |index| MnemonicBuilder::from_phrase(TEST_MNEMONIC).index(index).unwrap().build().unwrap().address();
    let genesis = local();
    let accounts: Vec<Address> = genesis.accounts().map(|(_, account, _)| account).collect();
    assert_eq!(accounts, (0..10).map(account).collect::<Vec<_>>());
    let locks = |name: &str| match &genesis.allocations.iter().find(|other| other.name == name).unwrap().receiver {
        Receiver::Locks(locks) => locks.clone(),
        other => panic!("{other:?}"),
    };
    for (name, index) in [("team", 102), ("early-investors", 103), ("advisers-and-audits", 105)] {
        assert_eq!(locks(name)[0].beneficiary, account(index), "{name}");
    }
    let economy = genesis.economy.unwrap();
    assert_eq!(economy.governance.guardian, account(9));
    assert_eq!(economy.swap.legacy, Legacy::StandIn(vec![account(8), account(9)]));
}

#[test]
fn local_file_unlocks_as_the_allocation_table_says() {
    const MONTH: u64 = 2_630_016;
    let genesis = local();
    let unlocked = |name: &str, secs: u64| match &genesis.allocations.iter().find(|o| o.name == name).unwrap().receiver
    {
        Receiver::Locks(locks) => locks[0].unlocked(secs).to_string(),
        other => panic!("{other:?}"),
    };
    let expected = [
        ("team", 12 * MONTH, "0"),
        ("team", 30 * MONTH, "75000000"),
        ("team", 48 * MONTH, "150000000"),
        ("early-investors", 0, "5000000"),
        ("early-investors", 6 * MONTH, "5000000"),
        ("early-investors", 18 * MONTH, "52500000"),
        ("early-investors", 30 * MONTH, "100000000"),
        ("advisers-and-audits", 7 * MONTH - 1, "0"),
        ("advisers-and-audits", 7 * MONTH, "1111111.111111111111111111"),
        ("advisers-and-audits", 24 * MONTH, "20000000"),
    ];
    for (name, secs, amount) in expected {
        assert_eq!(unlocked(name, secs), amount, "{name} after {secs} s");
    }
}

#[test]
fn parse_merges_what_the_sender_holds_with_what_it_hands_on() {
    let genesis = local();
    let sender = genesis.accounts().next().unwrap().1;
    let holders = genesis.holders(sender);
    assert_eq!(holders.len(), 10);
    let omnit = |amount: u64| U256::from(amount) * Amount::ONE.0;
    assert_eq!(holders[0], (sender, omnit(928_000_000)), "reserve, treasury, locks, swap, and its own 8,000,000");
    assert_eq!(holders.iter().fold(U256::ZERO, |sum, holder| sum + holder.1), TOKEN_CAP.0);
}

#[test]
fn file_hash_stays_when_only_comments_change() {
    let text = file("1000000000", &[("a", A, "1000000000")]);
    let hash = |text: &str| Genesis::parse(text).unwrap().file_hash;
    assert_eq!(hash(&text), hash(&format!("# a remark\n{text}comment = \"a remark\"\n")));
    assert_ne!(hash(&text), hash(&text.replace("name = \"a\"", "name = \"b\"")));
}

#[test]
fn parse_names_the_field_when_a_term_of_the_economy_is_unusable() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../genesis/local.toml")).unwrap();
    let cases = [
        ("over = \"36 months\"", "over = \"36 moons\"", "\"team\", lock 1: segment 2: \"36 moons\" is not a duration"),
        ("amount = \"150000000\" }", "amount = \"150000001\" }", "\"team\": its locks add up to 150000001 OMNIT"),
        ("{ wait = \"12 months\" }", "{ wait = \"12 months\", steps = 2 }", "`wait` unlocks at once"),
        ("contract = \"swap\"", "contract = \"bank\"", "contract \"bank\" receives no allocation"),
        ("contract = \"swap\"", "", "and has none"),
        ("thaw = \"14 days\"", "thaw = \"1 minute\"", "economy.service 1.thaw: 60 seconds; from 1h to 1month 29days"),
        ("minimum = \"32000\"", "minimum = \"0.5\"", "economy.service 1.minimum: 0.5 OMNIT is below 1 OMNIT"),
        (
            "voting_period = \"5 days\"",
            "voting_period = \"0s\"",
            "economy.governance.voting_period: 0 seconds; from 1s to",
        ),
        (
            "extension = \"1 day\"",
            "extension = \"6 days\"",
            "economy.governance.extension: 518400 seconds; from 0s to 5days",
        ),
        (
            "threshold = \"100000\"",
            "threshold = \"10000001\"",
            "economy.governance.threshold: the amount 10000001 OMNIT is above",
        ),
        ("quorum_bps = 400", "quorum_bps = 10001", "economy.governance.quorum_bps: 10001 is above 10000"),
        ("guardian = \"0xa", "guardian = \"0xb", "economy.governance.guardian"),
        ("id = 2", "id = 1", "economy.service: id 1 is used twice"),
        ("max_cut_bps = 4000", "max_cut_bps = 6000", "economy.limits.max_cut_bps: 6000 is above 5000"),
        ("data_bps = 2000", "data_bps = 2001", "economy.reserve: the shares add up to 10001 bps"),
        ("stand_in_holders = [", "stand_in_holders = [] # [", "economy.swap: it needs either"),
    ];
    for (from, to, expected) in cases {
        assert!(text.contains(from), "{from}");
        let error = Genesis::parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
    let alone = text.split("[economy.governance]").next().unwrap();
    let error = Genesis::parse(alone).unwrap_err().to_string();
    assert!(error.contains("breaks 6 rule(s)") && error.contains("needs the table [economy]"), "{error}");
}

#[test]
fn parse_accepts_a_sum_when_it_equals_the_cap_to_the_unit() {
    let lines = [("a", A, "999999999.999999999999999999"), ("b", B, "0.000000000000000001")];
    let genesis = Genesis::parse(&file("1000000000", &lines)).unwrap();
    let holders = genesis.holders(Address::ZERO);
    assert_eq!(holders[1].1, U256::from(1));
    assert_eq!([holders[0].0, holders[1].0], [A, B].map(|text| text.parse::<Address>().unwrap()));
}

#[test]
fn parse_prints_the_difference_when_the_sum_misses_the_cap_by_one_unit() {
    for (last, difference) in [("0.000000000000000002", "above"), ("0.000000000000000003", "above")] {
        let found = problems(&[("a", A, "999999999.999999999999999999"), ("b", B, last)]);
        assert!(found[0].to_string().contains(difference), "{}", found[0]);
    }
    let found = problems(&[("a", A, "999999999.999999999999999999")]);
    let [problem] = &found[..] else { panic!("{found:?}") };
    let text = problem.to_string();
    assert!(text.contains("0.000000000000000001 OMNIT (1 base units) below the cap of 1000000000 OMNIT"), "{text}");
}

#[test]
fn parse_refuses_a_file_when_it_has_no_allocation() {
    let found = problems(&[]);
    assert!(matches!(&found[..], [Problem::Sum { relation: "below", difference, .. }] if *difference == TOKEN_CAP));
}

#[test]
fn parse_names_both_lines_when_an_address_or_a_name_is_used_twice() {
    let half = "500000000";
    let found = problems(&[("a", A, half), ("b", A, half)]);
    assert!(matches!(&found[..], [Problem::DuplicateAddress { names, .. }] if names == &["a", "b"]));
    let found = problems(&[("a", A, half), ("a", B, half)]);
    assert!(matches!(&found[..], [Problem::DuplicateName { name, count: 2 }] if name == "a"));
    let upper = A.to_uppercase().replace('X', "x");
    let found = problems(&[("a", A, half), ("b", &upper, half)]);
    assert!(matches!(&found[..], [Problem::DuplicateAddress { .. }]), "case does not make another address: {found:?}");
}

#[test]
fn parse_names_the_line_when_address_or_amount_is_unusable() {
    let zero = "0x0000000000000000000000000000000000000000";
    assert!(matches!(&problems(&[("a", zero, "1")])[..], [Problem::ZeroAddress { name }] if name == "a"));
    assert!(matches!(&problems(&[("a", A, "0.0")])[..], [Problem::ZeroAmount { name }] if name == "a"));
    assert!(matches!(&problems(&[("a", "0x12", "1")])[..], [Problem::Address { .. }]));
    assert!(matches!(&problems(&[("a", A, "1,5")])[..], [Problem::Amount { .. }]));
    assert!(matches!(&problems(&[(" ", A, "1000000000")])[..], [Problem::NoName { .. }]));
    let wrong = "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let text = problems(&[("a", wrong, "1")])[0].to_string();
    assert!(text.contains("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266") && text.contains("\"a\""), "{text}");
}

#[test]
fn parse_checks_the_sum_too_when_the_cap_is_not_the_tokens() {
    let error = Genesis::parse(&file("999", &[("a", A, "998")])).unwrap_err();
    let GenesisError::Rules(found) = error else { panic!("{error}") };
    assert!(matches!(&found[..], [Problem::WrongCap { .. }, Problem::Sum { .. }]), "{found:?}");
    let error = Genesis::parse(&file("much", &[("a", A, "998")])).unwrap_err();
    assert!(matches!(error, GenesisError::Rules(found) if matches!(&found[..], [Problem::Cap(_)])));
}

#[test]
fn parse_refuses_a_sum_when_it_leaves_256_bits() {
    let huge = Amount::MAX.to_string();
    assert!(matches!(&problems(&[("a", A, &huge), ("b", B, &huge)])[..], [Problem::SumOverflow]));
}

#[test]
fn parse_reports_every_problem_when_there_are_several() {
    let zero = "0x0000000000000000000000000000000000000000";
    let lines = [("a", zero, "0"), ("b", "0xz", "-1"), ("b", A, "1"), ("c", A, "2")];
    let text = Genesis::parse(&file("7", &lines)).unwrap_err().to_string();
    assert!(text.starts_with("the genesis file breaks 7 rule(s), so nothing was sent:"), "{text}");
    for part in
        ["token.cap", "\"a\": the address is zero", "\"a\": the amount is 0", "\"b\": the address \"0xz\"", "sign"]
    {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    assert!(text.contains("the name \"b\" is used by 2") && text.contains("used by 2 allocations: b, c"), "{text}");
}

#[test]
fn parse_refuses_a_field_when_it_is_unknown_or_missing() {
    for text in [
        "network = \"x\"\ncolour = 1\n[token]\ncap = \"1\"",
        "network = \"x\"\n[token]\ncap = \"1\"\nmint = true",
        "[token]\ncap = \"1\"",
        "network = \"x\"\n[token]\ncap = 1",
        "network = \"x\"\n[token]\ncap = \"1\"\n[[allocation]]\nname = \"a\"\nadress = \"0x\"\namount = \"1\"",
    ] {
        let error = Genesis::parse(text).unwrap_err();
        assert!(matches!(error, GenesisError::Syntax(_)), "{error}");
    }
}

#[test]
fn load_names_the_path_when_the_file_is_missing() {
    let error = Genesis::load(Path::new("no/such.toml")).unwrap_err();
    assert!(matches!(&error, GenesisError::Unreadable { .. }) && error.to_string().contains("no/such.toml"));
}

proptest! {
    /// Any split of the cap passes, and moving any single unit makes it fail by exactly that unit.
    #[test]
    fn parse_accepts_exactly_the_cap_when_it_is_split_anywhere(cuts in proptest::collection::btree_set(1u128..10u128.pow(27), 1..8)) {
        let edges: Vec<u128> = std::iter::once(0).chain(cuts).chain([10u128.pow(27)]).collect();
        let parts: Vec<Amount> = edges.windows(2).map(|pair| Amount(U256::from(pair[1] - pair[0]))).collect();
        let text = |parts: &[Amount]| {
            let lines: Vec<_> = parts.iter().enumerate()
                .map(|(n, part)| (format!("n{n}"), format!("0x{:040x}", n + 1), part.to_string())).collect();
            let lines: Vec<_> = lines.iter().map(|(n, a, p)| (n.as_str(), a.as_str(), p.as_str())).collect();
            file("1000000000", &lines)
        };
        let amounts: Vec<_> = Genesis::parse(&text(&parts)).unwrap().accounts().map(|(.., amount)| amount).collect();
        prop_assert_eq!(&amounts, &parts);
        let mut more = parts.clone();
        more[0].0 += U256::from(1);
        let Err(GenesisError::Rules(found)) = Genesis::parse(&text(&more)) else { panic!("one unit too many passed") };
        let by_one = matches!(&found[..], [Problem::Sum { relation: "above", difference, .. }] if difference.0 == U256::from(1));
        prop_assert!(by_one, "{:?}", found);
    }
}
