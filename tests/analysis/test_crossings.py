"""Crossings of measured shares, and a root moved by measurements."""

import math

import numpy as np
import pytest

from glassy import Estimate, crossing, moved_root


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


def test_a_root_moves_by_the_weighted_shift():
    off = [Estimate(0.2, 0.1), Estimate(0.5, 0.2)]
    found = moved_root(1.0, -2.0, off, Estimate(0.1, 0.04))
    assert float(found) == pytest.approx(1.0 - ((0.1 / -2) * 4 + (0.4 / -2)) / 5)
    assert found.error == pytest.approx(math.hypot(1 / math.sqrt(400 + 100), 0.02))
