//! `omnit rewards`.

use alloy::primitives::{Address, U256};
use omnit_abi::{ISeason, IToken};
use omnit_fixtures::{
    Chain, rewards,
    season::{self, LENGTH, WINDOW},
};

use crate::program::Bench;

/// A chain with token, reserve, seasons and badges in its record; account 0 is the timelock. The staking contract is the token, which only
/// means that nothing is settled.
async fn bench() -> (Bench, Address) {
    let bench = Bench::deployed().await;
    let token: Address = bench.json(&["token", "info"])["address"].as_str().unwrap().parse().unwrap();
    let timelock = bench.chain.account(0);
    let reserve = rewards::deploy(&bench.chain, token, token, timelock).await.unwrap();
    let seasons = season::deploy(&bench.chain, token, reserve, timelock).await.unwrap();
    let badge = season::deploy_badge(&bench.chain, seasons).await.unwrap();
    for (name, address) in [("rewards", reserve), ("season", seasons), ("badge", badge)] {
        bench.record(name, address);
    }
    // The test accounts hold less than the reserve of genesis, so it is a hundredth of it.
    let fund = IToken::transferCall { to: reserve, amount: U256::from(rewards::RESERVE / 100) };
    bench.chain.act(timelock, token, &fund).await.unwrap();
    (bench, badge)
}

/// The same with emission and season 0 running by commands of the program.
async fn running() -> Bench {
    let (bench, badge) = bench().await;
    let seasons = bench.json(&["rewards", "govern", "set-badge", &badge.to_string()])["contract"].clone();
    bench.json(&["rewards", "govern", "set-shares", "3500", "3500", "2000", "1000"]);
    bench.json(&["rewards", "govern", "start", "1897"]);
    bench.json(&["rewards", "govern", "set-drawer", "participation", seasons.as_str().unwrap(), "max"]);
    bench.json(&["rewards", "govern", "start-seasons", "--max-share", "5000"]);
    bench.json(&["rewards", "govern", "set-reporter", "compute", "3"]);
    bench
}

impl Bench {
    async fn add_points(&self, account: Address, amount: u64) {
        let call = ISeason::addPointsCall { account, kind: 0, amount: U256::from(amount) };
        let info = self.json(&["rewards", "govern", "set-terms"]);
        let seasons: Address = info["contract"].as_str().unwrap().parse().unwrap();
        self.chain.act(self.chain.account(3), seasons, &call).await.unwrap();
    }
}

#[tokio::test]
async fn info_and_schedule_show_emission_and_budgets() {
    let (bench, _) = bench().await;
    assert_eq!(bench.json(&["rewards", "info"])["emission"], serde_json::Value::Null);
    assert!(bench.refused(&["rewards", "schedule"]).contains("has not been started"));
    let bench = running().await;
    let now = bench.chain.now().await.unwrap();
    bench.chain.mine_at(now + 10 * 86_400).await.unwrap();
    let info = bench.json(&["rewards", "info"]);
    assert_eq!(info["emission"]["epoch"], 10);
    assert_eq!(info["emission"]["first"]["omnit"], "1897");
    assert_eq!(info["purposes"][0]["share_bps"], 3_500);
    assert_eq!(info["purposes"][3]["drawn"]["omnit"], "0");
    assert_eq!(info["purposes"][3]["available"], info["purposes"][3]["budget"]);
    let text = bench.run(&["rewards", "info"]).stdout;
    assert!(text.contains("participation") && text.contains("10 %: budget") && text.contains("UTC)"), "{text}");
    let schedule = bench.json(&["rewards", "schedule", "--years", "8"]);
    let year = |index: usize| {
        let text = schedule["years"][index]["amount"]["base_units"].as_str().unwrap();
        text.parse::<u128>().unwrap()
    };
    // Four years halve it; rounding moves a base unit.
    assert!((year(0) / 2).abs_diff(year(4)) <= 2 && year(1) < year(0), "{schedule}");
    assert!(bench.run(&["rewards", "schedule"]).stdout.contains("year 20"));
}

#[tokio::test]
async fn a_season_is_ranked_proposed_and_paid() {
    let bench = running().await;
    let others = [0x11, 0x22].map(Address::repeat_byte);
    for (account, points) in [(others[1], 5), (others[0], 5), (bench.chain.account(4), 90)] {
        bench.add_points(account, points).await;
    }
    let ranking = bench.json(&["rewards", "season", "ranking"]);
    assert_eq!(ranking["ranking"][0]["points"], "90");
    assert_eq!(ranking["ranking"][1]["account"], others[0].to_checksum(None).to_lowercase().as_str());
    assert_eq!(bench.json(&["rewards", "season", "points", "4"])["points"][0]["points"], "90");
    let early = bench.refused(&["rewards", "season", "propose"]);
    assert!(early.contains("season 0 runs until") && early.contains("UTC"), "{early}");
    let ends = bench.json(&["rewards", "season", "info"])["ends_at"].as_u64().unwrap();
    bench.chain.mine_at(ends).await.unwrap();
    assert!(bench.refused(&["rewards", "season", "settle"]).contains("can be proposed until"));
    let proposed = bench.json(&["rewards", "season", "propose"]);
    assert_eq!((&proposed["points"], proposed["accounts"].as_array().unwrap().len()), (&"100".into(), 3));
    assert!(bench.refused(&["rewards", "season", "propose"]).contains("is proposed already"));
    bench.chain.mine_at(ends + WINDOW).await.unwrap();
    let info = bench.json(&["rewards", "season", "info", "--season", "0"]);
    let before = bench.balance("4");
    let settled = bench.json(&["rewards", "season", "settle", "--from", "7"]);
    let pool: u128 = info["pool"]["base_units"].as_str().unwrap().parse().unwrap();
    assert_eq!(settled["ranks"][0]["amount"]["base_units"], (pool / 2).to_string(), "half at most");
    assert_eq!(settled["ranks"][1]["amount"]["base_units"], (pool / 20).to_string());
    assert_ne!(bench.balance("4"), before);
    let badges = bench.json(&["rewards", "badges", "4"]);
    assert_eq!(badges["badges"], serde_json::json!([{ "id": 1, "season": 0, "rank": 1 }]));
    assert!(bench.run(&["rewards", "badges", "4"]).stdout.contains("season 0, rank 1"));
    assert_eq!(bench.json(&["rewards", "season", "info", "--season", "0"])["settled"], true);
    // Nobody has points in season 1: it is settled all the same.
    bench.chain.mine_at(ends + LENGTH + WINDOW).await.unwrap();
    assert_eq!(bench.json(&["rewards", "season", "settle"])["paid"]["base_units"], "0");
}

#[tokio::test]
async fn govern_refuses_what_the_contracts_would() {
    let (bench, _) = bench().await;
    let message = bench.refused(&["rewards", "govern", "set-shares", "1", "2", "3", "4"]);
    assert!(message.contains("add up to 10 bps; they must add up to 10000"), "{message}");
    let message = bench.refused(&["rewards", "govern", "start", "1897"]);
    assert!(message.contains("refused") || message.contains("SharesSum") || message.contains("shares"), "{message}");
    for wrong in [
        &["set-shares", "1", "2", "3"][..],
        &["set-shares", "1", "2", "3", "10001"],
        &["set-drawer", "gifts", "1", "max"],
        &["set-terms", "--days", "0"],
        &["set-multiplier", "vote", "20001"],
        &["set-multiplier", "vote", "10000", "--event", "20000"],
    ] {
        let ended = bench.run(&[&["rewards", "govern"], wrong].concat());
        assert_eq!(ended.code, 2, "{wrong:?}: {}", ended.stderr);
    }
    bench.json(&["rewards", "govern", "set-multiplier", "vote", "15000", "--event", "20000", "--until", "9999999999"]);
    let handed = bench.json(&["rewards", "govern", "hand-over", "season", "5"]);
    assert!(handed["done"].as_str().unwrap().contains("parameters belong to"));
    assert_eq!(bench.run(&["rewards", "govern", "set-terms"]).code, 1, "it is not account 0's any more");
    bench.run(&["rewards", "govern", "hand-over", "rewards", "5"]);
}

#[tokio::test]
async fn rewards_commands_say_what_to_run_when_nothing_is_deployed() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    assert!(bench.refused(&["rewards", "info"]).contains("run `omnit deploy`"));
}
