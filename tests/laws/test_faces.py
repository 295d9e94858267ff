"""Every public function of the theory at hard points: an answer that holds, or one of the outcomes that its page names."""

import itertools
import math
import random

import numpy as np
import pytest
from scipy.integrate import trapezoid

import glassy
from glassy import RS, RSB, ConvergenceError, DenseHebbian, InputError, PhaseError, SpinGlass, Status, solve

KINDS = ("distinct", "self-interacting")
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


def test_a_missing_solution_has_no_functions():
    for network, ansatz in itertools.product((DenseHebbian(3), SK), (RS(), RSB(1))):
        s = solve(network, 1.0, 50.0, "spin_glass", ansatz, strict=False)
        assert s.status is Status.LEFT_PHASE
        with pytest.raises(PhaseError, match="LEFT_PHASE.*: the asked phase has no saddle point at this load and T; ask for"):
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
    assert trapezoid(p, h) == pytest.approx(1.0, abs=1e-12)
    assert trapezoid(p * np.tanh(h / T) ** 2, h) == pytest.approx(s.q_EA, abs=1e-12)


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


CALLS = {  # and how many points each may cost
    "solve": (60, lambda n, load, T, a, p: solve(n, load, T, p, a, strict=False)),
    "strict solve": (30, lambda n, load, T, a, p: solve(n, load, T, p, a)),
    "scan": (15, lambda n, load, T, a, p: glassy.scan(n, [load, 0.7 * load], T, p, a)[1]),
    "phases_at": (25, lambda n, load, T, a, p: glassy.phases_at(n, load, T, a)),
    "at_line": (15, lambda n, load, T, a, p: glassy.at_line(n, load, "retrieval" if p == "equilibrium" else p, strict=False)),
    "spinodal": (30, lambda n, load, T, a, p: glassy.spinodal(n, T, strict=False)),
    "complexity": (12, lambda n, load, T, a, p: glassy.complexity(n, load, T, points=4, strict=False)),
    "glassiness": (40, lambda n, load, T, a, p: glassy.glassiness(n, load, T, a)),
    "free_energy_of_m": (10, lambda n, load, T, a, p: glassy.free_energy_of_m(n, load, T, [-0.7, 0.0, 1e-3, 0.9, 1.0])),
    "transport": (20, lambda n, load, T, a, p: glassy.transport(n, load, T, 0.5, 0.1, 0.1)),
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
