"""States at one example of several (L.6): stationarity, limits, ends, who wins, and finite networks."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

import glassy
from glassy import DenseHebbian, InputError, PhaseError, Status, solve

SELF = "self-interacting"


def overlaps(network, T, n, s):
    """L.6 written out: E chi^a tanh and E T ln 2cosh over all signs of the examples, by quadrature."""
    P, M, r = network.P, network.examples, network.quality
    new, soft, m = np.zeros(M), 0.0, 0.0
    for chi in itertools.product((1.0, -1.0), repeat=M):
        p = math.prod(0.5 * (1.0 + r * c) for c in chi)
        a = 0.5 * P / r**P / M * sum(x ** (P - 1) * c for x, c in zip(n, chi, strict=True))

        def average(f, a=a):
            points = [-a / s] if abs(a) < 9 * s else None
            return quad(lambda z: f((a + s * z) / T) * math.exp(-0.5 * z * z), -9, 9, points=points, epsabs=1e-12, limit=200)[0]

        t = average(math.tanh) / math.sqrt(2 * math.pi)
        new, m = new + p * t * np.array(chi), m + p * t
        soft += p * T * average(lambda u: np.logaddexp(u, -u)) / math.sqrt(2 * math.pi)
    return new, soft, m


def free_energy(network, load, T, n, q):
    """The free energy at any overlaps n_a and q; at P = 2 of H.3."""
    P, M, r, C = network.P, network.examples, network.quality, (1.0 - q) / T
    signal = 0.5 * (P - 1) * sum((x / r) ** P for x in n) / M
    if P == 2:
        v = load * q * sum(k * (x / (1 - x * C)) ** 2 for x, k in network.modes)
        noise = 0.5 * load * sum(k * (T * math.log(1 - x * C) - x * q / (1 - x * C)) for x, k in network.modes) + 0.5 * v * C
    else:
        xi = network.covariance
        v, noise = xi(q, load, 1), -0.5 / T * (xi(1.0, load) - xi(q, load) - (1 - q) * xi(q, load, 1))
    return -overlaps(network, T, n, math.sqrt(v))[1] + signal + noise


def test_L6_at_the_point_that_was_measured():
    """At N = 400 others measured n_1 .9820(11), n_2 .369(12), m .611(12)."""
    s = solve(DenseHebbian(3).trained(3, 0.6), 0.02, 0.8, "example")
    others = (3 * s.n - s.n_first) / 2
    assert [round(x, 4) for x in (s.n_first, others, s.m)] == [0.9836, 0.3686, 0.6018]
    both = solve(DenseHebbian(3).trained(3, 0.6), 0.02, 0.8)
    assert (round(both.n, 3), round(both.m, 3)) == (0.642, 0.724)
    assert both.n_first is None


@pytest.mark.parametrize(
    ("P", "kind", "M", "r", "load", "T"),
    [(3, "distinct", 3, 0.6, 0.05, 0.8), (4, SELF, 2, 0.7, 0.01, 0.4), (2, SELF, 3, 0.2, 0.002, 2.0)],
)
def test_L6_is_the_stationary_point_of_the_free_energy(P, kind, M, r, load, T):
    network = DenseHebbian(P, kind).trained(M, r)
    s = solve(network, load, T, "example")
    n = np.array([s.n_first, *[(M * s.n - s.n_first) / (M - 1)] * (M - 1)])
    assert n[0] - n[1] > 0.1
    assert s.residual < 1e-12
    assert free_energy(network, load, T, n, s.q) == pytest.approx(s.free_energy, rel=1e-10)
    assert s.free_energy == pytest.approx(s.energy - T * s.entropy, rel=1e-12)
    d = 1e-3 * min(1.0 - s.q, 1.0 - s.n_first)
    for a in range(2):
        up, down = (free_energy(network, load, T, n + k * d * np.eye(M)[a], s.q) for k in (1, -1))
        assert abs(up - down) / (2 * d) < 1e-5
    up, down = (free_energy(network, load, T, n, s.q + k * d) for k in (1, -1))
    assert abs(up - down) / (2 * d) < 1e-5
    off = n - 0.02 * np.eye(M)[0]
    assert abs(free_energy(network, load, T, off, s.q) - free_energy(network, load, T, off - d * np.eye(M)[0], s.q)) / d > 1e-3


@pytest.mark.parametrize("phase", ["example", "retrieval"])
def test_derivatives_of_the_free_energy(phase):
    network, load, T, d = DenseHebbian(3).trained(3, 0.6), 0.03, 0.5, 1e-4
    s = solve(network, load, T, phase)
    f = {k: solve(network, load, T + k * d, phase).free_energy for k in (-1, 1)}
    assert -(f[1] - f[-1]) / (2 * d) == pytest.approx(s.entropy, rel=1e-5)
    f = {k: solve(network, load * (1 + k * d), T, phase).free_energy for k in (-1, 1)}
    n = [s.n] * 3 if phase == "retrieval" else [s.n_first, *[(3 * s.n - s.n_first) / 2] * 2]
    noise = s.energy + sum((x / 0.6) ** 3 for x in n) / 6
    assert (f[1] - f[-1]) / (2 * d) == pytest.approx(0.5 * noise, rel=1e-6)


def test_where_there_is_one_example_it_is_the_pattern():
    for network in (DenseHebbian(3).trained(1, 0.8), DenseHebbian(4).trained(5, 1.0)):
        s, expected = solve(network, 0.05, 0.4, "example"), solve(network, 0.05, 0.4)
        assert (s.m, s.n, s.free_energy, s.n_first) == (expected.m, expected.n, expected.free_energy, expected.n)
        assert solve(network, 0.05, 0.4, "equilibrium").phase == "retrieval"
    for r in (0.2, 0.1):  # examples that have nothing in common are patterns of their own
        M, T, load = 3, 0.3, 0.05
        s = solve(DenseHebbian(3).trained(M, r), load, T / (M * r**3), "example")
        alone = solve(DenseHebbian(3), M * load, T)
        assert s.n_first == pytest.approx(alone.m, abs=2 * r**6)
        assert s.q == pytest.approx(alone.q, abs=10 * r**6)


def test_zero_temperature_is_the_limit():
    network = DenseHebbian(4).trained(4, 0.6)
    cold, near = (solve(network, 0.05, T, "example") for T in (0.0, 1e-4))
    for name in ("m", "n", "n_first", "free_energy", "energy"):
        assert getattr(near, name) == pytest.approx(getattr(cold, name), abs=2e-4)
    assert cold.q == 1.0


def test_who_wins():
    network, T = DenseHebbian(3).trained(3, 0.6), 0.8
    states = [solve(DenseHebbian(3).trained(M, 0.6), 0.02, 0.5, "equilibrium") for M in (2, 3, 5, 20)]
    assert [s.phase for s in states] == ["example", "example", "retrieval", "retrieval"]
    assert {s.wins for s in states} == {True}
    path = {p: glassy.scan(network, [0.02, 0.14, 0.19, 0.3], T, p, wins=True) for p in ("example", "retrieval", "paramagnetic")}
    assert [s.wins for s in path["example"]][:1] == [True]
    assert [s.winner for s in path["retrieval"]][:1] == ["example"]
    assert [s.status for s in path["example"]][2:] == [Status.LEFT_PHASE] * 2
    assert "metastable: example wins" in path["paramagnetic"][0].remarks
    assert [s.n_first for s in path["example"]][:2] == [solve(network, x, T, "example").n_first for x in (0.02, 0.14)]
    assert np.isnan(path["retrieval"].values("n_first").astype(float)).all()


def test_where_it_ends():
    network, T = DenseHebbian(3).trained(3, 0.6), 0.8
    with pytest.raises(PhaseError, match=r"the state at one example ends at load=0\.150") as caught:
        solve(network, 0.2, T, "example")
    end = caught.value.solution
    assert end.status is Status.CONVERGED
    path = [solve(network, x * end.load, T, "example") for x in (1e-9, 0.5, 0.9, 1 - 1e-6, 1 - 1e-12)]
    falls = -np.diff([s.n_first for s in path])
    assert (falls > 0.0).all()
    assert falls[-1] < 2e-3  # like a square root
    assert solve(network, 0.0, T, "example").n_first == pytest.approx(path[0].n_first, abs=1e-7)
    with pytest.raises(PhaseError, match="all examples are alike even at load=0"):
        solve(DenseHebbian(3).trained(20, 0.9), 0.02, T, "example")


def test_two_examples_part_where_they_do_not_stay_alike():
    """M = 2: the state at one example ends on the branch of equal overlaps, where a difference begins to grow."""
    network, T = DenseHebbian(3).trained(2, 0.9), 0.3
    with pytest.raises(PhaseError) as caught:
        solve(network, 0.1, T, "example")
    end = caught.value.solution.load
    below, above = (solve(network, x * end, T) for x in (0.9999, 1.0001))
    assert (below.alike, above.alike) == (False, True)
    assert "a difference between examples grows" in repr(below)
    assert solve(network, 0.999 * end, T, "example").n == pytest.approx(below.n, abs=1e-5)
    assert solve(DenseHebbian(3), 0.1, T).alike is None


@pytest.mark.parametrize(("P", "M", "r", "load", "T"), [(3, 3, 0.6, 0.08, 0.5), (4, 4, 0.6, 0.05, 0.5), (2, 3, 0.7, 0.01, 0.4)])
def test_how_a_difference_between_examples_grows(P, M, r, load, T):
    from glassy.theory.rs.equations import variance
    from glassy.theory.rs.example import growth_of_difference

    network = DenseHebbian(P).trained(M, r)
    s = solve(network, load, T)
    width, d = math.sqrt(variance(network, load, s.q, s.local_susceptibility)), 1e-4
    moved = [overlaps(network, T, s.n + k * d * np.array([1.0, -1.0, *[0.0] * (M - 2)]), width)[0] for k in (1, -1)]
    growth = growth_of_difference(network, load, T, s.n, s.q, s.local_susceptibility)
    assert (moved[0] - moved[1])[:3] / (2 * d) == pytest.approx([growth, -growth, 0.0], abs=1e-6)


def test_refused_and_kept(tmp_path):
    plain = DenseHebbian(3)
    for network in (plain.trained(3, 0.6, supervised=True), plain.trained(math.inf, 0.6)):
        with pytest.raises(InputError, match="examples that it stores one by one"):
            solve(network, 0.05, 0.3, "example")
    with pytest.raises(InputError, match="examples of what it is to retrieve"):
        solve(plain, 0.05, 0.3, "example")
    s = solve(plain.trained(3, 0.6), 0.02, 0.8, "example")
    assert glassy.load(s.save(tmp_path / "state")) == s


@pytest.mark.slow
def test_L6_is_what_finite_networks_do():
    network, load, T = DenseHebbian(3).trained(3, 0.6), 0.02, 0.8
    s = solve(network, load, T, "example")
    run = glassy.simulate(network, load, T, 300, samples=48, sweeps=100, seed=31, start="example")
    rows = {row.observable: row for row in glassy.compare(s, run).rows}
    assert {"m", "n", "n_first", "q", "energy"} <= set(rows)
    assert max(abs(row.z) for row in rows.values()) < 4.0
    wrong = solve(network, load, T)  # the state of all examples is another
    assert abs(float(rows["n"].simulation) - wrong.n) > 8.0 * rows["n"].simulation.error


def test_phases_at_and_scan_look_at_the_state_at_one_example():
    network = DenseHebbian(3).trained(2, 0.7)
    point, best = glassy.phases_at(network, 0.02, 0.4), solve(network, 0.02, 0.4, "equilibrium")
    assert (point.equilibrium.phase, point.equilibrium.free_energy) == ("example", best.free_energy)
    assert [(s.phase, s.wins) for s in point.metastable] == [("retrieval", False), ("paramagnetic", False)]
    assert glassy.scan(network, 0.02, 0.4, wins=True)[0].winner == "example"
    supervised = glassy.phases_at(DenseHebbian(3).trained(2, 0.7, supervised=True), 0.02, 0.4)
    assert [s.phase for s in (supervised.equilibrium, *supervised.metastable)] == ["retrieval", "paramagnetic"]
