"""The transport equation with one step (J.1b): its solution by characteristics, its limits, and the identity itself."""

import math
from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from glassy import (
    RS,
    RSB,
    DenseHebbian,
    InputError,
    Interpolation,
    ReplicaExchange,
    enumerate_states,
    simulate,
    solve,
    transport,
)
from glassy.model.covariance import Covariance
from glassy.theory.rsb.fields import TwoFields

PLACES = [
    (DenseHebbian(3), 0.4, 0.2, (0.9, 0.3, 0.2, 0.1), 0.5), (DenseHebbian(4), 0.3, 0.4, (0.5, 0.2, 0.6, -0.1), 0.3),
    (DenseHebbian(3, "self-interacting"), 0.2, 0.3, (0.7, 0.1, 0.4, 0.2), 0.8),
]  # fmt: skip


def solved(network, load, T, place, theta):
    t, x, inner, y = place
    return transport(network, load, T, t, x, y, ansatz=RSB(1), theta=theta, inner=inner)


@pytest.mark.parametrize(("network", "load", "T", "place", "theta"), PLACES)
def test_J1b_is_solved(network, load, T, place, theta):
    p, h, slopes = solved(network, load, T, place, theta), 1e-4, []
    for e in np.eye(4):
        A = [solved(network, load, T, np.array(place) + k * h * e, theta).action for k in (-2, -1, 1, 2)]
        slopes.append((8.0 * (A[2] - A[1]) - (A[3] - A[0])) / (12.0 * h))
    along_t, along_x, along_inner, along_y = slopes
    q0, q1 = p.q_levels
    assert q1 - q0 > 1e-3
    assert p.q == pytest.approx(theta * q0 + (1.0 - theta) * q1, abs=1e-15)
    assert along_y == pytest.approx(p.m, abs=1e-8)
    assert along_x == pytest.approx(0.5 * (1.0 - p.q), abs=1e-8)
    assert along_inner == pytest.approx(0.5 * (1.0 - (1.0 - theta) * q1), abs=1e-8)
    carried = p.velocity[0] * along_x + p.velocity[1] * along_y
    inside = p.velocity[2] * along_inner
    assert along_t + carried + inside == pytest.approx(p.source, abs=2e-8)
    assert abs(along_t + carried + 1.02 * inside - p.source) > 1e-4  # the twin


@pytest.mark.parametrize(("load", "T", "phase"), [(0.4, 0.2, "retrieval"), (0.3, 0.1, "spin_glass"), (0.3, 0.34, "spin_glass")])
def test_it_ends_at_the_saddle_and_begins_at_free_spins(load, T, phase):
    network = DenseHebbian(3)
    s, start = solve(network, load, T, phase, RSB(1)), "pattern" if phase == "retrieval" else "random"
    p = transport(network, load, T, start=start, ansatz=RSB(1))
    assert p.action == pytest.approx(-s.free_energy / T, abs=1e-12)
    assert (p.m, *p.q_levels, p.theta) == pytest.approx((s.m, *s.q_levels, s.x_levels[0]), abs=1e-9)
    foot = p.at(0.0)
    assert (foot.q_levels, foot.theta, foot.inner > 0.0) == (p.q_levels, p.theta, True)
    again = transport(network, load, T, 0.0, foot.x, foot.y, start, RSB(1), theta=p.theta, inner=foot.inner)
    assert again.action == pytest.approx(foot.action, abs=1e-11)
    assert again.q_levels == pytest.approx(p.q_levels, abs=1e-9)


@pytest.mark.parametrize(
    ("P", "load", "T", "start"),
    [(3, 0.4, 0.05, "pattern"), (3, 0.46, 0.4, "pattern"), (4, 0.45, 0.3, "pattern"), (3, 0.42, 0.6, "pattern"),
     (6, 0.45, 0.4, "random"), (3, 0.38, 0.4, "random")],
)  # fmt: skip
def test_the_state_is_that_of_solve(P, load, T, start):
    """Where RS has no pattern, near the end of the pattern, where RS holds and is not the smaller A, with x_1 near 1."""
    network = DenseHebbian(P)
    s = solve(network, load, T, "retrieval" if start == "pattern" else "spin_glass", RSB(1))
    p = transport(network, load, T, start=start, ansatz=RSB(1))
    assert (p.m, *p.q_levels) == pytest.approx((s.m, *s.q_levels), abs=1e-8)
    assert p.theta == pytest.approx(s.x_levels[0], abs=1e-7)
    assert p.action == pytest.approx(-s.free_energy / T, abs=1e-11)


@pytest.mark.slow
def test_the_pattern_beyond_RS_goes_on_in_a_field():
    """A is convex in y: its slope lies between the m of both ends."""
    one, other = (transport(DenseHebbian(3), 0.4, 0.05, y=y, ansatz=RSB(1)) for y in (0.0, 1e-2))
    assert 0.8 < one.m < (other.action - one.action) / 1e-2 < other.m < one.m + 1e-3


def test_theta_is_where_A_is_smallest():
    where = (DenseHebbian(3), 0.4, 0.2, 0.95, 0.1, 0.05)
    p = transport(*where, ansatz=RSB(1))
    assert transport(*where).action > p.action + 1e-6
    around = [transport(*where, ansatz=RSB(1), theta=p.theta + d).action - p.action for d in (-0.01, 0.0, 0.01)]
    assert abs(around[1]) < 1e-13
    assert min(around[0], around[2]) > 1e-8


def test_between_Tc_and_Td_it_is_replica_symmetric():
    """States with a complexity are there, and A is smallest at theta = 1."""
    s = solve(DenseHebbian(3), 0.3, 0.36, "spin_glass", RSB(1))
    p = transport(DenseHebbian(3), 0.3, 0.36, start="random", ansatz=RSB(1))
    assert (s.complexity > 0.0, p.theta) == (True, 1.0)
    assert p.action == pytest.approx(-s.free_energy / 0.36, abs=1e-12)
    states = transport(DenseHebbian(3), 0.3, 0.36, 0.999, 0.0, 0.0, "random", RSB(1), theta=0.999)
    assert max(states.q_levels) < 1e-6  # of smaller A than the states


def test_characteristics_of_RS_break_in_the_glass():
    """What is left of J.1 along one: by theory of spins with the covariance of I.1, and by the two levels of J.1b."""
    load, T, x = 4.0, 0.8, 1.0
    network, beta = DenseHebbian(3), 1.0 / T
    line = Interpolation(solve(network, load, T, "spin_glass"), x)
    end = transport(network, load, T, x=x, start="random")
    q = []
    for t in (0.2, 0.6, 1.0):
        p = transport(network, load, T, t, end.at(t).x, start="random", ansatz=RSB(1))
        D = [network.covariance(v, load) - network.covariance(end.q, load)
             - network.covariance(end.q, load, derivative=1) * (v - end.q) for v in p.q_levels]  # fmt: skip
        assert line.expected(t) == pytest.approx(-0.5 * beta**2 * (p.theta * D[0] + (1.0 - p.theta) * D[1]), abs=1e-8)
        q.append(p.q)
    assert q[0] == pytest.approx(end.q, abs=1e-9)
    assert end.q > q[1] + 0.005 > q[2] + 0.06
    off = 2.0 * 0.8 * abs(end.velocity[0])  # the twin: a line twice as fast
    assert abs(transport(network, load, T, 0.2, x + off, start="random").q - end.q) > 0.05
    assert line.theory() == end.action


def test_limits_are_replica_symmetric():
    network, load, T, t, x, inner, y = DenseHebbian(3), 0.4, 0.3, 0.8, 0.2, 0.5, 0.1
    one = transport(network, load, T, t, x, y, ansatz=RSB(1), theta=1.0, inner=inner)
    assert one.action == pytest.approx(transport(network, load, T, t, x, y).action + 0.5 * inner, abs=1e-12)
    zero = transport(network, load, T, t, x, y, ansatz=RSB(1), theta=1e-9, inner=inner)
    rs = transport(network, load, T, t, x + inner, y)
    assert zero.action == pytest.approx(rs.action, abs=1e-8)
    assert (zero.m, zero.q_levels[1]) == pytest.approx((rs.m, rs.q), abs=1e-8)
    stable = transport(network, 0.1, 0.4, ansatz=RSB(1))
    assert (stable.theta, stable.inner) == (1.0, 0.0)
    assert stable.action == pytest.approx(transport(network, 0.1, 0.4).action, abs=1e-12)


def test_the_identity_by_quadrature_over_all_disorder_of_three_spins():
    """P = N = 3: one coupling, three fields outside and three inside, and the covariance that three spins have."""
    load, T, theta, n = 0.2, 1.0, 0.6, 7
    beta, spins = 1.0 / T, np.array(list(product((1.0, -1.0), repeat=3)))
    xi = Covariance((Fraction(0), Fraction(-7, 2), Fraction(0), Fraction(9, 2)))
    fields = TwoFields(SimpleNamespace(P=3, unit_covariance=xi), load, T, 0.5, (0.08, 0.12), 0.1)
    m_, q_ = 0.3, (0.4, 0.7)  # any constants
    z, w = np.polynomial.hermite_e.hermegauss(n)
    w = w / w.sum()
    J = np.array(list(product(z, repeat=3)))
    weights = np.array([np.prod(x) for x in product(w, repeat=3)])
    m, q = spins.mean(axis=1), spins @ spins.T / 3.0

    def weighed(s):
        """Return ln Z [outside, inside] and the Boltzmann weights, a step s along the characteristic."""
        v = fields.velocity(m_, q_)
        t, x1, x2, y = 0.5 + s, 0.08 + v[0] * s, 0.12 + v[2] * s, 0.1 + v[1] * s
        noise = np.sqrt(t) * beta * np.sqrt(1.5 * load) * z[:, None] * spins.prod(axis=1)
        outside = noise[:, None, :] + (np.sqrt(x1) * J @ spins.T)[None]
        base = outside.reshape(-1, 1, 8) + (t * beta * 1.5 * m**3 + 3.0 * y * m)
        for rows in np.array_split(np.arange(base.shape[0]), 8):
            e = np.exp(base[rows] + np.sqrt(x2) * J @ spins.T)
            Z = e.sum(axis=2)
            yield rows, Z, e / Z[:, :, None]

    outer = (w[:, None] * weights).ravel()

    def action(s):
        return sum(outer[rows] @ np.log(Z**theta @ weights) for rows, Z, _ in weighed(s)) / (3.0 * theta)

    h = 0.01
    left = (8.0 * (action(h) - action(-h)) - (action(2 * h) - action(-2 * h))) / (12.0 * h)
    D = [load * (np.vectorize(xi)(q) - xi(b) - xi(b, 1) * (q - b)) for b in q_]
    V = 0.0
    for rows, Z, p in weighed(0.0):
        tilt = Z**theta * weights
        tilt /= tilt.sum(axis=1, keepdims=True)
        mean = np.einsum("oi,ois->os", tilt, p)
        signal = mean @ (m**3 - 3.0 * m_**2 * m + 2.0 * m_**3)
        one = np.einsum("oi,ois,st,oit->o", tilt, p, D[1], p, optimize=True)
        two = np.einsum("os,st,ot->o", mean, D[0], mean, optimize=True)
        V += outer[rows] @ (0.5 * beta * signal - 0.5 * beta**2 * ((1.0 - theta) * one + theta * two))
    assert left == pytest.approx(fields.source(m_, q_, theta) + V, abs=1e-6)
    assert abs(left - fields.source(m_, q_, 1.1 * theta) - V) > 1e-5  # the twin


def test_refused():
    early = transport(DenseHebbian(3), 0.4, 0.2, 0.5, 0.01, 1.0, ansatz=RSB(1), theta=0.5, inner=0.01)
    assert 0.5 < early.last < 1.0
    with pytest.raises(InputError, match="characteristic must reach t"):
        early.at(1.0)
    for change, words in (
        ({"ansatz": "RSB(2)"}, r"RS\(\) or RSB\(1\)"), ({"theta": 0.5}, "theta and inner must be left out"),
        ({"inner": 0.5}, "theta and inner must be left out"), ({"ansatz": RSB(1), "inner": 0.1}, "theta must be given"),
        ({"ansatz": RSB(1), "theta": 1.5}, "theta must"), ({"ansatz": RSB(1), "inner": -1.0}, "inner must"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            transport(**{"network": DenseHebbian(3), "load": 0.1, "T": 0.3} | change)


@pytest.mark.parametrize("kind", ["distinct", "self-interacting"])
def test_a_point_without_a_pattern_is_a_spin_glass(kind):
    """Its covariance, overlap and free energy are those of the point, and of what `Interpolation` expects there."""
    network, load, T = DenseHebbian(3, kind), 4.0, 0.8
    end, line = transport(network, load, T, start="random"), Interpolation(solve(network, load, T, "spin_glass"))
    for t in (0.2, 0.6, 1.0):
        p = transport(network, load, T, t, end.at(t).x, start="random", ansatz=RSB(1))
        for q in (0.3, 1.0):
            assert p.spins.covariance(q, load) == pytest.approx(t * network.covariance(q, load) + T**2 * p.x * q, rel=1e-12)
        s = solve(p.spins, load, T, "spin_glass" if t > 0.5 else "equilibrium", RSB(1) if t > 0.5 else RS())
        assert (s.q, -s.free_energy / T) == pytest.approx((p.q, p.action), abs=1e-9)
        means = [network.covariance(v, load) - network.covariance(end.q, load, derivative=1) * (v - end.q) for v in p.q_levels]
        rest = p.theta * means[0] + (1.0 - p.theta) * means[1] - network.covariance(end.q, load)
        assert line.expected(t) == pytest.approx(-0.5 / T**2 * rest, abs=1e-8)
    for point in (transport(network, 0.1, 0.4), transport(network, load, T, y=0.1, start="random")):
        with pytest.raises(InputError, match="to be a spin glass"):
            point.spins  # noqa: B018
    with pytest.raises(InputError, match="must be > 0 for a spin glass"):
        transport(network, 0.0, T, start="random").spins  # noqa: B018


def test_a_run_at_a_point_is_that_of_all_its_states():
    """q of a ladder at J.1's point, a random field and noise, against enumeration of the same couplings; another x is seen."""
    network, load, T, t = DenseHebbian(3), 4.0, 0.8, 0.6
    end = transport(network, load, T, start="random")
    spins, other = (transport(network, load, T, t, x, start="random").spins for x in (end.at(t).x, 3.0 * end.at(t).x))
    method = ReplicaExchange(every=1)
    run = simulate(spins, load, [T, 1.5 * T, 3.0 * T, math.inf], 9, seed=3, samples=1, replicas=4, sweeps=6000, method=method)[
        0
    ]
    exact, wrong = (enumerate_states(g, load, T, 9, seed=3) for g in (spins, other))
    assert abs(float(run.q) - exact.q) < 4.5 * run.q.thermal
    assert abs(float(run.q) - wrong.q) > 8.0 * run.q.thermal
