"""Retrieval of RSB(k) at its edges: small loads, just below the AT line, and on both sides of its spinodal."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from glassy import RS, RSB, DenseHebbian, Status, solve, spinodal
from glassy.theory.rsb.fold import Branch, descended

# ---- small loads, T = 0 ----


@pytest.mark.parametrize("interactions", ["distinct", "self-interacting"])
@pytest.mark.parametrize("P", [2, 3, 5, 12, 40, 200])
@pytest.mark.parametrize("T", [0.0, 1e-12, 1e-5])
def test_a_break_below_rounding_is_none(P, interactions, T):
    """The probability of a wrong spin, and with it C and the gap of a step, underflows at small load."""
    network = DenseHebbian(P, interactions=interactions)
    end = spinodal(network, T).load
    for part in (1e-12, 1e-6, 1e-3, 0.02, 0.1):
        load = part * end
        energy = -0.5 - (0.5 * load if P == 2 and interactions == "self-interacting" else 0.0)
        for k in (1, 3):
            s = solve(network, load, T, ansatz=RSB(k))
            rs = solve(network, load, T)
            assert s.status is Status.COLLAPSED
            assert s.residual <= 1e-12
            assert s.free_energy == pytest.approx(rs.free_energy, abs=1e-14)
            assert abs(s.free_energy - energy) < 1e-6


@pytest.mark.parametrize(("P", "interactions"), [(2, "distinct"), (3, "distinct"), (8, "self-interacting")])
def test_levels_are_told_apart_where_they_are_seen(P, interactions):
    """f of RSB(1) leaves that of RS by no more than the level that counts as whole is worth."""
    network = DenseHebbian(P, interactions=interactions)
    end = spinodal(network, 0.0).load
    seen = 0
    for part in np.linspace(0.1, 0.9, 13):
        rs, one = solve(network, part * end, 0.0), solve(network, part * end, 0.0, ansatz=RSB(1))
        assert one.status.ok
        gain = one.free_energy - rs.free_energy
        if one.status is Status.COLLAPSED:
            assert seen == 0  # once told apart, always
            assert gain == 0.0
        else:
            assert seen or abs(gain) < 1e-9
            seen += 1
    assert seen > 3


# ---- below the AT line ----


@pytest.mark.slow
@pytest.mark.parametrize(
    ("P", "interactions", "load"), [(3, "distinct", 0.36), (2, "distinct", 0.13), (4, "self-interacting", 0.14)]
)
def test_every_temperature_below_the_at_line(P, interactions, load):
    """RSB(1) gains over RS in proportion to the cube of the distance, RSB(2) far less; neither is lost."""
    network = DenseHebbian(P, interactions=interactions)
    low, high = {2: (0.005, 0.015), 3: (0.12, 0.2), 4: (0.04, 0.1)}[P]
    line = brentq(lambda T: solve(network, load, T).replicon, low, high, xtol=1e-15)
    for distance in np.geomspace(1e-5, 3e-2, 5):
        T = line * (1.0 - distance)
        rs, one, two = (solve(network, load, T, ansatz=a, strict=False) for a in (RS(), RSB(1), RSB(2)))
        assert one.status is Status.CONVERGED
        assert two.status.ok
        assert max(one.residual, two.residual) < 1e-10
        first, second = one.free_energy - rs.free_energy, two.free_energy - one.free_energy
        assert abs(first) < 10.0 * distance**3 + 1e-13
        assert abs(second) < 0.1 * abs(first) + 1e-13
    assert abs(first) > 1e-11  # the last distance is one at which the steps are seen
    assert two.status is Status.CONVERGED


# ---- the spinodal ----

FOLDS = [
    (2, "distinct", 0.0, 1),
    (2, "distinct", 0.0, 2),
    (3, "distinct", 0.0, 3),
    (5, "distinct", 0.0, 1),
    (4, "distinct", 0.3, 2),
    (7, "self-interacting", 0.2, 2),
    (12, "self-interacting", 0.2, 1),
    (100, "distinct", 0.3, 1),
    (200, "self-interacting", 0.0, 2),
]


@pytest.mark.parametrize(("P", "interactions", "T", "k"), FOLDS)
def test_m_at_the_fold(P, interactions, T, k):
    """Against the extremum of a polynomial through ln load at nine m, which knows no derivative of the equations."""
    network = DenseHebbian(P, interactions=interactions)
    end = spinodal(network, T, RSB(k))
    branch = Branch.through(end.saddle, T)
    start, width = branch.place, 0.02 * (1.0 - end.m)
    x, y = np.cos(np.pi * (np.arange(9) + 0.5) / 9.0), []
    for at in x:
        branch.place = start
        assert branch.to(end.m + width * at)
        y.append(float(branch.w[-1]))
    fit = np.polynomial.chebyshev.chebfit(x, np.array(y) - y[4], 6)
    roots = np.polynomial.chebyshev.chebroots(np.polynomial.chebyshev.chebder(fit))
    top = float(np.min(np.abs(roots[np.abs(roots.imag) < 1e-9].real)))
    assert top * width < 3e-10
    assert math.exp(np.polynomial.chebyshev.chebval(top, fit) + y[4]) == pytest.approx(end.load, rel=3e-12)
    assert fit[2] < 0.0


def test_m_of_one_step_at_p_5():
    end = spinodal(DenseHebbian(5), 0.0, RSB(1))
    assert (end.m, end.load) == pytest.approx((0.8837038378, 0.48859543347), abs=1e-9)


@pytest.mark.parametrize(("P", "interactions", "T", "k"), FOLDS)
def test_both_sides_of_the_fold(P, interactions, T, k):
    """Below it m - m_s grows like the root of the distance; above it there is nothing."""
    network = DenseHebbian(P, interactions=interactions)
    end = spinodal(network, T, RSB(k))
    laws = []
    for distance in (1e-4, 1e-6, 1e-8, 1e-10):
        s = solve(network, end.load * (1.0 - distance), T, ansatz=RSB(k))
        assert s.status is Status.CONVERGED
        assert s.residual < 1e-11
        laws.append((s.m - end.m) / math.sqrt(distance))
        above = solve(network, end.load * (1.0 + distance), T, ansatz=RSB(k), strict=False)
        assert above.status is Status.LEFT_PHASE
    assert laws[1:3] == pytest.approx([laws[1]] * 2, rel=2e-2)
    assert laws == pytest.approx([laws[1]] * 4, rel=0.2)
    assert solve(network, end.load, T, ansatz=RSB(k)).m == pytest.approx(end.m, rel=1e-5)


def test_down_the_branch_is_what_the_search_finds():
    network, T = DenseHebbian(4), 0.1
    end = spinodal(network, T, RSB(2))
    for load in (0.42, 0.36):
        found, direct = descended(end.saddle, load), solve(network, load, T, ansatz=RSB(2))
        assert found.m == pytest.approx(direct.m, abs=1e-11)
        assert found.free_energy == pytest.approx(direct.free_energy, abs=1e-13)
    assert descended(spinodal(network, 0.3, RSB(2)).saddle, 1e-3) is None  # where RS is stable the steps have merged
