"""Two threads beside one: the same numbers, and how much sooner. Interleaved runs, medians of the ratios.

python -m benchmarks.threads       four samples of one replica pair, then one sample of four replicas
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from glassy import DenseHebbian, simulate

CASES = ((2, 1000, 0.1, 0.3, 20_000), (3, 60, 0.2, 0.3, 100_000), (3, 200, 0.3, 0.5, 12_000), (3, 400, 0.1, 0.5, 5_000),
         (4, 100, 0.2, 0.5, 5_000), (4, 200, 0.2, 0.5, 500))  # P, N, load, T, sweeps  # fmt: skip


def clock(**options):
    start = time.perf_counter()
    r = simulate(**options)
    return time.perf_counter() - start, r


if __name__ == "__main__":
    print("| P | N | kernel | seconds, one thread | 4 samples x 2 replicas | seconds | 1 sample x 4 replicas |")
    print("|---|---|---|---|---|---|---|")
    for P, N, load, T, sweeps in CASES:
        point = {"network": DenseHebbian(P), "load": load, "T": T, "N": N, "seed": 1}
        cells = []
        for samples, replicas in ((4, 2), (1, 4)):
            options = {**point, "samples": samples, "replicas": replicas, "sweeps": sweeps}
            simulate(**{**options, "sweeps": 2})  # compile
            ratios, seconds = [], []
            for _ in range(5):
                one, a = clock(**options, threads=1)
                two, b = clock(**options, threads=2)
                assert np.array_equal(a.series.energy, b.series.energy)
                ratios.append(one / two)
                seconds.append(one)
            cells += [f"{statistics.median(seconds):.2f}", f"{statistics.median(ratios):.2f}"]
        print(f"| {P} | {N} | {a.kernel} | {' | '.join(cells)} |", flush=True)
