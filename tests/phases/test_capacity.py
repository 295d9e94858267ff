"""storage_capacity against the ground state: few deep solves find the load at which the full one agrees."""

from __future__ import annotations

import pytest

from glassy import RS, RSB, DenseHebbian, FullRSB, solve, storage_capacity
from glassy.phases import capacity
from glassy.theory.rsb import solve as rsb_solve


@pytest.mark.parametrize("ansatz", [RS(), RSB(1)], ids=repr)
def test_at_load_t_of_pairs_the_full_ground_state_has_the_energy_of_retrieval(ansatz):
    network = DenseHebbian(2)
    found = storage_capacity(network, ansatz).load_t
    deep = solve(network, float(found), 0.0, "spin_glass", FullRSB(capacity.DEPTH)).free_energy
    assert deep - solve(network, float(found), 0.0, "retrieval", ansatz).free_energy == pytest.approx(0.0, abs=1e-11)
    assert 0.0 < found.error < 1e-7


def test_few_deep_solves(monkeypatch):
    asked, real = [], rsb_solve.solve_steps

    def counted(network, load, T, phase, k, *rest):
        if (phase, k) == ("spin_glass", 1):  # a climb begins
            asked.append(load)
        return real(network, load, T, phase, k, *rest)

    monkeypatch.setattr(rsb_solve, "solve_steps", counted)
    storage_capacity(DenseHebbian(2, "self-interacting"))
    assert 2 <= len(asked) <= 3


@pytest.mark.slow
def test_the_climb_ends_where_one_more_step_is_rounding():
    """At P = 12 the third step moves the energy by 4e-13. Private: of a climb storage_capacity shows the load alone."""
    path = capacity._climb(DenseHebbian(12), 1.0)
    energy = capacity._limit(path)
    assert len(path) < capacity.DEPTH
    more = solve(DenseHebbian(12), 1.0, 0.0, "spin_glass", RSB(len(path) + 1))
    assert abs(more.free_energy - energy) <= energy.error < 2e-12


def test_the_climb_is_full_rsb_where_it_does_not_end():
    """Private as well, for the same reason."""
    network = DenseHebbian(3)
    path = capacity._climb(network, 0.7)
    assert len(path) == capacity.DEPTH
    deep = rsb_solve.solve_full(network, 0.7, 0.0, "spin_glass", FullRSB(capacity.DEPTH), None)
    assert capacity._limit(path) == deep.free_energy
    near = capacity._climb(network, 0.71, path)
    assert capacity._limit(near) == pytest.approx((0.71 / 0.7) ** 0.5 * deep.free_energy, abs=1e-11)
