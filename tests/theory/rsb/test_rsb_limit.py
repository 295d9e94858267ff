"""Sweep, its derivatives (R.9), and the limit of infinitely many steps (R.8)."""

import statistics

import numpy as np
import pytest
from oracle import slow_steps

from glassy import RSB, DenseHebbian, FullRSB, SpinGlass, solve
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.solve import extrapolated, limit, steps_to
from glassy.theory.rsb.sweep import sweep
from glassy.theory.solution import levels_of

SK = SpinGlass({2: 1.0})
SELF = "self-interacting"


@pytest.mark.parametrize("a", [0.0, 0.7])
@pytest.mark.parametrize("T", [0.25, 0.1])  # the innermost step on points of its own, and in closed form
def test_R1_and_R4_against_dense_matrices(a, T):
    s, y = np.array([0.5, 0.3, 0.4, 0.35]), np.array([0.0, 0.2, 0.9, 2.0])
    averages, values = np.empty((5, 4)), np.empty(5)
    sweep(a, s, y, T, 1.0, averages, values)
    t2, gains, m, C = slow_steps(a, s, y, T)
    assert averages[0] == pytest.approx(t2, abs=1e-12)
    assert averages[2, 1:] == pytest.approx(gains[1:], abs=1e-12)
    assert values[[1, 2]] == pytest.approx([m, C], abs=1e-11)


@pytest.mark.parametrize(
    ("network", "load", "T", "phase", "k"),
    [
        (DenseHebbian(4), 0.4, 0.05, "retrieval", 2),
        (DenseHebbian(4), 0.4, 0.0, "retrieval", 2),
        (DenseHebbian(2), 0.1, 0.3, "spin_glass", 3),
        (DenseHebbian(2), 0.135, 0.0, "retrieval", 2),
        (DenseHebbian(3), 0.4, 0.02, "spin_glass", 3),
        (DenseHebbian(5, SELF), 0.4, 0.3, "spin_glass", 3),
        (SK, 1.0, 0.0, "spin_glass", 5),
    ],
)
def test_R9_derivatives_of_the_equations(network, load, T, phase, k):
    levels = levels_of(solve(network, load, T, phase, RSB(k)))
    problem = Problem(network, load, T, k, has_m=phase == "retrieval", has_q0=levels.q[0] > 0.0)
    u = problem.pack(levels) + 0.05 * np.random.default_rng(1).standard_normal(problem.size)
    if problem.has_m:
        u[0] = 0.99 * levels.m
    J = problem.jacobian(u, problem.equations(u))
    for j, column in enumerate(J.T):
        h = 1e-4 * np.eye(problem.size)[j]
        near, far = (problem.equations(u + n * h) - problem.equations(u - n * h) for n in (1, 2))
        slow = (8.0 * near - far) / 12e-4
        assert column == pytest.approx(slow, abs=2e-6 * np.abs(J).max())


@pytest.mark.parametrize("power", [4, 2])
def test_limit_of_a_law_with_its_correction(power):
    values = [2.0 + 0.3 / (k + 0.4) ** power * (1.0 + 0.5 / (k + 0.4) ** 2) for k in range(1, 15)]
    for k in range(5, 15):
        end = limit(values[:k], power)
        assert 0.05 * end.error < abs(end - 2.0) < 2.0 * end.error


PATHS = [
    (SK, 1.0, 0.3, "spin_glass"),
    (DenseHebbian(2), 0.1, 0.0, "spin_glass"),
    (DenseHebbian(3), 0.45, 0.05, "retrieval"),
    (DenseHebbian(4, SELF), 0.5, 0.5, "spin_glass"),
    (SpinGlass({2: 1.0, 6: 0.3}), 1.0, 0.2, "spin_glass"),
    (SpinGlass({2: 1.0, 6: 0.3}), 1.0, 0.35, "spin_glass"),
]


@pytest.mark.slow
def test_R8_the_errors_hold():
    names, errors = ("m", "free_energy", "energy", "entropy", "local_susceptibility"), []
    for where in PATHS:
        path, _ = steps_to(*where, 13)
        assert len(path) == 13
        for k in range(5, 11):
            early, late = extrapolated(path[:k]), extrapolated(path)
            for name in names:
                a, b = getattr(early, name), getattr(late, name)
                if abs(a - b) > 1e-12:
                    errors.append(abs(a - b) / a.error)
    assert len(errors) > 100
    assert sum(z <= 2 for z in errors) >= 0.9 * len(errors)
    assert sum(z <= 4 for z in errors) >= 0.99 * len(errors)
    assert statistics.median(1 / z for z in errors) <= 3.5


def test_R8_at_zero_temperature_C_and_s_end_at_zero():
    path, _ = steps_to(SK, 1.0, 0.0, "spin_glass", 12)
    C, s = (np.array([getattr(x, name) for x in path]) for name in ("local_susceptibility", "entropy"))
    for v, power in ((C, 5 / 3), (s, 10 / 3)):
        assert abs(limit(v.tolist(), power)) < 2e-3 * abs(v[-1])  # by the law alone, not told where it ends
    full = solve(SK, 1.0, 0.0, "spin_glass", FullRSB(8))
    assert full.local_susceptibility == full.entropy == full.entropy.error == 0.0
    assert abs(full.free_energy + 0.763166726566547) < 2.0 * full.free_energy.error < 1e-7
