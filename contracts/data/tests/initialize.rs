use crate::world::{OWNER, World, units};
use alloy::primitives::{Address, FixedBytes};
use omnit_abi::IData::{self, initializeCall};
use omnit_fixtures::data;

#[tokio::test]
async fn initialize_reverts_when_it_was_done_or_names_nobody() {
    let world = World::with_stakes(&[]).await;
    let (token, staking, timelock) = (world.token, world.staking, world.who(OWNER));
    world.refuses(OWNER, &initializeCall { token, staking, timelock }, IData::AlreadyInitialized {}).await;
    for (token, staking, timelock) in
        [(Address::ZERO, staking, timelock), (token, Address::ZERO, timelock), (token, staking, Address::ZERO)]
    {
        let error = data::deploy(&world.chain, token, staking, timelock).await;
        assert!(error.is_err());
    }
}

#[tokio::test]
async fn initialize_sets_the_three_addresses_and_nothing_else() {
    let world = World::with_stakes(&[]).await;
    assert_eq!(world.read(&IData::tokenCall {}).await, world.token);
    assert_eq!(world.read(&IData::stakingCall {}).await, world.staking);
    assert_eq!(world.read(&IData::timelockCall {}).await, world.who(OWNER));
    assert_eq!(world.read(&IData::sourceCall {}).await, Address::ZERO);
    assert_eq!(world.read(&IData::seasonCall {}).await, Address::ZERO);
    assert_eq!(world.read(&IData::heldCall {}).await, units(0));
    for (id, expected) in [(0x01ff_c9a7, true), (0x88a7_ca5c, true), (0xffff_ffff, false), (0, false)] {
        let call = IData::supportsInterfaceCall { interfaceId: FixedBytes::from(u32::to_be_bytes(id)) };
        assert_eq!(world.read(&call).await, expected, "{id:x}");
    }
}
