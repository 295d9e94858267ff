"""Coexistence takes few solves: Newton's method with the exact derivative in the load."""

from __future__ import annotations

import pytest

from glassy import RS, RSB, DenseHebbian, at_line, coexistence, solve
from glassy.phases import coexistence as coexistences
from glassy.phases.spin_glass_temperatures import critical_temperature


@pytest.mark.parametrize("network", [DenseHebbian(4), DenseHebbian(7, "self-interacting"), DenseHebbian(3, "self-interacting")])
@pytest.mark.parametrize("T", [0.0, 0.2, 0.45])
@pytest.mark.parametrize("ansatz", [RS(), RSB(1)], ids=repr)
def test_the_derivative_in_the_load_is_the_energy_of_the_noise(network, T, ansatz):
    load = 0.9 * coexistence(network, T).load
    states = [solve(network, load, T, "retrieval", ansatz), coexistences.zero_state(network, load, T, ansatz)]
    step = 1e-4 * load
    f = [
        [
            solve(network, load + way * step, T, s.phase, ansatz).free_energy
            for way in (-2.0, -1.0, 1.0, 2.0)
        ]
        for s in states
    ]  # fmt: skip
    # private: a wrong derivative would only make coexistence slower
    slopes = [(8.0 * (c - b) - (d - a)) / (12.0 * step) for a, b, c, d in f]
    assert coexistences._slope(*states) == pytest.approx(slopes[1] - slopes[0], rel=1e-6)


def test_a_neighbour_or_not_the_same_load_from_few_solves(monkeypatch):
    network = DenseHebbian(7, "self-interacting")
    start = coexistence(network, 0.25, RSB(1))
    asked = []
    real = coexistences.zero_state
    monkeypatch.setattr(coexistences, "zero_state", lambda *a: asked.append(a[1]) or real(*a))
    near = coexistence(network, 0.3, RSB(1), start=start)
    assert len(asked) <= 6
    assert near.load == pytest.approx(coexistence(network, 0.3, RSB(1)).load, rel=1e-12)
    assert near.residual < 1e-13


@pytest.mark.parametrize("side", [0.97, 1.03])
def test_in_a_random_field_the_glass_is_asked_for_below_its_onset_only(side):
    """At T_c of the jump, and at the AT line where there is none: the phase is the one of larger free energy."""
    for network in (DenseHebbian(7, "self-interacting"), DenseHebbian(3, "self-interacting")):
        T = side * critical_temperature(network, 0.1)
        s = coexistences.zero_state(network, 0.1, T, RSB(1))
        assert s.phase == ("spin_glass" if side < 1.0 else "paramagnetic")
        both = [solve(network, 0.1, T, p, RSB(1), strict=False) for p in ("spin_glass", "paramagnetic")]
        assert s.free_energy >= max(x.free_energy for x in both if x.status.ok) - 1e-12


def test_an_at_point_that_another_saddle_supersedes_is_none():
    """At P = 9 the RS saddle of larger free energy has q = 0.6 where the replicon of q = 0.156 vanishes."""
    network = DenseHebbian(9, "self-interacting")
    assert at_line(network, 1.0, "paramagnetic", strict=False).roots == ()
