//! `omnit lock`: making, reading and moving locks.

use std::fs;

use alloy::primitives::{Address, U256};
use omnit_abi::{IStaking, IVesting};
use omnit_fixtures::{staking, vesting};

use crate::program::Bench;

/// The program with OMNIT, staking and locks; account 0 sends unless another one is named.
async fn bench() -> Bench {
    let bench = Bench::deployed().await;
    let token = bench.json(&["token", "info"])["address"].as_str().unwrap().parse::<Address>().unwrap();
    let timelock = bench.chain.account(0);
    let staking = staking::deploy(&bench.chain, token, timelock).await.unwrap();
    staking::set_up(&bench.chain, staking, timelock).await.unwrap();
    let vesting = vesting::deploy(&bench.chain, token, staking).await.unwrap();
    bench.record("staking", staking);
    bench.record("vesting", vesting);
    bench
}

impl Bench {
    fn lock(&self, id: &str) -> serde_json::Value {
        self.json(&["lock", "show", id])["locks"][0].clone()
    }

    fn withdrawable(&self, id: &str) -> String {
        self.lock(id)["amounts"]["withdrawable"]["omnit"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn create_refuses_what_the_contract_would_and_says_why() {
    let bench = bench().await;
    let cases: [(&[&str], &str); 8] = [
        (&["1", "10"], "the schedule has no end"),
        (&["1", "10", "--start", "2030-01-01", "--end", "2029-01-01"], "the end must lie after the start"),
        (&["1", "10", "--end", "1y", "--cliff", "2y"], "the cliff must lie between"),
        (&["1", "10", "--end", "soon"], "--end \"soon\": a time is a date"),
        (&["1", "10", "--end", "1y", "--amount-at-start", "11"], "are more than the amount, 10 OMNIT"),
        (
            &["1", "10", "--tranche", "6mo 4", "--tranche", "1y 5"],
            "the schedule unlocks 9 OMNIT, the amount is 10 OMNIT",
        ),
        (&["1", "10", "--tranche", "1y 4", "--tranche", "6mo 6"], "goes back in time"),
        (&["1", "900000000", "--end", "1y"], "the locks need 900000000 OMNIT"),
    ];
    for (args, reason) in cases {
        let message = bench.refused(&[&["lock", "create"], args].concat());
        assert!(message.contains(reason), "{args:?}: {message}");
    }
    let zero = "0x0000000000000000000000000000000000000000";
    assert!(bench.refused(&["lock", "create", zero, "1", "--end", "1y"]).contains("it must be somebody"));
}

#[tokio::test]
async fn a_lock_is_made_shown_withdrawn_and_canceled() {
    let bench = bench().await;
    let start = bench.chain.now().await.unwrap() + 1_000;
    let (begin, end) = (start.to_string(), (start + 10_000).to_string());
    let args = ["lock", "create", "1", "100", "--start", &begin, "--end", &end, "--cancelable", "--transferable"];
    let made = bench.json(&args);
    assert_eq!((&made["id"], &made["flags"], &made["amount"]["omnit"]), (&1.into(), &3.into(), &"100".into()));
    let shown = bench.lock("1");
    assert_eq!(
        (&shown["status"], &shown["end"], &shown["is_cancelable"]),
        (&"pending".into(), &(start + 10_000).into(), &true.into())
    );
    bench.chain.mine_at(start + 2_500).await.unwrap();
    // A call sees the time of the newest block or of the next one.
    assert!(bench.withdrawable("1").starts_with("25"));
    bench.chain.set_next_time(start + 3_000).await.unwrap();
    let paid = bench.json(&["lock", "withdraw", "1", "--from", "1"]);
    assert_eq!(paid["events"][0]["value"]["omnit"], "30");
    assert_eq!(bench.balance("1"), "8000030");
    let message = bench.refused(&["lock", "withdraw", "1", "--to", "2", "--from", "3"]);
    assert!(message.contains("NotBeneficiary"), "{message}");
    bench.json(&["lock", "delegate", "1", "2", "--from", "1"]);
    let delegate: Address = bench.lock("1")["delegate"].as_str().unwrap().parse().unwrap();
    assert_eq!(delegate, bench.chain.account(2));
    bench.chain.set_next_time(start + 5_000).await.unwrap();
    let canceled = bench.json(&["lock", "cancel", "1"]);
    assert_eq!(canceled["events"][0]["value"]["omnit"], "50");
    assert_eq!((bench.withdrawable("1").as_str(), &bench.lock("1")["status"]), ("20", &"canceled".into()));
    bench.json(&["lock", "transfer", "1", "3", "--from", "1"]);
    let of = |account: &str| bench.json(&["lock", "list", account])["locks"].as_array().unwrap().len();
    assert_eq!([of("0"), of("1"), of("3")], [1, 0, 1]);
    let text = bench.run(&["lock", "show", "1"]).stdout;
    assert!(text.contains("canceled") && text.contains("100 OMNIT evenly until"), "{text}");
}

#[tokio::test]
async fn renounce_makes_a_lock_irrevocable() {
    let bench = bench().await;
    bench.json(&["lock", "create", "1", "5", "--end", "1y", "--cancelable"]);
    bench.json(&["lock", "renounce", "1"]);
    assert!(bench.refused(&["lock", "cancel", "1"]).contains("NotCancelable"));
    assert_eq!(bench.lock("1")["is_cancelable"], false);
}

#[tokio::test]
async fn tables_equal_what_the_chain_streams() {
    let bench = bench().await;
    let start = bench.chain.now().await.unwrap() + 1_000;
    let file = bench.folder.path().join("schedule.toml");
    let segments = format!(
        "start = \"{start}\"\ncliff = \"1h\"\n\
         [[segment]]\nuntil = \"2h\"\namount = \"10\"\ncurve = 3\n\
         [[segment]]\nuntil = \"3h\"\namount = \"0\"\ncurve = 0\n\
         [[segment]]\nuntil = \"9h\"\namount = \"7.000000000000000001\"\nsteps = 7\n\
         [[segment]]\nuntil = \"10h\"\namount = \"1\"\ncurve = 0\n"
    );
    fs::write(&file, segments).unwrap();
    let file = file.to_str().unwrap();
    bench.json(&["lock", "create", "1", "18.000000000000000001", "--file", file]);
    let (begin, end) = (start.to_string(), (start + 30_000).to_string());
    let both = ["--amount-at-start", "20", "--amount-at-cliff", "30", "--cliff", "2h", "--steps", "9"];
    bench.json(&[&["lock", "create", "1", "100", "--start", &begin, "--end", &end][..], &both].concat());
    let vesting = bench.address("vesting");
    for id in [1u64, 2] {
        let table = bench.json(&["lock", "schedule", &id.to_string(), "--intervals", "30"]);
        let snapshot = bench.chain.snapshot().await.unwrap();
        for row in table["rows"].as_array().unwrap() {
            let (at, told) = (row["at"].as_u64().unwrap(), row["unlocked"]["base_units"].as_str().unwrap());
            bench.chain.mine_at(at).await.unwrap();
            let streamed = bench.chain.read(vesting, &IVesting::streamedAmountOfCall { id }).await.unwrap();
            assert_eq!(told.parse::<U256>().unwrap(), streamed, "lock {id} at {at}");
        }
        bench.chain.revert(snapshot).await.unwrap();
    }
}

#[tokio::test]
async fn create_many_makes_a_lock_per_line() {
    let bench = bench().await;
    let (one, two) = (bench.chain.account(1), bench.chain.account(2));
    let sheet = bench.folder.path().join("team.csv");
    let lines = format!(
        "account,amount,start,end,cliff,steps,cancelable\n{one},10,2030-01-01,2y,1y,,yes\n{two},20.5,2030-01-01,1y,,12,no\n"
    );
    fs::write(&sheet, lines).unwrap();
    let made = bench.json(&["lock", "create-many", sheet.to_str().unwrap()]);
    assert_eq!((made["locks"].as_array().unwrap().len(), made["refused"].as_array().unwrap().len()), (2, 0));
    assert_eq!(bench.lock("2")["amounts"]["deposited"]["omnit"], "20.5");
    fs::write(&sheet, format!("account,amount\n{one},10\n")).unwrap();
    assert!(bench.refused(&["lock", "create-many", sheet.to_str().unwrap()]).contains("has no schedule"));
    let many = bench.json(&["lock", "withdraw", "1", "2", "9"]);
    assert_eq!(many["refused"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_lock_is_staked_thawed_and_brought_back() {
    let bench = bench().await;
    let (chain, staking) = (&bench.chain, bench.address("staking"));
    let register = IStaking::registerCall { service: 1, commissionBps: U256::ZERO };
    chain.act(chain.account(4), staking, &register).await.unwrap();
    bench.json(&["lock", "create", "1", "100", "--end", "1y"]);
    let staked = bench.json(&["lock", "stake", "1", "4", "60", "--from", "1"]);
    assert_eq!((&staked["held"]["omnit"], &staked["staked"]["omnit"]), (&"40".into(), &"60".into()));
    let thawing = bench.json(&["lock", "thaw", "1", "all", "--from", "1"]);
    assert_eq!(thawing["events"][0]["value"], "1");
    assert!(bench.refused(&["lock", "unstake", "1", "1", "--from", "1"]).contains("StillThawing"));
    chain.mine_at(chain.now().await.unwrap() + 15 * 86_400).await.unwrap();
    let back = bench.json(&["lock", "unstake", "1", "1", "--from", "1"]);
    assert_eq!((&back["held"]["omnit"], &back["staked"]["omnit"]), (&"100".into(), &"0".into()));
}

#[tokio::test]
async fn chart_adds_up_all_locks_and_series_from_elsewhere() {
    let bench = bench().await;
    let folder = bench.folder.path();
    let series = folder.join("emission.csv");
    fs::write(&series, "time,amount\n2030-01-01,0\n2031-01-01,1000\n").unwrap();
    for (account, amount) in [("1", "100"), ("2", "50")] {
        bench.json(&["lock", "create", account, amount, "--start", "2030-01-01", "--end", "2031-01-01"]);
    }
    let (svg, csv) = (folder.join("chart.svg"), folder.join("chart.csv"));
    let (named, svg_path, csv_path) =
        (format!("emission={}", series.display()), svg.to_str().unwrap(), csv.to_str().unwrap());
    let args = ["lock", "chart", "--intervals", "4", "--series", &named, "--svg", svg_path, "--csv", csv_path];
    let chart = bench.json(&args);
    let rows = chart["rows"].as_array().unwrap();
    assert_eq!((chart["locks"].as_u64(), rows.len()), (Some(2), 5));
    for (row, amounts) in
        rows.iter().zip([("0", "0"), ("37.5", "250"), ("75", "500"), ("112.5", "750"), ("150", "1000")])
    {
        let found = (&row["amounts"]["locks"]["omnit"], &row["amounts"]["emission"]["omnit"]);
        assert_eq!(found, (&amounts.0.into(), &amounts.1.into()), "{row}");
    }
    assert!(fs::read_to_string(&svg).unwrap().starts_with("<svg xmlns"));
    assert!(fs::read_to_string(&csv).unwrap().ends_with(",150,1000\n"));
    fs::write(&series, "2031-01-01,5\n2030-01-01,4\n").unwrap();
    assert!(bench.refused(&args).contains("the times must rise"));
}
