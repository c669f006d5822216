use crate::world::{STRANGER, World, omnit, params};
use alloy::{
    primitives::{Address, Bytes, U256, Uint},
    sol_types::SolValue as _,
};
use omnit_abi::{IGovernor, IToken};
use omnit_fixtures::{
    Reference,
    governor::{Ballot, ExtendedBallot},
};

fn key(id: U256) -> Uint<192, 3> {
    Uint::from_limbs([id.as_limbs()[0], id.as_limbs()[1], id.as_limbs()[2]])
}

async fn keyed(world: &World, owner: Address, id: U256) -> U256 {
    world.read(&IGovernor::nonces_1Call { owner, key: key(id) }).await
}

fn by_sig(ballot: &Ballot, signature: Bytes) -> IGovernor::castVoteBySigCall {
    let Ballot { proposalId, support, voter, .. } = ballot.clone();
    IGovernor::castVoteBySigCall { proposalId, support, voter, signature }
}

fn extended(ballot: &ExtendedBallot, signature: Bytes) -> IGovernor::castVoteWithReasonAndParamsBySigCall {
    let ExtendedBallot { proposalId, support, voter, reason, params, .. } = ballot.clone();
    IGovernor::castVoteWithReasonAndParamsBySigCall { proposalId, support, voter, reason, params, signature }
}

#[tokio::test]
async fn cast_vote_by_sig_reverts_when_the_signature_does_not_hold() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    let voter = world.who(1);
    let ballot = Ballot { proposalId: id, support: 1, voter, nonce: keyed(&world, voter, id).await };
    let invalid = || IGovernor::GovernorInvalidSignature { voter };
    world.refuses(STRANGER, &by_sig(&ballot, world.sign(2, &ballot)), invalid()).await;
    let good = world.sign(1, &ballot);
    world.refuses(STRANGER, &by_sig(&Ballot { support: 0, ..ballot.clone() }, good.clone()), invalid()).await;
    world.refuses(STRANGER, &by_sig(&ballot, good.slice(..64)), invalid()).await;
    let wrong = Ballot { nonce: U256::from(1), ..ballot.clone() };
    world.refuses(STRANGER, &by_sig(&ballot, world.sign(1, &wrong)), invalid()).await;
    let nobody = Ballot { voter: Address::ZERO, ..ballot.clone() };
    let zero = IGovernor::GovernorInvalidSignature { voter: Address::ZERO };
    world.refuses(STRANGER, &by_sig(&nobody, Bytes::from([0; 65])), zero).await;
    // A ballot is no extended ballot.
    let other = ExtendedBallot {
        proposalId: id,
        support: 1,
        voter,
        nonce: ballot.nonce,
        reason: String::new(),
        params: Bytes::new(),
    };
    world.refuses(STRANGER, &extended(&other, good), invalid()).await;
}

#[tokio::test]
async fn cast_vote_by_sig_counts_once_with_the_keyed_nonce_or_the_plain_one() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    for (who, is_keyed) in [(1, true), (2, false)] {
        let voter = world.who(who);
        let first = keyed(&world, voter, id).await;
        assert_eq!(first, U256::from(key(id)) << 64);
        let nonce = if is_keyed { first } else { U256::ZERO };
        let ballot = Ballot { proposalId: id, support: 1, voter, nonce };
        let call = by_sig(&ballot, world.sign(who, &ballot));
        world.act(STRANGER, &call).await;
        assert_eq!(keyed(&world, voter, id).await, first + U256::from(u8::from(is_keyed)));
        let plain = world.read(&IGovernor::nonces_0Call { owner: voter }).await;
        assert_eq!(plain, U256::from(u8::from(!is_keyed)));
        world.refuses(STRANGER, &call, IGovernor::GovernorInvalidSignature { voter }).await;
    }
    assert_eq!(world.tally(id).await[1], omnit(30_000_000));
}

/// code4rena 2023-08 Arbitrum H-01: a split leaves votes, so `hasVoted` alone would not stop a second delivery.
#[tokio::test]
async fn cast_vote_by_sig_of_a_split_cannot_be_replayed() {
    let world = World::new().await;
    let id = world.open(&world.recording(1)).await;
    let voter = world.who(1);
    let nonce = keyed(&world, voter, id).await;
    let (reason, params) = ("part".to_owned(), params([1, 2, 3]));
    let ballot = ExtendedBallot { proposalId: id, support: 255, voter, nonce, reason, params };
    let call = extended(&ballot, world.sign(1, &ballot));
    world.act(STRANGER, &call).await;
    world.refuses(STRANGER, &call, IGovernor::GovernorInvalidSignature { voter }).await;
    assert_eq!(world.tally(id).await, [1, 2, 3].map(U256::from));
    let next = ExtendedBallot { nonce: nonce + U256::from(1), ..ballot };
    world.act(STRANGER, &extended(&next, world.sign(1, &next))).await;
    assert_eq!(world.tally(id).await, [2, 4, 6].map(U256::from));
}

#[tokio::test]
async fn cast_vote_by_sig_asks_the_contract_when_the_voter_is_one() {
    let world = World::new().await;
    let keeper = world.who(4);
    let voter = Reference::Counterparty.deploy(&world.chain, world.who(0), &keeper.abi_encode()).await.unwrap();
    let call = IToken::delegateCall { delegatee: voter };
    world.chain.act(world.who(1), world.token, &call).await.unwrap();
    let id = world.open(&world.recording(1)).await;
    let ballot = Ballot { proposalId: id, support: 0, voter, nonce: U256::ZERO };
    world
        .refuses(STRANGER, &by_sig(&ballot, world.sign(5, &ballot)), IGovernor::GovernorInvalidSignature { voter })
        .await;
    world.act(STRANGER, &by_sig(&ballot, world.sign(4, &ballot))).await;
    assert_eq!(world.tally(id).await[0], omnit(10_000_000));
}
