//! `omnit deploy`.

use omnit_fixtures::{Chain, files};

use crate::program::{Bench, ended, omnit};

#[tokio::test]
async fn deploy_prints_and_records_the_token_and_does_nothing_when_repeated() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    let first = bench.json(&["deploy"]);
    assert_eq!(first["outcome"], "deployed");
    assert!(first["gas_used"].as_u64().unwrap() > 1_000_000);
    let record = std::fs::read_to_string(first["record"].as_str().unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&record).unwrap(), first["deployment"]);
    let again = bench.json(&["deploy"]);
    assert_eq!(again["outcome"], "already_deployed");
    assert_eq!(again["deployment"], first["deployment"]);
    let text = bench.run(&["deploy"]).stdout;
    assert!(text.contains("already deployed, nothing to do"), "{text}");
}

#[tokio::test]
async fn deploy_prints_the_plan_when_it_is_a_dry_run() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    let plan = bench.json(&["deploy", "--dry-run"]);
    assert_eq!(plan["outcome"], "planned");
    let deployed = bench.json(&["deploy"]);
    assert_eq!(
        plan["contracts"][0]["address"],
        deployed["deployment"]["contracts"]["token"]["address"].as_str().unwrap().to_lowercase()
    );
}

#[tokio::test]
async fn deploy_fails_in_one_sentence_when_the_node_is_stock_anvil() {
    let bench = Bench::empty(Chain::anvil().await.unwrap()).await;
    let message = bench.refused(&["deploy"]);
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("cannot execute Stylus programs") && message.contains("`omnit node`"), "{message}");
}

#[tokio::test]
async fn deploy_lists_every_problem_when_the_genesis_file_is_wrong() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    let text = std::fs::read_to_string(files::root().join("genesis/local.toml")).unwrap();
    let path = bench.folder.path().join("bad.toml");
    std::fs::write(&path, text.replace("\"team\"", "\"treasury\"").replace("\"150000000\"", "\"150000001\"")).unwrap();
    let message = bench.refused(&["deploy", "--genesis", path.to_str().unwrap()]);
    assert!(message.contains("breaks 2 rule(s)") && message.contains("\"treasury\" is used by 2"), "{message}");
    assert!(message.contains("1 OMNIT (1000000000000000000 base units) above the cap"), "{message}");
}

#[tokio::test]
async fn deploy_names_the_build_command_when_the_contract_is_missing() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    let empty = bench.folder.path().to_str().unwrap();
    assert!(bench.refused(&["deploy", "--contracts", empty]).contains("cargo xtask wasm"));
}

#[test]
fn deploy_says_what_to_run_when_nobody_listens() {
    let mut command = omnit(files::root());
    files::contract_wasm("token").unwrap();
    let ended = ended(command.args(["deploy", "--rpc", "http://127.0.0.1:1"]).output().unwrap());
    assert_eq!(ended.code, 1);
    assert!(
        ended.stderr.contains("no answer from http://127.0.0.1:1") && ended.stderr.contains("`omnit node`"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn renew_keeps_contracts_alive_and_revives_them_when_they_have_ended() {
    let bench = Bench::deployed().await;
    let day = 86_400;
    let left = bench.json(&["renew", "--dry-run"])["contracts"][0]["renewal"]["left_secs"].as_u64().unwrap();
    assert!(left > 364 * day, "{left}");
    assert!(bench.run(&["renew"]).stdout.contains("in its first month"));
    bench.chain.mine_at(bench.chain.now().await.unwrap() + 40 * day).await.unwrap();
    assert!(bench.run(&["renew"]).stdout.contains("kept alive for another year"));
    bench.chain.mine_at(bench.chain.now().await.unwrap() + 400 * day).await.unwrap();
    assert!(bench.refused(&["token", "transfer", "1", "1"]).contains("expired"));
    assert!(bench.run(&["renew"]).stdout.contains("had ended, and works again"));
    bench.json(&["token", "transfer", "1", "1"]);
}

#[tokio::test]
async fn deploy_of_the_local_genesis_is_charted_to_the_unit() {
    let bench = Bench::empty(Chain::node().await.unwrap()).await;
    let deployed = bench.json(&["deploy"]);
    assert_eq!(deployed["deployment"]["contracts"].as_object().unwrap().len(), 13);
    let svg = bench.path("supply.svg");
    let chart = bench.json(&["lock", "chart", "--intervals", "4", "--svg", &svg]);
    let omnit = |row: usize, name: &str| chart["rows"][row]["amounts"][name]["omnit"].as_str().unwrap().to_owned();
    assert_eq!(chart["locks"], 3);
    assert_eq!([omnit(0, "accounts"), omnit(0, "swap"), omnit(0, "locks")], ["280000000", "50000000", "5000000"]);
    assert_eq!(omnit(4, "locks"), "270000000");
    assert!(omnit(4, "rewards").parse::<f64>().unwrap() > 190_000_000.0, "half of the reserve after four years");
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg"));
    assert!(bench.refused(&["lock", "cancel", "2"]).contains("NotFunder"));
}
