"""Attempted flips per second of glassy's chains beside OpenJij, dwave-samplers, peapods and qqa: same instance and beta.

python -m benchmarks.peers        peers: pip install 'glassy-networks[benchmarks]'; and qqa, which needs PyTorch

One thread, Metropolis, sites 0..N-1 in turn: a sweep is N attempts (at beta = 0 each peer flips every spin once a sweep).
The peers cache all local fields (peapods sums them anew): cheap where nothing flips, while a flip touches every coupling of
its site. Their clocks include setting this up, so they are charged t(sweeps) - t(1 sweep); glassy's includes its random numbers
and, where T changes, one Python call a sweep. OpenJij's P = 2 is its dense form, faster here than its sparse one. peapods holds
one T, and has all pairs of a ring of an odd number of spins as neighbours. qqa steps 128 chains at once, in random order,
and all their attempts count; pairs take its path for quadratic problems, triples the one that sums all couplings each time.

Traps: in such an order Metropolis is not ergodic on regular instances, which these are not. A small seed leaves dwave-samplers'
generator few bits to start from, so seeds are drawn; one seed makes all reads of OpenJij equal, so each is a call, and OpenJij
seeds the global generator of NumPy anew; every new model of peapods runs alike. At T = 0.2 spins freeze: rates rise with the
sweeps.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import itertools
import math
import time

import numpy as np

from glassy import DenseHebbian, Metropolis, SpinGlass
from glassy.model.patterns import Patterns
from glassy.simulation.kernels.cached import coupling_maker
from glassy.simulation.kernels.choose import chain_maker, choose_kernel
from glassy.simulation.kernels.dynamics import Cooling
from glassy.simulation.kernels.tables import kernel_tables

RUNS = 20
SCHEDULES = {"T=2..0.2": (0.5, 5.0, 400), "T=1": (1.0, 1.0, 400), "T=0.2": (5.0, 5.0, 4000)}  # beta from, to; sweeps
SHORT = {"T=1, 100": (1.0, 1.0, 100), "T=1, 20": (1.0, 1.0, 20)}
CHAINS = 128  # of qqa, its default
BLOCK = 256  # sweeps in one call of glassy


def polynomial(P, xi):
    """Return H.2 as {sites: coupling}, in spins."""
    N = len(xi)
    sites = np.array(list(itertools.combinations(range(N), P)))
    sums = [xi[block].prod(axis=1, dtype=np.int8).sum(axis=1) for block in np.array_split(sites, len(sites) // 1000 + 1)]
    couplings = -math.factorial(P) / (2 * N ** (P - 1)) * np.concatenate(sums)
    return dict(zip(map(tuple, sites.tolist()), couplings.tolist(), strict=True))


def hebbian(P, N, K, rng):
    """Return the couplings of a network, and the kernel and the chains that glassy runs it with."""
    xi, network = rng.choice(np.array([-1, 1], np.int8), (N, K)), DenseHebbian(P)
    tables, patterns = kernel_tables(network, N, K), Patterns.of(xi)

    def maker(betas):
        kernel = choose_kernel(network, N, K, T=[1.0 / b for b in betas])  # its making is not counted, as with the peers
        return kernel, chain_maker(kernel, network, tables, patterns)

    return polynomial(P, xi), maker


def glass(P, N, _, rng):
    """Return the same of a spin glass at load 1."""
    drawn = SpinGlass({P: 1.0}).couplings(1.0, N, rng)
    make, _ = coupling_maker(drawn, Patterns.of(np.ones((N, 1), np.int8)), None, 0)
    (term,) = drawn.terms
    couplings = (float(drawn.unit * term.factor) * term.values).tolist()
    return dict(zip(map(tuple, term.listed(N).tolist()), couplings, strict=True)), lambda _: ("couplings", make)


def hubo(openjij, J, N):
    """OpenJij at any P; beta runs geometrically from the first to the last."""

    def run(betas, seed):
        ends = {"beta_min": betas[0], "beta_max": betas[-1]}
        r = openjij.SASampler().sample_hubo(J, "SPIN", num_sweeps=len(betas), seed=seed, **ends)
        return r.info["execution_time"] / 1e6, r.record.sample[0], r.record.energy[0]

    return run


def dense(openjij, J, N):
    """OpenJij at P = 2."""
    model = openjij.BinaryQuadraticModel(dict.fromkeys(range(N), 0.0), J, 0.0, "SPIN", sparse=False)

    def run(betas, seed):
        r = openjij.SASampler().sample(model, schedule=[(b, 1) for b in betas], seed=seed, sparse=False)
        return r.info["execution_time"] / 1e6, r.record.sample[0], r.record.energy[0]

    return run


def dwave(samplers, J, N):
    """dwave-samplers, P = 2."""
    model = importlib.import_module("dimod").BinaryQuadraticModel(dict.fromkeys(range(N), 0.0), J, 0.0, "SPIN")

    def run(betas, seed):
        r = samplers.SimulatedAnnealingSampler().sample(model, beta_schedule=betas, beta_schedule_type="custom", seed=seed)
        return r.info["timing"]["sampling_ns"] / 1e9, r.record.sample[0], r.record.energy[0]

    return run


def ring(peapods, J, N):
    """peapods, P = 2, N odd: spin i and the spin d further are neighbours for all d up to N/2; no spins come back."""
    pairs = np.zeros((N, N // 2), np.float32)
    for (i, j), value in J.items():
        i, d = (i, j - i) if j - i <= N // 2 else (j, N + i - j)
        pairs[i, d - 1] = -value

    def run(betas, seed):
        model = peapods.Ising((N,), pairs, np.array([1.0 / betas[0]]), neighbor_offsets=[[d + 1] for d in range(N // 2)])
        start = time.perf_counter()
        model.sample(len(betas), warmup_ratio=0.0, sequential=True)
        seconds = time.perf_counter() - start
        model.sample(1, warmup_ratio=0.0, sequential=True)
        return seconds, None, -N * float(model.energies_avg[0])  # it gives the sum of J s s

    return run


def population(qqa, J, N):
    """Return qqa's Metropolis sweeps at one beta: of a quadratic problem in 0 and 1, or of the couplings of more spins."""
    torch, bits = importlib.import_module("torch"), importlib.import_module("qqa.relaxation")
    torch.set_num_threads(1)
    sites, values = torch.tensor(list(J)), torch.tensor(list(J.values()), dtype=torch.float32)
    if sites.shape[1] == 2:
        Q = torch.zeros((N, N))
        Q[sites[:, 0], sites[:, 1]] = 4.0 * values
        Q = 0.5 * (Q + Q.T)
        Q -= torch.diag(Q.sum(dim=1))  # of s = 2 x - 1
        relaxation, more = bits.BinaryRelaxation(), {"Q_mat": Q}
    else:
        relaxation, more = bits.SpinRelaxation(), {}

    class Problem(importlib.import_module("qqa.problems").COProblem):
        def loss_fn(self, x):
            spins = x if not more else 2.0 * x - 1.0
            return (spins[:, sites].prod(dim=-1) * values).sum(dim=-1) if not more else (x @ Q * x).sum(dim=1) + values.sum()

    problem = Problem()
    vars(problem).update(num_vars=N, num_nodes=N, relaxation=relaxation, **more)

    def run(betas, seed):
        how = {"sol_size": CHAINS, "num_temps": 1, "sweeps_per_temp": len(betas), "beta_start": betas[0], "beta_end": betas[0]}
        r = qqa.population_annealing(problem, **how, seed=seed, polish=False, record_history=False, verbose=False)
        spins = r.final_x[0].numpy()
        return r.runtime / CHAINS, spins if not more else 2.0 * spins - 1.0, float(r.final_loss[0])

    return run


def anneal(chain, betas, rng):
    """Return seconds, final energy per spin and acceptance of one chain."""
    start, parts, T = time.perf_counter(), [], 1.0 / np.array(betas)
    for i in range(0, len(T), BLOCK):
        part = T[i : i + BLOCK]
        parts.append(chain.advance(len(part), Cooling(Metropolis("sequential"), part), 0.0, rng)[1])
    seconds, trace = time.perf_counter() - start, np.concatenate(parts)
    return seconds, chain.energy_per_spin(trace[-1:, 1])[0], trace[:, 2].mean() / chain.sigma.size


def measure(name, instance, make, peer, schedules, P, N, K):
    rng = np.random.default_rng(1)
    J, maker = instance(P, N, K, rng)
    run, close = make(peer, J, N), 1e-5 if make is population else 1e-9  # qqa sums in 32 bits
    for schedule in schedules:
        first, last, sweeps = (SCHEDULES | SHORT)[schedule]
        betas = np.geomspace(first, last, sweeps).tolist()
        kernel, make_chain = maker(betas)

        def start(spins, make_chain=make_chain):
            return [make_chain(sigma) for sigma in np.ascontiguousarray(spins, np.int8)]

        anneal(start(rng.choice([-1, 1], (1, N)))[0], [1.0, 2.0], rng)  # compile
        setup = np.median([run(betas[:1], int(rng.integers(2**31)))[0] for _ in range(5)])
        rows = []
        for chain in start(rng.choice(np.array([-1, 1], np.int8), (RUNS, N))):
            theirs, spins, energy = run(betas, int(rng.integers(2**31)))
            if spins is not None:
                same = start(spins[None])[0]
                assert abs(same.energy_per_spin(np.array([same.energy]))[0] - energy / N) < close, "not the same instance"
            ours, *final = anneal(chain, betas, rng)
            rows.append(((sweeps - 1) * N / (theirs - setup) / 1e6, sweeps * N / ours / 1e6, energy / N, *final))
        peer, glassy = np.median(rows, axis=0)[:2]
        e, f, acceptance = np.mean(rows, axis=0)[2:]
        de, df = np.std(rows, axis=0, ddof=1)[2:4] / math.sqrt(RUNS)
        de = de if de > 1e-12 else df * math.sqrt(RUNS)  # all of theirs are equal: one run
        print(
            f"{name:<17} P={P} N={N:<4} K={K:<4} {schedule:<8} {sweeps:4} sweeps acc {acceptance:.3f} {kernel:<9} "
            f"{peer:6.3f} | {glassy:6.3f} M/s = {glassy / peer:6.2f} x  "
            f"E/N {e:.4f}({de:.4f}) | {f:.4f}({df:.4f}) |z| {abs(e - f) / math.hypot(de, df):.1f}",
            flush=True,
        )


if __name__ == "__main__":
    peers = {}
    for module, package in (("openjij",) * 2, ("dwave.samplers", "dwave-samplers"), ("peapods",) * 2, ("qqa",) * 2):
        try:
            peers[package] = importlib.import_module(module)
            print(package, importlib.metadata.version(package))
        except ImportError:
            print(f"{package} is not here, its rows are left out. To have them: pip install {package}")
    print(f"one core; million attempted flips/s, peer | glassy, medians of {RUNS} interleaved runs; final E/N (standard error)")
    cases = [
        ("OpenJij hubo", hebbian, hubo, "openjij", SCHEDULES, P, N, DenseHebbian(P).patterns(0.2, N))
        for P, N in ((3, 60), (3, 100), (4, 32), (4, 48))
    ]
    for what, instance, K in (("", hebbian, 100), (", SK", glass, 0)):
        cases += [
            (f"OpenJij dense{what}", instance, dense, "openjij", SCHEDULES, 2, 1000, K),
            (f"dwave{what}", instance, dwave, "dwave-samplers", SCHEDULES, 2, 1000, K),
            (f"peapods{what}", instance, ring, "peapods", ("T=1", "T=0.2"), 2, 1001, K),
        ]
    cases += [
        ("qqa, SK", glass, population, "qqa", ("T=1, 100",), 2, 200, 0),
        ("qqa", hebbian, population, "qqa", ("T=1, 20",), 3, 32, DenseHebbian(3).patterns(0.2, 32)),
    ]
    for name, instance, make, package, *where in cases:
        if package in peers:
            measure(name, instance, make, peers[package], *where)
