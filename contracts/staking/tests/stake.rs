use crate::world::*;
use alloy::primitives::{Address, Bytes, FixedBytes, U256};
use alloy::sol_types::SolCall;
use omnit_abi::{
    IStaking,
    IToken::{self, transferAndCall_1Call},
};
use omnit_fixtures::Outcome;

#[tokio::test]
async fn stake_refuses_when_it_does_not_come_with_omnit() {
    let w = World::new().await;
    let error = || IStaking::NotToken { caller: w.who(1) };
    w.refuses(1, &stake(w.who(1), VALIDATOR), error()).await;
    w.refuses(1, &IStaking::rewardCall { operator: w.who(1), service: VALIDATOR }, error()).await;
    let call = IStaking::onTransferReceivedCall {
        operator: w.who(1),
        from: w.who(1),
        value: omnit(5),
        data: stake(w.who(1), VALIDATOR).abi_encode().into(),
    };
    w.refuses(1, &call, error()).await;
}

#[tokio::test]
async fn stake_refuses_when_the_data_is_no_action() {
    let w = World::new().await;
    let send = async |data: &[u8]| {
        let call = transferAndCall_1Call { to: w.staking, value: omnit(5), data: Bytes::copy_from_slice(data) };
        w.chain.call(w.who(0), w.token, call.abi_encode()).await.unwrap()
    };
    let unknown = |selector: [u8; 4]| {
        let error = IStaking::UnknownAction { selector: FixedBytes(selector) };
        Outcome::Reverted(alloy::sol_types::SolError::abi_encode(&error).into())
    };
    assert_eq!(send(&[]).await, unknown([0; 4]));
    assert_eq!(send(&[1, 2, 3]).await, unknown([0; 4]));
    assert_eq!(send(&IStaking::settleCall { service: 1 }.abi_encode()).await, unknown(IStaking::settleCall::SELECTOR));
    // Malformed parameters have no reason; the token then names the receiver.
    let short = stake(w.who(1), VALIDATOR).abi_encode();
    let refused = IToken::ERC1363InvalidReceiver { receiver: w.staking };
    let expected = Outcome::Reverted(alloy::sol_types::SolError::abi_encode(&refused).into());
    assert_eq!(send(&short[..short.len() - 1]).await, expected);
}

#[tokio::test]
async fn stake_refuses_when_it_is_too_small_or_nobody_offers_the_service() {
    let w = World::new().await;
    w.register(1, VALIDATOR).await;
    let operator = w.who(1);
    let amount = omnit(1) - units(1);
    let error = IStaking::StakeTooSmall { amount, minimum: omnit(1) };
    w.refuses_with(0, amount, &stake(operator, VALIDATOR), error).await;
    for service in [0, COMPUTE, 3, 255] {
        let error = IStaking::NotRegistered { operator, service };
        w.refuses_with(0, omnit(1), &stake(operator, service), error).await;
    }
    w.act(SLASHER, &IStaking::tombstoneCall { operator, service: VALIDATOR }).await;
    let error = IStaking::OperatorJailed { operator, service: VALIDATOR, until: U256::from(u64::MAX) };
    w.refuses_with(0, omnit(1), &stake(operator, VALIDATOR), error).await;
}

#[tokio::test]
async fn stake_counts_as_own_when_the_holder_is_the_operator() {
    let w = World::new().await;
    w.register(1, VALIDATOR).await;
    let (owner, operator, service) = (w.who(0), w.who(1), VALIDATOR);
    let logs = w.stake(0, 1, service, omnit(7)).await;
    let (amount, shares) = (omnit(7), omnit(7));
    assert_eq!(logs, [log(&IStaking::Staked { owner, operator, service, tag: 0, holder: owner, amount, shares })]);
    // Somebody else's stake held by the operator, a lock for instance, is the operator's own.
    let call = IStaking::stakeCall { operator, service, holder: operator, tag: 9 };
    let logs = w.send_with(0, omnit(32_000), &call).await;
    let (amount, shares) = (omnit(32_000), omnit(32_000));
    assert_eq!(
        logs,
        [
            log(&IStaking::EligibilityChanged { operator, service, isEligible: true }),
            log(&IStaking::Staked { owner, operator, service, tag: 9, holder: operator, amount, shares }),
        ]
    );
    let p = w.provision(1, service).await;
    assert_eq!((p.own, p.delegated), (omnit(32_000), omnit(7)));
    let position = w.read(&IStaking::positionCall { owner, operator, service, tag: 9 }).await;
    assert!(position.isOwn && position.holder == operator && position.amount == omnit(32_000));
}

#[tokio::test]
async fn stake_keeps_holder_and_class_for_as_long_as_there_are_shares() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    let (owner, operator, service) = (w.who(2), w.who(1), VALIDATOR);
    w.stake(2, 1, service, omnit(10)).await;
    w.give(2, omnit(10)).await;
    let call = IStaking::stakeCall { operator, service, holder: operator, tag: 0 };
    w.send_with(2, omnit(5), &call).await;
    let position = w.position(2, 1, service).await;
    assert_eq!((position.holder, position.isOwn, position.amount), (owner, false, omnit(15)));
    w.thaw(2, 1, service, U256::MAX).await;
    w.send_with(2, omnit(5), &call).await;
    let position = w.position(2, 1, service).await;
    assert_eq!((position.holder, position.isOwn, position.amount), (operator, true, omnit(5)));
    let p = w.provision(1, service).await;
    assert_eq!((p.own, p.delegated, p.delegatedThawing), (omnit(32_005), U256::ZERO, omnit(15)));
}

#[tokio::test]
async fn stake_tops_up_a_jailed_operator() {
    let w = World::new().await;
    w.operator(1, VALIDATOR, 32_000).await;
    w.act(SLASHER, &IStaking::jailCall { operator: w.who(1), service: VALIDATOR }).await;
    w.stake(1, 1, VALIDATOR, omnit(3)).await;
    let p = w.provision(1, VALIDATOR).await;
    assert_eq!((p.own, p.isEligible), (omnit(32_003), false));
}

#[tokio::test]
async fn stake_belongs_to_whom_the_tokens_came_from_when_a_spender_sends_them() {
    let w = World::new().await;
    w.register(1, VALIDATOR).await;
    let approve = IToken::approveCall { spender: w.who(5), amount: omnit(3) };
    w.chain.act(w.who(0), w.token, &approve).await.unwrap();
    let call = IToken::transferFromAndCall_1Call {
        from: w.who(0),
        to: w.staking,
        value: omnit(3),
        data: stake(w.who(1), VALIDATOR).abi_encode().into(),
    };
    w.chain.act(w.who(5), w.token, &call).await.unwrap();
    assert_eq!(w.position(0, 1, VALIDATOR).await.amount, omnit(3));
    assert_eq!(w.position(5, 1, VALIDATOR).await.amount, U256::ZERO);
}

#[tokio::test]
async fn positions_and_operators_are_kept_apart_by_every_part_of_the_key() {
    let w = World::new().await;
    for (operator, service) in [(1, VALIDATOR), (1, COMPUTE), (2, VALIDATOR)] {
        w.register(operator, service).await;
    }
    let mut amount = 1;
    let mut expected = Vec::new();
    for owner in [0, 1, 2] {
        for (operator, service) in [(1, VALIDATOR), (1, COMPUTE), (2, VALIDATOR)] {
            for tag in [0, 1, u64::MAX] {
                let key = (w.who(owner), w.who(operator), service, tag);
                let call = IStaking::stakeCall { operator: key.1, service, holder: Address::ZERO, tag };
                if owner != 0 {
                    w.give(owner, omnit(amount)).await;
                }
                w.send_with(owner, omnit(amount), &call).await;
                expected.push((key, omnit(amount)));
                amount += 1;
            }
        }
    }
    for ((owner, operator, service, tag), amount) in expected {
        let position = w.read(&IStaking::positionCall { owner, operator, service, tag }).await;
        assert_eq!((position.amount, position.holder, position.isOwn), (amount, owner, owner == operator));
    }
}
