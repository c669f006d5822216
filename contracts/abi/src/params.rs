//! Constants of the protocol that no vote can change. Everything governable is storage of its contract or data in `genesis/`.

use alloy_primitives::U256;

/// Name of the token, also of its EIP-712 domain.
pub const TOKEN_NAME: &str = "OmniTensor";

/// Symbol of the token.
pub const TOKEN_SYMBOL: &str = "OMNIT";

/// Version of the token's EIP-712 domain.
pub const TOKEN_DOMAIN_VERSION: &str = "1";

/// Name of the governor, also of its EIP-712 domain.
pub const GOVERNOR_NAME: &str = "OmniTensor Governor";

/// Version of the governor's EIP-712 domain.
pub const GOVERNOR_DOMAIN_VERSION: &str = "1";

/// Decimals of the token: 1 OMNIT is `10^18` base units.
pub const TOKEN_DECIMALS: u8 = 18;

/// Every token there will ever be, in base units: 1,000,000,000 OMNIT. Below `2^90`, which storage layouts rely on.
pub const TOKEN_CAP: u128 = 1_000_000_000 * 10u128.pow(TOKEN_DECIMALS as u32);

/// [`TOKEN_CAP`] as the wire spells it.
pub const TOKEN_CAP_WORD: U256 = U256::from_limbs([TOKEN_CAP as u64, (TOKEN_CAP >> 64) as u64, 0, 0]);

/// Least that can be staked at once, in base units: 1 OMNIT.
pub const STAKE_MIN: u128 = 10u128.pow(TOKEN_DECIMALS as u32);

const _: () = assert!(TOKEN_CAP < 1 << 90);
