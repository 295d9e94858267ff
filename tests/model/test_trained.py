"""Networks that learn from examples: their energy (L.1), its covariance (L.2), the signal, files and refusals."""

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom

import glassy
from glassy import DenseHebbian, InputError
from glassy.model.trained import learned_signal

KINDS = ("distinct", "self-interacting")


def examples(N, M, r):
    """Every set of M examples of one ground truth, all spins up, with its probability: (probability, chi [M, N])."""
    for signs in itertools.product((1, -1), repeat=M * N):
        chi = np.array(signs).reshape(M, N)
        yield float(np.prod(0.5 * (1.0 + r * chi))), chi


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("P", "M", "r"), [(3, 2, 0.6), (4, 2, 0.8), (3, 3, 0.7), (3, 1, 0.5)])
def test_L2_is_the_average_over_examples(P, M, r, kind):
    """E[H H'] of one ground truth and its examples is a sum over orders k of factor_k c_k(N)^2 e_k of the overlap (L.2)."""
    network, N = DenseHebbian(P, kind), P
    table = network.energy_table(N).energies
    c = network.energy_table(N).multilinear(P)
    trained = network.trained(M, r)
    given = dict(enumerate(network.unit_covariance.coefficients))
    factor = {k: x / given[k] for k, x in enumerate(trained.unit_covariance.coefficients) if x}
    rng = np.random.default_rng(1)
    sets = list(examples(N, M, r))
    for _ in range(3):
        sigma, other = rng.choice([-1, 1], (2, N))
        direct = 0.0
        for zeta in itertools.product((1, -1), repeat=N):
            s, t = sigma * np.array(zeta), other * np.array(zeta)
            for p, chi in sets:
                H = [sum(table[(N - int(x @ spins)) // 2] for x in chi) / (M * r**P) for spins in (s, t)]
                direct += p * H[0] * H[1] / 2**N
        same = [1] + [sum(math.prod(x) for x in itertools.combinations((sigma * other).tolist(), k)) for k in range(1, P + 1)]
        mean = float(c[0]) / r**P
        expected = mean**2 + sum(float(factor.get(k, 0) * c[k] ** 2) * same[k] for k in range(1, P + 1))
        assert direct == pytest.approx(expected, rel=1e-12)


def test_L2_of_means_of_examples():
    """The means of the examples have a variance r^2 (1 + rho): the noise of P of them grows with (1 + rho)^P (L.2)."""
    for kind, P, M, r in itertools.product(KINDS, (3, 4), (2, 5), (0.4, 0.9)):
        network = DenseHebbian(P, kind)
        second = binom.pmf(np.arange(M + 1), M, 0.5 + r / 2) @ (2 * np.arange(M + 1) / M - 1) ** 2
        found = network.trained(M, r, supervised=True).unit_covariance.coefficients
        for c, own in zip(found, network.unit_covariance.coefficients, strict=True):
            assert float(c) == pytest.approx(float(own) * (second / r**2) ** P, rel=1e-12)


@pytest.mark.parametrize(("M", "r"), [(1, 0.3), (2, 0.5), (3, 0.9), (6, 0.2)])
def test_signal_is_that_of_the_mean_of_the_examples(M, r):
    s = learned_signal(3, M, r)
    chi = np.array(list(itertools.product((1, -1), repeat=M)))
    p = np.prod(0.5 * (1.0 + r * chi), axis=1)
    S = chi.mean(axis=1)
    assert s.full == pytest.approx(p @ np.abs(S), rel=1e-13)
    for x in (0.3, 2.0):  # n and m without noise
        n, m = p @ (S * np.tanh(x * S / s.full)), p @ np.tanh(x * S / s.full)
        assert s.full * (1.0 - s.unloaded(x)) == pytest.approx(n, rel=1e-12)
        assert s.magnetization(x) == pytest.approx(m, rel=1e-12)
    assert s.idle == pytest.approx(p @ (S == 0.0), abs=1e-15)
    assert s.energy(r) == pytest.approx(-0.5, rel=1e-13)  # of the ground truth itself


def test_ends_of_retrieval_without_noise():
    """The P-body Curie-Weiss end is that of n = E[S tanh] with the largest T; at P = 2 it is E[S^2]/r^2."""
    for P, M, r in ((3, 2, 0.6), (4, 5, 0.7), (6, 3, 0.9)):
        s = learned_signal(P, M, r)
        x, T = s.end
        assert T == pytest.approx(max(s.temperature(y) for y in np.geomspace(0.05, 50.0, 4000)), rel=1e-5)
        high, low = s.ends(0.5 * T)
        assert s.temperature(high) == pytest.approx(0.5 * T, rel=1e-12)
        assert s.temperature(low) == pytest.approx(0.5 * T, rel=1e-12)
        assert low < x < high
    assert learned_signal(2, 4, 0.5).end[1] == pytest.approx(1.0 + 0.75, rel=1e-13)
    assert DenseHebbian(3).signal.end[1] == learned_signal(3, 1, 1.0).end[1]


def test_numbers_of_the_network():
    network = DenseHebbian(3)
    trained = network.trained(examples=4, quality=0.5)
    assert trained.patterns(0.1, 50) == network.patterns(0.1, 50)  # ground truths
    assert trained.load(100, 50) == network.load(100, 50)
    assert trained.spread == 0.75
    assert trained.covariance(0.5, 0.2) == pytest.approx(network.covariance(0.5, 0.2) * (1 + 3 * 0.5**6) / 4 / 0.5**6)
    assert network.trained(7, 1.0).unit_covariance == network.unit_covariance
    assert network.trained(math.inf, 0.3).unit_covariance == network.unit_covariance
    assert network.trained(math.inf, 0.3, supervised=True).unit_covariance == network.unit_covariance
    assert trained.pattern_energy(0.1) == -0.5
    own = DenseHebbian(2, "self-interacting").trained(4, 0.5)
    assert own.pattern_energy(0.1) == pytest.approx(-0.5 - 0.05 / 0.25)
    flat = DenseHebbian(4, "self-interacting").trained(4, 0.5)
    assert flat.energy_offset(9, 30) == pytest.approx(flat.network.energy_offset(9, 30) * 16)
    assert trained.unloaded_magnetization(0.0) == pytest.approx(1 - 2 * (0.25**4 + 4 * 0.25**3 * 0.75 + 3 * 0.25**2 * 0.75**2))
    assert trained.unloaded_magnetization(9.0) == 0.0


def test_same_value_same_network(tmp_path):
    trained = DenseHebbian(4).trained(examples=5, quality=0.8)
    assert trained == DenseHebbian(4).trained(5, 0.8)
    assert hash(trained) == hash(DenseHebbian(4).trained(5.0, Fraction(4, 5)))
    assert trained != DenseHebbian(4).trained(5, 0.8, supervised=True)
    assert eval(repr(trained), {"DenseHebbian": DenseHebbian}) == trained
    s = glassy.solve(trained, 0.05, 0.3)
    s.save(tmp_path / "s.npz")
    assert glassy.load(tmp_path / "s.npz") == s
    found = json.loads(json.dumps(s.to_dict(), allow_nan=False))
    assert found["network"] == {
        "type": "Trained", "network": {"type": "DenseHebbian", "P": 4, "interactions": "distinct"}, "examples": 5,
        "quality": 0.8, "supervised": False,
    }  # fmt: skip
    assert found["n"] == s.n
    glassy.solve(DenseHebbian(4).trained(math.inf, 0.8), 0.05, 0.3).save(tmp_path / "t.npz")
    assert glassy.load(tmp_path / "t.npz").network.examples == math.inf


def test_refused():
    network = DenseHebbian(3)
    for examples, quality, word in (
        (0, 0.5, "examples must be an integer"), (1.5, 0.5, "examples"), (20000, 0.5, "inf is the limit"),
        (math.nan, 0.5, "examples"),
        (2, 0.0, "quality must be at least"), (2, -0.1, "quality"), (2, 1.1, "quality"), (2, math.nan, "quality"),
        (2, 1e-30, "quality must be at least 2.15e-17"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=word):
            network.trained(examples, quality)
    with pytest.raises(InputError, match="supervised must be True or False"):
        network.trained(2, 0.5, supervised="no")
    with pytest.raises(InputError, match="network must be a glassy.DenseHebbian"):
        glassy.Trained(network.trained(2, 0.5), 2, 0.5)
    with pytest.raises(InputError, match="network must be a glassy.DenseHebbian"):
        glassy.Trained(glassy.SpinGlass({3: 1.0}), 2, 0.5)
