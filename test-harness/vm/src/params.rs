//! Versions and parameters of the Stylus rules (`stylus-node.md` §1).

use alloy_primitives::B256;

use crate::pages::PagePrices;

/// Version of the rules a chain runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArbosVersion(u64);

/// A rule set this machine does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ArbOS {0} is not supported: use one of 30, 31, 32, 40, 41, 50, 51, 59, 60")]
pub struct UnknownArbos(pub u64);

impl ArbosVersion {
    /// First version with Stylus.
    pub const V30: Self = Self(30);
    /// Cached cost is charged in addition to init cost; return-data floor.
    pub const V31: Self = Self(31);
    /// WASM length is charged at activation; at most 513 imports.
    pub const V32: Self = Self(32);
    /// The WASM size limit is a stored parameter; empty code is no longer remembered by `account_code`.
    pub const V40: Self = Self(40);
    /// Stack depth 22 000.
    pub const V50: Self = Self(50);
    /// What live chains run.
    pub const V51: Self = Self(51);
    /// Stylus version 3.
    pub const V59: Self = Self(59);
    /// Fragmented programs, 256 KiB of WASM.
    pub const V60: Self = Self(60);

    /// The rule set numbered `version`.
    pub fn new(version: u64) -> Result<Self, UnknownArbos> {
        match version {
            30 | 31 | 32 | 40 | 41 | 50 | 51 | 59 | 60 => Ok(Self(version)),
            other => Err(UnknownArbos(other)),
        }
    }

    /// Its number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// Stylus version this rule set activates programs for.
    pub fn stylus_version(self) -> u16 {
        match self.0 {
            ..=30 => 1,
            31..=58 => 2,
            _ => 3,
        }
    }
}

impl Default for ArbosVersion {
    fn default() -> Self {
        Self::V51
    }
}

impl TryFrom<u64> for ArbosVersion {
    type Error = UnknownArbos;

    fn try_from(version: u64) -> Result<Self, UnknownArbos> {
        Self::new(version)
    }
}

/// Parameters of the Stylus rules; all but `arbos` live in one storage word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StylusParams {
    /// Rule set of the chain.
    pub arbos: ArbosVersion,
    /// Stylus version.
    pub version: u16,
    /// Ink per gas, 24 bits, never 0.
    pub ink_price: u32,
    /// Words of the depth checker.
    pub max_stack_depth: u32,
    /// Pages of a transaction that cost nothing.
    pub free_pages: u16,
    /// Gas per further page.
    pub page_gas: u16,
    /// Most pages one transaction may open.
    pub page_limit: u16,
    /// Units of 128 gas added to each init cost.
    pub min_init_gas: u8,
    /// Units of 32 gas added to each cached cost.
    pub min_cached_init_gas: u8,
    /// Units of 2 % that scale the init cost.
    pub init_cost_scalar: u8,
    /// Units of 2 % that scale the cached cost.
    pub cached_cost_scalar: u8,
    /// Days after which a program expires.
    pub expiry_days: u16,
    /// Days after which a program's life can be extended.
    pub keepalive_days: u16,
    /// Programs in the per-block cache.
    pub block_cache_size: u16,
    /// Most bytes of decompressed WASM.
    pub max_wasm_size: u32,
    /// Most fragments of a program; 0 where fragments do not exist.
    pub max_fragment_count: u8,
}

impl StylusParams {
    /// Initial parameters of a chain that starts with `arbos`.
    pub fn at(arbos: ArbosVersion) -> Self {
        let version = arbos.stylus_version();
        Self {
            arbos,
            version,
            ink_price: 10_000,
            max_stack_depth: if arbos >= ArbosVersion::V50 { 22_000 } else { 262_144 },
            free_pages: 2,
            page_gas: 1_000,
            page_limit: 128,
            min_init_gas: if version == 1 { 72 } else { 69 },
            min_cached_init_gas: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: if arbos >= ArbosVersion::V60 { 262_144 } else { 131_072 },
            max_fragment_count: if arbos >= ArbosVersion::V60 { 4 } else { 0 },
        }
    }

    /// The storage word, fields big-endian from the top byte (`stylus-node.md` §1).
    pub fn pack(&self) -> B256 {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend(self.version.to_be_bytes());
        bytes.extend(&self.ink_price.to_be_bytes()[1..]);
        bytes.extend(self.max_stack_depth.to_be_bytes());
        for field in [self.free_pages, self.page_gas, self.page_limit] {
            bytes.extend(field.to_be_bytes());
        }
        bytes.extend([self.min_init_gas, self.min_cached_init_gas, self.init_cost_scalar, self.cached_cost_scalar]);
        for field in [self.expiry_days, self.keepalive_days, self.block_cache_size] {
            bytes.extend(field.to_be_bytes());
        }
        if self.arbos >= ArbosVersion::V40 {
            bytes.extend(self.max_wasm_size.to_be_bytes());
        }
        if self.arbos >= ArbosVersion::V60 {
            bytes.push(self.max_fragment_count);
        }
        B256::right_padding_from(&bytes)
    }

    /// Reads a storage word as the rule set `arbos` lays it out; fields that it does not store get their initial values.
    pub fn unpack(arbos: ArbosVersion, word: B256) -> Self {
        let bytes = word.0;
        let short = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let initial = Self::at(arbos);
        Self {
            arbos,
            version: short(0),
            ink_price: u32::from_be_bytes([0, bytes[2], bytes[3], bytes[4]]),
            max_stack_depth: u32::from_be_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]),
            free_pages: short(9),
            page_gas: short(11),
            page_limit: short(13),
            min_init_gas: bytes[15],
            min_cached_init_gas: bytes[16],
            init_cost_scalar: bytes[17],
            cached_cost_scalar: bytes[18],
            expiry_days: short(19),
            keepalive_days: short(21),
            block_cache_size: short(23),
            max_wasm_size: if arbos >= ArbosVersion::V40 {
                u32::from_be_bytes([bytes[25], bytes[26], bytes[27], bytes[28]])
            } else {
                initial.max_wasm_size
            },
            max_fragment_count: if arbos >= ArbosVersion::V60 { bytes[29] } else { initial.max_fragment_count },
        }
    }

    /// Gas to load a program that is not cached (`stylus-node.md` §10).
    pub fn init_gas(&self, init_cost: u16) -> u64 {
        128 * u64::from(self.min_init_gas) + scaled(init_cost, self.init_cost_scalar)
    }

    /// Gas to load a program that is cached; from Stylus version 2 on every call pays it.
    pub fn cached_gas(&self, cached_cost: u16) -> u64 {
        32 * u64::from(self.min_cached_init_gas) + scaled(cached_cost, self.cached_cost_scalar)
    }

    /// The part of the parameters that prices memory pages.
    pub fn page_prices(&self) -> PagePrices {
        PagePrices {
            free_pages: self.free_pages,
            page_gas: self.page_gas,
            page_limit: (self.arbos >= ArbosVersion::V59).then_some(self.page_limit),
        }
    }
}

/// `cost` times `scalar` units of 2 %, rounded up.
fn scaled(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * 2 * u64::from(scalar)).div_ceil(100)
}
