"""RS theory (R.1-R.6 at k = 0, S.1): laws, limits, published values, and the whole input domain."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import SK_RS_ENERGY, SK_RS_ENTROPY

import glassy
from glassy import DenseHebbian, InputError, PhaseError, Status, scan, solve
from glassy.numerics.gaussian import field_averages
from glassy.theory.rs.equations import form_of, unit_variance, wishart_shift
from glassy.theory.rs.formulas import local_signal

KINDS = ("distinct", "self-interacting")
NETWORKS = [DenseHebbian(P, k) for P in (2, 3, 4, 5, 6) for k in KINDS]

networks = st.builds(DenseHebbian, st.integers(2, 20), st.sampled_from(KINDS))
loads = st.floats(-4.0, 1.0).map(lambda x: 10.0**x)
temperatures = st.one_of(st.just(0.0), st.floats(-3.0, 1.0).map(lambda x: 10.0**x))
phases = st.sampled_from(["retrieval", "spin_glass", "paramagnetic", "equilibrium"])


def free_energy(network, load, T, m, q):
    """RS free energy as a function of m and q off the saddle (R.2 or R.3 at k = 0), for T > 0; it is stationary at R.5."""
    beta, P, xi = 1.0 / T, network.P, network.unit_covariance
    C = beta * (1.0 - q)
    r = load * unit_variance(network, q, C)
    soft = field_averages(local_signal(form_of(network), m), math.sqrt(r), T)[0]
    if not network.wishart:
        minus_beta_f = (
            beta * soft
            - (P - 1) * 0.5 * beta * m**P
            + 0.5 * beta**2 * load * (xi(1.0, 1) - xi(q, 1))
            - 0.5 * beta**2 * load * ((xi(1.0, 1) - xi(1.0)) - (q * xi(q, 1) - xi(q)))
        )
        return -T * minus_beta_f
    D = 1.0 - C
    minus_beta_f = beta * soft - 0.5 * beta * m * m - 0.5 * load * (math.log(D) - beta * q / D) - 0.5 * beta**2 * r * (1.0 - q)
    return -T * minus_beta_f + wishart_shift(network, load)


def test_variance_of_the_local_field():
    """N.3a and N.3b at RS, per unit of load."""
    assert unit_variance(DenseHebbian(4), 0.5, 0.3) == pytest.approx(0.5 * 4 * 0.5**3)
    assert unit_variance(DenseHebbian(2), 0.9, 0.2) == pytest.approx(0.9 / (1 - 0.2) ** 2)


@settings(max_examples=300, deadline=None)
@given(networks, loads, temperatures, phases)
def test_whole_domain_converges_or_says_why_not(network, load, T, phase):
    s = solve(network, load, T, phase, strict=False)
    assert s.status in (Status.CONVERGED, Status.LEFT_PHASE)
    if s.status is Status.LEFT_PHASE:
        assert s.phase == phase
        assert phase != "equilibrium"
        assert all(math.isnan(x) for x in (s.m, s.q_EA, s.free_energy, s.energy, s.entropy, s.replicon))
        return
    assert s.residual <= 1e-12
    assert phase in ("equilibrium", s.phase)
    assert (s.m > 0.0) == (s.phase == "retrieval")
    assert 0.0 <= s.q_EA <= 1.0
    assert s.free_energy == pytest.approx(s.energy - T * s.entropy, rel=1e-9, abs=1e-11)


@settings(max_examples=150, deadline=None)
@given(networks, loads, st.floats(-2.0, 0.3).map(lambda x: 10.0**x))
def test_R5_is_the_stationary_point_of_R2_R3(network, load, T):
    for phase in ("retrieval", "spin_glass"):
        s = solve(network, load, T, phase, strict=False)
        if not s.status.ok or s.q_EA > 1.0 - 1e-6 or s.q_EA < 1e-3:
            continue
        assert free_energy(network, load, T, s.m, s.q_EA) == pytest.approx(s.free_energy, rel=1e-8, abs=1e-8)
        d = 1e-3 * min(1.0 - s.q_EA, s.q_EA)
        if network.P == 2:
            d = min(d, 1e-3 * (T - (1.0 - s.q_EA)))
        by_q = [free_energy(network, load, T, s.m, s.q_EA + k * d) for k in (-2, -1, 1, 2)]
        curvature = abs(by_q[0] + by_q[3] - 2 * s.free_energy) / (4 * d * d)
        slope = (by_q[0] - 8 * by_q[1] + 8 * by_q[2] - by_q[3]) / (12 * d)
        rounding = 1e-14 * max(1.0, network.covariance(1.0, load, derivative=1) / T)  # of the terms of R.2 that cancel
        assert abs(slope) <= 1e-3 * curvature * d + rounding / d
        if s.m > 0.0:
            d = 1e-4 * min(1.0 - s.m, s.m) + 1e-7
            by_m = [free_energy(network, load, T, s.m + k * d, s.q_EA) for k in (-2, -1, 1, 2)]
            slope = (by_m[0] - 8 * by_m[1] + 8 * by_m[2] - by_m[3]) / (12 * d)
            assert abs(slope) <= 1e-7 + rounding / d


def test_off_the_saddle_the_free_energy_is_not_stationary():
    network, load, T = DenseHebbian(4), 0.2, 0.5
    s = solve(network, load, T)
    d = 1e-5
    slope = (free_energy(network, load, T, s.m, 0.95 * s.q_EA + d) - free_energy(network, load, T, s.m, 0.95 * s.q_EA - d)) / (
        2 * d
    )
    assert abs(slope) > 1e-4


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
@pytest.mark.parametrize("phase", ["retrieval", "spin_glass", "paramagnetic"])
@pytest.mark.parametrize("T", [0.15, 0.4, 1.3])
def test_energy_is_the_derivative_of_beta_f(network, phase, T):
    """R.5a, R.5b: energy against finite differences of beta f, on both forms of the noise."""
    load = 0.08
    s = solve(network, load, T, phase, strict=False)
    if not s.status.ok:
        assert s.status is Status.LEFT_PHASE
        return
    d = 1e-3

    def beta_f(beta):
        return beta * solve(network, load, 1.0 / beta, phase).free_energy

    beta = 1.0 / T
    b = [beta_f(beta * (1 + k * d)) for k in (-2, -1, 1, 2)]
    assert (b[0] - 8 * b[1] + 8 * b[2] - b[3]) / (12 * d * beta) == pytest.approx(s.energy, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
@pytest.mark.parametrize("phase", ["retrieval", "spin_glass"])
def test_T0_is_the_limit_of_low_temperature(network, phase):
    load = 0.05
    zero = solve(network, load, 0.0, phase)
    cold = [solve(network, load, T, phase) for T in (1e-3, 1e-6, 1e-9)]
    for name in ("m", "free_energy", "energy", "entropy", "local_susceptibility"):
        gaps = [abs(getattr(s, name) - getattr(zero, name)) for s in cold]
        assert gaps[0] < 2e-2
        assert gaps[1] < 2e-5
        assert gaps[2] < 1e-7
    assert zero.q_EA == 1.0
    assert zero.replicon == -math.inf
    assert cold[0].residual <= 1e-12


@pytest.mark.parametrize("P", [2, 3, 4, 7])
@pytest.mark.parametrize("T", [0.0, 0.3, 0.6])
def test_zero_load_is_the_P_body_curie_weiss_magnet(P, T):
    s = solve(DenseHebbian(P), 0.0, T)
    m = 1.0
    for _ in range(10_000):
        m = math.tanh(0.5 * P * m ** (P - 1) / T) if T > 0 else 1.0
    assert s.m == pytest.approx(m, abs=1e-12)
    assert s.q_EA == pytest.approx(m * m, abs=1e-12)
    assert s.replicon == 1.0
    small = solve(DenseHebbian(P), 1e-9, T)
    assert small.m == pytest.approx(m, abs=1e-7)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_infinite_temperature(network):
    s = solve(network, 0.3, 1e6, "equilibrium")
    assert s.phase == "paramagnetic"
    assert s.entropy == pytest.approx(math.log(2), abs=1e-10)
    assert s.free_energy == pytest.approx(-1e6 * math.log(2) + s.energy, rel=1e-10)
    # e -> -beta xi(1); at P = 2 the energy of H.3 has the mean -load/2, that of H.2 none
    expected = -0.15 if network == DenseHebbian(2, "self-interacting") else 0.0
    assert s.energy == pytest.approx(expected, abs=3e-6)


def test_SK_limit_of_P2_at_large_load():
    """P = 2, load -> infinity is the SK model: (e - e_mean)/sqrt(load) at T/sqrt(load)."""
    load = 1e10
    s = solve(DenseHebbian(2), load, 0.0, "spin_glass")
    assert s.energy / math.sqrt(load) == pytest.approx(SK_RS_ENERGY, abs=1e-4)
    assert s.entropy == pytest.approx(SK_RS_ENTROPY, abs=1e-4)


def test_P2_distinct_and_self_interacting_differ_by_half_the_load():
    for T in (0.0, 0.3):
        d, s = (solve(DenseHebbian(2, k), 0.1, T) for k in KINDS)
        assert d.m == s.m
        assert d.entropy == s.entropy
        assert d.energy - s.energy == pytest.approx(0.05, abs=1e-14)
        assert d.free_energy - s.free_energy == pytest.approx(0.05, abs=1e-14)


def test_m0_curve_in_beta_s():
    """R.5d: T and the replicon from B = beta s alone."""
    from glassy.numerics.gaussian import field_averages

    for network in NETWORKS:
        s = solve(network, 0.3, 0.1, "spin_glass")
        B = math.sqrt(0.3 * unit_variance(network, s.q_EA, (1.0 - s.q_EA) / 0.1)) / 0.1
        _, _, rest, _, _, E4, _ = field_averages(0.0, B, 1.0)
        if network.P == 2:
            assert rest + math.sqrt(0.3 * s.q_EA) / B == pytest.approx(0.1, abs=1e-12)
            assert s.replicon == pytest.approx(1 - B * B / s.q_EA * E4, abs=1e-9)
        else:
            ratio = network.covariance(s.q_EA, 0.3, 2) / network.covariance(s.q_EA, 0.3, 1)
            assert s.replicon == pytest.approx(1 - B * B * ratio * E4, abs=1e-9)


def test_spin_glass_scales_with_the_square_root_of_load():
    a, b = solve(DenseHebbian(3), 1.0, 0.3, "spin_glass"), solve(DenseHebbian(3), 0.25, 0.15, "spin_glass")
    assert a.q_EA == pytest.approx(b.q_EA, abs=1e-13)
    assert a.free_energy == pytest.approx(2 * b.free_energy, abs=1e-13)


@pytest.mark.parametrize(("P", "T"), [(3, 0.2), (4, 0.2), (4, 0.35), (6, 0.3)])
def test_B1_nishimori_line(P, T):
    """At load = T of distinct interactions: m = q and e = -1/2 exactly."""
    s = solve(DenseHebbian(P), T, T)
    assert s.m == pytest.approx(s.q_EA, abs=1e-13)
    assert s.energy == pytest.approx(-0.5, abs=1e-13)
    assert s.replicon > 0.0


def test_paramagnet_of_P2():
    s = solve(DenseHebbian(2), 0.04, 1.5, "paramagnetic")
    assert s.replicon == pytest.approx(1 - 0.04 / 0.25)
    assert s.energy == pytest.approx(-0.02 / 0.5)  # -(load/2) beta/(1 - beta) for H.2
    assert solve(DenseHebbian(2), 0.04, 1.1, "paramagnetic").replicon < 0.0
    assert solve(DenseHebbian(2), 0.04, 0.9, "paramagnetic", strict=False).status is Status.LEFT_PHASE


def test_random_field_of_odd_self_interacting_networks():
    network = DenseHebbian(3, "self-interacting")
    hot, cold = solve(network, 0.2, 2.0, "paramagnetic"), solve(network, 0.2, 0.1, "spin_glass")
    assert hot.q_EA > 0.0
    assert hot.replicon > 0.0 > cold.replicon
    assert solve(network, 0.2, 0.1, "paramagnetic", strict=False).status is Status.LEFT_PHASE


def test_equilibrium_takes_the_largest_m0_free_energy_then_the_lower_phase():
    for network in NETWORKS:
        for load, T in ((0.01, 0.2), (0.2, 0.3), (1.0, 0.1), (1.0, 2.5)):
            zero = [solve(network, load, T, p, strict=False) for p in ("spin_glass", "paramagnetic")]
            zero = [s for s in zero if s.status.ok]
            top = max(zero, key=lambda s: s.free_energy)
            retrieval = solve(network, load, T, strict=False)
            winner = solve(network, load, T, "equilibrium")
            if retrieval.status.ok and retrieval.free_energy < top.free_energy:
                assert winner == retrieval
            else:
                assert winner == top


def test_left_phase_is_an_error_with_the_nearest_solution():
    with pytest.raises(PhaseError, match="the spinodal is at load=0.43371213") as caught:
        solve(DenseHebbian(4), 0.6, 0.19)
    assert caught.value.solution.status.ok
    assert caught.value.solution.m > 0.8
    with pytest.raises(PhaseError, match="retrieval ends at T="):
        solve(DenseHebbian(4), 0.1, 3.0)
    with pytest.raises(PhaseError, match="no spin_glass saddle"):
        solve(DenseHebbian(3), 0.1, 3.0, "spin_glass")
    with pytest.raises(PhaseError, match="no paramagnetic saddle"):
        solve(DenseHebbian(4), 0.1, 0.0, "paramagnetic")


def test_bad_input():
    network = DenseHebbian(4)
    with pytest.raises(InputError, match="load must be a finite number >= 0, got -0.1"):
        solve(network, -0.1, 0.3)
    for T in (-0.1, math.nan, math.inf, "x"):
        with pytest.raises(InputError, match="T must be a finite number >= 0"):
            solve(network, 0.1, T)
    with pytest.raises(InputError, match="phase must be one of"):
        solve(network, 0.1, 0.3, "glass")
    with pytest.raises(InputError, match="network must be a glassy.DenseHebbian"):
        solve(4, 0.1, 0.3)
    with pytest.raises(InputError, match="ansatz must be"):
        solve(network, 0.1, 0.3, ansatz="RSC")
    with pytest.raises(InputError, match="1-d arrays of one length"):
        scan(network, [0.1, 0.2, 0.3], [0.1, 0.2])
    with pytest.raises(InputError, match="T must be one array, got lists of different lengths"):
        scan(DenseHebbian(3), 0.1, [[0.1], [0.1, 0.2]])
    with pytest.raises(InputError, match="must not be empty"):
        scan(network, [], 0.1)
    with pytest.raises(InputError, match="T must be a finite"):
        scan(network, 0.1, [0.1, math.nan])


def test_scan_equals_solve_in_any_order_and_keeps_every_point():
    network = DenseHebbian(3)
    path = scan(network, load=np.linspace(0.01, 0.6, 40), T=0.3)
    assert path.shape == (40,)
    for s in path:
        alone = solve(network, s.load, 0.3, strict=False)
        assert alone.status is s.status
        if s.status.ok:
            assert (s.m, s.q_EA, s.free_energy) == pytest.approx((alone.m, alone.q_EA, alone.free_energy), abs=1e-12)
    assert {s.status for s in path} == {Status.CONVERGED, Status.LEFT_PHASE}
    assert np.isnan(path.values("m")[-1])


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 12), st.sampled_from(KINDS), st.floats(0.0, 0.9), st.floats(0.001, 0.999))
def test_newton_and_the_explicit_curve_agree(P, kind, T, fraction):
    """R.5c: the start does not matter; the answer is the stable side of the fold."""
    network = DenseHebbian(P, kind)
    end = glassy.spinodal(network, T, strict=False)
    if not end.status.ok:
        return
    s = solve(network, fraction * end.load, T)
    assert s.m >= end.m - 1e-9
    again = solve(network, fraction * end.load, T, start=solve(network, 0.5 * fraction * end.load, T))
    assert again.m == pytest.approx(s.m, abs=1e-11)


@pytest.mark.parametrize("P", [2, 3, 4])
@pytest.mark.parametrize("T", [0.5, 1.0, 2.0])
def test_zero_load_paramagnet_is_free_spins(P, T):
    s = solve(DenseHebbian(P), 0.0, T, "paramagnetic")
    assert (s.q_EA, s.energy, s.replicon) == (0.0, 0.0, 1.0)
    assert s.entropy == pytest.approx(math.log(2))
    assert solve(DenseHebbian(P), 0.0, T, "spin_glass", strict=False).status is Status.LEFT_PHASE


@pytest.mark.parametrize("network", [DenseHebbian(P, k) for P in (2, 3, 4, 20, 60) for k in KINDS], ids=repr)
@pytest.mark.parametrize("load", [0.0, 1e-300, 1e-30, 1e-12, 1e3, 1e12])
def test_extreme_state_points(network, load):
    """Far outside any use: converged numbers without NaN, or LEFT_PHASE."""
    for T in (0.0, 1e-300, 1e-12, 1.0, 1e12):
        for phase in ("retrieval", "spin_glass", "paramagnetic", "equilibrium"):
            s = solve(network, load, T, phase, strict=False)
            assert s.status in (Status.CONVERGED, Status.LEFT_PHASE), s
            if s.status.ok:
                assert not any(math.isnan(x) for x in (s.m, s.q_EA, s.free_energy, s.energy, s.entropy, s.replicon))
        glassy.spinodal(network, T, strict=False)
    for phase in ("retrieval", "spin_glass", "paramagnetic"):
        if load > 0.0:
            glassy.at_line(network, load, phase, strict=False)
