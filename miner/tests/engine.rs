//! What an engine does when a device fails.

use std::sync::{Arc, Mutex};

use omnit_miner::engine::{Candidate, Engine, EngineOptions, Event, Resident, Session};
use omnit_miner::path::{OpenOptions, Path};
use omnit_miner::reference::Reference;
use omnit_miner::{Backend, BackendError, Grid, JobMining, Layer, Matrix};
use omnit_proof::profile::{Bounds, Profile, Requant};
use omnit_proof::ticket::{NoiseKeys, Target, Ticket};
use omnit_proof::{ProofError, Role};
use ruint::aliases::U256;

use crate::faulty::{Fault, Faulty, Switch};

const GRID: Grid = Grid { start: [0; 3], end: [2, 2, 1] };

/// What an engine told.
type Events = Arc<Mutex<Vec<Event>>>;

fn watch(events: &Events) -> impl FnMut(&Event) + Send + 'static {
    let events = events.clone();
    move |event| events.lock().unwrap().push(event.clone())
}

fn faulty(switch: &Switch) -> Candidate {
    let switch = switch.clone();
    Candidate::new("faulty", move || Faulty::open(&switch))
}

fn processor() -> Candidate {
    Candidate::path(Path::Cpu, OpenOptions::default())
}

/// An engine whose first path can be made to fail.
fn engine(has_fallback: bool) -> (Engine, Switch, Events) {
    let (switch, events) = (Switch::default(), Events::default());
    let mut candidates = vec![faulty(&switch)];
    candidates.extend(has_fallback.then(processor));
    let engine = Engine::with_candidates(candidates, watch(&events)).unwrap();
    assert_eq!(engine.path(), Some("faulty"));
    (engine, switch, events)
}

fn matrix() -> Matrix {
    Matrix::new(2, 3, vec![1, -2, 3, -63, 63, 0]).unwrap()
}

fn product(session: &mut Session) -> Result<Matrix, BackendError> {
    let x = session.upload(&matrix())?;
    let requant = Requant::new(Profile::Shift, 1, 5, Bounds::FULL)?;
    let layer = Layer { weights: x.clone(), bias: vec![1, 2].into(), requant };
    let y = session.matmul_rq(&x, &layer)?;
    session.download(&y)
}

fn syn(session: &mut Session) -> Result<Vec<Ticket>, BackendError> {
    session.syn_tickets(&[5; 32], &GRID, &Target::EASIEST)
}

fn job(session: &mut Session) -> Result<Vec<Ticket>, BackendError> {
    let x = session.upload(&matrix())?;
    let requant = Requant::new(Profile::Shift, 1, 5, Bounds::FULL)?;
    let layer = Layer { weights: x.clone(), bias: vec![1, 2].into(), requant };
    let mining = JobMining { seed: [1; 32], keys: NoiseKeys { x: [2; 32], w: [3; 32] }, target: Target::EASIEST };
    Ok(session.matmul_rq_mined(&x, &layer, &mining)?.1)
}

/// Work with a target that no ticket meets.
fn nothing_to_win(session: &mut Session) -> Result<Vec<Ticket>, BackendError> {
    session.syn_tickets(&[5; 32], &GRID, &Target(U256::ZERO))
}

fn dropped(events: &Events) -> Vec<BackendError> {
    let events = events.lock().unwrap();
    let reason = |event: &Event| match event {
        Event::Dropped { path, reason } => Some((path.clone(), reason.clone())),
        _ => None,
    };
    let dropped: Vec<_> = events.iter().filter_map(reason).collect();
    assert!(dropped.iter().all(|(path, _)| path == "faulty"));
    dropped.into_iter().map(|(_, reason)| reason).collect()
}

#[test]
fn open_refuses_a_path_when_an_element_is_wrong() {
    let (switch, events) = (Switch::default(), Events::default());
    switch.set(Fault::WrongElement);
    let engine = Engine::with_candidates(vec![faulty(&switch), processor()], watch(&events)).unwrap();
    assert_eq!(engine.path(), Some("cpu"));
    let events = events.lock().unwrap();
    let [Event::Refused { path, reason: BackendError::WrongAnswer(_) }, Event::Opened { .. }] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(path, "faulty");
}

#[test]
fn open_refuses_a_path_when_a_ticket_or_a_root_is_wrong() {
    for fault in [Fault::WrongTicket, Fault::TicketTwice, Fault::TicketElsewhere, Fault::WrongRoot] {
        let switch = Switch::default();
        switch.set(fault);
        let error = Engine::with_candidates(vec![faulty(&switch)], |_| {}).err().unwrap();
        assert!(matches!(error, BackendError::WrongAnswer(_)), "{fault:?}: {error}");
    }
}

#[test]
fn run_continues_on_the_processor_when_the_device_fails() {
    for fault in [Fault::Lost, Fault::OutOfMemory] {
        let (mut engine, switch, events) = engine(true);
        let expected = engine.run(product).unwrap();
        switch.set(fault);
        assert_eq!(engine.run(product).unwrap(), expected, "{fault:?}");
        assert_eq!(engine.path(), Some("cpu"));
        let reasons = dropped(&events);
        match fault {
            Fault::Lost => assert!(matches!(reasons[..], [BackendError::Lost(_)])),
            _ => assert!(matches!(reasons[..], [BackendError::OutOfMemory { .. }])),
        }
        switch.set(Fault::None);
        engine.run(product).unwrap();
        assert_eq!(engine.path(), Some("cpu"), "a path that failed is not asked again");
    }
}

#[test]
fn run_fails_for_good_when_there_is_no_fallback() {
    let (mut engine, switch, events) = engine(false);
    switch.set(Fault::Lost);
    let expected = BackendError::Lost("pulled out".to_owned());
    assert_eq!(engine.run(product).unwrap_err(), expected);
    switch.set(Fault::None);
    assert_eq!(engine.run(product).unwrap_err(), expected);
    assert_eq!(engine.path(), None);
    assert_eq!(dropped(&events).len(), 1);
}

#[test]
fn run_drops_the_path_when_a_ticket_is_wrong() {
    for fault in [Fault::WrongTicket, Fault::TicketTwice, Fault::TicketElsewhere] {
        for work in [syn, job] {
            let (mut engine, switch, events) = engine(true);
            let expected = sorted(engine.run(work).unwrap());
            assert!(!expected.is_empty());
            switch.set(fault);
            assert_eq!(sorted(engine.run(work).unwrap()), expected, "{fault:?}");
            assert!(matches!(dropped(&events)[..], [BackendError::WrongAnswer(_)]), "{fault:?}");
            assert_eq!(engine.path(), Some("cpu"));
        }
    }
}

#[test]
fn run_returns_no_ticket_when_it_is_wrong_and_there_is_no_fallback() {
    for work in [syn, job] {
        let (mut engine, switch, _) = engine(false);
        switch.set(Fault::WrongTicket);
        assert!(matches!(engine.run(work), Err(BackendError::WrongAnswer(_))));
    }
}

#[test]
fn run_drops_the_path_when_a_ticket_does_not_win() {
    let (mut engine, switch, events) = engine(true);
    switch.set(Fault::LosingTicket);
    assert_eq!(engine.run(nothing_to_win).unwrap(), []);
    let [BackendError::WrongAnswer(reason)] = &dropped(&events)[..] else { panic!("the path is still in use") };
    assert!(reason.ends_with("it does not win"), "{reason}");
}

#[test]
fn run_drops_the_path_when_mined_operands_have_another_root() {
    let (mut engine, switch, events) = engine(true);
    switch.set(Fault::WrongRoot);
    engine.run(job).unwrap();
    assert!(matches!(dropped(&events)[..], [BackendError::WrongAnswer(_)]));
}

#[test]
fn run_keeps_the_path_when_the_caller_is_wrong() {
    let (mut engine, _, events) = engine(true);
    let error = engine.run(|session| {
        let x = session.upload(&matrix())?;
        session.commit(&x, Role::Bias)
    });
    assert_eq!(error.unwrap_err(), BackendError::Proof(ProofError::BadRole { expected: 1, found: 3 }));
    assert_eq!(engine.path(), Some("faulty"));
    assert!(dropped(&events).is_empty());
}

#[test]
fn resident_is_made_again_when_the_path_changes() {
    let (mut engine, switch, _) = engine(true);
    let (mut resident, mut made) = (Resident::new(), 0);
    let mut read = |engine: &mut Engine| {
        engine.run(|session| {
            let tensor = resident.get(session, |session| {
                made += 1;
                session.upload(&matrix())
            })?;
            session.download(tensor)
        })
    };
    assert_eq!(read(&mut engine).unwrap(), matrix());
    assert_eq!(read(&mut engine).unwrap(), matrix());
    switch.set(Fault::Lost);
    assert_eq!(read(&mut engine).unwrap(), matrix());
    assert_eq!(made, 2);
}

#[test]
fn open_takes_the_named_path_only_when_there_is_no_fallback() {
    let options =
        |has_fallback| EngineOptions { path: Some(Path::Reference), has_fallback, ..EngineOptions::default() };
    assert_eq!(Engine::open(&options(false), |_| {}).unwrap().path(), Some("reference"));
    let broken = || Candidate::new("broken", || Err(BackendError::Unsupported("no such device".to_owned())));
    let error = Engine::with_candidates(vec![broken()], |_| {}).err().unwrap();
    assert_eq!(error, BackendError::Unsupported("no such device".to_owned()));
    let events = Events::default();
    let engine = Engine::with_candidates(
        vec![broken(), Candidate::new("reference", || Ok(Box::new(Reference)))],
        watch(&events),
    );
    assert_eq!(engine.unwrap().path(), Some("reference"));
    assert!(matches!(events.lock().unwrap()[..], [Event::Refused { .. }, Event::Opened { .. }]));
}

#[test]
fn open_finds_a_path_on_every_machine() {
    let engine = Engine::open(&EngineOptions::default(), |_| {}).unwrap();
    assert!(engine.path().is_some());
}

fn sorted(mut tickets: Vec<Ticket>) -> Vec<Ticket> {
    tickets.sort_unstable_by_key(|ticket| ticket.position);
    tickets
}
