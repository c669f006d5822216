//! The interface files as text: names and explanations for people, which generated types do not carry.

macro_rules! sources {
    ($($name:literal)+) => { &[$(($name, include_str!(concat!("../../interfaces/", $name, ".sol")))),+] };
}

/// Every interface of the suite: its name and its file.
pub const SOURCES: &[(&str, &str)] = sources! {
    "IToken" "IVesting" "IAllocation" "ISwap" "IStaking" "IRewards" "ISeason" "IBadge" "IData" "ITimelock"
    "IGovernor"
};
