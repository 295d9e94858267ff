"""Edges of `simulate`: each works or says why not; none gives a wrong number."""

import math
from fractions import Fraction

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Glauber, InputError, Metropolis, ReplicaExchange, enumerate_states, simulate
from glassy.model.separable import grain
from glassy.numerics import passes

KINDS = ("distinct", "self-interacting")
packed = pytest.param("packed", marks=pytest.mark.skipif(not passes.available(), reason="this processor runs no pass"))


def test_temperatures_unsorted_and_repeated():
    network, point = DenseHebbian(3), {"load": 0.3, "N": 20, "sweeps": 40, "seed": 2}
    T = [1.0, 0.4, 1.0]
    grid = simulate(network, T=T, **point)
    assert [r.T for r in grid] == T
    for r in grid:  # every point is the single call
        assert np.array_equal(r.series.energy, simulate(network, T=r.T, **point).series.energy)
    ladders = [simulate(network, T=t, method=ReplicaExchange(), **point) for t in ([1.0, 0.4, 0.7], [0.4, 0.7, 1.0])]
    assert [r.T for r in ladders[0]] == [1.0, 0.4, 0.7]
    for a, b in ((0, 2), (1, 0), (2, 1)):
        assert np.array_equal(ladders[0][a].series.energy, ladders[1][b].series.energy)
    with pytest.raises(InputError, match="different temperatures"):
        simulate(network, T=T, method=ReplicaExchange(), **point)


@pytest.mark.parametrize("kernel", ["patterns", packed])
@pytest.mark.parametrize("P", [3, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_opposite_rows_cancel_at_odd_P_and_repeat_at_even_P(P, kind, kernel):
    xi = glassy.draw_patterns(30, 15, seed=4)
    options = {"T": 0.7, "sweeps": 40, "seed": 3, "kernel": kernel}
    network = DenseHebbian(P, kind)
    opposite = simulate(network, patterns=np.concatenate([xi, -xi]), start=xi[0], **options)
    if P % 2:
        assert np.all(opposite.series.energy == 0.0)
        assert np.all(opposite.series.acceptance == 1.0)
    else:
        repeated = simulate(network, patterns=np.concatenate([xi, xi]), start=xi[0], **options)
        assert np.array_equal(opposite.series.spins, repeated.series.spins)
        assert np.array_equal(opposite.series.energy, repeated.series.energy)


@pytest.mark.parametrize("kernel", ["patterns", packed, "auto"])
@pytest.mark.parametrize(("P", "N"), [(2, 11), (2, 12), (3, 11), (3, 12), (4, 11), (4, 12), (5, 11), (5, 12)])
@pytest.mark.parametrize("kind", KINDS)
def test_one_pattern_at_every_parity(P, N, kind, kernel):
    network = DenseHebbian(P, kind)
    exact = enumerate_states(network, K=1, N=N, T=0.8, seed=5)
    r = simulate(network, K=1, N=N, T=0.8, seed=5, sweeps=8000, burn_in=200, samples=1, replicas=2, kernel=kernel)
    assert abs(float(r.m_abs) - exact.m_abs) <= 4.0 * r.m_abs.error
    assert abs(float(r.energy) - exact.energy) <= 4.0 * r.energy.error


def test_no_pattern_is_refused():
    for options in ({"load": 0.0}, {"K": 0}, {"load": 1e-6}):
        with pytest.raises(InputError, match="K"):
            simulate(DenseHebbian(3), N=20, T=0.5, seed=1, **options)


@pytest.mark.parametrize("kernel", ["patterns", packed, "tensor"])
def test_ends_of_the_temperature_axis(kernel):
    point = {"load": 0.3, "N": 21, "sweeps": 200, "seed": 2, "kernel": kernel}
    for method in (Metropolis(), Glauber()):
        half = simulate(DenseHebbian(3), T=math.inf, method=method, **point).acceptance
        assert abs(float(half) - 0.5) <= 4.0 * half.error
    cold = simulate(DenseHebbian(3), T=0.0, start="random", **point)
    assert np.all(np.diff(cold.series.energy, axis=-1) <= 1e-12)  # ties move, the energy never rises


def test_ties_at_T_0():
    """A pattern and its opposite cancel at odd P: every move is a tie."""
    xi = glassy.draw_patterns(1, 20, seed=1)
    point = {"patterns": np.concatenate([xi, -xi]), "T": 0.0, "sweeps": 400, "seed": 2}
    assert np.all(simulate(DenseHebbian(3), method=Metropolis(), **point).series.acceptance == 1.0)
    half = simulate(DenseHebbian(3), method=Glauber(), **point).acceptance
    assert abs(float(half) - 0.5) <= 4.0 * half.error


@pytest.mark.parametrize("order", ["random", "sequential"])
@pytest.mark.parametrize("N", [12, 13])
def test_every_state_is_visited_at_T_infinity(N, order):
    """If all attempts were accepted, M mod 4 would not change at even N, and <|M|> would be 9 % off."""
    exact = enumerate_states(DenseHebbian(3), load=0.3, T=math.inf, N=N, seed=3)
    r = simulate(DenseHebbian(3), load=0.3, T=math.inf, N=N, seed=3, sweeps=20_000, method=Metropolis(order), replicas=1)
    for name in ("m_abs", "energy"):
        found = getattr(r, name)
        assert abs(found - getattr(exact, name)) <= 4.0 * found.error
    assert 0.09 * exact.m_abs > 4.0 * r.m_abs.error


@pytest.mark.parametrize("kernel", ["patterns", packed, "wide"])
@pytest.mark.parametrize(("P", "N", "K"), [(8, 150, 40), (14, 48, 30), (11, 40, 300), (12, 200, 2), (20, 60, 2)])
def test_large_integers_are_exact(P, N, K, kernel):
    network = DenseHebbian(P)
    r = simulate(network, K=K, N=N, T=2.0, sweeps=3, seed=1, kernel=kernel, replicas=1)
    table, xi = network.energy_table(N), glassy.draw_patterns(K, N, seed=1).astype(int)
    exact = sum(table.values[int(u)] for u in (N - xi @ r.series.spins[0, 0].astype(int)) // 2) * table.unit / N
    assert r.series.energy[0, 0, -1] == pytest.approx(float(exact), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("unit", [1, 10**20])
def test_ties_at_T_0_in_large_units(unit):
    """Every second energy is a tie: strict descent takes none, Glauber half, whatever the unit."""
    memory = glassy.SeparableMemory([unit * (u // 2) for u in range(9)])
    point = {"patterns": np.ones((1, 8), int), "T": 0.0, "start": "random", "sweeps": 400, "burn_in": 0, "seed": 1}
    r = simulate(memory, method=glassy.Quench(), **point)
    assert r.settled.all()
    assert r.series.acceptance[..., 10:].max() == 0.0
    found = [simulate(glassy.SeparableMemory([x * (u // 2) for u in range(9)]), method=Glauber(), **point) for x in (1, unit)]
    assert np.array_equal(found[0].series.spins, found[1].series.spins)


NETWORKS = [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting")]


def floats(network, N):
    """The energies of a pattern as floats, some off by rounding."""
    table = network.energy_table(N)
    own = [float(table.unit) * v * (1.0 + 3e-16 * (-1) ** u) for u, v in enumerate(table.values)]
    assert own != [float(table.unit * v) for v in table.values]
    return own


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_energies_of_a_pattern_that_are_off_by_rounding_are_those_of_the_network(network):
    """As where they were computed with floats: the same numbers, by the same kernel."""
    own, point = floats(network, 30), {"load": 0.1, "T": 0.5, "N": 30, "sweeps": 40, "seed": 1, "samples": 2}
    plain = simulate(network, **point)

    def run(*words):
        return simulate(network, **point, perturbation=glassy.Perturbation(*words))

    for words in ((None, {0: own}), (None, {1: 1.0 + 1e-15}), (None, {0: 1, 1: own})):
        assert np.array_equal(run(*words).series.energy, plain.series.energy), words
        assert run(*words).kernel == plain.kernel != "wide"
    for words in ((0.2, {}), (None, {1: 1.5}), (0.2, {2: 0.5})):  # beside what does count
        both = run(words[0], {**words[1], 0: own})
        assert np.array_equal(both.series.energy, run(*words).series.energy), words
        assert both.kernel == run(*words).kernel == plain.kernel
    assert not np.array_equal(run(1e-3).series.energy, plain.series.energy)  # the twins
    assert not np.array_equal(run(None, {0: 1.001}).series.energy, plain.series.energy)
    small = run(None, {1: 1.0 + 1e-10})  # neither rounding nor kept to seven digits
    assert small.kernel == "wide"
    assert np.array_equal(small.series.spins, plain.series.spins)
    assert not np.array_equal(small.series.energy, plain.series.energy)
    assert small.series.energy == pytest.approx(plain.series.energy, abs=1e-10)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_a_field_counts_however_small(network):
    """Exact integers of many words: its energy is there as far as a float shows it, alone and beside a pattern's own table."""
    N, M = 30, np.arange(30, -31, -2)
    point = {"load": 0.1, "T": 0.5, "N": N, "sweeps": 40, "seed": 1, "samples": 2}
    plain = simulate(network, **point)
    final = plain.series.spins.astype(float)
    for field in (1e-6, 1e-10, 1e-20, 1e-20 * M[:N], -1e-300):
        for own in ({}, {0: floats(network, N)}):
            r = simulate(network, **point, perturbation=glassy.Perturbation(field, own))
            assert r.kernel == "wide" or np.all(field == 1e-6)
            assert np.array_equal(r.series.spins, plain.series.spins)  # no attempt is so close
            wanted = plain.series.energy[..., -1] - (final * field).mean(axis=-1)
            assert np.allclose(r.series.energy[..., -1], wanted, rtol=0.0, atol=1e-12 if np.all(field == 1e-6) else 3e-16)


@pytest.mark.parametrize("field", [1e-10, -1e-20, 5e-324, 1e-20 * np.array([1, -2, 3, -4])], ids=str)
def test_a_field_breaks_ties_however_small(field):
    flat = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])  # orthogonal: every state costs the same
    point = {"patterns": flat, "T": 0.0, "start": "random", "sweeps": 50, "burn_in": 0, "seed": 1, "method": glassy.Quench()}
    r = simulate(DenseHebbian(2), **point, perturbation=glassy.Perturbation(field))
    assert r.kernel == "wide"
    assert r.settled.all()
    assert np.all(r.series.spins == np.sign(field))
    assert np.all(simulate(DenseHebbian(2), **point).series.acceptance == 0.0)  # the twin


@pytest.mark.parametrize("T", [1e-320, 1e-170, 1e160])
def test_enumeration_where_energies_over_T_are_no_floats(T):
    r = glassy.enumerate_states(DenseHebbian(3), 0.1, T, 10, seed=1)
    wanted = glassy.enumerate_states(DenseHebbian(3), 0.1, 0.0 if T < 1.0 else np.inf, 10, seed=1)
    assert r.energy == pytest.approx(wanted.energy)
    assert r.m_abs == pytest.approx(wanted.m_abs)


def test_floats_and_fractions_of_one_value_are_two_tables():
    """Floats may be rounded to a grain, Fractions are not: neither may take the other's table from a cache."""
    rounded = glassy.SeparableMemory([1.0, 0.1, 0.0])
    exact = glassy.SeparableMemory([Fraction(1.0), Fraction(0.1), Fraction(0)])
    tables = [m.energy_table(2) for m in (rounded, exact)]
    assert tables[0].values[1] * tables[0].unit != Fraction(0.1) == tables[1].values[1] * tables[1].unit
    assert rounded != exact
    assert rounded == glassy.SeparableMemory([1.0, 0.1, 0.0])


def test_the_grain_is_exact_beside_powers_of_two():
    for k in (-300, -1, 0, 1, 53, 100, 2000):
        for beside in (Fraction(-1, 10**30), 0, Fraction(1, 10**30)):
            span = Fraction(2) ** k * (1 + beside)
            assert grain(span) * 2**40 <= span < grain(span) * 2**41
