"""Grids of state points: each equals a single call, indexed as NumPy does, with shared patterns."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Glauber, simulate

network = DenseHebbian(3)


def same(a, b):
    return all(np.array_equal(getattr(a.series, n), getattr(b.series, n)) for n in ("m", "energy", "q", "acceptance", "spins"))


def test_grid_points_equal_single_calls_and_keep_their_place():
    loads, temperatures = [0.1, 0.2], np.array([0.3, 0.4, 0.5])
    grid = simulate(network, load=loads, T=temperatures, N=24, sweeps=40, seed=3)
    assert grid.shape == (2, 3)
    for i, x in enumerate(loads):
        for j, T in enumerate(temperatures):
            assert grid[i, j].T == T
            assert same(grid[i, j], simulate(network, load=x, T=T, N=24, sweeps=40, seed=3))
    assert grid.values("m").shape == grid.errors("m").shape == (2, 3)
    row = simulate(network, load=0.2, T=[0.4], N=24, sweeps=40, seed=3)
    assert row.shape == (1,)
    assert len(row.statuses) == 1


def test_grid_indexes_as_numpy_does():
    loads, temperatures = [0.1, 0.2], [0.3, 0.4, 0.5]
    grid = simulate(network, load=loads, T=temperatures, N=12, sweeps=1, seed=3)
    m = grid.values("m")
    for index in [(-1, 0), (0, -1), (1, 2), (np.int64(1), -3)]:
        assert grid[index] is grid.points[np.arange(6).reshape(2, 3)[index]]
    for index in [(0, slice(None)), (slice(None), -1), (slice(None), [0, 2]), (1,), [1], m > 0.9, (..., slice(1, None))]:
        assert grid[index].shape == m[index].shape
        assert np.array_equal(grid[index].values("m"), m[index])
        repr(grid[index])
    assert [r.T for r in grid[0, :]] == temperatures
    assert list(grid) == [grid[i] for i in range(len(grid))]  # as a sequence it is flat
    assert grid[-1] is grid[1, 2]
    assert grid[1:].points == grid.points[1:]
    assert grid[4:].shape == (2,)
    for index in [(2, 0), (0, -4), (0, 0, 0), (0, 0.5), 6, -7, "m"]:
        with pytest.raises(IndexError, match=r"out of bounds|too many indices|only integers"):
            grid[index]


def test_patterns_of_a_grid_are_shared_and_are_those_of_draw_patterns():
    xi = glassy.draw_patterns(network.patterns(0.2, 24), 24, seed=3)
    a = simulate(network, load=0.2, T=0.0, N=24, samples=1, sweeps=1, burn_in=0, seed=3, method=Glauber("sequential"))
    b = simulate(network, T=0.0, patterns=xi, sweeps=1, burn_in=0, seed=3, method=Glauber("sequential"))
    assert np.array_equal(a.series.pattern_energy, b.series.pattern_energy)
    assert set(np.unique(xi)) == {-1, 1}
    assert xi.dtype == np.int8
    assert abs(xi.mean()) < 4 / math.sqrt(xi.size)
