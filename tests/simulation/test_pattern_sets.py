"""Several sets of patterns of the user in one call: each is a sample, and errors hold the scatter between them."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, draw_patterns

NETWORK = DenseHebbian(3)


def sets(n=4, K=30, N=40):
    return np.array([draw_patterns(K, N, seed=5, sample=k) for k in range(n)])


def test_they_are_the_samples_of_drawn_ones():
    xi = sets()
    given = glassy.simulate(NETWORK, T=0.3, patterns=xi, seed=5, sweeps=60)
    drawn = glassy.simulate(NETWORK, K=30, N=40, T=0.3, samples=4, seed=5, sweeps=60)
    for name in ("spins", "m", "energy", "q"):
        assert np.array_equal(getattr(given.series, name), getattr(drawn.series, name))
    assert (given.m, given.m.error, given.m.disorder) == (drawn.m, drawn.m.error, drawn.m.disorder)
    assert given.K == 30
    assert not given.patterns_drawn
    assert np.array_equal(given.pattern_overlaps(xi), drawn.pattern_overlaps())
    rows = glassy.compare(glassy.solve(NETWORK, given.load, 0.3), given).rows
    assert any(math.isfinite(row.z) for row in rows)
    one = glassy.simulate(NETWORK, T=0.3, patterns=xi[0], seed=5, sweeps=60)
    assert np.array_equal(one.series.spins, given.series.spins[:1])
    assert all(math.isnan(row.z) for row in glassy.compare(glassy.solve(NETWORK, one.load, 0.3), one).rows)


def test_it_goes_on(tmp_path):
    xi = sets(3)
    whole = glassy.simulate(NETWORK, T=0.4, patterns=xi, seed=5, sweeps=40)
    for _ in range(2):
        assert glassy.simulate(NETWORK, T=0.4, patterns=xi, seed=5, sweeps=40, out=tmp_path / "run") == whole


def test_refused():
    xi = sets(3)
    with pytest.raises(InputError, match="samples must be 3, one for each set of patterns"):
        glassy.simulate(NETWORK, T=0.4, patterns=xi, samples=2, seed=5)
    with pytest.raises(InputError, match="samples must be 1 with given patterns"):
        glassy.simulate(NETWORK, T=0.4, patterns=xi[0], samples=2, seed=5)
    with pytest.raises(InputError, match="must contain"):
        glassy.simulate(NETWORK, T=0.4, patterns=2 * xi, seed=5)
    with pytest.raises(InputError, match=r"must be a \(K, N\) array"):
        glassy.enumerate_states(NETWORK, T=0.4, patterns=xi[..., :8])
    r = glassy.simulate(NETWORK, T=0.4, patterns=xi, seed=5, sweeps=5)
    with pytest.raises(InputError, match=r"of shape \(3, 30, 40\)"):
        r.pattern_overlaps(xi[0])
