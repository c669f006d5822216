#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

const JAN: u64 = 1_798_761_600; // 2027-01-01
const DAY: u64 = 86_400;

fn cells(pairs: &[(&str, &str)]) -> Cells {
    pairs.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
}

fn terms(pairs: &[(&str, &str)], amount: u128) -> Terms {
    Plan::read(&cells(pairs)).unwrap().terms(amount)
}

fn refused(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let problems = Plan::read(&cells(pairs)).unwrap_err();
    problems.into_iter().map(|problem| (problem.column, problem.rule)).collect()
}

#[test]
fn end_alone_pays_everything_then() {
    let expected = Terms { start: JAN, cliff: 0, flags: 0, points: vec![point(JAN, 0, 0, 77)] };
    assert_eq!(terms(&[("end", "2027-01-01")], 77), expected);
}

#[test]
fn stream_uses_the_contracts_own_cliff_when_nothing_is_paid_at_the_start() {
    let plan = [("start", "2027-01-01"), ("cliff", "10d"), ("end", "100d"), ("steps", "4"), ("cancelable", "yes")];
    let points = vec![point(JAN + 100 * DAY, 4, 1, 1_000)];
    assert_eq!(terms(&plan, 1_000), Terms { start: JAN, cliff: JAN + 10 * DAY, flags: 1, points });
}

#[test]
fn at_start_is_paid_though_a_cliff_follows() {
    let plan =
        [("start", "2027-01-01"), ("cliff", "25d"), ("end", "100d"), ("at_start", "5%"), ("transferable", "true")];
    // 5 % of 1,001 is 50; a quarter of the other 951 is 237 at the cliff.
    let points = vec![point(JAN, 0, 0, 50), point(JAN + 25 * DAY, 0, 0, 237), point(JAN + 100 * DAY, 0, 1, 714)];
    assert_eq!(terms(&plan, 1_001), Terms { start: JAN, cliff: 0, flags: 2, points });
    let stepped = [plan[0], plan[1], plan[2], plan[3], ("steps", "8")];
    let points = vec![point(JAN, 0, 0, 50), point(JAN + 25 * DAY, 0, 0, 237), point(JAN + 100 * DAY, 6, 1, 714)];
    assert_eq!(terms(&stepped, 1_001).points, points);
    let at_end = [plan[0], ("cliff", "100d"), plan[2], plan[3]];
    assert_eq!(terms(&at_end, 100).points, [point(JAN, 0, 0, 5), point(JAN + 100 * DAY, 0, 0, 95)]);
    let no_cliff = [plan[0], plan[2], plan[3]];
    assert_eq!(terms(&no_cliff, 100).points, [point(JAN, 0, 0, 5), point(JAN + 100 * DAY, 0, 1, 95)]);
}

#[test]
fn tranches_give_the_rest_to_the_last_one() {
    let plan = [("tranches", "2027-01-01 33.3333%; 2027-01-11 33.3333 ;2027-01-21T00:00Z 33.3334%;")];
    let points = [10 * DAY, 20 * DAY].map(|later| JAN + later);
    let expected = [point(JAN, 0, 0, 33), point(points[0], 0, 0, 33), point(points[1], 0, 0, 34)];
    let terms = terms(&plan, 100);
    assert_eq!((terms.start, terms.points), (JAN, expected.to_vec()));
}

#[test]
fn every_wrong_cell_is_a_problem_of_its_own() {
    let wrong = [
        ("start", "soon"),
        ("cliff", "6mo"),
        ("end", "never"),
        ("steps", "-1"),
        ("at_start", "101"),
        ("cancelable", "maybe"),
    ];
    let columns: Vec<_> = refused(&wrong).into_iter().map(|(column, _)| column).collect();
    assert_eq!(columns, ["start", "cliff", "end", "steps", "at_start", "cancelable"]);
}

#[test]
fn plans_that_contradict_themselves_are_refused() {
    let start = ("start", "2027-01-01");
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: [Case<'_>; 10] = [
        (&[start], "end", "needs an end"),
        (&[("end", "2027-01-01"), ("steps", "3")], "steps", "without a start"),
        (&[start, ("end", "2027-01-01")], "end", "after the start"),
        (&[start, ("end", "10d"), ("cliff", "11d")], "cliff", "between"),
        (&[start, ("end", "10d"), ("cliff", "2026-12-31")], "cliff", "between"),
        (&[start, ("end", "10d"), ("cliff", "3d"), ("steps", "4"), ("at_start", "1")], "cliff", "one of the 4 steps"),
        (&[("tranches", "2027-01-01 50%; 2026-01-01 50%")], "tranches", "in order"),
        (&[("tranches", "2027-01-01 50%")], "tranches", "add up to 50.0000%"),
        (&[("tranches", "2027-01-01 100%"), ("end", "2027-01-01")], "end", "must be empty"),
        (&[("tranches", "everything")], "tranches", "times and percentages"),
    ];
    for (plan, column, rule) in cases {
        let refused = refused(plan);
        assert!(refused.len() == 1 && refused[0].0 == column && refused[0].1.contains(rule), "{plan:?}: {refused:?}");
    }
}

#[test]
fn schedules_are_read_from_toml_as_from_cells() {
    let text = "[team]\nstart = 2027-01-01\ncliff = \"10d\"\nend = 1807401600\nsteps = 4\ncancelable = true\n\
        [advisers]\ntranches = [\"2027-01-01 50%\", \"2027-02-01 50%\"]\n";
    let plans = read_schedules(text).unwrap();
    let team =
        cells(&[("start", "2027-01-01"), ("cliff", "10d"), ("end", "100d"), ("steps", "4"), ("cancelable", "yes")]);
    assert_eq!(plans["team"], Plan::read(&team).unwrap());
    assert_eq!(plans["advisers"].terms(3).points.len(), 2);
    let error = format!("{:#}", read_schedules("[a]\nend = \"x\"\nend_ = 1\n[b]\nstart = \"y\"\n").unwrap_err());
    for part in ["[a] end = \"x\": a time is", "[a] end_ = \"1\": there is no such key", "[b] start = \"y\""] {
        assert!(error.contains(part), "{error}");
    }
}
