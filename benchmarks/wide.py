"""The wide kernel beside the plain and the fastest one where these run, and alone where only it does, interleaved in one run.

python -m benchmarks.wide    a term is one pattern of one attempted flip; "all words": the share of attempts that needed them
"""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks.kernel import clock
from glassy import DenseHebbian, Metropolis, Quench, SeparableMemory
from glassy.model.patterns import Patterns
from glassy.simulation.kernels.choose import beyond_64_bits, choose_kernel, sample_maker


def exponential(N):
    return SeparableMemory(-N * np.exp(np.arange(N, -N - 1, -2.0) - N))


CASES = (
    ("P = 4", DenseHebbian(4), 100, 3_000, Metropolis(), 1.2),
    ("P = 4", DenseHebbian(4), 100, 3_000, Metropolis(), 0.5),
    ("P = 8", DenseHebbian(8, "self-interacting"), 64, 1_000, Metropolis(), 0.5),
    ("P = 3, all ties", DenseHebbian(3), 60, 1_000, Quench(), 0.0),
    ("P = 20", DenseHebbian(20, "self-interacting"), 64, 1_000, Metropolis(), 0.2),
    ("P = 8", DenseHebbian(8, "self-interacting"), 784, 1_000, Metropolis(), 0.2),
    ("exponential", exponential(100), 100, 10_000, Metropolis(), 0.5),
    ("exponential", exponential(784), 784, 1_000, Metropolis(), 0.5),
    ("exponential", exponential(784), 784, 1_000, Quench(), 0.0),
)
ROUNDS = 5

if __name__ == "__main__":
    print("one core, medians of interleaved runs of the same random numbers, from the pattern at overlap 0.6")
    print("| energies | N | K | T | acceptance | wide: terms/ns | all words | time to patterns | time to fastest |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, network, N, K, method, T in CASES:
        rng = np.random.default_rng(1)
        xi = rng.choice(np.array([-1, 1], np.int8), (N, K // 2))
        xi = np.concatenate([xi, -xi if "ties" in name else rng.choice(np.array([-1, 1], np.int8), xi.shape)], axis=1)
        patterns, fastest = Patterns.of(xi), choose_kernel(network, N, K)
        kernels = ["wide"] if beyond_64_bits(network, N, K) else list(dict.fromkeys(["wide", "patterns", fastest]))
        start = patterns.pattern(0)
        start[: N // 5] *= -1
        make = {k: sample_maker(k, network, patterns, None, 0)[0] for k in kernels}
        chains = {k: make[k](start) for k in kernels}
        seconds, sweeps, accepted, hard = {k: [] for k in kernels}, max(2, 4_000_000 // (N * K)), [], []
        for turn in range(ROUNDS + 1):  # the first compiles
            for k, chain in chains.items():
                before = getattr(chain, "hard", 0)
                took, (_, trace) = clock(chain.advance, sweeps, method, T, np.random.default_rng(turn))
                if turn > 0:
                    seconds[k].append(took)
                if turn > 0 and k == "wide":
                    accepted.append(trace[:, 2].mean() / N)
                    hard.append((chain.hard - before) / (sweeps * N))
        median = {k: statistics.median(v) for k, v in seconds.items()}
        ratios = [f"{median['wide'] / median[k]:.1f} ({k})" if k in median else "-" for k in ("patterns", fastest)]
        print(
            f"| {name} | {N} | {K} | {T:g} | {statistics.mean(accepted):.3f} | {sweeps * N * K / median['wide'] / 1e9:.2g} | "
            f"{statistics.mean(hard):.2g} | {ratios[0]} | {ratios[1] if fastest != 'wide' else '-'} |",
            flush=True,
        )
