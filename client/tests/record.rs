use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::{Address, B256};
use omnit_client::record::{Constructor, Contract, Deployment, RecordError, SCHEMA};

fn record(block: u64) -> Deployment {
    let token = Contract {
        address: Address::repeat_byte(1),
        code_hash: B256::repeat_byte(2),
        wasm_hash: B256::repeat_byte(3),
        tx_hash: B256::repeat_byte(4),
        block,
        constructor: Constructor { signature: "initialize()".to_owned(), args: vec!["1".into()] },
    };
    Deployment {
        schema: SCHEMA,
        chain_id: 7,
        genesis_block: B256::repeat_byte(5),
        genesis_file: B256::repeat_byte(6),
        git_commit: None,
        contracts: BTreeMap::from([("token".to_owned(), token)]),
    }
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn save_writes_what_load_reads_and_leaves_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let nested = folder.path().join("a/b");
    for block in [1, 2] {
        record(block).save(&nested).unwrap();
        assert_eq!(Deployment::load(&nested, 7).unwrap(), record(block));
    }
    assert_eq!(files(&nested), ["7.json"]);
}

#[test]
fn save_keeps_the_old_record_when_it_cannot_finish() {
    let folder = tempfile::tempdir().unwrap();
    // A folder in the place of the record cannot be renamed over.
    fs::create_dir(folder.path().join("7.json")).unwrap();
    assert!(matches!(record(1).save(folder.path()), Err(RecordError::Io { action: "written", .. })));
    assert_eq!(files(folder.path()), ["7.json"]);
}

#[test]
fn load_says_what_to_run_when_there_is_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let error = Deployment::load(folder.path(), 7).unwrap_err();
    assert!(matches!(error, RecordError::Missing { chain_id: 7, .. }));
    assert!(error.to_string().contains("omnit deploy"));
}

#[test]
fn load_refuses_a_file_when_it_is_not_a_record_of_that_chain() {
    let folder = tempfile::tempdir().unwrap();
    let load = |chain_id: u64, text: &str| {
        fs::write(folder.path().join(format!("{chain_id}.json")), text).unwrap();
        Deployment::load(folder.path(), chain_id).unwrap_err()
    };
    assert!(matches!(load(7, "{"), RecordError::Malformed { .. }));
    assert!(matches!(load(7, "{}"), RecordError::Malformed { .. }));
    assert!(matches!(load(7, r#"{"schema": 2}"#), RecordError::Schema { found: 2, .. }));
    let mut value = serde_json::to_value(record(1)).unwrap();
    assert!(matches!(load(8, &value.to_string()), RecordError::OtherChain { expected: 8, found: 7, .. }));
    value["extra"] = 1.into();
    assert!(matches!(load(7, &value.to_string()), RecordError::Malformed { .. }));
}

#[test]
fn contract_names_the_file_when_it_does_not_know_the_name() {
    let folder = Path::new("deployments");
    assert_eq!(record(1).contract(folder, "token").unwrap().block, 1);
    let error = record(1).contract(folder, "vesting").unwrap_err().to_string();
    assert!(error.contains("deployments/7.json") && error.contains("vesting"), "{error}");
}
