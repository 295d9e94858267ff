"""RS of P = 2 networks that learn from examples: the modes of a ground truth and their noise (L.5)."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom

import glassy
from glassy import DenseHebbian, InputError, PhaseError, Status, solve

SELF = "self-interacting"
PAIRS = DenseHebbian(P=2)


def free_energy(network, load, T, n, q):
    """L.5 written out for T > 0, at any n and q, by quadrature; H.3."""
    M, r, C, beta = network.examples, network.quality, (1.0 - q) / T, 1.0 / T
    v = load * q * sum(k * (x / (1 - x * C)) ** 2 for x, k in network.modes)
    s, soft = math.sqrt(v), 0.0
    for k in range(M + 1):
        a = n / r**2 * (2 * k / M - 1)

        def f(z, a=a):
            return np.logaddexp(beta * (a + s * z), -beta * (a + s * z)) * math.exp(-0.5 * z * z)

        soft += binom.pmf(k, M, 0.5 * (1 + r)) * quad(f, -9, 9, points=[-a / s], epsabs=1e-13, epsrel=1e-13)[0]
    noise = 0.5 * load * sum(k * (T * math.log(1 - x * C) - x * q / (1 - x * C)) for x, k in network.modes) + 0.5 * v * C
    return -T * soft / math.sqrt(2 * math.pi) + 0.5 * (n / r) ** 2 + noise


def test_L5_modes_are_those_of_the_examples():
    """The M vectors eta^a/(M r^2)^(1/2) of one ground truth have a covariance with these eigenvalues."""
    for M, r in ((1, 0.6), (3, 0.8), (5, 0.3)):
        overlaps = np.full((M, M), r * r) + (1 - r * r) * np.eye(M)
        own = np.sort(np.linalg.eigvalsh(overlaps / (M * r * r)))[::-1]
        network = PAIRS.trained(M, r)
        found = np.repeat([x for x, _ in network.modes], [k for _, k in network.modes])
        assert np.allclose(found, own, rtol=1e-13)
        assert found.sum() == pytest.approx(network.trace, rel=1e-13)
        assert 2 * network.covariance(1.0, 1.0) == pytest.approx((found**2).sum(), rel=1e-13)  # L.2
    assert PAIRS.trained(3, 0.8, supervised=True).modes == ((pytest.approx(1 + 0.36 / 0.64 / 3), 1),)


def test_L5_at_points_that_were_measured():
    s = solve(PAIRS.trained(40, 0.4), 0.03, 0.2)
    assert (round(s.m, 4), round(s.n, 4), round(s.q, 4), round(s.energy, 4)) == (0.9489, 0.3925, 0.9537, -0.5)
    s = solve(PAIRS.trained(4, 0.9, supervised=True), 0.05, 0.2)
    assert (round(s.m, 4), round(s.n, 4), round(s.q, 4)) == (0.9683, 0.8914, 0.9713)


@pytest.mark.parametrize(
    ("M", "r", "load", "T", "supervised"), [(3, 0.8, 0.03, 0.2, False), (4, 0.6, 0.01, 0.4, False), (5, 0.7, 0.03, 0.3, True)]
)
def test_L5_is_the_stationary_point_of_the_free_energy(M, r, load, T, supervised):
    own = DenseHebbian(2, SELF).trained(M, r, supervised)
    s = solve(own, load, T)
    assert free_energy(own, load, T, s.n, s.q) == pytest.approx(s.free_energy, rel=1e-11)
    d = 1e-3 * min(1.0 - s.q, 1.0 - s.n)
    for dn, dq in ((1.0, 0.0), (0.0, 1.0)):
        up, down = (free_energy(own, load, T, s.n + k * d * dn, s.q + k * d * dq) for k in (1, -1))
        assert abs(up - down) / (2 * d) < 1e-5
    assert abs(free_energy(own, load, T, 0.95 * s.n, s.q) - free_energy(own, load, T, 0.95 * s.n - d, s.q)) / d > 1e-3
    other = solve(PAIRS.trained(M, r, supervised), load, T)
    assert other.free_energy - s.free_energy == pytest.approx(0.5 * load * own.trace, rel=1e-10)
    assert (other.m, other.n) == (s.m, s.n)


@pytest.mark.parametrize("phase", ["retrieval", "spin_glass", "paramagnetic"])
def test_thermodynamics(phase):
    network, load, T, d = PAIRS.trained(3, 0.8), 0.03, 1.8 if phase == "paramagnetic" else 0.25, 1e-4
    s = solve(network, load, T, phase)
    f = {k: solve(network, load, T + k * d, phase).free_energy for k in (-1, 1)}
    assert -(f[1] - f[-1]) / (2 * d) == pytest.approx(s.entropy, rel=1e-6)
    assert s.free_energy == pytest.approx(s.energy - T * s.entropy, rel=1e-13)
    assert s.status is Status.CONVERGED


def test_limits():
    expected = solve(PAIRS, 0.05, 0.3)
    perfect = solve(PAIRS.trained(5, 1.0), 0.05, 0.3)
    assert (perfect.m, perfect.n, perfect.free_energy) == (expected.m, expected.m, expected.free_energy)
    one = solve(PAIRS.trained(1, 0.7), 0.05, 0.3 / 0.49)
    assert one.n == pytest.approx(expected.m, rel=1e-12)
    assert one.m == pytest.approx(0.7 * expected.m, rel=1e-12)
    assert one.free_energy * 0.49 == pytest.approx(expected.free_energy, rel=1e-12)
    for kind in ("distinct", SELF):
        many, limit = (solve(DenseHebbian(2, kind).trained(M, 0.8), 0.03, 0.3) for M in (4000, math.inf))
        for name in ("m", "n", "q_EA", "energy", "free_energy"):
            assert getattr(many, name) == pytest.approx(getattr(limit, name), abs=3e-4)
    plain = solve(PAIRS, 0.03, 0.3)
    assert solve(PAIRS.trained(math.inf, 0.8), 0.03, 0.3).free_energy == pytest.approx(plain.free_energy, rel=1e-13)
    assert glassy.spinodal(PAIRS.trained(1, 0.7), 0.3 / 0.49).load == pytest.approx(glassy.spinodal(PAIRS, 0.3).load, rel=1e-10)
    glass, own = solve(PAIRS.trained(1, 0.7), 0.3, 0.5 / 0.49, "spin_glass"), solve(PAIRS, 0.3, 0.5, "spin_glass")
    assert glass.q == pytest.approx(own.q, rel=1e-12)


@pytest.mark.parametrize(("M", "r"), [(3, 0.8), (2, 0.9), (40, 0.4)])
def test_boundaries(M, r):
    network = PAIRS.trained(M, r)
    for T in (0.0, 0.1, 0.3):
        end = glassy.spinodal(network, T)
        assert end.saddle.residual < 1e-12
        assert solve(network, 0.99 * end.load, T).status is Status.CONVERGED
        assert solve(network, 1.01 * end.load, T, strict=False).status is Status.LEFT_PHASE
    both = glassy.coexistence(network, 0.1)
    assert both.residual < 1e-11
    T_g = glassy.at_line(network, 0.03, "paramagnetic").T
    assert 0.03 * sum(k * (x / (T_g - x)) ** 2 for x, k in network.modes) == pytest.approx(1.0, rel=1e-12)
    assert solve(network, 0.03, 0.999 * T_g, "spin_glass").q > 0.0
    assert solve(network, 0.03, 1.001 * T_g, "spin_glass", strict=False).status is Status.LEFT_PHASE
    assert abs(glassy.at_line(PAIRS, 0.03, "paramagnetic").T - 1.0 - math.sqrt(0.03)) < 1e-15
    points = glassy.scan(network, [0.01, 0.03], 0.2, phase="equilibrium")
    assert points[0] == solve(network, 0.01, 0.2, "equilibrium")


def test_the_larger_of_two_branches_grows_with_the_number_of_examples():
    """At r = .2 and odd M a branch of its own lies near v = 1, and the spinodal is its end."""
    ends = [glassy.spinodal(PAIRS.trained(M, 0.2), 0.2) for M in (12, 15, 16, 17, 18)]
    assert [len(end.others) for end in ends] == [0, 1, 0, 1, 0]
    assert (np.diff([max(end.load, *end.others, 0.0) for end in ends]) > 0.0).all()
    assert ends[1].load < 0.4 * ends[1].others[0]
    with pytest.raises(PhaseError, match="give it as start") as caught:
        solve(PAIRS.trained(17, 0.2), 0.0008, 0.2)
    other = caught.value.solution
    assert other.status is Status.CONVERGED
    assert solve(PAIRS.trained(17, 0.2), 0.0007, 0.2, start=other).m > other.m


def test_what_is_not_known_is_refused():
    network = PAIRS.trained(3, 0.8)
    for call in (
        lambda: solve(network, 0.1, 0.2, "spin_glass", "RSB(1)"), lambda: glassy.spinodal(network, 0.1, "RSB(1)"),
        lambda: glassy.storage_capacity(network), lambda: glassy.phase_diagram(network),
        lambda: glassy.spin_glass_temperatures(network), lambda: glassy.complexity(network, 0.1, 0.2),
    ):  # fmt: skip
        with pytest.raises(InputError, match="a noise that the theory knows beyond replica symmetry"):
            call()
    assert "steps of it are not known here" in repr(solve(network, 0.1, 0.2, "spin_glass"))
    assert glassy.examples_needed(PAIRS, 0.05, 0.2, quality=0.5).examples > 1


@pytest.mark.slow
def test_L5_is_what_finite_networks_do():
    network = PAIRS.trained(10, 0.6)
    s = solve(network, 0.02, 0.2)
    run = glassy.simulate(network, 0.02, 0.2, 600, samples=24, sweeps=100, seed=600)
    rows = {row.observable: row for row in glassy.compare(s, run).rows}
    assert {"m", "n", "q", "energy"} <= set(rows)
    assert max(abs(row.z) for row in rows.values()) < 4.0
    n = rows["n"].simulation
    assert abs(float(n) - 0.6 * s.m) > 8.0 * n.error
