//! `omnit rewards season` and `omnit rewards badges`.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, U256},
};
use clap::Subcommand;
use eyre::ensure;
use omnit_abi::{
    IBadge,
    ISeason::{
        Paid, PointsAdded, Proposed, currentCall, pointsOfCall, poolCall, proposalOfCall, proposeCall, seasonOfCall,
        seasonOfReturn, settleSeasonCall, settledCall,
    },
};
use omnit_client::{Sent, amounts::Amount, signers::Account};
use serde_json::{Value, json};

use super::{
    BADGE, SEASON, connect,
    text::{percent, time},
};
use crate::{
    connection::KeyArgs,
    output::{Lines, amount_json, print, sent_json},
    session::{Session, SharedArgs},
};

/// Most accounts of a list.
const MOST_RANKS: usize = 64;

/// Subcommands of `omnit rewards season`. Without --season, the season that runs; the next to settle where it is about payout.
#[derive(Subcommand)]
pub(super) enum SeasonCommand {
    /// When a season runs, its pool and its best list
    Info {
        /// Season
        #[arg(long, value_name = "N")]
        season: Option<u32>,
    },
    /// Points of accounts
    Points {
        /// Accounts
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Account>,
        /// Season
        #[arg(long, value_name = "N")]
        season: Option<u32>,
    },
    /// The ranking, added up from the events of the contract
    Ranking {
        /// Season
        #[arg(long, value_name = "N")]
        season: Option<u32>,
        /// Ranks to show
        #[arg(long, value_name = "N", default_value_t = MOST_RANKS)]
        top: usize,
    },
    /// Propose the true ranking of a season that is over
    Propose {
        /// Season
        #[arg(long, value_name = "N")]
        season: Option<u32>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Pay a season with its accepted list
    Settle {
        /// Season
        #[arg(long, value_name = "N")]
        season: Option<u32>,
        #[command(flatten)]
        key: KeyArgs,
    },
}

impl SeasonCommand {
    pub(super) async fn run(self, shared: &SharedArgs) -> eyre::Result<()> {
        match self {
            Self::Info { season } => info(&Seasons::of(shared.connect().await?)?, season).await,
            Self::Points { accounts, season } => {
                points(&Seasons::of(shared.connect().await?)?, &accounts, season).await
            }
            Self::Ranking { season, top } => ranking(&Seasons::of(shared.connect().await?)?, season, top).await,
            Self::Propose { season, key } => propose(&Seasons::of(connect(shared, &key).await?)?, season).await,
            Self::Settle { season, key } => settle(&Seasons::of(connect(shared, &key).await?)?, season).await,
        }
    }
}

/// A session and the seasons on its chain.
struct Seasons {
    session: Session,
    contract: Address,
}

impl Seasons {
    fn of(session: Session) -> eyre::Result<Self> {
        let contract = session.contract(SEASON)?;
        Ok(Self { session, contract })
    }

    async fn read<C: alloy::sol_types::SolCall>(&self, call: &C) -> eyre::Result<C::Return> {
        Ok(self.session.client.call(self.contract, call).await?)
    }

    /// The season asked for, or the one that runs.
    async fn running(&self, season: Option<u32>) -> eyre::Result<u32> {
        match season {
            Some(season) => Ok(season),
            None => Ok(self.read(&currentCall {}).await?.to()),
        }
    }

    /// The season asked for, or the next to settle.
    async fn next(&self, season: Option<u32>) -> eyre::Result<u32> {
        match season {
            Some(season) => Ok(season),
            None => Ok(self.read(&settledCall {}).await?.seasons.to()),
        }
    }

    /// Accounts of a season with their points, best first.
    async fn ranking(&self, season: u32) -> eyre::Result<Vec<(Address, U256)>> {
        let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
        let mut sums: BTreeMap<Address, U256> = BTreeMap::new();
        for found in self.session.client.events::<PointsAdded>(self.contract, first, last).await? {
            if found.event.season == U256::from(season) {
                *sums.entry(found.event.account).or_default() += found.event.points;
            }
        }
        let mut ranking: Vec<_> = sums.into_iter().collect();
        // Accounts come in the order of their addresses, and that is their order among equals.
        ranking.sort_by_key(|account| std::cmp::Reverse(account.1));
        Ok(ranking)
    }

    /// The accepted list of a season; empty when there is none.
    async fn accepted(&self, season: u32) -> eyre::Result<Vec<Address>> {
        let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
        let found = self.session.client.events::<Proposed>(self.contract, first, last).await?;
        let mut of_season = found.into_iter().filter(|found| found.event.season == U256::from(season));
        Ok(of_season.next_back().map(|found| found.event.accounts).unwrap_or_default())
    }
}

async fn info(seasons: &Seasons, season: Option<u32>) -> eyre::Result<()> {
    let season = seasons.running(season).await?;
    let span = seasons.read(&seasonOfCall { season }).await?;
    let best = seasons.read(&proposalOfCall { season }).await?;
    let settled = seasons.read(&settledCall {}).await?;
    let is_settled = settled.seasons > U256::from(season);
    let mut lines = Lines::default();
    lines
        .add("season", season)
        .add("begins", time(span.startsAt))
        .add("ends", time(span.endsAt))
        .add("lists until", time(span.closesAt))
        .add("largest share", percent(span.maxShareBps))
        .add("best list", if best.list.is_zero() { "none".to_owned() } else { format!("{} points", best.points) })
        .add("settled", if is_settled { "yes" } else { "no" })
        .add("paid, all seasons", format!("{} OMNIT", Amount(settled.paid)));
    let mut json = json!({
        "season": season, "starts_at": span.startsAt.to::<u64>(), "ends_at": span.endsAt.to::<u64>(),
        "closes_at": span.closesAt.to::<u64>(), "max_share_bps": span.maxShareBps.to::<u64>(),
        "best": { "points": best.points.to_string(), "list": best.list }, "settled": is_settled,
        "paid": amount_json(Amount(settled.paid)), "pool": null,
    });
    if settled.seasons == U256::from(season) {
        let pool = Amount(seasons.read(&poolCall {}).await?);
        lines.add("pool at its end", format!("{pool} OMNIT"));
        json["pool"] = amount_json(pool);
    }
    print(seasons.session.json, &lines, &json)
}

async fn points(seasons: &Seasons, accounts: &[Account], season: Option<u32>) -> eyre::Result<()> {
    let season = seasons.running(season).await?;
    let (mut lines, mut rows) = (Lines::default(), Vec::new());
    for account in accounts {
        let account = seasons.session.resolve(*account)?;
        let points = seasons.read(&pointsOfCall { season, account }).await?;
        lines.add(account.to_string(), format!("{points} points in season {season}"));
        rows.push(json!({ "account": account, "points": points.to_string() }));
    }
    print(seasons.session.json, &lines, &json!({ "season": season, "points": rows }))
}

async fn ranking(seasons: &Seasons, season: Option<u32>, top: usize) -> eyre::Result<()> {
    let season = seasons.running(season).await?;
    let ranking = seasons.ranking(season).await?;
    let mut lines = Lines::default();
    lines.add("season", format!("{season}, {} accounts with points", ranking.len()));
    for (rank, (account, points)) in (1..).zip(ranking.iter().take(top)) {
        lines.add(format!("{rank}"), format!("{account}  {points} points"));
    }
    let rows: Vec<_> = (1..).zip(ranking.iter().take(top)).map(row).collect();
    let json = json!({ "season": season, "accounts": ranking.len(), "ranking": rows });
    print(seasons.session.json, &lines, &json)
}

fn row((rank, (account, points)): (usize, &(Address, U256))) -> Value {
    json!({ "rank": rank, "account": account, "points": points.to_string() })
}

async fn propose(seasons: &Seasons, season: Option<u32>) -> eyre::Result<()> {
    let season = seasons.next(season).await?;
    let seasonOfReturn { endsAt, closesAt, .. } = seasons.read(&seasonOfCall { season }).await?;
    let now = U256::from(seasons.session.client.now().await?);
    ensure!(now >= endsAt, "season {season} runs until {}; its ranking is proposed after that", time(endsAt));
    ensure!(now < closesAt, "lists of season {season} could be proposed until {}", time(closesAt));
    let ranking = seasons.ranking(season).await?;
    ensure!(!ranking.is_empty(), "nobody has points in season {season}");
    let accounts: Vec<_> = ranking.iter().take(MOST_RANKS).map(|(account, _)| *account).collect();
    let points: U256 = ranking.iter().take(MOST_RANKS).map(|(_, points)| *points).sum();
    let best = seasons.read(&proposalOfCall { season }).await?;
    ensure!(
        best.points < points || best.list != list_hash(&accounts),
        "the true ranking of season {season} is proposed already"
    );
    let call = proposeCall { season, accounts: accounts.clone() };
    let sent = seasons.session.client.send(seasons.contract, &call).await?;
    let mut lines = Lines::default();
    lines
        .add("proposed", format!("season {season}: {} accounts with {points} points", accounts.len()))
        .add("better lists until", time(closesAt))
        .add_sent(&sent);
    let json = json!({
        "action": "propose", "season": season, "accounts": accounts, "points": points.to_string(),
        "closes_at": closesAt.to::<u64>(), "transaction": sent_json(&sent),
    });
    print(seasons.session.json, &lines, &json)
}

/// keccak256 of the accounts as words.
fn list_hash(accounts: &[Address]) -> alloy::primitives::B256 {
    let words: Vec<u8> = accounts.iter().flat_map(|account| account.into_word().0).collect();
    alloy::primitives::keccak256(words)
}

async fn settle(seasons: &Seasons, season: Option<u32>) -> eyre::Result<()> {
    let season = seasons.next(season).await?;
    let closes_at = seasons.read(&seasonOfCall { season }).await?.closesAt;
    let now = U256::from(seasons.session.client.now().await?);
    ensure!(
        now >= closes_at,
        "lists of season {season} can be proposed until {}; it is paid after that",
        time(closes_at)
    );
    let accounts = seasons.accepted(season).await?;
    let sent = seasons.session.client.send(seasons.contract, &settleSeasonCall { season, accounts }).await?;
    let paid: Vec<Paid> = sent.events_of(seasons.contract).collect();
    print_paid(seasons, season, &paid, &sent)
}

fn print_paid(seasons: &Seasons, season: u32, paid: &[Paid], sent: &Sent) -> eyre::Result<()> {
    let sum = Amount(paid.iter().map(|paid| paid.amount).sum());
    let mut lines = Lines::default();
    lines.add("settled", format!("season {season}: {sum} OMNIT for {} accounts", paid.len()));
    for one in paid {
        lines.add(format!("rank {}", one.rank), format!("{}  {} OMNIT", one.account, Amount(one.amount)));
    }
    lines.add_sent(sent);
    let row = |one: &Paid| {
        json!({
            "rank": one.rank.to::<u64>(), "account": one.account, "points": one.points.to_string(),
            "amount": amount_json(Amount(one.amount)),
        })
    };
    let rows: Vec<_> = paid.iter().map(row).collect();
    let json = json!({
        "action": "settle", "season": season, "paid": amount_json(sum), "ranks": rows, "transaction": sent_json(sent),
    });
    print(seasons.session.json, &lines, &json)
}

/// `omnit rewards badges`.
pub(super) async fn badges(session: &Session, account: Account) -> eyre::Result<()> {
    let (badge, account) = (session.contract(BADGE)?, session.resolve(account)?);
    let (first, last) = (BlockNumberOrTag::Earliest, BlockNumberOrTag::Latest);
    let mut held = std::collections::BTreeSet::new();
    for found in session.client.events::<IBadge::Transfer>(badge, first, last).await? {
        if found.event.to == account {
            held.insert(found.event.tokenId);
        } else if found.event.from == account {
            held.remove(&found.event.tokenId);
        }
    }
    let (mut lines, mut rows) = (Lines::default(), Vec::new());
    lines.add("account", format!("{account}, {} badges", held.len()));
    for id in held {
        let (season, rank) = id.div_rem(U256::from(256));
        lines.add(format!("badge {id}"), format!("season {season}, rank {rank}"));
        rows.push(json!({ "id": id.to::<u64>(), "season": season.to::<u64>(), "rank": rank.to::<u64>() }));
    }
    print(session.json, &lines, &json!({ "account": account, "badges": rows }))
}
