use crate::world::{STRANGER, V, World, name, only, reveal_call, salt, units};
use alloy::primitives::B256;
use omnit_abi::IData::{self, commitCall, revealCall};

#[tokio::test]
async fn reveal_reverts_when_it_is_early() {
    let world = World::new().await;
    world.refuses(V, &reveal_call(1, V, 1), IData::UnknownSubmission { id: 1 }).await;
    let id = world.submission().await;
    world.commit(id, V, 5_000).await;
    let ends = world.read(&IData::submissionCall { id }).await.commitEnds;
    for at in [world.now().await + 1, ends - 1] {
        world.until(at).await;
        world.refuses(V, &reveal_call(id, V, 5_000), IData::RevealNotOpen { id, commitEnds: ends }).await;
    }
    world.until(ends).await;
    world.reveal(id, V, 5_000).await;
}

#[tokio::test]
async fn reveal_reverts_when_it_is_late() {
    let world = World::new().await;
    let id = world.submission().await;
    world.commit(id, V, 5_000).await;
    let ends = world.read(&IData::submissionCall { id }).await.revealEnds;
    world.until(ends).await;
    world.refuses(V, &reveal_call(id, V, 5_000), IData::RevealEnded { id, revealEnds: ends }).await;
    world.resolve(id).await;
    world.refuses(V, &reveal_call(id, V, 5_000), IData::AlreadyResolved { id }).await;
}

#[tokio::test]
async fn reveal_reverts_when_score_or_salt_are_others_than_committed() {
    let world = World::new().await;
    let (id, operator) = (world.submission().await, world.who(V));
    world.commit(id, V, 5_000).await;
    world.to_reveal(id).await;
    let good = reveal_call(id, V, 5_000);
    for bad in [
        revealCall { scoreBps: 5_001, ..good.clone() },
        revealCall { scoreBps: 0, ..good.clone() },
        revealCall { salt: salt(id, V + 1), ..good.clone() },
        revealCall { salt: B256::ZERO, ..good.clone() },
    ] {
        world.refuses(V, &bad, IData::WrongReveal { id, operator }).await;
    }
    let error =
        IData::OutOfRange { name: name("scoreBps"), value: units(10_001), minimum: units(0), maximum: units(10_000) };
    world.refuses(V, &revealCall { scoreBps: 10_001, ..good.clone() }, error).await;
    let revealed = only::<IData::Revealed>(&world.act(V, &good).await);
    assert_eq!((revealed.id, revealed.operator, revealed.scoreBps), (id, operator, 5_000));
}

#[tokio::test]
async fn reveal_reverts_when_the_commitment_was_copied_from_another_validator() {
    let world = World::new().await;
    let id = world.submission().await;
    world.commit(id, V, 5_000).await;
    // The copy is accepted as a commitment: nobody can know yet.
    let copied = commitCall { id, commitment: world.commitment(id, V, 5_000) };
    world.act(V + 1, &copied).await;
    world.to_reveal(id).await;
    world.reveal(id, V, 5_000).await;
    let error = IData::WrongReveal { id, operator: world.who(V + 1) };
    world.refuses(V + 1, &reveal_call(id, V, 5_000), error).await;
}

#[tokio::test]
async fn reveal_reverts_when_the_commitment_was_made_for_another_submission() {
    let world = World::new().await;
    let first = world.submission().await;
    let second = world.submission().await;
    let reused = world.commitment(first, V, 5_000);
    world.act(V, &commitCall { id: second, commitment: reused }).await;
    world.to_reveal(second).await;
    let call = revealCall { id: second, ..reveal_call(first, V, 5_000) };
    world.refuses(V, &call, IData::WrongReveal { id: second, operator: world.who(V) }).await;
}

#[tokio::test]
async fn reveal_reverts_when_another_account_sends_it() {
    let world = World::new().await;
    let id = world.submission().await;
    world.commit(id, V, 5_000).await;
    world.to_reveal(id).await;
    for index in [STRANGER, V + 1] {
        let error = IData::NotCommitted { id, operator: world.who(index) };
        world.refuses(index, &reveal_call(id, V, 5_000), error).await;
    }
}

#[tokio::test]
async fn reveal_reverts_when_it_is_done_twice() {
    let world = World::new().await;
    let id = world.submission().await;
    world.commit(id, V, 5_000).await;
    world.to_reveal(id).await;
    world.reveal(id, V, 5_000).await;
    let error = IData::AlreadyRevealed { id, operator: world.who(V) };
    world.refuses(V, &reveal_call(id, V, 5_000), error).await;
}

#[tokio::test]
async fn reveal_takes_the_bounds_of_the_scale() {
    let world = World::new().await;
    let id = world.submission().await;
    world.commit(id, V, 0).await;
    world.commit(id, V + 1, 10_000).await;
    world.to_reveal(id).await;
    world.reveal(id, V, 0).await;
    world.reveal(id, V + 1, 10_000).await;
    for (seat, score) in [(0, 0), (1, 10_000)] {
        let seat = world.read(&IData::reviewerCall { id, seat }).await;
        assert_eq!((seat.scoreBps, seat.isRevealed), (score, true));
    }
}
