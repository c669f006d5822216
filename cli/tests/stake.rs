//! `omnit stake`.

use omnit_fixtures::{Chain, staking};

use crate::program::Bench;

/// A chain with token and staking. Account 0 is the timelock.
async fn bench() -> Bench {
    let bench = Bench::deployed().await;
    let token = bench.json(&["token", "info"])["address"].as_str().unwrap().parse().unwrap();
    let address = staking::deploy(&bench.chain, token, bench.chain.account(0)).await.unwrap();
    staking::set_up(&bench.chain, address, bench.chain.account(0)).await.unwrap();
    bench.record("staking", address);
    bench
}

async fn wait(chain: &Chain, secs: u64) {
    let now = chain.now().await.unwrap();
    chain.mine_at(now + secs).await.unwrap();
}

#[tokio::test]
async fn services_show_terms_and_limits() {
    let bench = bench().await;
    let shown = bench.json(&["stake", "services"]);
    assert_eq!(shown["services"].as_array().unwrap().len(), 2);
    assert_eq!(shown["services"][0]["minimum"]["omnit"], "32000");
    assert_eq!(shown["max_cut_bps"], 4_000);
    let text = bench.run(&["stake", "services"]).stdout;
    assert!(text.contains("validator (1)") && text.contains("14 d") && text.contains("5 % and up to 2 %"), "{text}");
}

#[tokio::test]
async fn operators_stake_and_delegators_join_them() {
    let bench = bench().await;
    assert!(bench.run(&["stake", "operators"]).stdout.contains("nobody offers service validator (1)"));
    let made = bench.json(&["stake", "register", "validator", "--commission", "12.5", "--from", "1"]);
    assert_eq!(made["commission_bps"], 1_250);
    let added = bench.json(&["stake", "add", "1", "32000", "--from", "1"]);
    assert_eq!((&added["is_own"], &added["is_eligible"]), (&true.into(), &true.into()));
    let text = bench.run(&["stake", "delegate", "1", "500.25", "--from", "2", "--holder", "3"]).stdout;
    assert!(text.contains("500.25 OMNIT, a delegation, yield to 0x90F79bf6EB2c4f870365E785982E1f101E93b906"), "{text}");
    let shown = bench.json(&["stake", "operator", "1"]);
    assert_eq!((&shown["own"]["omnit"], &shown["delegated"]["omnit"]), (&"32000".into(), &"500.25".into()));
    assert_eq!(shown["votes"]["omnit"], "32500.25");
    let shown = bench.json(&["stake", "positions", "2"]);
    assert_eq!(shown["positions"][0]["amount"]["omnit"], "500.25");
    let listed = bench.json(&["stake", "operators"]);
    assert_eq!(listed["operators"][0]["delegated"]["omnit"], "500.25");
    bench.json(&["stake", "reward", "1", "100"]);
    let claimed = bench.json(&["stake", "claim", "1", "--owner", "2"]);
    assert_eq!(claimed["holder"], "0x90F79bf6EB2c4f870365E785982E1f101E93b906".to_lowercase());
    let commission = bench.json(&["stake", "claim", "1", "--commission"]);
    assert!(commission["amount"]["omnit"].as_str().unwrap().starts_with("12.5"), "{commission}");
    bench.json(&["stake", "holder", "1", "4", "--from", "2"]);
    assert!(bench.run(&["stake", "claim", "1", "--owner", "2"]).stdout.contains("no yield yet"));
}

#[tokio::test]
async fn tickets_tell_when_they_end_and_pay() {
    let bench = bench().await;
    bench.json(&["stake", "register", "compute", "--from", "1"]);
    bench.json(&["stake", "add", "1", "2000", "--service", "compute", "--from", "1"]);
    let text = bench.run(&["stake", "thaw", "1", "700", "--service", "compute", "--from", "1"]).stdout;
    assert!(text.contains("thawing") && text.contains(" UTC (") && text.contains("in 14 d"), "{text}");
    bench.json(&["stake", "thaw", "1", "all", "--service", "compute", "--from", "1"]);
    let early = bench.refused(&["stake", "withdraw", "1", "--from", "1"]);
    assert!(early.contains("ticket 1 can be withdrawn from 20") && early.contains("in 13 d 23 h"), "{early}");
    assert!(bench.refused(&["stake", "withdraw", "1", "--from", "2"]).contains("is not owned by"));
    bench.json(&["stake", "restake", "2", "--from", "1"]);
    let listed = bench.json(&["stake", "tickets", "--from", "1"]);
    assert_eq!(listed["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(listed["tickets"][0]["amount"]["omnit"], "700");
    wait(&bench.chain, 14 * 86_400).await;
    let before = bench.balance("1");
    let paid = bench.json(&["stake", "withdraw", "1", "--from", "1"]);
    assert_eq!((paid["amount"]["omnit"].as_str(), before.as_str()), (Some("700"), "7998000"));
    assert_eq!(bench.balance("1"), "7998700");
    assert!(bench.run(&["stake", "tickets", "1"]).stdout.contains("none of"));
}

#[tokio::test]
async fn refusals_name_the_field_the_value_and_the_rule() {
    let bench = bench().await;
    bench.json(&["stake", "register", "validator", "--from", "1"]);
    for (args, reason) in [
        (vec!["stake", "add", "1", "0.5"], "the least that can be staked at once is 1 OMNIT"),
        (vec!["stake", "add", "1", "9000000"], "has 8000000 OMNIT"),
        (vec!["stake", "add", "2", "5"], "does not offer service 1 (NotRegistered)"),
        (vec!["stake", "thaw", "1", "5"], "no stake here that could be moved (InsufficientStake)"),
        (vec!["stake", "register", "validator", "--from", "1"], "offers service 1 already"),
        (vec!["stake", "register", "compute", "--commission", "26"], "commissionBps is 2600, allowed is 0 to 2500"),
        (vec!["stake", "register", "7"], "there is no service 7"),
        (vec!["stake", "commission", "validator", "11", "--from", "1"], "moves by at most 100 bps a day"),
        (vec!["stake", "unjail", "validator", "--from", "1"], "is not in jail"),
        (vec!["stake", "operator", "5"], "does not offer service validator (1)"),
        (vec!["stake", "set-source", "3", "--from", "2"], "only the timelock"),
        (vec!["stake", "set-yield", "1", "--base", "51", "--bonus", "0"], "base is 51 %; allowed is 0 % to 50 %"),
    ] {
        let message = bench.refused(&args);
        assert!(message.contains(reason), "{args:?}: {message}");
    }
    for (args, reason) in [
        (["stake", "register", "miner"], "none of validator, compute, 1 to 8"),
        (["stake", "commission", "1"], "PERCENT"),
        (["stake", "withdraw", "x"], "invalid digit"),
    ] {
        let ended = bench.run(&args);
        assert!(ended.code == 2 && ended.stderr.contains(reason), "{args:?}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn the_timelock_sets_terms() {
    let bench = bench().await;
    let service = ["--minimum", "5", "--thaw", "2h", "--jail", "1d", "--miss", "0.5", "--misses", "2"];
    bench.json(&[&["stake", "set-service", "3"][..], &service].concat());
    bench.json(&["stake", "set-yield", "3", "--base", "1.25", "--bonus", "3"]);
    bench.json(&["stake", "set-limits", "--commission", "30", "--step", "2", "--cut", "50"]);
    bench.json(&["stake", "set-slasher", "3", "6"]);
    bench.json(&["stake", "set-slasher", "3", "6", "--remove"]);
    bench.json(&["stake", "set-source", "8"]);
    let shown = bench.json(&["stake", "services"]);
    let third = &shown["services"][2];
    assert_eq!((&third["thaw_secs"], &third["miss_bps"]), (&7_200.into(), &50.into()));
    assert_eq!((&third["base_bps"], &third["bonus_bps"]), (&125.into(), &300.into()));
    assert_eq!((&shown["max_commission_bps"], &shown["max_cut_bps"]), (&3_000.into(), &5_000.into()));
    bench.json(&["stake", "set-source", "--nowhere"]);
    assert_eq!(bench.json(&["stake", "services"])["source"], "0x0000000000000000000000000000000000000000");
    let wrong = ["--minimum", "5", "--thaw", "61d", "--jail", "1d", "--miss", "0.5", "--misses", "2"];
    let message = bench.refused(&[&["stake", "set-service", "3"][..], &wrong].concat());
    assert!(message.contains("thaw is 61 d; allowed is 1 h to 60 d"), "{message}");
}
