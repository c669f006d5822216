//! `omnit token`.

use omnit_fixtures::Chain;

use crate::program::Bench;

#[tokio::test]
async fn info_shows_names_supply_and_activation() {
    let bench = Bench::deployed().await;
    let info = bench.json(&["token", "info"]);
    assert_eq!(
        (&info["name"], &info["symbol"], &info["decimals"]),
        (&"OmniTensor".into(), &"OMNIT".into(), &18.into())
    );
    assert_eq!(info["total_supply"]["omnit"], "1000000000");
    assert_eq!(info["burned"]["base_units"], "0");
    assert_eq!(info["clock_mode"], "mode=timestamp");
    assert!(
        info["activation"]["entry_gas_cached"].as_u64().unwrap() < info["activation"]["entry_gas"].as_u64().unwrap()
    );
    let text = bench.run(&["token", "info"]).stdout;
    assert!(text.contains("total supply  1000000000 OMNIT"), "{text}");
}

#[tokio::test]
async fn transfer_moves_the_exact_amount_and_prints_balances_and_gas() {
    let bench = Bench::deployed().await;
    let moved = bench.json(&["token", "transfer", "1", "0.000000000000000001"]);
    assert_eq!(moved["from_balance"]["omnit"], "7999999.999999999999999999");
    assert_eq!(moved["to_balance"]["omnit"], "8000000.000000000000000001");
    assert!(moved["transaction"]["gas_used"].as_u64().unwrap() > 21_000);
    let text = bench.run(&["token", "transfer", "0", "2.5", "--from", "1"]).stdout;
    assert!(text.contains("transferred  2.5 OMNIT") && text.contains("gas used"), "{text}");
    assert_eq!(bench.balance("0"), "8000002.499999999999999999");
}

#[tokio::test]
async fn transfer_is_refused_with_both_numbers_when_the_balance_is_too_small() {
    let bench = Bench::deployed().await;
    let message = bench.refused(&["token", "transfer", "1", "8000000.5"]);
    assert!(
        message.contains("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 has 8000000 OMNIT, the call needs 8000000.5"),
        "{message}"
    );
    let zero = "0x0000000000000000000000000000000000000000";
    assert!(bench.refused(&["token", "transfer", zero, "1"]).contains("ERC20InvalidReceiver"));
}

#[tokio::test]
async fn amounts_and_accounts_are_wrong_usage_when_they_do_not_parse() {
    let bench = Bench::deployed().await;
    let cases = [
        ("1", "1.2.3", "second decimal point at position 4"),
        ("1", "1e3", "'e' at position 2"),
        ("1", "0.0000000000000000001", "has 19 decimals"),
        ("1", "1000000000.000000000000000001", "above all OMNIT there will ever be"),
        ("0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "1", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        ("bob", "1", "does not begin with 0x"),
    ];
    for (to, amount, reason) in cases {
        let ended = bench.run(&["token", "transfer", to, amount]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(reason), "{}", ended.stderr);
    }
    assert_eq!(bench.balance("0"), "8000000");
}

#[tokio::test]
async fn approve_sets_the_allowance_when_it_is_limited_or_not() {
    let bench = Bench::deployed().await;
    bench.json(&["token", "approve", "2", "1.5"]);
    let allowance = bench.json(&["token", "allowance", "0", "2"]);
    assert_eq!(allowance["allowance"]["base_units"], "1500000000000000000");
    let text = bench.run(&["token", "approve", "2", "max"]).stdout;
    assert!(text.contains("without limit"), "{text}");
}

#[tokio::test]
async fn permit_gives_the_same_signature_offline_and_is_accepted_when_sent() {
    let bench = Bench::deployed().await;
    let deadline = "99999999999";
    let online = bench.json(&["token", "permit", "3", "5", "--deadline", deadline]);
    let token = online["token"].as_str().unwrap().to_owned();
    let chain = bench.chain.chain_id().to_string();
    let offline = bench.json(&[
        "token",
        "permit",
        "3",
        "5",
        "--deadline",
        deadline,
        "--offline",
        "--nonce",
        "0",
        "--chain-id",
        &chain,
        "--token",
        &token,
    ]);
    assert_eq!(online["signature"], offline["signature"]);
    assert_eq!(bench.json(&["token", "allowance", "0", "3"])["allowance"]["omnit"], "0");
    let sent = bench.json(&["token", "permit", "3", "5", "--deadline", deadline, "--send"]);
    assert_eq!(sent["signature"], online["signature"]);
    assert_eq!(sent["allowance"]["omnit"], "5");
    let next = bench.json(&["token", "permit", "3", "5"]);
    assert_eq!(next["nonce"], "1");
    let past = bench.refused(&["token", "permit", "3", "5", "--deadline", "1", "--send"]);
    assert!(past.contains("the permit ended at unix time 1"), "{past}");
}

#[tokio::test]
async fn delegate_gives_votes_when_it_is_sent_or_signed() {
    let bench = Bench::deployed().await;
    let votes = |account: &str| bench.json(&["token", "votes", account])["votes"][0]["votes"]["omnit"].clone();
    assert_eq!(votes("0"), "0");
    assert_eq!(bench.json(&["token", "delegate", "0"])["votes"]["omnit"], "8000000");
    assert_eq!(bench.json(&["token", "delegate", "4", "--by-sig"])["action"], "delegate_by_sig");
    assert_eq!(votes("4"), "0", "signed but not delivered");
    bench.json(&["token", "delegate", "4", "--by-sig", "--send"]);
    assert_eq!((votes("0"), votes("4")), ("0".into(), "8000000".into()));
    bench.json(&["token", "delegate", "--nobody"]);
    assert_eq!(votes("4"), "0");
    assert_eq!(bench.run(&["token", "delegate"]).code, 2);
}

#[tokio::test]
async fn burn_lowers_balance_and_supply() {
    let bench = Bench::deployed().await;
    let burned = bench.json(&["token", "burn", "0.5"]);
    assert_eq!(burned["balance"]["omnit"], "7999999.5");
    assert_eq!(burned["total_supply"]["omnit"], "999999999.5");
    assert_eq!(bench.json(&["token", "info"])["burned"]["omnit"], "0.5");
    assert!(bench.refused(&["token", "burn", "9000000"]).contains("has 7999999.5 OMNIT"));
}

#[tokio::test]
async fn token_commands_say_what_to_run_when_nothing_is_deployed() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    assert!(bench.refused(&["token", "info"]).contains("run `omnit deploy`"));
    let nowhere = "0x00000000000000000000000000000000000000aa";
    assert!(bench.refused(&["token", "info", "--token", nowhere]).contains("there is no contract at"));
}

#[tokio::test]
async fn keys_come_from_the_environment_and_are_never_shown() {
    let bench = Bench::deployed().await;
    let key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    let ended = bench.run_with(&["token", "transfer", "0", "1"], &[("OMNIT_PRIVATE_KEY", key)]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(bench.balance("1"), "7999999");
    let secret = "hunter2";
    let ended = bench.run_with(&["token", "transfer", "0", "1"], &[("OMNIT_PRIVATE_KEY", secret)]);
    assert!(
        ended.code == 1 && ended.stderr.contains("OMNIT_PRIVATE_KEY") && !ended.stderr.contains(secret),
        "{}",
        ended.stderr
    );
    let help = bench.run_with(&["token", "transfer", "--help"], &[("OMNIT_PRIVATE_KEY", secret)]);
    assert!(!help.stdout.contains(secret));
}
