"""Every public function of the theory at hard points: an answer that holds, or one of the outcomes that its page names."""

import itertools
import math
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import glassy
from glassy import RS, RSB, ConvergenceError, DenseHebbian, InputError, PhaseError, SpinGlass, Status, solve
from glassy.numerics.roots import all_roots, aside, beside, between, crossings
from glassy.theory.rsb import curve as rsb_curve

KINDS = ("distinct", "self-interacting")
REM_T_C = 0.5 / math.sqrt(math.log(2.0))  # the random energy model at load 1
REM_GROUND = -math.sqrt(math.log(2.0))
SK = SpinGlass({2: 1.0})


def hard_points(seed, count, P=(2, 3, 5, 12, 40, 60, 100, 200)):
    """Networks, loads and temperatures at which something ends, begins, or is out of all proportion."""
    draw = random.Random(seed)
    for _ in range(count):
        network = DenseHebbian(draw.choice(P), draw.choice(KINDS))
        load = draw.choice((0.0, 1e-300, 1e-12, 1e-6, 0.05, 0.2, 0.36, 0.5, 1.0, 1e3, 1e12, 1e200))
        noise = math.sqrt(load) * math.sqrt(2.0 * network.unit_covariance(1.0))
        onset = 1.0 + math.sqrt(load) if network.P == 2 else 0.65 * noise
        near = (onset * (1.0 + e) for e in (-1e-3, -1e-12, 0.0, 1e-12, 1e-3))
        yield network, load, draw.choice((0.0, 5e-324, 1e-300, 1e-12, 0.3, 1.0, 1e12, *near, 0.1 * noise, 3.0 * noise))


# ---- large P: the random energy model ----


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


# ---- above every onset ----


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


# ---- scales ----


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
        assert s.entropy <= math.log(2.0)
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


# ---- what a missing or extreme point says of itself ----


def test_a_missing_solution_has_no_functions():
    for network, ansatz in itertools.product((DenseHebbian(3), SK), (RS(), RSB(1))):
        s = solve(network, 1.0, 50.0, "spin_glass", ansatz, strict=False)
        assert s.status is Status.LEFT_PHASE
        with pytest.raises(PhaseError, match="LEFT_PHASE"):
            s.x(0.5)
        with pytest.raises(PhaseError, match="LEFT_PHASE"):
            s.field_distribution(0.0)
        assert math.isnan(s.q)
        assert math.isnan(s.overlap_distribution.weight[0])
        assert math.isnan(s.replicon)


@pytest.mark.parametrize(("load", "T", "phase", "h"), [(1.0, 5.0, "paramagnetic", 0.0), (0.0, 0.0, "retrieval", 1.5)])
def test_a_field_without_noise_has_no_density(load, T, phase, h):
    with pytest.raises(InputError, match=f"h={h:.10g}, a delta function"):
        solve(DenseHebbian(3), load, T, phase).field_distribution([0.0, 1.0])


@pytest.mark.parametrize("T", [0.65, 0.63])
def test_fields_of_the_states_between_T_c_and_T_d(T):
    """At x_1 = 1 the field is that of a planted state: E tanh^2 = q_1."""
    s = solve(DenseHebbian(4), 1.0, T, "spin_glass", RSB(1))
    assert s.x_levels == (1.0,)
    h = np.linspace(-12.0, 12.0, 8001)
    p = s.field_distribution(h)
    assert np.trapezoid(p, h) == pytest.approx(1.0, abs=1e-12)
    assert np.trapezoid(p * np.tanh(h / T) ** 2, h) == pytest.approx(s.q_EA, abs=1e-12)


def test_density_of_merged_levels():
    for ansatz in (RS(), RSB(1), RSB(3)):
        q, slope, weight = solve(DenseHebbian(4), 0.1, 0.3, ansatz=ansatz).overlap_distribution.density()
        assert (q.size, slope.size, weight) == (0, 0, 1.0)


@pytest.mark.parametrize("load", [1e-300, 0.3, 1e200])
def test_a_residual_is_never_missing_where_a_line_is(load):
    for P, kind, phase in itertools.product((2, 3, 4, 40), KINDS, ("retrieval", "spin_glass", "paramagnetic")):
        line = glassy.at_line(DenseHebbian(P, kind), load, phase, strict=False)
        assert line.status in (Status.CONVERGED, Status.NO_BOUNDARY)
        assert math.isnan(line.residual) is (line.roots == ())


# ---- no private exception ----


CALLS = {  # and how many points each may cost
    "solve": (60, lambda n, load, T, a, p: solve(n, load, T, p, a, strict=False)),
    "strict solve": (30, lambda n, load, T, a, p: solve(n, load, T, p, a)),
    "scan": (15, lambda n, load, T, a, p: glassy.scan(n, [load, 0.7 * load], T, p, a)[1]),
    "phases_at": (25, lambda n, load, T, a, p: glassy.phases_at(n, load, T, a)),
    "at_line": (15, lambda n, load, T, a, p: glassy.at_line(n, load, "retrieval" if p == "equilibrium" else p, strict=False)),
    "spinodal": (30, lambda n, load, T, a, p: glassy.spinodal(n, T, strict=False)),
    "complexity": (12, lambda n, load, T, a, p: glassy.complexity(n, load, T, points=4, strict=False)),
    "glassiness": (40, lambda n, load, T, a, p: glassy.glassiness(n, load, T, a)),
    "coexistence": (12, lambda n, load, T, a, p: glassy.coexistence(n, T, strict=False)),
}
SLOW_CALLS = {
    "solve": (200, CALLS["solve"][1]),
    "phases_at": (30, CALLS["phases_at"][1]),
    "coexistence": (8, lambda n, load, T, a, p: glassy.coexistence(n, T, a, strict=False)),
    "spinodal": (6, lambda n, load, T, a, p: glassy.spinodal(n, T, a, strict=False)),
    "temperatures": (5, lambda n, load, T, a, p: glassy.spin_glass_temperatures(n, load)),
    "capacity": (2, lambda n, load, T, a, p: glassy.storage_capacity(n, a)),
    "diagram": (2, lambda n, load, T, a, p: glassy.phase_diagram(n, tolerance=0.1)),
}
STATUSES = {Status.CONVERGED, Status.COLLAPSED, Status.LEFT_PHASE, Status.NO_BOUNDARY, Status.NOT_CONVERGED}


def outcome_of(call, *arguments):
    """Call; anything but a result with a status, or a documented error, fails the test by itself."""
    try:
        result = call(*arguments)
    except (InputError, PhaseError, ConvergenceError) as error:
        return type(error)
    repr(result)
    status = getattr(result, "status", None) or getattr(getattr(result, "equilibrium", result), "status", Status.CONVERGED)
    assert status in STATUSES
    return status


def walk(count, call, seed):
    phases = ("retrieval", "spin_glass", "paramagnetic", "equilibrium")
    seen = set()
    for i, (network, load, T) in enumerate(hard_points(seed, count)):
        seen.add(outcome_of(call, network, load, T, RS() if i % 3 else RSB(1), phases[i % 4]))
    return seen


@pytest.mark.parametrize("name", CALLS)
def test_no_private_exception_leaves_a_function(name):
    assert walk(*CALLS[name], seed=7) & {Status.CONVERGED, Status.COLLAPSED, Status.NO_BOUNDARY, Status.LEFT_PHASE}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_CALLS)
def test_no_private_exception_leaves_a_slow_function(name):
    assert walk(*SLOW_CALLS[name], seed=8) & {Status.CONVERGED, Status.COLLAPSED, Status.NO_BOUNDARY, Status.NOT_CONVERGED}


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


# ---- root finders over points that fail ----


def with_hole(f, hole, width=0.0):
    """A function that is NaN at a point, or within a width of it."""
    return lambda x: math.nan if abs(x - hole) <= width * abs(hole) else f(x)


def test_a_hole_is_stepped_aside():
    f = with_hole(lambda x: x - 2.0, 1.0)
    assert aside(f)(1.0) == pytest.approx(-1.0, abs=1e-8)
    assert beside(f, 1.0) == pytest.approx(1.0, abs=1e-8)
    wide = with_hole(lambda x: x - 2.0, 1.0, 1e-3)
    assert math.isnan(aside(wide)(1.0))
    assert math.isnan(beside(wide, 1.0))


@pytest.mark.parametrize("hole", [0.75, 1.0, 1.25, 1.3, 1.5])
@pytest.mark.parametrize("width", [0.0, 1e-12, 3e-8])
def test_no_root_is_missed_by_a_hole(hole, width):
    f = with_hole(lambda x: x - 1.25, hole, width)
    assert all_roots(f, [0.5, 0.75, 1.0, 1.5, 2.0]) == pytest.approx([1.25], abs=1e-6)
    assert list(crossings(f, [0.5, 0.75, 1.0, 1.5, 2.0])) == pytest.approx([1.25], abs=1e-6)
    assert between(f, 0.5, 2.0, -0.75, 0.75) == pytest.approx(1.25, abs=1e-6)


def test_a_wide_hole_at_the_root_is_no_root():
    wide = with_hole(lambda x: x - 1.25, 1.25, 1e-2)
    assert math.isnan(between(wide, 1.0, 2.0, -0.25, 0.75))
    assert all(map(math.isnan, crossings(wide, [1.0, 2.0])))


def test_a_diagram_survives_a_hole_where_it_looks(monkeypatch):
    """One rounding decides whether a state is found: the triple point and the line around it must not hang on it."""
    from glassy.phases import coexistence as coexistences
    from glassy.phases import phase_diagram as drafting

    network = DenseHebbian(4)
    whole = glassy.phase_diagram(network, tolerance=0.02)
    real = coexistences.coexistence
    triple = whole.point("coexistence meets onset")
    holes = (triple.T, *whole["coexistence"].T[2:4].tolist())

    def fragile(network, T, *args, **options):
        found = real(network, T, *args, **options)
        return coexistences._none(network, T, RS(), "a hole", Status.NOT_CONVERGED) if T in holes else found

    monkeypatch.setattr(drafting, "coexistence", fragile)
    holed = glassy.phase_diagram(network, tolerance=0.02)
    assert holed.point("coexistence meets onset").T == pytest.approx(triple.T, rel=1e-8)
    assert all(s.ok for s in holed["coexistence"].status)
    assert holed["coexistence"].load == pytest.approx(whole["coexistence"].load, rel=1e-7, abs=1e-12)
