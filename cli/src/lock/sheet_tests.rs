#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::lock::plan::read_schedules;

const A: &str = "0x00000000000000000000000000000000000000aa";
const B: &str = "0x00000000000000000000000000000000000000bb";

fn entries(text: &str) -> Result<Vec<Entry>, Vec<String>> {
    let schedules = read_schedules("[team]\nstart = \"2027-01-01\"\nend = \"2y\"\nsteps = 24\n").unwrap();
    read(text.as_bytes(), &schedules, false)
}

fn problems(text: &str) -> Vec<String> {
    entries(text).unwrap_err()
}

#[test]
fn read_takes_names_columns_and_liquid_lines_side_by_side() {
    let text = format!("Account,amount,schedule,end\r\n{A},1.5,team,\r\n\r\n,,,\r\n{B},\"2\",,2027-05-01\r\n");
    let entries = entries(&text).unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!((entries[0].index, entries[0].amount.to_string()), (0, "1.5".to_owned()));
    assert_eq!(entries[0].terms.points.len(), 1);
    assert_eq!((entries[1].index, entries[1].terms.start), (1, 1_809_129_600));
    let liquid = super::read(format!("amount;account\n7;{A}\n").as_bytes(), &BTreeMap::new(), false).unwrap();
    assert!(liquid[0].terms.is_liquid());
    let marked = [b"\xef\xbb\xbfaccount\tamount\n", A.as_bytes(), b"\t7\n"].concat();
    assert_eq!(super::read(&marked, &BTreeMap::new(), false).unwrap(), liquid);
}

#[test]
fn every_problem_is_told_with_line_column_value_and_rule() {
    let text = format!(
        "account,amount,schedule,start,end\n{A},1,team,,\n0x12,\"1,5\",,,\n{A},0,none,,\n{B},1,team,2027-01-01,\n\
        {B},1,,soon,6mo\n{B},1\n0x0000000000000000000000000000000000000000,,,,\n"
    );
    let problems = problems(&text);
    let expected = [
        "line 3, column account, value \"0x12\": the address \"0x12\" has 2 characters",
        "line 3, column amount, value \"1,5\": the amount \"1,5\" has ','",
        "line 4, column amount, value \"0\": an entry is worth more than nothing",
        "line 4, column schedule, value \"none\": there is no such schedule; there are team, liquid",
        "line 4, column account, value \"0x00000000000000000000000000000000000000aa\": the account is on line 2 already",
        "line 5, column start, value \"2027-01-01\": the line names a schedule",
        "line 6, column start, value \"soon\": a time is",
        "line 6, column end, value \"6mo\": a distance counts from the start",
        "line 6, column account",
        "line 7: it has 2 cells, the first line names 5 columns",
        "line 8, column account, value \"0x0000000000000000000000000000000000000000\": nobody can claim",
        "line 8, column amount, value \"\": the amount is empty",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}\nis not\n{expected}");
    }
}

#[test]
fn headers_totals_and_empty_sheets_are_checked() {
    assert!(problems("account,sum\n")[0].contains("\"sum\": there is no such column"));
    assert!(problems("account,amount,amount\n")[0].contains("the column is there twice"));
    assert!(problems("amount\n1\n")[0].contains("the column account is missing"));
    assert!(problems("account,amount\n")[0].contains("there is no line"));
    assert!(!problems("").is_empty());
    let half = format!("account,amount\n{A},600000000\n{B},400000000.5\n");
    assert!(problems(&half)[0].contains("add up to 1000000000.5 OMNIT"));
}

#[test]
fn duplicates_are_taken_when_they_are_allowed() {
    let text = format!("account,amount\n{A},1\n{A},2\n");
    assert!(entries(&text).unwrap_err()[0].contains("--allow-duplicates"));
    let entries = read(text.as_bytes(), &BTreeMap::new(), true).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.index).collect::<Vec<_>>(), [0, 1]);
}
