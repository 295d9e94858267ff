"""Pieces of the sweep, hard corners, and levels that are about to merge: the search must know where to look."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from glassy import RSB, DenseHebbian, SpinGlass, Status, solve
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.functional import Levels
from glassy.theory.rsb.kernels import between, wishart_work

SK = SpinGlass({2: 1.0})


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


@pytest.mark.slow
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
        assert s / (slope * one.local_susceptibility) == pytest.approx(0.745, abs=0.02)
        assert two.y_levels[1] * s == pytest.approx(1.06, abs=0.01)
        assert two.local_susceptibility / one.local_susceptibility == pytest.approx(0.236, abs=0.003)


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
    assert (1 - s.local_susceptibility) / math.sqrt(load) == pytest.approx(1.33, abs=0.11)
    assert s.q_levels == pytest.approx((0.27, 0.65), abs=0.05)


@pytest.mark.parametrize("T", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("network", [SK, SpinGlass({3: 1.0}), DenseHebbian(4, "self-interacting")], ids=repr)
def test_field_distribution_is_normalised_and_gives_the_overlap(network, k, T):
    s = solve(network, 1.0, T, "spin_glass", RSB(k))
    h = np.linspace(-25.0, 25.0, 20001)
    p = s.field_distribution(h)
    assert trapezoid(p, h) == pytest.approx(1.0, abs=1e-9 if T else 2e-6)  # at T = 0 the density has a kink
    if T > 0.0:
        assert trapezoid(p * np.tanh(h / T) ** 2, h) == pytest.approx(s.q_EA, abs=1e-9)
    else:
        assert 2.0 * p[10000] == pytest.approx(s.local_susceptibility, rel=1e-9)


def test_of_several_saddles_the_largest_free_energy():
    """q^2 and q^4 together: x(q) jumps, and a new level may sit on either side of the jump."""
    mixture, T = SpinGlass({2: 0.5087054, 4: 0.2660116}), 0.259
    f = [solve(mixture, 1.0, T, "spin_glass", RSB(k)).free_energy for k in (1, 2, 3)]
    assert f == sorted(f)
    s = solve(mixture, 1.0, T, "spin_glass", RSB(3))
    assert s.q_levels == pytest.approx((0.0734, 0.2400, 0.8555, 0.9418), abs=2e-4)  # two levels below the jump
    other = solve(mixture, 1.0, 0.9 * T, "spin_glass", RSB(3))
    assert solve(mixture, 1.0, T, "spin_glass", RSB(3), start=other).free_energy == pytest.approx(s.free_energy, abs=1e-11)
