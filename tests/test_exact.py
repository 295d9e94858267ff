"""The referee itself, against a loop over states in plain Python."""

import itertools
import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Glauber, InputError, Metropolis


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


def patterns_with_overlaps(N, differing):
    """Three patterns A, B, C: A of ones, B and C with N // 2 misaligned spins each, of which `differing` are not common."""
    xi = np.ones((3, N), np.int8)
    half, apart = N // 2, differing // 2
    xi[1, :half] = -1
    xi[2, apart : half + apart] = -1
    return xi


@pytest.mark.parametrize(
    ("P", "N", "overlaps", "ground", "m_abs"),
    [
        (10, 18, (0, 0, -2), [1, 2], 0.0),  # B and C lie 3e-10 below A, of 9
        (15, 15, (1, 1, -1), [0], 1.0),  # A lies one part in 1e17 below B and C: the same float
    ],
)
def test_T0_ground_states_are_those_of_the_exact_integers(P, N, overlaps, ground, m_abs):
    xi = patterns_with_overlaps(N, (N - overlaps[2]) // 2)
    gram = xi.astype(int) @ xi.T
    assert (gram[0, 1], gram[0, 2], gram[1, 2]) == overlaps
    energies = [-sum(int(M) ** P for M in row) for row in gram]
    assert [k for k in range(3) if energies[k] == min(energies)] == ground
    exact = glassy.enumerate_states(DenseHebbian(P, "self-interacting"), T=0.0, patterns=xi)
    states = len(ground) * (2 if P % 2 == 0 else 1)  # with the mirror images
    assert exact.q_weights[0] == pytest.approx(1 / states)  # two replicas in one state
    assert exact.m_abs == m_abs


def test_T0_weights_of_the_transition_matrix_are_those_of_the_exact_integers():
    """Ten copies each of A and B, and one pattern that tells them apart: one part in 2e9."""
    A, B, last = np.ones(9, np.int8), np.ones(9, np.int8), np.ones(9, np.int8)
    B[:5], last[:2], last[5:7] = -1, -1, -1
    assert (A.astype(int) @ B, A.astype(int) @ last, B.astype(int) @ last) == (-1, 1, -1)
    patterns = np.stack([A] * 10 + [B] * 10 + [last])
    for method in (Metropolis(), Glauber()):
        W, p = glassy.transition_matrix(DenseHebbian(9, "self-interacting"), T=0.0, patterns=patterns, method=method)
        assert np.flatnonzero(p).tolist() == [0]  # A alone: all spins up
        assert np.allclose(p @ W, p)


def test_twenty_spins_fit():
    exact = glassy.enumerate_states(DenseHebbian(2), load=0.1, T=0.6, N=20, seed=1)
    assert exact.q_weights.sum() == pytest.approx(1.0)


def test_bad_input():
    network = DenseHebbian(3)
    with pytest.raises(InputError, match="needs N <= 20"):
        glassy.enumerate_states(network, load=0.1, T=0.3, N=21, seed=1)
    with pytest.raises(InputError, match="needs N <= 10"):
        glassy.transition_matrix(network, load=0.1, T=0.3, N=11, seed=1, method=Metropolis())
    with pytest.raises(InputError, match="N, seed and either load or K must be given"):
        glassy.enumerate_states(network, load=0.1, T=0.3, N=9)
    with pytest.raises(InputError, match="K=0 patterns"):
        glassy.enumerate_states(network, load=0.001, T=0.3, N=9, seed=1)
    with pytest.raises(InputError, match="either patterns"):
        glassy.enumerate_states(network, load=0.1, T=0.3, N=9, seed=1, patterns=np.ones((2, 9)))
    with pytest.raises(InputError, match="T must be"):
        glassy.enumerate_states(network, load=0.1, N=9, seed=1)
    point = {"load": 0.1, "T": 0.3, "N": 9, "seed": 1}
    for bad in (3, None, DenseHebbian):
        with pytest.raises(
            InputError,
            match=r"network must (be a glassy.DenseHebbian or another model of glassy|have stored patterns), got .* Make one",
        ):
            glassy.enumerate_states(bad, **point)
        with pytest.raises(
            InputError,
            match=r"network must (be a glassy.DenseHebbian or another model of glassy|have stored patterns), got .* Make one",
        ):
            glassy.transition_matrix(bad, **point, method=Metropolis())
    for method in ("metropolis", None, Metropolis, 3):
        with pytest.raises(InputError, match=r"method must be a dynamics, got .* Give glassy.Metropolis\(\)"):
            glassy.transition_matrix(network, **point, method=method)
    for N in (2.5, "9", True):
        with pytest.raises(InputError, match="N must be an integer >= 3"):
            glassy.enumerate_states(network, **{**point, "N": N})
    with pytest.raises(InputError, match="patterns must be one array, got lists of different lengths"):
        glassy.enumerate_states(network, T=0.3, patterns=[[1, -1, 1], [1, 1]])


def test_T_minus_zero_is_zero():
    assert math.copysign(1.0, glassy.enumerate_states(DenseHebbian(3), load=0.3, T=-0.0, N=6, seed=1).T) == 1.0
