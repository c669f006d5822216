//! Interfaces of other people's contracts that ours call.

alloy_sol_types::sol!(
    #[sol(all_derives)]
    "../interfaces/IERC1271.sol"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    "../interfaces/IERC1363.sol"
);
