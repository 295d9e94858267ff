"""What a solution with broken symmetry says and carries (R.7 for full RSB), and which questions it refuses."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import trapezoid

import glassy
from glassy import RS, RSB, ConvergenceError, DenseHebbian, FullRSB, InputError, PhaseError, SpinGlass, Status, solve

SK = SpinGlass({2: 1.0})
P3 = SpinGlass({3: 1.0})


@pytest.mark.parametrize("k", [1, 2, 4])
def test_collapsed_says_so_and_shows_it(k):
    network, load, T = DenseHebbian(4), 0.1, 0.3
    rs, s = solve(network, load, T), solve(network, load, T, ansatz=RSB(k))
    assert s.status is Status.COLLAPSED
    assert s.ansatz == RSB(k)
    assert s.x_levels == (1.0,) * k
    assert s.q_levels == (rs.q_EA,) * (k + 1)
    assert (s.m, s.free_energy, s.q) == (rs.m, rs.free_energy, rs.q)
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
    assert s.q == pytest.approx(P.mean)
    assert s.x([0.0, s.q_levels[0], s.q_levels[-1]]).tolist() == [0.0, s.x_levels[0], 1.0]
    h = np.linspace(-6, 6, 4001)
    p = s.field_distribution(h)
    assert trapezoid(p, h) == pytest.approx(1.0, abs=1e-10)
    assert trapezoid(p * np.tanh(h / s.T) ** 2, h) == pytest.approx(s.q_EA, abs=1e-10)
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
    with pytest.raises(InputError):
        glassy.spinodal(SK, 0.1, 0.1)
    assert issubclass(ConvergenceError, glassy.GlassyError)


def test_SpinGlass_is_the_noise_of_a_network():
    network, glass = DenseHebbian(4, "self-interacting"), SpinGlass({2: 3.0, 4: 1.0})
    for ansatz in (RS(), RSB(1)):
        a, b = (solve(n, 0.1, 0.2, "spin_glass", ansatz) for n in (network, glass))
        assert (a.free_energy, a.q_EA) == pytest.approx((b.free_energy, b.q_EA), abs=1e-14)
