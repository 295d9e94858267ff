"""The wide kernel (M.14): against Fractions, logarithms and the other kernels."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from small import exponential

import glassy
from glassy import (
    DenseHebbian,
    Glauber,
    InputError,
    Metropolis,
    Perturbation,
    Quench,
    ReplicaExchange,
    SeparableMemory,
    simulate,
)
from glassy.model.patterns import Patterns
from glassy.simulation.kernels.choose import bytes_of_chains, chain_maker, sample_maker
from glassy.simulation.kernels.extras import make_extras
from glassy.simulation.kernels.tables import kernel_tables

KERNELS = ("patterns", "packed", "fields", "tensor")


def correlated(K, N, seed=1):
    """Patterns as of data: smooth figures of few prototypes with noise."""
    rng = np.random.default_rng(seed)
    side = np.arange(N)
    figures = np.array([np.cos(side * (0.11 + 0.07 * c) + c) for c in range(10)])
    return np.where(figures[rng.integers(0, 10, K)] + 0.3 * rng.normal(size=(K, N)) > 0.0, 1, -1).astype(np.int8)


def by_logarithms(N, xi, sigma, sites):
    """Strict descent of -sum exp(M): its logarithm, without over- or underflow."""
    M, steps = xi @ sigma, []

    def log_sum(M):
        return M.max() + math.log(np.exp((M - M.max()).astype(float)).sum())

    for row in sites:
        for i in row:
            after = M - 2 * xi[:, i] * sigma[i]
            if log_sum(after) > log_sum(M) + 1e-13:
                M, sigma[i] = after, -sigma[i]
        steps.append(sigma.copy())
    return np.array(steps)


@pytest.mark.parametrize(("N", "K"), [(30, 500), (100, 10), (784, 20)])
def test_exponential_memories_descend_as_their_logarithms_do(N, K):
    memory, patterns = exponential(N), Patterns.drawn(np.random.default_rng(N), K, N)
    make, _ = sample_maker("wide", memory, patterns, None, 0)
    xi, rng = patterns.signs.T.astype(np.int64), np.random.default_rng(5)
    sigma = patterns.pattern(0)
    sigma[rng.permutation(N)[: N // 4]] *= -1
    chain, sites = make(sigma), np.random.default_rng(7).integers(0, N, (12, N))
    spins, _ = chain.advance(12, Quench(), 0.0, np.random.default_rng(7))
    assert np.array_equal(spins, by_logarithms(N, xi, sigma.astype(np.int64), sites))
    assert N == 30 or np.array_equal(chain.sigma, patterns.pattern(0))
    r = simulate(memory, K=K, T=0.0, method=Quench(), start_overlap=0.5, sweeps=60, burn_in=0, seed=1, samples=2)
    assert r.kernel == "wide"
    assert r.settled.all()
    if N > 30:
        assert np.all(r.final_m == 1.0)


@pytest.mark.parametrize("N", [30, 100, 784])
def test_exponential_memories_hold_their_pattern_and_have_free_spins_far_from_it(N):
    point = {"K": 20, "T": 0.3, "sweeps": 40, "seed": 1}
    near = simulate(exponential(N, N), **point)
    assert near.kernel == "wide"
    assert 0.9 < near.m <= 1.0
    far = simulate(exponential(N, N), **point, start_overlap=0.5)
    if N > 30:
        assert abs(far.m) < 0.1


def oracle(F, xi, field, own, sigma, sites, thresholds):
    """Spins and energies after each sweep, every dE a Fraction, rounded once to be compared."""
    N, sigma, found = sigma.size, sigma.astype(int).copy(), []

    def energy():
        u = (N - xi @ sigma) // 2
        total = sum(F[v] for v in u) - sum(h * int(s) for h, s in zip(field, sigma, strict=True))
        return total + sum(G[u[k]] for k, G in own)

    now, ties = energy(), 0
    for row, limits in zip(sites, thresholds, strict=True):
        for i, limit in zip(row, limits, strict=True):
            sigma[i] *= -1
            dE = energy() - now
            ties += dE == 0
            if dE < 0 if limit == -np.finfo(float).tiny else dE <= 0 if limit == 0 else limited(dE) <= limit:
                now += dE
            else:
                sigma[i] *= -1
        found.append((sigma.copy(), now))
    return found, ties


def limited(x):
    most = Fraction(np.finfo(float).max)
    return float(x) if abs(x) <= most else math.inf if x > 0 else -math.inf


def tables(N):
    rng = random.Random(3)
    near = [Fraction(1), Fraction(-1), 1 + Fraction(1, 2**60), -1 - Fraction(1, 2**80), Fraction(1, 2**200), Fraction(0)]
    edges = [rng.choice(near) for _ in range(N)]
    ends = [1.0, -1.0, 1.0 + 2.0**-50, 2.0**-300, -(2.0**-300), 0.0, 1e-310]
    return {
        "exponential": exponential(N, N).energies,
        "steps that nearly cancel": [sum(edges[:u], Fraction(0)) for u in range(N + 1)],
        "floats that nearly cancel": [rng.choice(ends) for _ in range(N + 1)],
        "integers of 400 digits": [rng.choice([-1, 1]) * 10 ** rng.choice([0, 3, 399, 400]) for _ in range(N + 1)],
        "fractions": [Fraction(rng.randint(-9, 9), 3 ** rng.choice([0, 5, 100])) for _ in range(N + 1)],
        "tiny": [Fraction(rng.randint(-9, 9), 10**400 + rng.randint(0, 1)) for _ in range(N + 1)],
        "all floats": [rng.choice([-1, 1]) * math.ldexp(rng.random(), rng.randint(-1070, 1020)) for _ in range(N + 1)],
        "even": [Fraction((N - 2 * u) ** 60, 7) for u in range(N + 1)],
    }


@pytest.mark.parametrize("name", tables(11))
@pytest.mark.parametrize("added", [False, True])
def test_every_decision_and_energy_is_that_of_fractions(name, added):
    N, K = 11, 6
    memory, rng = SeparableMemory(tables(N)[name]), np.random.default_rng(4)
    F = [Fraction(e) for e in tables(N)[name]]
    patterns = Patterns.of(np.concatenate([x := rng.choice(np.array([-1, 1], np.int8), (N, K // 2)), -x], axis=1))
    perturbation = None
    field, own = [Fraction(0)] * N, []
    if added:
        h = np.where(np.arange(N) % 3 == 0, 0.0, rng.normal(size=N) * 1e-3)
        perturbation = Perturbation(h, {0: 1.7, 2: [Fraction(u, 3) for u in range(N + 1)]})
        field = [Fraction(x) for x in h.tolist()]
        own = [(0, [(Fraction(1.7) - 1) * f for f in F]), (2, [Fraction(u, 3) - f for u, f in enumerate(F)])]
    make, _ = sample_maker("wide", memory, patterns, perturbation, 0)
    total = 0
    for method, T in (
        (Quench(), 0.0),
        (Metropolis(), 0.0),
        (Glauber(), 0.0),
        (Metropolis(), 1e-3),
        (Metropolis(), 0.7),
        (Glauber(), 50.0),
    ):
        chain = make(rng.choice(np.array([-1, 1], np.int8), N))
        start = chain.sigma.copy()
        spins, trace = chain.advance(6, method, T, np.random.default_rng(8))
        draws = np.random.default_rng(8)
        sites = draws.integers(0, N, (6, N))
        expected, ties = oracle(
            F, patterns.signs.T.astype(int), field, own, start, sites, method.thresholds(draws.random((6, N)), T)
        )
        total += ties
        assert np.array_equal(spins, [sigma for sigma, _ in expected])
        for found, (_, H) in zip(chain.energy_per_spin(trace[:, 1]), expected, strict=True):
            assert found == limited(H / N) or found == pytest.approx(limited(H / N), rel=1e-15, abs=1e-323)
        assert chain.energy == trace[-1, 1] == chain.recompute()[3]
        other = make(start)
        above = Fraction(chain.energy_above(other)) if math.isfinite(chain.energy_above(other)) else None
        H0 = oracle(F, patterns.signs.T.astype(int), field, own, start, [[]], [[]])[0][0][1]
        if above is not None and abs(expected[-1][1] - H0) > Fraction(1, 10**300):
            assert float(above * Fraction(chain.unit)) == pytest.approx(float(expected[-1][1] - H0), rel=1e-15)
    assert added or total > 0 or name == "all floats"


def test_ties_are_ties():
    """A pattern and its opposite under an odd table cancel, whatever the range: every move is a tie."""
    N = 20
    odd = [Fraction((N - 2 * u) ** 61, 3) for u in range(N + 1)]
    xi = glassy.draw_patterns(1, N, seed=1)
    point = {"patterns": np.concatenate([xi, -xi]), "T": 0.0, "sweeps": 400, "seed": 2}
    for table in (odd, [math.copysign(math.exp(abs(N - 2.0 * u)), N - 2 * u) if N != 2 * u else 0.0 for u in range(N + 1)]):
        memory = SeparableMemory(table)
        assert np.all(simulate(memory, method=Metropolis(), **point).series.acceptance == 1.0)
        half = simulate(memory, method=Glauber(), **point)
        assert half.kernel == "wide"
        assert abs(float(half.acceptance) - 0.5) <= 4.0 * half.acceptance.error
        assert np.all(simulate(memory, method=Quench(), **point).series.acceptance == 0.0)


@pytest.mark.parametrize("added", [False, True])
@pytest.mark.parametrize("name", tables(60))
def test_what_64_bits_decide_all_words_decide_alike(name, added):
    """The same chain with a bound that never holds, so that every attempt needs all words; patterns in opposite pairs."""
    N, rng = 60, np.random.default_rng(3)
    half = rng.choice(np.array([-1, 1], np.int8), (N, 40))
    patterns = Patterns.of(np.concatenate([half, -half, half[:, :5]], axis=1))
    perturbation = Perturbation(rng.normal(size=N), {1: -0.3, 7: rng.normal(size=N + 1)}) if added else None
    make, _ = sample_maker("wide", SeparableMemory(tables(N)[name]), patterns, perturbation, 0)
    for T in (0.0, 1e-12, 1e-3, 1.0, 1e6, 1e200):
        for method in (Metropolis(), Glauber(), *([Quench()] if T == 0.0 else [])):
            one, other = make(patterns.pattern(0)), make(patterns.pattern(0))
            other.fixed = other.fixed._replace(reach=np.full(N + 1, math.inf))
            other.moving.scale[:] = 0.0, math.inf
            found, expected = (c.advance(12, method, T, np.random.default_rng(2)) for c in (one, other))
            assert np.array_equal(found[0], expected[0])
            assert np.array_equal(found[1], expected[1])
            assert other.hard == 12 * N


@pytest.mark.parametrize("network", [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting")], ids=str)
@pytest.mark.parametrize("added", [False, True])
def test_wide_equals_the_plain_kernel_bit_for_bit(network, added):
    N, K = 25, 300
    rng = np.random.default_rng(5)
    perturbation = (
        Perturbation(0.3 * rng.normal(size=N), {0: 1.7, K // 2: 0.0, K - 1: -0.1 * np.arange(N + 1.0)}) if added else None
    )
    patterns, numbers = Patterns.drawn(np.random.default_rng(2), K, N), kernel_tables(network, N, K)
    extras = make_extras(network, numbers, patterns, perturbation, 0)
    wide, plain = (chain_maker(k, network, numbers, patterns, extras)(np.ones(N, np.int8)) for k in ("wide", "patterns"))
    for T in (0.0, 0.4, 1.0, math.inf):
        for method in (Metropolis(), Glauber("sequential")):
            spins, trace = wide.advance(20, method, T, np.random.default_rng(7))
            expected, same = plain.advance(20, method, T, np.random.default_rng(7))
            assert np.array_equal(spins, expected)
            assert np.array_equal(trace, same)
            assert wide.energy == plain.energy == wide.recompute()[3]
            assert np.array_equal(wide.energy_per_spin(trace[:, 1]), plain.energy_per_spin(trace[:, 1]))
    assert wide.hard < 20 * 8 * N


def test_a_run_may_change_its_kernel():
    point = {"load": 0.3, "T": 0.5, "N": 24, "sweeps": 30, "seed": 2, "samples": 2}
    a, b = (simulate(DenseHebbian(3), kernel=k, **point) for k in ("wide", "patterns"))
    assert (a.kernel, b.kernel) == ("wide", "patterns")
    assert np.array_equal(a.series.energy, b.series.energy)
    ladders = [
        simulate(DenseHebbian(3), **{**point, "T": [0.3, 0.6, 1.0]}, method=ReplicaExchange(), kernel=k)
        for k in ("wide", "patterns")
    ]
    for x, y in zip(*ladders, strict=True):
        assert np.array_equal(x.series.energy, y.series.energy)


@pytest.mark.parametrize(("P", "N", "K"), [(20, 64, 60), (8, 784, 60), (40, 90, 2)])
def test_high_powers_on_correlated_patterns(P, N, K):
    network, xi = DenseHebbian(P, "self-interacting"), correlated(K, N)
    r = simulate(network, patterns=xi, T=0.2, sweeps=15, seed=3)
    assert r.kernel == "wide"
    u = (N - xi.astype(int) @ r.series.spins[0, 1].astype(int)) // 2
    exact = sum(Fraction(int(N - 2 * v) ** P) for v in u) * Fraction(-1, 2 * N ** (P - 1)) / N
    assert r.series.energy[0, 1, -1] == pytest.approx(float(exact), rel=1e-15)
    cold = simulate(network, patterns=xi, T=0.0, method=Quench(), sweeps=60, burn_in=0, seed=3, start_overlap=0.8)
    assert cold.settled.all()
    assert np.all(np.diff(cold.series.energy, axis=-1) <= 0.0)
    assert np.any(np.abs(cold.pattern_overlaps(xi)).max(axis=-1) > 0.85)
    for kernel in KERNELS[:2]:
        with pytest.raises(InputError, match=r"must stay below 2\^62.*Give kernel='auto' or 'wide'"):
            simulate(network, patterns=xi, T=0.2, sweeps=15, seed=3, kernel=kernel)
    assert bytes_of_chains("wide", network, N, K, 2) > N * K
