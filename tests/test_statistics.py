"""Errors: tau_int of AR(1) chains, coverage of one-sigma bars, thermal and disorder error told apart."""

import math

import numpy as np
import pytest

from glassy import DenseHebbian, InputError, draw_patterns, enumerate_states, simulate
from glassy.results import Estimate, short
from glassy.simulation.statistics import autocovariance, block_means, drift, estimate, integrated_time, jackknife


def ar1(rng, r, shape):
    from scipy.signal import lfilter

    noise = rng.normal(size=shape)
    start = rng.normal(size=(*shape[:-1], 1)) * r
    return lfilter([math.sqrt(1 - r * r)], [1.0, -r], noise, axis=-1, zi=start)[0]


@pytest.mark.parametrize("r", [0.0, 0.5, 0.9, 0.97])
def test_tau_of_ar1_chains(r):
    x = ar1(np.random.default_rng(1), r, (1, 4, 200_000))
    tau = (1 + r) / (2 * (1 - r))
    assert estimate(x).tau_int == pytest.approx(tau, rel=0.06)


def test_autocovariance_against_the_plain_sum():
    x = np.random.default_rng(0).normal(size=(3, 2, 50))
    c = autocovariance(x)
    for lag in (0, 1, 7, 49):
        plain = np.mean([(row[: 50 - lag] * row[lag:]).sum() / (50 - lag) for row in x.reshape(-1, 50)])
        assert c[lag] == pytest.approx(plain, abs=1e-13)


def test_one_sigma_bars_cover_68_percent():
    """Disorder and thermal noise of known size, many seeds: thermal bars with one sample, total bars with many."""
    rng = np.random.default_rng(2)
    runs, covered = 1000, 0
    for x in ar1(rng, 0.8, (runs, 1, 2, 600)):
        e = estimate(x)
        assert e.disorder is None
        assert e.error == e.thermal
        covered += abs(e) <= e.error
    assert abs(covered / runs - 0.683) < 3.5 * math.sqrt(0.683 * 0.317 / runs) + 0.01
    covered = 0
    for x in ar1(rng, 0.8, (runs, 24, 2, 100)):
        e = estimate(x + 0.5 * rng.normal(size=(24, 1, 1)))
        covered += abs(e) <= e.error
    assert abs(covered / runs - 0.683) < 3.5 * math.sqrt(0.683 * 0.317 / runs) + 0.02  # 24 samples: Student, not Gauss


def test_thermal_and_disorder_error_are_told_apart():
    rng = np.random.default_rng(3)
    n, S = 400, 400
    x = ar1(rng, 0.5, (S, 2, n)) + 0.3 * rng.normal(size=(S, 1, 1))
    e = estimate(x)
    assert e.thermal == pytest.approx(math.sqrt(2 * 1.5 / n / 2 / S), rel=0.1)
    assert e.disorder == pytest.approx(0.3 / math.sqrt(S), rel=0.12)
    assert e.error == pytest.approx(math.hypot(e.thermal, e.disorder), rel=1e-12)
    assert e.samples == S


def test_disagreeing_replicas_raise_tau():
    x = np.random.default_rng(0).normal(size=(1, 2, 1000)) * 0.01
    x[0, 1] += 1.0
    assert estimate(x).tau_int > 100
    assert estimate(x).error > 0.3


def test_constant_series_have_no_error_and_no_memory():
    e = estimate(np.full((3, 2, 77), 0.1))
    assert (e.error, e.tau_int) == (0.0, 0.5)
    assert integrated_time(np.zeros(5)) == (0.5, 0)


@pytest.mark.parametrize("chains", [2, 8])
def test_drift_is_seen_and_its_p_value_is_uniform_without_one(chains):
    rng = np.random.default_rng(0)
    x = ar1(rng, 0.5, (1, chains, 1000))
    assert drift(x + np.linspace(0, 2, 1000), 1.5) < 1e-6
    p = np.array([drift(y, 1.5) for y in ar1(rng, 0.5, (400, 1, chains, 300))])
    assert abs(np.mean(p < 0.1) - 0.1) < 0.05
    assert p.min() > 1e-6
    assert drift(np.zeros((1, chains, 10)), 0.5) == 1.0
    assert drift(np.ones((1, chains, 2)) * np.arange(2.0), 0.5) == 0.0
    assert drift(np.zeros((1, chains, 1)), 0.5) == 1.0


def test_estimates_behave_as_floats():
    import pickle

    e = Estimate(0.5, error=0.01, tau_int=2.0)
    assert e + 1 == 1.5
    assert np.array([e]).dtype == float
    assert repr(e) == "0.500(10)"
    assert pickle.loads(pickle.dumps(e)).tau_int == 2.0
    with pytest.raises(AttributeError, match="cannot be changed"):
        e.error = 0.0


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(0.97123, 0.0012, "0.9712(12)"), (1.0, 0.00996, "1.000(10)"), (-3.2, 1.5, "-3.2(1.5)"), (2.0, math.nan, "2.0")],
)
def test_short_form(value, error, text):
    assert short(value, error) == text


def test_jackknife_covers():
    """Two moments of Gaussian samples: the variance within its error in 68 % of 400 cases, and in 95 % within two."""
    rng = np.random.default_rng(5)
    hits = np.zeros(2)
    for _ in range(400):
        x = rng.normal(0.0, 2.0, (12, 1, 40))
        moments = [block_means(x), block_means(x**2)]
        found = jackknife(moments, lambda a, b: float(b.mean() - a.mean() ** 2))
        hits += np.array([1.0, 2.0]) * found.error > abs(found - 4.0)
    for share, p in zip(hits / 400, (0.68, 0.95), strict=True):
        assert abs(share - p) < 4.0 * np.sqrt(p * (1 - p) / 400) + 0.03  # 12 samples: a t-distribution


@pytest.mark.slow
def test_fluctuations_against_enumeration():
    """Specific heat, susceptibility and Binder cumulants of one sample against all its states."""
    network, N, T = DenseHebbian(3), 14, 0.6
    r = simulate(network, 0.4, T, N, seed=2, start="random", sweeps=40000, replicas=2)
    patterns = draw_patterns(r.K, N, seed=2)
    exact = enumerate_states(network, patterns=patterns, T=T)
    m, w = exact.m_values, exact.m_weights
    q, v = exact.q_values, exact.q_weights
    wanted = {
        "specific_heat": N * (exact.energy2 - exact.energy**2) / T**2,
        "susceptibility": N * (w @ m**2 - (w @ m) ** 2) / T,
        "binder_m": 0.5 * (3.0 - (w @ m**4) / (w @ m**2) ** 2),
        "binder_q": 0.5 * (3.0 - (v @ q**4) / (v @ q**2) ** 2),
    }
    for name, value in wanted.items():
        found = getattr(r, name)
        assert abs(found - value) <= 4.0 * found.error, name
        assert 0.0 < found.error < 0.2 * abs(value) + 0.05, name
    centres, density, _ = r.overlap_histogram(bins=15)
    exact_density = np.histogram(q, np.linspace(-1, 1, 16), weights=v)[0] / (centres[1] - centres[0])
    assert density == pytest.approx(exact_density, abs=0.06)


def test_fluctuations_at_the_ends_of_T():
    assert math.isnan(simulate(DenseHebbian(3), 0.2, 0.0, 12, seed=1, sweeps=20).specific_heat)
    assert simulate(DenseHebbian(3), 0.2, math.inf, 12, seed=1, sweeps=20).specific_heat == 0.0
    with pytest.raises(InputError, match="two replicas"):
        simulate(DenseHebbian(3), 0.2, 0.5, 12, seed=1, sweeps=20, replicas=1).binder_q  # noqa: B018
