//! Generator of the products: int8 dot products of four (`dot4I8Packed`) into scalars in registers.
//!
//! All four kinds share everything but their ends. Operands are rows of slabs of 64 int8, that is of four `vec4<u32>`.

use std::fmt::Write;

use super::epilogue;
use super::tile::{Family, Tile};
use crate::gpu::product::Kind;

/// Components of a vector, in order.
const XYZW: [char; 4] = ['x', 'y', 'z', 'w'];

/// Parameters; the same words as `ProductParams` on the host.
const PARAMS: &str = "struct Params {
    slabs: u32, a_row: u32, a_rows: u32, b_row: u32, b_rows: u32, rows: u32, cols: u32, valid_rows: u32,
    valid_cols: u32, out_row: u32, out_col: u32, out_stride: u32, multiplier: u32, shift: u32, lo: i32, hi: i32,
    side: u32, fold_cols: u32, pad0: u32, pad1: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<u32>>;
";

/// A text under construction with the cut it is for.
pub(super) struct Text<'t> {
    pub(super) tile: &'t Tile,
    text: String,
}

impl Text<'_> {
    /// Adds a line.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        writeln!(self.text, "{}", line.as_ref()).expect("writing to a string cannot fail");
    }

    /// Adds one line for every result of a thread.
    pub(super) fn each(&mut self, line: impl Fn(u32, u32) -> String) {
        for r in 0..self.tile.thread[0] {
            for c in 0..self.tile.thread[1] {
                self.line(line(r, c));
            }
        }
    }
}

/// WGSL of a product of this kind and cut.
pub(crate) fn source(kind: Kind, tile: &Tile) -> String {
    let mut text = Text { tile, text: String::from(PARAMS) };
    text.line(epilogue::declarations(kind));
    declare_shared(&mut text, kind);
    text.line(epilogue::REQUANT);
    text.line(format!("@compute @workgroup_size({})", tile.threads()));
    text.line("fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) lid: u32) {");
    place(&mut text);
    text.each(|r, c| format!("var c{r}_{c} = 0i;"));
    match kind {
        Kind::Requant | Kind::Limbs => {
            slabs(&mut text, &Loop { a: "a", b: "b", first: "0u", end: "p.slabs" }, "c", |_| {})
        }
        Kind::Fold => fold_slabs(&mut text, false),
        Kind::FoldRequant => {
            peel(&mut text);
            fold_slabs(&mut text, true);
        }
    }
    epilogue::end(&mut text, kind);
    text.line("}");
    text.text
}

fn declare_shared(text: &mut Text<'_>, kind: Kind) {
    let tile = text.tile;
    if tile.family == Family::Shared {
        for (name, rows) in [("sa", tile.rows()), ("sb", tile.cols())] {
            text.line(format!("var<workgroup> {name}: array<vec4<u32>, {}>;", 16 * Tile::shared_stride(rows)));
        }
    }
    if kind.folds() {
        let (team, teams) = (tile.team()[0] * tile.team()[1], tile.teams[0] * tile.teams[1]);
        text.line(format!("var<workgroup> parts: array<u32, {}>;", teams * 16 * (team + 1)));
        text.line(format!("var<workgroup> sums: array<u32, {}>;", teams * team));
    }
}

/// Where the thread is: `row`s and `col`s count from the first of this dispatch.
fn place(text: &mut Text<'_>) {
    let tile = text.tile;
    let [ty, tx] = tile.team();
    text.line(format!("let team = lid / {0}u; let within = lid % {0}u;", ty * tx));
    text.line(format!("let tx = within % {tx}u; let ty = within / {tx}u;"));
    text.line(format!("let team_m = team / {0}u; let team_n = team % {0}u;", tile.teams[1]));
    text.line(format!("let tile_row = wg.y * {}u; let tile_col = wg.x * {}u;", tile.rows(), tile.cols()));
    text.line(format!("let row0 = tile_row + team_m * {}u + ty * 4u;", tile.block[0]));
    text.line(format!("let col0 = tile_col + team_n * {}u + tx * 4u;", tile.block[1]));
}

/// Row `r` of a thread, from the first.
pub(super) fn row_step(tile: &Tile, r: u32) -> u32 {
    r / 4 * 4 * tile.team()[0] + r % 4
}

/// Column `c` of a thread, from the first.
pub(super) fn col_step(tile: &Tile, c: u32) -> u32 {
    c / 4 * 4 * tile.team()[1] + c % 4
}

/// A run over slabs of two operands.
struct Loop {
    a: &'static str,
    b: &'static str,
    first: &'static str,
    end: &'static str,
}

/// The noise's share of the sum, from the limbs of both sides: `c = -Σ`, by Horner over limbs of eight bits, two slabs a limb.
fn peel(text: &mut Text<'_>) {
    text.line("let first_limb = select(2u, 0u, wide[0] != 0u);");
    let run = Loop { a: "pa", b: "pb", first: "first_limb", end: "6u" };
    slabs(text, &run, "c", |text| {
        text.line("if (s == 1u || s == 3u) {");
        text.each(|r, c| format!("c{r}_{c} = c{r}_{c} << 8u;"));
        text.line("}");
    });
    text.each(|r, c| format!("c{r}_{c} = -c{r}_{c};"));
}

/// Products of every slab on their own, folded; and summed up, if wanted.
fn fold_slabs(text: &mut Text<'_>, sum: bool) {
    let tile = text.tile;
    text.line(epilogue::fold_place(tile));
    slabs(text, &Loop { a: "a", b: "b", first: "0u", end: "p.slabs" }, "q", |text| {
        epilogue::fold(text);
        if sum {
            text.each(|r, c| format!("c{r}_{c} += q{r}_{c};"));
        }
    });
    epilogue::fold_rest(text);
}

/// The run over slabs: adds to `{into}{r}_{c}`, and calls `after` for what follows each slab. Products `q` start at zero in every slab.
fn slabs(text: &mut Text<'_>, run: &Loop, into: &str, after: impl Fn(&mut Text<'_>)) {
    let stride = if run.a == "pa" { "24u" } else { "(4u * p.slabs)" };
    match text.tile.family {
        Family::Direct => direct_rows(text, stride),
        Family::Shared => shared_start(text, run, stride),
    }
    text.line(format!("for (var s = {}; s < {}; s++) {{", run.first, run.end));
    if into == "q" {
        text.each(|r, c| format!("var q{r}_{c} = 0i;"));
    }
    match text.tile.family {
        Family::Direct => direct_slab(text, run, into),
        Family::Shared => shared_slab(text, run, stride, into),
    }
    after(text);
    text.line("}");
    text.line("}");
}

/// Opens a scope with the start of every row of the thread.
fn direct_rows(text: &mut Text<'_>, stride: &str) {
    let tile = text.tile;
    text.line("{");
    for r in 0..tile.thread[0] {
        let step = row_step(tile, r);
        text.line(format!("let at_a{r} = min(p.a_row + row0 + {step}u, p.a_rows - 1u) * {stride};"));
    }
    for c in 0..tile.thread[1] {
        let step = col_step(tile, c);
        text.line(format!("let at_b{c} = min(p.b_row + col0 + {step}u, p.b_rows - 1u) * {stride};"));
    }
}

fn direct_slab(text: &mut Text<'_>, run: &Loop, into: &str) {
    let [rows, cols] = text.tile.thread;
    text.line("for (var v = 4u * s; v < 4u * s + 4u; v++) {");
    for r in 0..rows {
        text.line(format!("let a{r} = {}[at_a{r} + v];", run.a));
    }
    for c in 0..cols {
        text.line(format!("let b{c} = {}[at_b{c} + v];", run.b));
    }
    // Word after word, so that neighbouring instructions do not wait for each other's sum.
    for word in XYZW {
        text.each(|r, c| format!("{into}{r}_{c} += dot4I8Packed(a{r}.{word}, b{c}.{word});"));
    }
    text.line("}");
}

/// Pieces of 4 rows × 16 bytes that a thread copies for every slab.
fn copies(tile: &Tile) -> u32 {
    (tile.rows() + tile.cols()).div_ceil(tile.threads())
}

/// Opens a scope and loads the first slab into registers.
fn shared_start(text: &mut Text<'_>, run: &Loop, stride: &str) {
    text.line("{");
    for copy in 0..copies(text.tile) {
        for row in 0..4 {
            text.line(format!("var g{copy}_{row} = vec4<u32>(0u);"));
        }
    }
    load(text, run, stride, run.first);
}

/// Loads this thread's pieces of a slab into registers. Piece `id` below the tile's rows is of A, a later one of B; four neighbouring threads
/// take the four vectors of one slab of the same four rows.
fn load(text: &mut Text<'_>, run: &Loop, stride: &str, slab: &str) {
    let tile = text.tile;
    for copy in 0..copies(tile) {
        piece(text, copy, |text, operand, id| {
            let (array, first, rows) = match operand {
                'a' => (run.a, "p.a_row + tile_row", "p.a_rows"),
                _ => (run.b, "p.b_row + tile_col", "p.b_rows"),
            };
            text.line(format!("let r = {first} + 4u * ({id} / 4u); let v = 4u * {slab} + {id} % 4u;"));
            for row in 0..4 {
                text.line(format!("g{copy}_{row} = {array}[min(r + {row}u, {rows} - 1u) * {stride} + v];"));
            }
        });
    }
}

/// `body` for the operand that piece number `copy` of the thread is of.
fn piece(text: &mut Text<'_>, copy: u32, body: impl Fn(&mut Text<'_>, char, &str)) {
    let tile = text.tile;
    let (rows, all) = (tile.rows(), tile.rows() + tile.cols());
    let id = format!("({}u + lid)", copy * tile.threads());
    text.line(format!("if ({id} < {rows}u) {{"));
    body(text, 'a', &id);
    text.line(format!("}} else if ({id} < {all}u) {{"));
    body(text, 'b', &format!("({id} - {rows}u)"));
    text.line("}");
}

/// Registers to shared memory, four rows of one word side by side; then the next slab into registers while this one is multiplied.
fn shared_slab(text: &mut Text<'_>, run: &Loop, stride: &str, into: &str) {
    let tile = text.tile;
    text.line("workgroupBarrier();");
    for copy in 0..copies(tile) {
        piece(text, copy, |text, operand, id| {
            let rows = if operand == 'a' { tile.rows() } else { tile.cols() };
            let step = Tile::shared_stride(rows);
            text.line(format!("let at = ({id} % 4u) * {}u + {id} / 4u;", 4 * step));
            for (word, name) in XYZW.iter().enumerate() {
                let words: Vec<_> = (0..4).map(|row| format!("g{copy}_{row}.{name}")).collect();
                let offset = word as u32 * step;
                text.line(format!("s{operand}[at + {offset}u] = vec4<u32>({});", words.join(", ")));
            }
        });
    }
    epilogue::fold_before(text, into == "q");
    text.line("workgroupBarrier();");
    epilogue::fold_after(text, into == "q");
    text.line(format!("let next = min(s + 1u, {} - 1u);", run.end));
    load(text, run, stride, "next");
    multiply_shared(text, into);
}

fn multiply_shared(text: &mut Text<'_>, into: &str) {
    let tile = text.tile;
    let [stride_a, stride_b] = [tile.rows(), tile.cols()].map(Tile::shared_stride);
    text.line("for (var w = 0u; w < 16u; w++) {");
    for (side, name, stride, block, t) in [(0, 'a', stride_a, "team_m", "ty"), (1, 'b', stride_b, "team_n", "tx")] {
        for quad in 0..tile.thread[side] / 4 {
            let (team, step) = (tile.block[side] / 4, quad * tile.team()[side]);
            text.line(format!("let {name}{quad} = s{name}[w * {stride}u + {block} * {team}u + {t} + {step}u];"));
        }
    }
    text.each(|r, c| {
        let (x, y) = (XYZW[r as usize % 4], XYZW[c as usize % 4]);
        format!("{into}{r}_{c} += dot4I8Packed(a{}.{x}, b{}.{y});", r / 4, c / 4)
    });
    text.line("}");
}
