use crate::world::{World, opening, units};
use alloy::{
    primitives::{Address, B256},
    sol_types::SolCall as _,
};
use omnit_abi::IAllocation;
use omnit_fixtures::{Outcome, files, program};

/// A contract whose `initialize` was not called; the view in its place changes nothing.
async fn bare() -> World {
    let world = World::new().await;
    let view = IAllocation::campaignsCall {}.abi_encode();
    let wasm = files::contract_wasm("allocation").unwrap();
    let allocation = program::deploy(&world.chain, &wasm, view.into()).await.unwrap();
    World { allocation, ..world }
}

#[tokio::test]
async fn initialize_reverts_when_an_address_is_zero() {
    let world = bare().await;
    for (token, vesting) in [(Address::ZERO, world.locker), (world.token, Address::ZERO)] {
        let call = IAllocation::initializeCall { token, vesting };
        world.refuses(0, &call, IAllocation::ZeroAddress {}).await;
    }
}

#[tokio::test]
async fn initialize_reverts_when_it_was_done_before() {
    let world = World::new().await;
    let call = IAllocation::initializeCall { token: world.token, vesting: world.who(3) };
    world.refuses(3, &call, IAllocation::AlreadyInitialized {}).await;
    world.open(0, B256::repeat_byte(1), units(5)).await;
    world.refuses(3, &call, IAllocation::AlreadyInitialized {}).await;
}

#[tokio::test]
async fn initialize_sets_token_and_vesting() {
    let world = World::new().await;
    assert_eq!(world.read(&IAllocation::tokenCall {}).await, world.token);
    assert_eq!(world.read(&IAllocation::vestingCall {}).await, world.locker);
    assert_eq!(world.read(&IAllocation::campaignsCall {}).await, units(0));
    for (id, is_supported) in [(0x01ff_c9a7_u32, true), (0x88a7_ca5c, true), (0xffff_ffff, false), (0, false)] {
        let call = IAllocation::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() };
        assert_eq!(world.read(&call).await, is_supported, "{id:08x}");
    }
}

#[tokio::test]
async fn nothing_is_accepted_before_initialize() {
    let world = bare().await;
    let caller = world.token;
    world.refuses_payment(0, 5, &opening(B256::repeat_byte(1), u64::MAX), IAllocation::NotToken { caller }).await;
    world.refuses(0, &IAllocation::clawBackCall { id: units(1) }, IAllocation::UnknownCampaign { id: units(1) }).await;
}

#[tokio::test]
async fn calldata_reverts_without_data_when_it_is_malformed() {
    let (world, list) = World::opened().await;
    let claim = list.claim(1, 0).abi_encode();
    let (mut dirty, mut index, short) = (claim.clone(), claim.clone(), claim[..claim.len() - 32].to_vec());
    dirty[4 + 2 * 32] = 1;
    index[4 + 32 + 20] = 1;
    for data in [vec![], vec![1, 2, 3], vec![9; 4], IAllocation::claimCall::SELECTOR.to_vec(), dirty, index, short] {
        assert_eq!(world.outcome(1, data).await, Outcome::Reverted(Default::default()));
    }
}
