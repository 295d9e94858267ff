"""Errors: tau_int of AR(1) chains, coverage of one-sigma bars, thermal and disorder error told apart."""

import math

import numpy as np
import pytest
from chains import ar1

from glassy import DenseHebbian, InputError, draw_patterns, enumerate_states, simulate
from glassy.analysis.jackknife import block_means, jackknife
from glassy.analysis.overlaps import histograms
from glassy.analysis.stationarity import drift
from glassy.analysis.statistics import estimate, summarise
from glassy.analysis.tau_int import autocovariance, cut_sum, integrated_autocorrelation, windows
from glassy.core.results import Estimate, short


@pytest.mark.parametrize("r", [0.0, 0.5, 0.9, 0.97])
def test_tau_of_ar1_chains(r):
    """To its own error, sqrt(4 W/n), and without bias."""
    tau = (1 + r) / (2 * (1 - r))
    found = []
    for x in ar1(np.random.default_rng(1), r, (20, 1, 4, 20_000)):
        _, t, window = integrated_autocorrelation(x)
        assert abs(t / tau - 1.0) <= 4.0 * math.sqrt(4.0 * window / 80_000)
        found.append(t)
    assert abs(np.mean(found) / tau - 1.0) < 0.05


def test_the_mean_of_the_same_data_takes_nothing_away():
    """Variance and tau_int of runs of 50 tau, 4000 of them; the plain variance is 4 % short."""
    x = ar1(np.random.default_rng(2), 0.9, (4000, 1, 475))
    variance, tau, _ = integrated_autocorrelation(x)
    assert variance == pytest.approx(1.0, abs=0.02)
    assert tau == pytest.approx(9.5, rel=0.07)
    assert x.var(axis=-1).mean() < 0.97


def test_a_weak_slow_mode_is_seen():
    """A tenth of the variance has tau = 40, the rest none: 6 tau alone would stop at a window of 3 or 4."""
    rng = np.random.default_rng(3)
    x = math.sqrt(0.1) * ar1(rng, 79 / 81, (400, 1, 2, 12_000)) + math.sqrt(0.9) * rng.normal(size=(400, 1, 2, 12_000))
    found = [estimate(y) for y in x]
    W = windows(12_000)
    short = [cut_sum(np.cumsum(autocovariance(y - y.mean()))[W], W, chains=0)[0] for y in x]
    z = np.array([e / e.error for e in found])
    assert 0.75 < math.sqrt(np.mean(z**2)) < 1.15
    alone = [math.sqrt(2.0 * t * y.var() / 24_000) for t, y in zip(short, x, strict=True)]
    assert math.sqrt(np.mean([(e / error) ** 2 for e, error in zip(found, alone, strict=True)])) > 1.4  # the twin: 6 tau alone


def test_autocovariance_against_the_plain_sum():
    x = np.random.default_rng(0).normal(size=(3, 2, 50))
    c = autocovariance(x)
    for lag in (0, 1, 7, 49):
        plain = np.mean([(row[: 50 - lag] * row[lag:]).sum() / (50 - lag) for row in x.reshape(-1, 50)])
        assert c[lag] == pytest.approx(plain, abs=1e-13)


def test_one_sigma_bars_cover_68_percent():
    """Disorder and thermal noise of known size, many seeds: thermal bars with one sample, total bars with many.

    Thermal errors are the largest of several of the same, a tenth too large where one would do.
    """
    rng = np.random.default_rng(2)
    runs, covered = 1000, 0
    for x in ar1(rng, 0.8, (runs, 1, 2, 600)):
        e = estimate(x)
        assert e.disorder is None
        assert e.error == e.thermal
        covered += abs(e) <= e.error
    assert -0.05 < covered / runs - 0.683 < 0.1
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
    assert e.thermal == pytest.approx(math.sqrt(2 * 1.5 / n / 2 / S), rel=0.15)
    assert e.disorder == pytest.approx(0.3 / math.sqrt(S), rel=0.12)
    assert e.error == pytest.approx(math.hypot(e.thermal, e.disorder), rel=1e-12)
    assert e.samples == S


def test_disagreeing_replicas_raise_tau():
    x = np.random.default_rng(0).normal(size=(1, 2, 1000)) * 0.01
    x[0, 1] += 1.0
    assert estimate(x).tau_int > 100
    assert estimate(x).error > 0.3


def test_constant_series_have_no_error_and_no_autocorrelation():
    e = estimate(np.full((3, 2, 77), 0.1))
    assert (e.error, e.tau_int) == (0.0, 0.5)
    assert cut_sum(np.zeros(5), windows(5), 1) == (0.5, 0)


@pytest.mark.parametrize("chains", [2, 8])
def test_drift_is_seen_and_its_p_value_is_uniform_without_one(chains):
    rng = np.random.default_rng(0)
    x = ar1(rng, 0.5, (1, chains, 1000))
    assert drift(summarise(x + np.linspace(0, 2, 1000))) < 1e-6
    p = np.array([drift(summarise(y)) for y in ar1(rng, 0.5, (400, 1, chains, 300))])
    assert 0.05 < np.mean(p < 0.1) < 0.22  # the smaller of two that go together
    assert p.min() > 1e-6
    assert drift(summarise(np.zeros((1, chains, 10)))) == 1.0
    assert drift(summarise(np.zeros((1, chains, 1)))) == 1.0


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
    [(0.97123, 0.0012, "0.9712(12)"), (1.0, 0.00996, "1.000(10)"), (-3.2, 1.5, "-3.2(1.5)"), (2.0, math.nan, "2(unknown)")],
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
    r = simulate(network, 0.4, T, N, seed=2, start="random", sweeps=40000, replicas=2, samples=1)
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
        assert 0.0 < found.error < 0.3 * abs(value) + 0.05, name
    centres, density, error = r.overlap_distribution()
    assert centres == pytest.approx(q[::-1])
    assert np.all(np.abs(density - v[::-1] * N / 2) <= 4.0 * error + 1e-3)
    assert np.abs(density - v * N / 2).max() > 4.0 * error.max()  # the twin: the other way round


def test_fluctuations_at_the_ends_of_T():
    assert math.isnan(simulate(DenseHebbian(3), 0.2, 0.0, 12, seed=1, sweeps=20).specific_heat)
    assert simulate(DenseHebbian(3), 0.2, math.inf, 12, seed=1, sweeps=20).specific_heat == 0.0
    with pytest.raises(InputError, match="two replicas"):
        simulate(DenseHebbian(3), 0.2, 0.5, 12, seed=1, sweeps=20, replicas=1).binder_q  # noqa: B018


@pytest.mark.parametrize("T", [1e-320, 1e-170, 1e160, 1e300])
def test_fluctuations_where_T_squared_is_no_float(T):
    still = simulate(DenseHebbian(3), 0.1, T, 30, seed=1, sweeps=50, samples=2)
    moving = simulate(DenseHebbian(3), 0.1, T, 30, seed=1, sweeps=50, samples=2, start="random", burn_in=0)
    for found in (still.specific_heat, still.susceptibility, moving.specific_heat, moving.susceptibility):
        assert not any(math.isnan(x) for x in (found, found.error, found.thermal, found.disorder))
        assert len(repr(found)) < 40
    if T < 1.0:
        assert still.specific_heat == still.susceptibility == 0.0
        assert still.specific_heat.bound
        assert moving.specific_heat > 1e300
    else:
        assert moving.specific_heat < 1e-300
        assert moving.susceptibility == pytest.approx(30 * float(moving.series.m.var(axis=(1, 2)).mean()) / T, rel=0.2)


@pytest.mark.parametrize("N", [20, 41, 60, 64, 82, 100])
def test_bins_of_q_hold_equally_many_of_its_values(N):
    """At T = inf P(q) is binomial: smooth and symmetric, also where values of q would lie on the edges of equal bins."""
    rng = np.random.default_rng(N)
    q = 1.0 - 2.0 * rng.binomial(N, 0.5, (1, 1, 200_000)) / N
    centres, density, error = histograms(q, N, 41)
    assert centres == pytest.approx(-centres[::-1])
    assert np.abs(centres).max() <= 1.0 + 1e-15
    width = np.full(len(centres), centres[2] - centres[1])
    width[[0, -1]] = 2.0 * (1.0 + 1.0 / N - centres[-1])  # as `overlap_distribution` says
    assert np.allclose(width, width[0]) == (N not in (82, 100))  # where N + 1 is prime
    k = np.arange(N + 1)
    weights = np.array([math.comb(N, int(x)) for x in k]) / 2.0**N
    inside = np.abs(1.0 - 2.0 * k / N - centres[:, None]) < width[:, None] / 2
    assert density[0] == pytest.approx(inside @ weights / width, abs=5.0 * error.max())
    assert density[0] @ width == pytest.approx(1.0)
    assert inside.sum(axis=1) == pytest.approx(width * N / 2)
    assert inside.sum() == N + 1
    assert 20 <= len(centres) <= 82


@pytest.mark.parametrize("chains", [1, 2, 3, 4, 5, 6, 8, 15, 16, 40])
def test_a_drift_is_seen_with_any_number_of_chains(chains):
    x = ar1(np.random.default_rng(chains), 0.5, (chains, 1, 4000))
    assert drift(summarise(x)) > 0.003
    x[..., 2000:] += 0.5
    assert drift(summarise(x)) < 0.003
