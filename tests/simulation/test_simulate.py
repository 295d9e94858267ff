"""simulate: reproducible from one seed on any number of threads, energies, replicas, the whole domain."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassy
from glassy import DenseHebbian, InputError, Quench, ReplicaExchange, Status, simulate

network = DenseHebbian(3)
POINT = {"load": 0.2, "T": 0.4, "N": 24, "sweeps": 40, "seed": 3}


def same(a, b):
    return all(np.array_equal(getattr(a.series, n), getattr(b.series, n)) for n in ("m", "energy", "q", "acceptance", "spins"))


def test_numbers_do_not_depend_on_threads():
    runs = [simulate(network, **POINT, samples=5, threads=k) for k in (1, 2, 5)]
    assert same(runs[0], runs[1])
    assert same(runs[0], runs[2])
    assert not same(runs[0], simulate(network, **{**POINT, "seed": 4}, samples=5))


def test_minus_zero_is_zero():
    zero, minus = (simulate(network, **{**POINT, "T": T}, start="random") for T in (0.0, -0.0))
    assert same(zero, minus)
    assert math.copysign(1.0, minus.T) == 1.0
    assert simulate(network, **{**POINT, "T": np.float32(-0.0)}, start="random").T == 0.0


def test_more_samples_keep_the_first_ones_and_replicas_are_independent():
    few, many = simulate(network, **POINT, samples=2), simulate(network, **POINT, samples=4)
    assert np.array_equal(few.series.m, many.series.m[:2])
    assert not np.array_equal(many.series.m[0], many.series.m[1])
    assert not np.array_equal(many.series.energy[0, 0], many.series.energy[0, 1])


def test_real_data_as_patterns():
    data = np.where(np.random.default_rng(0).random((12, 30)) < 0.2, 1, -1)  # biased, int64
    r = simulate(DenseHebbian(4), T=0.1, patterns=data, sweeps=20, seed=1)
    assert (r.K, r.N, r.samples) == (12, 30, 1)
    assert not r.patterns_drawn
    assert r.m.disorder is None


def test_energy_is_H_over_N():
    r = simulate(network, **POINT, samples=2)
    for k in range(2):
        xi = glassy.draw_patterns(r.K, r.N, seed=3, sample=k).astype(int)
        table = network.energy_table(r.N)
        for j in range(2):
            H = table.unit * sum(table.values[(r.N - int(row @ r.series.spins[k, j])) // 2] for row in xi)
            assert r.series.energy[k, j, -1] == pytest.approx(float(H) / r.N, abs=1e-13)
            assert r.series.m[k, j, -1] == xi[0] @ r.series.spins[k, j] / r.N
        assert r.series.q[k, 0, -1] == r.series.spins[k, 0].astype(int) @ r.series.spins[k, 1] / r.N


@pytest.mark.parametrize("kind", ["distinct", "self-interacting"])
@pytest.mark.parametrize("P", [2, 3, 4])
def test_M3_M4_mean_pattern_energy(P, kind):
    """The mean of H(xi)/N over samples: signal plus the exact mean of the noise."""
    net = DenseHebbian(P, kind)
    r = simulate(net, load=0.3, T=1.0, N=20, samples=400, replicas=1, sweeps=1, burn_in=0, seed=9)
    table = net.energy_table(20)
    expected = float((table.unit * table.values[0] + (r.K - 1) * table.mean) / 20)
    e = r.series.pattern_energy
    assert abs(e.mean() - expected) <= 4 * e.std() / math.sqrt(400)
    assert e.std() > 0.01


def test_replicas_one_and_three():
    one = simulate(network, **POINT, samples=1, replicas=1)
    assert one.series.q.shape == (1, 0, 40)
    with pytest.raises(InputError, match="q is the overlap of two replicas"):
        _ = one.q
    three = simulate(network, **POINT, samples=1, replicas=3)
    assert three.overlaps.shape == (1, 3, 40)
    assert "q=" in repr(three)
    assert "q=" not in repr(one)


def test_threads_share_replicas_where_samples_are_few():
    for options in ({"T": 0.4}, {"T": [0.3, 0.6, 1.0], "method": ReplicaExchange()}, {"T": 0.0, "method": Quench()}):
        point = {"load": 0.3, "N": 30, "replicas": 3, "sweeps": 300, "seed": 2, **options}
        one, many = simulate(network, threads=1, **point), simulate(network, threads=4, **point)
        for a, b in zip(*([x] if isinstance(x, glassy.Samples) else x for x in (one, many)), strict=True):
            assert same(a, b)


@settings(max_examples=40, deadline=None)
@given(
    P=st.integers(2, 6), kind=st.sampled_from(["distinct", "self-interacting"]), extra=st.integers(0, 10),
    K=st.integers(1, 30), T=st.one_of(st.just(0.0), st.just(math.inf), st.floats(1e-3, 10)), seed=st.integers(0, 99),
    start=st.sampled_from(["pattern", "random"]), replicas=st.integers(1, 3),
)  # fmt: skip
def test_whole_domain_gives_finite_consistent_series(P, kind, extra, K, T, seed, start, replicas):
    xi = glassy.draw_patterns(K, P + extra, seed)
    r = simulate(DenseHebbian(P, kind), T=T, patterns=xi, start=start, replicas=replicas, sweeps=7, seed=seed)
    s = r.series
    assert s.m.shape == s.energy.shape == s.acceptance.shape == (1, replicas, 7)
    assert s.q.shape == (1, replicas * (replicas - 1) // 2, 7)
    assert np.all(np.isfinite(s.energy))
    assert np.all(np.abs(s.m) <= 1)
    assert np.all((s.acceptance >= 0) & (s.acceptance <= 1))
    assert r.status in Status
    repr(r)
