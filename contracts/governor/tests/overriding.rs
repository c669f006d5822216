use crate::world::{DELAY, STRANGER, WHALE, World, log, omnit, params};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall as _,
};
use omnit_abi::{IGovernor, IStaking, IToken};
use omnit_fixtures::staking::{self, VALIDATOR};

/// Operator of 10 million OMNIT, 6 of them staked; account 2 has staked 5 of its 20 with it, account 3 one unit less than 2 of its 30.
const OPERATOR: usize = 1;

/// A world with staking as a source, and stake in it.
pub(crate) async fn staked() -> (World, Address) {
    let world = World::with(async |chain, token, terms| {
        let staking = staking::deploy(chain, token, chain.account(WHALE)).await.unwrap();
        staking::set_up(chain, staking, chain.account(WHALE)).await.unwrap();
        IGovernor::initializeCall { staking, ..terms }
    })
    .await;
    let staking = world.read(&IGovernor::sourceAtCall { index: U256::ZERO }).await.source;
    let register = IStaking::registerCall { service: VALIDATOR, commissionBps: U256::ZERO };
    world.chain.act(world.who(OPERATOR), staking, &register).await.unwrap();
    for (from, amount) in [(OPERATOR, omnit(6_000_000)), (2, omnit(5_000_000)), (3, omnit(2_000_000) - U256::from(1))] {
        stake(&world, staking, from, amount).await;
    }
    (world, staking)
}

pub(crate) async fn stake(world: &World, staking: Address, from: usize, amount: U256) {
    let (operator, holder) = (world.who(OPERATOR), Address::ZERO);
    let call = IStaking::stakeCall { operator, service: VALIDATOR, holder, tag: 0 };
    world.chain.act(world.who(from), world.token, &staking::with(staking, amount, &call)).await.unwrap();
}

fn over(world: &World, id: U256, owner: usize, support: u8) -> IGovernor::castOverrideVoteCall {
    IGovernor::castOverrideVoteCall {
        proposalId: id,
        support,
        reason: "mine".into(),
        operator: world.who(OPERATOR),
        service: VALIDATOR,
        owner: world.who(owner),
        tag: 0,
    }
}

/// Votes of a position, as staking tells them: rounded down to what it stores.
async fn position(world: &World, staking: Address, id: U256, owner: usize) -> U256 {
    let timepoint = world.read(&IGovernor::proposalSnapshotCall { proposalId: id }).await;
    let (owner, operator) = (world.who(owner), world.who(OPERATOR));
    let call = IStaking::getPastPositionVotesCall { owner, operator, service: VALIDATOR, tag: 0, timepoint };
    world.chain.read(staking, &call).await.unwrap()
}

async fn weight(world: &World, id: U256, who: usize) -> U256 {
    let timepoint = world.read(&IGovernor::proposalSnapshotCall { proposalId: id }).await;
    world.read(&IGovernor::getVotesCall { account: world.who(who), timepoint }).await
}

#[tokio::test]
async fn cast_override_vote_reverts_when_it_is_not_the_callers_or_not_good() {
    let plain = World::new().await;
    let id = plain.open(&plain.recording(1)).await;
    plain.refuses(2, &over(&plain, id, 2, 1), IGovernor::NoPositions { proposalId: id }).await;
    let (world, _) = staked().await;
    world.act(WHALE, &world.recording(1).propose()).await;
    let id = world.recording(1).id();
    assert!(matches!(
        world.outcome(world.who(2), &over(&world, id, 2, 1)).await,
        omnit_fixtures::Outcome::Reverted(data)
            if data.starts_with(&<IGovernor::GovernorUnexpectedProposalState as alloy::sol_types::SolError>::SELECTOR)
    ));
    world.jump(DELAY + 1).await;
    let stolen = IGovernor::NotHolder { caller: world.who(STRANGER), holder: world.who(2) };
    world.refuses(STRANGER, &over(&world, id, 2, 1), stolen).await;
    world.refuses(2, &over(&world, id, 2, 3), IGovernor::GovernorInvalidVoteType {}).await;
    let own = IGovernor::NothingToOverride { owner: world.who(OPERATOR), operator: world.who(OPERATOR) };
    world.refuses(OPERATOR, &over(&world, id, OPERATOR, 1), own).await;
    world.act(2, &over(&world, id, 2, 1)).await;
    let again = IGovernor::GovernorAlreadyOverriddenVote { account: world.who(2) };
    world.refuses(2, &over(&world, id, 2, 0), again).await;
}

#[tokio::test]
async fn cast_override_vote_takes_the_votes_out_of_what_the_operator_votes_later() {
    let (world, _) = staked().await;
    let id = world.open(&world.recording(1)).await;
    // 4 million held, 13 million less one unit staked with it.
    let all = omnit(17_000_000) - U256::from(1);
    assert_eq!(weight(&world, id, OPERATOR).await, all);
    let (voter, operator, five) = (world.who(2), world.who(OPERATOR), omnit(5_000_000));
    let logs = world.act(2, &over(&world, id, 2, 0)).await;
    let event = IGovernor::OverrideVoteCast { voter, proposalId: id, support: 0, weight: five, reason: "mine".into() };
    assert_eq!(logs, [log(&event)]);
    assert_eq!(world.read(&IGovernor::overriddenVotesCall { proposalId: id, operator }).await, five);
    world.vote(OPERATOR, id, 1).await;
    assert_eq!(world.tally(id).await, [five, all - five, U256::ZERO]);
    assert_eq!(world.used(id, operator).await, all - five);
    // The staker's own tokens are untouched.
    world.vote(2, id, 2).await;
    assert_eq!(world.tally(id).await[2], omnit(15_000_000));
}

#[tokio::test]
async fn cast_override_vote_takes_the_votes_out_of_what_the_operator_has_voted() {
    let (world, staking) = staked().await;
    let id = world.open(&world.recording(1)).await;
    world.vote(OPERATOR, id, 1).await;
    let (all, odd) = (omnit(17_000_000) - U256::from(1), position(&world, staking, id, 3).await);
    assert!(odd < omnit(2_000_000) && odd > omnit(1_999_999));
    let logs = world.act(3, &over(&world, id, 3, 2)).await;
    let (delegate, voter) = (world.who(OPERATOR), world.who(3));
    let expected = [
        log(&IGovernor::VoteReduced { delegate, proposalId: id, support: 1, weight: odd }),
        log(&IGovernor::OverrideVoteCast { voter, proposalId: id, support: 2, weight: odd, reason: "mine".into() }),
    ];
    assert_eq!(logs, expected);
    assert_eq!(world.tally(id).await, [U256::ZERO, all - odd, odd]);
    world.act(2, &over(&world, id, 2, 0)).await;
    assert_eq!(world.tally(id).await, [omnit(5_000_000), all - odd - omnit(5_000_000), odd]);
    let spent = IGovernor::GovernorAlreadyCastVote { voter: delegate };
    world.refuses(OPERATOR, &IGovernor::castVoteCall { proposalId: id, support: 1 }, spent).await;
}

#[tokio::test]
async fn cast_override_vote_takes_what_a_split_operator_has_not_used_first() {
    let (world, staking) = staked().await;
    let id = world.open(&world.recording(1)).await;
    let million = 1_000_000 * omnit_fixtures::token::OMNIT;
    let parts = params([8 * million, 4 * million, 0]);
    let call = IGovernor::castVoteWithReasonAndParamsCall {
        proposalId: id,
        support: 255,
        reason: String::new(),
        params: parts,
    };
    world.act(OPERATOR, &call).await;
    // 12 of 17 million used: the 5 million less a unit that are left go first, one unit in proportion 8 to 4 (rounded down: abstain has
    // none, so it comes from the second).
    world.act(2, &over(&world, id, 2, 2)).await;
    let [against, in_favour, abstain] = world.tally(id).await;
    assert_eq!(abstain, omnit(5_000_000));
    assert_eq!(against + in_favour, omnit(12_000_000) - U256::from(1));
    world.act(3, &over(&world, id, 3, 2)).await;
    let [against, in_favour, abstain] = world.tally(id).await;
    assert_eq!(against + in_favour + abstain, omnit(17_000_000) - U256::from(1));
    // In proportion from both, rounded down for "against".
    let taken = position(&world, staking, id, 3).await;
    let share = taken * omnit(8_000_000) / (omnit(12_000_000) - U256::from(1));
    assert_eq!(against, omnit(8_000_000) - share);
    assert_eq!(world.used(id, world.who(OPERATOR)).await, against + in_favour);
}

#[tokio::test]
async fn cast_override_vote_belongs_to_the_present_holder_and_counts_the_stake_of_the_snapshot() {
    let (world, staking) = staked().await;
    let id = world.open(&world.recording(1)).await;
    stake(&world, staking, 2, omnit(1_000_000)).await;
    let heir = IStaking::setHolderCall {
        operator: world.who(OPERATOR),
        service: VALIDATOR,
        tag: 0,
        holder: world.who(STRANGER),
    };
    world.chain.act(world.who(2), staking, &heir).await.unwrap();
    let lost = IGovernor::NotHolder { caller: world.who(2), holder: world.who(STRANGER) };
    world.refuses(2, &over(&world, id, 2, 1), lost).await;
    world.act(STRANGER, &over(&world, id, 2, 1)).await;
    assert_eq!(world.tally(id).await[1], omnit(5_000_000));
}

/// Votes are of the end of a second: whatever happens within it, the same OMNIT is not counted twice.
#[tokio::test]
async fn stake_and_unstake_in_the_second_of_the_snapshot_counts_once() {
    let (world, staking) = staked().await;
    world.act(WHALE, &world.recording(1).propose()).await;
    let id = world.recording(1).id();
    let snapshot: u64 = world.read(&IGovernor::proposalSnapshotCall { proposalId: id }).await.to();
    let (operator, service, tag) = (world.who(OPERATOR), VALIDATOR, 0);
    let stake = IStaking::stakeCall { operator, service, holder: Address::ZERO, tag };
    let thaw = IStaking::thawCall { operator, service, tag, amount: omnit(1_000_000) };
    world.chain.set_automine(false).await.unwrap();
    let more = staking::with(staking, omnit(7_000_000), &stake).abi_encode();
    let mut sent = Vec::new();
    for (to, data) in [(world.token, more), (staking, thaw.abi_encode())] {
        sent.push(world.chain.submit(world.who(2), to, Bytes::from(data)).await.unwrap());
    }
    world.chain.mine_at(snapshot).await.unwrap();
    world.chain.set_automine(true).await.unwrap();
    for hash in sent {
        assert!(world.chain.receipt(hash).await.unwrap().status());
    }
    world.jump(1).await;
    let mut sum = U256::ZERO;
    for index in 0..4 {
        sum += weight(&world, id, index).await;
    }
    // Thawing stake votes with nobody.
    assert_eq!(sum, omnit(1_000_000_000) - omnit(1_000_000));
    for index in 0..4 {
        world.vote(index, id, 1).await;
    }
    world.act(2, &over(&world, id, 2, 0)).await;
    let tally = world.tally(id).await;
    assert_eq!((tally[0], tally[0] + tally[1]), (omnit(11_000_000), sum));
    let key: B256 = id.into();
    assert_ne!(key, B256::ZERO);
    let supply = world.chain.read(world.token, &IToken::totalSupplyCall {}).await.unwrap();
    assert!(sum <= supply);
}
