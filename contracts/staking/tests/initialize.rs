use crate::world::*;
use alloy::primitives::{Address, FixedBytes, U256, fixed_bytes};
use alloy::sol_types::SolCall;
use omnit_abi::IStaking;
use omnit_fixtures::{Chain, Outcome, staking, token};

#[tokio::test]
async fn initialize_refuses_when_it_is_done_or_an_address_is_zero() {
    let w = World::new().await;
    let call = IStaking::initializeCall { token: w.token, timelock: w.who(0) };
    w.refuses(3, &call, IStaking::AlreadyInitialized {}).await;
    let chain = Chain::node().await.unwrap();
    let somebody = chain.account(0);
    for (token, timelock) in [(Address::ZERO, somebody), (somebody, Address::ZERO)] {
        assert!(staking::deploy(&chain, token, timelock).await.is_err());
    }
}

#[tokio::test]
async fn initialize_sets_token_and_timelock_and_nothing_else() {
    let chain = Chain::node().await.unwrap();
    let token = token::deploy(&chain, &token::all_to(chain.account(0))).await.unwrap();
    let staking = staking::deploy(&chain, token, chain.account(7)).await.unwrap();
    let w = World { chain, token, staking };
    assert_eq!(w.read(&IStaking::tokenCall {}).await, token);
    assert_eq!(w.read(&IStaking::timelockCall {}).await, w.who(7));
    assert_eq!(w.read(&IStaking::sourceCall {}).await, Address::ZERO);
    assert_eq!(w.read(&IStaking::termsCall { service: 1 }).await.minimum, U256::ZERO);
    assert_eq!(w.read(&IStaking::ticketsCall {}).await, U256::ZERO);
    let call = IStaking::registerCall { service: 1, commissionBps: U256::ZERO };
    w.refuses(1, &call, IStaking::UnknownService { service: 1 }).await;
}

#[tokio::test]
async fn calls_revert_without_data_when_calldata_is_malformed_or_value_comes_along() {
    let w = World::new().await;
    let register = IStaking::registerCall { service: 1, commissionBps: U256::ZERO }.abi_encode();
    let mut dirty = register.clone();
    dirty[4] = 1;
    for data in [vec![], vec![1, 2, 3], vec![0xde, 0xad, 0xbe, 0xef], register[..67].to_vec(), dirty] {
        let outcome = w.chain.call(w.who(1), w.staking, data.clone()).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(Default::default()), "{data:?}");
    }
}

#[tokio::test]
async fn interfaces_and_clock_are_told() {
    let w = World::new().await;
    let ids: [(FixedBytes<4>, bool); 5] = [
        (fixed_bytes!("01ffc9a7"), true),
        (fixed_bytes!("da287a1d"), true),
        (fixed_bytes!("88a7ca5c"), true),
        (fixed_bytes!("ffffffff"), false),
        (fixed_bytes!("00000000"), false),
    ];
    for (id, is_supported) in ids {
        assert_eq!(w.read(&IStaking::supportsInterfaceCall { interfaceId: id }).await, is_supported, "{id}");
    }
    assert_eq!(w.read(&IStaking::CLOCK_MODECall {}).await, "mode=timestamp");
    assert_eq!(w.read(&IStaking::clockCall {}).await.to::<u64>(), w.chain.now().await.unwrap());
}
