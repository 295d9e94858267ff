"""Attempted flips of the sampler beside plain NumPy and an aligned dot product, interleaved in one run.

python -m benchmarks.kernel        a term is one pattern of one attempted flip; ratios hold on a noisy machine, rates do not
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from glassy import DenseHebbian, Metropolis
from glassy.simulation.chains import start_chains
from glassy.simulation.tables import kernel_tables


def numpy_sweep(xi, sigma, M, F, order, thresholds):
    """What a physicist writes first: each attempt evaluates the energy change of all patterns."""
    N = sigma.size
    for i, threshold in zip(order, thresholds, strict=True):
        step = 2 * (xi[i] * sigma[i]).astype(np.int64)
        if np.sum(F[(N - (M - step)) // 2] - F[(N - M) // 2]) <= threshold:
            M -= step
            sigma[i] = -sigma[i]


def aligned(size):
    """Return a filled float32 vector on a 64-byte boundary."""
    raw = np.empty(size + 16, np.float32)
    start = (-raw.ctypes.data % 64) // 4
    out = raw[start : start + size]
    out[:] = np.random.default_rng(0).normal(size=size)
    return out


def clock(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def measure(P, N, load, T, rounds=5):
    network = DenseHebbian(P)
    K = network.patterns(load, N)
    rng = np.random.default_rng(1)
    xi = rng.choice(np.array([-1, 1], np.int8), (N, K))
    chain = start_chains(P, kernel_tables(network, N, K), xi, [np.ascontiguousarray(xi[:, 0])])[0]
    chain.advance(3, Metropolis(), T, rng)  # compile and settle
    F = np.array(network.energy_table(N).values, np.int64)
    F = F if network.energy_table(N).unit > 0 else -F
    sigma = chain.sigma.copy()
    M = sigma.astype(np.int64) @ xi
    x, y = aligned(K), aligned(K)
    repeats = max(1, 2_000_000 // K)
    rows = {"glassy": [], "numpy": [], "sdot": []}
    accepted = []
    for _ in range(rounds):
        start = time.perf_counter()
        _, trace = chain.advance(5, Metropolis(), T, rng)
        rows["glassy"].append(5 * N * K / (time.perf_counter() - start) / 1e9)
        accepted.append(trace[:, 2].mean() / N)
        thresholds = Metropolis().thresholds(rng.random(20), T) / abs(float(network.energy_table(N).unit))
        order = rng.integers(0, N, 20)
        rows["numpy"].append(20 * K / clock(lambda: numpy_sweep(xi, sigma, M, F, order, thresholds)) / 1e9)  # noqa: B023
        rows["sdot"].append(repeats * K / clock(lambda: [x @ y for _ in range(repeats)]) / 1e9)
    median = {k: statistics.median(v) for k, v in rows.items()}
    print(
        f"P={P} N={N:<5} K={K:<7} acceptance={statistics.mean(accepted):.3f}  glassy {median['glassy']:5.2f} terms/ns = "
        f"{median['glassy'] / median['numpy']:5.1f} x NumPy = {median['glassy'] / median['sdot']:.2f} x aligned sdot"
    )


if __name__ == "__main__":
    print("one core; medians of interleaved runs; sdot on filled, 64-byte aligned float32 vectors of length K")
    for P, N, load in ((2, 1000, 0.1), (3, 200, 0.2), (3, 400, 0.2), (4, 100, 0.1), (4, 200, 0.1), (5, 60, 0.1)):
        for T in (0.4, 1.0, 3.0):
            measure(P, N, load, T)
