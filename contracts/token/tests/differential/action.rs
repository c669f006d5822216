//! What actors do to a token, as random values that mean something on any state.

use proptest::prelude::*;

/// Accounts that hold keys and send transactions.
pub(super) const SENDERS: u8 = 6;

/// Somebody: `0..SENDERS` hold keys, then come the contract, the zero address, the token itself, and a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Who(pub(super) u8);

/// The contract that answers callbacks and signs through ERC-1271.
pub(super) const CONTRACT: Who = Who(SENDERS);
/// How many different [`Who`] there are.
pub(super) const PARTIES: u8 = SENDERS + 4;

/// An amount in terms of what the payer has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amount {
    /// This many base units.
    Units(u16),
    /// This share of the payer's balance, in 256ths.
    Share(u8),
    /// One unit more than the payer has.
    TooMuch,
    /// 2^256 - 1.
    Max,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Nothing.
    None,
    /// Somebody else signed.
    Stranger,
    /// The malleable twin: `n - s`, other `v`.
    HighS,
    /// `v` is 29.
    BadV,
    /// `r` is zero, so that no key matches.
    Nobody,
    /// Another amount (or delegate) was signed.
    Tampered,
    /// Another nonce was signed: an earlier or a later one.
    WrongNonce(bool),
    /// Its time is over, or has not come.
    Untimely(bool),
    /// In bytes: one byte is missing.
    Short,
}

/// A signature and how it is delivered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed {
    /// What is wrong with it.
    pub(super) flaw: Flaw,
    /// As `bytes` instead of `v, r, s`.
    pub(super) in_bytes: bool,
    /// Who delivers it.
    pub(super) by: Who,
}

/// One thing that somebody does.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Transfer {
        from: Who,
        to: Who,
        amount: Amount,
    },
    Approve {
        owner: Who,
        spender: Who,
        amount: Amount,
    },
    TransferFrom {
        spender: Who,
        from: Who,
        to: Who,
        amount: Amount,
    },
    Burn {
        from: Who,
        amount: Amount,
    },
    BurnFrom {
        spender: Who,
        from: Who,
        amount: Amount,
    },
    Delegate {
        from: Who,
        to: Who,
    },
    Permit {
        owner: Who,
        spender: Who,
        amount: Amount,
        signed: Signed,
    },
    DelegateBySig {
        from: Who,
        to: Who,
        signed: Signed,
    },
    Authorize {
        from: Who,
        to: Who,
        amount: Amount,
        nonce: u8,
        signed: Signed,
    },
    Receive {
        from: Who,
        to: Who,
        amount: Amount,
        nonce: u8,
        signed: Signed,
    },
    Cancel {
        from: Who,
        nonce: u8,
        signed: Signed,
    },
    TransferAndCall {
        from: Who,
        to: Who,
        amount: Amount,
        answer: u8,
    },
    TransferFromAndCall {
        spender: Who,
        from: Who,
        to: Who,
        amount: Amount,
        answer: u8,
    },
    ApproveAndCall {
        owner: Who,
        spender: Who,
        amount: Amount,
        answer: u8,
    },
    /// A call of a function that reads, about somebody at a time relative to now.
    Read {
        function: u8,
        about: Who,
        other: Who,
        seconds_ago: i16,
    },
    /// Calldata that no compiler makes: cut short, with dirty bits, or with an unknown selector.
    Malformed {
        from: Who,
        to: Who,
        shape: u8,
    },
}

/// Seconds. A run of 100 such pauses is shorter than the year after which an activated program expires.
const LONGEST_PAUSE: u32 = 300_000;

/// What happens in one block.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Seconds after the block before.
    pub(super) pause: u32,
    /// Done in this order.
    pub(super) actions: Vec<Action>,
}

/// Steps of one run.
pub(super) fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    let pause = prop_oneof![6 => 1..30u32, 2 => 1..5_000u32, 1 => 1..LONGEST_PAUSE];
    let actions = prop_oneof![5 => prop::collection::vec(action(), 1), 1 => prop::collection::vec(action(), 2..5)];
    prop::collection::vec((pause, actions).prop_map(|(pause, actions)| Step { pause, actions }), count)
}

fn sender() -> impl Strategy<Value = Who> {
    (0..SENDERS).prop_map(Who)
}

/// Mostly an account with a key.
fn anyone() -> impl Strategy<Value = Who> {
    prop_oneof![5 => 0..SENDERS, 1 => SENDERS..PARTIES].prop_map(Who)
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        4 => any::<u8>().prop_map(Amount::Share),
        2 => (0..4u16).prop_map(Amount::Units),
        2 => any::<u16>().prop_map(Amount::Units),
        1 => Just(Amount::TooMuch),
        1 => Just(Amount::Max),
    ]
}

fn signed() -> impl Strategy<Value = Signed> {
    let flaw = prop_oneof![
        9 => Just(Flaw::None),
        1 => Just(Flaw::Stranger),
        1 => Just(Flaw::HighS),
        1 => Just(Flaw::BadV),
        1 => Just(Flaw::Nobody),
        1 => Just(Flaw::Tampered),
        1 => any::<bool>().prop_map(Flaw::WrongNonce),
        1 => any::<bool>().prop_map(Flaw::Untimely),
        1 => Just(Flaw::Short),
    ];
    (flaw, any::<bool>(), sender()).prop_map(|(flaw, in_bytes, by)| Signed { flaw, in_bytes, by })
}

/// Accounts that can sign: those with keys, and the contract through the key of its keeper.
fn signatory() -> impl Strategy<Value = Who> {
    prop_oneof![8 => 0..SENDERS, 1 => Just(CONTRACT.0)].prop_map(Who)
}

fn plain() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (sender(), anyone(), amount()).prop_map(|(from, to, amount)| Action::Transfer { from, to, amount }),
        4 => (sender(), anyone(), amount()).prop_map(|(owner, spender, amount)| Action::Approve { owner, spender, amount }),
        4 => (sender(), anyone(), anyone(), amount())
            .prop_map(|(spender, from, to, amount)| Action::TransferFrom { spender, from, to, amount }),
        1 => (sender(), amount()).prop_map(|(from, amount)| Action::Burn { from, amount }),
        1 => (sender(), anyone(), amount()).prop_map(|(spender, from, amount)| Action::BurnFrom { spender, from, amount }),
        5 => (sender(), anyone()).prop_map(|(from, to)| Action::Delegate { from, to }),
    ]
}

fn by_signature() -> impl Strategy<Value = Action> {
    let nonce = 0..24u8;
    prop_oneof![
        4 => (signatory(), anyone(), amount(), signed())
            .prop_map(|(owner, spender, amount, signed)| Action::Permit { owner, spender, amount, signed }),
        3 => (sender(), anyone(), signed()).prop_map(|(from, to, signed)| Action::DelegateBySig { from, to, signed }),
        3 => (signatory(), anyone(), amount(), nonce.clone(), signed())
            .prop_map(|(from, to, amount, nonce, signed)| Action::Authorize { from, to, amount, nonce, signed }),
        2 => (signatory(), anyone(), amount(), nonce.clone(), signed())
            .prop_map(|(from, to, amount, nonce, signed)| Action::Receive { from, to, amount, nonce, signed }),
        1 => (signatory(), nonce, signed()).prop_map(|(from, nonce, signed)| Action::Cancel { from, nonce, signed }),
    ]
}

fn with_callback() -> impl Strategy<Value = Action> {
    let answer = 0..7u8;
    let target = || prop_oneof![3 => Just(CONTRACT), 1 => anyone()];
    prop_oneof![
        (sender(), target(), amount(), answer.clone()).prop_map(|(from, to, amount, answer)| Action::TransferAndCall {
            from,
            to,
            amount,
            answer
        }),
        (sender(), anyone(), target(), amount(), answer.clone()).prop_map(|(spender, from, to, amount, answer)| {
            Action::TransferFromAndCall { spender, from, to, amount, answer }
        }),
        (sender(), target(), amount(), answer).prop_map(|(owner, spender, amount, answer)| Action::ApproveAndCall {
            owner,
            spender,
            amount,
            answer
        }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        10 => plain(),
        6 => by_signature(),
        3 => with_callback(),
        3 => (any::<u8>(), anyone(), anyone(), -3..300i16)
            .prop_map(|(function, about, other, seconds_ago)| Action::Read { function, about, other, seconds_ago }),
        1 => (sender(), anyone(), any::<u8>()).prop_map(|(from, to, shape)| Action::Malformed { from, to, shape }),
    ]
}
