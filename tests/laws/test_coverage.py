"""Coverage: over many runs, bars hold the exact value at least as often as they claim, and half of them do not.

Thermal errors are the largest of several estimates of the same, so independent data are covered a little more often.
"""

import dataclasses
import math

import numpy as np
import pytest
from chains import GRID, N, ar1, boltzmann, drawn_ladder, network, samples
from scipy.special import stdtr

from glassy import draw_patterns
from glassy.exact import state_energies


def covers(found, exact, freedom, more=0.0):
    """Whether the share of bars that hold `exact` is that of Student's t (or up to `more`); of half the bars it is not."""
    z = np.array([(float(e) - exact) / e.error for e in found])
    wanted = 2.0 * float(stdtr(freedom, 1.0)) - 1.0
    allowed = 4.0 * math.sqrt(wanted * (1.0 - wanted) / len(z))
    assert -allowed < np.mean(np.abs(z) <= 1.0) - wanted < allowed + more, np.mean(np.abs(z) <= 1.0)
    assert abs(np.mean(np.abs(z) <= (0.4 if more else 0.5)) - wanted) > allowed


@pytest.mark.slow
def test_specific_heat_covers():
    """AR(1) energies of known variance, r = 0.6: 400 runs, and 400 of twelve samples each."""
    rng, T = np.random.default_rng(1), 0.7
    series = ar1(rng, 0.6, (400, 1, 2, 4000))
    covers([samples(T, 0.1 * x - 0.4).specific_heat for x in series], N * 0.01 / T**2, 7, more=0.1)
    series = ar1(rng, 0.6, (400, 12, 1, 1000))
    spread = 0.3 * rng.normal(size=(400, 12, 1, 1))  # samples of different energies: not a part of the specific heat
    covers([samples(T, 0.1 * x + s).specific_heat for x, s in zip(series, spread, strict=True)], N * 0.01 / T**2, 11)


@pytest.mark.parametrize(("r", "n", "replicas"), [(0.6, 100, 1), (0.9, 475, 1), (0.9, 475, 2)])
def test_specific_heat_covers_with_many_short_samples(r, n, replicas):
    """64 samples of 50 tau_int: 4 %, the share that the mean of so short a run takes away, would be 1.7 errors."""
    series, T = ar1(np.random.default_rng(7), r, (150, 64, replicas, n)), 0.7
    found = [samples(T, 0.1 * x).specific_heat for x in series]
    covers(found, N * 0.01 / T**2, 63)
    assert abs(np.mean([(c - N * 0.01 / T**2) / c.error for c in found])) < 0.5


def test_binder_covers():
    """m = a + AR(1): <m^2> = a^2 + 1, <m^4> = a^4 + 6 a^2 + 3."""
    rng, a = np.random.default_rng(2), 1.5
    exact = 0.5 * (3.0 - (a**4 + 6 * a**2 + 3.0) / (a**2 + 1.0) ** 2)
    series = ar1(rng, 0.6, (400, 1, 2, 4000))
    covers([samples(1.0, x, a + x).binder_m for x in series], exact, 7, more=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["binder_m", "binder_m of one sample", "binder_q"])
def test_binder_is_not_off_by_few_values(name):
    """Gaussian m, n values: n sum m^4/(sum m^2)^2 is 3n/(n + 2) on average, so the plain cumulant is 3/(n + 2) and not 0.

    The jackknife leaves 6/((n + 1)(n + 2)).
    """
    n, found, plain = 20, [], []
    for x in np.random.default_rng(5).normal(size=(2000, n, 1, 1)):
        m = x.reshape(1, 1, n) if "one" in name else np.tile(x, (1, 2, 40))  # m of a sample stands still
        r = samples(1.0, np.zeros_like(m), m)
        if name == "binder_q":
            r = dataclasses.replace(r, series=dataclasses.replace(r.series, q=m[:, :1]))
        found.append(float(getattr(r, name.split()[0])))
        plain.append(0.5 * (3.0 - n * (x**4).sum() / (x**2).sum() ** 2))
    error = np.std(found) / math.sqrt(len(found))
    assert abs(np.mean(found) - 6.0 / ((n + 1) * (n + 2))) < 4.0 * error
    assert abs(np.mean(plain) - 3.0 / (n + 2)) < 4.0 * error
    assert np.mean(plain) > 8.0 * error  # the twin


def test_means_over_samples_with_disorder_cover():
    rng = np.random.default_rng(3)
    series = ar1(rng, 0.6, (600, 12, 2, 200)) + 0.4 * rng.normal(size=(600, 12, 1, 1))
    covers([samples(1.0, x).energy for x in series], 0.0, 11)


@pytest.fixture(scope="module")
def tiny():
    xi = draw_patterns(network.patterns(0.5, N), N, seed=3)
    return state_energies(network, xi)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")  # drawn numbers, no chains
def test_free_energies_and_reweighted_curves_cover(tiny):
    rng = np.random.default_rng(4)
    ladders = [drawn_ladder(tiny, rng, 200) for _ in range(150)]
    T = 0.6  # between two temperatures of the ladder
    exact = boltzmann(tiny, T)
    curves = [ladder.reweighted(T)[0] for ladder in ladders]
    for name, value in exact.items():
        covers([getattr(c, name) for c in curves], value, 7, more=0.1)
    coldest = boltzmann(tiny, GRID[0])["minus_beta_f"]
    covers([ladder.minus_beta_f()[0] for ladder in ladders], coldest, 7, more=0.1)
    covers([ladder.minus_beta_f("mbar")[0] for ladder in ladders], coldest, 7, more=0.1)
