//! What thieves try.

use crate::{
    list::{Entry, List, Schedule},
    world::{ILocker, World, units},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall as _, SolError as _, SolEvent as _},
};
use omnit_abi::{IAllocation, IToken};

fn invalid(id: u64, index: u64) -> IAllocation::InvalidProof {
    IAllocation::InvalidProof { id: units(id), index: units(index) }
}

#[tokio::test]
async fn second_preimage_is_refused_when_an_inner_node_is_shown_as_an_entry() {
    // Nodes hash 64 bytes and entries 128: the only entries that could collide hash to a node's children, and they are hashed twice.
    let (world, list) = World::opened().await;
    let [left, right] = list.top();
    let words = [left.min(right), left.max(right)];
    let forged = Entry {
        index: u32::from_be_bytes(words[0][28..].try_into().unwrap()),
        account: Address::from_slice(&words[0][12..]),
        amount: U256::from_be_bytes(words[1].0),
        schedule: Schedule::default(),
    };
    for proof in [vec![], list.proof_of(left), list.proof_of(right), vec![left, right]] {
        world.refuses(1, &forged.claim(1, proof), invalid(1, forged.index.into())).await;
    }
    // A list whose root is a leaf's single hash, which a contract that hashes once would accept.
    let entry = Entry::liquid(0, world.who(1), 5);
    let once = {
        use alloy::sol_types::SolValue as _;
        alloy::primitives::keccak256((U256::ZERO, entry.account, entry.amount, B256::ZERO).abi_encode())
    };
    world.open(0, once, units(5)).await;
    world.refuses(1, &entry.claim(2, vec![]), invalid(2, 0)).await;
}

#[tokio::test]
async fn replay_of_a_claim_is_refused_whoever_sends_it() {
    let (world, list) = World::opened().await;
    for entry in [0, 1] {
        world.act(1, &list.claim(1, entry)).await;
        for sender in [0, 1, 2, 7] {
            let error = IAllocation::AlreadyClaimed { id: units(1), index: units(entry as u64) };
            world.refuses(sender, &list.claim(1, entry), error).await;
        }
    }
}

#[tokio::test]
async fn claim_is_refused_when_it_is_of_another_campaign() {
    let (world, list) = World::opened().await;
    let other = List::new((0..5).map(|index| Entry::liquid(index, world.who(1), 1_000)).collect());
    world.open(0, other.root(), units(5_000)).await;
    world.refuses(1, &list.claim(2, 0), invalid(2, 0)).await;
    world.refuses(1, &other.claim(1, 0), invalid(1, 0)).await;
}

#[tokio::test]
async fn claim_is_refused_when_any_column_differs() {
    let (world, list) = World::opened().await;
    for at in [0, 1] {
        let proof = list.proof(at);
        let entry = list.entries[at].clone();
        let schedule = entry.schedule.clone();
        let with = |schedule: Schedule| Entry { schedule, ..entry.clone() };
        let mut points = schedule.points.clone();
        points.push(B256::ZERO);
        let mut other_point = schedule.points.clone();
        if let Some(point) = other_point.first_mut() {
            point[31] ^= 1;
        }
        let forged = [
            Entry { index: entry.index + 1, ..entry.clone() },
            Entry { account: world.who(7), ..entry.clone() },
            Entry { amount: entry.amount + units(1), ..entry.clone() },
            Entry { amount: entry.amount - units(1), ..entry.clone() },
            with(Schedule { start: schedule.start + 1, ..schedule.clone() }),
            with(Schedule { cliff: schedule.cliff + 1, ..schedule.clone() }),
            with(Schedule { flags: schedule.flags ^ 1, ..schedule.clone() }),
            with(Schedule { points, ..schedule.clone() }),
        ];
        for forged in forged {
            world.refuses(1, &forged.claim(1, proof.clone()), invalid(1, forged.index.into())).await;
        }
        if at == 1 {
            // Locked tokens cannot be had liquid, nor by another schedule.
            let liquid = with(Schedule::default());
            world.refuses(1, &liquid.claim(1, proof.clone()), invalid(1, 1)).await;
            let moved = with(Schedule { points: other_point, ..schedule });
            world.refuses(1, &moved.claim(1, proof), invalid(1, 1)).await;
        }
    }
}

#[tokio::test]
async fn claim_is_refused_when_the_proof_is_empty_too_long_cut_or_shuffled() {
    let (world, list) = World::opened().await;
    let (entry, proof) = (&list.entries[0], list.proof(0));
    let mut turned = proof.clone();
    turned.reverse();
    let cut = proof[..proof.len() - 1].to_vec();
    let beyond = [proof.clone(), vec![list.root()]].concat();
    let very_long = [proof.clone(), vec![B256::ZERO; 400]].concat();
    for forged in [vec![], turned, cut, beyond, very_long, vec![list.root()]] {
        world.refuses(1, &entry.claim(1, forged), invalid(1, 0)).await;
    }
}

#[tokio::test]
async fn proof_beyond_32_hashes_is_refused_even_when_it_leads_to_the_root() {
    let world = World::new().await;
    let entry = Entry::liquid(0, world.who(1), 5);
    let proof: Vec<_> = (0..33).map(|at| B256::with_last_byte(at + 1)).collect();
    let root = |len: usize| proof[..len].iter().fold(entry.leaf(), |node, other| crate::list::join(node, *other));
    world.open(0, root(32), units(5)).await;
    world.open(0, root(33), units(5)).await;
    world.refuses(1, &entry.claim(2, proof.clone()), invalid(2, 0)).await;
    world.act(1, &entry.claim(1, proof[..32].to_vec())).await;
}

#[tokio::test]
async fn claw_back_is_refused_when_it_comes_before_the_end_even_for_what_was_topped_up() {
    let (world, _) = World::opened().await;
    world.pay(0, units(77), &IAllocation::topUpCall { id: units(1) }).await;
    let error = IAllocation::NotExpired { id: units(1), expiresAt: units(world.expires_at(1).await) };
    world.refuses(0, &IAllocation::clawBackCall { id: units(1) }, error).await;
}

#[tokio::test]
async fn claim_is_refused_after_the_claw_back_though_other_funds_are_there() {
    let (world, list) = World::opened().await;
    let end = world.expires_at(1).await;
    world.chain.mine_at(end - 1).await.unwrap();
    world.open(0, B256::repeat_byte(9), units(1_000)).await;
    world.chain.mine_at(end + 1).await.unwrap();
    world.act(0, &IAllocation::clawBackCall { id: units(1) }).await;
    let error = || IAllocation::Expired { id: units(1), expiresAt: units(end) };
    world.refuses(1, &list.claim(1, 0), error()).await;
    world.refuses(0, &IAllocation::clawBackCall { id: units(1) }, IAllocation::NothingLeft { id: units(1) }).await;
    world.refuses_payment(0, 5, &IAllocation::topUpCall { id: units(1) }, error()).await;
    assert_eq!(world.balance(world.allocation).await, units(1_000));
}

#[tokio::test]
async fn fund_of_another_campaign_is_never_paid_out() {
    let world = World::new().await;
    let greedy = List::new((0..2).map(|index| Entry::liquid(index, world.who(1), 1_000)).collect());
    world.open(0, B256::repeat_byte(9), units(5_000)).await;
    world.open(0, greedy.root(), units(1_000)).await;
    world.act(1, &greedy.claim(2, 0)).await;
    let error = IAllocation::FundExhausted { id: units(2), left: units(0), needed: units(1_000) };
    world.refuses(1, &greedy.claim(2, 1), error).await;
    let huge = Entry { amount: U256::MAX, ..Entry::liquid(0, world.who(1), 0) };
    world.open(0, huge.leaf(), units(1)).await;
    let error = IAllocation::FundExhausted { id: units(3), left: units(1), needed: U256::MAX };
    world.refuses(1, &huge.claim(3, vec![]), error).await;
}

/// No function takes an address that is called: whatever a caller supplies, locks are made where `initialize` said.
#[tokio::test]
async fn locks_are_made_in_the_vesting_contract_whoever_claims() {
    let (world, list) = World::opened().await;
    let entry = Entry { account: world.token, ..list.entries[1].clone() };
    let other = List::new(vec![entry.clone(), Entry::liquid(1, world.who(1), 1)]);
    world.open(0, other.root(), other.total()).await;
    world.act(7, &other.claim(2, 0)).await;
    assert_eq!((world.balance(world.locker).await, world.balance(world.token).await), (entry.amount, units(0)));
}

#[tokio::test]
async fn nobody_is_approved_for_what_the_contract_holds() {
    let (world, list) = World::opened().await;
    for entry in 0..4 {
        world.act(1, &list.claim(1, entry)).await;
    }
    for spender in (0..10).map(|index| world.who(index)).chain([world.locker, world.token, world.allocation]) {
        let allowance = IToken::allowanceCall { owner: world.allocation, spender };
        assert_eq!(world.chain.read(world.token, &allowance).await.unwrap(), units(0));
    }
    let steal = IToken::transferFromCall { from: world.allocation, to: world.locker, amount: units(1) };
    let outcome = world.chain.call(world.locker, world.token, steal.abi_encode()).await.unwrap();
    let error = IToken::ERC20InsufficientAllowance { spender: world.locker, allowance: units(0), needed: units(1) };
    assert_eq!(outcome, omnit_fixtures::Outcome::Reverted(error.abi_encode().into()));
}

#[tokio::test]
async fn reentrancy_pays_nothing_twice_when_the_vesting_contract_calls_back() {
    let (world, list) = World::opened().await;
    let forged = IAllocation::onTransferReceivedCall {
        operator: world.locker,
        from: world.locker,
        value: units(500),
        data: IAllocation::topUpCall { id: units(1) }.abi_encode().into(),
    };
    let replay = list.claim(1, 1);
    let cases: [(Vec<u8>, Vec<u8>); 3] = [
        (replay.abi_encode(), IAllocation::AlreadyClaimed { id: units(1), index: units(1) }.abi_encode()),
        (
            IAllocation::clawBackCall { id: units(1) }.abi_encode(),
            IAllocation::NotOwner { id: units(1), owner: world.who(0), caller: world.locker }.abi_encode(),
        ),
        (forged.abi_encode(), IAllocation::NotToken { caller: world.locker }.abi_encode()),
    ];
    for (call, refusal) in cases {
        let start = world.chain.snapshot().await.unwrap();
        world.behave(false, world.allocation, call.into()).await;
        let logs = world.act(2, &replay).await;
        let called: Vec<_> = logs.iter().filter_map(|log| ILocker::CalledBack::decode_log_data(log).ok()).collect();
        assert_eq!(called, [ILocker::CalledBack { success: false, data: refusal.into() }]);
        assert_eq!((world.balance(world.locker).await, world.left(1).await), (units(20), list.total() - units(20)));
        world.chain.revert(start).await.unwrap();
    }
    // Another entry inside the callback is an honest claim: both are paid, each once.
    world.behave(false, world.allocation, Bytes::from(list.claim(1, 0).abi_encode())).await;
    world.act(2, &replay).await;
    assert_eq!((world.balance(world.locker).await, world.balance(world.who(1)).await), (units(20), units(10)));
    assert_eq!(world.left(1).await, list.total() - units(30));
}
