"""Steps of RSB where networks learn from examples, P > 2: the functional of R.2 with the signal of L.3."""

import math

import numpy as np
import pytest
from scipy.stats import binom

import glassy
from glassy import RS, RSB, DenseHebbian, FullRSB, PhaseError, Status, solve
from glassy.theory.rsb.equations import Problem
from glassy.theory.solution import levels_of

SELF = "self-interacting"
NETWORK, LOAD, T = DenseHebbian(3).trained(3, 0.8), 0.3, 0.06


def free_energy(network, load, T, n, q0, q1, x):
    """One step of R.1 and R.2 written out for the fields of L.3, on two grids of normal deviates."""
    P, M, r, xi, beta = network.P, network.examples, network.quality, network.covariance, 1.0 / T
    z = np.linspace(-8.5, 8.5, 1201)
    w = np.exp(-0.5 * z * z) * (z[1] - z[0]) / math.sqrt(2 * math.pi)
    s0, s1 = math.sqrt(xi(q0, load, 1)), math.sqrt(xi(q1, load, 1) - xi(q0, load, 1))
    phi = 0.0
    for k in range(M + 1):
        h = 0.5 * P * n ** (P - 1) / r**P * (2 * k / M - 1) + s0 * z[:, None] + s1 * z
        g = np.logaddexp(beta * h, -beta * h)
        top = x * g.max(axis=1, keepdims=True)
        phi += binom.pmf(k, M, 0.5 * (1 + r)) * (w @ ((np.log(np.exp(x * g - top) @ w) + top[:, 0]) / x))
    one, two, all_ = (q * xi(q, load, 1) - xi(q, load) for q in (q0, q1, 1.0))  # int_0^q q xi'' dq
    noise = 0.5 * beta**2 * (xi(1.0, load, 1) - xi(q1, load, 1) - x * (two - one) - (all_ - two))
    return -T * (phi - (P - 1) * 0.5 * beta * (n / r) ** P + noise)


@pytest.mark.parametrize(
    ("network", "load", "T"), [(NETWORK, LOAD, T), (DenseHebbian(4, SELF).trained(2, 0.9), 0.1, 0.1)], ids=repr
)
def test_L3_at_one_step_is_the_stationary_point_of_the_free_energy(network, load, T):
    s = solve(network, load, T, ansatz=RSB(1))
    assert s.status is Status.CONVERGED
    at = np.array([s.n, *s.q_levels, *s.x_levels])
    f = free_energy(network, load, T, *at)
    assert f == pytest.approx(s.free_energy, rel=1e-10)
    for i, d in enumerate((1e-4, 1e-4, 0.02 * (1.0 - s.q_EA), 1e-4)):
        up, down = (free_energy(network, load, T, *(at + k * d * np.eye(4)[i])) for k in (1, -1))
        assert abs(up - down) / (2 * d) < 2e-6
        off = at + 30 * d * np.eye(4)[i]
        assert abs(free_energy(network, load, T, *off) - f) > 20 * abs(up - f)  # it bends there
    assert s.free_energy == pytest.approx(s.energy - T * s.entropy, rel=1e-11)
    f = {k: solve(network, load, T * (1 + 1e-4 * k), ansatz=RSB(1)).free_energy for k in (-1, 1)}
    assert -(f[1] - f[-1]) / (2e-4 * T) == pytest.approx(s.entropy, rel=1e-3)


def test_limits():
    plain, load, T = DenseHebbian(3), 0.4, 0.08
    for ansatz in (RSB(1), RSB(2)):
        expected = solve(plain, load, T, ansatz=ansatz)
        perfect = solve(plain.trained(4, 1.0), load, T, ansatz=ansatz)
        assert (perfect.m, perfect.n, perfect.free_energy) == (expected.m, expected.m, expected.free_energy)
        one = solve(plain.trained(1, 0.8), load, T * 0.8**-3, ansatz=ansatz)
        assert (one.n, one.m) == (pytest.approx(expected.m, rel=1e-9), pytest.approx(0.8 * expected.m, rel=1e-9))
        assert one.q_levels == pytest.approx(expected.q_levels, rel=1e-9)
        assert one.free_energy * 0.8**3 == pytest.approx(expected.free_energy, rel=1e-11)
    limit = solve(plain, load, T, ansatz=RSB(1)).free_energy
    off = [abs(solve(plain.trained(M, 0.9), load, T, ansatz=RSB(1)).free_energy - limit) for M in (30, 60)]
    assert off[0] / off[1] == pytest.approx(2.0, rel=0.05)  # 1/M
    assert glassy.spinodal(plain.trained(3, 1.0), T, RSB(1)).load == glassy.spinodal(plain, T, RSB(1)).load


def test_a_step_raises_the_free_energy_where_RS_is_unstable_and_nowhere_else():
    rs, one, two = (solve(NETWORK, 0.2, T, ansatz=a) for a in (RS(), RSB(1), RSB(2)))
    assert rs.replicon < 0.0
    assert rs.free_energy < one.free_energy < two.free_energy
    assert one.free_energy - rs.free_energy > 10.0 * (two.free_energy - one.free_energy)
    assert "try RSB(1)" in repr(rs)
    warm, merged = (solve(NETWORK, 0.1, 0.3, ansatz=a) for a in (RS(), RSB(2)))
    assert warm.replicon > 0.0
    assert merged.status is Status.COLLAPSED
    assert (merged.m, merged.n, merged.free_energy) == (warm.m, warm.n, warm.free_energy)
    line = glassy.at_line(NETWORK, 0.2).T
    near = [solve(NETWORK, 0.2, (1 - d) * line, ansatz=RSB(1)) for d in (0.02, 0.1)]
    gaps = [s.q_levels[1] - s.q_levels[0] for s in near]
    assert 0.0 < gaps[0] < 0.5 * gaps[1]
    cold = [solve(NETWORK, 0.2, x, ansatz=RSB(1)) for x in (0.0, 1e-4)]
    for name in ("m", "n", "free_energy", "energy"):
        assert getattr(cold[1], name) == pytest.approx(getattr(cold[0], name), abs=1e-4)


def test_exact_derivatives_are_those_of_differences():
    """Of two steps by `rates`, summed over the sizes of the signal."""
    problem = Problem(NETWORK, LOAD, T, 2, has_m=True, has_q0=True)
    u = problem.pack(levels_of(solve(NETWORK, LOAD, T, ansatz=RSB(2))))
    F = problem.equations(u)
    assert np.abs(F).max() < 1e-9
    J = problem.jacobian(u, F)
    for j, d in enumerate(1e-5 * np.eye(problem.size)):
        column = (problem.equations(u + d) - problem.equations(u - d)) / 2e-5
        assert J[:, j] == pytest.approx(column, rel=1e-5, abs=1e-6 * np.abs(J).max())


def test_boundaries():
    """Few examples gain more from a step than stored patterns do, and two steps may lower the load a little."""
    ends = [glassy.spinodal(NETWORK, T, a) for a in (RS(), RSB(1), RSB(2))]
    assert 1.3 < ends[1].load / ends[0].load < 1.6
    assert abs(ends[2].load / ends[1].load - 1.0) < 0.02
    for end, ansatz in zip(ends[1:], (RSB(1), RSB(2)), strict=True):
        below = solve(NETWORK, 0.999 * end.load, T, ansatz=ansatz)
        assert below.m == pytest.approx(end.m, abs=0.03)
        with pytest.raises(PhaseError):
            solve(NETWORK, 1.001 * end.load, T, ansatz=ansatz)
    both = glassy.coexistence(NETWORK, T, RSB(1))
    assert both.residual < 1e-11
    assert both.load > glassy.coexistence(NETWORK, T).load
    capacity = glassy.storage_capacity(NETWORK, RSB(1))
    assert capacity.load_c == glassy.spinodal(NETWORK, 0.0, RSB(1)).load


def test_many_steps():
    s, one = solve(NETWORK, LOAD, T, ansatz=FullRSB(4)), solve(NETWORK, LOAD, T, ansatz=RSB(1))
    assert s.free_energy > one.free_energy
    assert s.n.error < 1e-3
    assert abs(float(s.n) - one.n) < 0.01
    assert solve(NETWORK, 0.2, T, "equilibrium", RSB(1)).phase == "retrieval"


def test_merged_steps_know_what_RS_knows_of_examples_and_a_winner_what_it_was_not_compared_with():
    network = DenseHebbian(3).trained(2, 0.7)
    merged, best = (solve(network, 0.1, 0.4, phase, RSB(1)) for phase in ("retrieval", "equilibrium"))
    assert (merged.status, merged.alike) == (Status.COLLAPSED, False)
    assert merged.alike is solve(network, 0.1, 0.4).alike
    assert "try phase='example' with RS()" in repr(merged)
    assert solve(NETWORK, 0.2, T, ansatz=RSB(1)).alike is None  # its levels are two
    assert solve(network, 0.1, 0.4, "example").free_energy < best.free_energy
    assert "wins where phase='example' is left out" in best.remarks[-1]
    assert solve(NETWORK.network, 0.1, 0.4, "equilibrium", RSB(1)).remarks == ()
