"""Networks that learn from examples, simulated and enumerated: the energy L.1, its overlaps, data of the user, theory."""

import itertools
import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Perturbation, ReplicaExchange, draw_examples, draw_patterns, examples_by_label

SELF = "self-interacting"
NETWORKS = [
    DenseHebbian(3).trained(3, 0.8),
    DenseHebbian(4, SELF).trained(2, 0.7),
    DenseHebbian(2).trained(5, 0.5),
    DenseHebbian(2).trained(4, 0.6, supervised=True),
    DenseHebbian(3).trained(3, 0.7, supervised=True),
    DenseHebbian(4).trained(2, 0.9, supervised=True),
]


def energies(network, eta):
    """L.1 of all states, written out; and the states."""
    K, M, N = eta.shape
    P, r = network.P, network.quality
    stored = eta.mean(axis=1) if network.supervised else eta.reshape(K * M, N)
    scale = r**P * (1 if network.supervised else M)
    states = np.array(list(itertools.product((1, -1), repeat=N)))
    H = np.zeros(2**N)
    for row in stored:
        x = row * states
        if network.interactions == SELF:
            H -= N / 2 * x.mean(axis=1) ** P
        else:
            e = sum(np.prod(x[:, list(c)], axis=1) for c in itertools.combinations(range(N), P))
            H -= math.factorial(P) / (2 * N ** (P - 1)) * e
    return H / scale, states


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_L1_is_enumerated(network):
    K, N, T = 4, 8, 0.6
    eta, zeta = draw_examples(network, K, N, seed=3), draw_patterns(K, N, seed=3)
    H, states = energies(network, eta)
    w = np.exp(-(H - H.min()) / T)
    w /= w.sum()
    exact = glassy.enumerate_states(network, K=K, T=T, N=N, seed=3)
    assert exact.energy == pytest.approx(w @ H / N, rel=1e-10)
    assert exact.m == pytest.approx(w @ (states @ zeta[0]) / N, abs=1e-10)
    assert exact.n == pytest.approx(w @ (states @ eta[0].mean(axis=0)) / N, abs=1e-10)
    assert exact.n_first == pytest.approx(w @ (states @ eta[0, 0]) / N, abs=1e-10)
    at = np.flatnonzero((states == zeta[0]).all(axis=1))[0]
    assert exact.pattern_energy == pytest.approx(H[at] / N, rel=1e-10)


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_simulated_as_enumerated(network):
    point = {"K": 4, "T": 1.5, "N": 10, "seed": 3}
    exact = glassy.enumerate_states(network, **point)
    r = glassy.simulate(network, **point, samples=1, replicas=24, sweeps=1500)
    control = glassy.enumerate_states(type(network)(network.network, network.examples, 0.8 * network.quality), **point)
    names = ("energy", "q2") if network.even else ("m", "n", "n_first", "energy", "q")
    for name in names:
        z = (float(getattr(r, name)) - getattr(exact, name)) / getattr(r, name).thermal if name != "q2" else 0.0
        assert abs(z) < 4.0, name
    assert abs(float(r.energy) - control.energy) / r.energy.thermal > 20.0


@pytest.mark.parametrize("kernels", [("patterns", "packed", "tensor", "wide")])
def test_every_kernel_gives_the_same(kernels):
    network = DenseHebbian(3).trained(3, 0.8)
    runs = [glassy.simulate(network, 0.2, 0.4, 30, seed=1, samples=2, sweeps=60, kernel=k) for k in kernels]
    for other in runs[1:]:
        for name in ("m", "n", "n_first", "energy", "spins"):
            assert np.array_equal(getattr(runs[0].series, name), getattr(other.series, name))
    r = runs[0]
    eta, zeta = draw_examples(network, r.K, 30, seed=1, sample=1), draw_patterns(r.K, 30, seed=1, sample=1)
    sigma = r.series.spins[1].astype(int)
    assert np.allclose(r.series.m[1, :, -1], sigma @ zeta[0] / 30)
    assert np.allclose(r.series.n[1, :, -1], sigma @ eta[0].mean(axis=0) / 30)
    assert np.allclose(r.series.n_first[1, :, -1], sigma @ eta[0, 0] / 30)
    assert r.n.value == pytest.approx(r.series.n.mean())
    assert np.array_equal(r.pattern_overlaps()[:, :, 0], r.final_m)  # with ground truths


def test_examples_are_of_their_quality():
    network = DenseHebbian(3).trained(50, 0.7)
    eta, zeta = draw_examples(network, 40, 60, seed=1), draw_patterns(40, 60, seed=1)
    agreed = (eta * zeta[:, None]).mean()
    assert abs(agreed - 0.7) * math.sqrt(eta.size / (1 - 0.49)) < 4.0
    pairs = (eta[:, 0] * eta[:, 1]).mean()
    assert abs(pairs - 0.49) * math.sqrt(2400 / (1 - 0.49**2)) < 4.0
    assert not np.array_equal(eta, draw_examples(network, 40, 60, seed=1, sample=1))
    assert np.array_equal(draw_examples(DenseHebbian(3).trained(4, 1.0), 3, 9, seed=2)[:, 2], draw_patterns(3, 9, seed=2))


def test_perfect_examples_and_one_example_are_stored_patterns():
    plain = glassy.simulate(DenseHebbian(3), 0.2, 0.4, 30, seed=1, samples=2, sweeps=60)
    r = glassy.simulate(DenseHebbian(3).trained(2, 1.0), 0.2, 0.4, 30, seed=1, samples=2, sweeps=60)
    for name in ("spins", "m", "q"):
        assert np.array_equal(getattr(plain.series, name), getattr(r.series, name))
    assert np.allclose(plain.series.energy, r.series.energy, rtol=1e-13)
    network = DenseHebbian(3).trained(1, 0.5)  # T r^P is exact in binary, and so are the flips
    eta = draw_examples(network, 20, 30, seed=4)
    one = glassy.simulate(network, T=0.25 * 8, patterns=eta, seed=1, sweeps=60)
    spins = one.series.spins.reshape(-1, 30)
    again = glassy.simulate(network, T=0.25 * 8, K=20, N=30, seed=4, samples=1, start=spins, sweeps=1, burn_in=0)
    assert np.array_equal(again.series.start_m, spins[None].astype(int) @ draw_patterns(20, 30, seed=4)[0] / 30)
    assert np.array_equal(one.series.m, one.series.n)  # the ground truth of one example is that example
    own = glassy.enumerate_states(DenseHebbian(3), T=0.25, patterns=eta[:, 0, :10])
    exact = glassy.enumerate_states(network, T=2.0, patterns=eta[:, :, :10])
    assert exact.n == pytest.approx(own.m, rel=1e-9)
    assert exact.energy == pytest.approx(8.0 * own.energy, rel=1e-9)


@pytest.mark.parametrize("supervised", [False, True])
def test_examples_of_the_user(supervised):
    network = DenseHebbian(3).trained(3, 0.8, supervised)
    eta = draw_examples(network, 12, 24, seed=5)
    drawn = glassy.simulate(network, K=12, T=0.4, N=24, seed=5, samples=1, sweeps=50, start="example")
    given = glassy.simulate(network, T=0.4, patterns=eta, seed=5, sweeps=50, start="example")
    for name in ("spins", "energy", "n", "n_first"):
        assert np.array_equal(getattr(drawn.series, name), getattr(given.series, name))
    assert not given.patterns_drawn
    assert np.array_equal(given.series.start_m[0, 0] * 24, np.sign(eta[0].sum(axis=0)) @ eta[0, 0])  # the majority
    truths = glassy.simulate(network, T=0.4, patterns=draw_patterns(12, 24, seed=5), seed=5, sweeps=50, start="example")
    assert np.array_equal(truths.series.spins, drawn.series.spins)
    assert np.array_equal(truths.series.m, drawn.series.m)
    exact = glassy.enumerate_states(network, T=0.4, patterns=eta[..., :9])
    assert exact.n == glassy.enumerate_states(network, T=0.4, patterns=eta[..., :9], seed=7).n
    order = np.random.default_rng(1).permutation(36)
    labels = np.repeat(np.arange(12), 3)[order]
    back = examples_by_label(eta.reshape(36, 24)[order], labels)
    assert np.array_equal(np.sort(back, axis=1), np.sort(eta, axis=1))


def test_where_it_starts():
    network, point = DenseHebbian(3).trained(3, 0.6), {"K": 5, "T": 0.3, "N": 60, "seed": 2, "samples": 2, "sweeps": 1}
    zeta, eta = (np.array([f(s) for s in range(2)]) for f in (
        lambda s: draw_patterns(5, 60, 2, s)[0], lambda s: draw_examples(network, 5, 60, 2, s)[0, 0],
    ))  # fmt: skip
    at = glassy.simulate(network, **point, burn_in=0)
    assert (at.start_m == 1.0).all()
    r = glassy.simulate(network, **point, burn_in=0, start="example")
    assert np.array_equal(r.start_m[:, 0], (zeta.astype(int) * eta).sum(axis=1) / 60)
    near = glassy.simulate(network, **point, burn_in=0, start="example", start_overlap=0.9)
    assert not np.array_equal(near.start_m, r.start_m)


def test_a_run_that_goes_on_and_a_ladder(tmp_path):
    network = DenseHebbian(3).trained(3, 0.8)
    asked = {"load": 0.1, "T": 0.4, "N": 24, "seed": 1, "sweeps": 40, "watch": (2,)}
    whole = glassy.simulate(network, **asked, samples=3)
    glassy.simulate(network, **asked, samples=1, out=tmp_path / "run")
    on = glassy.simulate(network, **asked, samples=3, out=tmp_path / "run")
    assert on == whole
    assert on.m_of(2) == whole.m_of(2)
    whole.save(tmp_path / "r.npz")
    assert glassy.load(tmp_path / "r.npz") == whole
    assert np.array_equal(whole.to_xarray()["n"].values, whole.series.n)
    ladder = glassy.simulate(network, 0.1, [0.4, 0.8], 20, method=ReplicaExchange(), samples=2, sweeps=40, seed=1)
    assert all(0.0 < p.n < 1.0 or abs(p.n) < 1.0 for p in ladder)


def test_refused():
    network, plain = DenseHebbian(3).trained(3, 0.8), DenseHebbian(3)
    eta = draw_examples(network, 4, 20, seed=1)
    with pytest.raises(InputError, match="must hold M = 3 examples of each ground truth"):
        glassy.simulate(network, T=0.3, patterns=eta[:, :2], seed=1)
    with pytest.raises(InputError, match=r"ground truths \(K, N\) or examples \(K, M, N\)"):
        glassy.simulate(network, T=0.3, patterns=eta[0, 0], seed=1)
    with pytest.raises(InputError, match="network must have examples of what it is to retrieve"):
        glassy.simulate(plain, 0.1, 0.3, 20, seed=1, start="example")
    for call in (glassy.simulate, glassy.enumerate_states):
        with pytest.raises(InputError, match="pattern_energies must be left out"):
            call(network, K=3, T=0.3, N=10, seed=1, perturbation=Perturbation(pattern_energies={0: 0.0}))
        for none in (DenseHebbian(3).trained(math.inf, 0.8), DenseHebbian(5).trained(2, 0.8, True)):
            with pytest.raises(InputError, match="network must have stored patterns with a table of energies, or couplings"):
                call(none, K=3, T=0.3, N=10, seed=1)
    with pytest.raises(InputError, match="seed must be given"):
        glassy.enumerate_states(network, T=0.3, patterns=draw_patterns(3, 9, seed=1))
    with pytest.raises(InputError, match="must stay below"):
        glassy.simulate(DenseHebbian(4).trained(2000, 0.8, True), K=3, T=0.3, N=30, seed=1)
    with pytest.raises(InputError, match="n is known of networks that learn from examples"):
        _ = glassy.simulate(plain, 0.1, 0.3, 20, seed=1, samples=1, sweeps=1).n
    with pytest.raises(InputError, match="finitely many to be drawn"):
        draw_examples(DenseHebbian(3).trained(math.inf, 0.8), 3, 9, seed=1)
    with pytest.raises(InputError, match="label 1 has"):
        examples_by_label(eta[0], [0, 0, 1], 2)
    with pytest.raises(InputError, match=r"examples must be \(n, N\)"):
        examples_by_label(eta[0], [0, 1])
    for call in (lambda: glassy.annealed(network, 4, 20, 1.0), lambda: glassy.unstable_overlap(network, 0.1, 0.3)):
        with pytest.raises(InputError, match="patterns that it stores as they are"):
            call()


@pytest.mark.slow
def test_theory_at_infinite_N():
    """P = 3, load .05, T .3, M 2, r .9: three sizes to 1/N -> 0; r m, and r off by 5 %, are refuted."""
    network = DenseHebbian(3).trained(2, 0.9)
    runs = [
        glassy.simulate(network, 0.05, 0.3, N, samples=samples, sweeps=200, seed=N)
        for N, samples in ((80, 200), (120, 160), (180, 120))
    ]
    s = glassy.solve(network, 0.05, 0.3)
    limit = {row.observable: row for row in glassy.compare(s, runs, powers=(1.0,)).rows if row.N == math.inf}
    assert {"m", "n", "q", "energy"} <= set(limit)
    assert max(abs(row.z) for row in limit.values()) < 4.0
    n = limit["n"].simulation
    assert abs(float(n) - 0.9 * s.m) > 15.0 * n.error
    for quality in (0.855, 0.945):
        off = glassy.solve(DenseHebbian(3).trained(2, quality), 0.05, 0.3)
        assert abs(float(n) - off.n) > 8.0 * n.error
