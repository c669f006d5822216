//! A chain with a funded account, programs from text, and small EVM contracts.

use alloy::consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy::primitives::{Address, B256, Bytes, Signature, TxKind, U256, address};
use alloy::sol;
use alloy::sol_types::SolCall;
use omnit_node::chain::{
    BlockEnv, CallMessage, Chain, ChainConfig, Execution, ExecutionStatus, Mined, Receipt, SignedTransaction,
};

pub(crate) const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
pub(crate) const BOB: Address = address!("0000000000000000000000000000000000000b0b");
pub(crate) const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
pub(crate) const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
pub(crate) const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
pub(crate) const BASE_FEE: u128 = 100_000_000;
pub(crate) const START: u64 = 1_760_000_000;

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function cacheProgram(address addr) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);
    function codehashKeepalive(bytes32 codehash) external payable;
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 cached);
    function programTimeLeft(address program) external view returns (uint64 secs);
    function programVersion(address program) external view returns (uint16 version);
    function setInkPrice(uint32 price) external;
    function setWasmExpiryDays(uint16 count) external;

    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) time: u64,
}

pub(crate) fn config(arbos: u64) -> ChainConfig {
    ChainConfig {
        chain_id: 412_346,
        arbos,
        genesis_timestamp: START,
        block_gas_limit: 32_000_000,
        base_fee: BASE_FEE,
        accounts: vec![(ALICE, ether(1_000)), (BOB, ether(1_000))],
        is_debug: true,
        cache_dir: None,
    }
}

pub(crate) fn ether(amount: u64) -> U256 {
    U256::from(amount) * U256::from(10).pow(U256::from(18))
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(config(51))
    }

    pub(crate) fn with(config: ChainConfig) -> Self {
        Self { chain: Chain::new(config).unwrap(), time: START }
    }

    pub(crate) fn env(&self) -> BlockEnv {
        self.chain.next_env(self.time + 1)
    }

    /// A transaction of `from` with its next nonce.
    pub(crate) fn transaction(
        &self,
        from: Address,
        to: Option<Address>,
        input: Bytes,
        value: U256,
    ) -> SignedTransaction {
        signed(
            from,
            TxEip1559 {
                chain_id: self.chain.config().chain_id,
                nonce: self.chain.state().nonce(from),
                gas_limit: self.chain.config().block_gas_limit.min(32_000_000),
                max_fee_per_gas: BASE_FEE * 2,
                max_priority_fee_per_gas: BASE_FEE,
                to: to.map_or(TxKind::Create, TxKind::Call),
                value,
                access_list: Default::default(),
                input,
            },
        )
    }

    pub(crate) fn mine(&mut self, transactions: Vec<SignedTransaction>) -> Mined {
        self.time += 1;
        let env = self.chain.next_env(self.time);
        self.chain.mine(transactions, env)
    }

    /// Mines one transaction of Alice.
    pub(crate) fn send(&mut self, to: Option<Address>, input: impl Into<Bytes>, value: U256) -> Receipt {
        let transaction = self.transaction(ALICE, to, input.into(), value);
        let mined = self.mine(vec![transaction]);
        assert!(mined.rejected.is_empty(), "{:?}", mined.rejected[0].1);
        mined.block.transactions[0].receipt.clone()
    }

    pub(crate) fn call(&self, to: Address, input: impl Into<Bytes>) -> Execution {
        self.call_with(CallMessage { to: Some(to), input: input.into(), ..message() })
    }

    pub(crate) fn call_with(&self, message: CallMessage) -> Execution {
        self.chain.executor().call(self.chain.state(), &self.env(), message).unwrap()
    }

    /// Return data of a call that must succeed.
    pub(crate) fn ask<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let execution = self.call(to, call.abi_encode());
        assert_eq!(execution.status, ExecutionStatus::Success, "{:?}", execution.output);
        C::abi_decode_returns(&execution.output).unwrap()
    }

    /// Deploys runtime code by a creation transaction.
    pub(crate) fn deploy(&mut self, code: &[u8]) -> Address {
        let receipt = self.send(None, init_code(code), U256::ZERO);
        assert!(receipt.is_success, "deployment failed");
        receipt.contract_address.unwrap()
    }

    /// Deploys a program without activating it.
    pub(crate) fn deploy_program(&mut self, wat: &str) -> Address {
        self.deploy(&program_code(wat))
    }

    /// Deploys and activates a program.
    pub(crate) fn program(&mut self, wat: &str) -> Address {
        let program = self.deploy_program(wat);
        let receipt = self.activate(program);
        assert!(receipt.is_success, "activation failed");
        program
    }

    pub(crate) fn kit(&mut self) -> Address {
        self.program(KIT)
    }

    pub(crate) fn activate(&mut self, program: Address) -> Receipt {
        self.send(Some(ARB_WASM), activateProgramCall { program }.abi_encode(), ether(1))
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.time += seconds;
    }
}

pub(crate) const DAY: u64 = 86_400;

pub(crate) fn message() -> CallMessage {
    CallMessage { from: ALICE, gas: 10_000_000, ..CallMessage::default() }
}

pub(crate) fn signed(sender: Address, transaction: TxEip1559) -> SignedTransaction {
    let envelope: TxEnvelope = transaction.into_signed(Signature::test_signature()).into();
    let hash = *envelope.tx_hash();
    SignedTransaction { envelope, sender, hash }
}

pub(crate) const KIT: &str = include_str!("programs/kit.wat");

/// Operations of `programs/kit.wat`.
#[derive(Clone, Copy)]
pub(crate) enum Op {
    Echo = 0,
    Revert = 1,
    Trap = 2,
    Store = 3,
    Load = 4,
    Log = 5,
    Probe = 6,
    Call = 7,
    Delegate = 8,
    Static = 9,
    Recurse = 10,
    Spin = 11,
    Grow = 12,
    StoreUnflushed = 13,
    Balance = 14,
    Create = 15,
}

impl Op {
    pub(crate) fn with(self, data: &[u8]) -> Bytes {
        [&[self as u8], data].concat().into()
    }

    /// A call operation on `target`.
    pub(crate) fn to(self, target: Address, data: &[u8]) -> Bytes {
        self.with(&target_data(target, data))
    }
}

pub(crate) fn target_data(target: Address, data: &[u8]) -> Bytes {
    [target.into_word().as_slice(), data].concat().into()
}

pub(crate) fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

pub(crate) fn slot(value: u64) -> B256 {
    U256::from(value).into()
}

/// What operation 6 of the kit tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) sender: Address,
    pub(crate) contract: Address,
    pub(crate) value: U256,
    pub(crate) is_reentrant: bool,
    pub(crate) origin: Address,
    pub(crate) block_number: u64,
    pub(crate) timestamp: u64,
}

pub(crate) fn probe(output: &[u8]) -> Probe {
    assert_eq!(output.len(), 0xe0, "not a probe's answer: {output:?}");
    let word = |index: usize| B256::from_slice(&output[32 * index..32 * index + 32]);
    let little = |index: usize| u64::from_le_bytes(output[32 * index..32 * index + 8].try_into().unwrap());
    Probe {
        sender: Address::from_word(word(0)),
        contract: Address::from_word(word(1)),
        value: word(2).into(),
        is_reentrant: word(3)[31] == 1,
        origin: Address::from_word(word(4)),
        block_number: little(5),
        timestamp: little(6),
    }
}

pub(crate) fn program_code(wat: &str) -> Bytes {
    omnit_vm::encode_with_quality(&wat::parse_str(wat).unwrap(), 5)
}

/// Init code that returns `code`.
pub(crate) fn init_code(code: &[u8]) -> Bytes {
    let mut init = vec![0x61];
    init.extend((code.len() as u16).to_be_bytes());
    init.extend([0x80, 0x60, 12, 0x60, 0, 0x39, 0x60, 0, 0xf3]);
    assert_eq!(init.len(), 12);
    init.extend_from_slice(code);
    init.into()
}

/// `CALL`, `DELEGATECALL` or `STATICCALL` as the EVM contract of [`forwarder`] uses it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Call = 0xf1,
    Delegate = 0xf4,
    Static = 0xfa,
}

/// EVM code that calls the address in the first word of calldata with the rest (and the value it got), and returns or reverts with what
/// came back.
pub(crate) fn forwarder(opcode: Opcode) -> Vec<u8> {
    forwarder_of(&[opcode])
}

/// As [`forwarder`], with several such calls one after another; the last one's answer counts.
pub(crate) fn forwarder_of(opcodes: &[Opcode]) -> Vec<u8> {
    let mut code = vec![0x60, 0x20, 0x36, 0x03, 0x80, 0x60, 0x20, 0x60, 0x00, 0x37];
    for (index, opcode) in opcodes.iter().enumerate() {
        if index > 0 {
            code.push(0x50);
        }
        code.extend([0x60, 0x00, 0x60, 0x00, 0x82, 0x60, 0x00]);
        if *opcode == Opcode::Call {
            code.push(0x34);
        }
        code.extend([0x60, 0x00, 0x35, 0x5a, *opcode as u8]);
    }
    code.extend([0x3d, 0x60, 0x00, 0x60, 0x00, 0x3e]);
    let target = code.len() as u8 + 7;
    code.extend([0x60, target, 0x57, 0x3d, 0x60, 0x00, 0xfd, 0x5b, 0x3d, 0x60, 0x00, 0xf3]);
    code
}

/// EVM code that returns `CALLER, ADDRESS, CALLVALUE`.
pub(crate) const EVM_PROBE: &[u8] =
    &[0x33, 0x60, 0x00, 0x52, 0x30, 0x60, 0x20, 0x52, 0x34, 0x60, 0x40, 0x52, 0x60, 0x60, 0x60, 0x00, 0xf3];

/// EVM code that stores calldata word 1 at slot word 0.
pub(crate) const EVM_STORE: &[u8] = &[0x60, 0x20, 0x35, 0x60, 0x00, 0x35, 0x55, 0x00];

/// EVM code that reverts with 4 bytes.
pub(crate) const EVM_REVERT: &[u8] = &[0x63, 0xde, 0xad, 0xbe, 0xef, 0x60, 0x00, 0x52, 0x60, 0x04, 0x60, 0x1c, 0xfd];

pub(crate) fn is_halt(execution: &Execution) -> bool {
    matches!(execution.status, ExecutionStatus::Halt(_))
}
