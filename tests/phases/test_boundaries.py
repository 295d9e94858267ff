"""Coexistence, storage capacity and complexity, each checked by the definition it comes from."""

import math

import numpy as np
import pytest
from published import AGS_COEXISTENCE

from glassy import (
    RS,
    RSB,
    DenseHebbian,
    FullRSB,
    InputError,
    PhaseError,
    SpinGlass,
    Status,
    coexistence,
    complexity,
    patterns_without_errors,
    phase_diagram,
    phases_at,
    signal_to_noise_load,
    solve,
    spin_glass_temperatures,
    spinodal,
    storage_capacity,
)

SELF = "self-interacting"
NETWORKS = [DenseHebbian(P, k) for P in (2, 3, 4, 6) for k in ("distinct", SELF)]


# ---- coexistence ----


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
@pytest.mark.parametrize("T", [0.0, 0.3, 0.65])
@pytest.mark.parametrize("ansatz", [RS(), RSB(1)], ids=repr)
def test_free_energies_agree_at_coexistence_and_cross(network, T, ansatz):
    at = coexistence(network, T, ansatz)
    assert at.residual <= 1e-12
    below, above = (solve(network, at.load * x, T, "equilibrium", ansatz) for x in (1.0 - 1e-4, 1.0 + 1e-4))
    assert below.phase == "retrieval"
    assert above.phase == at.other.phase != "retrieval"
    assert below.free_energy - at.retrieval.free_energy == pytest.approx(0.0, abs=1e-3)


def test_coexistence_of_the_hopfield_network_by_a_formula_of_its_own():
    """P = 2, T = 0, RS: E_SG = -1/pi - sqrt(2 load/pi) - load/2 in H.3 [AGS] against the retrieval energy from m = erf(...)."""
    from scipy.optimize import brentq
    from scipy.special import erf

    def retrieval(load):
        def mismatch(y):  # y = m/sqrt(2 load r): erf(y) = y (sqrt(2 load) + (2/sqrt(pi)) exp(-y^2)) [AGS]
            return erf(y) - y * (math.sqrt(2.0 * load) + 2.0 / math.sqrt(math.pi) * math.exp(-y * y))

        grid = np.linspace(20.0, 0.5, 4000)
        i = next(i for i in range(len(grid) - 1) if mismatch(grid[i]) * mismatch(grid[i + 1]) < 0.0)
        y = brentq(mismatch, grid[i + 1], grid[i], xtol=1e-15)
        m = erf(y)
        C = 2.0 / math.sqrt(math.pi) * math.exp(-y * y) * y / m  # sqrt(2/(pi load r)) exp(-m^2/(2 load r))
        r = 1.0 / (1.0 - C) ** 2
        # [AGS], E = 1/2 - m^2 ... as -m erf - load (C r + ...): the energy of H.3 per spin, by hand from R.3 at T = 0
        soft = m * erf(y) + math.sqrt(2.0 * load * r / math.pi) * math.exp(-y * y)
        return -soft + 0.5 * m * m - 0.5 * load / (1.0 - C) + 0.5 * C * load * r

    def glass(load):
        return -1.0 / math.pi - math.sqrt(2.0 * load / math.pi) - 0.5 * load

    load = brentq(lambda load: glass(load) - retrieval(load), 0.02, 0.12, xtol=1e-14)
    assert coexistence(DenseHebbian(2, SELF), 0.0).load == pytest.approx(load, abs=1e-11)
    assert math.floor(1000 * load) / 1000 == AGS_COEXISTENCE  # printed without its last digits: 0.0519


@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4), DenseHebbian(4, SELF)], ids=repr)
@pytest.mark.parametrize("ansatz", [RS(), RSB(1)], ids=repr)
def test_coexistence_is_continuous_into_T0(network, ansatz):
    zero = coexistence(network, 0.0, ansatz).load
    for T in (1e-3, 1e-6):
        assert coexistence(network, T, ansatz).load == pytest.approx(zero, rel=2 * T)


@pytest.mark.parametrize("P", [3, 4, 6])
def test_coexistence_on_the_nishimori_line(P):
    """B.1: at T = load = t_c^2 retrieval, paramagnet and spin glass coexist, with e = -1/2 and m = q."""
    network = DenseHebbian(P)
    t_c2 = spin_glass_temperatures(network).T_c ** 2
    for ansatz in (RS(), RSB(1)):
        at = coexistence(network, t_c2, ansatz)
        assert at.load == pytest.approx(t_c2, rel=1e-9)
        assert at.retrieval.energy == pytest.approx(-0.5, abs=1e-9)
        assert at.m == pytest.approx(at.retrieval.q_EA, abs=1e-9)
    assert coexistence(network, 0.5 * t_c2, RSB(1)).load < t_c2  # and below the line it lies to the left


def test_coexistence_from_a_neighbour_is_the_same():
    network = DenseHebbian(3)
    near = coexistence(network, 0.2, RSB(1))
    assert coexistence(network, 0.21, RSB(1), start=near).load == pytest.approx(
        coexistence(network, 0.21, RSB(1)).load, rel=1e-11
    )


def test_coexistence_that_does_not_exist_says_so():
    with pytest.raises(PhaseError, match="metastable at every load above T=0.7439"):
        coexistence(DenseHebbian(3), 0.8)
    none = coexistence(DenseHebbian(3), 0.95, strict=False)
    assert none.status is Status.NO_BOUNDARY
    assert "no load retrieves" in none.reason
    with pytest.raises(InputError, match="start must be a Coexistence"):
        coexistence(DenseHebbian(3), 0.1, start=0.2)


# ---- storage capacity ----


def test_capacity_in_all_senses():
    c = storage_capacity(DenseHebbian(4), RSB(1))
    assert c.load_c == spinodal(DenseHebbian(4), 0.0, RSB(1)).load
    assert c.load_t_ansatz == coexistence(DenseHebbian(4), 0.0, RSB(1)).load
    glass = spin_glass_temperatures(DenseHebbian(4))
    assert (c.bound_c, c.bound_t) == pytest.approx((glass.T_d**2, glass.T_c**2), rel=1e-12)
    retrieval = solve(DenseHebbian(4), c.load_t, 0.0, "retrieval", RSB(1)).free_energy
    ground = solve(DenseHebbian(4), float(c.load_t), 0.0, "spin_glass", FullRSB(8)).free_energy
    assert retrieval == pytest.approx(ground, abs=3 * ground.error + 1e-12)
    assert 0.0 < c.load_t.error < 1e-7


def test_capacity_where_RS_retrieval_never_loses_to_the_true_glass():
    c = storage_capacity(DenseHebbian(3))
    assert math.isnan(c.load_t)
    assert "up to its spinodal" in c.reason
    assert c.load_t_ansatz == pytest.approx(coexistence(DenseHebbian(3), 0.0).load, rel=1e-12)


@pytest.mark.slow
def test_full_rsb_capacity_lies_below_the_bound_and_above_every_depth():
    """B.1 at T = 0: RSB(k) climbs towards t_d^2 and stops a little below."""
    network = DenseHebbian(3)
    full = spinodal(network, 0.0, FullRSB(6))
    bound = spin_glass_temperatures(network).T_d ** 2
    assert spinodal(network, 0.0, RSB(2)).load < full.load < bound
    assert 0.0 < full.load.error < bound - full.load


def test_signal_to_noise():
    """B.3: direct sampling of the noise of one spin, H.3 at P = 3, at the load at which 2 % of the spins are wrong."""
    network, N, error = DenseHebbian(3, SELF), 150, 0.02
    K = network.patterns(signal_to_noise_load(network, error), N)
    rng = np.random.default_rng(3)
    wrong, spins = 0, 0
    for _ in range(4):
        xi = rng.choice(np.array([-1, 1], np.int8), (K, N))
        M = xi.astype(np.int64) @ xi[0]
        M[0] = N
        flipped = M[:, None] - 2 * xi * xi[0]  # M of every pattern with one spin of pattern 0 turned
        dE = ((M[:, None].astype(float) ** 3).sum(0) - (flipped.astype(float) ** 3).sum(0)) / (2 * N**2)
        wrong, spins = wrong + int((dE < 0.0).sum()), spins + N
    assert abs(wrong / spins - error) < 4.0 * math.sqrt(error / spins)
    assert patterns_without_errors(DenseHebbian(2), 100) == pytest.approx(100 / (2 * math.log(100)))
    assert patterns_without_errors(DenseHebbian(4), 100) == pytest.approx(1e6 / (2 * 6 * math.log(100)))
    assert patterns_without_errors(DenseHebbian(4, SELF), 100) == pytest.approx(1e6 / (2 * 15 * math.log(100)))  # (2P-3)!!
    with pytest.raises(InputError, match=r"above 0 and below 0\.5"):
        signal_to_noise_load(network, 0.0)


# ---- complexity ----


@pytest.mark.parametrize("P", [3, 4, 6])
@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.95])
def test_complexity_below_T_c(P, fraction):
    """B.2: Sigma = 0 at the equilibrium free energy of RSB(1); the slope is beta x; concave; positive in between."""
    network, load = DenseHebbian(P), 0.4
    T = fraction * spin_glass_temperatures(network, load).T_c
    curve = complexity(network, load, T, points=200)
    one = solve(network, load, T, "spin_glass", RSB(1))
    assert curve.f_dominant == curve.free_energy[0] == pytest.approx(one.free_energy, abs=1e-12)
    assert curve.y[0] == pytest.approx(one.y_levels[0], rel=1e-8)
    assert abs(curve.complexity[0]) < 1e-12
    assert np.all(curve.complexity[1:] > 0.0)
    slope = np.gradient(curve.complexity, curve.free_energy)[2:-20]
    assert slope == pytest.approx(curve.y[2:-20], rel=2e-2)
    assert np.all(np.diff(curve.free_energy) > 0.0)


@pytest.mark.parametrize("P", [3, 5])
def test_complexity_between_T_c_and_T_d(P):
    network, load = DenseHebbian(P), 1.0
    glass = spin_glass_temperatures(network)
    for part in (1e-9, 0.5, 0.99):
        T = glass.T_c + part * (glass.T_d - glass.T_c)
        curve = complexity(network, load, T)
        one = solve(network, load, T, "spin_glass", RSB(1))
        assert curve.complexity_dominant == pytest.approx(one.complexity, abs=1e-12)
        assert curve.f_dominant - T * curve.complexity_dominant == pytest.approx(one.free_energy, abs=1e-12)
    assert complexity(network, load, glass.T_c).complexity_dominant == pytest.approx(0.0, abs=1e-10)


def test_complexity_scales_with_sqrt_load():
    a, b = complexity(SpinGlass({3: 1.0}), 1.0, 0.2), complexity(SpinGlass({3: 1.0}), 4.0, 0.4)
    assert b.free_energy == pytest.approx(2.0 * a.free_energy, rel=1e-12)
    assert b.complexity == pytest.approx(a.complexity, abs=1e-12)


def test_complexity_of_the_random_energy_model():
    """P -> infinity: Sigma = ln 2 - f^2/load at T = 0 near the ground state -sqrt(load ln 2)."""
    curve = complexity(DenseHebbian(24), 1.0, 0.0)
    keep = curve.free_energy < -0.6
    assert keep.sum() > 10
    assert curve.complexity[keep] == pytest.approx(math.log(2.0) - curve.free_energy[keep] ** 2, abs=2e-3)


@pytest.mark.parametrize(
    ("network", "T", "why"),
    [
        (DenseHebbian(2), 0.1, "continuous"),
        (DenseHebbian(3, SELF), 0.1, "random field"),
        (DenseHebbian(4, SELF), 0.1, "continuous"),
        (DenseHebbian(4), 0.9, "above T_d"),
    ],
)
def test_complexity_that_does_not_exist_says_so(network, T, why):
    none = complexity(network, 1.0, T, strict=False)
    assert none.status is Status.NO_BOUNDARY
    assert why in none.reason
    with pytest.raises(PhaseError, match=why):
        complexity(network, 1.0, T)


# ---- odd P, self-interacting: a random field, and from P = 5 on a glass that appears discontinuously in it ----


@pytest.mark.parametrize("P", [5, 7, 9])
def test_glass_in_a_random_field(P):
    network = DenseHebbian(P, SELF)
    glass = spin_glass_temperatures(network)
    assert glass.T_d > glass.T_c > glass.T_G > 0.0
    assert "random field" in glass.reason
    for T, phase in (
        (1.01 * glass.T_d, "paramagnetic"),
        (0.5 * (glass.T_c + glass.T_d), "paramagnetic"),
        (0.99 * glass.T_c, "spin_glass"),
    ):
        assert solve(network, 1.0, T, "equilibrium", RSB(1)).phase == phase
    assert solve(network, 1.0, 1.001 * glass.T_d, "spin_glass", RSB(1), strict=False).status is Status.LEFT_PHASE
    s, rs = solve(network, 1.0, 0.98 * glass.T_c, "spin_glass", RSB(1)), solve(network, 1.0, 0.98 * glass.T_c, "paramagnetic")
    assert s.free_energy > rs.free_energy  # RS is stable there, and not the thermodynamic state
    assert rs.replicon > 0.0
    assert 0.0 < s.q_levels[0] < s.q_levels[1]
    assert s.x_levels[0] < 1.0
    h = 1e-5
    f = [solve(network, 1.0, s.T + e, "spin_glass", RSB(1)).free_energy for e in (-h, h)]
    assert s.entropy == pytest.approx(-(f[1] - f[0]) / (2 * h), abs=1e-7)
    quarter = spin_glass_temperatures(network, 0.25)
    assert quarter.T_c == pytest.approx(0.5 * glass.T_c, rel=1e-12)


def test_at_P3_the_field_leaves_only_the_AT_line():
    glass = spin_glass_temperatures(DenseHebbian(3, SELF))
    assert math.isnan(glass.T_c)
    T = 0.7350788924587743
    assert f"T={T:.8g}" in glass.reason
    just = solve(DenseHebbian(3, SELF), 1.0, 0.99 * T, "spin_glass", RSB(1))
    assert just.q_levels[1] - just.q_levels[0] < 0.1  # it breaks continuously


@pytest.mark.parametrize("ansatz", [RS(), RSB(1)], ids=repr)
def test_exactly_on_a_continuous_onset_the_paramagnet_is_the_state(ansatz):
    assert phases_at(DenseHebbian(2), 0.25, 1.5, ansatz).equilibrium.phase == "paramagnetic"
    assert phases_at(DenseHebbian(4, SELF), 1.0, math.sqrt(3.0), ansatz).equilibrium.phase == "paramagnetic"


@pytest.mark.parametrize("factor", [1e-6, 1e-8, 0.0])
def test_complexity_at_the_ends(factor):
    """Just below T_c, and at T_d itself, up to rounding."""
    network, glass = DenseHebbian(3), spin_glass_temperatures(DenseHebbian(3))
    assert abs(complexity(network, 1.0, glass.T_c * (1 - factor)).complexity_dominant) < 1e-10
    top = complexity(network, 0.3, math.sqrt(0.3) * glass.T_d * (1 - factor))
    assert top.complexity_dominant == pytest.approx(0.02267, abs=1e-3)
    assert complexity(network, 1.0, 1e-300).free_energy[0] == pytest.approx(
        complexity(network, 1.0, 0.0).free_energy[0], rel=1e-12
    )


def test_coexistence_next_to_its_end():
    end = 0.7258986683
    assert coexistence(DenseHebbian(4), end * (1 - 1e-6)).load < 1e-5
    assert "rounding" in coexistence(DenseHebbian(4), end * (1 - 1e-9), strict=False).reason
    load = coexistence(DenseHebbian(2), 1 - 1e-6).load  # 0.148384 (1 - T)^2
    assert load == pytest.approx(0.148384e-12, rel=1e-4)


@pytest.mark.slow
def test_the_AT_line_of_two_examples_goes_on_where_m_is_1_to_rounding():
    """At two examples 1 - m falls below the smallest float while the load is a thousandth."""
    network = DenseHebbian(3).trained(2, 0.7)
    diagram = phase_diagram(network, tolerance=0.1)
    line = diagram["AT"]
    assert len(line.T) > 5
    assert max(line.load) > 0.2
    assert all(abs(solve(network, x, T).replicon) < 1e-7 for x, T in zip(line.load, line.T, strict=True))
    assert any("state at one example" in text for text in diagram.absent)
    assert diagram.at(0.02, 0.4).equilibrium.phase == "example"
