"""RS of networks that learn from examples (L.2, L.3): limits, stationarity, phases, and points that were measured."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom

import glassy
from glassy import DenseHebbian, InputError, PhaseError, Status, solve

SELF = "self-interacting"


def free_energy(network, load, T, n, q):
    """L.3 written out for T > 0, at any n and q, by quadrature."""
    P, M, r, xi, beta = network.P, network.examples, network.quality, network.covariance, 1.0 / T
    s = math.sqrt(xi(q, load, 1))
    soft = 0.0
    for k in range(M + 1):
        a = 0.5 * P * n ** (P - 1) / r**P * (2 * k / M - 1)

        def f(z, a=a):
            return np.logaddexp(beta * (a + s * z), -beta * (a + s * z)) * math.exp(-0.5 * z * z)

        soft += binom.pmf(k, M, 0.5 * (1 + r)) * quad(f, -9, 9, points=[-a / s], epsabs=1e-13, epsrel=1e-13)[0]
    soft /= math.sqrt(2 * math.pi)
    noise = 0.5 * beta**2 * (xi(1.0, load) - xi(q, load) - (1 - q) * xi(q, load, 1))
    return -T * (soft - (P - 1) * 0.5 * beta * (n / r) ** P + noise)


@pytest.mark.parametrize(
    ("P", "kind", "load", "T", "M", "r", "m", "n", "q"),
    [
        (3, "distinct", 0.05, 0.3, 2, 0.9, 0.8998, 0.9048, 0.9432),
        (3, "distinct", 0.1, 0.3, 3, 0.9, 0.9487, 0.8905, 0.9600),
        (3, "distinct", 0.05, 0.4, 10, 0.7, 0.9561, 0.6892, 0.9469),
        (4, "distinct", 0.05, 0.5, 5, 0.85, 0.9689, 0.8435, 0.9637),
        (3, SELF, 0.05, 0.3, 5, 0.8, 0.9371, 0.7873, 0.9523),
        (4, SELF, 0.02, 0.4, 5, 0.9, 0.9864, 0.8967, 0.9845),
    ],
)
def test_L3_at_points_that_were_measured(P, kind, load, T, M, r, m, n, q):
    s = solve(DenseHebbian(P, kind).trained(M, r), load, T)
    assert (round(s.m, 4), round(s.n, 4), round(s.q, 4)) == (m, n, q)
    assert s.status is Status.CONVERGED
    if M < 5:
        assert abs(n - r * m) > 0.03  # an example is nearer than its ground truth would have it


def test_L3_supervised_at_a_point_that_was_measured():
    s = solve(DenseHebbian(3).trained(3, 0.8, supervised=True), 0.05, 0.3)
    assert (round(s.m, 4), round(s.n, 4), round(s.q, 4)) == (0.9139, 0.8074, 0.9509)


@pytest.mark.parametrize("supervised", [False, True])
@pytest.mark.parametrize(
    ("P", "kind", "load", "T"), [(3, "distinct", 0.1, 0.4), (4, SELF, 0.02, 0.5), (5, "distinct", 0.2, 0.0)]
)
def test_perfect_examples_are_the_patterns(P, kind, load, T, supervised):
    plain = DenseHebbian(P, kind)
    expected = solve(plain, load, T)
    s = solve(plain.trained(6, 1.0, supervised), load, T)
    for name in ("m", "q_EA", "free_energy", "energy", "entropy", "replicon"):
        assert getattr(s, name) == getattr(expected, name)
    assert s.n == s.m
    end, plain_end = glassy.spinodal(plain.trained(6, 1.0, supervised), T), glassy.spinodal(plain, T)
    assert (end.load, end.m) == (plain_end.load, plain_end.m)


@pytest.mark.parametrize(("P", "load", "T"), [(3, 0.1, 0.3), (4, 0.2, 0.0), (6, 0.3, 0.4)])
def test_one_example_is_the_pattern_that_is_stored(P, load, T):
    """M = 1 is the DenseHebbian of the examples at T r^P: n is its m, and m is r n."""
    r = 0.8
    expected = solve(DenseHebbian(P), load, T)
    s = solve(DenseHebbian(P).trained(1, r), load, T * r**-P)
    assert s.n == pytest.approx(expected.m, rel=1e-13)
    assert s.m == pytest.approx(r * expected.m, rel=1e-13)
    assert s.q == pytest.approx(expected.q, rel=1e-13)
    assert s.free_energy * r**P == pytest.approx(expected.free_energy, rel=1e-13)
    end = glassy.spinodal(DenseHebbian(P).trained(1, r), T * r**-P)
    assert end.load == pytest.approx(glassy.spinodal(DenseHebbian(P), T).load, rel=1e-12)


@pytest.mark.parametrize("supervised", [False, True])
def test_many_examples_are_the_ground_truth(supervised):
    plain, load, T, r = DenseHebbian(3), 0.1, 0.3, 0.7
    expected = solve(plain, load, T)
    limit = solve(plain.trained(math.inf, r, supervised), load, T)
    assert (limit.m, limit.q_EA, limit.free_energy) == (expected.m, expected.q_EA, expected.free_energy)
    assert limit.n == pytest.approx(r * limit.m, rel=1e-15)
    off = [abs(solve(plain.trained(M, r, supervised), load, T).free_energy - limit.free_energy) for M in (500, 1000)]
    assert off[0] / off[1] == pytest.approx(2.0, rel=0.05)  # 1/M


@pytest.mark.parametrize(
    ("P", "kind", "M", "r", "load", "T", "supervised"),
    [
        (3, "distinct", 2, 0.9, 0.05, 0.3, False),
        (4, SELF, 5, 0.8, 0.02, 0.4, False),
        (3, "distinct", 4, 0.6, 0.01, 0.6, False),
        (4, "distinct", 3, 0.8, 0.05, 0.5, True),
    ],
)
def test_L3_is_the_stationary_point_of_the_free_energy(P, kind, M, r, load, T, supervised):
    network = DenseHebbian(P, kind).trained(M, r, supervised)
    s = solve(network, load, T)
    at = free_energy(network, load, T, s.n, s.q)
    assert at == pytest.approx(s.free_energy, rel=1e-11)
    d = 1e-3 * min(1.0 - s.q, 1.0 - s.n)
    for dn, dq in ((1.0, 0.0), (0.0, 1.0)):
        up, down = (free_energy(network, load, T, s.n + k * d * dn, s.q + k * d * dq) for k in (1, -1))
        assert abs(up - down) / (2 * d) < 1e-5
    off = free_energy(network, load, T, 0.95 * s.n, s.q) - free_energy(network, load, T, 0.95 * s.n - d, s.q)
    assert abs(off) / d > 1e-3  # elsewhere it has a slope


def test_derivatives_of_the_free_energy():
    network, load, T, d = DenseHebbian(3).trained(3, 0.8), 0.05, 0.4, 1e-4
    s = solve(network, load, T)
    f = {k: solve(network, load, T + k * d).free_energy for k in (-1, 1)}
    assert -(f[1] - f[-1]) / (2 * d) == pytest.approx(s.entropy, rel=1e-6)
    assert s.free_energy == pytest.approx(s.energy - T * s.entropy, rel=1e-13)
    f = {k: solve(network, load * (1 + k * d), T).free_energy for k in (-1, 1)}
    noise = s.energy + 0.5 * (s.n / 0.8) ** 3
    assert (f[1] - f[-1]) / (2 * d) == pytest.approx(0.5 * noise, rel=1e-6)


@pytest.mark.parametrize(("M", "r"), [(3, 0.8), (4, 0.6), (1, 0.9)])
def test_zero_temperature_is_the_limit(M, r):
    network = DenseHebbian(4).trained(M, r)
    cold, near = solve(network, 0.01, 0.0), solve(network, 0.01, 1e-4)
    for name in ("m", "n", "free_energy", "energy"):
        assert getattr(near, name) == pytest.approx(getattr(cold, name), abs=2e-4)
    assert cold.q == 1.0
    end = glassy.spinodal(network, 0.0)
    assert end.load == pytest.approx(glassy.spinodal(network, 1e-4).load, rel=1e-3)


def test_scan_is_solve():
    network = DenseHebbian(4).trained(5, 0.8)
    loads, temperatures = (x.ravel() for x in np.meshgrid(np.linspace(0.01, 0.35, 12), [0.0, 0.2, 0.6]))
    for phase in ("retrieval", "equilibrium"):
        grid = glassy.scan(network, loads, temperatures, phase=phase)
        for s in grid:
            alone = solve(network, s.load, s.T, phase, strict=False)
            assert s.status is alone.status
            for name in ("m", "n", "q_EA", "free_energy", "replicon"):
                assert getattr(s, name) == pytest.approx(getattr(alone, name), rel=1e-11, nan_ok=True)
    assert {s.phase for s in grid} == {"retrieval", "spin_glass", "paramagnetic"}
    assert np.isnan(glassy.scan(DenseHebbian(3), [0.1], 0.3).values("n").astype(float)).all()


def test_the_phase_of_small_loads_ends_at_its_own_maximum():
    """P = 4, M = 5, r = .7 near T = .33: the load has a larger maximum at small m, of another branch."""
    network, T = DenseHebbian(4).trained(5, 0.7), 0.3297
    end = glassy.spinodal(network, T)
    assert 0.80 < end.saddle.n / network.signal.full < 0.84
    path = [solve(network, x * end.load, T) for x in np.linspace(0.05, 1.0 - 1e-9, 40)]
    steps = -np.diff([s.n for s in path])
    assert (steps > 0.0).all()
    assert steps.max() < 0.06  # no jump to the other branch
    assert solve(network, 0.999 * end.load, T, start=path[0]).n == pytest.approx(
        solve(network, 0.999 * end.load, T).n, rel=1e-11
    )


def test_other_branches_are_named_and_can_be_followed():
    network, T = DenseHebbian(4).trained(5, 0.7), 0.3297
    end = glassy.spinodal(network, T)
    (reach,) = end.others
    assert "another branch reaches load=0.165" in repr(end)
    with pytest.raises(PhaseError, match=r"the spinodal is at load=0\.14.*give it as start") as caught:
        solve(network, 0.5 * (end.load + reach), T)
    low = caught.value.solution
    assert low.status is Status.CONVERGED
    assert solve(network, low.load, T, start=low).n == pytest.approx(low.n, rel=1e-11)
    for x in np.linspace(low.load, 0.99 * end.load, 5):  # down the other branch, where both are
        low = solve(network, x, T, start=low)
    high = solve(network, low.load, T)
    assert low.status is high.status is Status.CONVERGED
    assert low.n < high.n - 0.1
    with pytest.raises(PhaseError, match="the nearest saddle"):
        solve(network, 1.01 * reach, T)


def test_maxima_between_the_points_of_the_grid_are_found():
    """Against 3000 points that are uniform in ln v, as the second maximum lies at small v."""
    from glassy.theory.rs.retrieval import branches, point

    for P, M, r, T in ((3, 17, 0.1973, 0.23), (4, 5, 0.7, 0.33)):
        network = DenseHebbian(P).trained(M, r)
        loads = [point(network, T, 1.0 - math.exp(x)).load for x in np.linspace(math.log(0.01), math.log(1 - 1e-4), 3000)]
        found = [branch.end.load for branch in branches(network, T)]
        assert len(found) == 2
        assert found[1] == pytest.approx(max(loads), rel=1e-2)
        assert found[0] < found[1] >= max(loads)


def test_boundaries():
    network = DenseHebbian(3).trained(4, 0.8)
    end = glassy.spinodal(network, 0.2)
    assert end.saddle.residual < 1e-12
    both = glassy.coexistence(network, 0.2)
    assert both.residual < 1e-12
    assert 0.0 < both.load < end.load
    line = glassy.at_line(network, 0.2)
    assert abs(solve(network, 0.2, line.T).replicon) < 1e-9
    capacity = glassy.storage_capacity(network)
    assert capacity.load_c == glassy.spinodal(network, 0.0).load
    assert capacity.load_t_ansatz < capacity.load_c < glassy.storage_capacity(DenseHebbian(3)).load_c
    for T in (1.0, 1e-3):
        assert glassy.spinodal(network, T * network.signal.end[1] * (1 - 1e-12), strict=False).load >= 0.0
    with pytest.raises(PhaseError, match="it ends at T="):
        glassy.spinodal(network, 1.01 * network.signal.end[1])


@pytest.mark.slow
def test_phase_diagram():
    network = DenseHebbian(3).trained(3, 0.9)
    diagram = glassy.phase_diagram(network, tolerance=0.02)
    assert diagram.point("capacity").load == pytest.approx(glassy.spinodal(network, 0.0).load)
    assert diagram.at(0.05, 0.2).equilibrium.phase == "retrieval"
    assert diagram.at(2.0 * diagram.point("capacity").load, 0.1).equilibrium.phase != "retrieval"


def test_without_a_pattern_it_is_the_spin_glass_of_its_covariance():
    network = DenseHebbian(3).trained(4, 0.8)
    scale = 2.0 * network.covariance(1.0, 1.0)
    expected = solve(glassy.SpinGlass({3: 1.0}), 2.0 * scale, 0.5, "spin_glass", glassy.RSB(1))
    s = solve(network, 2.0, 0.5, "spin_glass", glassy.RSB(1))
    assert s.free_energy == pytest.approx(expected.free_energy, rel=1e-10)
    assert (s.m, s.n) == (0.0, 0.0)


def test_refused():
    network = DenseHebbian(3).trained(2, 0.9)
    with pytest.raises(InputError, match=r"ansatz must be RS\(\) for the state at one example"):
        solve(network, 0.1, 0.3, "example", "RSB(1)")
    with pytest.raises(InputError, match="load or T must be > 0.*free there"):
        solve(network, 0.0, 0.0)
    assert solve(DenseHebbian(3).trained(3, 0.9), 0.0, 0.0).m == pytest.approx(1 - 2 * 0.05**3 - 6 * 0.05**2 * 0.95)
    assert solve(network, 0.0, 1e-3).q == pytest.approx(1.0 - network.signal.idle, abs=1e-9)
    for call in (lambda: glassy.signal_to_noise_load(network, 0.01), lambda: solve(network, 0.1, 0.3).field_distribution(0.0)):
        with pytest.raises(InputError, match="patterns that it stores as they are"):
            call()
