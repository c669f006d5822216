use crate::world::{Signed, World, log, units};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol,
    sol_types::SolValue as _,
};
use omnit_abi::IToken::{
    self, AuthorizationCanceled, AuthorizationUsed, Transfer, authorizationStateCall, cancelAuthorization_0Call,
    cancelAuthorization_1Call, receiveWithAuthorization_0Call, receiveWithAuthorization_1Call,
    transferWithAuthorization_0Call, transferWithAuthorization_1Call,
};
use omnit_fixtures::Reference;

sol! {
    #[derive(Debug)]
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
    struct ReceiveWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
    struct CancelAuthorization {
        address authorizer;
        bytes32 nonce;
    }
}

const NONCE: B256 = B256::repeat_byte(0x5a);
const RELAYER: usize = 5;

fn message(world: &World) -> TransferWithAuthorization {
    let (from, to) = (world.who(0), world.who(2));
    TransferWithAuthorization { from, to, value: units(9), validAfter: units(0), validBefore: U256::MAX, nonce: NONCE }
}

fn received(message: &TransferWithAuthorization) -> ReceiveWithAuthorization {
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message.clone();
    ReceiveWithAuthorization { from, to, value, validAfter, validBefore, nonce }
}

fn transfer(message: &TransferWithAuthorization, signed: Signed) -> transferWithAuthorization_0Call {
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message.clone();
    let (v, r, s) = (signed.v(), signed.r(), signed.s());
    transferWithAuthorization_0Call { from, to, value, validAfter, validBefore, nonce, v, r, s }
}

fn transfer_bytes(message: &TransferWithAuthorization, signature: Bytes) -> transferWithAuthorization_1Call {
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message.clone();
    transferWithAuthorization_1Call { from, to, value, validAfter, validBefore, nonce, signature }
}

fn receive(message: &TransferWithAuthorization, signed: Signed) -> receiveWithAuthorization_0Call {
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message.clone();
    let (v, r, s) = (signed.v(), signed.r(), signed.s());
    receiveWithAuthorization_0Call { from, to, value, validAfter, validBefore, nonce, v, r, s }
}

#[tokio::test]
async fn transfer_with_authorization_reverts_when_the_signature_does_not_hold() {
    let world = World::new().await;
    let message = message(&world);
    let stranger = world.sign(3, &message);
    world.refuses(RELAYER, &transfer(&message, stranger), IToken::ERC3009InvalidSignature {}).await;
    world.refuses(RELAYER, &transfer_bytes(&message, stranger.bytes()), IToken::ERC3009InvalidSignature {}).await;
    let twin = world.sign(0, &message).malleable();
    world.refuses(RELAYER, &transfer(&message, twin), IToken::ECDSAInvalidSignatureS { s: twin.s() }).await;
    world.refuses(RELAYER, &transfer_bytes(&message, twin.bytes()), IToken::ERC3009InvalidSignature {}).await;
    // A signature for receiving is none for transferring, and the other way round.
    let other = world.sign(0, &received(&message));
    world.refuses(RELAYER, &transfer(&message, other), IToken::ERC3009InvalidSignature {}).await;
    world.refuses(2, &receive(&message, world.sign(0, &message)), IToken::ERC3009InvalidSignature {}).await;
}

#[tokio::test]
async fn transfer_with_authorization_reverts_when_it_is_not_the_time() {
    let world = World::new().await;
    let far = U256::from(world.chain.now().await.unwrap() + 1_000_000);
    let past = U256::from(world.chain.now().await.unwrap() - 1_000);
    for (valid_after, valid_before) in [(far, U256::MAX), (units(0), past), (U256::MAX, units(0))] {
        let message =
            TransferWithAuthorization { validAfter: valid_after, validBefore: valid_before, ..message(&world) };
        let error = IToken::ERC3009InvalidAuthorizationTime { validAfter: valid_after, validBefore: valid_before };
        world.refuses(RELAYER, &transfer(&message, world.sign(0, &message)), error).await;
    }
}

#[tokio::test]
async fn transfer_with_authorization_excludes_both_ends_of_its_time() {
    let world = World::new().await;
    let at = world.chain.now().await.unwrap() + 100;
    let now = U256::from(at);
    for (i, (after, before, works)) in
        [(now, U256::MAX, false), (units(0), now, false), (now - units(1), now + units(1), true)]
            .into_iter()
            .enumerate()
    {
        let nonce = B256::with_last_byte(i as u8);
        let message = TransferWithAuthorization { validAfter: after, validBefore: before, nonce, ..message(&world) };
        let data = alloy::sol_types::SolCall::abi_encode(&transfer(&message, world.sign(0, &message)));
        let snapshot = world.chain.snapshot().await.unwrap();
        world.chain.set_next_time(at).await.unwrap();
        assert_eq!(world.chain.send(world.who(RELAYER), world.token, data).await.unwrap().status(), works);
        world.chain.revert(snapshot).await.unwrap();
    }
}

#[tokio::test]
async fn receive_with_authorization_reverts_when_the_caller_is_not_the_receiver() {
    let world = World::new().await;
    let message = message(&world);
    let call = receive(&message, world.sign(0, &received(&message)));
    world.refuses(RELAYER, &call, IToken::ERC20InvalidReceiver { receiver: world.who(2) }).await;
}

#[tokio::test]
async fn transfer_with_authorization_works_once_when_the_holder_signed() {
    let world = World::new().await;
    let message = message(&world);
    let (from, to, authorizer) = (world.who(0), world.who(2), world.who(0));
    let call = transfer(&message, world.sign(0, &message));
    let expected =
        [log(&AuthorizationUsed { authorizer, nonce: NONCE }), log(&Transfer { from, to, amount: units(9) })];
    assert_eq!(world.act(RELAYER, &call).await, expected);
    assert!(world.read(&authorizationStateCall { authorizer, nonce: NONCE }).await);
    assert!(!world.read(&authorizationStateCall { authorizer: to, nonce: NONCE }).await);
    world.refuses(RELAYER, &call, IToken::ERC3009UsedAuthorization { authorizer, nonce: NONCE }).await;
    assert_eq!(world.read(&IToken::noncesCall { owner: from }).await, units(0), "random nonces are no sequence");
}

#[tokio::test]
async fn receive_with_authorization_works_when_the_receiver_delivers() {
    let world = World::new().await;
    let message = message(&world);
    let signed = world.sign(0, &received(&message));
    world.act(2, &receive(&message, signed)).await;
    assert_eq!(world.balance(world.who(2)).await, units(9));
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message;
    let signature = signed.bytes();
    let again = receiveWithAuthorization_1Call { from, to, value, validAfter, validBefore, nonce, signature };
    world.refuses(2, &again, IToken::ERC3009UsedAuthorization { authorizer: from, nonce }).await;
}

#[tokio::test]
async fn transfer_with_authorization_asks_the_contract_when_the_holder_is_one() {
    let world = World::new().await;
    let keeper = world.who(4);
    let holder = Reference::Counterparty.deploy(&world.chain, world.who(0), &keeper.abi_encode()).await.unwrap();
    world.act(0, &IToken::transferCall { to: holder, amount: units(20) }).await;
    let message = TransferWithAuthorization { from: holder, ..message(&world) };
    let signed = world.sign(4, &message);
    world.refuses(RELAYER, &transfer(&message, signed), IToken::ERC3009InvalidSignature {}).await;
    world.act(RELAYER, &transfer_bytes(&message, signed.bytes())).await;
    assert_eq!(world.balance(holder).await, units(11));
}

#[tokio::test]
async fn cancel_authorization_makes_the_nonce_unusable() {
    let world = World::new().await;
    let authorizer = world.who(0);
    let cancel = CancelAuthorization { authorizer, nonce: NONCE };
    let (stranger, signed) = (world.sign(1, &cancel), world.sign(0, &cancel));
    let bytes = |signature| cancelAuthorization_1Call { authorizer, nonce: NONCE, signature };
    let key = |by: Signed| cancelAuthorization_0Call { authorizer, nonce: NONCE, v: by.v(), r: by.r(), s: by.s() };
    world.refuses(RELAYER, &key(stranger), IToken::ERC3009InvalidSignature {}).await;
    world.refuses(RELAYER, &bytes(stranger.bytes()), IToken::ERC3009InvalidSignature {}).await;
    let logs = world.act(RELAYER, &bytes(signed.bytes())).await;
    assert_eq!(logs, [log(&AuthorizationCanceled { authorizer, nonce: NONCE })]);
    world.refuses(RELAYER, &key(signed), IToken::ERC3009UsedAuthorization { authorizer, nonce: NONCE }).await;
    let message = message(&world);
    let late = transfer(&message, world.sign(0, &message));
    world.refuses(RELAYER, &late, IToken::ERC3009UsedAuthorization { authorizer, nonce: NONCE }).await;
    let nobody = cancelAuthorization_1Call { authorizer: Address::ZERO, nonce: NONCE, signature: Bytes::from([0; 65]) };
    world.refuses(RELAYER, &nobody, IToken::ERC3009InvalidSignature {}).await;
}
