"""The free energy at a given m with steps of RSB (J.2): its slope, its stationary points, its limits."""

import numpy as np
import pytest
from scipy.optimize import brentq

from glassy import RS, RSB, DenseHebbian, free_energy_of_m, solve, spinodal
from glassy.phases.free_energy_of_m import _at
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.held import held
from glassy.theory.solution import levels_of

POINTS = [(DenseHebbian(2), 0.13, 0.0), (DenseHebbian(3), 0.4, 0.2), (DenseHebbian(3, "self-interacting"), 0.12, 0.0)]


@pytest.mark.parametrize(("network", "load", "T"), POINTS)
def test_the_slope_is_the_derivative(network, load, T):
    m, h = np.array([-0.5, 0.02, 0.8]), 1e-3
    found = free_energy_of_m(network, load, T, np.concatenate([m + k * h for k in (-2, -1, 1, 2, 0)]), RSB(1))
    f = found.free_energy.reshape(5, 3)
    change = (8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * h)
    assert change == pytest.approx(found.slope[-3:], abs=2e-9)
    assert np.max(np.abs(change - free_energy_of_m(network, load, T, m).slope)) > 1e-3  # the twin: RS


@pytest.mark.slow
@pytest.mark.parametrize(("network", "load", "T"), POINTS)
def test_its_stationary_points_are_the_saddles(network, load, T):
    saddle, f = solve(network, load, T, ansatz=RSB(1)), free_energy_of_m(network, load, T, [0.5], RSB(1))
    assert (f.m_minimum, f.f_minimum) == (saddle.m, saddle.free_energy)
    two = free_energy_of_m(network, load, T, [f.m_minimum, f.m_top], RSB(1))
    assert two.free_energy == pytest.approx([saddle.free_energy, f.f_top], abs=1e-12)
    assert np.max(np.abs(two.slope)) < 1e-10
    assert two.q[0] == pytest.approx(saddle.q, abs=1e-9)
    assert _at(network, load, T, 0.5 * (f.m_top + f.m_minimum), RSB(1)).field < 0.0
    assert f.free_energy[0] > free_energy_of_m(network, load, T, [0.5]).free_energy[0] + 1e-4


def test_at_its_saddle_the_levels_are_those_of_the_solver():
    """The equations with the field as an unknown are solved by a saddle of m, k = 2: their exact derivatives as well."""
    network, load, T = DenseHebbian(3), 0.4, 0.1
    saddle = solve(network, load, T, ansatz=RSB(2))
    levels = levels_of(saddle)
    problem = Problem(network, load, T, 2, has_m=True, has_q0=True, held=(saddle.m, 0.9))
    u = problem.pack(levels)
    F = problem.equations(u)
    assert np.max(np.abs(F)) < 1e-8
    J = problem.jacobian(u, F)
    for j in range(len(u)):
        e = 1e-5 * np.eye(len(u))[j]
        assert (problem.equations(u + e) - problem.equations(u - e)) / 2e-5 == pytest.approx(J[:, j], abs=1e-5)
    again = held(network, load, T, saddle.m, 2)
    assert again.free_energy == pytest.approx(saddle.free_energy, abs=1e-12)
    assert again.field == pytest.approx(1.5 * saddle.m**2, abs=1e-10)


@pytest.mark.slow
def test_the_top_sinks_to_the_energy_of_the_pattern_at_the_published_load():
    def above(load):
        f = free_energy_of_m(DenseHebbian(2), load, 0.0, [1.0], RSB(1))
        return f.f_top - f.f_pattern

    assert brentq(above, 0.12978, 0.12981, xtol=1e-8) == pytest.approx(0.12979, abs=5e-6)  # Stojnic, arXiv 2403.01907


def test_the_barrier_vanishes_at_the_spinodal():
    network = DenseHebbian(2)
    end = spinodal(network, 0.0, ansatz=RSB(1)).load
    heights = [free_energy_of_m(network, end * (1.0 - d), 0.0, [1.0], RSB(1)).barrier for d in (1e-3, 1e-5)]
    assert heights[0] / heights[1] == pytest.approx(1000.0, rel=0.01)
    assert heights[1] < 1e-8


@pytest.mark.slow
def test_a_minimum_at_the_pattern_to_rounding_has_its_top():
    network, load, T = DenseHebbian(4, "self-interacting"), 0.016, 0.06
    one, rs = (free_energy_of_m(network, load, T, [1.0], a) for a in (RSB(1), RS()))
    assert one.m_minimum > 1.0 - 1e-9
    assert rs.barrier < one.barrier < 0.5


def test_where_replica_symmetry_is_stable_it_is_that():
    for network, load, T in ((DenseHebbian(3), 0.3, 0.6), (DenseHebbian(2), 0.05, 0.3)):
        m = np.array([0.0005, 0.3, 0.9]) if network.P == 3 else np.array([0.9, 0.99])
        one, rs = (free_energy_of_m(network, load, T, m, a) for a in (RSB(1), RS()))
        assert rs.replicon.min() > 0.0
        assert one.free_energy == pytest.approx(rs.free_energy, abs=1e-12)
        assert one.barrier == pytest.approx(rs.barrier, abs=1e-10)


def test_the_glass_takes_over_where_its_complexity_vanishes():
    """P = 3 between T_c and T_d of m = 0: f is that of RS up to some m, then rises above it; RS is stable on both sides."""
    network, load, T = DenseHebbian(3), 0.3, 0.36
    assert solve(network, load, T, "spin_glass", RSB(1)).complexity > 0.0
    m = np.array([0.1, 0.2, 0.25, 0.3])
    one, rs = (free_energy_of_m(network, load, T, m, a) for a in (RSB(1), RS()))
    gain = one.free_energy - rs.free_energy
    assert np.all(rs.replicon > 0.0)
    assert gain[0] == 0.0
    assert gain[-1] > 1e-4
    assert np.all(np.diff(gain) >= 0.0)


def test_more_steps_add_less():
    f = [_at(DenseHebbian(2), 0.1, 0.1, 0.3, a).free_energy for a in (RS(), RSB(1), RSB(2), RSB(3))]
    gains = np.diff(f)
    assert np.all(gains > 0.0)
    assert np.all(gains[1:] < 0.2 * gains[:-1])


def test_near_the_middle_it_is_flat():
    network, load, T = DenseHebbian(3), 0.3, 0.1
    f = free_energy_of_m(network, load, T, [0.0, 5e-4, 2e-3], RSB(1))
    glass = solve(network, load, T, "spin_glass", RSB(1))
    assert f.free_energy[0] == glass.free_energy
    noise = f.free_energy + 0.5 * f.m**3 - glass.free_energy  # quadratic
    assert noise[2] == pytest.approx(16.0 * noise[1], rel=1e-4)
