"""Message passing on one network beside Monte Carlo of the same patterns: time, error of every spin, and where it settles.

python -m benchmarks.message_passing            all five tables: some twenty minutes on one core
python -m benchmarks.message_passing time       an iteration beside a packed sweep, P = 3, N = 1000, K = 100 000

Sites: <s_i> of Monte Carlo is the mean over the last spins of independent replicas, so its noise is known; that is taken out
of the rms difference. MC/MP: the time of as many sweeps as bring the noise of a mean over time, with the tau_int of the energy,
down to what is left, over the time of message passing. Shares: of networks that settle at the pattern within so many
iterations, by the replicon of the RS saddle; "own" is the replicon of the network itself at its fixed point (S.1), "rate" the
factor by which the change falls in an iteration, over the square root of 1 - own, where own < .95: medians. Own: the replicon
of networks that settle, and of those that do not at the fixed point to which damping brings them. Spinodal: networks that
settle at 1.5 T_AT, where the replicon of RS is .34 at each of these loads, by load over that of the spinodal at this T.
"""

from __future__ import annotations

import math
import statistics
import sys
import time

import numpy as np

import glassy
from glassy import DenseHebbian, Metropolis, SpinGlass, message_passing, simulate, solve
from glassy.model.patterns import Patterns, pattern_generator, random_spins
from glassy.passing.coupled import Coupled, levels_of
from glassy.passing.dense import Dense
from glassy.passing.pairs import Pairs
from glassy.passing.rows import rows_of_patterns
from glassy.simulation.kernels.cached import coupling_maker
from glassy.simulation.kernels.choose import chain_maker, choose_kernel
from glassy.simulation.kernels.tables import kernel_tables

SITES = (
    (2, "distinct", 0.1, 0.1, 500), (2, "distinct", 0.1, 0.1, 2000), (2, "distinct", 0.05, 0.3, 2000),
    (3, "distinct", 0.2, 0.3, 75), (3, "distinct", 0.2, 0.3, 150), (3, "distinct", 0.2, 0.3, 300),
    (3, "distinct", 0.3, 0.3, 300), (3, "self-interacting", 0.05, 0.4, 300), (4, "distinct", 0.2, 0.4, 100),
    (4, "self-interacting", 0.06, 0.6, 128),
)  # fmt: skip
PLANE = {
    3: ((0.2, 0.3), (0.2, 0.1), (0.3, 0.3), (0.3, 0.2), (0.3, 0.15), (0.3, 0.1), (0.35, 0.2), (0.4, 0.2), (0.36, 0.1)),
    2: ((0.1, 0.1), (0.1, 0.02), (0.12, 0.05), (0.12, 0.02), (0.12, 0.01), (0.13, 0.01), (0.12, 0.004), (0.13, 0.004)),
}
LIMITS = (50, 200, 1000)


def times(network, N, K, T):
    """Return the processor seconds of an iteration and of a sweep near the pattern."""
    packed = Patterns.drawn(pattern_generator(1, N, K, 0), K, N)
    system = (Pairs if network.P == 2 else Dense)(network, N, rows_of_patterns(packed), np.ones(K), 1.0 / T)
    chain = chain_maker(choose_kernel(network, N, K), network, kernel_tables(network, N, K), packed)(packed.pattern(0))
    return medians(system, chain, 0.9 * packed.pattern(0), T, [max(1, int(f / (N * K))) for f in (1e8, 1e9)])


def times_of_couplings(network, N, T):
    """Return the same of a spin glass, from fair spins."""
    couplings = network.couplings(1.0, N, pattern_generator(1, N, 0, 0))
    spins = random_spins(N, np.random.default_rng(2))
    chain = coupling_maker(couplings, Patterns.of(np.ones((N, 1), np.int8)), None, 0)[0](spins)
    return medians(Coupled(levels_of(couplings), 0.0, 1.0 / T), chain, 0.5 * spins, T, (10, 200))


def medians(system, chain, x, T, more, rounds=7):
    """Return the processor seconds of an iteration and of a sweep, medians of interleaved rounds of so many."""
    rng = np.random.default_rng(1)
    calls = (lambda n: [system.field(x, x) for _ in range(n)], lambda n: chain.advance(n, Metropolis(), T, rng))
    for call in calls:
        call(20)  # compiled, and in equilibrium
    found = [[], []]
    for _ in range(rounds):
        for call, n, seconds in zip(calls, more, found, strict=True):
            start = time.thread_time()
            call(n)
            seconds.append((time.thread_time() - start) / n)
    return tuple(map(statistics.median, found))


def print_times():
    """Print an iteration beside a sweep."""
    print(f"{'':42} {'iteration':>10} {'sweep':>10} {'ratio':>6}")
    for P, N, K in ((3, 1000, 100_000), (3, 300, 9_000), (4, 200, 130_000), (2, 2000, 200)):
        pass_, sweep = times(DenseHebbian(P), N, K, 0.3)
        print(f"P={P} N={N} K={K:<24} {1e3 * pass_:8.2f}ms {1e3 * sweep:8.2f}ms {pass_ / sweep:6.2f}", flush=True)
    for p, N in ((2, 1000), (3, 200), (4, 64)):
        pass_, sweep = times_of_couplings(SpinGlass({p: 1.0}), N, 1.0)
        name = f"SpinGlass p={p} N={N}"
        print(f"{name:<42} {1e3 * pass_:8.2f}ms {1e3 * sweep:8.2f}ms {pass_ / sweep:6.1f}", flush=True)


def print_sites(samples=4, replicas=400):
    """Print the rms difference of <s_i> from Monte Carlo."""
    print(
        f"\n{'':50} {'replicon':>8} {'iter.':>5} {'m - MC':>12} {'rms':>7} {'noise':>7} {'left':>7} {'spread':>7} {'MC/MP':>6}"
    )
    for P, kind, load, T, N in SITES:
        network = DenseHebbian(P, kind)
        asked = {"network": network, "load": load, "T": T, "N": N, "seed": 3, "samples": samples, "progress": False}
        mine = message_passing(**asked)
        run = simulate(replicas=replicas, sweeps=10, burn_in=150, **asked)
        s = run.series.spins.mean(axis=1)
        kept = [k for k in range(samples) if mine.points[k].status.ok and np.all(run.final_m[k] > run.least_overlap)]
        x, s, left_out = mine.magnetizations[kept], s[kept], samples - len(kept)
        variance = float(np.mean(1.0 - s**2)) * replicas / (replicas - 1)
        rms, noise = math.sqrt(float(np.mean((x - s) ** 2))), math.sqrt(variance / replicas)
        known = noise * (2.0 / x.size) ** 0.25  # what is left is known to no better
        left = math.sqrt(max(rms**2 - noise**2, known**2))
        pattern = np.array([glassy.draw_patterns(run.K, N, 3, k)[0] for k in kept])
        dm = np.mean(pattern * (x - s), axis=1)
        pass_, sweep = times(network, N, run.K, T)
        needed = 2.0 * run.energy.tau_int * variance / left**2
        name = f"P={P} {kind} load={load} T={T} N={N}" + (f" ({left_out} left out)" if left_out else "")
        off = f"{dm.mean():7.4f}({dm.std(ddof=1) / len(kept) ** 0.5:.4f})"
        print(
            f"{name:50} {float(mine.replicon):8.3f} {max(mine.iterations):5} {off} {rms:7.4f} {noise:7.4f} {left:7.4f} "
            f"{float(np.mean(np.std(pattern * s, axis=1))):7.3f} {needed * sweep / (np.mean(mine.iterations) * pass_):6.1f}",
            flush=True,
        )


def print_shares(samples=24):
    """Print the share of networks that settle."""
    words = " ".join(f"{f'<={n}':>6}" for n in LIMITS)
    print(f"\n{'':36} {'replicon':>8} {words} {'own':>6} {'rate':>5}")
    for P, sizes in ((3, (75, 150, 300)), (2, (300, 1000, 3000))):
        for load, T in PLANE[P]:
            network = DenseHebbian(P)
            replicon = solve(network, load, T).replicon
            for N in sizes:
                r = message_passing(network, load, T, N, seed=2, samples=samples, max_iterations=LIMITS[-1], progress=False)
                settled = [p for p in r.points if p.status.ok]
                shares = " ".join(f"{sum(p.iterations <= n for p in settled) / samples:6.2f}" for n in LIMITS)
                own = np.median([p.replicon for p in settled]) if settled else math.nan
                rates = [rate(p) for p in settled if p.iterations > 12 and p.replicon < 0.95]
                print(
                    f"P={P} load={load} T={T} N={N:<12} {replicon:8.3f} {shares} {own:6.2f} "
                    f"{np.median(rates) if rates else math.nan:5.2f}", flush=True,
                )  # fmt: skip


def print_own(load=0.35, sizes=((75, 96), (150, 48), (300, 24))):
    """Print the own replicons of networks that settle and, by damping, of those that do not."""
    network = DenseHebbian(3)
    line = glassy.at_line(network, load).T
    print(f"\n{'':36} {'replicon':>8} settle damped  own (least, scatter)  own of those that do not settle")
    for N, samples in sizes:
        for T in (1.5 * line, 2.0 * line):
            asked = {"load": load, "T": T, "N": N, "seed": 5, "samples": samples, "progress": False}
            found = [
                message_passing(network, damping=x, max_iterations=2000 if x else 1000, **asked).points for x in (0.0, 0.5)
            ]
            settled, damped = ([p.change <= 1e-10 for p in points] for points in found)
            own = [p.replicon for p, ok in zip(found[0], settled, strict=True) if ok]
            other = sorted(p.replicon for p, no, ok in zip(found[1], settled, damped, strict=True) if ok and not no)
            print(
                f"P=3 load={load} T={T / line:g} T_AT N={N:<10} {solve(network, load, T).replicon:8.3f} "
                f"{np.mean(settled):6.2f} {np.mean(damped):6.2f} {np.mean(own):5.2f} ({min(own):5.2f}, {np.std(own):4.2f})   "
                f"{' '.join(f'{x:.2f}' for x in other)}", flush=True,
            )  # fmt: skip


def print_spinodal(sizes=((150, 48), (300, 48), (600, 24)), largest=(1200, 12)):
    """Print the share of networks that settle at one replicon of RS, nearer and nearer to the spinodal."""
    network = DenseHebbian(3)
    print(f"\n{'':36} {'replicon':>8} {'of spinodal':>11} settle    own (scatter)")
    for load in (0.25, 0.3, 0.35):
        T = 1.5 * glassy.at_line(network, load).T
        where = f"{solve(network, load, T).replicon:8.3f} {load / glassy.spinodal(network, T).load:11.2f}"
        for N, samples in (*sizes, *((largest,) if load == 0.35 else ())):
            r = message_passing(network, load, T, N, seed=7, samples=samples, max_iterations=500, progress=False)
            own = [p.replicon for p in r.points if p.status.ok]
            found = f"{np.mean(own):5.2f} ({np.std(own):4.2f})" if own else ""
            print(
                f"P=3 load={load} T={T:.4f} N={N} ({samples})".ljust(36), where, f"{r.converged:6.2f} {found:>16}", flush=True
            )


def rate(point):
    """Return the factor of the change in an iteration, late, over sqrt(1 - own replicon)."""
    c = point.change_history
    first, last = len(c) // 2, len(c) - 2
    return (c[last] / c[first]) ** (1.0 / (last - first)) / math.sqrt(max(1.0 - point.replicon, 1e-12))


if __name__ == "__main__":
    tables = {"time": print_times, "sites": print_sites, "shares": print_shares, "own": print_own, "spinodal": print_spinodal}
    for word in sys.argv[1:] or tables:
        tables[word]()
