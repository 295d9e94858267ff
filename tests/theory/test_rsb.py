"""Replica symmetry breaking: R.1-R.4, R.1a, R.4a, R.6, R.7, S.1 against oracles, limits, laws and published values."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import OneStep
from published import (
    AGS_CAPACITY,
    P_SPIN_3,
    SK_1RSB_ENERGY,
    SK_FULL_ENERGY,
    SK_RS_ENERGY,
    STEFFAN_KUEHN_1RSB,
)

import glassy
from glassy import RS, RSB, ConvergenceError, DenseHebbian, FullRSB, InputError, PhaseError, SpinGlass, Status, solve, spinodal
from glassy.theory.rsb.equations import Levels, Problem, evaluate, levels_of
from glassy.theory.rsb.kernels import between, wishart_work

SK = SpinGlass({2: 1.0})
P3 = SpinGlass({3: 1.0})
# a saddle of every kind: retrieval and glass, P = 2, 3, 4, both interactions
POINTS = [
    (DenseHebbian(2), 0.137, 0.005, "retrieval"),
    (DenseHebbian(2, "self-interacting"), 0.1, 0.3, "spin_glass"),
    (DenseHebbian(3), 0.42, 0.1, "retrieval"),
    (DenseHebbian(3), 0.4, 0.1, "spin_glass"),
    (DenseHebbian(3, "self-interacting"), 0.1, 0.1, "spin_glass"),
    (DenseHebbian(4), 0.42, 0.1, "retrieval"),
    (DenseHebbian(4, "self-interacting"), 0.1, 0.2, "spin_glass"),
    (SK, 1.0, 0.4, "spin_glass"),
]
IDS = [f"{n!r}-{phase}" for n, _, _, phase in POINTS]


# ---- against independent code ----


@pytest.mark.slow
@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS[:-1], ids=IDS[:-1])
def test_R1_to_R4_at_k1_against_nested_quad(network, load, T, phase):
    s = solve(network, load, T, phase, RSB(1))
    kind = "distinct" if network.interactions == "distinct" else "self"
    slow = OneStep(network.P, kind, load, 1 / T, s.m, *s.q_levels, *s.x_levels)
    shift = load / 2 if network.P == 2 and network.interactions == "distinct" else 0.0
    assert -T * slow.minus_beta_f() + shift == pytest.approx(s.free_energy, abs=1e-9)
    assert slow.mismatch() == pytest.approx((0.0,) * 4, abs=1e-9)


def test_the_oracle_can_fail():
    s = solve(DenseHebbian(3), 0.4, 0.1, "spin_glass", RSB(1))
    slow = OneStep(3, "distinct", 0.4, 1.05 / 0.1, s.m, *s.q_levels, *s.x_levels)
    assert max(map(abs, slow.mismatch())) > 1e-4


# ---- the functional and its gradient ----


def _arrays(levels, T):
    return np.array([levels.m, *levels.q, levels.C, *levels.y])


def _levels(v, k):
    return Levels(v[0], tuple(v[1 : 1 + k]), v[1 + k], tuple(v[2 + k :]))


def gradient(network, load, T, levels):
    """The exact gradient of f in (m, q_0 .. q_{k-1}, C, y) from one evaluation: R.4 times what multiplies it (P > 2)."""
    at = evaluate(network, load, T, levels)
    k, P, y = levels.k, network.P, (0.0, *levels.y, 1.0 / T)
    m = 0.5 * P * (P - 1) * levels.m ** (P - 2) * (levels.m - at.m) if levels.m else 0.0
    q = [0.5 * (y[i + 1] - y[i]) * at.slope[i] * (at.t2[i] - at.q[i]) for i in range(k + 1)]
    return np.array([m, *q[:-1], -T * q[-1], *(at.work[i] - at.gain[i] / levels.y[i - 1] for i in range(1, k + 1))])


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4, "self-interacting"), SK], ids=repr)
def test_gradient_is_the_derivative_of_the_functional(network, k):
    load, T = 0.4, 0.3
    v = np.array([0.8 if network.has_signal else 0.0, *np.linspace(0.3, 0.7, k), 0.4, *np.linspace(0.6, 1.8, k)])
    exact = gradient(network, load, T, _levels(v, k))
    first = 0 if network.has_signal else 1
    for i in range(first, v.size):
        d = 1e-4 * np.eye(v.size)[i]
        f = [evaluate(network, load, T, _levels(v + c * d, k)).free_energy for c in (-2, -1, 1, 2)]
        assert (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / 12e-4 == pytest.approx(exact[i], abs=1e-9)


@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS, ids=IDS)
@pytest.mark.parametrize("k", [1, 2])
def test_saddle_is_stationary_in_every_parameter(network, load, T, phase, k):
    s = solve(network, load, T, phase, RSB(k))
    assert s.status is Status.CONVERGED
    assert s.residual <= 1e-10
    levels = levels_of(s)
    v = _arrays(levels, T)
    if not network.wishart:
        assert np.abs(gradient(network, load, T, levels)).max() < 1e-10
    for i in range(0 if s.m else 1, v.size):
        if v[i] == 0.0:
            continue  # q_0 = 0 by symmetry
        room = 0.2 * min(1.0, *(x for x in np.diff(s.q_levels) / max(v[i], 1e-3)), (1 - s.q_EA) / v[i] if i <= k else 1.0)
        d = 0.02 * room * v[i] * np.eye(v.size)[i]
        f = [evaluate(network, load, T, _levels(v + c * d, k)).free_energy for c in (-2, -1, 1, 2)]
        slope = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * d[i])
        curvature = abs(f[1] - 2 * s.free_energy + f[2]) / d[i] ** 2
        assert abs(slope) < 1e-9 / abs(d[i]) * 1e-3 + 1e-6 * curvature * v[i]


@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS, ids=IDS)
@pytest.mark.parametrize("ansatz", [RSB(1), RSB(2)], ids=repr)
def test_thermodynamics(network, load, T, phase, ansatz):
    """e = d(beta f)/d beta and s = -df/dT along the saddle, and s = beta (e - f)."""
    s = solve(network, load, T, phase, ansatz)
    assert (s.energy - s.free_energy) / T == pytest.approx(s.entropy, abs=1e-11 / T)
    d = 1e-3 * T
    near = [solve(network, load, T + c * d, phase, ansatz, start=s) for c in (-2, -1, 1, 2)]
    slope = (near[0].free_energy - 8 * near[1].free_energy + 8 * near[2].free_energy - near[3].free_energy) / (12 * d)
    assert -slope == pytest.approx(s.entropy, abs=2e-7)
    bf = [n.free_energy / n.T for n in near]
    beta = [1 / n.T for n in near]
    fit = np.polynomial.Polynomial.fit(beta, bf, 3).deriv()(1 / T)
    assert fit == pytest.approx(s.energy, abs=2e-6)


# ---- limits ----


@pytest.mark.parametrize("T", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("network", [DenseHebbian(P, k) for P in (2, 3, 4) for k in ("distinct", "self-interacting")], ids=repr)
def test_k0_is_RS(network, T):
    load = 0.6 * spinodal(network, T).load
    s = solve(network, load, T)
    at = evaluate(network, load, T, Levels(s.m, (), s.susceptibility, ()))
    assert (at.free_energy, at.energy, at.m, at.C) == pytest.approx((s.free_energy, s.energy, s.m, s.susceptibility), abs=1e-13)
    assert at.entropy == pytest.approx(s.entropy, abs=1e-12)
    if T:
        assert 1 - at.slope[0] * at.c2[0] / T == pytest.approx(s.replicon, abs=1e-12)


@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS, ids=IDS)
def test_merged_levels_are_fewer_levels(network, load, T, phase):
    s = solve(network, load, T, phase, RSB(1))
    one = levels_of(s)
    (q0,), (y,) = one.q, one.y
    for two in (
        Levels(one.m, (q0, q0), one.C, (0.6 * y, y)),  # q_0 = q_1
        Levels(one.m, (q0, s.q_EA), one.C, (y, 1.5 * y)),  # q_1 = q_2
        Levels(one.m, (q0, 0.5 * (q0 + s.q_EA)), one.C, (y, y)),  # x_1 = x_2
    ):
        at = evaluate(network, load, T, two)
        assert (at.free_energy, at.energy, at.entropy) == pytest.approx((s.free_energy, s.energy, s.entropy), abs=1e-11)


@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS, ids=IDS)
def test_collapse_to_RS(network, load, T, phase):
    """x -> 0: RS at q_1; x -> 1 and m, q_0: RS at q_0; q_0 = q_1: RS."""
    s = solve(network, load, T, phase, RSB(1))
    m, (q0, q1) = s.m, s.q_levels
    rs = lambda q: evaluate(network, load, T, Levels(m, (), (1 - q) / T, ())).free_energy  # noqa: E731
    one = lambda a, b, x: evaluate(network, load, T, Levels(m, (a,), (1 - b) / T, (x / T,))).free_energy  # noqa: E731
    small = [one(q0, q1, x) for x in (2e-3, 1e-3)]
    assert 2 * small[1] - small[0] == pytest.approx(rs(q1), abs=5e-6)
    if not math.isnan(rs(q0)):  # P = 2 needs beta (1 - q_0) < 1
        assert one(q0, q1, 1.0 - 1e-12) == pytest.approx(rs(q0), abs=1e-10)
    assert one(q1, q1, 0.4) == pytest.approx(rs(q1), abs=1e-12)


@pytest.mark.parametrize(("network", "load", "T", "phase"), [p for p in POINTS if p[3] == "spin_glass"])
def test_free_energy_grows_with_depth(network, load, T, phase):
    """At m = 0 deeper breaking maximises f over more parameters, so f grows with k, towards full RSB."""
    f = [solve(network, load, T, phase, RSB(k)).free_energy for k in (1, 2, 3)]
    rs = [s for s in [solve(network, load, T, phase, strict=False)] if s.status.ok]
    assert all(b >= a - 1e-13 for a, b in zip([*(s.free_energy for s in rs), *f], f, strict=False))
    full = solve(network, load, T, phase, FullRSB(6))
    if full.status is Status.CONVERGED:
        assert full.free_energy + full.free_energy.error >= f[-1]


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS, ids=IDS)
def test_S1_replicon_is_the_curvature(network, load, T, phase, k):
    """Split q_i by d: the functional's derivative in the split off level, per d, is -replicon (finite differences)."""
    s = solve(network, load, T, phase, RSB(k))
    levels = levels_of(s)
    for i in range(k + 1):
        if s.q_levels[i] == 0.0:
            continue
        d = 1e-3 * min(s.q_levels[i] - (s.q_levels[i - 1] if i else 0.0), (s.q_levels[i + 1] if i < k else 1.0) - s.q_levels[i])
        for side in (-1, 1):
            D = []
            for c in (d, 2 * d):
                q, y = list(s.q_levels), list(levels.y)
                j = i if side < 0 else i + 1
                q.insert(j, s.q_levels[i] + side * c)
                y.insert(i, (y[i - 1] if i else 1e-9) if side < 0 else (y[i] if i < k else 1 / T))  # the step it lies on
                at = evaluate(network, load, T, Levels(s.m, tuple(q[:-1]), (1 - q[-1]) / T, tuple(y)))
                D.append(at.t2[j] - q[j])
            assert -side * (4 * D[0] - D[1]) / (2 * d) == pytest.approx(s.replicons[i], abs=2e-5)


@pytest.mark.parametrize(("network", "load", "T", "phase"), POINTS, ids=IDS)
def test_two_grids_give_the_same_digits(network, load, T, phase):
    levels = levels_of(solve(network, load, T, phase, RSB(2)))
    coarse, fine = (evaluate(network, load, T, levels, fine=f) for f in (1.0, 1.7))
    for name in ("free_energy", "energy", "entropy", "m", "C", "t2", "c2", "gain"):
        assert getattr(coarse, name) == pytest.approx(getattr(fine, name), abs=1e-11), name


@pytest.mark.parametrize(("network", "load", "phase"), [(n, load, phase) for n, load, _, phase in POINTS], ids=IDS)
@pytest.mark.parametrize("k", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_R6_zero_temperature_is_the_limit(network, load, phase, k):
    zero = solve(network, load, 0.0, phase, RSB(k), strict=False)
    if not zero.status.ok:
        assert phase == "retrieval"  # beyond the spinodal at T = 0
        return
    assert zero.q_EA == 1.0
    assert zero.energy == pytest.approx(zero.free_energy, abs=1e-12)
    for T in (1e-3, 1e-4):
        s = solve(network, load, T, phase, RSB(k))
        assert s.free_energy == pytest.approx(zero.free_energy - T * zero.entropy, abs=10 * T * T + 1e-11)
        assert s.y_levels == pytest.approx(zero.y_levels, rel=100 * T + 2 * T * zero.y_levels[-1])
        assert s.m == pytest.approx(zero.m, abs=10 * T)


# ---- published values ----


def test_SK_ground_state_at_every_depth():
    assert solve(SK, 1.0, 0.0, "spin_glass").energy == pytest.approx(SK_RS_ENERGY, abs=1e-12)
    assert solve(SK, 1.0, 0.0, "spin_glass", RSB(1)).energy == pytest.approx(SK_1RSB_ENERGY, abs=1e-4)
    full = solve(SK, 1.0, 0.0, "spin_glass", FullRSB(10))
    assert full.energy == pytest.approx(SK_FULL_ENERGY, abs=2e-8)
    assert abs(full.energy - SK_FULL_ENERGY) <= full.energy.error < 1e-7
    assert abs(full.entropy) <= 2 * full.entropy.error  # zero at T = 0, as it must be


def test_p_spin_glass_temperatures():
    for network in (P3, DenseHebbian(3)):
        t = glassy.spin_glass_temperatures(network)
        for name, value in P_SPIN_3.items():
            assert getattr(t, name) == pytest.approx(value, abs=5e-4)
    scaled = glassy.spin_glass_temperatures(DenseHebbian(3), load=0.25)
    assert (scaled.T_d, scaled.T_c, scaled.T_G) == pytest.approx((t.T_d / 2, t.T_c / 2, t.T_G / 2), rel=1e-12)


def test_glass_temperatures_are_what_they_say():
    network = DenseHebbian(4)
    t = glassy.spin_glass_temperatures(network)
    glass = lambda T: solve(network, 1.0, T, "spin_glass", RSB(1), strict=False)  # noqa: E731
    assert glass(1.0001 * t.T_d).status is Status.LEFT_PHASE
    between_ = glass(0.5 * (t.T_d + t.T_c))
    assert between_.x_levels == (1.0,)
    assert between_.complexity > 0.0
    assert between_.free_energy == pytest.approx(solve(network, 1.0, between_.T, "paramagnetic").free_energy, abs=1e-12)
    assert glass(0.999 * t.T_c).x_levels[0] < 1.0
    assert glass(1.001 * t.T_c).complexity == pytest.approx(0.0, abs=2e-3)
    assert glass(1.01 * t.T_G).replicon > 0.0 > glass(0.99 * t.T_G).replicon
    assert solve(network, 1.0, 1.001 * t.T_c, "equilibrium", RSB(1)).phase == "paramagnetic"
    assert solve(network, 1.0, 0.99 * t.T_c, "equilibrium", RSB(1)).phase == "spin_glass"


def test_continuous_onsets():
    assert glassy.spin_glass_temperatures(DenseHebbian(2), 0.04).T_c == pytest.approx(1.2)
    t = glassy.spin_glass_temperatures(DenseHebbian(4, "self-interacting"), 0.2)
    assert t.continuous
    assert t.T_c == pytest.approx(math.sqrt(0.6))
    assert not glassy.spin_glass_temperatures(DenseHebbian(6, "self-interacting")).continuous  # discontinuous comes first
    assert math.isnan(glassy.spin_glass_temperatures(DenseHebbian(3, "self-interacting")).T_c)


def test_random_energy_model_limit():
    """P -> infinity: T_c = 1/(2 sqrt(ln 2)), ground state -sqrt(ln 2), y = 2 sqrt(ln 2) at T = 0."""
    errors = []
    for P in (8, 14, 20):
        t = glassy.spin_glass_temperatures(DenseHebbian(P))
        s = solve(DenseHebbian(P), 1.0, 0.0, "spin_glass", RSB(1))
        errors.append((abs(t.T_c - 0.5 / math.sqrt(math.log(2))), abs(s.energy + math.sqrt(math.log(2)))))
    assert errors[-1] < (1e-6, 1e-6)
    assert errors[0] > errors[1] > errors[2]


def test_capacity_of_the_hopfield_network_beyond_RS():
    loads = [spinodal(DenseHebbian(2), 0.0, RSB(k)).load for k in (1, 2)]
    assert loads[0] == pytest.approx(STEFFAN_KUEHN_1RSB, abs=1e-6)
    assert 0.138187 < loads[1] < 0.138200
    assert loads[1] == pytest.approx(0.13819634, abs=1e-8)  # two grids and two starts agree on it (theory, section 8)
    assert loads[0] > AGS_CAPACITY


@pytest.mark.parametrize("P", [2, 3, 4])
def test_two_saddles_merge_at_the_RSB_spinodal(P):
    network = DenseHebbian(P)
    end = spinodal(network, 0.05, RSB(1))
    assert end.residual <= 1e-10
    below = solve(network, end.load * (1 - 1e-8), 0.05, ansatz=RSB(1))
    assert 0.0 < below.m - end.m < 3e-3
    assert solve(network, end.load * (1 + 1e-6), 0.05, ansatz=RSB(1), strict=False).status is Status.LEFT_PHASE


def test_spinodal_collapses_where_RS_is_stable():
    network = DenseHebbian(3)
    end = spinodal(network, 0.5, RSB(1))
    assert end.status is Status.COLLAPSED
    assert end.load == pytest.approx(spinodal(network, 0.5).load, abs=1e-12)


# ---- status and interface ----


@pytest.mark.parametrize("k", [1, 2, 4])
def test_collapsed_says_so_and_shows_it(k):
    network, load, T = DenseHebbian(4), 0.1, 0.3
    rs, s = solve(network, load, T), solve(network, load, T, ansatz=RSB(k))
    assert s.status is Status.COLLAPSED
    assert s.ansatz == RSB(k)
    assert s.x_levels == (1.0,) * k
    assert s.q_levels == (rs.q_EA,) * (k + 1)
    assert (s.m, s.free_energy, s.q_mean) == (rs.m, rs.free_energy, rs.q_mean)
    glass = solve(P3, 1.0, 0.4, "spin_glass", RSB(3))
    assert glass.status is Status.COLLAPSED
    assert glass.x_levels[0] < 1.0 == glass.x_levels[1] == glass.x_levels[2]
    assert solve(P3, 1.0, 0.4, "spin_glass", FullRSB()).status is Status.COLLAPSED


def test_solution_carries_what_it_should():
    s = solve(SK, 1.0, 0.4, "spin_glass", RSB(3))
    assert len(s.q_levels) == len(s.replicons) == 4
    assert len(s.x_levels) == len(s.y_levels) == 3
    assert s.x_levels == pytest.approx([s.T * y for y in s.y_levels])
    P = s.overlap_distribution
    assert sum(P.weight) == pytest.approx(1.0)
    assert s.q_mean == pytest.approx(P.mean)
    assert s.x([0.0, s.q_levels[0], s.q_levels[-1]]).tolist() == [0.0, s.x_levels[0], 1.0]
    h = np.linspace(-6, 6, 4001)
    p = s.field_distribution(h)
    assert np.trapezoid(p, h) == pytest.approx(1.0, abs=1e-10)
    assert np.trapezoid(p * np.tanh(h / s.T) ** 2, h) == pytest.approx(s.q_EA, abs=1e-10)
    assert "RSB(3)" in repr(s)
    assert "x=(" in repr(s)


def test_pseudogap_of_the_full_solution():
    """The local-field distribution at T = 0, h = 0 falls towards zero with k: 2 P(0) = C -> 0."""
    P0 = [solve(SK, 1.0, 0.0, "spin_glass", RSB(k)).field_distribution(np.array([0.0]))[0] for k in (1, 2, 3, 4)]
    assert all(b < 0.75 * a for a, b in pairwise(P0))


def test_full_RSB_density():
    s = solve(SK, 1.0, 0.5, "spin_glass", FullRSB(8))
    q, density, atom = s.overlap_distribution.density()
    assert (np.diff(q) > 0).all()
    assert (density > 0).all()
    assert atom == pytest.approx(1.0 - s.x_levels[-1])
    coarse = solve(SK, 1.0, 0.5, "spin_glass", FullRSB(5))
    assert abs(coarse.free_energy - s.free_energy) <= coarse.free_energy.error
    assert s.free_energy.error < 1e-8


def test_save_and_load(tmp_path):
    for ansatz in (RSB(2), FullRSB(4)):
        s = solve(SK, 1.0, 0.3, "spin_glass", ansatz)
        again = glassy.load(s.save(tmp_path / "s.npz"))
        assert again == s
        assert repr(again) == repr(s)


def test_scan_follows_a_path_and_agrees_with_single_points():
    T = np.linspace(0.5, 0.1, 9)
    path = glassy.scan(DenseHebbian(2), 0.1, T, "spin_glass", RSB(2))
    assert {s.status for s in path} == {Status.CONVERGED}
    for s in list(path)[::4]:
        assert solve(DenseHebbian(2), 0.1, s.T, "spin_glass", RSB(2)).free_energy == pytest.approx(s.free_energy, abs=1e-12)


def test_phases_that_do_not_exist():
    with pytest.raises(PhaseError, match="SpinGlass has no patterns"):
        solve(SK, 1.0, 0.5)
    assert solve(SK, 1.0, 1.1, "spin_glass", RSB(1), strict=False).status is Status.LEFT_PHASE
    assert solve(DenseHebbian(2), 0.2, 0.0, "retrieval", RSB(1), strict=False).status is Status.LEFT_PHASE
    with pytest.raises(PhaseError, match="RS spinodal is at load=0.1379"):
        solve(DenseHebbian(2), 0.2, 0.0, "retrieval", RSB(1))


def test_retrieval_beyond_the_RS_spinodal():
    """The load between the RS and the 1RSB capacity retrieves with replicas broken only."""
    s = solve(DenseHebbian(2), 0.1380, 0.0, "retrieval", RSB(1))
    assert solve(DenseHebbian(2), 0.1380, 0.0, strict=False).status is Status.LEFT_PHASE
    assert s.m == pytest.approx(0.9707, abs=1e-4)


def test_bad_input():
    for bad in (0, -1, 1.5, 31, True):
        with pytest.raises(InputError, match="k of RSB"):
            RSB(bad)
    with pytest.raises(InputError, match="steps"):
        FullRSB(3)
    with pytest.raises(InputError, match="ansatz must be"):
        solve(SK, 1.0, 0.3, "spin_glass", "1RSB")
    with pytest.raises(InputError, match="start must be"):
        solve(SK, 1.0, 0.3, "spin_glass", RSB(1), start=5)
    for bad in ({}, {0: 1.0}, {2: -1.0}, {2: math.nan}, {2: 0.0}, {201: 1.0}, 3, {1.5: 1.0}):
        with pytest.raises(InputError, match="SpinGlass|terms"):
            SpinGlass(bad)
    for f in (glassy.spinodal, glassy.simulate):
        with pytest.raises(InputError):
            f(SK, 0.1, 0.1) if f is glassy.spinodal else f(SK, 0.1, 0.1, 20, seed=1)
    assert issubclass(ConvergenceError, glassy.GlassyError)


def test_SpinGlass_is_the_noise_of_a_network():
    network, glass = DenseHebbian(4, "self-interacting"), SpinGlass({2: 3.0, 4: 1.0})
    for ansatz in (RS(), RSB(1)):
        a, b = (solve(n, 0.1, 0.2, "spin_glass", ansatz) for n in (network, glass))
        assert (a.free_energy, a.q_EA) == pytest.approx((b.free_energy, b.q_EA), abs=1e-14)


# ---- pieces ----


@given(st.integers(1, 30), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_between(n, p, q):
    exact = n * p ** (n - 1) if p == q else sum(p**j * q ** (n - 1 - j) for j in range(n))
    assert between(n, p, q) == pytest.approx(exact, rel=1e-13)


def test_wishart_work_is_smooth():
    w = np.array([0.0, 1e-9, 0.0199999, 0.0200001, 1.0])
    exact = [0.5, 0.5 - 2e-9 / 3, *((np.log1p(w[2:]) - w[2:] / (1 + w[2:])) / w[2:] ** 2)]
    assert [wishart_work(x) for x in w] == pytest.approx(exact, abs=1e-12)


def test_pack_and_unpack():
    problem = Problem(DenseHebbian(3), 0.4, 0.2, 2, has_m=True, has_q0=True)
    levels = Levels(0.9, (0.5, 0.8), 0.3, (0.7, 2.0))
    again, gaps = problem.unpack(problem.pack(levels))
    assert again.q == pytest.approx(levels.q)
    assert (again.m, again.C) == pytest.approx((levels.m, levels.C))
    assert again.y == pytest.approx(levels.y)
    assert gaps == pytest.approx(levels.gaps(0.2))
    assert problem.pack(Levels(0.9, (0.8, 0.5), 0.3, (0.7, 2.0))) is None


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from((2, 3, 4, 6, 12, 20)),
    st.sampled_from(("distinct", "self-interacting")),
    st.floats(-4.0, 1.0),
    st.one_of(st.just(-99.0), st.floats(-3.0, 0.7)),
    st.sampled_from(("retrieval", "spin_glass", "equilibrium")),
    st.sampled_from((1, 2)),
)
def test_hard_corners(P, kind, log_load, log_T, phase, k):
    """T from 0 to far above every transition, load from 1e-4 to 10: numbers that hold, or a status that says why not."""
    T = 0.0 if log_T < -50 else 10.0**log_T
    s = solve(DenseHebbian(P, kind), 10.0**log_load, T, phase, RSB(k), strict=False)
    assert s.status in (Status.CONVERGED, Status.COLLAPSED, Status.LEFT_PHASE, Status.NOT_CONVERGED)
    if s.status.ok:
        assert s.residual <= 1e-10
        assert not any(math.isnan(x) for x in (s.m, s.free_energy, s.energy, s.entropy, *s.q_levels, *s.x_levels))
        assert 0.0 <= s.q_levels[0] <= s.q_levels[-1] <= 1.0
        assert list(s.q_levels) == sorted(s.q_levels)
        assert list(s.x_levels) == sorted(s.x_levels)


# ---- where levels are about to merge, the search must know where to look ----


@pytest.mark.parametrize("distance", [0.05, 0.01, 0.005])
def test_onset_of_the_sk_glass(distance):
    """Just below T_c = 1 x(q) is linear, and 1RSB has q_0 = q_RS/3, q_1 = q_RS and x_1 = (4/3) q_RS, up to order q."""
    sk, T = SpinGlass({2: 1.0}), 1.0 - distance
    q = solve(sk, 1.0, T, "spin_glass").q_EA
    s = solve(sk, 1.0, T, "spin_glass", RSB(1))
    assert s.status is Status.CONVERGED
    assert (s.q_levels[0] / q, s.q_EA / q) == pytest.approx((1 / 3, 1.0), abs=0.7 * distance)
    assert s.x_levels[0] / q == pytest.approx(4 / 3, abs=4 * distance)


@pytest.mark.parametrize(("network", "T"), [(SpinGlass({3: 1.0}), 0.24), (DenseHebbian(4), 0.127)])
def test_onset_of_the_second_step(network, T):
    """0.1 % and 0.6 % below T_G: the new level is as close to the old one as the replicon is to 0, and removes it."""
    one, two = (solve(network, 1.0, T, "spin_glass", RSB(k)) for k in (1, 2))
    assert two.status is Status.CONVERGED
    assert -0.006 < one.replicon < 0.003 * one.replicon < two.replicon < 0
    assert 0 < two.q_levels[2] - two.q_levels[1] < abs(one.replicon)
    assert one.x_levels[0] < two.x_levels[1] < 1


def test_break_at_T0_is_universal_where_C_is_small():
    for P in (8, 10):
        one, two = (solve(DenseHebbian(P), 1.0, 0.0, "spin_glass", RSB(k)) for k in (1, 2))
        slope = P * (P - 1) / 2
        s = math.sqrt(slope * (1.0 - two.q_levels[1]))
        assert s / (slope * one.susceptibility) == pytest.approx(0.745, abs=0.02)
        assert two.y_levels[1] * s == pytest.approx(1.06, abs=0.01)
        assert two.susceptibility / one.susceptibility == pytest.approx(0.236, abs=0.003)


@pytest.mark.parametrize(("network", "load"), [(DenseHebbian(2), 0.02), (DenseHebbian(5), 0.1), (DenseHebbian(20), 0.38)])
def test_a_break_below_rounding_collapses(network, load):
    """Far inside the retrieval phase at T = 0 so few fields are small that breaking changes no digit."""
    s = solve(network, load, 0.0, ansatz=RSB(1))
    assert s.status is Status.COLLAPSED
    assert s.free_energy == solve(network, load, 0.0).free_energy


@pytest.mark.parametrize("load", [1e-4, 1e-3, 1e-2])
def test_hopfield_glass_at_small_load(load):
    """At P = 2, 1 - C is of order sqrt(load) and the levels tend to those of a load-free limit."""
    s = solve(DenseHebbian(2), load, 0.35, "spin_glass", RSB(1))
    assert s.status is Status.CONVERGED
    assert (1 - s.susceptibility) / math.sqrt(load) == pytest.approx(1.33, abs=0.11)
    assert s.q_levels == pytest.approx((0.27, 0.65), abs=0.05)


@pytest.mark.parametrize("T", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("network", [SK, SpinGlass({3: 1.0}), DenseHebbian(4, "self-interacting")], ids=repr)
def test_field_distribution_is_normalised_and_gives_the_overlap(network, k, T):
    s = solve(network, 1.0, T, "spin_glass", RSB(k))
    h = np.linspace(-25.0, 25.0, 20001)
    p = s.field_distribution(h)
    assert np.trapezoid(p, h) == pytest.approx(1.0, abs=1e-9 if T else 2e-6)  # at T = 0 the density has a kink
    if T > 0.0:
        assert np.trapezoid(p * np.tanh(h / T) ** 2, h) == pytest.approx(s.q_EA, abs=1e-9)
    else:
        assert 2.0 * p[10000] == pytest.approx(s.susceptibility, rel=1e-9)


def test_of_several_saddles_the_largest_free_energy():
    """q^2 and q^4 together: x(q) jumps, and a new level may sit on either side of the jump."""
    mixture, T = SpinGlass({2: 0.5087054, 4: 0.2660116}), 0.259
    f = [solve(mixture, 1.0, T, "spin_glass", RSB(k)).free_energy for k in (1, 2, 3)]
    assert f == sorted(f)
    s = solve(mixture, 1.0, T, "spin_glass", RSB(3))
    assert s.q_levels == pytest.approx((0.0734, 0.2400, 0.8555, 0.9418), abs=2e-4)  # two levels below the jump
    other = solve(mixture, 1.0, 0.9 * T, "spin_glass", RSB(3))
    assert solve(mixture, 1.0, T, "spin_glass", RSB(3), start=other).free_energy == pytest.approx(s.free_energy, abs=1e-11)
