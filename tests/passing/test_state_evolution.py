"""State evolution (R.5 as an iteration, T.4 at P = 2) against saddles, and against iterates of large networks."""

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, SpinGlass, message_passing, solve, state_evolution


@pytest.mark.parametrize("P", [2, 3, 4])
@pytest.mark.parametrize("T", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["distinct", "self-interacting"])
def test_it_ends_at_the_saddle_of_replica_symmetry(P, T, kind):
    """R.5, and T.4 has the same fixed points."""
    network = DenseHebbian(P, kind)
    end, saddle = state_evolution(network, 0.05, T, steps=200), solve(network, 0.05, T)
    assert end.m[-1] == pytest.approx(saddle.m, abs=1e-9)
    assert end.q[-1] == pytest.approx(saddle.q, abs=1e-9)
    assert (end.m[0], end.q[0]) == (1.0, 1.0)


def test_edges_of_basins():
    """Published nowhere: T = 0.3, load 0.3, to be read beside measured basins of Monte Carlo, .530(11), .752(8), .823(13)."""
    for P, edge in ((3, 0.535), (4, 0.726), (5, 0.798)):
        ends = [state_evolution(DenseHebbian(P), 0.3, 0.3, edge + d, steps=400).m[-1] for d in (-1e-3, 1e-3)]
        assert ends[0] < 0.1
        assert ends[1] > 0.9


def test_T4_remembers_the_step_before_and_R5_does_not():
    """P = 2: ten networks of 3000 spins follow T.4; without memory the second step is ten errors off."""
    network, load, T = DenseHebbian(2), 0.05, 0.3
    said = state_evolution(network, load, T, 0.6, steps=3)
    runs = message_passing(network, load, T, 3000, seed=1, samples=10, start_overlap=0.6, max_iterations=3)
    m = np.array([p.m_history for p in runs.points])
    error = m.std(axis=0, ddof=1) / 10**0.5
    assert np.abs((m.mean(axis=0) - said.m)[1:] / error[1:]).max() < 4.0
    C = (1.0 - said.q[1]) / T
    plain = said.m[1] / (1.0 - C)  # A_1 without A_0
    _, flip, *_ = glassy.numerics.gaussian.field_averages(plain, np.sqrt(load * said.q[1]) / (1.0 - C), T)
    assert abs((m.mean(axis=0)[2] - (1.0 - flip)) / error[2]) > 4.0


@pytest.mark.parametrize("kind", ["distinct", "self-interacting"])
def test_networks_follow_it_at_P_3(kind):
    network = DenseHebbian(3, kind)
    said = state_evolution(network, 0.1, 0.4, 0.8, steps=3)
    runs = message_passing(network, 0.1, 0.4, 500, seed=2, samples=10, start_overlap=0.8, max_iterations=3)
    for name in ("m", "q"):
        x = np.array([getattr(p, f"{name}_history") for p in runs.points])
        error = x.std(axis=0, ddof=1) / 10**0.5
        off = np.abs(x.mean(axis=0) - getattr(said, name))[1:]
        assert np.all(off < 4.0 * error[1:] + 1.0 / 500)  # finite N


@pytest.mark.parametrize(("word", "passing", "evolution"), [
    ("temperature", "T", "T"), ("alpha", "load", "load"), ("iterations", "max_iterations", "steps"),
    ("sweeps", "max_iterations", None), ("steps", "max_iterations", None),
])  # fmt: skip
def test_words_of_others_are_answered_by_those_here(word, passing, evolution):
    for call, meant in ((message_passing, passing), (state_evolution, evolution)):
        if meant:
            with pytest.raises(TypeError, match=f"{word!r}. Did you mean {meant!r}"):
                call(DenseHebbian(3), **{word: 1})


def test_what_it_says_of_itself():
    found = state_evolution(DenseHebbian(3), 0.2, 0.3, 0.8, steps=4)
    rows = list(found.records())
    assert [row["step"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["m"] for row in rows] == found.m.tolist()
    with pytest.raises(InputError, match="network must be a glassy.DenseHebbian"):
        state_evolution(glassy.SeparableMemory([0, 1, 4, 2]), 0.1, 0.3)
    with pytest.raises(InputError, match="T must be 0 or >= 1e-100 for state evolution, got 1e-300"):
        state_evolution(DenseHebbian(3), 0.1, 1e-300)
    with pytest.raises(InputError, match="steps must be an integer >= 1"):
        state_evolution(DenseHebbian(3), 0.1, 0.3, steps=0)
    with pytest.raises(InputError, match="start_overlap must lie in"):
        state_evolution(DenseHebbian(3), 0.1, 0.3, 1.5)


@pytest.mark.parametrize("terms", [{1: 0.2, 2: 1.0}, {3: 1.0}, {1: 0.3, 7: 1.0}], ids=repr)
@pytest.mark.parametrize("T", [0.7, 1.5])
def test_of_a_spin_glass_it_ends_at_the_saddle_of_replica_symmetry(terms, T):
    """q alone moves, from fair spins; the largest saddle is found at p = 3 as well, where q = 0 is another."""
    network = SpinGlass(terms)
    end = state_evolution(network, 1.0, T, steps=400)
    assert (end.start_overlap, end.q[0]) == (0.0, 1.0)
    assert not end.m.any()
    q, xi = end.q[-1], network.unit_covariance
    z, w = np.polynomial.hermite_e.hermegauss(161)
    assert q == pytest.approx(w @ np.tanh(np.sqrt(xi(q, 1)) * z / T) ** 2 / w.sum(), abs=1e-6)
    if 1 in dict(network.terms):
        assert q == pytest.approx(solve(network, 1.0, T, "equilibrium", strict=False).q, abs=1e-6)


def test_spin_glasses_follow_it_and_it_has_no_pattern():
    network = SpinGlass({1: 0.2, 2: 0.5, 3: 0.5})
    said = state_evolution(network, 1.0, 1.2)
    runs = message_passing(network, 1.0, 1.2, 60, seed=3, samples=8)
    found = glassy.compare(said, runs)
    assert found.sides == ("state evolution", "message passing")
    assert [row.observable for row in found.rows[:2]] == ["m_1", "q_1"]
    assert all(abs(row.z) < 4.0 for row in found.rows)
    axes = glassy.plots.iterations(runs, said)
    assert (axes[0].get_ylabel(), axes[0].get_xlabel()) == ("overlap q", "iteration")
    assert axes[0].lines[-1].get_ydata()[:3] == pytest.approx(said.q[:3])
    with pytest.raises(InputError, match="start_overlap must be left out, got 0.5"):
        state_evolution(network, 1.0, 1.0, 0.5)
    with pytest.raises(InputError, match="network must be a glassy.DenseHebbian or glassy.SpinGlass"):
        state_evolution(glassy.Couplings({(0, 1): 1.0}), 1.0, 1.0)
