"""Edges of `simulate`: each works or says why not; none gives a wrong number."""

import math
from fractions import Fraction

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Glauber, InputError, Metropolis, ReplicaExchange, enumerate_states, simulate
from glassy.numerics import vector

KINDS = ("distinct", "self-interacting")
packed = pytest.param("packed", marks=pytest.mark.skipif(not vector.available(), reason="no AVX-512 VNNI and VBMI here"))


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


@pytest.mark.parametrize("network", [DenseHebbian(2), DenseHebbian(3), DenseHebbian(4, "self-interacting")], ids=repr)
def test_a_perturbation_of_the_size_of_rounding_is_none(network):
    """As of a pattern's own energies that were computed with floats."""
    N, M = 30, np.arange(30, -31, -2)
    table = network.energy_table(N)
    own = [float(table.unit) * v * (1.0 + 3e-16 * (-1) ** u) for u, v in enumerate(table.values)]
    assert own != [float(table.unit * v) for v in table.values]
    point = {"load": 0.1, "T": 0.5, "N": N, "sweeps": 40, "seed": 1, "samples": 2}
    plain = simulate(network, **point)

    def run(*words):
        return simulate(network, **point, perturbation=glassy.Perturbation(*words))

    for words in (
        (None, {0: own}), (1e-20,), (1e-20 * M[:N],), (-1e-300,), (None, {1: 1.0 + 1e-15}), (None, {0: 1, 1: own}),
        (1e-20, {0: own}),
    ):  # fmt: skip
        assert np.array_equal(run(*words).series.energy, plain.series.energy), words
    assert np.array_equal(run(0.2, {0: own}).series.energy, run(0.2).series.energy)
    assert not np.array_equal(run(1e-3).series.energy, plain.series.energy)  # the twin
    assert not np.array_equal(run(None, {0: 1.001}).series.energy, plain.series.energy)
    for words in ((1e-10,), (None, {1: 1.0 + 1e-10})):  # neither rounding nor kept to seven digits
        with pytest.raises(glassy.IntegerRangeError, match="to seven digits"):
            run(*words)


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
