//! A chart of series over time as SVG: areas on top of each other, so that the upper edge is their sum.

use std::fmt::Write as _;

use alloy::primitives::U256;

use super::{chart::Series, stream::step_of};
use crate::date::day;

const WIDTH: u64 = 960;
const HEIGHT: u64 = 480;
/// Space left of, above, right of and below the areas.
const MARGINS: [u64; 4] = [96, 48, 24, 56];
/// Lines across the areas, and dates below them.
const TICKS: u64 = 5;
const COLOURS: [&str; 6] = ["#3867d6", "#20bf6b", "#f7b731", "#eb3b5a", "#8854d0", "#0fb9b1"];
/// Base units of one OMNIT.
const OMNIT: u64 = 1_000_000_000_000_000_000;

/// Draws series whose amounts are at the same times; there is at least one time.
pub(super) fn draw(title: &str, times: &[u64], series: &[Series]) -> String {
    let top = (0..times.len()).map(|row| series.iter().map(|series| series.amounts[row]).sum::<U256>()).max();
    let frame = Frame { from: times[0], until: times[times.len() - 1], top: round_up(top.unwrap_or_default()) };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n\
         <text x=\"{}\" y=\"24\" font-size=\"16\">{}</text>\n",
        MARGINS[0],
        escape(title)
    );
    let mut below = vec![U256::ZERO; times.len()];
    for (number, series) in series.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let above: Vec<U256> = below.iter().zip(&series.amounts).map(|(low, amount)| *low + *amount).collect();
        let edge = times.iter().zip(&above).chain(times.iter().zip(&below).rev());
        let points: Vec<_> = edge.map(|(at, amount)| format!("{},{}", frame.x(*at), frame.y(*amount))).collect();
        push(
            &mut out,
            format_args!("<polygon points=\"{}\" fill=\"{colour}\" fill-opacity=\"0.75\"/>", points.join(" ")),
        );
        let x = MARGINS[0] + 160 * (number as u64 % 5);
        push(&mut out, format_args!("<rect x=\"{x}\" y=\"32\" width=\"10\" height=\"10\" fill=\"{colour}\"/>"));
        push(&mut out, format_args!("<text x=\"{}\" y=\"41\">{}</text>", x + 16, escape(&series.name)));
        below = above;
    }
    frame.axes(&mut out);
    out + "</svg>\n"
}

/// What is shown, and where.
struct Frame {
    from: u64,
    until: u64,
    /// Amount at the upper edge, more than nothing.
    top: U256,
}

impl Frame {
    fn x(&self, at: u64) -> u64 {
        let width = WIDTH - MARGINS[0] - MARGINS[2];
        MARGINS[0] + step_of(width, at - self.from, (self.until - self.from).max(1))
    }

    fn y(&self, amount: U256) -> u64 {
        let height = HEIGHT - MARGINS[1] - MARGINS[3];
        let up: u64 = (U256::from(height) * amount / self.top).to();
        HEIGHT - MARGINS[3] - up
    }

    fn axes(&self, out: &mut String) {
        let right = WIDTH - MARGINS[2];
        for tick in 0..=TICKS {
            let amount = self.top * U256::from(tick) / U256::from(TICKS);
            let (y, at) = (self.y(amount), self.from + step_of(self.until - self.from, tick, TICKS));
            push(
                out,
                format_args!("<line x1=\"{}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\" stroke=\"#00000022\"/>", MARGINS[0]),
            );
            push(
                out,
                format_args!(
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                    MARGINS[0] - 8,
                    y + 4,
                    short(amount)
                ),
            );
            let (x, y) = (self.x(at), HEIGHT - MARGINS[3] + 20);
            push(out, format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", day(at)));
        }
        let (x, y) = (MARGINS[0], HEIGHT - 12);
        push(out, format_args!("<text x=\"{x}\" y=\"{y}\">OMNIT; times are UTC</text>"));
    }
}

/// Adds a line.
fn push(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}

/// The next 1, 2 or 5 times a power of ten, so that lines across have round numbers.
fn round_up(amount: U256) -> U256 {
    let mut power = U256::ONE;
    loop {
        for step in [1u64, 2, 5] {
            let candidate = power * U256::from(step);
            if candidate >= amount {
                return candidate;
            }
        }
        power *= U256::from(10);
    }
}

/// An amount in OMNIT with three digits and a unit.
fn short(amount: U256) -> String {
    let omnit: f64 = (amount / U256::from(OMNIT / 1_000)).to::<u128>() as f64 / 1_000.0;
    match omnit {
        omnit if omnit >= 1e9 => format!("{} B", omnit / 1e9),
        omnit if omnit >= 1e6 => format!("{} M", omnit / 1e6),
        omnit if omnit >= 1e3 => format!("{} k", omnit / 1e3),
        omnit => omnit.to_string(),
    }
}

/// Text that cannot become markup: names come from the command line, and a chart may be shown in a browser.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_stacks_series_and_escapes_names() {
        let omnit = U256::from(OMNIT);
        let series = [
            Series { name: "locks".to_owned(), amounts: vec![U256::ZERO, omnit * U256::from(60)] },
            Series { name: "<script>".to_owned(), amounts: vec![omnit * U256::from(20), omnit * U256::from(40)] },
        ];
        let drawn = draw("a & b", &[1_800_000_000, 1_800_086_400], &series);
        assert!(drawn.contains("a &amp; b") && drawn.contains("&lt;script&gt;") && !drawn.contains("<script"));
        // 100 at the top: the second area goes from 20 to 100, the first from 0 to 60.
        assert!(drawn.contains("<polygon points=\"96,424 936,199 936,424 96,424\""), "{drawn}");
        assert!(drawn.contains("<polygon points=\"96,349 936,48 936,199 96,424\""), "{drawn}");
        assert!(drawn.contains(">100</text>") && drawn.contains(">2027-01-15</text>"), "{drawn}");
    }

    #[test]
    fn round_up_gives_round_numbers() {
        for (amount, up) in [(0, 1), (1, 1), (3, 5), (6, 10), (10, 10), (11, 20), (4_999, 5_000)] {
            assert_eq!(round_up(U256::from(amount)), U256::from(up));
        }
    }
}
