//! Nothing but its tests: what holds across all contracts of the suite, deployed by the deployer from the local genesis.
