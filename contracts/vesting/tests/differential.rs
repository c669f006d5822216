//! Linear locks against OpenZeppelin's `VestingWallet` and `VestingWalletCliff` on stock anvil: the same amounts, times and withdrawals, and equal
//! balances after every one of them.

use crate::world::{ALL, BENEFICIARY, FUNDER, OMNIT, Plan, World, point, units, withdraw};
use alloy::{
    primitives::{Address, U256},
    sol,
    sol_types::{SolCall, SolValue as _},
};
use omnit_abi::IToken;
use omnit_fixtures::shrink::Dice;
use omnit_fixtures::{Chain, Reference};
use omnit_node::Config;

sol! {
    function vestedAmount(address token, uint64 timestamp) external view returns (uint256);
    function releasable(address token) external view returns (uint256);
    function release(address token) external;
}

/// Unix seconds of the first block of both chains.
const GENESIS: u64 = 1_800_000_000;

/// One amount locked both ways.
struct Pair {
    id: u64,
    wallet: Address,
    beneficiary: Address,
}

struct Sides {
    world: World,
    anvil: Chain,
    token: Address,
}

impl Sides {
    async fn start() -> Self {
        let ours = Chain::node_with(Config { genesis_timestamp: Some(GENESIS), ..Config::test() }).await.unwrap();
        let anvil = Chain::anvil_with(&["--timestamp", &GENESIS.to_string()]).await.unwrap();
        let world = World::on(ours).await;
        let token = Reference::OpenZeppelin.deploy_token(&anvil, anvil.account(0)).await.unwrap();
        Self { world, anvil, token }
    }

    /// Locks `amount` from `start` for `secs` seconds, with a cliff if there is one.
    async fn lock(&self, number: u64, amount: u128, [start, secs]: [u64; 2], cliff: Option<u64>) -> Pair {
        let beneficiary = Address::with_last_byte(100 + number as u8);
        let plan = Plan {
            beneficiary,
            start,
            cliff: cliff.map_or(0, |cliff| start + cliff),
            ..self.world.plan(vec![point(start + secs, 0, 1, amount)])
        };
        let id = self.world.create(&plan).await;
        let (kind, arguments) = match cliff {
            None => (Reference::LinearWallet, (beneficiary, start, secs).abi_encode_params()),
            Some(cliff) => (Reference::CliffWallet, (beneficiary, start, secs, cliff).abi_encode_params()),
        };
        let wallet = kind.deploy(&self.anvil, self.anvil.account(7), &arguments).await.unwrap();
        let fund = IToken::transferCall { to: wallet, amount: units(amount) };
        self.anvil.act(self.anvil.account(0), self.token, &fund).await.unwrap();
        Pair { id, wallet, beneficiary }
    }

    async fn compare(&self, pair: &Pair, at: u64) {
        let (token, timestamp) = (self.token, at);
        let theirs = self.anvil.read(pair.wallet, &vestedAmountCall { token, timestamp }).await.unwrap();
        assert_eq!(self.world.streamed(pair.id).await, theirs, "lock {} at {at}", pair.id);
        let theirs = self.anvil.read(pair.wallet, &releasableCall { token }).await.unwrap();
        assert_eq!(self.world.withdrawable(pair.id).await, theirs, "lock {} at {at}", pair.id);
    }

    async fn withdraw(&self, pair: &Pair, at: u64) {
        for chain in [&self.world.chain, &self.anvil] {
            chain.set_next_time(at).await.unwrap();
        }
        let data = withdraw(pair.id, pair.beneficiary, ALL).abi_encode();
        // A lock refuses to pay nothing, a wallet pays nothing: balances are equal either way.
        self.world.chain.send(self.world.who(BENEFICIARY), self.world.vesting, data).await.unwrap();
        let release = releaseCall { token: self.token };
        self.anvil.act(self.anvil.account(6), pair.wallet, &release).await.unwrap();
        let account = pair.beneficiary;
        let theirs = self.anvil.read(self.token, &IToken::balanceOfCall { account }).await.unwrap();
        assert_eq!(self.world.balance(account).await, theirs, "lock {} at {at}", pair.id);
    }
}

#[tokio::test]
async fn linear_and_cliff_locks_equal_openzeppelin_wallets() {
    let sides = Sides::start().await;
    let mut dice = Dice(5);
    let start = GENESIS + 10_000;
    let mut pairs = Vec::new();
    for number in 0..24 {
        let secs = 1 + dice.roll(20_000);
        let from = start + dice.roll(5_000) - 5_000 * (number % 2);
        let amount = 1 + u128::from(dice.roll(1 << 60)) * u128::from(dice.roll(20_000));
        // OpenZeppelin's cliff of no seconds is a cliff at the start, which both know.
        let cliff = (number % 3 != 0).then(|| if number % 4 == 1 { secs } else { dice.roll(secs + 1) });
        assert!(amount < 900_000 * OMNIT);
        sides.world.give(FUNDER, U256::from(amount)).await;
        pairs.push(sides.lock(number, amount, [from, secs], cliff).await);
    }
    let mut at = start - 3_000;
    for _ in 0..60 {
        at += 1 + dice.roll(1_000);
        for chain in [&sides.world.chain, &sides.anvil] {
            chain.mine_at(at).await.unwrap();
        }
        for pair in &pairs {
            sides.compare(pair, at).await;
        }
        for _ in 0..3 {
            at += 1 + dice.roll(40);
            sides.withdraw(&pairs[dice.roll(24) as usize], at).await;
        }
    }
    at += 40_000;
    for pair in &pairs {
        at += 1;
        sides.withdraw(pair, at).await;
        assert_eq!(sides.world.lock(pair.id).await.held, U256::ZERO);
    }
}
