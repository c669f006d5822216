//! What a run is made of.

use proptest::prelude::*;

/// Accounts that send transactions: 0 is admin, 1 proposes, 2 executes, the others begin without a role.
pub(crate) const SENDERS: u8 = 5;

/// Somebody: a sender, the callee, the timelock itself, the zero address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who(pub(crate) u8);

/// The timelock itself.
const TIMELOCK: Who = Who(SENDERS + 1);

/// A role: admin, proposer, executor, canceller, one that means nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role(pub(crate) u8);

/// An operation of the run's list, as far as it is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    /// Any.
    Some(prop::sample::Index),
    /// That at this place.
    At(usize),
}

/// Seconds to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Delay {
    /// So many.
    Seconds(u8),
    /// So many that the time is just below 2^256.
    Huge,
    /// So many that the time is beyond it.
    TooHuge,
}

/// What a call does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// Nothing but bring value.
    Pay(Who),
    /// The callee tells.
    Record(u8),
    /// The callee fails with so many bytes.
    Fail(u8),
    /// The callee answers so many bytes.
    Answer(u8),
    /// The callee does what it was armed with.
    Fire,
    UpdateDelay(Delay),
    Grant(Role, Who),
    Revoke(Role, Who),
    Renounce(Role, Who),
    Cancel(Op),
    Schedule(Op, Delay),
    Execute(Op),
    /// A function that the timelock does not have.
    Unknown,
}

/// One call of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) deed: Deed,
    pub(crate) value: u8,
}

/// An operation. Those it names come before it in the list.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) parts: Vec<Part>,
    pub(crate) predecessor: Option<Op>,
    pub(crate) salt: u8,
    /// Only one of one call can be no batch.
    pub(crate) is_batch: bool,
}

/// In what an execution differs from what was scheduled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flaw {
    Salt,
    Predecessor,
    Value,
    Target,
    Payload,
    /// One call as a batch.
    Shape,
    /// Lists of different lengths.
    Length,
    /// Bytes are missing at the end.
    Short,
    /// A bit that must be zero.
    Dirty,
}

/// Something that somebody does.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// Calls the timelock, or the callee, directly.
    Do(Deed),
    /// Executes an operation that is not quite what was scheduled.
    Execute(Op, Flaw),
    /// Sets what the callee does next.
    Arm(Part, bool),
    /// Asks for an id.
    Hash(Op),
    /// Asks for an id with calldata of which one byte is another. Never so that an offset becomes negative.
    Garble(Op, prop::sample::Index, u8),
}

/// One transaction.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Seconds since the block before.
    pub(crate) pause: u32,
    pub(crate) by: Who,
    pub(crate) value: u8,
    pub(crate) action: Action,
}

/// Operations, and what happens to them.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) specs: Vec<Spec>,
    pub(crate) steps: Vec<Step>,
}

/// When an operation is scheduled, and what comes after that, in seconds.
#[derive(Debug, Clone)]
struct Life {
    start: u32,
    delay: u8,
    /// From the schedule on.
    executions: Vec<u32>,
    cancel: Option<u32>,
    /// What the callee does to this very operation when it is first executed: executes, cancels, schedules it.
    turn: Option<(u8, bool)>,
}

impl Life {
    /// Its transactions, each with its second.
    fn steps(&self, op: Op) -> Vec<(u32, Step)> {
        let by = |at, by, action| (at, Step { pause: 0, by: Who(by), value: 0, action });
        let mut steps = vec![by(self.start, 1, Action::Do(Deed::Schedule(op, Delay::Seconds(self.delay))))];
        if let (Some((kind, must)), Some(wait)) = (self.turn, self.executions.first()) {
            let deed = match kind {
                0 => Deed::Execute(op),
                1 => Deed::Cancel(op),
                _ => Deed::Schedule(op, Delay::Seconds(self.delay)),
            };
            steps.push(by(self.start + wait - 1, 3, Action::Arm(Part { deed, value: 0 }, must)));
        }
        steps.extend(self.executions.iter().map(|wait| by(self.start + wait, 2, Action::Do(Deed::Execute(op)))));
        steps.extend(self.cancel.iter().map(|wait| by(self.start + wait, 1, Action::Do(Deed::Cancel(op)))));
        steps
    }
}

/// Runs of about this many steps: half of them are the lives of operations, the others whatever comes to somebody's mind.
pub(crate) fn runs(steps: usize) -> impl Strategy<Value = Run> {
    let seconds = 25 * u32::try_from(steps).unwrap();
    let lives = prop::collection::vec((spec(), life(seconds)), 1 + steps / 5);
    let others = prop::collection::vec((0..seconds, step()), steps / 2);
    (lives, others).prop_map(|(lives, mut timed)| {
        let of_life = |(index, life): (usize, &(Spec, Life))| life.1.steps(Op::At(index));
        timed.extend(lives.iter().enumerate().flat_map(of_life));
        timed.sort_by_key(|(at, _)| *at);
        let mut now = 0;
        let pause = |at: u32, now: &mut u32| (at - std::mem::replace(now, at)).max(2);
        let steps = timed.into_iter().map(|(at, step)| Step { pause: pause(at, &mut now), ..step }).collect();
        Run { specs: lives.into_iter().map(|(spec, _)| spec).collect(), steps }
    })
}

fn life(seconds: u32) -> impl Strategy<Value = Life> {
    let wait = prop_oneof![5 => 100..160u32, 1 => 1..100u32, 1 => 160..400u32];
    let delay = prop_oneof![8 => Just(100), 1 => any::<u8>()];
    let executions =
        prop_oneof![5 => prop::collection::vec(wait.clone(), 1), 1 => prop::collection::vec(wait.clone(), 2)];
    let turn = prop::option::weighted(0.4, (0..3u8, any::<bool>()));
    (0..seconds, delay, executions, prop::option::weighted(0.15, wait), turn)
        .prop_map(|(start, delay, executions, cancel, turn)| Life { start, delay, executions, cancel, turn })
}

fn step() -> impl Strategy<Value = Step> {
    action().prop_flat_map(|action| {
        (sender_of(&action), value_of(&action), Just(action)).prop_map(|(by, value, action)| Step {
            pause: 0,
            by,
            value,
            action,
        })
    })
}

/// Wei sent along: mostly none where it is refused.
fn value_of(action: &Action) -> impl Strategy<Value = u8> + use<> {
    let weight = match action {
        Action::Do(Deed::Pay(_)) => 200,
        Action::Do(Deed::Execute(_)) | Action::Execute(..) => 8,
        _ => 1,
    };
    prop_oneof![20 => Just(0), weight => 1..12u8]
}

/// Mostly who may do it at the beginning.
fn sender_of(action: &Action) -> impl Strategy<Value = Who> + use<> {
    let usual = match action {
        Action::Do(Deed::Schedule(..) | Deed::Cancel(_)) => 1,
        Action::Do(Deed::Execute(_)) | Action::Execute(..) => 2,
        Action::Do(Deed::Grant(..) | Deed::Revoke(..)) => 0,
        _ => 3,
    };
    prop_oneof![6 => Just(Who(usual)), 1 => (0..SENDERS).prop_map(Who)]
}

fn action() -> impl Strategy<Value = Action> {
    let op = || any::<prop::sample::Index>().prop_map(Op::Some);
    prop_oneof![
        3 => (op(), delay()).prop_map(|(op, delay)| Action::Do(Deed::Schedule(op, delay))),
        3 => op().prop_map(|op| Action::Do(Deed::Execute(op))),
        3 => Just(Action::Do(Deed::Pay(TIMELOCK))),
        1 => op().prop_map(|op| Action::Do(Deed::Cancel(op))),
        5 => deed().prop_map(Action::Do),
        3 => (op(), flaw()).prop_map(|(op, flaw)| Action::Execute(op, flaw)),
        4 => (part(), any::<bool>()).prop_map(|(part, must)| Action::Arm(part, must)),
        1 => op().prop_map(Action::Hash),
        3 => (op(), any::<prop::sample::Index>(), any::<u8>())
            .prop_map(|(op, place, byte)| Action::Garble(op, place, byte)),
    ]
}

fn spec() -> impl Strategy<Value = Spec> {
    let parts = prop_oneof![5 => prop::collection::vec(part(), 1), 4 => prop::collection::vec(part(), 0..4)];
    let predecessor = prop::option::weighted(0.15, any::<prop::sample::Index>().prop_map(Op::Some));
    (parts, predecessor, 0..3u8, any::<bool>()).prop_map(|(parts, predecessor, salt, is_batch)| {
        let is_batch = is_batch || parts.len() != 1;
        Spec { parts, predecessor, salt, is_batch }
    })
}

fn part() -> impl Strategy<Value = Part> {
    deed().prop_flat_map(|deed| {
        let weight = match deed {
            Deed::Pay(_) | Deed::Record(_) | Deed::Fire => 10,
            _ => 1,
        };
        let value = prop_oneof![20 => Just(0), weight => 1..6u8];
        (Just(deed), value).prop_map(|(deed, value)| Part { deed, value })
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let op = || any::<prop::sample::Index>().prop_map(Op::Some);
    prop_oneof![
        3 => who().prop_map(Deed::Pay),
        4 => any::<u8>().prop_map(Deed::Record),
        1 => prop_oneof![Just(0), Just(1), Just(36), Just(100)].prop_map(Deed::Fail),
        1 => any::<u8>().prop_map(Deed::Answer),
        5 => Just(Deed::Fire),
        2 => delay().prop_map(Deed::UpdateDelay),
        3 => (role(), who()).prop_map(|(role, who)| Deed::Grant(role, who)),
        1 => (role(), who()).prop_map(|(role, who)| Deed::Revoke(role, who)),
        1 => (role(), who()).prop_map(|(role, who)| Deed::Renounce(role, who)),
        2 => op().prop_map(Deed::Cancel),
        2 => (op(), delay()).prop_map(|(op, delay)| Deed::Schedule(op, delay)),
        3 => op().prop_map(Deed::Execute),
        1 => Just(Deed::Unknown),
    ]
}

fn who() -> impl Strategy<Value = Who> {
    (0..SENDERS + 3).prop_map(Who)
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![1 => Just(Role(0)), 12 => (1..5u8).prop_map(Role)]
}

fn delay() -> impl Strategy<Value = Delay> {
    let seconds = prop_oneof![5 => Just(100), 3 => Just(0), 1 => Just(99), 1 => 1..=255u8];
    prop_oneof![30 => seconds.prop_map(Delay::Seconds), 1 => Just(Delay::Huge), 1 => Just(Delay::TooHuge)]
}

fn flaw() -> impl Strategy<Value = Flaw> {
    use Flaw::*;
    prop::sample::select(vec![Salt, Predecessor, Value, Target, Payload, Shape, Length, Short, Dirty])
}
