use crate::world::{DAY, STRANGER, WHALE, World, omnit};
use alloy::{
    network::TransactionBuilder as _,
    primitives::{Address, B256, Bytes, FixedBytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall as _, SolError as _},
};
use omnit_abi::IGovernor;
use omnit_fixtures::Outcome;

#[tokio::test]
async fn views_answer_the_constants_of_the_governor() {
    let world = World::new().await;
    assert_eq!(world.read(&IGovernor::nameCall {}).await, "OmniTensor Governor");
    assert_eq!(world.read(&IGovernor::versionCall {}).await, "1");
    let counting = "support=bravo,fractional&quorum=for,abstain&params=fractional";
    assert_eq!(world.read(&IGovernor::COUNTING_MODECall {}).await, counting);
    assert_eq!(world.read(&IGovernor::CLOCK_MODECall {}).await, "mode=timestamp");
    assert_eq!(world.read(&IGovernor::quorumDenominatorCall {}).await, U256::from(10_000));
    assert_eq!(
        world.read(&IGovernor::BALLOT_TYPEHASHCall {}).await,
        keccak256("Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)")
    );
    let domain = world.read(&IGovernor::eip712DomainCall {}).await;
    assert_eq!((domain.fields, domain.verifyingContract), (FixedBytes::from([0x0f]), world.governor));
    assert_eq!((domain.name.as_str(), domain.version.as_str()), ("OmniTensor Governor", "1"));
    assert!(world.read(&IGovernor::proposalNeedsQueuingCall { proposalId: U256::ZERO }).await);
}

/// The numbers are those that OpenZeppelin's compiled governor answers; `differential` asks both.
#[tokio::test]
async fn supports_interface_knows_the_governor_and_no_more() {
    let world = World::new().await;
    for (id, expected) in [(0x01ff_c9a7_u32, true), (0x4e23_12e0, true), (0xffff_ffff, false), (0, false)] {
        let call = IGovernor::supportsInterfaceCall { interfaceId: FixedBytes::from(id.to_be_bytes()) };
        assert_eq!(world.read(&call).await, expected, "{id:x}");
    }
}

#[tokio::test]
async fn views_of_nothing_are_zero() {
    let world = World::new().await;
    let id = U256::from(77);
    assert_eq!(world.read(&IGovernor::proposalSnapshotCall { proposalId: id }).await, U256::ZERO);
    assert_eq!(world.read(&IGovernor::proposalDeadlineCall { proposalId: id }).await, U256::ZERO);
    assert_eq!(world.read(&IGovernor::proposalEtaCall { proposalId: id }).await, U256::ZERO);
    assert_eq!(world.read(&IGovernor::proposalProposerCall { proposalId: id }).await, Address::ZERO);
    assert_eq!(world.tally(id).await, [U256::ZERO; 3]);
    let missing = || IGovernor::GovernorNonexistentProposal { proposalId: id };
    world.refuses(WHALE, &IGovernor::stateCall { proposalId: id }, missing()).await;
    world.refuses(WHALE, &IGovernor::proposalDetailsCall { proposalId: id }, missing()).await;
    let outcome = world.outcome(world.who(0), &IGovernor::proposalDetailsAtCall { index: U256::ZERO }).await;
    assert!(matches!(outcome, Outcome::Reverted(data) if data.len() == 36 && data[35] == 0x32));
}

/// The first byte of a slot is its domain, so ids that differ only there must not share words.
#[tokio::test]
async fn state_is_not_found_when_only_the_first_byte_of_the_id_differs() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    let other = id ^ (U256::from(1) << 255);
    world
        .refuses(
            WHALE,
            &IGovernor::stateCall { proposalId: other },
            IGovernor::GovernorNonexistentProposal { proposalId: other },
        )
        .await;
}

#[tokio::test]
async fn get_votes_is_what_the_account_had_then() {
    let world = World::new().await;
    world.jump(DAY).await;
    let timepoint = U256::from(world.now().await - 1);
    let call = IGovernor::getVotesCall { account: world.who(2), timepoint };
    assert_eq!(world.read(&call).await, omnit(20_000_000));
    let call = IGovernor::getVotesWithParamsCall { account: world.who(2), timepoint, params: Bytes::from([1]) };
    assert_eq!(world.read(&call).await, omnit(20_000_000));
}

#[tokio::test]
async fn deposits_are_refused() {
    let world = World::new().await;
    let (operator, from, data) = (world.who(0), world.who(1), Bytes::new());
    let disabled = || IGovernor::GovernorDisabledDeposit {};
    let one = U256::from(1);
    world
        .refuses(0, &IGovernor::onERC721ReceivedCall { operator, from, tokenId: one, data: data.clone() }, disabled())
        .await;
    let call = IGovernor::onERC1155ReceivedCall { operator, from, id: one, value: one, data: data.clone() };
    world.refuses(0, &call, disabled()).await;
    let (ids, values) = (vec![one], vec![one]);
    world.refuses(0, &IGovernor::onERC1155BatchReceivedCall { operator, from, ids, values, data }, disabled()).await;
    let outcome = world.chain.call(operator, world.governor, Bytes::new()).await.unwrap();
    assert_eq!(outcome, Outcome::Reverted(disabled().abi_encode().into()));
    for data in [Vec::new(), IGovernor::castVoteCall { proposalId: one, support: 1 }.abi_encode()] {
        let request = TransactionRequest::default().with_from(world.who(STRANGER)).with_to(world.governor);
        let request = request.with_value(one).with_input(data);
        let receipt = world.chain.receipt(world.chain.transact(request).await.unwrap()).await.unwrap();
        assert!(!receipt.status());
    }
}

#[tokio::test]
async fn malformed_calldata_reverts_without_data() {
    let world = World::new().await;
    let good = world.recording(1).propose().abi_encode();
    let vote = IGovernor::castVoteCall { proposalId: U256::from(1), support: 1 }.abi_encode();
    let mut dirty = vote.clone();
    dirty[36] = 1;
    let mut far = good.clone();
    far[4 + 64] = 1;
    let unknown = B256::repeat_byte(0xee).to_vec();
    for data in [good[..good.len() - 33].to_vec(), vote[..67].to_vec(), dirty, far, unknown, vec![1, 2, 3]] {
        let outcome = world.chain.call(world.who(0), world.governor, data.clone()).await.unwrap();
        assert_eq!(outcome, Outcome::Reverted(Bytes::new()), "{}", Bytes::from(data));
    }
}
