#!/usr/bin/env bash
# One run on a machine with a GPU: what is there, that every path is exact, how fast each is, and beside them the vendor's own int8 product.
#
# usage: scripts/gpu-session.sh [FOLDER] [OMNIT] [TESTS]
#   FOLDER  where the results go (default: gpu-session)
#   OMNIT   a built `omnit` (default: `cargo build --release --package omnit`)
#   TESTS   a built test program of omnit-miner (default: cargo's own, with OMNIT_REQUIRE_GPU=1)
# The machine needs neither network nor compiler when OMNIT and TESTS are given.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-gpu-session}
omnit=${2:-}
tests=${3:-}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$root"

if [ -z "$omnit" ]; then
  cargo build --quiet --release --package omnit
  omnit=target/release/omnit
fi

say() { printf '\n== %s\n' "$*"; }

say "machine ($(date -u +%Y-%m-%d))"
{ uname -srm; nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,memory.total --format=csv,noheader 2>/dev/null || true; } | tee "$out/machine.txt"

say "adapters, paths, self-tests"
"$omnit" mine devices --json >"$out/devices.json"
"$omnit" mine devices | tee "$out/devices.txt"

say "exactness of every backend"
export OMNIT_REQUIRE_GPU=1
if [ -n "$tests" ]; then "$tests" --nocapture; else cargo test --quiet --release --package omnit-miner -- --nocapture; fi 2>&1 | tee "$out/exactness.txt"

: >"$out/bench.jsonl"
for size in 4096 8192; do
  for path in wgpu-dp4a wgpu-coopmat; do
    say "products, trees and tickets at $size on $path"
    # A card without matrix units has no second path; that is a result, not a failure.
    "$omnit" mine bench --json --size "$size" --device "$path" >"$out/part.jsonl" || echo "$path: not measured"
    tee -a "$out/bench.jsonl" <"$out/part.jsonl"
  done
done
rm -f "$out/part.jsonl"

say "the vendor's int8 product, and fractions of the chip's ceilings"
python3 scripts/gpu-ceilings.py "$out/bench.jsonl" | tee "$out/ceilings.txt"
echo
echo "results: $out"
