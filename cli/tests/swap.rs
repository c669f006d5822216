//! `omnit swap`.

use alloy::{
    primitives::{Bytes, U256},
    sol,
    sol_types::SolValue as _,
};
use omnit_abi::ISwap;
use omnit_fixtures::{Reference, swap, token::OMNIT};
use serde_json::json;

use crate::program::Bench;

sol! {
    function behave(uint8 behaviour, address target, bytes calldata call) external;
}

/// A swap that opens in 100 seconds and closes 1,000 later, with 500 OMNIT; account 0 has 1,000 legacy tokens.
async fn bench() -> (Bench, u64) {
    let bench = Bench::deployed().await;
    let holder = bench.chain.account(0);
    let arguments = (holder, U256::from(1_000 * OMNIT), U256::from(18)).abi_encode_params();
    let legacy = Reference::Legacy.deploy(&bench.chain, holder, &arguments).await.unwrap();
    let opens_at = bench.chain.now().await.unwrap() + 100;
    let genesis = ISwap::initializeCall {
        token: bench.address("token"),
        legacy,
        treasury: bench.chain.account(9),
        opensAt: opens_at,
        closesAt: opens_at + 1_000,
    };
    let swap = swap::deploy(&bench.chain, &genesis).await.unwrap();
    bench.record("swap", swap);
    bench.json(&["token", "transfer", &swap.to_string(), "500", "--from", "1"]);
    (bench, opens_at)
}

#[tokio::test]
async fn swap_is_refused_before_anything_is_sent_when_it_cannot_work() {
    let (bench, opens_at) = bench().await;
    let refused = |args: &[&str]| bench.refused(&[&["swap", "swap"], args].concat());
    assert!(refused(&["1"]).contains("the swap is not open yet: it opens"));
    assert!(bench.refused(&["swap", "sweep"]).contains("what is left can be swept from"));
    bench.chain.mine_at(opens_at).await.unwrap();
    assert!(refused(&["0"]).contains("swap more than nothing"));
    assert!(refused(&["1001"]).contains("has 1000 of the first token"));
    assert!(refused(&["501"]).contains("the swap has 500 OMNIT left to pay, not 501"));
    assert!(refused(&["1", "--from", "2"]).contains("has 0 of the first token"));
    assert_eq!(bench.run(&["swap", "swap", "x"]).code, 2);
    let info = bench.json(&["swap", "info", "--account", "0"]);
    assert_eq!(info["account"]["approved"]["omnit"], "0", "nothing was sent");
}

#[tokio::test]
async fn swap_approves_pays_and_the_rest_is_swept() {
    let (bench, opens_at) = bench().await;
    bench.chain.mine_at(opens_at).await.unwrap();
    let before = bench.balance("0");
    let done = bench.json(&["swap", "swap", "100", "--to", "3"]);
    assert_eq!((&done["paid"]["omnit"], &done["legacy_left"]["omnit"]), (&json!("100"), &json!("900")));
    assert_eq!((bench.balance("3"), bench.balance("0")), ("8000100".to_owned(), before));
    // The first token takes a fee from now on.
    let behave = behaveCall { behaviour: 1, target: bench.chain.account(0), call: Bytes::new() };
    let legacy = bench.json(&["swap", "info"])["legacy"].as_str().unwrap().parse().unwrap();
    bench.chain.act(bench.chain.account(0), legacy, &behave).await.unwrap();
    let text = bench.run(&["swap", "swap", "100"]).stdout;
    assert!(text.contains("97 OMNIT to") && text.contains("3 by the first token, as its fee"), "{text}");
    let info = bench.json(&["swap", "info", "--account", "0"]);
    assert_eq!((&info["swapped"]["omnit"], &info["remaining"]["omnit"]), (&json!("197"), &json!("303")));
    assert_eq!((&info["legacy_locked"]["omnit"], &info["status"]), (&json!("197"), &json!(1)));
    bench.chain.mine_at(opens_at + 1_000).await.unwrap();
    let swept = bench.json(&["swap", "sweep", "--from", "4"]);
    assert_eq!(swept["amount"]["omnit"], "303");
    assert_eq!(bench.balance("9"), "8000303");
    assert!(bench.refused(&["swap", "sweep"]).contains("nothing is left to sweep"));
    let text = bench.run(&["swap", "info"]).stdout;
    assert!(text.contains("over") && text.contains("UTC"), "{text}");
}
