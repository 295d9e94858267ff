"""The referee itself, against a loop over states in plain Python."""

import itertools
import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Metropolis


@pytest.mark.parametrize("kind", ["distinct", "self-interacting"])
@pytest.mark.parametrize(("P", "N"), [(2, 5), (3, 6), (4, 5), (5, 6)])
def test_enumeration_against_a_plain_loop(P, kind, N):
    network, T = DenseHebbian(P, kind), 0.7
    exact = glassy.enumerate_states(network, load=0.8, T=T, N=N, seed=4)
    xi = glassy.draw_patterns(exact.K, N, seed=4).astype(int)
    table = network.energy_table(N)
    states = [np.array(s) for s in itertools.product((1, -1), repeat=N)]
    E = [float(table.unit * sum(table.values[(N - int(row @ s)) // 2] for row in xi)) for s in states]
    weights = np.exp(-np.array(E) / T)
    Z = weights.sum()
    p = weights / Z
    m = np.array([xi[0] @ s / N for s in states])
    q = np.array([[a @ b / N for a in states] for b in states])
    assert exact.m == pytest.approx(p @ m, abs=1e-13)
    assert exact.m_abs == pytest.approx(p @ abs(m), abs=1e-13)
    assert exact.energy == pytest.approx(p @ np.array(E) / N, abs=1e-12)
    assert exact.energy2 == pytest.approx(p @ (np.array(E) / N) ** 2, abs=1e-12)
    assert exact.q == pytest.approx(p @ q @ p, abs=1e-13)
    assert exact.q_abs == pytest.approx(p @ abs(q) @ p, abs=1e-13)
    assert exact.free_energy == pytest.approx(-T * math.log(Z) / N, abs=1e-12)
    for value, weight in zip(exact.q_values, exact.q_weights, strict=True):
        assert weight == pytest.approx(
            sum(p[i] * p[j] for i, j in zip(*np.nonzero(np.isclose(q, value)), strict=True)), abs=1e-13
        )
    for value, weight in zip(exact.m_values, exact.m_weights, strict=True):
        assert weight == pytest.approx(p[np.isclose(m, value)].sum(), abs=1e-13)


def test_ground_state_and_single_pattern_limit():
    network = DenseHebbian(4, "self-interacting")
    exact = glassy.enumerate_states(network, T=0.0, patterns=np.ones((1, 8), np.int8))
    assert exact.energy == exact.free_energy == -0.5
    assert exact.m_abs == 1.0
    assert exact.m == pytest.approx(0.0, abs=1e-15)  # both signs at even P
    assert exact.q2 == 1.0


def test_twenty_spins_fit():
    exact = glassy.enumerate_states(DenseHebbian(2), load=0.1, T=0.6, N=20, seed=1)
    assert exact.q_weights.sum() == pytest.approx(1.0)


def test_bad_input():
    network = DenseHebbian(3)
    with pytest.raises(InputError, match="needs N <= 20"):
        glassy.enumerate_states(network, load=0.1, T=0.3, N=21, seed=1)
    with pytest.raises(InputError, match="needs N <= 10"):
        glassy.transition_matrix(network, load=0.1, T=0.3, N=11, seed=1, method=Metropolis())
    with pytest.raises(InputError, match="load, N and seed must be given"):
        glassy.enumerate_states(network, load=0.1, T=0.3, N=9)
    with pytest.raises(InputError, match="K=0 patterns"):
        glassy.enumerate_states(network, load=0.001, T=0.3, N=9, seed=1)
    with pytest.raises(InputError, match="either patterns"):
        glassy.enumerate_states(network, load=0.1, T=0.3, N=9, seed=1, patterns=np.ones((2, 9)))
    with pytest.raises(InputError, match="T must be"):
        glassy.enumerate_states(network, load=0.1, N=9, seed=1)
