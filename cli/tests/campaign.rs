//! `omnit lock tree | campaign | claim`.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use omnit_fixtures::{allocation, files, vesting};
use serde_json::{Value, json};

use crate::program::Bench;

/// A chain with OMNIT, vesting and campaigns.
async fn bench() -> Bench {
    let bench = Bench::deployed().await;
    let token = bench.address("token");
    let vesting = vesting::deploy(&bench.chain, token, bench.chain.account(8)).await.unwrap();
    bench.record("vesting", vesting);
    bench.record("allocation", allocation::deploy(&bench.chain, token, vesting).await.unwrap());
    bench
}

impl Bench {
    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.file(name), text).unwrap();
        self.path(name)
    }

    /// Builds `list.json` out of a sheet.
    fn build(&self, sheet: &str) -> (String, Value) {
        let (sheet, list) = (self.write("list.csv", sheet), self.path("list.json"));
        let built = self.json(&["lock", "tree", "build", &sheet, "--out", &list]);
        (list, built)
    }
}

const SCHEDULES: &str =
    "[team]\nstart = \"2027-01-01\"\ncliff = \"6mo\"\nend = \"2y\"\nsteps = 24\ncancelable = true\n";

/// Account 1 gets a lock by name, account 2 a lock by columns and liquid OMNIT, account 3 liquid OMNIT.
fn sheet(bench: &Bench) -> String {
    let [one, two, three] = [1, 2, 3].map(|index| bench.chain.account(index));
    format!(
        "account,amount,schedule,start,end,at_start\n{one},100,team,,,\n{two},20.5,,2027-01-01,1y,10%\n{three},3,,,,\n"
    )
}

#[tokio::test]
async fn a_list_is_built_opened_claimed_and_clawed_back() {
    let bench = bench().await;
    bench.write("list.toml", SCHEDULES);
    let (list, built) = bench.build(&sheet(&bench));
    assert_eq!((&built["entries"], &built["total"]["omnit"]), (&json!(3), &json!("123.5")));
    assert_eq!((&built["locked"]["omnit"], &built["liquid"]["omnit"]), (&json!("120.5"), &json!("3")));
    let none = bench.refused(&["lock", "claim", &list, "--account", "1"]);
    assert!(none.contains("no campaign is over this list"), "{none}");

    let end = (bench.chain.now().await.unwrap() + 10_000).to_string();
    let opened =
        bench.json(&["lock", "campaign", "open", &list, "--expires", &end, "--uri", "https://example.org/list"]);
    assert_eq!((&opened["campaign"], &opened["left"]["omnit"]), (&json!(1), &json!("123.5")));
    assert_eq!(opened["root"], built["root"]);
    let again = bench.refused(&["lock", "campaign", "open", &list, "--expires", &end]);
    assert!(again.contains("campaign 1 is over this list already; --again"), "{again}");

    let before: f64 = bench.balance("3").parse().unwrap();
    let claimed = bench.json(&["lock", "claim", &list, "--account", "3", "--from", "5"]);
    assert_eq!((&claimed["claimed"]["omnit"], &claimed["claims"][0]["is_liquid"]), (&json!("3"), &json!(true)));
    assert!((bench.balance("3").parse::<f64>().unwrap() - before - 3.0).abs() < 1e-6);
    let text = bench.run(&["lock", "claim", &list, "--from", "1"]).stdout;
    assert!(text.contains("100 OMNIT, locked") && text.contains("in 24 steps until 2029-01-01"), "{text}");
    let repeated = bench.json(&["lock", "claim", &list, "--from", "1"]);
    assert_eq!(
        (&repeated["claims"][0]["was_claimed_before"], &repeated["claimed"]["omnit"]),
        (&json!(true), &json!("0"))
    );
    assert_eq!(
        bench.json(&["token", "balance", &bench.address("vesting").to_string()])["balances"][0]["balance"]["omnit"],
        "100"
    );
    let absent = bench.refused(&["lock", "claim", &list, "--account", "7"]);
    assert!(absent.contains("is not on the list"), "{absent}");

    let shown = bench.json(&["lock", "campaign", "show", "1", "--list", &list]);
    assert_eq!((&shown["claimed"]["entries"], &shown["claimed"]["amount"]["omnit"]), (&json!(2), &json!("103")));
    assert_eq!((&shown["left"]["omnit"], &shown["is_open"]), (&json!("20.5"), &json!(true)));
    let early = bench.refused(&["lock", "campaign", "claw-back", "1"]);
    assert!(early.contains("goes on until") && early.contains("UTC"), "{early}");
    bench.chain.mine_at(end.parse().unwrap()).await.unwrap();
    let late = bench.refused(&["lock", "claim", &list, "--from", "2"]);
    assert!(late.contains("campaign 1 ended at"), "{late}");
    let foreign = bench.refused(&["lock", "campaign", "claw-back", "1", "--from", "4"]);
    assert!(foreign.contains("belongs to 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), "{foreign}");
    let back = bench.json(&["lock", "campaign", "claw-back", "1"]);
    assert_eq!((&back["amount"]["omnit"], &back["left"]["omnit"]), (&json!("20.5"), &json!("0")));
    assert!(bench.refused(&["lock", "campaign", "show", "9"]).contains("there is no campaign 9 (UnknownCampaign)"));
}

#[tokio::test]
async fn open_is_refused_when_amount_balance_or_end_do_not_fit() {
    let bench = bench().await;
    let (list, _) = bench.build(&format!("account,amount\n{},9000000\n", bench.chain.account(1)));
    let end = (bench.chain.now().await.unwrap() + 10_000).to_string();
    let open = |more: &[&str]| bench.refused(&[&["lock", "campaign", "open", &list], more].concat());
    assert!(open(&["--expires", &end]).contains("has 8000000 OMNIT, the campaign needs 9000000"));
    assert!(open(&["--expires", &end, "--amount", "9000001"]).contains("the list promises 9000000 OMNIT"));
    assert!(open(&["--expires", "2020-01-01", "--amount", "1"]).contains("--expires 2020-01-01 00:00:00 UTC"));
    assert!(open(&["--expires", "2222-01-01", "--amount", "1"]).contains("it must lie from"));
    assert_eq!(bench.run(&["lock", "campaign", "open", &list, "--expires", "soon"]).code, 2);
    let opened = bench.run(&["lock", "campaign", "open", &list, "--expires", &end, "--amount", "1"]);
    assert!(opened.stdout.contains("less was paid in than the list promises"), "{}", opened.stderr);
    let short = bench.refused(&["lock", "claim", &list, "--from", "1"]);
    assert!(short.contains("has 1 OMNIT left, the entry needs 9000000") && short.contains("FundExhausted"), "{short}");
    let topped = bench.json(&["lock", "campaign", "top-up", "1", "2.5", "--from", "1"]);
    assert_eq!((&topped["funded"]["omnit"], &topped["left"]["omnit"]), (&json!("3.5"), &json!("3.5")));
}

#[tokio::test]
async fn build_tells_every_problem_and_writes_nothing() {
    let bench = bench().await;
    let account = bench.chain.account(1);
    let text = format!("account,amount,end\n{account},1,never\n0x1,-1,\n{account},1,\n");
    let (sheet, list) = (bench.write("list.csv", &text), bench.path("list.json"));
    let message = bench.refused(&["lock", "tree", "build", &sheet, "--out", &list]);
    for part in [
        "has 4 problem(s), and nothing was written",
        "line 2, column end, value \"never\": a time is",
        "line 3, column account, value \"0x1\"",
        "line 3, column amount, value \"-1\"",
        "line 4, column account",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert!(!bench.file("list.json").exists());
    bench.write("list.toml", "[team]\nend = \"x\"\n");
    let message = bench.refused(&["lock", "tree", "build", &sheet, "--out", &list]);
    assert!(message.contains("[team] end = \"x\""), "{message}");
    let help = bench.run(&["lock", "tree", "build", "--help"]).stdout;
    for column in ["account", "at_start", "tranches", "transferable", "[investors]"] {
        assert!(help.contains(column), "{help}");
    }
}

#[tokio::test]
async fn verify_and_proof_refuse_lists_that_were_changed() {
    let bench = bench().await;
    bench.write("list.toml", SCHEDULES);
    let (list, built) = bench.build(&sheet(&bench));
    let root = built["root"].as_str().unwrap();
    assert_eq!(bench.json(&["lock", "tree", "verify", &list, "--root", root])["root"], built["root"]);
    let other = format!("0x{}", "11".repeat(32));
    assert!(bench.refused(&["lock", "tree", "verify", &list, "--root", &other]).contains("has the root"));
    let account = bench.chain.account(2).to_string();
    let proof = bench.json(&["lock", "tree", "proof", &list, &account]);
    assert_eq!(
        (&proof["entries"][0]["index"], &proof["entries"][0]["amount"]),
        (&json!(1), &json!("20500000000000000000"))
    );
    assert_eq!(proof["entries"][0]["points"].as_array().unwrap().len(), 2);
    assert!(bench.refused(&["lock", "tree", "build", &bench.path("list.csv"), "--out", &list]).contains("--force"));
    let text = fs::read_to_string(&list).unwrap();
    let cases = [
        (text.replace("20500000000000000000", "20500000000000000001"), "add up to"),
        (text.replace("\"3000000000000000000\"", "\"4000000000000000000\""), "its entries give"),
        (text.replace("\"index\":2", "\"index\":1"), "have the same index 1"),
        (text.replace(&text[text.find("\"total\"").unwrap()..][..12], "\"total\":\"9"), "its total is"),
        (text.replace("list/1", "list/2"), "this program reads"),
        ("{}".to_owned(), "is no list"),
    ];
    for (changed, reason) in cases {
        let changed = bench.write("changed.json", &changed);
        let message = bench.refused(&["lock", "tree", "verify", &changed]);
        assert!(message.contains(reason), "{reason} is not in {message}");
    }
}

/// Also how long it takes: printed, not asserted.
#[tokio::test]
async fn a_hundred_thousand_lines_have_openzeppelins_root() {
    let bench = bench().await;
    let lines = |count: u32| {
        let mut text = "account,amount,start,cliff,end,steps,at_start\n".to_owned();
        for line in 1..=count {
            let schedule = ["2027-01-01,6mo,3y,36,", "2027-01-01,,2y,,5%", ",,,,"][line as usize % 3];
            writeln!(text, "0x{line:040x},1.{line},{schedule}").unwrap();
        }
        text
    };
    let (list, built) = bench.build(&lines(300));
    let file: Value = serde_json::from_str(&fs::read_to_string(&list).unwrap()).unwrap();
    assert_eq!(theirs(&file["entries"]), built["root"]);
    fs::remove_file(&list).unwrap();
    let (list, built) = bench.build(&lines(100_000));
    let began = std::time::Instant::now();
    let proof = bench.json(&["lock", "tree", "proof", &list, &format!("0x{:040x}", 77_777)]);
    println!("100,000 lines: built in {} s, one proof in {:.2} s", built["secs"], began.elapsed().as_secs_f64());
    assert_eq!(proof["entries"][0]["proof"].as_array().map(|proof| (16..=17).contains(&proof.len())), Some(true));
}

/// The root that OpenZeppelin's library finds for the entries of a list.
fn theirs(entries: &Value) -> Value {
    files::npm_packages().unwrap();
    let mut node = Command::new("node")
        .arg(files::root().join("test-harness/clients/node/merkle.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(entries.to_string().as_bytes()).unwrap();
    let done = node.wait_with_output().unwrap();
    assert!(done.status.success(), "node failed");
    serde_json::from_slice::<Value>(&done.stdout).unwrap()["root"].clone()
}
