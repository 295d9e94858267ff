"""Attempted flips of the sampler's kernels beside plain NumPy and an aligned dot product, interleaved in one run.

python -m benchmarks.kernel        a term is one pattern of one attempted flip; ratios hold on a noisy machine, rates do not

A chain is cooled until it accepts no more than the share asked for, and every kernel goes on from its spins. The dot product
is BLAS sdot, called from compiled code, of two filled float32 vectors of length K on 64-byte boundaries.
"""

from __future__ import annotations

import statistics
import time

import numba
import numpy as np

from glassy import DenseHebbian, Metropolis, SeparableMemory
from glassy.model.patterns import Patterns
from glassy.numerics.bits import aligned
from glassy.simulation.kernels.choose import chain_maker, choose_kernel
from glassy.simulation.kernels.tables import kernel_tables


def floats(N):
    """A memory that is no polynomial, as a table of floats."""
    M = np.arange(N, -N - 1, -2.0)
    return SeparableMemory(-0.5 * np.abs(M) ** 3.5 / N**2.5)


CASES = (
    (DenseHebbian(2), 1000, 100), (DenseHebbian(3), 60, 1_200), (DenseHebbian(3), 200, 8_000), (DenseHebbian(3), 400, 10_667),
    (DenseHebbian(4), 100, 30_000), (DenseHebbian(4), 200, 260_000), (DenseHebbian(5), 40, 42_667), (floats(100), 100, 10_000),
)  # fmt: skip
MOST_CACHED = {3: 200, 4: 100}  # spins up to which the couplings of P spins are tried
SHARES = (0.3, 0.05, 0.005)
ROUNDS = 7


def numpy_sweep(xi, sigma, M, F, order, thresholds):
    """What a physicist writes first: each attempt evaluates the energy change of all patterns."""
    N = sigma.size
    for i, threshold in zip(order, thresholds, strict=True):
        step = 2 * (xi[i] * sigma[i]).astype(np.int64)
        if np.sum(F[(N - (M - step)) // 2] - F[(N - M) // 2]) <= threshold:
            M -= step
            sigma[i] = -sigma[i]


@numba.njit
def sdot(x, y, repeats):
    """Sum of many dot products; x changes, so that none is left out."""
    total = np.float32(0.0)
    for _ in range(repeats):
        x[0] = total
        total += np.dot(x, y) * np.float32(1e-9)
    return total


def clock(f, *args):
    start = time.perf_counter()
    out = f(*args)
    return time.perf_counter() - start, out


def cool(chain, T, share, rng):
    """Lower T until the chain accepts no more than `share`; return T."""
    while True:
        _, trace = chain.advance(5, Metropolis(), T, rng)
        if trace[:, 2].mean() <= share * chain.sigma.size:
            return T
        T *= 0.96


def measure(network, N, K):
    rng = np.random.default_rng(1)
    xi = rng.choice(np.array([-1, 1], np.int8), (N, K))
    tables, patterns, name = kernel_tables(network, N, K), Patterns.of(xi), choose_kernel(network, N, K)
    P = network.P if network.has_load else 0
    shown = [name, *{3: ["tensor"], 4: ["couplings"]}.get(P, [])[: MOST_CACHED.get(P, 0) >= N]]
    makers = {k: chain_maker(k, network, tables, patterns) for k in (*shown, "patterns")}
    for make in makers.values():  # compile
        make(xi[:, 0]).advance(3, Metropolis(), 1.0, rng)
    table = network.energy_table(N)
    F = np.array([float(v * table.unit) for v in table.values])
    x, y = (aligned((K,), np.float32) for _ in range(2))
    x[:], y[:] = rng.normal(size=(2, K))
    sdot(x, y, 1)
    repeats, T, sweeps = max(1, 4_000_000 // K), 4.0, max(2, min(32, 100_000_000 // (N * K)))
    leader = makers[name](rng.choice(np.array([-1, 1], np.int8), N))
    for share in SHARES:
        T = cool(leader, T, share, rng)
        chains = {k: make(leader.sigma) for k, make in makers.items()}
        rates, accepted = {k: [] for k in (*chains, "numpy", "sdot")}, []
        sigma = leader.sigma.copy()
        M = sigma.astype(np.int64) @ xi
        for _ in range(ROUNDS):
            for k, chain in chains.items():
                seconds, (_, trace) = clock(chain.advance, sweeps, Metropolis(), T, rng)
                rates[k].append(sweeps * N * K / seconds / 1e9)
                if k == name:
                    accepted.append(trace[:, 2].mean() / N)
            order, thresholds = rng.integers(0, N, 10), Metropolis().thresholds(rng.random(10), T)
            rates["numpy"].append(10 * K / clock(numpy_sweep, xi, sigma, M, F, order, thresholds)[0] / 1e9)
            rates["sdot"].append(repeats * K / clock(sdot, x, y, repeats)[0] / 1e9)
        median = {k: statistics.median(v) for k, v in rates.items()}
        P = network.P if network.has_load else "table"
        for k in shown:
            best = median[k]
            print(
                f"| {P} | {N} | {K} | {statistics.mean(accepted):.3f} | {k} | {best * 1e3 / K:.3g} | {best:.3g} | "
                f"{best / median['sdot']:.2f} | {best / median['patterns']:.1f} | {best / median['numpy']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    print("one core, medians of interleaved runs; the last three columns are ratios of rates")
    print("| P | N | K | acceptance | kernel | M attempts/s | terms/ns | to sdot | to portable kernel | to NumPy |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for case in CASES:
        measure(*case)
