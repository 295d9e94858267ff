"""Crossings of measured shares, and a root moved by measurements."""

import math

import numpy as np
import pytest

from glassy import Estimate, InputError, crossing, line_crossing, moved_root


def test_crossings_are_linear_between_neighbours_and_know_their_ends():
    x, rng = [0.1, 0.2, 0.4], np.random.default_rng(1)
    down = np.clip(np.array([[0.9], [0.7], [0.3]]) + 0.05 * rng.normal(size=(3, 40)), 0.0, 1.0)
    share = down.mean(axis=1)
    found = crossing(x, down, falling=True)
    assert float(found) == pytest.approx(0.2 + 0.2 * (share[1] - 0.5) / (share[1] - share[2]))
    assert 0.0 < found.error < 0.02
    up = crossing(x, down[::-1], falling=False)
    assert float(up) == pytest.approx(0.1 + 0.1 * (0.5 - share[2]) / (share[1] - share[2]))
    assert math.isnan(crossing(x, 1.0 - 0.1 * down, falling=True))  # never below
    assert math.isnan(crossing(x, 0.1 * down, falling=True))  # below from the start
    assert math.isnan(crossing(x, 0.1 * down, falling=False))  # never above
    assert float(crossing(x, 1.0 - 0.1 * down, falling=False)) == 0.1  # always above


OFF = [Estimate(0.2, 0.1), Estimate(0.5, 0.2)]


def line(x):
    return 2.0 * (x - 1.0)


def test_a_root_moves_by_the_weighted_shift():
    root, found = moved_root(line, [0.8, 0.9], OFF, Estimate(0.1, 0.04))
    assert root == pytest.approx(1.0, abs=1e-9)
    assert float(found) == pytest.approx(1.0 - ((0.1 / 2) * 4 + (0.4 / 2)) / 5)
    assert found.error == pytest.approx(math.hypot(1 / math.sqrt(400 + 100), 0.02))


def test_what_lies_far_from_the_root_counts_only_where_nothing_is_near():
    near, far = moved_root(line, [0.7, 0.9], OFF, Estimate(0.0, 0.0)), moved_root(line, [0.6, 0.7], OFF, Estimate(0.0, 0.0))
    assert near[1].error == pytest.approx(0.1)
    assert far[1].error == pytest.approx(1 / math.sqrt(400 + 100))


def test_a_root_that_is_not_there_is_refused():
    for curve, x in ((lambda x: -1.0, [0.8, 0.9]), (line, [1.1, 1.2]), (lambda x: math.nan, [0.8, 0.9]), (line, [-0.5, 0.9])):
        with pytest.raises(InputError, match="must rise through 0"):
            moved_root(curve, x, OFF, Estimate(0.0, 0.0))
    for x, off in (([], []), ([0.8], OFF), ([0.8], [Estimate(0.2, 0.0)])):
        with pytest.raises(InputError, match="one Estimate with an error for each x"):
            moved_root(line, x, off, Estimate(0.0, 0.0))


def test_a_line_crosses_a_curve_with_the_error_of_draws():
    """The error is the scatter of the crossing when the values are drawn anew; two places are enough."""
    x, true, error, rng = np.array([0.8, 0.9, 1.0, 1.1]), np.array([-1.60, -1.59, -1.57, -1.56]), 0.01, np.random.default_rng(3)

    def crossed(values, x=x):
        return line_crossing(x, [Estimate(v, error) for v in values], lambda T: -2.0 / T, within=(1.0, 2.0))

    found = crossed(true)
    slope, level = np.polyfit(x, true, 1)
    assert level + slope * float(found) == pytest.approx(-2.0 / float(found), abs=1e-9)
    draws = np.array([float(crossed(true + error * rng.normal(size=4))) for _ in range(2000)])
    assert found.error == pytest.approx(draws.std(), rel=0.05)
    common = np.array([float(crossed(true + shift)) for shift in (-error, error)])  # one error of all: less
    assert np.ptp(common) / 2.0 < found.error
    assert float(crossed(true[1:3], x[1:3])) > 1.2


def test_a_line_that_does_not_cross_is_refused():
    two = [Estimate(0.1, 0.1), Estimate(0.2, 0.1)]
    with pytest.raises(InputError, match="must cross the curve between"):
        line_crossing([0.0, 1.0], two, lambda x: 5.0, within=(0.0, 1.0))
    for x, values in (([0.0], two[:1]), ([1.0, 1.0], two), ([0.0, 1.0], [two[0], Estimate(0.2, 0.0)]), ([0.0], two),
                      ([0.0, 1.0], [two[0], Estimate(0.2, math.inf)])):  # fmt: skip
        with pytest.raises(InputError, match="one Estimate with an error for each of two x"):
            line_crossing(x, values, lambda x: x, within=(0.0, 1.0))
