//! Memory pages of one transaction and their price (`stylus-node.md` §9).

/// Open and ever-open 64-KiB pages of one transaction. Not journaled: a reverted call gives back `open`, never `ever`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageCounters {
    /// Pages open now, over all nested programs.
    pub open: u16,
    /// Most pages that were open at once.
    pub ever: u16,
}

/// Parameters that price pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagePrices {
    /// Pages of a transaction that cost nothing.
    pub free_pages: u16,
    /// Gas per further page.
    pub page_gas: u16,
    /// Most pages that may be open, where that is enforced at run time (ArbOS 59 on).
    pub page_limit: Option<u16>,
}

/// More pages than the limit would be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimitExceeded;

impl PageCounters {
    /// Opens `pages` and tells their price in gas. The counters move even if the limit or the price ends the program.
    pub fn open(&mut self, pages: u16, prices: &PagePrices) -> Result<u64, PageLimitExceeded> {
        let cost = self.cost(pages, prices);
        self.open = self.open.saturating_add(pages);
        self.ever = self.ever.max(self.open);
        if prices.page_limit.is_some_and(|limit| self.open > limit) {
            return Err(PageLimitExceeded);
        }
        Ok(cost)
    }

    /// Price of `pages` more pages, in gas.
    pub fn cost(&self, pages: u16, prices: &PagePrices) -> u64 {
        let open = self.open.saturating_add(pages);
        let ever = self.ever.max(open);
        if ever <= prices.free_pages {
            return 0;
        }
        let paid = |pages: u16| u64::from(pages.saturating_sub(prices.free_pages));
        let linear = (paid(open) - paid(self.open)).saturating_mul(u64::from(prices.page_gas));
        linear.saturating_add(ramp(ever) - ramp(self.ever))
    }
}

/// Exponential part of the price of having `pages` open: `floor(31 874 000^(pages/128))` gas, unaffordable beyond 128.
pub(crate) fn ramp(pages: u16) -> u64 {
    match RAMP.get(usize::from(pages)) {
        Some(gas) => u64::from(*gas),
        None => u64::MAX,
    }
}

/// [`ramp`] of 0..=128 pages. The platform's own table was made with floating point: its last entry is one below the exact value.
#[rustfmt::skip]
const RAMP: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4,
    5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22,
    25, 29, 33, 38, 43, 50, 57, 65, 75, 85, 98, 112,
    128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569,
    651, 745, 853, 976, 1_117, 1_279, 1_463, 1_675, 1_917, 2_194, 2_511, 2_874,
    3_290, 3_765, 4_309, 4_932, 5_645, 6_461, 7_395, 8_464, 9_687, 11_087, 12_689, 14_523,
    16_621, 19_024, 21_773, 24_919, 28_521, 32_642, 37_359, 42_758, 48_938, 56_010, 64_104, 73_368,
    83_971, 96_106, 109_994, 125_890, 144_082, 164_904, 188_735, 216_010, 247_226, 282_953, 323_844, 370_643,
    424_206, 485_509, 555_672, 635_973, 727_880, 833_067, 953_456, 1_091_243, 1_248_941, 1_429_429, 1_636_000, 1_872_423,
    2_143_012, 2_452_704, 2_807_151, 3_212_820, 3_677_113, 4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210, 8_264_766, 9_459_129,
    10_826_093, 12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984, 27_849_408, 31_873_999,
];
