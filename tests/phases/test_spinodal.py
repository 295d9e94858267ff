"""Boundaries at RS: the spinodal as a turning point (R.5c), the AT line (S.1)."""

import math
from itertools import pairwise

import numpy as np
import pytest
from published import AGS_CAPACITY, AGS_CAPACITY_M

from glassy import RSB, DenseHebbian, InputError, PhaseError, Status, at_line, solve, spin_glass_temperatures, spinodal

KINDS = ("distinct", "self-interacting")
NETWORKS = [DenseHebbian(P, k) for P in (2, 3, 4, 5, 8) for k in KINDS]


def test_published_capacity_of_the_hopfield_network():
    for kind in KINDS:
        end = spinodal(DenseHebbian(2, kind), T=0.0)
        assert end.load == pytest.approx(AGS_CAPACITY, abs=5e-10)
        assert end.m == pytest.approx(AGS_CAPACITY_M, abs=5e-4)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
@pytest.mark.parametrize("T", [0.0, 0.05, 0.4])
def test_two_saddles_merge_at_the_spinodal(network, T):
    end = spinodal(network, T)
    assert end.residual <= 1e-12
    below = solve(network, end.load * (1 - 1e-10), T)
    assert below.m == pytest.approx(end.m, abs=1e-4)  # m - m_s grows as the square root of the distance
    assert below.m > end.m
    assert solve(network, end.load * (1 + 1e-9), T, strict=False).status is Status.LEFT_PHASE


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_spinodal_is_continuous_into_T0(network):
    zero = spinodal(network, 0.0)
    for T, gap in ((1e-3, 1e-3), (1e-6, 1e-6), (1e-9, 1e-9)):
        assert spinodal(network, T).load == pytest.approx(zero.load, rel=2 * gap)


def test_P2_spinodal_reaches_T1_at_zero_load_and_reenters_at_low_T():
    assert spinodal(DenseHebbian(2), 0.999).load < 1e-6
    assert spinodal(DenseHebbian(2), 1.0, strict=False).status is Status.NO_BOUNDARY
    loads = [spinodal(DenseHebbian(2), T).load for T in (0.0, 0.005, 0.01)]
    assert max(loads) > loads[0]  # the small re-entrance of RS


def test_large_P_spinodal_is_found():
    for P in (12, 20, 40):
        end = spinodal(DenseHebbian(P), 0.1)
        assert end.status is Status.CONVERGED
        assert solve(DenseHebbian(P), 0.999 * end.load, 0.1).m > end.m


def test_no_retrieval_above_curie_weiss():
    with pytest.raises(PhaseError, match="it ends at T=0.8"):
        spinodal(DenseHebbian(3), 0.9)
    assert math.isnan(spinodal(DenseHebbian(3), 0.9, strict=False).load)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
@pytest.mark.parametrize("fraction", [0.3, 0.9])
def test_replicon_vanishes_on_the_AT_line(network, fraction):
    load = fraction * spinodal(network, 0.0).load
    line = at_line(network, load)
    assert line.T == max(line.roots)
    for T in line.roots:
        s = solve(network, load, T)
        scale = 1.0 if T > 1e-6 else 1e-3
        assert abs(s.replicon) < 1e-7 / scale
        assert solve(network, load, 1.01 * T).replicon > 0.0 > solve(network, load, 0.99 * T).replicon


@pytest.mark.slow
def test_all_roots_of_the_AT_line_are_found():
    """Sign changes of the replicon along a fine path in T are the roots, no more and no fewer."""
    for network, load in ((DenseHebbian(3), 0.3), (DenseHebbian(4), 0.42), (DenseHebbian(3, "self-interacting"), 0.2)):
        T = np.geomspace(1e-4, 0.8, 1500)
        signs = [(t, s.replicon > 0.0) for t in T if (s := solve(network, load, t, strict=False)).status.ok]
        changes = [(a[0], b[0]) for a, b in pairwise(signs) if a[1] != b[1]]
        roots = at_line(network, load, strict=False).roots
        assert len(roots) == len(changes)
        for (low, high), root in zip(changes, roots, strict=True):
            assert low <= root <= high


def test_AT_line_of_the_paramagnet():
    assert at_line(DenseHebbian(2), 0.09, "paramagnetic").T == pytest.approx(1.3)
    assert at_line(DenseHebbian(4, "self-interacting"), 0.12, "paramagnetic").T == pytest.approx(math.sqrt(0.36))
    line = at_line(DenseHebbian(3, "self-interacting"), 0.2, "paramagnetic")
    assert solve(DenseHebbian(3, "self-interacting"), 0.2, line.T * 1.0001, "paramagnetic").replicon > 0.0
    assert solve(DenseHebbian(3, "self-interacting"), 0.2, line.T * 0.9999, "spin_glass").replicon < 0.0
    with pytest.raises(PhaseError, match="no AT line"):
        at_line(DenseHebbian(3), 0.2, "paramagnetic")


def test_AT_line_meets_the_spinodal_on_the_nishimori_line():
    """B.1: at load = T = t_d^2 the RS spinodal, the AT line and the Nishimori line meet (P = 3, t_d from RS)."""
    from scipy.optimize import brentq

    network = DenseHebbian(3)
    T = brentq(lambda t: spinodal(network, t).load - t, 0.3, 0.6, xtol=1e-12)
    end = spinodal(network, T)
    assert end.m == pytest.approx(end.q_levels[0], abs=1e-6)
    assert at_line(network, T * (1 - 1e-7)).T == pytest.approx(T, abs=2e-3)


def test_bad_input():
    with pytest.raises(InputError, match="load must be > 0"):
        at_line(DenseHebbian(3), 0.0)
    with pytest.raises(InputError, match="T must be"):
        spinodal(DenseHebbian(3), -1.0)
    with pytest.raises(InputError, match="phase must be"):
        at_line(DenseHebbian(3), 0.1, "equilibrium")


@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4)], ids=repr)
def test_RSB1_spinodal_joins_that_of_RS_on_the_nishimori_line(network):
    """Just below T = t_d^2 the steps live in a sliver of load: found, and closer to B.1 than RS; above it RS is stable."""
    t_d2 = spin_glass_temperatures(network).T_d ** 2
    for gap in (0.1, 0.03, 0.01):
        T = (1.0 - gap) * t_d2
        one, rs = spinodal(network, T, RSB(1)), spinodal(network, T)
        assert one.status is Status.CONVERGED
        assert one.load > rs.load
        assert 0.0 < t_d2 - one.load < 0.01 * gap
    assert spinodal(network, 1.001 * t_d2, RSB(1)).load == spinodal(network, 1.001 * t_d2).load


def test_a_break_of_1e_4_is_resolved():
    """P = 4 just below the Nishimori point."""
    s, rs = solve(DenseHebbian(4), 0.46024149, 0.46, "retrieval", RSB(1)), solve(DenseHebbian(4), 0.46024149, 0.46)
    assert s.status is Status.CONVERGED
    assert s.q_levels[1] - s.q_levels[0] == pytest.approx(6.1e-5, rel=0.02)
    assert rs.replicon < -1e-5 < s.replicon < 0.0
    assert abs(s.free_energy - rs.free_energy) < 1e-11


def test_boundaries_carry_their_residuals():
    for network in (DenseHebbian(3), DenseHebbian(4), DenseHebbian(5, "self-interacting")):
        assert spin_glass_temperatures(network).residual < 1e-9  # complexity at T_c, replicon at T_G
        assert at_line(network, 0.08).residual < 1e-6
        assert spinodal(network, 0.1, RSB(1)).residual < 1e-10


def test_full_rsb_spinodal_at_positive_temperature():
    from glassy import FullRSB

    full, three = spinodal(DenseHebbian(3), 0.2, FullRSB(5)), spinodal(DenseHebbian(3), 0.2, RSB(3))
    assert three.load < full.load < spin_glass_temperatures(DenseHebbian(3)).T_d ** 2
    assert 0.0 < full.load.error < 1e-5
    assert spinodal(DenseHebbian(3), 0.6, FullRSB(5)).load == spinodal(DenseHebbian(3), 0.6).load


@pytest.mark.parametrize("part", [0.999, 0.993, 0.98, 0.95])
def test_more_steps_never_lower_the_spinodal(part):
    """Just below the Nishimori point a second step is lost in rounding: COLLAPSED or a little above, never a false fold."""
    network = DenseHebbian(4)
    T = part * spin_glass_temperatures(network).T_d ** 2
    one, two = spinodal(network, T, RSB(1)), spinodal(network, T, RSB(2))
    assert one.load * (1 - 1e-12) <= two.load < spin_glass_temperatures(network).T_d ** 2


def test_a_start_of_another_network_is_refused():
    other = spinodal(DenseHebbian(3), 0.2, RSB(1))
    with pytest.raises(InputError, match="start must be of DenseHebbian"):
        spinodal(DenseHebbian(4), 0.2, RSB(1), start=other)
    with pytest.raises(InputError, match="and RSB"):
        spinodal(DenseHebbian(3), 0.2, RSB(2), start=other)
