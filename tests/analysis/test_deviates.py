"""Deviates, intervals and p-values: few samples, long tails, one chain or replica that disagrees."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from chains import ar1
from deviates import rms, slack

from glassy import DenseHebbian, Estimate, InputError, simulate
from glassy.analysis.equilibration import ALARM, LENGTH
from glassy.analysis.jackknife import FLUCTUATES, block_means, freedom, jackknife, parts_of
from glassy.analysis.stationarity import disagreement, drift
from glassy.analysis.statistics import estimate, summarise
from glassy.core.results import deviate

network = DenseHebbian(3)


@pytest.mark.parametrize("samples", [2, 3, 10])
def test_deviates_of_few_samples_are_no_larger_than_normal_ones(samples):
    rng, n = np.random.default_rng(samples), 1500
    found = [estimate(x) for x in rng.normal(size=(n, samples, 1, 1)) + 0.3 * rng.normal(size=(n, samples, 2, 64))]
    assert {e.dof for e in found} == {freedom(samples)}
    assert 0.6 < rms([e.z(0.0) for e in found]) < 1.05 + slack(n) / 4
    assert abs(rms([deviate(float(e) / e.error, samples - 1) for e in found]) - 1.0) < 0.05 + slack(n) / 4
    raw = rms([float(e) / e.error for e in found])
    assert raw > {2: 3.0, 3: 1.4, 10: 1.08}[samples]  # the twin: the plain ratio
    for level in (0.5, 0.9545):
        inside = np.mean([a <= 0.0 <= b for a, b in (e.interval(level) for e in found)])
        assert inside - level > -4 * math.sqrt(level * (1 - level) / n) - 0.01


def test_M15_samples_with_a_long_tail_have_fewer_degrees_of_freedom():
    """Samples of excess kurtosis 6 and skewness 2, an exponential law: as skewed as finite networks are."""
    found = [estimate(x) for x in np.random.default_rng(8).exponential(size=(3000, 8, 1, 1)) * np.ones((1, 1, 2, 4))]
    z, twin = rms([e.z(1.0) for e in found]), rms([deviate((float(e) - 1.0) / e.error, 7) for e in found])
    assert z < 1.15 < twin


@pytest.mark.slow
def test_M15_fluctuations_are_as_skewed_as_that():
    """Intervals of their mean over 8 samples hold the truth as often as they say; those of a mean do not."""
    inside = Counter()
    for x in np.random.default_rng(9).gamma(0.7, size=(3000, 8, 1, 1)) * np.ones((1, 1, 2, 4)):
        for name, options in (("fluctuation", {"kurtosis": FLUCTUATES}), ("mean", {})):
            a, b = jackknife([x], lambda m: float(m.mean()), **options).interval(0.9545)
            inside[name] += a <= 0.7 <= b
    assert inside["fluctuation"] > 0.93 * 3000 > inside["mean"]
    r = simulate(network, load=0.1, T=0.3, N=30, seed=7, sweeps=100)
    assert (r.specific_heat.dof, r.susceptibility.dof, r.m.dof) == (freedom(8, FLUCTUATES),) * 2 + (freedom(8),)


def test_deviates_and_intervals_are_those_of_student():
    from scipy.stats import norm, t

    for dof in (1, 2, 7.5, 40):
        for x in (-30.0, -2.0, 0.3, 5.0):
            assert deviate(x, dof) == pytest.approx(-norm.isf(t.cdf(x, dof)) if x < 0 else norm.isf(t.sf(x, dof)), rel=1e-9)
        a, b = Estimate(1.0, 0.5, dof=dof).interval(0.9)
        assert (a + b, b - a) == (pytest.approx(2.0), pytest.approx(float(t.isf(0.05, dof))))
    grid = [deviate(x, 3) for x in np.logspace(0, 300, 200)]
    assert all(math.isfinite(x) for x in grid)
    assert all(a <= b for a, b in pairwise(grid))  # also beyond the smallest p
    assert deviate(math.inf, 3) == math.inf
    assert math.isnan(Estimate(1.0, 0.0).z(0.0))
    assert math.isnan(Estimate(1.0, 0.1, bound=True).z(0.0))
    assert Estimate(3.0, 1.0, dof=1).z(0.0, error=100.0) == pytest.approx(3.0 / math.hypot(1, 100), rel=1e-3)  # the other's law
    with pytest.raises(InputError, match="level must lie between"):
        Estimate(0.0, 1.0).interval(1.0)


@pytest.mark.parametrize("f", ["mean", "variance"])
@pytest.mark.parametrize("chains", [1, 2, 4])
def test_the_jackknife_over_parts_covers(chains, f):
    """AR(1) with tau = 9.5: one sample; each part alone, and what they give together."""
    rng, n = np.random.default_rng([chains, f == "mean"]), 250
    z, short = [], []
    for x in ar1(rng, 0.9, (n, 1, chains, 1600)):
        moments = [block_means(x), block_means(x**2)]
        e = jackknife(moments, (lambda a, b: float(a.mean())) if f == "mean" else (lambda a, b: float((b - a * a).mean())))
        z.append(e.z(0.0 if f == "mean" else 1.0))
        short.append((float(e) - (f != "mean")) / (x.std() / math.sqrt(x.size)))
    assert 0.7 < rms(z) < 1.1 + slack(n)
    assert rms(short) > 2.0  # the twin: no memory
    parts = parts_of(chains, 16)
    for group in (parts.fine, parts.times, parts.quarters, parts.replicas):
        assert not group or np.all(np.sum(group, axis=0) == 1)  # each group holds every part of the data once


def test_a_replica_that_disagrees_is_in_the_error_of_q():
    rng, R = np.random.default_rng(1), 5
    a, b = np.triu_indices(R, 1)
    calm = 0.8 + 0.05 * rng.normal(size=(1, len(a), 800))
    apart = calm - 0.5 * ((a == 4) | (b == 4))[None, :, None]
    one, two = (estimate(x, R) for x in (calm, apart))
    means = [apart[0, (a != r) & (b != r)].mean() for r in range(R)]
    assert two.error >= math.sqrt((R - 1) * np.var(means)) * (1 - 1e-4) > 0.1  # the jackknife over replicas, nearly whole
    assert two.dof == R - 1
    assert two.error > 50 * one.error
    assert disagreement(summarise(apart, R)) < 1e-8
    assert disagreement(summarise(calm, R)) > 0.003
    assert jackknife([block_means(apart)], lambda x: float(x.mean()), R).error >= two.error / 1.01
    assert estimate(apart.mean(axis=1, keepdims=True)).error < two.error / 50  # the twin: pairs taken as one chain


@pytest.mark.parametrize("shape", [(1, 2), (1, 8), (8, 2), (16, 4)])
def test_p_values_are_uniform_where_there_is_nothing_and_tiny_where_there_is(shape):
    rng, n = np.random.default_rng(shape), 300
    x = ar1(rng, 0.5, (n, *shape, 320))
    for test in (drift, disagreement):
        p = np.array([test(summarise(y)) for y in x])
        for level in (0.3, 0.1, 0.01):
            assert np.mean(p < level) < 1.6 * level + 4 * math.sqrt(level / n), (test.__name__, level)
        assert np.mean(p < 0.3) > 0.1
    y = x[0]
    slope = np.linspace(-1.0, 1.0, 320)
    if shape == (1, 2):  # the errors of two chains hold the drift itself: a weak one is told by tau_int
        assert drift(summarise(y + 8.0 * slope)) < 1e-4
        found = summarise(y + 1.5 * slope)
        assert drift(found) < ALARM or found.sweeps / found.integrated_autocorrelation[1] < LENGTH
    else:
        assert drift(summarise(y + 0.8 * slope)) < 1e-4
    stuck = np.zeros((*shape, 1))
    stuck[0, 0] = 3.0  # one chain of one sample
    assert disagreement(summarise(y + stuck)) < 1e-4
