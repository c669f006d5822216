//! `omnit data`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use alloy::primitives::{Address, U256};
use alloy::sol_types::SolCall as _;
use omnit_abi::{IStaking, IToken};
use omnit_client::record::Deployment;
use omnit_fixtures::{data, staking, token::OMNIT};
use serde_json::Value;

use crate::program::Bench;

/// Validators, by account, with 100,000 OMNIT each.
const VALIDATORS: [usize; 3] = [4, 5, 6];

/// A chain with staking, three validators and data campaigns.
async fn bench() -> Bench {
    let bench = Bench::deployed().await;
    let chain = &bench.chain;
    let record = Deployment::load(&bench.folder.path().join("deployments"), chain.chain_id()).unwrap();
    let (token, owner) = (record.contracts["token"].address, chain.account(0));
    let staking = staking::deploy(chain, token, owner).await.unwrap();
    staking::set_up(chain, staking, owner).await.unwrap();
    let campaigns = data::deploy(chain, token, staking, owner).await.unwrap();
    chain.act(owner, campaigns, &data::rules()).await.unwrap();
    let slasher = IStaking::setSlasherCall { service: 1, slasher: campaigns, isSlasher: true };
    chain.act(owner, staking, &slasher).await.unwrap();
    for index in VALIDATORS {
        let operator = chain.account(index);
        let register = IStaking::registerCall { service: 1, commissionBps: U256::ZERO };
        chain.act(operator, staking, &register).await.unwrap();
        let stake = IStaking::stakeCall { operator, service: 1, holder: Address::ZERO, tag: 0 };
        let call = IToken::transferAndCall_1Call {
            to: staking,
            value: U256::from(100_000 * OMNIT),
            data: stake.abi_encode().into(),
        };
        chain.act(operator, token, &call).await.unwrap();
    }
    chain.mine_at(chain.now().await.unwrap() + 10).await.unwrap();
    bench.record("staking", staking);
    bench.record("data", campaigns);
    bench
}

impl Bench {
    /// Writes terms and a file, opens a campaign and submits the file.
    fn submitted(&self) -> Value {
        let terms = "kind = \"english sentences\"\nprice = \"100\"\nmax_size = \"1MiB\"\nmax_submissions = 5\n\
                     min_accuracy = \"30%\"\nsubmit_for = \"2d\"\ncommit_for = \"1h\"\nreveal_for = \"1h\"\nreviewers = 3\n";
        fs::write(self.path("terms.toml"), terms).unwrap();
        fs::write(self.path("data.txt"), vec![b'x'; 1 << 19]).unwrap();
        let created =
            self.json(&["data", "campaign", "create", "500", "--terms", &self.path("terms.toml"), "--from", "1"]);
        assert_eq!(created["campaign"], 1);
        self.json(&["data", "submit", "1", &self.path("data.txt"), "--from", "2"])
    }

    fn commit(&self, validator: usize, score: &str) -> Value {
        let (who, folder) = (validator.to_string(), self.path("reviews"));
        self.json(&["data", "review", "commit", "1", score, "--from", &who, "--reviews", &folder])
    }

    fn reveal(&self, validator: usize) -> Value {
        let (who, folder) = (validator.to_string(), self.path("reviews"));
        self.json(&["data", "review", "reveal", "1", "--from", &who, "--reviews", &folder])
    }

    async fn until(&self, at: &Value) {
        self.chain.mine_at(at.as_u64().unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn data_goes_from_budget_to_pay() {
    let bench = bench().await;
    let before = bench.balance("2");
    let submitted = bench.submitted();
    assert_eq!((&submitted["submission"], &submitted["size"]), (&1.into(), &(1 << 19).into()));
    assert_eq!(submitted["bond"]["omnit"], "10");
    // Half a MiB at 100 OMNIT, a tenth on top.
    assert_eq!(submitted["reserved"]["omnit"], "55");
    let root = bench.json(&["data", "root", &bench.path("data.txt")]);
    assert_eq!(root["root"], submitted["root"]);
    for (validator, score) in VALIDATORS.into_iter().zip(["80", "80.5%", "79"]) {
        assert_eq!(bench.commit(validator, score)["seat"].as_u64().unwrap() as usize, validator - 4);
    }
    let folder = bench.path("reviews");
    let status = bench.json(&["data", "review", "status", "1", "--from", "4", "--reviews", &folder]);
    assert_eq!(
        (&status["to_do"], &status["stored_score_bps"]),
        (&"wait until scores can be revealed".into(), &8_000.into())
    );
    bench.until(&submitted["commit_ends"]).await;
    for validator in VALIDATORS {
        bench.reveal(validator);
    }
    let text = bench.run(&["data", "status", "1"]).stdout;
    assert!(text.contains("hidden scores are revealed") && text.contains(" UTC ("), "{text}");
    assert!(text.contains("100000 OMNIT of stake, score 80.50 %"), "{text}");
    bench.until(&submitted["reveal_ends"]).await;
    let resolved = bench.json(&["data", "resolve", "1"]);
    assert_eq!((&resolved["state"], &resolved["accuracy_bps"]), (&2.into(), &8_000.into()));
    assert_eq!((&resolved["paid"]["omnit"], &resolved["bond_back"]["omnit"]), (&"40".into(), &"10".into()));
    let gained = |text: &str| text.parse::<f64>().unwrap();
    assert!((gained(&bench.balance("2")) - gained(&before) - 40.0).abs() < 1e-6);
    let distributed = bench.json(&["data", "distribute", "--from", "4"]);
    assert_eq!(distributed["is_staked"], true);
    assert!(bench.refused(&["data", "campaign", "close", "1"]).contains("it can be closed from then on"));
    let shown = bench.json(&["data", "campaign", "show", "1"]);
    assert_eq!(shown["budget_now"]["open"], 0);
    bench.until(&shown["terms"]["submit_until"]).await;
    bench.json(&["data", "campaign", "close", "1"]);
    let listed = bench.json(&["data", "campaign", "list"]);
    assert_eq!((&listed["count"], &listed["campaigns"][0]["state"]), (&1.into(), &"closed".into()));
}

#[tokio::test]
async fn review_commit_keeps_the_secret_and_never_overwrites_it() {
    let bench = bench().await;
    let submitted = bench.submitted();
    let folder = bench.path("reviews");
    let commit =
        |score: &str| ["data", "review", "commit", "1", score, "--from", "4", "--reviews", &folder].map(String::from);
    let file = bench.commit(4, "70")["file"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = commit("60");
    let again: Vec<_> = again.iter().map(String::as_str).collect();
    assert!(bench.refused(&again).contains("committed to a score of submission 1 already"));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // A lost file is named before anything is sent; the right folder works.
    bench.until(&submitted["commit_ends"]).await;
    let elsewhere = bench.path("elsewhere");
    let lost = bench.refused(&["data", "review", "reveal", "1", "--from", "4", "--reviews", &elsewhere]);
    assert!(lost.contains("holds no score") && lost.contains("--reviews"), "{lost}");
    let status = bench.run(&["data", "review", "status", "1", "--from", "4", "--reviews", &elsewhere]).stdout;
    assert!(status.contains("MISSING"), "{status}");
    assert_eq!(bench.reveal(4)["score_bps"], 7_000);
}

#[tokio::test]
async fn review_commit_takes_the_stored_secret_again_when_it_was_not_sent() {
    let bench = bench().await;
    let submitted = bench.submitted();
    let folder = bench.path("reviews");
    // The submitter may not review: the secret is stored, the commitment refused.
    let refused = bench.refused(&["data", "review", "commit", "1", "70", "--from", "2", "--reviews", &folder]);
    assert!(refused.contains("OwnWork") || refused.contains("review"), "{refused}");
    let stored: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(stored.len(), 1);
    let other = bench.refused(&["data", "review", "commit", "1", "71", "--from", "2", "--reviews", &folder]);
    assert!(other.contains("70.00 %") && other.contains("move the file away"), "{other}");
    assert_eq!(submitted["submission"], 1);
}

#[tokio::test]
async fn data_names_field_value_and_rule_before_anything_is_sent() {
    let bench = bench().await;
    bench.submitted();
    let terms = bench.path("terms.toml");
    let create = |budget: &str, more: &[&str]| {
        let args = [&["data", "campaign", "create", budget, "--terms", &terms, "--from", "1"], more].concat();
        bench.refused(&args)
    };
    assert!(create("109.9", &[]).contains("the budget is 109.9 OMNIT"), "one submission costs up to 110");
    assert!(create("500", &["--reviewers", "2"]).contains("reviewers is 2; it must be from 3"));
    assert!(create("500", &["--commit-for", "8d"]).contains("commit_for is 8 d; it must be from 1 min to 7 d"));
    assert!(create("500", &["--min-size", "2MiB"]).contains("min_size is 2097152; it must be from 1 to max_size"));
    let missing = bench.refused(&["data", "campaign", "create", "500", "--kind", "x", "--price", "1"]);
    assert!(missing.contains("submit_for is missing: give --submit-for"), "{missing}");
    let wrong = bench.run(&["data", "review", "commit", "1", "101", "--from", "4"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("no percentage from 0 to 100"), "{}", wrong.stderr);
    assert!(bench.refused(&["data", "status", "7"]).contains("submissions are numbered from 1 to 1"));
    assert!(bench.refused(&["data", "campaign", "show", "7"]).contains("campaigns are numbered from 1 to 1"));
    assert!(bench.refused(&["data", "submit", "1", &bench.path("data.txt")]).contains("as submission 1"));
    assert!(bench.refused(&["data", "resolve", "1"]).contains("it can be resolved from then on"));
    assert!(bench.refused(&["data", "review", "reveal", "1", "--from", "4"]).contains("can be revealed from"));
    fs::write(bench.path("empty"), "").unwrap();
    assert!(bench.refused(&["data", "root", &bench.path("empty")]).contains("is empty"));
    let rules = bench.json(&["data", "rules"]);
    assert_eq!((&rules["bond"]["omnit"], &rules["min_reveals"]), (&"10".into(), &3.into()));
}
