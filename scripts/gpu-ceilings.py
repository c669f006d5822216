#!/usr/bin/env python3
"""The vendor's int8 GEMM (cuBLASLt through PyTorch's `torch._int_mm`) beside figures of `omnit mine bench --json`, as fractions of ceilings.

usage: gpu-ceilings.py BENCH.jsonl

Rates are in GMAC/s (one multiply-accumulate is two operations). The vendor's product runs here and now, on the same GPU, with the sizes of the
file. Ceilings are peak dense rates from data sheets, for chips this script knows by name; elsewhere only the vendor's product is compared with.
Without PyTorch or without a CUDA device it says so and still prints the figures.
"""

import json
import re
import statistics
import sys
import time

# Peak dense int8 tensor rate and int8 dot-product (dp4a) rate in GMAC/s. Tensor: NVIDIA data sheets, dense, SXM. dp4a: 64 a clock and SM x 4 MACs
# x SMs x boost clock, calculated.
CEILINGS = {
    "H200": {"tensor": 1979e3 / 2, "dp4a": 132 * 64 * 4 * 1.98},
    "H100": {"tensor": 1979e3 / 2, "dp4a": 132 * 64 * 4 * 1.98},
    "A100": {"tensor": 624e3 / 2, "dp4a": 108 * 64 * 4 * 1.41},
}
ROUNDS = 20


def vendor(sizes):
    """GMAC/s of the vendor's product per size, and the chip's name; nothing where it cannot run."""
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed: no vendor product")
        return {}, None
    if not torch.cuda.is_available():
        print("PyTorch sees no CUDA device: no vendor product")
        return {}, None
    rates = {}
    for size in sizes:
        shape = (size, size)
        a = torch.randint(-127, 128, shape, dtype=torch.int8, device="cuda")
        b = torch.randint(-127, 128, shape, dtype=torch.int8, device="cuda").t()
        for _ in range(3):
            torch._int_mm(a, b)
        torch.cuda.synchronize()
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            torch._int_mm(a, b)
            torch.cuda.synchronize()
            seconds.append(time.perf_counter() - start)
        rates[size] = size**3 / statistics.median(seconds) / 1e9
    return rates, torch.cuda.get_device_name(0)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        figures = [json.loads(line) for line in file if line.strip()]
    products = []
    for figure in figures:
        found = re.fullmatch(r"miner\.(matmul|matmul_kernel|matmul_mined)\.(\d+)\.(.+)", figure["case"])
        if found and found[3].startswith("wgpu"):
            products.append((found[1], int(found[2]), found[3], figure["ours"]))
    rates, name = vendor(sorted({size for _, size, _, _ in products}))
    ceilings = next((value for key, value in CEILINGS.items() if name and key in name), {})
    print(f"{'case':<44}{'GMAC/s':>14}{'of vendor':>12}{'of ceiling':>12}")
    for size, rate in rates.items():
        share = f"{rate / ceilings['tensor']:.1%}" if ceilings else "-"
        print(f"{f'vendor int8 product {size}':<44}{rate:>14.1f}{'':>12}{share:>12}")
    for what, size, path, rate in products:
        ceiling = ceilings.get("tensor" if "coopmat" in path else "dp4a")
        of_vendor = f"{rate / rates[size]:.1%}" if size in rates else "-"
        of_ceiling = f"{rate / ceiling:.1%}" if ceiling else "-"
        print(f"{f'{what} {size} {path}':<44}{rate:>14.1f}{of_vendor:>12}{of_ceiling:>12}")


if __name__ == "__main__":
    main()
