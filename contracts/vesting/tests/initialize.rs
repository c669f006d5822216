use crate::world::World;
use alloy::primitives::{Address, U256};
use alloy::sol_types::SolCall;
use omnit_abi::IVesting::{self, initializeCall};
use omnit_fixtures::{Chain, files, program};

#[tokio::test]
async fn initialize_is_refused_the_second_time() {
    let world = World::new().await;
    let call = initializeCall { token: world.token, staking: world.staking };
    world.refuses(0, &call, IVesting::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn initialize_is_refused_when_an_address_is_zero() {
    let chain = Chain::node().await.unwrap();
    let wasm = files::contract_wasm("vesting").unwrap();
    let somebody = Address::repeat_byte(1);
    for (token, staking) in [(Address::ZERO, somebody), (somebody, Address::ZERO)] {
        let data = initializeCall { token, staking }.abi_encode();
        assert!(program::deploy(&chain, &wasm, data.into()).await.is_err());
    }
}

#[tokio::test]
async fn views_show_what_was_set_when_there_is_no_lock() {
    let world = World::new().await;
    assert_eq!(world.read(&IVesting::tokenCall {}).await, world.token);
    assert_eq!(world.read(&IVesting::stakingCall {}).await, world.staking);
    assert_eq!(world.read(&IVesting::lockCountCall {}).await, 0);
    assert_eq!(world.held().await, U256::ZERO);
    assert_eq!(world.read(&IVesting::CLOCK_MODECall {}).await, "mode=timestamp");
    let now = world.chain.now().await.unwrap();
    assert!(world.read(&IVesting::clockCall {}).await.to::<u64>() >= now);
    for (id, expected) in [(0x01ff_c9a7_u32, true), (0x88a7_ca5c, true), (0xda28_7a1d, true), (0xffff_ffff, false)] {
        let call = IVesting::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() };
        assert_eq!(world.read(&call).await, expected, "{id:x}");
    }
    for id in [0, 1, u64::MAX] {
        let unknown = IVesting::UnknownLock { id };
        world.refuses(0, &IVesting::lockCall { id }, unknown.clone()).await;
        world.refuses(0, &IVesting::statusOfCall { id }, unknown).await;
    }
}
