//! `retarget.json` and `sortition.json`.

use omnit_proof::retarget::{Span, exponent, factor, retarget};
use omnit_proof::seed::Address;
use omnit_proof::sortition::{draw, threshold};
use omnit_proof::ticket::Target;
use omnit_proof::{Hash, Result};
use ruint::aliases::U256;

use super::json::{Fields, File, Vector, dec, fields, hex};
use crate::support::{Lcg, Library, address, hash};

#[derive(Clone, Copy)]
struct Retarget {
    target: U256,
    span: Span,
}

impl Vector for Retarget {
    const KIND: &'static str = "retarget";

    fn inputs(&self) -> Fields {
        let Span { elapsed, wins, seconds_per_win, half_life } = self.span;
        let [elapsed, wins] = [elapsed, wins].map(u64::cast_signed);
        fields! {
            "target": dec(self.target), "elapsed": elapsed, "wins": wins, "tau": seconds_per_win, "half_life": half_life,
        }
    }

    fn results(&self) -> Result<Fields> {
        let out = retarget(Target(self.target), &self.span)?;
        let x = exponent(&self.span);
        let factor = factor(x.rem_euclid(1 << 16) as u16).cast_signed();
        Ok(fields! { "x": x, "factor": factor, "out": dec(out.0) })
    }
}

fn span([elapsed, wins]: [u64; 2], [seconds_per_win, half_life]: [u32; 2]) -> Span {
    Span { elapsed, wins, seconds_per_win, half_life }
}

/// Some target between the ends.
fn middle() -> U256 {
    U256::from_be_bytes(hash(1)) >> 20
}

/// The retarget file.
pub(super) fn retarget_file() -> File {
    let mut file = File::new("SPEC.md section 5: the target after a span of time.");
    let most = (1 << 40) - 1;
    let spans = [
        ("as wanted", span([3_600, 60], [60, 172_800])),
        ("no wins", span([3_600, 0], [60, 172_800])),
        ("many wins", span([3_600, 4_000], [60, 172_800])),
        ("one second late", span([3_601, 60], [60, 172_800])),
        ("one second early", span([3_599, 60], [60, 172_800])),
        ("one half-life late", span([7_200, 0], [60, 7_200])),
        ("one half-life early", span([0, 120], [60, 7_200])),
        ("half of a half-life late", span([3_600, 0], [60, 7_200])),
        ("half of a half-life early", span([0, 60], [60, 7_200])),
        ("three half-lives late", span([21_600, 0], [60, 7_200])),
        ("three half-lives early", span([0, 360], [60, 7_200])),
        ("five half-lives late", span([36_000, 0], [60, 7_200])),
        ("five half-lives early", span([0, 600], [60, 7_200])),
        ("everything largest", span([most, most], [u32::MAX, u32::MAX])),
        ("longest without a win", span([most, 0], [1, 1])),
        ("most wins in no time", span([0, most], [u32::MAX, 1])),
        ("largest half-life", span([1, 0], [1, u32::MAX])),
    ];
    for (name, span) in spans {
        file.accept(name, &Retarget { target: middle(), span });
        for (which, target) in [("target 1", U256::ONE), ("target 7", U256::from(7)), ("largest target", U256::MAX)] {
            file.accept(&format!("{name}, {which}"), &Retarget { target, span });
        }
    }
    random_spans(&mut file);
    bad_spans(&mut file);
    file
}

fn random_spans(file: &mut File) {
    let mut lcg = Lcg(1);
    for case in 0..40 {
        let tau = lcg.within(1, 600);
        let wins = lcg.within(0, 500);
        let half_life = lcg.within(1_000, 200_000);
        let elapsed = (tau * wins + lcg.within(-2 * half_life, 2 * half_life)).max(0) as u64;
        let target = U256::from_be_bytes(hash(case)) >> (6 * case as usize);
        let span = span([elapsed, wins as u64], [tau as u32, half_life as u32]);
        file.accept(&format!("random {case}"), &Retarget { target, span });
    }
}

fn bad_spans(file: &mut File) {
    let base = Retarget { target: middle(), span: span([3_600, 60], [60, 7_200]) };
    let bad = [
        ("elapsed is 2^40", span([1 << 40, 60], [60, 7_200])),
        ("wins are 2^40", span([3_600, 1 << 40], [60, 7_200])),
        ("tau is 0", span([3_600, 60], [0, 7_200])),
        ("half-life is 0", span([3_600, 60], [60, 0])),
    ];
    for (name, span) in bad {
        file.refuse(name, &Retarget { span, ..base });
    }
    file.refuse("target is 0", &Retarget { target: U256::ZERO, ..base });
}

#[derive(Clone, Copy)]
struct Threshold {
    c: u32,
    stake: u128,
    total: u128,
}

impl Vector for Threshold {
    const KIND: &'static str = "threshold";

    fn inputs(&self) -> Fields {
        fields! { "c": self.c, "stake": dec(self.stake), "total": dec(self.total) }
    }

    fn results(&self) -> Result<Fields> {
        Ok(fields! { "threshold": dec(threshold(self.c, self.stake, self.total)?) })
    }
}

fn draw_fields(beacon: &Hash, job: &Hash, validator: &Address, limit: &Threshold) -> Fields {
    let drawn = draw::<Library>(beacon, job, validator);
    let threshold = threshold(limit.c, limit.stake, limit.total).expect("the parameters are in range");
    let head = fields! { "beacon": hex(beacon), "job_id": hex(job), "validator": hex(validator) };
    let tail = fields! { "draw": dec(drawn), "threshold": dec(threshold), "drawn": drawn < threshold };
    [head, limit.inputs(), tail].concat()
}

/// The sortition file.
pub(super) fn sortition_file() -> File {
    let mut file = File::new("SPEC.md section 5: thresholds of validators and their draws.");
    let most = (1 << 96) - 1;
    // floor(ln 2 · 2^64): thresholds where a halving begins, at an exponent of exactly `stake / 2^64`.
    let halving = 12_786_308_645_202_655_659u128;
    for (stake, total) in
        [(0, 1), (1, 1), (0, most), (1, most), (most, most), (most - 1, most), (most / 3, most), (1, 3)]
    {
        for c in [1, 4, 44, 45, 64] {
            file.accept(&format!("{stake} of {total}, c = {c}"), &Threshold { c, stake, total });
        }
    }
    for count in [1, 2, 3, 62, 63, 64] {
        for stake in [count * halving - 1, count * halving, count * halving + 1] {
            file.accept(&format!("exponent {stake} / 2^64"), &Threshold { c: 64, stake, total: 1 << 70 });
        }
    }
    let mut lcg = Lcg(2);
    let mut wide = || u128::from(lcg.next()) << 65 | u128::from(lcg.next()) << 34 | u128::from(lcg.next()) << 3;
    for case in 0..40 {
        let total = (wide() >> (case * 2)).max(1);
        let stake = wide() % (total + 1);
        file.accept(&format!("random {case}"), &Threshold { c: 1 + (case as u32 * 7) % 64, stake, total });
    }
    let bad = [
        ("c is 0", 0, 1, 2),
        ("c is 65", 65, 1, 2),
        ("stake above the total", 1, 3, 2),
        ("total is 0", 1, 0, 0),
        ("total is 2^96", 1, 1, 1 << 96),
    ];
    for (name, c, stake, total) in bad {
        file.refuse(name, &Threshold { c, stake, total });
    }
    for validator in 0..24 {
        let limit = Threshold { c: 6, stake: 1_000 * (1 + u128::from(validator)), total: 60_000 };
        let fields = draw_fields(&hash(1), &hash(2 + validator % 2), &address(validator), &limit);
        file.plain("draw", &format!("validator {validator}"), fields);
    }
    for (name, stake) in [("no stake", 0), ("all stake", 60_000)] {
        let fields = draw_fields(&hash(1), &hash(2), &address(1), &Threshold { c: 64, stake, total: 60_000 });
        file.plain("draw", name, fields);
    }
    file
}
