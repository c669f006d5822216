use crate::world::{CAP, Signed, World, log, units};
use alloy::{
    primitives::{Address, U256, aliases::U48},
    sol,
    sol_types::{Panic, SolError},
};
use omnit_abi::IToken::{
    self, DelegateChanged, DelegateVotesChanged, Transfer, checkpointsCall, delegateBySigCall, delegateCall,
    getPastVotesCall,
};
use omnit_fixtures::Outcome;

sol! {
    struct Delegation {
        address delegatee;
        uint256 nonce;
        uint256 expiry;
    }
}

fn signed_call(message: &Delegation, signed: Signed) -> delegateBySigCall {
    let Delegation { delegatee, nonce, expiry } = *message;
    delegateBySigCall { delegatee, nonce, expiry, v: signed.v(), r: signed.r(), s: signed.s() }
}

#[tokio::test]
async fn get_past_votes_reverts_when_the_time_is_not_over() {
    let world = World::new().await;
    let account = world.who(0);
    let at = world.chain.now().await.unwrap() + 50;
    world.chain.mine_at(at).await.unwrap();
    let clock = world.read(&IToken::clockCall {}).await;
    for timepoint in [U256::from(clock), U256::from(clock) + units(1), U256::from(1) << 200, U256::MAX] {
        let outcome = world
            .outcome(account, alloy::sol_types::SolCall::abi_encode(&getPastVotesCall { account, timepoint }))
            .await;
        let Outcome::Reverted(data) = outcome else { panic!("{timepoint} is not over") };
        let error = IToken::ERC5805FutureLookup::abi_decode(&data).expect("the typed error");
        assert_eq!(error.timepoint, timepoint);
        assert!(error.clock >= clock);
    }
}

#[tokio::test]
async fn checkpoints_panics_when_the_position_is_out_of_bounds() {
    let world = World::new().await;
    let account = world.who(0);
    let panic = Panic { code: units(0x32) };
    world.refuses(0, &checkpointsCall { account, pos: 0 }, panic).await;
    world.act(0, &delegateCall { delegatee: account }).await;
    for pos in [1, u32::MAX] {
        world.refuses(0, &checkpointsCall { account, pos }, Panic { code: units(0x32) }).await;
    }
    assert_eq!(world.read(&checkpointsCall { account, pos: 0 }).await._value.to::<u128>(), CAP);
}

#[tokio::test]
async fn delegate_by_sig_reverts_when_the_signature_does_not_hold() {
    let world = World::new().await;
    let expiry = U256::from(world.chain.now().await.unwrap() - 1);
    let late = Delegation { delegatee: world.who(2), nonce: units(0), expiry };
    world.refuses(5, &signed_call(&late, world.sign(0, &late)), IToken::VotesExpiredSignature { expiry }).await;
    let ahead = Delegation { delegatee: world.who(2), nonce: units(1), expiry: U256::MAX };
    let error = IToken::InvalidAccountNonce { account: world.who(0), currentNonce: units(0) };
    world.refuses(5, &signed_call(&ahead, world.sign(0, &ahead)), error).await;
    let good = Delegation { nonce: units(0), ..ahead };
    let twin = world.sign(0, &good).malleable();
    world.refuses(5, &signed_call(&good, twin), IToken::ECDSAInvalidSignatureS { s: twin.s() }).await;
    let call = delegateBySigCall { v: 0, ..signed_call(&good, world.sign(0, &good)) };
    world.refuses(5, &call, IToken::ECDSAInvalidSignature {}).await;
}

#[tokio::test]
async fn delegate_by_sig_acts_for_the_signer_once() {
    let world = World::new().await;
    let message = Delegation { delegatee: world.who(2), nonce: units(0), expiry: U256::MAX };
    let call = signed_call(&message, world.sign(0, &message));
    world.act(5, &call).await;
    assert_eq!(world.votes(world.who(2)).await, U256::from(CAP));
    let error = IToken::InvalidAccountNonce { account: world.who(0), currentNonce: units(1) };
    world.refuses(5, &call, error).await;
}

#[tokio::test]
async fn delegate_moves_votes_when_the_delegate_changes() {
    let world = World::new().await;
    let (holder, a, b) = (world.who(0), world.who(1), world.who(2));
    let cap = U256::from(CAP);
    let changed = |from, to| log(&DelegateChanged { delegator: holder, fromDelegate: from, toDelegate: to });
    let votes =
        |delegate, before, after| log(&DelegateVotesChanged { delegate, previousVotes: before, newVotes: after });
    let none = units(0);
    assert_eq!(world.act(0, &delegateCall { delegatee: a }).await, [changed(Address::ZERO, a), votes(a, none, cap)]);
    assert_eq!(world.act(0, &delegateCall { delegatee: a }).await, [changed(a, a)]);
    assert_eq!(
        world.act(0, &delegateCall { delegatee: b }).await,
        [changed(a, b), votes(a, cap, none), votes(b, none, cap)]
    );
    assert_eq!(
        world.act(0, &delegateCall { delegatee: Address::ZERO }).await,
        [changed(b, Address::ZERO), votes(b, cap, none)]
    );
    assert_eq!(world.act(3, &delegateCall { delegatee: b }).await.len(), 1, "no balance, no votes");
    assert_eq!(world.read(&IToken::delegatesCall { account: world.who(3) }).await, b);
    assert_eq!(world.votes(Address::ZERO).await, none);
}

#[tokio::test]
async fn transfer_moves_votes_when_both_ends_delegated() {
    let world = World::new().await;
    let (from, to) = (world.who(0), world.who(1));
    world.act(0, &delegateCall { delegatee: from }).await;
    world.act(1, &delegateCall { delegatee: to }).await;
    let (cap, amount) = (U256::from(CAP), units(4));
    let expected = [
        log(&Transfer { from, to, amount }),
        log(&DelegateVotesChanged { delegate: from, previousVotes: cap, newVotes: cap - amount }),
        log(&DelegateVotesChanged { delegate: to, previousVotes: units(0), newVotes: amount }),
    ];
    assert_eq!(world.act(0, &IToken::transferCall { to, amount }).await, expected);
    assert_eq!(world.act(0, &IToken::transferCall { to, amount: units(0) }).await.len(), 1, "nothing moved, no votes");
}

#[tokio::test]
async fn checkpoints_keep_every_change_when_there_are_many() {
    let world = World::new().await;
    let delegate = world.who(7);
    world.act(0, &delegateCall { delegatee: delegate }).await;
    let start = world.chain.now().await.unwrap() + 10;
    for i in 0..13 {
        world.chain.set_next_time(start + 3 * i).await.unwrap();
        world.act(0, &IToken::transferCall { to: world.who(1), amount: units(1) }).await;
    }
    world.chain.mine_at(start + 100).await.unwrap();
    assert_eq!(world.read(&IToken::numCheckpointsCall { account: delegate }).await, 14);
    for i in 0..13u64 {
        let votes = U256::from(CAP) - units(i + 1);
        for timepoint in [start + 3 * i, start + 3 * i + 2].map(U256::from) {
            assert_eq!(world.read(&getPastVotesCall { account: delegate, timepoint }).await, votes);
        }
        let checkpoint = world.read(&checkpointsCall { account: delegate, pos: i as u32 + 1 }).await;
        assert_eq!((checkpoint._key, U256::from(checkpoint._value)), (U48::from(start + 3 * i), votes));
    }
    let timepoint = units(1);
    assert_eq!(world.read(&getPastVotesCall { account: delegate, timepoint }).await, units(0));
    assert_eq!(world.read(&IToken::getPastTotalSupplyCall { timepoint }).await, units(0));
}
