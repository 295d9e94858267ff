"""Replica symmetry breaking: R.1-R.4, R.1a, R.4a, R.6, S.1 against independent code, functional and gradient, and limits."""

import math

import numpy as np
import pytest
from oracle import OneStep

from glassy import RSB, DenseHebbian, FullRSB, SpinGlass, Status, solve, spinodal
from glassy.theory.rsb.functional import Levels, evaluate
from glassy.theory.solution import levels_of

SK = SpinGlass({2: 1.0})
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


@pytest.mark.parametrize("T", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("network", [DenseHebbian(P, k) for P in (2, 3, 4) for k in ("distinct", "self-interacting")], ids=repr)
def test_k0_is_RS(network, T):
    load = 0.6 * spinodal(network, T).load
    s = solve(network, load, T)
    at = evaluate(network, load, T, Levels(s.m, (), s.local_susceptibility, ()))
    assert (at.free_energy, at.energy, at.m, at.C) == pytest.approx(
        (s.free_energy, s.energy, s.m, s.local_susceptibility), abs=1e-13
    )
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
