//! One campaign: what it holds, who may take what, and which entries were paid.

use crate::{
    Result,
    fund::{Fund, Terms},
    slot::{self, Domain},
};
use alloc::string::String;
use alloy_primitives::{Address, B256, U256};
use omnit_abi::IAllocation;
use omnit_runtime::{
    Revert,
    amount::{narrow, widen},
    chain, emit, storage,
};

/// Longest time to the end of a campaign, in seconds: ten years. Times in milliseconds are beyond it.
const MAX_DURATION_SECS: u64 = 10 * 31_557_600;

/// Where the sum of what was paid in stops counting: OMNIT that was claimed can be paid in again, and 96 bits are kept of it.
const MAX_FUNDED: u128 = (1 << 96) - 1;

/// A campaign that exists, with its fund as far as this call changed it.
pub(crate) struct Campaign {
    id: u64,
    fund: Fund,
}

/// Opens the next campaign for `owner`, who paid `amount` in.
#[inline(never)]
pub(crate) fn open(owner: Address, amount: U256, root: B256, expires_at: u64, uri: &[u8]) -> Result<()> {
    if root.is_zero() {
        return Err(IAllocation::ZeroRoot {}.into());
    }
    let now = chain::now();
    let latest = now + MAX_DURATION_SECS;
    if expires_at <= now || expires_at > latest {
        return Err(IAllocation::InvalidExpiry { expiresAt: U256::from(expires_at), latest: U256::from(latest) }.into());
    }
    let Ok(uri) = String::from_utf8(uri.to_vec()) else { return Err(Revert::empty()) };
    let id = next_id();
    storage::store(slot::of(Domain::Root, id, 0), root);
    Campaign { id, fund: Fund::of(owner) }.pay_in(amount, Terms::new(expires_at, 0))?;
    let (id, expires_at) = (U256::from(id), U256::from(expires_at));
    emit(&IAllocation::CampaignOpened { id, owner, root, amount, expiresAt: expires_at, uri });
    Ok(())
}

/// How many campaigns there were.
pub(crate) fn count() -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&storage::load(slot::own(Domain::Token))[4..12]);
    u64::from_be_bytes(bytes)
}

/// Counts one campaign more; answers its id.
fn next_id() -> u64 {
    let id = count() + 1;
    let mut word = storage::load(slot::own(Domain::Token));
    word[4..12].copy_from_slice(&id.to_be_bytes());
    storage::store(slot::own(Domain::Token), word);
    id
}

impl Campaign {
    /// The campaign with this id.
    #[inline(never)]
    pub(crate) fn find(id: U256) -> Result<Self> {
        let unknown = || IAllocation::UnknownCampaign { id };
        let key = narrow(id).and_then(|id| u64::try_from(id).ok()).ok_or_else(unknown)?;
        let fund = Fund(storage::load(slot::of(Domain::Fund, key, 0)));
        if fund == Fund::default() {
            return Err(unknown().into());
        }
        Ok(Self { id: key, fund })
    }

    /// Who opened it. Never zero: OMNIT does not come from the zero address.
    pub(crate) fn owner(&self) -> Address {
        self.fund.owner()
    }

    /// Base units that can still be claimed or taken back.
    pub(crate) fn left(&self) -> u128 {
        self.fund.left()
    }

    /// Root of its list.
    pub(crate) fn root(&self) -> B256 {
        storage::load(slot::of(Domain::Root, self.id, 0))
    }

    /// When it ends and what was paid in.
    pub(crate) fn terms(&self) -> Terms {
        Terms(storage::load(slot::of(Domain::Terms, self.id, 0)))
    }

    /// Refuses what is possible before the end only.
    pub(crate) fn check_runs(&self) -> Result<()> {
        let expires_at = self.terms().expires_at();
        if chain::now() < expires_at {
            return Ok(());
        }
        Err(IAllocation::Expired { id: U256::from(self.id), expiresAt: U256::from(expires_at) }.into())
    }

    /// Refuses what is possible from the end on only.
    pub(crate) fn check_ended(&self) -> Result<()> {
        let expires_at = self.terms().expires_at();
        if chain::now() >= expires_at {
            return Ok(());
        }
        Err(IAllocation::NotExpired { id: U256::from(self.id), expiresAt: U256::from(expires_at) }.into())
    }

    /// Adds what `from` paid in to the fund.
    #[inline(never)]
    pub(crate) fn top_up(mut self, from: Address, amount: U256) -> Result<()> {
        self.check_runs()?;
        self.pay_in(amount, self.terms())?;
        emit(&IAllocation::ToppedUp { id: U256::from(self.id), from, amount });
        Ok(())
    }

    /// The only way into a fund.
    fn pay_in(&mut self, amount: U256, terms: Terms) -> Result<()> {
        let units = narrow(amount).filter(|units| *units != 0).ok_or(IAllocation::ZeroAmount {})?;
        self.store(self.left() + units);
        let terms = Terms::new(terms.expires_at(), (terms.funded() + units).min(MAX_FUNDED));
        storage::store(slot::of(Domain::Terms, self.id, 0), terms.0);
        Ok(())
    }

    /// The only way out of a fund; the tokens are sent by whoever calls it.
    pub(crate) fn spend(&mut self, amount: U256) -> Result<()> {
        let left = self.left();
        let Some(units) = narrow(amount).filter(|units| *units <= left) else {
            let id = U256::from(self.id);
            return Err(IAllocation::FundExhausted { id, left: widen(left), needed: amount }.into());
        };
        self.store(left - units);
        Ok(())
    }

    /// Marks an entry as paid.
    pub(crate) fn mark(&self, index: u32) -> Result<()> {
        if self.is_claimed(index) {
            return Err(IAllocation::AlreadyClaimed { id: U256::from(self.id), index: U256::from(index) }.into());
        }
        let mut word = self.claimed_word(index / 256);
        word[byte(index)] |= bit(index);
        storage::store(slot::of(Domain::Claimed, self.id, index / 256), word);
        Ok(())
    }

    /// Whether an entry was paid.
    pub(crate) fn is_claimed(&self, index: u32) -> bool {
        self.claimed_word(index / 256)[byte(index)] & bit(index) != 0
    }

    /// 256 entries at once.
    pub(crate) fn claimed_word(&self, word: u32) -> B256 {
        storage::load(slot::of(Domain::Claimed, self.id, word))
    }

    fn store(&mut self, left: u128) {
        self.fund = self.fund.with_left(left);
        storage::store(slot::of(Domain::Fund, self.id, 0), self.fund.0);
    }
}

/// Which byte of its word an entry is in; the lowest is the last one.
fn byte(index: u32) -> usize {
    31 - (index % 256) as usize / 8
}

/// Which bit of its byte an entry is.
fn bit(index: u32) -> u8 {
    1 << (index % 8)
}
