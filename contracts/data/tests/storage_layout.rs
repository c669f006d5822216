//! The layout is part of the interface to proofs and explorers, so it is a golden file: `OMNIT_UPDATE_GOLDEN=1` rewrites it.

use crate::world::{BOND, FUNDER, MIB, OMNIT, SUBMITTER, V, World};
use alloy::primitives::{B256, U256, keccak256};
use omnit_data::{
    campaign::{Budget, Frame, Offer, Tally},
    rules::Rules,
    slot::{self, DOMAINS, Domain, Own},
    submission::{Case, Entry, Review, Seat},
    vault::Totals,
};
use omnit_fixtures::golden;

#[test]
fn storage_layout_equals_the_golden_file() {
    golden::storage_layout("data", DOMAINS.iter().map(|(domain, name, key, word)| (*domain as u8, *name, *key, *word)));
}

#[tokio::test]
async fn storage_layout_is_what_the_chain_stores() {
    let world = World::new().await;
    let terms = world.terms().await;
    let id = world.submission().await;
    let at = world.now().await;
    world.commit(id, V, 5_000).await;
    let word = async |slot: B256| world.chain.storage(world.data, U256::from_be_bytes(slot.0)).await.unwrap();
    assert_eq!(word(slot::own(Own::Token)).await, world.token.into_word());
    assert_eq!(word(slot::own(Own::Staking)).await, world.staking.into_word());
    let rules = Rules::unpack(word(slot::own(Own::Rules)).await);
    assert_eq!((rules.bond, rules.min_reveals, rules.min_window), (BOND, 3, 60));
    let totals = Totals::unpack(word(slot::own(Own::Totals)).await);
    assert_eq!(totals, Totals { held: 5_000 * OMNIT + BOND, campaigns: 1, submissions: 1 });
    let campaign = async |index| word(slot::numbered(Domain::Campaign, 1, index)).await;
    let frame = Frame::unpack(campaign(0).await);
    assert_eq!((frame.funder, frame.max_reviewers), (world.who(FUNDER), 4));
    assert_eq!(campaign(1).await, terms.kind);
    let offer = Offer::unpack(campaign(2).await);
    assert_eq!(offer, Offer { price: OMNIT, min_size: MIB, max_size: 1_000 * MIB });
    let budget = Budget::unpack(campaign(3).await);
    let (free, reserved) = (4_890 * OMNIT, 110 * OMNIT);
    assert_eq!(budget, Budget { free, reserved, open: 1, count: 1, is_closed: false });
    let tally = Tally::unpack(campaign(4).await);
    assert_eq!((tally.max_submissions, tally.min_accuracy, tally.validator_bps), (10, 3_000, 1_000));
    let submission = async |index| word(slot::numbered(Domain::Submission, id, index)).await;
    let entry = Entry::unpack(submission(0).await);
    let submitter = world.who(SUBMITTER);
    assert_eq!(entry, Entry { submitter, campaign: 1, at, seats: 1, state: 1, min_reveals: 3 });
    let case = Case::unpack(submission(1).await);
    assert_eq!((case.bond, case.size, case.total_weight), (BOND, 100 * MIB, 1_000_000_000_000));
    let root = keccak256("content");
    assert_eq!(submission(2).await, root);
    let seat = Seat::unpack(word(slot::numbered(Domain::Seat, id, 0)).await);
    let operator = world.who(V);
    assert_eq!(seat, Seat { operator, weight: 400_000_000_000, score: 0, is_revealed: false });
    let key = [&1u32.to_be_bytes()[..], root.as_slice()].concat();
    assert_eq!(word(hashed(Domain::Content, &key)).await, B256::with_last_byte(1));
    let key = [&id.to_be_bytes()[..], operator.as_slice()].concat();
    let review = Review(word(hashed(Domain::Review, &key)).await);
    assert_eq!(review, Review::new(0, world.commitment(id, V, 5_000)));
}

fn hashed(domain: Domain, key: &[u8]) -> B256 {
    let mut slot = keccak256(key);
    slot[0] = domain as u8;
    slot
}
