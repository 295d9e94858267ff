"""Replica symmetry breaking against published values: SK, p spins, the random energy model, capacity, spinodals."""

import math

import pytest
from published import AGS_CAPACITY, P_SPIN_3, SK_1RSB_ENERGY, SK_FULL_ENERGY, SK_RS_ENERGY, STEFFAN_KUEHN_1RSB

import glassy
from glassy import RSB, DenseHebbian, FullRSB, SpinGlass, Status, solve, spinodal

SK = SpinGlass({2: 1.0})
P3 = SpinGlass({3: 1.0})


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
