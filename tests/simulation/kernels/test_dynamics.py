"""Every dynamics against enumeration (M.2): averages with |z| <= 4, a twin with beta off by 5 % that must fail, balance."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Glauber, Metropolis

KINDS = ("distinct", "self-interacting")
METHODS = [Metropolis(), Glauber(), Metropolis("sequential"), Glauber("sequential")]
# temperatures at which the chain mixes and 5 % in beta moves the energy by many errors
CASES = [(2, 8, 1.0), (2, 9, 1.0), (3, 8, 0.9), (3, 9, 0.9), (4, 8, 1.2), (4, 9, 1.2), (5, 8, 1.4), (5, 9, 1.4)]


def z_scores(network, T_run, T_exact, N, method, seed):
    exact = glassy.enumerate_states(network, load=0.6, T=T_exact, N=N, seed=seed)
    r = glassy.simulate(
        network, load=0.6, T=T_run, N=N, seed=seed, start="both", method=method, sweeps=150_000, burn_in=200, samples=1
    )
    names = ("m", "m_abs", "energy", "q", "q_abs", "q2")
    assert exact.K == r.K
    return {name: (float(getattr(r, name)) - getattr(exact, name)) / getattr(r, name).error for name in names}, r


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("P", "N", "T"), CASES)
def test_enumeration(P, kind, N, T, method):
    network = DenseHebbian(P, kind)
    z, r = z_scores(network, T, T, N, method, seed=10 * P + N)
    assert max(map(abs, z.values())) <= 4.0, z
    if method == Metropolis("sequential"):
        assert not r.status.ok  # it need not be ergodic
    else:  # of runs as good as these one in 20 has a false alarm; benchmarks/honesty.txt says how many
        assert r.status not in (glassy.Status.SHORT_CHAIN, glassy.Status.LEFT_PHASE)
    twin, _ = z_scores(network, T / 1.05, T, N, method, seed=10 * P + N)
    assert abs(twin["energy"]) > 4.0, twin  # beta off by 5 % must fail


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("P", [2, 3, 4, 5])
@pytest.mark.parametrize("N", [5, 6])
def test_balance_of_the_full_transition_matrix(P, kind, N, method):
    W, p = glassy.transition_matrix(DenseHebbian(P, kind), load=0.7, T=0.8, N=N, seed=3, method=method)
    assert np.allclose(W.sum(axis=1), 1.0, atol=1e-14)
    assert np.all(W >= 0.0)
    assert np.allclose(p @ W, p, atol=1e-15)  # global balance
    flow = p[:, None] * W
    detailed = np.allclose(flow, flow.T, atol=1e-16)
    assert detailed == (method.order == "random")  # sequential order has global balance only
    wrong, _ = glassy.transition_matrix(DenseHebbian(P, kind), load=0.7, T=0.8 / 1.05, N=N, seed=3, method=method)
    assert not np.allclose(p @ wrong, p, atol=1e-6)


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("P", [2, 3, 4, 5])
def test_kernel_moves_with_the_probabilities_of_the_transition_matrix(P, kind, method):
    """Each single attempt of the kernel, for many uniforms, is accepted exactly where u says so in the exact law."""
    network, N, T = DenseHebbian(P, kind), 6, 0.8
    xi = glassy.draw_patterns(network.patterns(0.7, N), N, seed=3)
    from glassy.exact import state_energies

    energies = state_energies(network, xi)
    u = (np.arange(2000) + 0.5) / 2000
    accepted = method.thresholds(u, T)
    for state in range(0, 2**N, 5):
        for i in range(N):
            dE = energies[state ^ (1 << i)] - energies[state]
            fraction = np.mean(dE <= accepted)
            assert abs(fraction - method.acceptance(np.array([dE]), T)[0]) <= 1.0 / 2000


def test_M2_thresholds_and_acceptance_agree():
    u = np.random.default_rng(1).random(400_000)
    for method in (Metropolis(), Glauber()):
        for T in (0.0, 0.3, 5.0, math.inf):
            thresholds = method.thresholds(u, T)
            assert not np.any(np.isnan(thresholds))
            for dE in (-2.0, -0.1, 0.0, 0.1, 0.7):
                p = float(method.acceptance(np.array([dE]), T)[0])
                assert np.mean(dE <= thresholds) == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / u.size) + 1e-12)
    edge = np.array([0.0, 1.0 - 2.0**-53])
    for method in (Metropolis(), Glauber()):
        for T in (0.0, 1.0, math.inf):
            assert not np.any(np.isnan(method.thresholds(edge, T)))


def test_T0_never_goes_up_and_ends_in_a_local_minimum():
    network = DenseHebbian(3)
    for method in (Metropolis(), Glauber(), Glauber("sequential")):
        r = glassy.simulate(
            network, load=0.8, T=0.0, N=40, seed=2, start="random", samples=3, sweeps=100, burn_in=0, method=method
        )
        assert np.all(np.diff(r.series.energy, axis=-1) <= 1e-12)
        assert np.all(r.series.acceptance[..., -10:] == 0.0)


def test_infinite_temperature_is_free_spins():
    r = glassy.simulate(DenseHebbian(3), load=0.3, T=math.inf, N=20, seed=2, start="random", sweeps=5000, method=Glauber())
    exact = glassy.enumerate_states(DenseHebbian(3), load=0.3, T=math.inf, N=16, seed=2)
    assert abs(r.m / r.m.error) <= 4
    assert r.acceptance == pytest.approx(0.5, abs=0.01)
    assert exact.q2 == pytest.approx(1 / 16)
    assert exact.free_energy == -math.inf


def test_metropolis_accepts_ties_and_glauber_tosses_a_coin():
    """A single pattern with P = 2 and M = 0 or +-1: some flips cost nothing, and zero temperature must still move there."""
    xi = np.ones((1, 3), np.int8)
    start = np.array([1, -1, 1], np.int8)  # M = 1 -> -1 has the same energy at P = 2
    for method, rate in ((Metropolis(), 1.0), (Glauber(), 0.5)):
        W, _ = glassy.transition_matrix(DenseHebbian(2), T=0.0, patterns=xi, method=method)
        state = 0b010
        assert W[state, state ^ 0b001] == pytest.approx(rate / 3)
    r = glassy.simulate(DenseHebbian(2), T=0.0, patterns=xi, start=start, sweeps=50, burn_in=0, seed=1)
    assert abs(r.series.m[..., -1]).min() == 1.0
