"""Energies of any range (M.14): the wide kernel against Fractions, logarithms, the other kernels and enumeration."""

import math
import random
from fractions import Fraction

import numba
import numpy as np
import pytest

import glassy
from glassy import (
    DenseHebbian,
    Ensemble,
    Glauber,
    InputError,
    Metropolis,
    Perturbation,
    Quench,
    ReplicaExchange,
    SeparableMemory,
    enumerate_states,
    simulate,
    transition_matrix,
)
from glassy.model.patterns import Patterns
from glassy.numerics.words import add, take_double, take_integer, words
from glassy.simulation.kernels.choose import bytes_of_chains, chain_maker, choose_kernel, sample_maker
from glassy.simulation.kernels.extras import make_extras
from glassy.simulation.kernels.tables import kernel_tables
from glassy.simulation.kernels.wide import exact_numbers

KERNELS = ("patterns", "packed", "fields", "tensor")


def exponential(N, factor=1.0):
    return SeparableMemory(-factor * np.exp(np.arange(N, -N - 1, -2.0) - N))


def correlated(K, N, seed=1):
    """Patterns as of data: smooth figures of few prototypes with noise."""
    rng = np.random.default_rng(seed)
    side = np.arange(N)
    figures = np.array([np.cos(side * (0.11 + 0.07 * c) + c) for c in range(10)])
    return np.where(figures[rng.integers(0, 10, K)] + 0.3 * rng.normal(size=(K, N)) > 0.0, 1, -1).astype(np.int8)


# ---- integers of many words ----


@numba.njit
def total_of(times, digits, low, high):
    total = np.zeros(digits.shape[1], np.int64)
    for r in range(times.size):
        add(total, digits, low, high, r, times[r])
    return total


def test_sums_of_words_are_exact_and_rounded_once():
    rng = random.Random(1)
    for trial in range(4000):
        lengths, shifts = [1, 5, 31, 32, 33, 53, 54, 64, 90, 300], [0, 0, 3, 31, 32, 64, 100]
        numbers = [
            rng.choice([-1, 1]) * rng.getrandbits(rng.choice(lengths)) << rng.choice(shifts) for _ in range(rng.randint(1, 6))
        ]
        if trial % 3 == 0:
            numbers[-1] = -numbers[0] * rng.choice([1, 2]) + rng.choice([0, 1, -1])
        times = np.array([rng.choice([-2, -1, 0, 1, 2, 1000]) for _ in numbers])
        exact, shift = sum(int(t) * v for t, v in zip(times, numbers, strict=True)), rng.choice([0, -10, 5, -100])
        total = total_of(times, *words(numbers, 10_000))
        again, plain = total.copy(), total.copy()
        if trial % 10 == 0:
            assert getattr(take_double, "py_func", take_double)(plain, shift) == float(exact * Fraction(2) ** shift)
        assert take_double(total, shift) == float(exact * Fraction(2) ** shift)
        assert not total.any()
        if abs(exact) < 2**62:
            assert take_integer(again) == exact


# ---- the README's memory ----


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


# ---- the oracle: Fractions ----


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


# ---- beside the other kernels ----


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


# ---- against enumeration ----


def z(estimate, exact):
    return abs(float(estimate) - exact) / max(estimate.error, 1e-12)


CASES = {
    "exponential": (exponential(10, 10), {"T": 1.6}),
    "P=20": (DenseHebbian(20, "self-interacting"), {"N": 20, "T": 2.0}),
    "integers": (SeparableMemory([u * (10 - u) * 2**64 + 3**u for u in range(11)]), {"T": 2.0**67}),
    "perturbed": (exponential(10, 10), {"T": 1.6, "perturbation": Perturbation(0.2, {0: 0.5, 3: np.arange(11.0) / 9})}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", [Metropolis(), Glauber("sequential")], ids=str)
def test_sampled_measure_is_the_exact_one(case, method):
    network, point = CASES[case]
    point = {"K": 4 if case == "P=20" else 6, "seed": 11, **point}
    exact = enumerate_states(network, **point)
    r = simulate(network, sweeps=4_000 if case == "P=20" else 20_000, method=method, **point)
    assert r.kernel == "wide"
    for measured, value in ((r.m, exact.m), (r.q, exact.q), (r.q2, exact.q2), (r.energy, exact.energy)):
        if case != "P=20" or measured is not r.m:  # whose sign the start remembers
            assert z(measured, value) <= 4.0


def test_the_referee_tells_ground_states_exactly():
    N = 8
    xi = glassy.draw_patterns(3, N, seed=2)
    F = [Fraction(10**60 + u * (u - N), 10**30) for u in range(N + 1)]
    states = np.array([[1 - 2 * (s >> i & 1) for i in range(N)] for s in range(2**N)])
    H = [sum(F[v] for v in (N - xi.astype(int) @ s) // 2) for s in states]
    exact = enumerate_states(SeparableMemory(F), T=0.0, patterns=xi)
    ground = [s for s, h in zip(states, H, strict=True) if h == min(H)]
    assert exact.m == pytest.approx(np.mean([s @ xi[0] for s in ground]) / N, abs=1e-15)
    assert exact.free_energy == float(min(H) / N)
    with_field = enumerate_states(SeparableMemory(F), T=0.0, patterns=xi, perturbation=Perturbation(1e-33))
    best = min((h - Fraction(1e-33) * int(s.sum()), n) for n, (s, h) in enumerate(zip(states, H, strict=True)))[1]
    assert with_field.m == pytest.approx(states[best] @ xi[0] / N)


@pytest.mark.parametrize("method", [Metropolis(), Glauber("sequential")], ids=str)
@pytest.mark.parametrize("T", [0.5, 0.0])
def test_transition_matrices(method, T):
    W, p = transition_matrix(exponential(7, 7), T=T, K=4, seed=1, method=method)
    assert np.allclose(W.sum(axis=1), 1.0)
    assert np.allclose(p @ W, p)


# ---- ladders, checkpoints, folders, limits ----


@pytest.mark.slow
def test_a_ladder_of_an_exponential_memory():
    point = {"K": 6, "seed": 11}
    r = simulate(exponential(10, 10), T=[0.5, 0.9, 2.0, math.inf], method=ReplicaExchange(), sweeps=20_000, **point)
    for rung in r:
        exact = enumerate_states(exponential(10, 10), T=rung.T, **point)
        assert z(rung.energy, exact.energy) <= 4.0
        assert z(rung.m, exact.m) <= 4.0
    exact = enumerate_states(exponential(10, 10), T=0.5, **point)
    assert abs(r.minus_beta_f()[0] + exact.free_energy / 0.5) <= 4.0 * r.minus_beta_f()[0].error


def test_an_ensemble_and_its_folder(tmp_path):
    options = {"temperatures": 0.4, "samples": 3, "sweeps": 20, "seed": 7}
    e = Ensemble(exponential(30, 30), K=40, **options)
    first = e.run(tmp_path / "a").samples()
    again = simulate(exponential(30, 30), K=40, T=0.4, samples=3, sweeps=20, seed=7, out=tmp_path / "b")
    assert first.kernel == again.kernel == "wide"
    assert np.array_equal(first.series.energy, again.series.energy)
    kept = glassy.load(again.save(tmp_path / "kept"))
    assert kept.network == exponential(30, 30)


def test_integers_of_any_size_are_kept(tmp_path):
    big = SeparableMemory([10**5000, 0, Fraction(1, 3**9000)])
    assert SeparableMemory.from_tree(big.to_tree()) == big
    mixed = SeparableMemory([2**63, -1, 0])  # NumPy makes floats of these
    assert mixed.energies == (2**63, -1, 0)
    for call in (simulate, enumerate_states):
        with pytest.raises(InputError, match=r"1e5000. Divide all energies, and T, by 10\*\*5000"):
            call(big, K=2, T=1.0, seed=1)
    r = simulate(SeparableMemory([e / 10**5000 for e in big.energies]), K=2, T=1.0, sweeps=300, seed=1)
    exact = enumerate_states(SeparableMemory([e / 10**5000 for e in big.energies]), K=2, T=1.0, seed=1)
    assert r.kernel == "wide"
    assert z(r.energy, exact.energy) <= 4.0


def test_floats_are_rounded_only_where_it_does_not_matter():
    for N, P, wide in ((100, 3.5, False), (100, 4.0, False), (100, 8.0, True)):
        M = np.arange(N, -N - 1, -2.0)
        memory = SeparableMemory(-0.5 * N * np.abs(M / N) ** P)
        table, exact = memory.energy_table(N), [Fraction(e) for e in memory.energies]
        assert (choose_kernel(memory, N, 100) == "wide") is wide
        for u in range(N):
            found, step = table.unit * (table.values[u + 1] - table.values[u]), exact[u + 1] - exact[u]
            assert abs(found - step) <= (0 if wide else abs(step) / 10**6)


def test_tables_of_chosen_patterns_are_not_flattened():
    """Pattern 0 alone has energies, exponential ones: strict descent from half way finds it."""
    N = 60
    own = {0: exponential(N).energies, 1: 0.0}
    r = simulate(
        DenseHebbian(3), K=2, N=N, T=0.0, method=Quench(), start_overlap=0.5, sweeps=40, burn_in=0, seed=2,
        perturbation=Perturbation(None, own),
    )  # fmt: skip
    assert r.kernel == "wide"
    assert np.all(r.final_m == 1.0)
    smooth = {0: -0.4 * N * (np.arange(N, -N - 1, -2.0) / N) ** 3 - 0.2 * np.arange(N, -N - 1, -2.0)}
    assert choose_kernel(DenseHebbian(3), N, 1200, perturbation=Perturbation(None, smooth)) != "wide"


def test_perturbations_of_any_size():
    options = {"K": 3, "N": 9, "T": 1.0, "seed": 1, "sweeps": 200}
    plain = simulate(DenseHebbian(3), **options)
    with pytest.raises(InputError, match="Divide all energies"):
        simulate(DenseHebbian(3), perturbation=Perturbation(1e300), **options)
    for size in (1e-14, 1e18):
        r = simulate(DenseHebbian(3), perturbation=Perturbation(size), **options)
        assert r.kernel == "wide"
        if size < 1.0:
            assert np.array_equal(r.series.spins, plain.series.spins)
        else:
            assert np.all(r.series.spins == 1)
        with pytest.raises(InputError, match="seven digits.*Give kernel='auto' or 'wide'"):
            simulate(DenseHebbian(3), perturbation=Perturbation(size), kernel="patterns", **options)
    with pytest.raises(InputError, match="Lower K"):
        exact_numbers(DenseHebbian(20), 64, 2**29, None, 0)
