"""The theory at large P is that of the random energy model."""

import math

import mpmath
import pytest
from scipy.optimize import minimize_scalar

import glassy
from glassy import RS, RSB, DenseHebbian, InputError, SpinGlass, Status, solve
from glassy.theory.rsb import curve as rsb_curve

KINDS = ("distinct", "self-interacting")
REM_T_C = 0.5 / math.sqrt(math.log(2.0))  # the random energy model at load 1
REM_GROUND = -math.sqrt(math.log(2.0))


def marginal_T_d(P):
    """T_d by mpmath: the maximum over B of sqrt(xi'(q))/B with 1 - q = exp(-B^2/2) E sech(B z), at load 1."""
    mpmath.mp.dps = 20

    def temperature(B):
        sech = mpmath.quad(lambda u: mpmath.sech(u) * mpmath.exp(-((u / B) ** 2) / 2), [0, 2, 8, 32])
        rest = mpmath.exp(-B * B / 2) * sech * mpmath.sqrt(2 / mpmath.pi) / B
        return float(mpmath.sqrt(mpmath.mpf(P) / 2 * (1 - rest) ** (P - 1)) / B)

    return -minimize_scalar(lambda B: -temperature(B), bounds=(2.0, 6.0), method="bounded", options={"xatol": 1e-6}).fun


@pytest.mark.parametrize("P", [40, 100, 200])
def test_T_d_at_large_P_against_mpmath(P):
    assert glassy.spin_glass_temperatures(DenseHebbian(P), 4.0).T_d == pytest.approx(2.0 * marginal_T_d(P), rel=1e-12)


@pytest.mark.parametrize("P", [40, 50, 55, 60, 72, 100, 200])
@pytest.mark.parametrize("load", [1.0, 1e-12, 1e12])
def test_temperatures_at_large_P_are_those_of_the_random_energy_model(P, load):
    """Section 5: T_c = 1/(2 sqrt(ln 2)), and T_G = (2/3) xi''(1) C with C = 2^-P/sqrt(pi P)."""
    t = glassy.spin_glass_temperatures(DenseHebbian(P), load)
    assert not t.continuous
    assert t.T_c / math.sqrt(load) == pytest.approx(REM_T_C, rel=1e-9)
    assert t.T_d > t.T_c > t.T_G > 0.0
    assert t.T_G / math.sqrt(load) == pytest.approx(P * (P - 1) / 3.0 * 2.0**-P / math.sqrt(math.pi * P), rel=1e-9)
    assert t.residual < 1e-11
    assert t.reason == ""


@pytest.mark.parametrize("P", [40, 60, 72, 100, 200])
@pytest.mark.parametrize("T", [0.0, 1e-70, 1e-12, 0.1, 0.3, 0.6])
def test_the_glass_at_large_P_is_that_of_the_random_energy_model(P, T):
    s = solve(DenseHebbian(P), 1.0, T, "spin_glass", RSB(1))
    assert s.free_energy == pytest.approx(REM_GROUND, abs=1e-10)
    assert s.y_levels[0] == pytest.approx(1.0 / REM_T_C, abs=1e-9)
    assert s.local_susceptibility > 0.0
    assert solve(DenseHebbian(P), 1.0, T, "equilibrium", RSB(1)).free_energy <= s.free_energy + 1e-12


@pytest.mark.parametrize("P", [60, 200])
@pytest.mark.parametrize("ansatz", [RS(), RSB(1)])
def test_coexistence_at_large_P(P, ansatz):
    """Section 5: at T = 0 it tends to 1/(4 ln 2) of RSB(1); RS glass energies lie too low, and so does its load."""
    found = glassy.coexistence(DenseHebbian(P), 0.1, ansatz)
    assert found.residual < 1e-12
    if ansatz == RSB(1):
        assert found.load == pytest.approx(0.25 / math.log(2.0), rel=1e-9)


@pytest.mark.parametrize("P", [60, 200])
@pytest.mark.parametrize("T", [0.0, 0.4, 0.7, 1.2])
def test_complexity_at_large_P(P, T):
    """Sigma = ln 2 - f^2/load, but for 1/P."""
    curve = glassy.complexity(DenseHebbian(P), 4.0, 2.0 * T, points=8)
    assert curve.complexity == pytest.approx(math.log(2.0) - curve.free_energy**2 / 4.0, abs=0.06 / P)


@pytest.mark.parametrize("x", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("B", [0.2, 0.9, 1.1, 4.0, 9.0, 20.0])
def test_the_overlap_within_a_state_keeps_its_digits(B, x):
    """R.5e: 1 - q against mpmath, down to 1e-90."""
    mpmath.mp.dps = 30
    edges = sorted({0, 1, 2, 4, 8, 16, 32, 64, 128, *(max(x * B * B + d * B, 0) for d in (-9, -3, 0, 3, 9))})

    def mean(power):
        return mpmath.quad(lambda u: mpmath.cosh(u) ** (x - power) * mpmath.exp(-((u / B) ** 2) / 2), edges)

    assert rsb_curve.rest_at(B, x) == pytest.approx(float(mean(2) / mean(0)), rel=1e-7, abs=1e-17)
    if x <= 1.0 or B < 3.0:
        assert rsb_curve.rest_at(B, x) == pytest.approx(float(mean(2) / mean(0)), rel=2e-8)


@pytest.mark.parametrize("P", [3, 5, 12, 40, 100])
@pytest.mark.parametrize("T", [0.6, 0.4, 0.1, 1e-3, 1e-20])
def test_the_curve_of_states_finds_the_glass_of_Newtons_method(P, T):
    levels = rsb_curve.glass(DenseHebbian(P), T)
    s = solve(DenseHebbian(P), 1.0, T, "spin_glass", RSB(1))
    assert (levels.C, levels.y[0]) == pytest.approx((s.local_susceptibility, s.y_levels[0]), rel=1e-10)
    assert rsb_curve.glass(DenseHebbian(P), 0.7) is None


@pytest.mark.parametrize("P", [120, 200])
def test_a_spin_glass_takes_orders_up_to_200(P):
    with pytest.raises(InputError, match="up to 200"):
        SpinGlass({201: 1.0})
    a, b = (solve(network, 2.0, 0.3, "spin_glass", RSB(1)) for network in (SpinGlass({P: 1.0}), DenseHebbian(P)))
    assert a.free_energy == b.free_energy


def test_the_theory_refuses_a_P_whose_covariance_is_no_float():
    for kind in KINDS:
        with pytest.raises(InputError, match="at most 500"):
            solve(DenseHebbian(2000, kind), 0.1, 0.1)


@pytest.mark.parametrize(("P", "T"), [(40, 0.0), (60, 0.0), (60, 0.3), (200, 0.0)])
@pytest.mark.parametrize("kind", KINDS)
def test_coexistence_of_RS_at_large_P(P, T, kind):
    found = glassy.coexistence(DenseHebbian(P, kind), T, strict=False)
    assert found.status.ok
    assert found.residual < 1e-12


def test_capacity_at_large_P():
    """bound_t = T_c^2 = 1/(4 ln 2) of the random energy model, and load_t meets it."""
    found = glassy.storage_capacity(DenseHebbian(60), RSB(1))
    assert found.status is Status.CONVERGED
    assert (found.load_t, found.bound_t) == pytest.approx((0.25 / math.log(2.0),) * 2, rel=1e-8)
