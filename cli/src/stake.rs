//! `omnit stake`.

mod operator;
mod read;
mod terms;
mod tickets;
mod units;

use std::ops::Deref;

use alloy::{primitives::Address, sol_types::SolCall};
use clap::{Args, Subcommand};
use omnit_abi::IToken::transferAndCall_1Call;
use omnit_client::{Sent, amounts::Amount, signers::Account};
use omnit_deployer::TOKEN;

use crate::{
    connection::KeyArgs,
    session::{self, SharedArgs, parse_share, parse_supply},
};
use units::{parse_percent, parse_service};

/// Name of the contract in deployment records.
const STAKING: &str = "staking";

/// Arguments of `omnit stake`.
#[derive(Args)]
pub(crate) struct StakeArgs {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: StakeCommand,
}

/// Which stake.
#[derive(Args, Clone, Copy)]
struct Place {
    /// Whom the stake is with
    operator: Account,
    /// Service: validator, compute, or a number from 1 to 8
    #[arg(long, default_value = "validator", value_parser = parse_service)]
    service: u8,
}

/// Which position of an owner.
#[derive(Args, Clone, Copy)]
struct PositionArgs {
    #[command(flatten)]
    place: Place,
    /// Number that keeps positions of one owner apart
    #[arg(long, default_value_t = 0)]
    tag: u64,
}

/// Subcommands of `omnit stake`. ACCOUNT is an address or, on a local chain, the number of a test account (0 to 9). AMOUNT is in OMNIT
/// with up to 18 decimals.
#[derive(Subcommand)]
enum StakeCommand {
    /// Terms of all services, and the limits
    Services,
    /// Operators of a service, with their stake and performance
    Operators {
        /// Service
        #[arg(long, default_value = "validator", value_parser = parse_service)]
        service: u8,
    },
    /// What stands behind one operator
    Operator(Place),
    /// Positions of an account, with what they are worth and can claim
    Positions {
        /// Owner [default: the account that commands act for]
        owner: Option<Account>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Tickets of an account that wait to be withdrawn
    Tickets {
        /// Owner [default: the account that commands act for]
        owner: Option<Account>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Offer a service
    Register {
        /// Service
        #[arg(value_parser = parse_service)]
        service: u8,
        /// Share of the yield that the operator keeps before the rest goes to all stake, in percent
        #[arg(long, value_parser = parse_percent, default_value = "10")]
        commission: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Change the commission; once a day, by a step
    Commission {
        /// Service
        #[arg(value_parser = parse_service)]
        service: u8,
        /// Percent
        #[arg(value_parser = parse_percent)]
        percent: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Leave jail when its time is over
    Unjail {
        /// Service
        #[arg(value_parser = parse_service)]
        service: u8,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Stake OMNIT with an operator: an operator's own stake, or a delegation to somebody else
    #[command(visible_alias = "delegate")]
    Add {
        #[command(flatten)]
        position: PositionArgs,
        /// OMNIT, at least 1
        #[arg(value_parser = parse_supply)]
        amount: Amount,
        /// Who receives the yield [default: the owner]
        #[arg(long)]
        holder: Option<Account>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Begin to take stake back; it can be withdrawn when it is thawed
    Thaw {
        #[command(flatten)]
        position: PositionArgs,
        /// OMNIT, or `all`
        #[arg(value_parser = parse_share)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Receive the OMNIT of a thawed ticket
    Withdraw {
        /// Number of the ticket
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Make a ticket stake again
    Restake {
        /// Number of the ticket
        id: u64,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Pay the yield of a position to its holder, or with --commission that of an operator; anybody may do it
    Claim {
        #[command(flatten)]
        position: PositionArgs,
        /// Owner of the position [default: the sender]
        #[arg(long, conflicts_with = "commission")]
        owner: Option<Account>,
        /// Pay the commission to the operator
        #[arg(long)]
        commission: bool,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Name another receiver of the yield of a position of the sender
    Holder {
        #[command(flatten)]
        position: PositionArgs,
        /// Receiver from now on
        holder: Account,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Add OMNIT to the yield of one operator
    Reward {
        #[command(flatten)]
        place: Place,
        /// OMNIT
        #[arg(value_parser = parse_supply)]
        amount: Amount,
        #[command(flatten)]
        key: KeyArgs,
    },
    #[command(flatten)]
    Terms(terms::TermsCommand),
}

impl StakeArgs {
    /// Runs the command.
    pub(crate) async fn run(self) -> eyre::Result<()> {
        use StakeCommand as C;
        let Self { shared, command } = self;
        let with = async |key: KeyArgs| Session::new(shared.connect_with(&key).await?);
        match command {
            C::Services => read::services(&connect(&shared).await?).await,
            C::Operators { service } => read::operators(&connect(&shared).await?, service).await,
            C::Operator(place) => read::operator(&connect(&shared).await?, place).await,
            C::Positions { owner, key } => read::positions(&who(&shared, owner, &key).await?).await,
            C::Tickets { owner, key } => tickets::list(&who(&shared, owner, &key).await?).await,
            C::Register { service, commission, key } => {
                operator::register(&with(key).await?, service, commission).await
            }
            C::Commission { service, percent, key } => operator::commission(&with(key).await?, service, percent).await,
            C::Unjail { service, key } => operator::unjail(&with(key).await?, service).await,
            C::Add { position, amount, holder, key } => {
                operator::add(&with(key).await?, position, amount, holder).await
            }
            C::Thaw { position, amount, key } => tickets::thaw(&with(key).await?, position, amount).await,
            C::Withdraw { id, key } => tickets::withdraw(&with(key).await?, id).await,
            C::Restake { id, key } => tickets::restake(&with(key).await?, id).await,
            C::Claim { position, commission: true, key, .. } => {
                operator::claim_commission(&with(key).await?, position.place).await
            }
            C::Claim { position, owner, key, .. } => operator::claim(&with(key).await?, position, owner).await,
            C::Holder { position, holder, key } => operator::holder(&with(key).await?, position, holder).await,
            C::Reward { place, amount, key } => operator::reward(&with(key).await?, place, amount).await,
            C::Terms(command) => command.run(&shared).await,
        }
    }
}

async fn connect(shared: &SharedArgs) -> eyre::Result<Session> {
    Session::new(shared.connect().await?)
}

/// A session and the account that is asked about: the one named, or that of the key.
async fn who(shared: &SharedArgs, owner: Option<Account>, key: &KeyArgs) -> eyre::Result<(Session, Address)> {
    if let Some(owner) = owner {
        let session = connect(shared).await?;
        let owner = session.resolve(owner)?;
        return Ok((session, owner));
    }
    let session = Session::new(shared.connect_with(key).await?)?;
    let owner = session.sender()?;
    Ok((session, owner))
}

/// A session and the staking contract on its chain.
struct Session {
    common: session::Session,
    staking: Address,
}

impl Deref for Session {
    type Target = session::Session;

    fn deref(&self) -> &Self::Target {
        &self.common
    }
}

impl Session {
    fn new(common: session::Session) -> eyre::Result<Self> {
        let staking = common.contract(STAKING)?;
        Ok(Self { common, staking })
    }

    /// Reads from staking.
    async fn read<C: SolCall>(&self, call: &C) -> eyre::Result<C::Return> {
        Ok(self.client.call(self.staking, call).await?)
    }

    /// Sends to staking.
    async fn send<C: SolCall>(&self, call: &C) -> eyre::Result<Sent> {
        Ok(self.client.send(self.staking, call).await?)
    }

    /// Sends OMNIT to staking with something to do.
    async fn send_with(&self, amount: Amount, action: &impl SolCall) -> eyre::Result<Sent> {
        let data = action.abi_encode().into();
        let call = transferAndCall_1Call { to: self.staking, value: amount.0, data };
        Ok(self.client.send(self.contract(TOKEN)?, &call).await?)
    }
}
