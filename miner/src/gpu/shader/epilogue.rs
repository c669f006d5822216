//! What becomes of a thread's sums: int8 results, limbs for the peel, or folds for tickets.

use super::product::{Text, col_step, row_step};
use super::tile::{Family, Tile};
use crate::gpu::product::Kind;

/// `clamp((v·M + 2^(s-1)) >> s)` without 64-bit numbers.
///
/// v·M = 2^16·high + low with low < 2^16, and the floor of a sum is that of its high part plus a carry-free rest: for s > 16 the low limb cannot
/// change the floor, for s ≤ 16 the high limb is first clamped to what the bounds cannot tell from larger values.
pub(super) const REQUANT: &str = "fn requant(v: i32) -> i32 {
    let product = (bitcast<u32>(v) & 0xffffu) * p.multiplier;
    let high = (v >> 16u) * bitcast<i32>(p.multiplier) + bitcast<i32>(product >> 16u);
    let low = product & 0xffffu;
    if (p.shift > 16u) {
        let shift = p.shift - 16u;
        return clamp((high + (1i << (shift - 1u))) >> shift, p.lo, p.hi);
    }
    let rest = bitcast<i32>((low + (1u << (p.shift - 1u))) >> p.shift);
    return clamp((clamp(high, -257i, 256i) << (16u - p.shift)) + rest, p.lo, p.hi);
}";

/// Bindings after the operands.
pub(super) const fn declarations(kind: Kind) -> &'static str {
    match kind {
        Kind::Requant => {
            "@group(0) @binding(3) var<storage, read> bias: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<u32>;"
        }
        Kind::Limbs => {
            "@group(0) @binding(3) var<storage, read_write> wide: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> out: array<u32>;"
        }
        Kind::Fold => "@group(0) @binding(3) var<storage, read_write> folds: array<u32>;",
        Kind::FoldRequant => {
            "@group(0) @binding(3) var<storage, read> pa: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> pb: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read> wide: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<i32>;
@group(0) @binding(7) var<storage, read_write> out: array<u32>;
@group(0) @binding(8) var<storage, read_write> folds: array<u32>;"
        }
    }
}

/// The end of the program.
pub(super) fn end(text: &mut Text<'_>, kind: Kind) {
    match kind {
        Kind::Requant | Kind::FoldRequant => requantise(text),
        Kind::Limbs => limbs(text),
        Kind::Fold => {}
    }
}

/// Four neighbouring columns at a time to one word; columns beyond the matrix become zero.
fn requantise(text: &mut Text<'_>) {
    let [rows, cols] = text.tile.thread;
    for quad in 0..cols / 4 {
        text.line("{");
        text.line(format!("let col = col0 + {}u;", col_step(text.tile, 4 * quad)));
        text.line("if (col < p.cols) {");
        for c in 0..4 {
            text.line(format!("let bias{c} = bias[p.b_row + col + {c}u];"));
            text.line(format!("let keep{c} = p.out_col + col + {c}u < p.valid_cols;"));
        }
        for r in 0..rows {
            let step = row_step(text.tile, r);
            text.line(format!("if (row0 + {step}u < p.valid_rows) {{"));
            let values: Vec<_> =
                (0..4).map(|c| format!("select(0i, requant(c{r}_{} + bias{c}), keep{c})", 4 * quad + c)).collect();
            text.line(format!(
                "out[(p.out_row + row0 + {step}u) * p.out_stride + (p.out_col + col) / 4u] = \
                 pack4xI8(vec4<i32>({}));",
                values.join(", ")
            ));
            text.line("}");
        }
        text.line("}");
        text.line("}");
    }
}

/// Sums to three signed bytes, into the slabs of the peel operand of this side: limb 2, 1 and 0, each beside the other side's basis. Marks
/// `wide` when a limb 2 is not zero.
fn limbs(text: &mut Text<'_>) {
    let [rows, cols] = text.tile.thread;
    text.line("var is_wide = false;");
    for quad in 0..cols / 4 {
        text.line("{");
        text.line(format!("let col = col0 + {}u;", col_step(text.tile, 4 * quad)));
        for r in 0..rows {
            let step = row_step(text.tile, r);
            let sums: Vec<_> = (0..4).map(|c| format!("c{r}_{}", 4 * quad + c)).collect();
            text.line(format!("if (row0 + {step}u < p.rows && col < p.cols) {{"));
            text.line(format!("let v = vec4<i32>({});", sums.join(", ")));
            text.line("let limb0 = extractBits(v, 0u, 8u); let up = (v - limb0) >> vec4<u32>(8u);");
            text.line("let limb1 = extractBits(up, 0u, 8u); let limb2 = (up - limb1) >> vec4<u32>(8u);");
            text.line("is_wide = is_wide || any(limb2 != vec4<i32>(0i));");
            text.line(format!("let at = (p.out_row + row0 + {step}u) * 96u + 16u * p.side + col / 4u;"));
            text.line("out[at] = pack4xI8(limb2); out[at + 32u] = pack4xI8(limb1); out[at + 64u] = pack4xI8(limb0);");
            text.line("}");
        }
        text.line("}");
    }
    text.line("if (is_wide) { atomicOr(&wide[0], 1u); }");
}

/// Names for folding: this team's places in shared memory, and its block among the dispatch's.
pub(super) fn fold_place(tile: &Tile) -> String {
    let [ty, tx] = tile.team();
    let threads = ty * tx;
    format!(
        "let parts0 = team * {}u; let sums0 = team * {threads}u;
let block_i = tile_row / 64u + team_m; let block_j = tile_col / 64u + team_n;
let is_block = 64u * block_i < p.rows && 64u * block_j < p.cols;
let fold0 = (block_i * p.fold_cols + block_j) * p.slabs;",
        16 * (threads + 1)
    )
}

/// The thread's own fold of one slab into shared memory; without shared operands, also the rest of the folding.
pub(super) fn fold(text: &mut Text<'_>) {
    let tile = text.tile;
    let [rows, cols] = tile.thread;
    let threads = tile.team()[0] * tile.team()[1];
    for word in 0..16 {
        let terms: Vec<_> = (0..rows)
            .flat_map(|r| (0..cols).map(move |c| (r, c)))
            .filter(|(r, c)| 4 * (r % 4) + c % 4 == word)
            .map(|(r, c)| format!("q{r}_{c}"))
            .collect();
        let place = word * (threads + 1);
        text.line(format!("parts[parts0 + {place}u + within] = bitcast<u32>({});", terms.join(" ^ ")));
    }
    if tile.family == Family::Direct {
        text.line("workgroupBarrier();");
        sum_parts(text);
        text.line("workgroupBarrier();");
        store_sums(text, "s");
    }
}

/// With shared operands the folding of a slab rides on the barriers of the next one: the sums between them,
pub(super) fn fold_before(text: &mut Text<'_>, folds: bool) {
    if folds {
        text.line("if (s > 0u) {");
        sum_parts(text);
        text.line("}");
    }
}

/// and the result after them.
pub(super) fn fold_after(text: &mut Text<'_>, folds: bool) {
    if folds {
        text.line("if (s > 0u) {");
        store_sums(text, "(s - 1u)");
        text.line("}");
    }
}

/// The fold of the last slab, which no later one completes.
pub(super) fn fold_rest(text: &mut Text<'_>) {
    if text.tile.family == Family::Shared {
        text.line("workgroupBarrier();");
        sum_parts(text);
        text.line("workgroupBarrier();");
        store_sums(text, "(p.slabs - 1u)");
    }
}

/// Each thread joins sixteen threads' shares of one word.
fn sum_parts(text: &mut Text<'_>) {
    let threads = text.tile.team()[0] * text.tile.team()[1];
    text.line("{");
    text.line(format!("let at = parts0 + (within % 16u) * {}u + (within / 16u) * 16u;", threads + 1));
    let terms: Vec<_> = (0..16).map(|part| format!("parts[at + {part}u]")).collect();
    text.line(format!("sums[sums0 + within] = {};", terms.join(" ^ ")));
    text.line("}");
}

/// Sixteen threads join the rest and write the sixteen words.
fn store_sums(text: &mut Text<'_>, slab: &str) {
    let threads = text.tile.team()[0] * text.tile.team()[1];
    let terms: Vec<_> = (0..threads / 16).map(|part| format!("sums[sums0 + within + {}u]", 16 * part)).collect();
    text.line("if (within < 16u && is_block) {");
    text.line(format!("folds[16u * (fold0 + {slab}) + within] = {};", terms.join(" ^ ")));
    text.line("}");
}
