"""The phase of a pattern behind a wall: its equilibrium, its free energy, and the control variates that sharpen it."""

import math

import numpy as np
import pytest

from glassy import DenseHebbian, InputError, Quench, controlled_mean, draw_patterns, enumerate_states, hold, simulate, wall
from glassy.evidence import held
from glassy.evidence.pattern_fields import pattern_fields
from glassy.exact import state_energies

NETWORKS = [DenseHebbian(3), DenseHebbian(4, "self-interacting"), DenseHebbian(2)]


def test_the_wall_holds_an_equilibrium_that_enumeration_knows(tmp_path):
    network, load, N, at = DenseHebbian(3), 0.5, 14, 0.4
    T = [0.3, 0.5, 0.9]
    ladder = hold(network, load, T, N, at, samples=1, sweeps=20000, burn_in=10000, seed=3, out=tmp_path).ladder
    for r in ladder:
        exact = enumerate_states(network, load, r.T, N, perturbation=wall(network, N, at), seed=3)
        free = enumerate_states(network, load, r.T, N, seed=3)
        assert exact.m_weights[exact.m_values < at].sum() < 1e-9
        assert float(exact.m_weights @ exact.m_values) > float(free.m_weights @ free.m_values) + 0.005  # the wall matters
        assert r.series.m.min() >= at
        assert float(r.m) == pytest.approx(float(exact.m_weights @ exact.m_values), abs=5.0 * r.m.thermal)
        assert float(r.energy) == pytest.approx(exact.energy, abs=5.0 * r.energy.thermal)
    near = held.near_wall(ladder[2], at)
    assert near == pytest.approx([float((N * ladder[2].series.m < N * at + 4.0).mean())])  # two flips


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_control_variates_have_the_expectations_they_claim(network):
    r = simulate(network, 0.2, 0.4, 48, seed=11, samples=300, sweeps=1, burn_in=0)
    found = pattern_fields(r)
    controls = found.controls(0.4)
    z = controls.mean(axis=0) / (controls.std(axis=0, ddof=1) / math.sqrt(300))
    assert np.abs(z).max() < 4.5
    assert found.h.var() == pytest.approx(found.variance, rel=0.1)
    assert controls.std(axis=0).min() > 0.0


def test_fields_are_the_cost_of_a_flip():
    network, N = DenseHebbian(4), 12
    r = simulate(network, 0.3, 0.5, N, seed=5, samples=2, sweeps=1, burn_in=0)
    for sample, h in enumerate(pattern_fields(r).h):
        xi = draw_patterns(r.K, N, 5, sample)
        energies = state_energies(network, xi)
        state = int((xi[0] < 0) @ (1 << np.arange(N)))
        cost = [energies[state ^ (1 << i)] - energies[state] for i in range(N)]
        assert 2.0 * h == pytest.approx(np.array(cost), abs=1e-9)


@pytest.mark.parametrize("twins", [False, True])
def test_controlled_means_are_unbiased_and_sharper(twins):
    """Also where two controls are one, and where one does not vary."""
    rng = np.random.default_rng(7)
    off, plain = [], []
    for _ in range(400):
        c = rng.normal(size=(30, 2))
        y = 2.0 + c @ [1.0, -0.5] + 0.3 * rng.normal(size=30)
        c = np.column_stack([c, 2.0 * c[:, 0], np.zeros(30)]) if twins else c
        found = controlled_mean(y, c)
        off.append((float(found) - 2.0) / found.error)
        plain.append(found.error / (y.std(ddof=1) / math.sqrt(30)))
    assert abs(np.mean(off)) < 0.2
    assert 0.9 < np.std(off) < 1.15
    assert np.mean(plain) < 0.35


def test_a_drift_is_seen_in_errors_between_samples():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(50, 1)) + 0.1 * rng.normal(size=(50, 400))  # samples differ far more than sweeps
    assert abs(held.drift(x)) < 4.0
    assert held.drift(x + np.linspace(0.0, 0.1, 400)) > 20.0
    assert held.drift(np.ones((50, 400))) == 0.0


def test_frozen_rungs_count_where_both_replicas_found_one_lowest_state(tmp_path):
    """Ladders find the ground state, both replicas the same; quenches end in two minima, and are no equilibrium."""
    network = DenseHebbian(3)
    ladder = hold(network, 1.0, [0.02, 0.3, 0.6], 20, 0.6, samples=24, sweeps=400, burn_in=400, seed=1, out=tmp_path).ladder
    cold = ladder[0]
    assert cold.frozen.any()
    floor = cold.series.energy[cold.frozen.any(axis=1)].min(axis=2)
    assert (floor == floor[:, :1]).all()
    assert held.rung_status(cold) is cold.evidence.relaxed
    assert held.rung_status(cold).name != "NOT_EQUILIBRATED"
    quench = simulate(network, 4.0, 0.0, 40, method=Quench(), start="random", samples=8, sweeps=60, burn_in=30, seed=1)
    assert not quench.status.ok
    assert not held.rung_status(quench).ok


def test_what_cannot_be_is_refused():
    from glassy import SpinGlass, annealed, noise_load, unstable_overlap

    network = DenseHebbian(3)
    glass = SpinGlass({2: 1.0})
    given = simulate(network, T=0.5, patterns=draw_patterns(5, 12, 1), sweeps=5, seed=1)  # not those that seed 1 draws
    with pytest.raises(InputError, match="were given"):
        pattern_fields(given)
    for call in (
        lambda: wall(3, 10, 0.5), lambda: wall(network, 10, 1.5), lambda: noise_load(3, 5, 10),
        lambda: annealed(3, 5, 10, 1.0), lambda: annealed(network, 5, 10, 0.0), lambda: annealed(network, 5, 10, -1.0),
        lambda: unstable_overlap(glass, 0.5, 0.5), lambda: unstable_overlap(network, -0.1, 0.3),
        lambda: unstable_overlap(3, 0.1, 0.3),
    ):  # fmt: skip
        with pytest.raises(InputError):
            call()


def test_a_ladder_behind_a_wall_says_what_it_cannot_take():
    right = {"network": DenseHebbian(3), "load": 0.3, "T": [0.2, 0.4], "N": 40, "at": 0.6}
    wrong = {
        "network": ("a", None),
        "load": ("a", None, -1.0, math.nan, [0.1, 0.2]),
        "T": ("a", None, 0.3, [], [[0.2, 0.4]], [0.2, math.nan], [0.2, "a"], [0.2, math.inf]),
        "N": ("a", None, 0, 40.5, [40]),
        "at": ("a", None, 2.0, math.nan, [0.6]),
        "start": ("a", None, 2.0, math.nan),
        "warm": ("a", None, 0.1, math.nan),
    }
    for name, values in wrong.items():
        for value in values:
            with pytest.raises(InputError):
                hold(**{**right, name: value}, samples=2, sweeps=10, burn_in=0, seed=1)
