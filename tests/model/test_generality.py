"""Any separable memory, external fields, and energies of chosen patterns (M.13): against sums by hand and enumeration."""

import math
from fractions import Fraction

import numpy as np
import pytest
from small import everything

import glassy
from glassy import (
    DenseHebbian,
    Glauber,
    InputError,
    Metropolis,
    Perturbation,
    ReplicaExchange,
    SeparableMemory,
    enumerate_states,
    simulate,
)
from glassy.model.patterns import Patterns
from glassy.numerics import passes
from glassy.simulation.kernels.choose import chain_maker, choose_kernel
from glassy.simulation.kernels.extras import make_extras
from glassy.simulation.kernels.portable import run
from glassy.simulation.kernels.tables import kernel_tables

needs_vectors = pytest.mark.skipif(not passes.available(), reason="this processor runs no pass")


def wavy(N):
    """A table that is no polynomial, of floats."""
    M = np.arange(N, -N - 1, -2.0)
    return SeparableMemory(-N * np.exp((M - N) / 9.0) + 0.3 * np.cos(M))


def table_of(network, N):
    """The same network, said by its table."""
    table = network.energy_table(N)
    return SeparableMemory([table.unit * v for v in table.values])


def by_hand(network, xi, sigma, perturbation):
    """H of one configuration in floats, term by term."""
    K, N = xi.shape
    table = network.energy_table(N)
    total = 0.0
    chosen = dict(perturbation.pattern_energies)
    for k, pattern in enumerate(xi.astype(int)):
        u = (N - pattern @ sigma) // 2
        F = float(table.values[u] * table.unit)
        own = chosen.get(k, 1.0)
        total += float(own[u]) if isinstance(own, tuple) else own * F
    return total - float(perturbation.fields(N, 0) @ sigma)


@pytest.mark.parametrize("kernel", ["patterns", "fields", "packed"])
@pytest.mark.parametrize(
    "network",
    [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting"), wavy],
    ids=lambda x: x.__name__ if x is wavy else str(x),
)
@pytest.mark.parametrize("N", [24, 31])
def test_kernels_agree_bit_for_bit_and_energies_are_exact(network, kernel, N):
    network = network(N) if callable(network) else network
    if (kernel == "packed" and not passes.available()) or (kernel == "fields" and not network.pairwise):
        pytest.skip("this kernel does not run here")
    K = 300
    patterns, perturbation = Patterns.drawn(np.random.default_rng(2), K, N), everything(N, K)
    tables = kernel_tables(network, N, K)
    extras = make_extras(network, tables, patterns, perturbation, 0)
    choose_kernel(network, N, K, kernel)
    start = np.ones(N, np.int8)
    fast, plain = (chain_maker(k, network, tables, patterns, extras)(start) for k in (kernel, "patterns"))
    xi = patterns.signs.T
    for T in (0.0, 0.4, 1.0, math.inf):
        spins, trace = fast.advance(20, Metropolis(), T, np.random.default_rng(7))
        expected, same = plain.advance(20, Metropolis(), T, np.random.default_rng(7))
        assert np.array_equal(spins, expected)
        assert np.array_equal(trace, same)
        assert fast.energy == plain.energy == fast.recompute()[3]
        assert np.array_equal(fast.own_u, extras.misaligned(fast.sigma))
        measured = fast.energy_per_spin(np.array([fast.energy]))[0]
        assert measured == pytest.approx(by_hand(network, xi, fast.sigma, perturbation) / N, rel=1e-9, abs=1e-9)
    assert 0 < trace[:, 2].sum()


def test_the_loop_in_plain_python_is_the_same():
    N, K = 11, 20
    network, patterns = DenseHebbian(3), Patterns.drawn(np.random.default_rng(2), 20, 11)
    tables = kernel_tables(network, N, K)
    x = make_extras(network, tables, patterns, everything(N, K), 0)
    results = []
    for function in (run, run.py_func):
        chain = chain_maker("patterns", network, tables, patterns, x)(np.ones(N, np.int8))
        rng = np.random.default_rng(3)
        sites, thresholds = rng.integers(0, N, (30, N)), Metropolis().thresholds(rng.random((30, N)), 0.8) / float(x.step)
        spins, trace = np.empty((30, N), np.int8), np.empty((30, 3), np.int64)
        function(
            patterns.signs, chain.sigma, chain.u, chain.b, tables.A, tables.B, tables.block, chain.a, chain.b_sum, chain.energy,
            x.scale, x.turn, x.own, chain.own_u, x.energies, sites, thresholds, spins, trace,
        )  # fmt: skip
        results.append((spins, trace))
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize("network", [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting")], ids=str)
def test_a_network_said_by_its_table_is_the_network(network):
    options = {"T": 0.7, "N": 20, "sweeps": 40, "samples": 2, "seed": 3, "kernel": "patterns"}
    K = network.patterns(0.3, 20)
    a, b = simulate(network, load=0.3, **options), simulate(table_of(network, 20), K=K, **options)
    c = simulate(network, K=K, **options)
    for other in (b, c):
        assert np.array_equal(a.series.spins, other.series.spins)
        assert np.array_equal(a.series.energy, other.series.energy)
    assert b.K == K


@pytest.mark.parametrize("kernel", ["patterns", pytest.param("packed", marks=needs_vectors)])
def test_weight_two_is_a_pattern_twice_and_weight_zero_none(kernel):
    xi = glassy.draw_patterns(40, 21, seed=4)
    options = {"T": 0.6, "sweeps": 60, "seed": 3, "kernel": kernel}
    network = DenseHebbian(3)
    twice = simulate(network, patterns=np.concatenate([xi, xi[3:4]]), **options)
    heavy = simulate(network, patterns=np.concatenate([xi, xi[7:8]]), perturbation=Perturbation(None, {3: 2, 40: 0}), **options)
    assert np.array_equal(twice.series.spins, heavy.series.spins)
    assert np.allclose(twice.series.energy, heavy.series.energy, rtol=1e-12)


def z(estimate, exact):
    return abs(float(estimate) - exact) / max(estimate.error, 1e-12)


CASES = {
    "field": (DenseHebbian(3), Perturbation(field=0.4)),
    "everything, P=2": (DenseHebbian(2), everything(12, 10)),
    "everything, P=4": (DenseHebbian(4), everything(12, 10)),
    "memory": (wavy(12), None),
    "memory, everything": (wavy(12), everything(12, 10)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", [Metropolis(), Glauber("sequential")], ids=str)
def test_sampled_measure_is_the_exact_one(case, method):
    network, perturbation = CASES[case]
    N = None if isinstance(network, SeparableMemory) else 12
    point = {"K": 10, "N": N, "T": 1.3, "perturbation": perturbation, "seed": 11}
    exact = enumerate_states(network, **point)
    r = simulate(network, sweeps=30_000, samples=1, replicas=2, method=method, **point)
    for measured, value in ((r.m, exact.m), (r.q, exact.q), (r.q2, exact.q2), (r.energy, exact.energy)):
        assert z(measured, value) <= 4.0
    hotter = enumerate_states(network, **{**point, "T": 1.3 * 1.05})  # the same test must tell beta off by 5 %
    assert z(r.energy, hotter.energy) > 4.0
    if perturbation is not None:
        assert z(r.energy, enumerate_states(network, **{**point, "perturbation": None}).energy) > 4.0


def test_replica_exchange_counts_the_perturbation():
    network, perturbation = DenseHebbian(3), everything(12, 10)
    point = {"K": 10, "N": 12, "perturbation": perturbation, "seed": 11}
    options = {"method": ReplicaExchange(), "samples": 1, "sweeps": 20_000, "start": "random"}
    ladder = simulate(network, T=[0.5, 0.8, 1.3], **options, **point)
    for rung in ladder:
        exact = enumerate_states(network, T=rung.T, **point)
        assert z(rung.energy, exact.energy) <= 4.0
        assert z(rung.m, exact.m) <= 4.0


def test_guerra_interpolation_is_sampled():
    """The measure of I.1 at t = 0.4, P = 3: noise times sqrt(t), pattern 0 with a table of its own, a field for each sample."""
    N, K, P, t, T, load = 12, 15, 3, 0.4, 0.7, 0.2
    m_, q_ = 0.9, 0.85
    table, M = DenseHebbian(P).energy_table(N), np.arange(N, -N - 1, -2.0)
    noise = SeparableMemory(math.sqrt(t) * np.array([float(v * table.unit) for v in table.values]))
    signal = -t * (N / 2) * (M / N) ** P - (1 - t) * (P / 2) * m_ ** (P - 1) * M
    J = np.random.default_rng(1).normal(size=(3, N))
    field = math.sqrt((1 - t) * DenseHebbian(P).covariance(q_, load, 1)) * J
    perturbation = Perturbation(field, {0: signal})
    r = simulate(noise, K=K, T=T, samples=3, sweeps=20_000, perturbation=perturbation, seed=2)
    for sample in range(3):
        xi = glassy.draw_patterns(K, N, seed=2, sample=sample)
        exact = enumerate_states(noise, T=T, patterns=xi, perturbation=Perturbation(field[sample], {0: signal}))
        one = glassy.analysis.statistics.estimate(r.series.m[sample : sample + 1])
        assert z(one, exact.m) <= 4.0
    # by hand at one configuration
    sigma = r.series.spins[1, 0].astype(int)
    H = sum(noise.energies[(N - x @ sigma) // 2] for x in xi_of(1, K, N)[1:]) + signal[(N - xi_of(1, K, N)[0] @ sigma) // 2]
    assert r.series.energy[1, 0, -1] == pytest.approx((H - field[1] @ sigma) / N, abs=1e-9)


def xi_of(sample, K, N):
    return glassy.draw_patterns(K, N, seed=2, sample=sample).astype(int)


def test_free_spins_in_a_field():
    r = simulate(
        DenseHebbian(3),
        K=1,
        N=50,
        T=0.7,
        sweeps=4000,
        seed=1,
        start="random",
        perturbation=Perturbation(0.3, {0: 0.0}),
        replicas=2,
    )
    assert z(r.energy, -0.3 * math.tanh(0.3 / 0.7)) <= 4.0
    assert z(r.q, math.tanh(0.3 / 0.7) ** 2) <= 4.0


def test_saved_and_loaded(tmp_path):
    for perturbation in (None, everything(12, 10), Perturbation(0.25)):
        r = simulate(wavy(12), K=10, T=1.0, sweeps=5, seed=1, perturbation=perturbation)
        r.save(tmp_path / "r")
        again = glassy.load(tmp_path / "r")
        assert again.network == r.network
        assert again.perturbation == perturbation
        assert "load" not in repr(again)
    exact = SeparableMemory([Fraction(1, 3), 0, Fraction(-1, 7)])
    assert SeparableMemory.from_tree(exact.to_tree()) == exact


def test_a_folder_belongs_to_one_perturbation_and_table(tmp_path):
    options = {"T": 1.0, "sweeps": 5, "seed": 1, "out": tmp_path / "a"}
    simulate(wavy(12), K=10, perturbation=everything(12, 10), **options)
    for network, perturbation in (
        (wavy(12), None),
        (wavy(12), everything(12, 10, seed=6)),
        (SeparableMemory([*wavy(12).energies[:-1], 0.0]), everything(12, 10)),
    ):
        with pytest.raises(InputError, match="this very run"):
            simulate(network, K=10, perturbation=perturbation, **options)


BAD = [
    (lambda: SeparableMemory([1.0]), "N \\+ 1 >= 2"),
    (lambda: SeparableMemory([1.0, math.nan]), "finite"),
    (lambda: SeparableMemory([[1.0, 2.0]]), "shape"),
    (lambda: SeparableMemory(["a", "b"]), "finite"),
    (lambda: simulate(wavy(12), K=3, N=13, T=1.0, seed=1), "N must be 12.*13 energies.*N=13"),
    (lambda: simulate(wavy(12), load=0.1, T=1.0, seed=1), "K must be given"),
    (lambda: simulate(wavy(12), K=0, T=1.0, seed=1), "K must be an integer >= 1"),
    (lambda: simulate(wavy(12), load=0.1, K=3, T=1.0, seed=1), "either load or K"),
    (lambda: simulate(wavy(12), patterns=np.ones((3, 11)), T=1.0, seed=1), "12"),
    (lambda: simulate(wavy(12), patterns=np.ones((3, 13)), T=1.0, seed=1), "N must be 12"),
    (lambda: simulate(wavy(12), K=3, T=1.0, seed=1, kernel="fields"), "fields"),
    (lambda: glassy.solve(wavy(12), load=0.1, T=0.1), "DenseHebbian"),
    (lambda: simulate(wavy(12), K=3, T=1.0, seed=1, sweeps=2).load, "no load"),
    (lambda: Perturbation(math.inf), "finite"),
    (lambda: Perturbation(np.zeros((2, 2, 2))), "shape"),
    (lambda: Perturbation(None, {-1: 1.0}), ">= 0"),
    (lambda: Perturbation(None, {0: math.nan}), "finite"),
    (lambda: Perturbation(None, [(0, 1.0), (0, 2.0)]), "once"),
    (lambda: simulate(DenseHebbian(3), K=3, N=9, T=1.0, seed=1, perturbation=Perturbation(np.zeros(8))), "field must be"),
    (lambda: simulate(DenseHebbian(3), K=3, N=9, T=1.0, seed=1, perturbation=Perturbation(None, {3: 1.0})), "0 .. K - 1 = 2"),
    (lambda: simulate(DenseHebbian(3), K=3, N=9, T=1.0, seed=1, perturbation=Perturbation(None, {0: [1.0]})), "N \\+ 1 = 10"),
    (lambda: simulate(DenseHebbian(3), K=3, N=9, T=1.0, seed=1, perturbation=0.1), "glassy.Perturbation"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_input_says_what_must_hold(number):
    call, message = BAD[number]
    with pytest.raises(InputError, match=message):
        call()


def test_nothing_added_changes_nothing():
    options = {"K": 3, "N": 9, "T": 1.0, "seed": 1, "sweeps": 2}
    assert (
        simulate(DenseHebbian(3), perturbation=Perturbation(0.0), **options).energy
        == simulate(DenseHebbian(3), **options).energy
    )


def test_theory_of_the_network_alone_is_not_compared():
    network = DenseHebbian(3)
    r = simulate(network, load=0.1, N=30, T=0.3, seed=1, sweeps=60, perturbation=Perturbation(0.1))
    with pytest.raises(InputError, match="network alone"):
        glassy.compare(glassy.solve(network, load=r.load, T=0.3, phase="retrieval"), r)
