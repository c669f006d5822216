//! One entry of a list: its leaf, its way to the root, and the call that makes it a lock.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, sol_data};
use omnit_abi::IVesting;
use omnit_runtime::{Buffer, Words, chain};

/// Longest proof: indexes have 32 bits, and a complete tree of `2^32` leaves is 32 deep.
const MAX_PROOF: usize = 32;

/// A list of words in calldata.
pub(crate) type WordList<'a> = Words<'a, sol_data::FixedBytes<32>>;

/// When an entry is released.
pub(crate) struct Schedule {
    /// The head words of the schedule: start, cliff, flags.
    head: [u64; 3],
    /// The points, as calldata has them.
    points: Vec<B256>,
}

impl Schedule {
    /// Reads the points. Nothing, if the calldata does not hold them.
    pub(crate) fn new(start: u64, cliff: u64, flags: u8, points: &WordList<'_>) -> Option<Self> {
        let points = (0..points.len()).map(|index| points.get(index)).collect::<Option<_>>()?;
        Some(Self { head: [start, cliff, u64::from(flags)], points })
    }

    /// Whether the entry is paid as OMNIT: nothing of a schedule is there.
    pub(crate) fn is_liquid(&self) -> bool {
        self.points.is_empty() && self.head == [0; 3]
    }

    /// What the leaf says of the schedule: zero for a liquid entry, else the hash of its ABI encoding.
    pub(crate) fn terms(&self) -> B256 {
        if self.is_liquid() {
            return B256::ZERO;
        }
        let mut encoded = Buffer::with_capacity(self.encoded_len());
        self.push(&mut encoded, 0);
        chain::keccak256(encoded.as_slice())
    }

    /// The call that makes the lock, the data of a transfer to the vesting contract.
    pub(crate) fn create(&self, beneficiary: Address, funder: Address) -> &'static [u8] {
        let mut data = Buffer::with_capacity(4 + 64 + self.encoded_len());
        data.push(&IVesting::createCall::SELECTOR);
        data.push_word(beneficiary.into_word());
        data.push_word(funder.into_word());
        self.push(&mut data, 64);
        data.into_bytes()
    }

    fn encoded_len(&self) -> usize {
        32 * (5 + self.points.len())
    }

    /// Writes start, cliff, flags and points as the last parameters of a list whose first take `before` bytes.
    #[inline(never)]
    fn push(&self, out: &mut Buffer, before: usize) {
        for word in self.head {
            out.push_word(B256::from(U256::from(word)));
        }
        out.push_usize(before + 4 * 32);
        out.push_usize(self.points.len());
        for point in &self.points {
            out.push_word(*point);
        }
    }
}

/// Hash of an entry. Hashed twice, so that no inner node, which is a hash of two words, is the leaf of any entry.
#[inline(never)]
pub(crate) fn leaf(index: u32, account: Address, amount: U256, terms: B256) -> B256 {
    let mut encoded = Buffer::with_capacity(4 * 32);
    encoded.push_word(B256::from(U256::from(index)));
    encoded.push_word(account.into_word());
    encoded.push_word(B256::from(amount));
    encoded.push_word(terms);
    chain::keccak256(chain::keccak256(encoded.as_slice()).as_slice())
}

/// Whether `proof` leads from `leaf` to `root`.
#[inline(never)]
pub(crate) fn is_proven(leaf: B256, proof: &WordList<'_>, root: B256) -> bool {
    if proof.len() > MAX_PROOF {
        return false;
    }
    let mut node = leaf;
    for index in 0..proof.len() {
        let Some(sibling) = proof.get(index) else { return false };
        let (low, high) = if node < sibling { (node, sibling) } else { (sibling, node) };
        let mut pair = [0; 64];
        pair[..32].copy_from_slice(low.as_slice());
        pair[32..].copy_from_slice(high.as_slice());
        node = chain::keccak256(&pair);
    }
    node == root
}
