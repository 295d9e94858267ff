"""Message passing and state evolution where the network learns from examples, P > 2 (T.1, T.2 with L.1 to L.3)."""

import itertools
import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Perturbation, Status, message_passing, simulate, solve, state_evolution
from glassy.model.examples import learned
from glassy.passing.dense import Dense
from glassy.passing.iteration import free_energy
from glassy.passing.rows import rows_of_patterns

SELF = "self-interacting"
NETWORK = DenseHebbian(3).trained(3, 0.8)


def system(network, N, K, T, seed):
    seen = learned(network, N, K, seed, 0)
    return Dense(network, N, rows_of_patterns(seen.examples), np.ones(network.stored(K)), 1.0 / T), seen


@pytest.mark.parametrize(("P", "kind"), [(3, "distinct"), (4, SELF)])
def test_the_field_is_that_of_independent_spins(P, kind):
    """-dE/dx of the mean of L.1 over independent spins, by all states of 9 of them."""
    network, N, K = DenseHebbian(P, kind).trained(3, 0.7), 9, 4
    mine, seen = system(network, N, K, 0.5, 2)
    eta = seen.examples.signs.T.astype(float)
    states = np.array(list(itertools.product((1.0, -1.0), repeat=N)))
    M = states @ eta.T
    if kind == SELF:
        each = -0.5 * N * (M / N) ** P
    else:
        each = -math.factorial(3) / (2 * N**2) * (M**3 - (3 * N - 2) * M) / 6
    energy = each.sum(axis=1) / (3 * 0.7**P)
    x = np.random.default_rng(3).uniform(-0.9, 0.9, N)

    def mean(x):
        return float(np.prod(0.5 * (1 + states * x), axis=1) @ energy)

    h, own = mine.bare(x)
    assert own == pytest.approx(mean(x) / N, rel=1e-12)
    slope = [(mean(x + 1e-3 * e) - mean(x - 1e-3 * e)) / 2e-3 for e in np.eye(N)]  # linear in every spin
    assert h == pytest.approx(-np.array(slope), rel=1e-9, abs=1e-9)


def test_what_is_learned_at_the_limits():
    plain, N, T = DenseHebbian(3), 60, 0.3
    expected = message_passing(plain, 0.1, T, N, seed=4, samples=2)
    perfect = message_passing(plain.trained(4, 1.0), 0.1, T, N, seed=4, samples=2)
    assert np.allclose(perfect.magnetizations, expected.magnetizations, atol=1e-9)
    assert float(perfect.n) == pytest.approx(float(perfect.m), rel=1e-12)
    one = plain.trained(1, 0.8)
    eta = glassy.draw_examples(one, perfect.K, N, seed=4)
    stored = message_passing(plain, T=T, patterns=eta[:, 0], seed=1)
    found = message_passing(one, T=T * 0.8**-3, patterns=eta, seed=1)
    assert np.allclose(found.magnetizations, stored.magnetizations, atol=1e-9)
    assert float(found.n) == pytest.approx(float(stored.m), rel=1e-9)


def test_T2_is_stationary_where_it_settles():
    N, K, T = 80, 60, 0.4
    mine, seen = system(NETWORK, N, K, T, 5)
    r = message_passing(NETWORK, K=K, T=T, N=N, seed=5, samples=1)
    assert r.status is Status.CONVERGED
    x = r.magnetizations[0]
    f, e = free_energy(mine, x, np.zeros(N))
    assert (f, e) == (pytest.approx(float(r.free_energy)), pytest.approx(float(r.energy)))
    for i in range(0, N, 9):
        d = 1e-3 * (1 - x[i] ** 2) * np.eye(N)[i]
        up, down = (free_energy(mine, x + k * d, np.zeros(N))[0] for k in (1, -1))
        assert abs(up - down) / (2 * d[i]) * N < 1e-4
    n = seen.of(0) @ x / N
    assert (float(r.n), float(r.n_first)) == (pytest.approx(n.mean()), pytest.approx(n[0]))


@pytest.mark.parametrize("supervised", [False, True])
@pytest.mark.parametrize(("P", "M", "r", "load", "T"), [(3, 3, 0.8, 0.05, 0.3), (4, 5, 0.7, 0.03, 0.0), (3, 2, 0.9, 0.05, 0.3)])
def test_state_evolution_ends_at_L3(P, M, r, load, T, supervised):
    network = DenseHebbian(P).trained(M, r, supervised)
    s, path = solve(network, load, T), state_evolution(network, load, T, steps=400)
    assert (path.m[-1], path.q[-1], path.n[-1]) == (
        pytest.approx(s.m, abs=1e-9), pytest.approx(s.q, abs=1e-9), pytest.approx(s.n, abs=1e-9),
    )  # fmt: skip
    assert path.n[0] == pytest.approx(r, rel=1e-12)
    assert state_evolution(DenseHebbian(P), load, T).n is None


def test_state_evolution_is_what_iterations_do():
    """The first three steps on networks of 240 spins, from an overlap of .7 with the ground truth."""
    load, T, N, S = 0.1, 0.4, 240, 24
    said = state_evolution(NETWORK, load, T, 0.7, 3)
    r = message_passing(NETWORK, load, T, N, seed=6, samples=S, start_overlap=0.7, max_iterations=3)
    m = np.array([point.m_history for point in r.points])
    z = (m.mean(axis=0) - said.m)[1:] / (m.std(axis=0, ddof=1) / S**0.5)[1:]
    assert np.abs(z).max() < 4.0
    plain = state_evolution(DenseHebbian(3), load, T, 0.7, 3)
    assert abs((m.mean(axis=0) - plain.m)[2] / (m.std(axis=0, ddof=1) / S**0.5)[2]) > 4.0


def test_from_an_example():
    network = DenseHebbian(3).trained(3, 0.6)
    r = message_passing(network, 0.02, 0.5, 150, seed=3, samples=4, start="example")
    s = solve(network, 0.02, 0.5, "example")
    assert r.status is Status.CONVERGED
    assert abs(float(r.n_first) - s.n_first) < 0.01
    rows = {row.observable: row for row in glassy.compare(s, r).rows}
    assert max(abs(rows[name].z) for name in ("m", "n", "n_first", "q")) < 4.0
    assert r.cube().arrays["n_first"][1].shape == (4,)
    assert r.each("n").shape == (4,)


def test_refused():
    for network in (DenseHebbian(2).trained(3, 0.8), DenseHebbian(3).trained(3, 0.8, supervised=True)):
        with pytest.raises(InputError, match="must store finitely many examples one by one, of P > 2"):
            message_passing(network, 0.05, 0.3, 40, seed=1)
    with pytest.raises(InputError, match="of P > 2 where it learns from examples"):
        state_evolution(DenseHebbian(2).trained(3, 0.8), 0.05, 0.3)
    with pytest.raises(InputError, match="no energy of its own for a pattern"):
        message_passing(NETWORK, 0.05, 0.3, 40, seed=1, perturbation=Perturbation(pattern_energies={0: 2.0}))
    with pytest.raises(InputError, match="examples of what it is to retrieve"):
        message_passing(DenseHebbian(3), 0.05, 0.3, 40, seed=1, start="example")
    with pytest.raises(InputError, match="name must be one of"):
        _ = message_passing(DenseHebbian(3), 0.05, 0.3, 40, seed=1, samples=1).n


@pytest.mark.slow
@pytest.mark.parametrize("start", ["pattern", "example"])
def test_beside_monte_carlo_of_the_same_patterns(start):
    network = DenseHebbian(3).trained(3, 0.85 if start == "pattern" else 0.6)
    options = {"load": 0.05, "T": 0.4, "N": 160, "seed": 8, "samples": 12, "start": start}
    passing, run = message_passing(network, **options), simulate(network, **options, sweeps=200)
    rows = {row.observable: row for row in glassy.compare(passing, run).rows}
    assert {"m", "n", "n_first", "q", "energy"} <= set(rows)
    for name in ("m", "n", "n_first", "q", "energy"):
        gap = abs(float(rows[name].simulation) - rows[name].theory)
        assert gap < max(4.0 * rows[name].simulation.error, 0.01)  # 1/N
        assert rows[name].simulation.error < 0.01  # a twentieth of the scatter of the samples
