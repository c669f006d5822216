//! `omnit gov`.

use alloy::primitives::{Address, U256, aliases::U48};
use omnit_abi::{IGovernor, ITimelock};
use omnit_fixtures::{governor, staking, timelock, token::OMNIT};
use serde_json::Value;

use crate::program::Bench;

const DAY: u64 = 86_400;

/// A suite of token, staking, timelock and governor; accounts 0 and 1 vote with their 8,000,000 OMNIT each, the quorum is 1 %.
async fn governed() -> Bench {
    let bench = Bench::deployed().await;
    let (chain, admin) = (&bench.chain, bench.chain.account(0));
    let token = bench.address("token");
    let staking = staking::deploy(chain, token, admin).await.unwrap();
    staking::set_up(chain, staking, admin).await.unwrap();
    let executors = vec![Address::ZERO];
    let terms = ITimelock::initializeCall { minDelay: U256::from(2 * DAY), proposers: vec![], executors, admin };
    let timelock = timelock::deploy(chain, &terms).await.unwrap();
    let terms = IGovernor::initializeCall {
        clerk: Address::ZERO,
        token,
        staking,
        vesting: Address::ZERO,
        reserve: Address::ZERO,
        votingDelay: U48::from(DAY),
        votingPeriod: 5 * DAY as u32,
        proposalThreshold: U256::from(100_000) * U256::from(OMNIT),
        voteExtension: U48::from(DAY),
        quorumNumerator: U256::from(100),
        guardian: chain.account(9),
        guardianSunset: chain.now().await.unwrap() + 365 * DAY,
        timelock,
    };
    let governor = governor::deploy(chain, terms).await.unwrap();
    governor::appoint(chain, admin, timelock, governor).await.unwrap();
    for (name, address) in [("staking", staking), ("timelock", timelock), ("governor", governor)] {
        bench.record(name, address);
    }
    for account in ["0", "1"] {
        bench.json(&["gov", "delegate", account, "--from", account]);
    }
    bench
}

fn file(bench: &Bench, text: &str) -> String {
    std::fs::write(bench.file("proposal.toml"), text).unwrap();
    bench.path("proposal.toml")
}

async fn jump(bench: &Bench, secs: u64) {
    bench.chain.mine_at(bench.chain.now().await.unwrap() + secs).await.unwrap();
}

fn omnit(votes: &Value) -> &str {
    votes["omnit"].as_str().unwrap()
}

const DELAY: &str = "description = \"Two days of delay\"\n[[call]]\ncontract = \"governor\"\nfunction = \"setVotingDelay\"\n\
    arguments = [\"172800\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_goes_from_file_to_execution() {
    let bench = governed().await;
    let path = file(&bench, DELAY);
    let blocks = bench.chain.head().await.unwrap().header.number;
    let dry = bench.json(&["gov", "propose", &path, "--dry-run"]);
    assert_eq!(dry["calls"][0]["text"], "governor.setVotingDelay(newVotingDelay = 172800)");
    assert_eq!(dry["calls"][0]["trial"], "own parameter");
    assert_eq!((&dry["rehearsal"]["votes"], &dry["rehearsal"]["quorum"]), (&"16000000".into(), &"10000000".into()));
    assert!(dry["rehearsal"]["gas"].as_u64().unwrap() > 50_000 && dry["rehearsal"]["failure"].is_null(), "{dry}");
    assert_eq!(bench.chain.head().await.unwrap().header.number, blocks, "the chain itself is left alone");
    let proposed = bench.json(&["gov", "propose", &path]);
    assert_eq!(proposed["id"], dry["id"]);
    assert_eq!(bench.json(&["gov", "list"])["proposals"][0]["state"], "pending");
    let early = bench.refused(&["gov", "vote", "1", "for"]);
    assert!(early.contains("cannot be voted on: it is pending: voting opens after 20"), "{early}");
    assert!(early.contains("in 23 h 59 min") || early.contains("in 1 d"), "{early}");
    jump(&bench, DAY + 1).await;
    let voted = bench.json(&["gov", "vote", "1", "for", "--reason", "more time"]);
    assert_eq!(omnit(&voted["votes"]), "8000000");
    assert!(bench.refused(&["gov", "vote", "1", "against"]).contains("has used its 8000000 OMNIT"));
    assert!(bench.refused(&["gov", "vote", "1", "for", "--from", "3"]).contains("had no votes when voting opened"));
    assert!(bench.refused(&["gov", "queue", "1"]).contains("cannot be queued: it is active: voting closes after 20"));
    bench.json(&["gov", "vote", "1", "abstain", "--from", "1"]);
    let shown = bench.json(&["gov", "show", "1"]);
    assert_eq!((omnit(&shown["votes"]["for"]), omnit(&shown["quorum"])), ("8000000", "10000000"));
    assert_eq!(shown["calls"][0]["text"], "governor.setVotingDelay(newVotingDelay = 172800)");
    jump(&bench, 5 * DAY).await;
    let closed = bench.refused(&["gov", "vote", "1", "for", "--from", "2"]);
    assert!(closed.contains("cannot be voted on: it is succeeded: voting closed 20"), "{closed}");
    assert_eq!(bench.json(&["gov", "queue", "1"])["state"], "queued");
    let held = bench.refused(&["gov", "execute", "1"]);
    assert!(
        held.contains("the timelock holds the proposal until 20") && held.contains("for another 1 d 23 h"),
        "{held}"
    );
    jump(&bench, 2 * DAY - 2).await;
    assert_eq!(bench.json(&["gov", "execute", "1", "--wait", "--from", "4"])["state"], "executed");
    let text = bench.run(&["gov", "show", "1"]).stdout;
    assert!(
        text.contains("executed") && text.contains("8000000 OMNIT for or abstaining") | text.contains("16000000"),
        "{text}"
    );
    let again = bench.refused(&["gov", "execute", "1"]);
    assert!(again.contains("cannot be executed: it is executed"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_are_split_signed_offline_and_taken_back_from_operators() {
    let bench = governed().await;
    bench.json(&["stake", "register", "validator", "--from", "2"]);
    bench.json(&["stake", "add", "2", "1000000", "--from", "2"]);
    bench.json(&["stake", "add", "2", "500000", "--from", "3"]);
    let votes = bench.json(&["gov", "votes", "2"]);
    assert_eq!((omnit(&votes["sources"]["staking"]), omnit(&votes["sources"]["token"])), ("1500000", "0"));
    jump(&bench, 2).await;
    let id = bench.json(&["gov", "propose", &file(&bench, DELAY)])["id"].as_str().unwrap().to_owned();
    let (early, late) = (bench.path("early.json"), bench.path("late.json"));
    // Signed before voting is open, by account 1, with a reason.
    bench.json(&["gov", "vote", "1", "abstain", "--from", "1", "--reason", "wait", "--sign-only", &early]);
    jump(&bench, DAY + 1).await;
    let part = bench.json(&["gov", "vote", "1", "--for", "5000000", "--against", "1000000.5", "--from", "0"]);
    assert_eq!(omnit(&part["votes"]), "6000000.5");
    let over = bench.refused(&["gov", "vote", "1", "--for", "2000000"]);
    assert!(
        over.contains("the parts add up to 2000000 OMNIT") && over.contains("has 1999999.5 OMNIT of votes left"),
        "{over}"
    );
    let (governor, key) = (bench.address("governor").to_string(), "--mnemonic-index");
    let phrase = "test test test test test test test test test test test junk";
    let offline = ["--offline", "--chain-id", "412346", "--governor", &governor, "--mnemonic", phrase, key, "2"];
    let sign = [&["gov", "vote", &id, "against", "--sign-only", &late][..], &offline].concat();
    bench.json(&sign);
    let number = [&["gov", "vote", "1", "against", "--sign-only", &late][..], &offline].concat();
    assert!(bench.refused(&number).contains("--offline needs the id"));
    assert_eq!(bench.json(&["gov", "relay", &late, "--from", "5"])["support"], "against");
    let twice = bench.refused(&["gov", "relay", &late, "--from", "5"]);
    assert!(twice.contains("has used its 1500000 OMNIT"), "{twice}");
    assert_eq!(bench.json(&["gov", "relay", &early, "--from", "5"])["support"], "abstain");
    let taken = bench.json(&["gov", "override", "1", "for", "--operator", "2", "--from", "3"]);
    assert_eq!(omnit(&taken["votes"]), "500000");
    let nothing = bench.refused(&["gov", "override", "1", "for", "--operator", "2", "--from", "4"]);
    assert!(nothing.contains("had nothing staked with"), "{nothing}");
    let shown = bench.json(&["gov", "show", "1"]);
    let tally = ["against", "for", "abstain"].map(|side| omnit(&shown["votes"][side]).to_owned());
    assert_eq!(tally, ["2000000.5", "5500000", "8000000"]);
    let protected = bench.json(&["gov", "propose", &file(&bench, DELAY), "--protect", "--from", "1"]);
    let own = format!("#proposer={}", bench.chain.account(1).to_checksum(None));
    assert!(protected["description"].as_str().unwrap().ends_with(&own), "{protected}");
    let guardian = bench.json(&["gov", "cancel", "1", "--from", "9"]);
    assert_eq!(guardian["state"], "canceled");
    let stranger = bench.refused(&["gov", "cancel", "1", "--from", "4"]);
    assert!(stranger.contains("cancel"), "{stranger}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_refused_with_the_field_that_is_wrong() {
    let bench = governed().await;
    let call = "description = \"x\"\n[[call]]\n";
    let cases = [
        ("description = \" \"\n".to_owned(), "description: it is empty"),
        ("description = \"x\"\n".to_owned(), "call: there is none"),
        (format!("{call}contract = \"nobody\"\nfunction = \"f\"\n"), "call 1: nobody.f"),
        (format!("{call}contract = \"governor\"\nfunction = \"setVoting\"\n"), "the interface has no such one; it has"),
        (format!("{call}contract = \"governor\"\nfunction = \"cancel\"\n"), "the name means several: cancel("),
        (format!("{call}contract = \"governor\"\nfunction = \"setVotingDelay\"\n"), "takes 1, not 0"),
        (
            format!("{call}contract = \"governor\"\nfunction = \"setVotingDelay\"\narguments = [\"soon\"]\n"),
            "newVotingDelay = \"soon\" is no uint48",
        ),
        (
            format!("{call}contract = \"token\"\nfunction = \"burn\"\narguments = [\"1\"]\n"),
            "fails as the timelock would make it",
        ),
        // The governor's own parameters are tried on a copy of the chain only.
        (
            format!("{call}contract = \"governor\"\nfunction = \"setVotingPeriod\"\narguments = [\"0\"]\n"),
            "on a copy of the chain: all 16000000 OMNIT of votes for it, 10000000 needed; it fails when it is executed",
        ),
    ];
    for (text, reason) in cases {
        let path = file(&bench, &text);
        let message = bench.refused(&["gov", "propose", &path]);
        assert!(message.contains(reason), "{text}: {message}");
    }
    assert!(bench.refused(&["gov", "show", "1"]).contains("there is no proposal 1: 0 are numbered"));
    let path = file(&bench, DELAY);
    let poor = bench.refused(&["gov", "propose", &path, "--from", "3"]);
    assert!(poor.contains("has 0 OMNIT of votes, a proposer needs 100000"), "{poor}");
}
