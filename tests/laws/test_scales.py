"""Scales of T and load: no glass above every onset, laws without a signal, P = 2, T = 0, where floats end."""

import math
from fractions import Fraction

import numpy as np
import pytest

import glassy
from glassy import RS, RSB, DenseHebbian, InputError, PhaseError, SpinGlass, Status, solve

KINDS = ("distinct", "self-interacting")
SK = SpinGlass({2: 1.0})
ABOVE = (
    *(DenseHebbian(P) for P in (3, 4, 5, 6, 7, 8, 12, 20, 40, 60, 100, 200)),
    *(DenseHebbian(P, "self-interacting") for P in (4, 6, 8, 12)),
    SK, SpinGlass({2: 1.0, 4: 1.0}), SpinGlass({3: 1.0, 7: 2.0}), SpinGlass({6: 1e-20}),
)  # fmt: skip


@pytest.mark.parametrize("network", ABOVE, ids=str)
@pytest.mark.parametrize("k", [1, 2])
def test_there_is_no_glass_above_every_onset(network, k):
    t = glassy.spin_glass_temperatures(network)
    for factor in (2.0, 3.0, 10.0, 31.0, 100.0, 1e3, 1e6):
        s = solve(network, 1.0, factor * t.T_d, "spin_glass", RSB(k), strict=False)
        assert s.status is Status.LEFT_PHASE
        assert solve(network, 1.0, factor * t.T_d, "equilibrium", RSB(k)).phase == "paramagnetic"
    with pytest.raises(PhaseError):
        solve(network, 9.0, 300.0 * t.T_d, "spin_glass", RSB(k))


@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4, "self-interacting"), DenseHebbian(60), SK], ids=str)
@pytest.mark.parametrize("ansatz", [RS(), RSB(1)])
@pytest.mark.parametrize("T", [0.0, 0.2, 0.5, 5.0])
def test_without_a_signal_T_over_sqrt_load_is_all(network, ansatz, T):
    one = solve(network, 1.0, T, "equilibrium" if isinstance(network, SpinGlass) else "paramagnetic", ansatz, strict=False)
    glass = solve(network, 1.0, T, "spin_glass", ansatz, strict=False)
    for s in (s for s in (one, glass) if s.status.ok):
        for unit in (1e-100, 1e-20, 1e-6, 1e6, 1e20, 1e90):
            other = solve(network, unit**2, unit * T, s.phase, ansatz)
            assert other.free_energy == pytest.approx(unit * s.free_energy, rel=1e-12)
            assert other.local_susceptibility == pytest.approx(s.local_susceptibility / unit, rel=1e-11)
            assert (other.entropy, other.q_EA) == pytest.approx((s.entropy, s.q_EA), abs=1e-12)
            assert other.residual <= 1e-12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("load", [1e-300, 1e-30, 1e-12, 1e-6, 0.3, 1e6, 1e12, 1e30])
def test_P_2_at_every_scale(kind, load):
    """One answer at every T, f = e - T s without loss, s <= ln 2; at large load SK in units of sqrt(load)."""
    network = DenseHebbian(2, kind)
    for T in (0.0, 1e-12, 0.5, 1.0, 2.0, 7e11, *((1.0 + math.sqrt(load)) * x for x in (0.3, 0.9, 1.1, 1e5))):
        s = solve(network, load, T, "equilibrium")
        assert s.residual <= 1e-12
        assert s.entropy <= math.log(2.0) + 2e-16
        assert repr(s)
        scale = max(abs(s.free_energy), abs(s.energy), T)
        assert s.free_energy == pytest.approx(s.energy - T * s.entropy, abs=1e-13 * scale)
    if load >= 1e12 and kind == "distinct":
        s, sk = (solve(n, load, 0.5 * math.sqrt(load), "spin_glass") for n in (network, SK))
        assert s.free_energy == pytest.approx(sk.free_energy, rel=10.0 / math.sqrt(load))


def test_P_2_orders_at_T_1_at_every_load():
    """There 1 - C = q and load = q^2: q = sqrt(load)."""
    for load in (1e-290, 1e-100, 1e-40, 1e-30, 1e-20):
        assert solve(DenseHebbian(2), load, 1.0, "spin_glass").q_EA == pytest.approx(math.sqrt(load), rel=1e-9)
        assert glassy.phases_at(DenseHebbian(2), load, 1.0).equilibrium.phase == "spin_glass"


@pytest.mark.parametrize("ansatz", [RS(), RSB(1)])
def test_T_below_all_scales_is_T_0(ansatz):
    for network, load, phase in (
        (DenseHebbian(3), 0.36, "retrieval"),
        (DenseHebbian(2), 0.05, "spin_glass"),
        (SK, 1e12, "spin_glass"),
    ):
        frozen = solve(network, load, 0.0, phase, ansatz)
        for T in (5e-324, 1e-310, 1e-300, 1e-100, 1e-40):
            s = solve(network, load, T, phase, ansatz)
            assert (s.m, s.free_energy, s.local_susceptibility) == pytest.approx(
                (frozen.m, frozen.free_energy, frozen.local_susceptibility)
            )
            assert s.y_levels == pytest.approx(frozen.y_levels)


@pytest.mark.parametrize("name", ["load", "T"])
def test_numbers_beyond_floats_are_refused(name):
    good = {"load": 0.3, "T": 0.4}
    for value in (10**400, Fraction(10**400, 7), 1e308, 1e201, -(10**400)):
        with pytest.raises(InputError, match=f"{name} must"):
            solve(DenseHebbian(3), **{**good, name: value})
        with pytest.raises(InputError, match=f"{name} must"):
            glassy.scan(DenseHebbian(3), **{**good, name: [0.1, value]})
        with pytest.raises(InputError, match=f"{name} must"):
            glassy.phases_at(DenseHebbian(3), **{**good, name: value})
    for value in (np.float32(0.25), np.float64(0.25), Fraction(1, 4)):
        assert solve(DenseHebbian(3), **{**good, name: value}) == solve(DenseHebbian(3), **{**good, name: 0.25})
