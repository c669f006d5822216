use crate::world::{LIFE, World, log, opening, units};
use alloy::{
    primitives::{B256, Bytes, FixedBytes},
    sol_types::{SolCall as _, SolEvent as _},
};
use omnit_abi::{IAllocation, IToken};
use omnit_fixtures::Outcome;

const ROOT: B256 = B256::repeat_byte(7);
/// Ten years.
const LONGEST: u64 = 315_576_000;

#[tokio::test]
async fn open_and_top_up_revert_when_they_are_called_directly() {
    let world = World::new().await;
    let caller = world.who(0);
    world.refuses(0, &opening(ROOT, u64::MAX), IAllocation::NotToken { caller }).await;
    world.refuses(0, &IAllocation::topUpCall { id: units(1) }, IAllocation::NotToken { caller }).await;
    let forged = IAllocation::onTransferReceivedCall {
        operator: caller,
        from: caller,
        value: units(1_000),
        data: opening(ROOT, u64::MAX).abi_encode().into(),
    };
    world.refuses(0, &forged, IAllocation::NotToken { caller }).await;
}

#[tokio::test]
async fn open_reverts_when_the_campaign_makes_no_sense() {
    let world = World::new().await;
    let now = world.chain.now().await.unwrap();
    world.refuses_payment(0, 5, &opening(B256::ZERO, now + LIFE), IAllocation::ZeroRoot {}).await;
    world.refuses_payment(0, 0, &opening(ROOT, now + LIFE), IAllocation::ZeroAmount {}).await;
    for expires_at in [0, now, now + LONGEST + 1, 1_000 * now, u64::MAX] {
        let error = IAllocation::InvalidExpiry { expiresAt: units(expires_at), latest: units(now + LONGEST) };
        world.refuses_payment(0, 5, &opening(ROOT, expires_at), error).await;
    }
}

#[tokio::test]
async fn transfers_revert_when_their_data_says_nothing_known() {
    let world = World::new().await;
    let cases: [(Bytes, [u8; 4]); 3] = [
        (Bytes::new(), [0; 4]),
        (Bytes::from_static(&[1, 2, 3]), [0; 4]),
        (IAllocation::clawBackCall { id: units(1) }.abi_encode().into(), IAllocation::clawBackCall::SELECTOR),
    ];
    for (data, selector) in cases {
        let call = IToken::transferAndCall_1Call { to: world.allocation, value: units(5), data };
        let outcome = world.chain.call(world.who(0), world.token, call.abi_encode()).await.unwrap();
        let error = IAllocation::UnknownAction { selector: FixedBytes(selector) };
        assert_eq!(outcome, Outcome::Reverted(alloy::sol_types::SolError::abi_encode(&error).into()));
    }
    // Known, but cut off, or with a name that is not text: no reason, so OMNIT says who did not accept.
    let whole = opening(ROOT, world.chain.now().await.unwrap() + LIFE).abi_encode();
    let mut not_text = whole.clone();
    not_text[4 + 4 * 32] = 0xff;
    for data in [whole[..100].to_vec(), not_text, IAllocation::topUpCall::SELECTOR.to_vec()] {
        let call = IToken::transferAndCall_1Call { to: world.allocation, value: units(5), data: data.into() };
        let outcome = world.chain.call(world.who(0), world.token, call.abi_encode()).await.unwrap();
        let error = IToken::ERC1363InvalidReceiver { receiver: world.allocation };
        assert_eq!(outcome, Outcome::Reverted(alloy::sol_types::SolError::abi_encode(&error).into()));
    }
}

#[tokio::test]
async fn open_counts_campaigns_and_keeps_what_it_was_told() {
    let world = World::new().await;
    let expires_at = world.chain.now().await.unwrap() + LIFE;
    for (id, amount) in [(1, 500), (2, 700)] {
        let logs = world.pay(0, units(amount), &opening(ROOT, expires_at)).await;
        let event = IAllocation::CampaignOpened {
            id: units(id),
            owner: world.who(0),
            root: ROOT,
            amount: units(amount),
            expiresAt: units(expires_at),
            uri: "ipfs://list".to_owned(),
        };
        assert!(logs.contains(&log(&event)));
        let campaign = world.read(&IAllocation::campaignCall { id: units(id) }).await;
        assert_eq!((campaign.owner, campaign.root), (world.who(0), ROOT));
        assert_eq!((campaign.funded, campaign.left), (units(amount), units(amount)));
        assert_eq!(campaign.expiresAt, units(expires_at));
        assert_eq!(world.read(&IAllocation::campaignsCall {}).await, units(id));
    }
    assert_eq!(world.balance(world.allocation).await, units(1_200));
    for id in [units(0), units(3), units(1) << 64, alloy::primitives::U256::MAX] {
        world.refuses(0, &IAllocation::campaignCall { id }, IAllocation::UnknownCampaign { id }).await;
    }
}

#[tokio::test]
async fn open_makes_the_owner_whose_tokens_they_were() {
    let world = World::new().await;
    let (owner, spender) = (world.who(0), world.who(1));
    let approve = IToken::approveCall { spender, amount: units(500) };
    world.chain.act(owner, world.token, &approve).await.unwrap();
    let data = opening(ROOT, world.chain.now().await.unwrap() + LIFE).abi_encode().into();
    let call = IToken::transferFromAndCall_1Call { from: owner, to: world.allocation, value: units(500), data };
    let receipt = world.chain.act(spender, world.token, &call).await.unwrap();
    assert_eq!(world.read(&IAllocation::campaignCall { id: units(1) }).await.owner, owner);
    let opened = IAllocation::CampaignOpened::SIGNATURE_HASH;
    assert!(
        crate::world::logs(&receipt)
            .iter()
            .any(|log| log.topics()[0] == opened && log.topics()[2] == owner.into_word())
    );
}

#[tokio::test]
async fn top_up_reverts_when_there_is_no_campaign_or_no_amount_or_it_is_over() {
    let world = World::new().await;
    let top_up = |id| IAllocation::topUpCall { id: units(id) };
    world.refuses_payment(0, 5, &top_up(1), IAllocation::UnknownCampaign { id: units(1) }).await;
    world.open(0, ROOT, units(5)).await;
    world.refuses_payment(0, 0, &top_up(1), IAllocation::ZeroAmount {}).await;
    let end = world.expires_at(1).await;
    world.chain.mine_at(end).await.unwrap();
    let error = IAllocation::Expired { id: units(1), expiresAt: units(end) };
    world.refuses_payment(0, 5, &top_up(1), error).await;
}

#[tokio::test]
async fn top_up_adds_to_one_fund_whoever_pays() {
    let world = World::new().await;
    world.open(0, ROOT, units(5)).await;
    world.open(0, ROOT, units(5)).await;
    let give = IToken::transferCall { to: world.who(3), amount: units(9) };
    world.chain.act(world.who(0), world.token, &give).await.unwrap();
    let logs = world.pay(3, units(9), &IAllocation::topUpCall { id: units(2) }).await;
    assert!(logs.contains(&log(&IAllocation::ToppedUp { id: units(2), from: world.who(3), amount: units(9) })));
    let campaign = world.read(&IAllocation::campaignCall { id: units(2) }).await;
    assert_eq!((campaign.funded, campaign.left, campaign.owner), (units(14), units(14), world.who(0)));
    assert_eq!(world.left(1).await, units(5));
    assert_eq!(campaign.root, ROOT);
}
