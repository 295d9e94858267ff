"""Saddles of k steps at the edges: below onsets, where branches cross, at large P, in any units."""

import math
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import glassy
from benchmarks.fuzz import judge
from glassy import RSB, DenseHebbian, FullRSB, SpinGlass, Status, at_line, solve, spin_glass_temperatures
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.kernels import between, mixed_noise
from glassy.theory.rsb.search import breaking
from glassy.theory.solution import levels_of

SK = SpinGlass({2: 1.0})
SELF = "self-interacting"
REM = math.sqrt(math.log(2.0))


def glass(network, load, T, k, **more):
    return solve(network, load, T, "spin_glass", RSB(k) if isinstance(k, int) else k, strict=False, **more)


# ---- below an onset ----

DISTANCES = np.geomspace(1e-6, 3e-2, 10)


@pytest.mark.parametrize("k", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("network", "load", "onset"),
    [(SK, 1.0, 1.0), (DenseHebbian(2), 1.0, 2.0), (DenseHebbian(2), 0.1, 1.0 + math.sqrt(0.1)),
     (DenseHebbian(4, SELF), 1.0, math.sqrt(3.0)), (SpinGlass({2: 1.0, 3: 0.1}), 1.0, 1.0)],
    ids=["SK", "P2", "P2-small", "P4-self", "2+3"],
)  # fmt: skip
def test_no_distance_below_a_continuous_onset_is_a_hole(network, load, onset, k):
    last = None
    for e in DISTANCES:
        s = glass(network, load, onset * (1.0 - e), k)
        assert s.status.ok, (e, s)
        assert s.residual < 1e-12
        assert last is None or s.q_EA > last.q_EA
        last = s


@pytest.mark.parametrize("k", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_no_distance_below_a_gardner_temperature_is_a_hole(k):
    T_G = spin_glass_temperatures(DenseHebbian(3)).T_G
    for e in DISTANCES[::2]:
        s = glass(DenseHebbian(3), 1.0, T_G * (1.0 - e), k)
        assert s.status.ok, (e, s)


@pytest.mark.parametrize("k", [1, 2])
def test_no_distance_below_the_AT_line_of_retrieval_is_a_hole(k):
    T = at_line(DenseHebbian(3), 0.4, "retrieval").T
    for e in DISTANCES[::2]:
        s = solve(DenseHebbian(3), 0.4, T * (1.0 - e), "retrieval", RSB(k), strict=False)
        assert s.status.ok, (e, s)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(("T", "lifted"), [(0.99, 1.696e-7), (0.999, 1.670e-10)])
def test_free_energy_below_the_onset_of_the_SK_model(T, lifted, k):
    s = glass(SK, 1.0, T, k)
    assert s.free_energy + T * math.log(2.0) + 0.25 / T == pytest.approx(lifted, rel=1e-3)


def test_levels_below_the_onset_of_the_SK_model_are_those_of_a_linear_x():
    s = glass(SK, 1.0, 1.0 - 1e-4, 1)  # q_i = (2i+1)/(2k+1) q_max, x_1 = 2/3 x(q_max), x(q_max) = 2 (1 - T)
    assert s.q_levels[0] / s.q_levels[1] == pytest.approx(1.0 / 3.0, rel=1e-3)
    assert s.x_levels[0] == pytest.approx(4.0 / 3.0 * 1e-4, rel=1e-3)


def test_breaking_of_a_narrow_field_is_resolved():
    T = 1.0 - 1e-5
    rs = solve(SK, 1.0, T, "spin_glass")
    y, down, up = breaking(Problem(SK, 1.0, T, 1, False, True), levels_of(rs))
    assert y == pytest.approx(2e-5, rel=1e-2)
    assert down == pytest.approx(1e-5 / 3.0, rel=1e-2)
    assert up < 1e-3 * down


@pytest.mark.parametrize(("n", "p", "q"), [(2, 0.7, 0.2), (5, 0.9, 0.4), (9, 0.31, 0.3)])
def test_noise_over_a_step_of_a_power(n, p, q):
    """With r(q) = xi'(q) for xi = q^n: its steps, its slope, int q r' dq/2 and int (q - q_0) r' dq/2."""
    out = np.empty((5, 2))
    mixed_noise(np.eye(n + 1)[n], 2.0, 0.5, np.array([q, p - q]), (1.0 - p) / 0.5, out)
    square, line = (n - 1.0) * (p**n - q**n), p ** (n - 1) - q ** (n - 1)
    exact = [[q, p], [n * q ** (n - 1), n * line], [n * (n - 1) * x ** (n - 2) for x in (q, p)]]
    assert np.array(exact) == pytest.approx(out[:3], rel=1e-9)
    assert out[3] == pytest.approx([0.0, 0.5 * square])
    assert out[4] == pytest.approx([0.0, 0.5 * (square - q * n * line)], rel=1e-9)
    assert between(n, p, q) * (p - q) == pytest.approx(p**n - q**n)


@pytest.mark.parametrize("P", [3, 4, 7])
@pytest.mark.parametrize("beside", [-3e-4, -1e-7, -1e-9, 1e-9, 1e-3])
def test_a_glass_whose_breakpoint_is_close_to_one(P, beside):
    """Just below T_c no start leads to x_1 = 1 - 1e-7; there the free energy leaves that of the paramagnet as (T_c - T)^2."""
    network = DenseHebbian(P)
    T_c = spin_glass_temperatures(network).T_c
    s, free = glass(network, 1.0, T_c * (1.0 + beside), 1), solve(network, 1.0, T_c * (1.0 + beside), "paramagnetic")
    assert s.status is Status.CONVERGED
    assert 1.0 - s.x_levels[0] == pytest.approx(max(-beside, 0.0) * T_c * _slope_of_x(P), rel=0.05, abs=1e-9)
    assert -1e-14 <= s.free_energy - free.free_energy < 2.0 * T_c * beside**2 + 1e-14


def _slope_of_x(P):
    network = DenseHebbian(P)
    T_c = spin_glass_temperatures(network).T_c
    return (1.0 - glass(network, 1.0, T_c * (1.0 - 1e-3), 1).x_levels[0]) / (1e-3 * T_c)


# ---- which branch ----


@pytest.mark.parametrize(
    ("terms", "T", "f", "q1"),
    [({2: 1.0, 5: 1.0}, 0.84, -1.175314995, 0.887), ({2: 1.0, 4: 1.0}, 0.92, -1.180994917, 0.699)],
)
@pytest.mark.parametrize("k", [1, 2])
def test_of_two_glasses_the_one_of_larger_free_energy(terms, T, f, q1, k):
    s = glass(SpinGlass(terms), 1.0, T, k)
    assert s.free_energy == pytest.approx(f, abs=1e-8 if k == 1 else 3e-6)
    assert s.free_energy >= f - 1e-9
    assert s.q_EA == pytest.approx(q1, abs=1e-3)
    assert solve(SpinGlass(terms), 1.0, T, "equilibrium", RSB(k)).free_energy == s.free_energy


@pytest.mark.parametrize("terms", [{2: 1.0, 5: 1.0}, {2: 1.0, 4: 1.0}, {2: 1.0, 7: 2.0}])
def test_a_glass_does_not_depend_on_the_way_to_it(terms):
    network = SpinGlass(terms)
    path = np.linspace(0.6, 0.95, 8)
    scanned = [s for s in glassy.scan(network, 1.0, path, "spin_glass", RSB(1)) if s.status.ok]
    for s in scanned:
        alone = glass(network, 1.0, s.T, 1)
        assert alone.free_energy >= s.free_energy - 1e-10


def test_a_glass_with_q0_positive_at_one_step_and_zero_with_more():
    network = SpinGlass({2: 6.0, 3: 4.0, 4: 1.0})
    f = [glass(network, 1.0, 0.0, k) for k in (1, 2, 3)]
    assert all(s.status is Status.CONVERGED for s in f)
    assert f[0].q_levels[0] > 0.03
    assert f[1].q_levels[0] == 0.0
    assert f[1].replicons[0] > 0.0
    assert f[0].free_energy < f[1].free_energy < f[2].free_energy


def test_ground_states_of_a_binomial_mixture():
    network = SpinGlass({2: 15.0, 3: 20.0, 4: 15.0, 5: 6.0, 6: 1.0})  # (1/2)[(1+q)^6 - 1 - 6q], independent quadrature
    assert glass(network, 1.0, 0.0, 2).free_energy == pytest.approx(-6.174511555035, abs=2e-12)


@pytest.mark.parametrize(
    ("network", "load"), [(DenseHebbian(2), 0.002190739047489135), (DenseHebbian(2, SELF), 0.0043328215318596715)]
)
def test_a_saddle_that_no_start_finds_is_carried_from_elsewhere(network, load):
    f = [glass(network, load, 0.0, k) for k in (1, 2, 3)]
    assert all(s.status is Status.CONVERGED for s in f)
    assert f[0].free_energy < f[1].free_energy < f[2].free_energy
    assert f[2].free_energy - f[1].free_energy < 0.5 * (f[1].free_energy - f[0].free_energy)


def test_no_glass_far_above_every_onset():
    for P in (3, 6, 12):
        for T in (2.0, 100.0, 1e6):
            assert glass(DenseHebbian(P), 1.0, T, 1).status is Status.LEFT_PHASE


# ---- the random energy model ----


@pytest.mark.parametrize("P", [40, 55, 72, 100, 200])
@pytest.mark.parametrize("T", [0.0, 0.05, 0.3, 0.59])
def test_large_P_is_the_random_energy_model(P, T):
    s = glass(DenseHebbian(P), 1.0, T, 1)
    assert s.status is Status.CONVERGED
    assert s.free_energy == pytest.approx(-REM, abs=1e-10)
    assert s.y_levels[0] == pytest.approx(2.0 * REM, abs=1e-8)


@pytest.mark.parametrize("P", [40, 100, 200])
def test_the_states_of_large_P_above_T_c(P):
    s = glass(DenseHebbian(P), 1.0, 0.62, 1)  # Sigma = ln 2 - f^2/load of the dominant states, f = -1/(2T)
    assert s.complexity == pytest.approx(math.log(2.0) - 0.25 / 0.62**2, abs=1e-9)


@pytest.mark.parametrize(("P", "E"), [(20, 0.83255457), (34, 0.83255461)])
def test_published_ground_states_of_the_p_spin_glass(P, E):
    assert glass(DenseHebbian(P), 1.0, 0.0, 1).free_energy == pytest.approx(-E, abs=1e-8)


def test_published_two_step_ground_state_of_the_SK_model():
    assert glass(SK, 1.0, 0.0, 2).free_energy == pytest.approx(-0.7636080105, abs=1e-10)


@pytest.mark.parametrize("P", [30, 40])
def test_equations_of_large_covariances_are_judged_in_their_units(P):
    network = DenseHebbian(P, SELF)
    s = glass(network, 1.0, 0.0, 1)
    assert s.status is Status.CONVERGED
    assert s.residual < 1e-12


# ---- units ----


@pytest.mark.parametrize("scale", [1e-20, 1e-6, 1e6, 1e20])
@pytest.mark.parametrize("ansatz", [glassy.RS(), RSB(1), RSB(2), FullRSB(4)], ids=repr)
def test_a_glass_in_other_units(scale, ansatz):
    for network, T in ((DenseHebbian(3), 0.2), (SpinGlass({1: 0.1, 4: 1.0}), 0.3), (DenseHebbian(4, SELF), 0.0)):
        one = glass(network, 1.0, T, ansatz)
        other = glass(network, scale**2, scale * T, ansatz)
        assert other.status is one.status
        assert other.free_energy == pytest.approx(scale * one.free_energy, rel=1e-12)
        assert other.local_susceptibility == pytest.approx(one.local_susceptibility / scale, rel=1e-9)
        assert other.q_levels == pytest.approx(one.q_levels, rel=1e-9)
        assert other.entropy == pytest.approx(one.entropy, abs=1e-11)
        assert (other.load, other.T) == (scale**2, scale * T)


# ---- everywhere ----


WILD = """
import numpy as np
from glassy import DenseHebbian, SpinGlass
from glassy.theory.rsb.equations import Problem

rng, inside = np.random.default_rng(5), 0
for _ in range(1500):
    P, k, T = int(rng.choice([2, 3, 12, 200])), int(rng.integers(1, 4)), float(rng.choice([0.0, 1e-9, 0.3, 50.0]))
    network = DenseHebbian(P) if rng.random() < 0.7 else SpinGlass({1: 0.1, 2: 1.0, P: 1.0})
    has_m = bool(rng.random() < 0.3) and network.has_signal
    problem = Problem(network, float(10.0 ** rng.uniform(-8.0, 3.0)), T, k, has_m, has_m or bool(rng.random() < 0.7))
    u = rng.standard_normal(problem.size) * float(rng.choice([1.0, 5.0, 30.0, 200.0]))
    if has_m:
        u[0] = rng.uniform(0.0, 1.0)
    F = problem.equations(u)
    if F is not None:
        problem.jacobian(u, F)
        inside += 1
    assert problem.equations(np.where(rng.random(u.size) < 0.5, np.nan, u) * np.nan) is None
print(inside)
"""


@pytest.mark.slow
def test_wild_levels_stay_inside_the_arrays_of_the_kernels(tmp_path):
    checked = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", WILD], env=checked, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 500


@pytest.mark.parametrize(
    ("ansatz", "calls"), [("RS", 60), ("RSB(1)", 20), ("RSB(2)", 8), pytest.param("RSB(3)", 4, marks=pytest.mark.slow)]
)
def test_seeded_calls_over_the_whole_domain(ansatz, calls):
    found = [judge(seed, ansatz) for seed in range(70_000, 70_000 + calls)]
    assert not [f for f in found if f[1] in ("RAISED", "NOT_CONVERGED") or f[2]]


def test_the_judge_of_seeded_calls_sees_a_wrong_number(monkeypatch):
    real = glassy.solve

    def bent(network, load, T, phase, *rest, **more):
        s = real(network, load, T, phase, *rest, **more)
        return replace(s, free_energy=s.free_energy * (1.0 + 0.3 * math.sin(1e6 * T))) if s.status.ok else s

    monkeypatch.setattr(glassy, "solve", bent)
    assert any(judge(seed, "RS")[2] for seed in range(70_000, 70_080))
