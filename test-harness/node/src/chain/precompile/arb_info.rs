//! ArbInfo (0x65): balance and code of any account.

use alloy::sol;
use alloy::sol_types::SolCall;
use revm::context::JournalTr;

use super::super::evm::account_code;
use super::frame::{Access, Failure, Frame};

sol! {
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes);
    }
}

pub(super) use ArbInfo::ArbInfoCalls;

const BALANCE_GAS: u64 = 700;
const CODE_GAS: u64 = 2_100;

pub(super) fn run(frame: &mut Frame<'_>, method: ArbInfoCalls) -> Result<Vec<u8>, Failure> {
    frame.enter(Access::View)?;
    match method {
        ArbInfoCalls::getBalance(call) => {
            frame.charge(BALANCE_GAS)?;
            let Ok(account) = frame.journal().load_account(call.account);
            let balance = account.info.balance;
            Ok(ArbInfo::getBalanceCall::abi_encode_returns(&balance))
        }
        ArbInfoCalls::getCode(call) => {
            frame.charge(CODE_GAS)?;
            let code = account_code(frame.journal(), call.account);
            frame.charge_words(code.len())?;
            Ok(ArbInfo::getCodeCall::abi_encode_returns(&code))
        }
    }
}
