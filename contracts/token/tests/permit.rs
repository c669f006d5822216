use crate::world::{Signed, World, log, units};
use alloy::{
    primitives::{Address, B256, Bytes, U256, hex},
    sol,
    sol_types::SolValue as _,
};
use omnit_abi::IToken::{self, Approval, permit_0Call, permit_1Call};
use omnit_fixtures::Reference;

sol! {
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

const OWNER: usize = 1;
const RELAYER: usize = 5;

fn permit(world: &World, owner: Address, nonce: u64, deadline: U256) -> Permit {
    Permit { owner, spender: world.who(2), value: units(70), nonce: units(nonce), deadline }
}

fn by_key(message: &Permit, signed: Signed) -> permit_0Call {
    let Permit { owner, spender, value, deadline, .. } = message.clone();
    permit_0Call { owner, spender, value, deadline, v: signed.v(), r: signed.r(), s: signed.s() }
}

fn by_bytes(message: &Permit, signature: Bytes) -> permit_1Call {
    let Permit { owner, spender, value, deadline, .. } = message.clone();
    permit_1Call { owner, spender, value, deadline, signature }
}

#[tokio::test]
async fn permit_reverts_when_it_expired() {
    let world = World::new().await;
    let deadline = U256::from(world.chain.now().await.unwrap() - 1);
    let message = permit(&world, world.who(OWNER), 0, deadline);
    let signed = world.sign(OWNER, &message);
    let error = IToken::ERC2612ExpiredSignature { deadline };
    world.refuses(RELAYER, &by_key(&message, signed), error.clone()).await;
    world.refuses(RELAYER, &by_bytes(&message, signed.bytes()), error).await;
}

#[tokio::test]
async fn permit_reverts_when_somebody_else_signed() {
    let world = World::new().await;
    let message = permit(&world, world.who(OWNER), 0, U256::MAX);
    let signed = world.sign(3, &message);
    let error = IToken::ERC2612InvalidSigner { signer: world.who(3), owner: world.who(OWNER) };
    world.refuses(RELAYER, &by_key(&message, signed), error.clone()).await;
    world.refuses(RELAYER, &by_bytes(&message, signed.bytes()), error).await;
}

#[tokio::test]
async fn permit_reverts_when_s_is_malleable() {
    let world = World::new().await;
    let message = permit(&world, world.who(OWNER), 0, U256::MAX);
    let twin = world.sign(OWNER, &message).malleable();
    world.refuses(RELAYER, &by_key(&message, twin), IToken::ECDSAInvalidSignatureS { s: twin.s() }).await;
    let error = IToken::ERC2612InvalidSigner { signer: Address::ZERO, owner: world.who(OWNER) };
    world.refuses(RELAYER, &by_bytes(&message, twin.bytes()), error).await;
}

#[tokio::test]
async fn permit_reverts_when_the_signature_names_nobody() {
    let world = World::new().await;
    let message = permit(&world, world.who(OWNER), 0, U256::MAX);
    let signed = world.sign(OWNER, &message);
    for v in [0, 26, 29, 255] {
        let call = permit_0Call { v, ..by_key(&message, signed) };
        world.refuses(RELAYER, &call, IToken::ECDSAInvalidSignature {}).await;
    }
    let call = permit_0Call { r: B256::ZERO, ..by_key(&message, signed) };
    world.refuses(RELAYER, &call, IToken::ECDSAInvalidSignature {}).await;
    // The zero address must never count as the signer of a broken signature.
    let nobody = permit(&world, Address::ZERO, 0, U256::MAX);
    world.refuses(RELAYER, &permit_0Call { v: 0, ..by_key(&nobody, signed) }, IToken::ECDSAInvalidSignature {}).await;
    let error = IToken::ERC2612InvalidSigner { signer: Address::ZERO, owner: Address::ZERO };
    world.refuses(RELAYER, &by_bytes(&nobody, Bytes::from([0; 65])), error).await;
    for len in [0, 64, 66] {
        let error = IToken::ERC2612InvalidSigner { signer: Address::ZERO, owner: world.who(OWNER) };
        world.refuses(RELAYER, &by_bytes(&message, vec![1; len].into()), error).await;
    }
}

#[tokio::test]
async fn permit_reverts_when_the_spender_is_zero() {
    let world = World::new().await;
    let message = Permit { spender: Address::ZERO, ..permit(&world, world.who(OWNER), 0, U256::MAX) };
    let signed = world.sign(OWNER, &message);
    world.refuses(RELAYER, &by_key(&message, signed), IToken::ERC20InvalidSpender { spender: Address::ZERO }).await;
}

#[tokio::test]
async fn permit_works_once_when_the_owner_signed() {
    let world = World::new().await;
    let (owner, spender) = (world.who(OWNER), world.who(2));
    for nonce in 0..2 {
        let message = permit(&world, owner, nonce, U256::MAX);
        let signed = world.sign(OWNER, &message);
        let logs = match nonce {
            0 => world.act(RELAYER, &by_key(&message, signed)).await,
            _ => world.act(RELAYER, &by_bytes(&message, signed.bytes())).await,
        };
        assert_eq!(logs, [log(&Approval { owner, spender, amount: units(70) })]);
        assert_eq!(world.read(&IToken::noncesCall { owner }).await, units(nonce + 1));
        let replay = world.chain.send(
            world.who(RELAYER),
            world.token,
            alloy::sol_types::SolCall::abi_encode(&by_key(&message, signed)),
        );
        assert!(!replay.await.unwrap().status(), "a used permit must fail");
    }
    assert_eq!(world.read(&IToken::allowanceCall { owner, spender }).await, units(70));
}

#[tokio::test]
async fn permit_asks_the_contract_when_the_owner_is_one() {
    let world = World::new().await;
    let keeper = world.who(4);
    let owner = Reference::Counterparty.deploy(&world.chain, world.who(0), &keeper.abi_encode()).await.unwrap();
    let message = permit(&world, owner, 0, U256::MAX);
    let stranger = world.sign(3, &message);
    let error = IToken::ERC2612InvalidSigner { signer: world.who(3), owner };
    world.refuses(RELAYER, &by_bytes(&message, stranger.bytes()), error).await;
    world.act(RELAYER, &by_bytes(&message, world.sign(4, &message).bytes())).await;
    assert_eq!(world.read(&IToken::allowanceCall { owner, spender: world.who(2) }).await, units(70));
}

#[tokio::test]
async fn permit_takes_the_key_of_an_account_that_delegates_its_code() {
    let world = World::new().await;
    let owner = world.who(OWNER);
    // EIP-7702: the account runs the code of a contract that knows nothing of ERC-1271, the token itself.
    let designator = Bytes::from([hex!("ef0100").as_slice(), world.token.as_slice()].concat());
    let _: serde_json::Value = world.chain.request("anvil_setCode", (owner, designator)).await.unwrap();
    assert!(!world.chain.code(owner).await.unwrap().is_empty());
    let message = permit(&world, owner, 0, U256::MAX);
    world.act(RELAYER, &by_bytes(&message, world.sign(OWNER, &message).bytes())).await;
    assert_eq!(world.read(&IToken::noncesCall { owner }).await, units(1));
}

#[tokio::test]
async fn permit_reverts_when_the_owner_is_a_precompile_that_echoes() {
    let world = World::new().await;
    for owner in 1..=10 {
        let owner = Address::with_last_byte(owner);
        let message = permit(&world, owner, 0, U256::MAX);
        let error = IToken::ERC2612InvalidSigner { signer: Address::ZERO, owner };
        world.refuses(RELAYER, &by_bytes(&message, Bytes::from_static(b"please")), error).await;
    }
}
