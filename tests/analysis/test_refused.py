"""What the functions of series refuse: words, shapes and numbers that are none."""

import math

import numpy as np
import pytest

from glassy import InputError, controlled_mean, crossing, density, estimate, mean_of_samples

SERIES = np.random.default_rng(0).normal(size=(4, 2, 20))
NONE = ("a", None, 3, [], [[1.0], [2.0, 3.0]], [1 + 2j, 2.0], ["a", "b"], [1.0, math.nan], [1.0, math.inf])


@pytest.mark.parametrize("value", [*NONE, np.zeros((2, 3)), np.zeros((2, 2, 0)), SERIES * math.nan, SERIES.astype(complex)])
def test_series_are_finite_numbers_with_three_axes(value):
    with pytest.raises(InputError, match="series must be"):
        estimate(value)
    with pytest.raises(InputError, match="series must be"):
        density(value, [-5.0, 5.0])


@pytest.mark.parametrize("replicas", ["a", None, -1, 2.5, 3])
def test_pairs_are_those_of_the_replicas(replicas):
    with pytest.raises(InputError, match="replicas"):
        estimate(SERIES, replicas)
    assert estimate(np.repeat(SERIES, 3, axis=1), 4).samples == 4  # six chains


@pytest.mark.parametrize("value", [*NONE, [1.0], [[1.0], [2.0]]])
def test_values_are_finite_numbers_of_two_samples(value):
    with pytest.raises(InputError, match="values must be"):
        mean_of_samples(value)
    with pytest.raises(InputError, match="values must be"):
        controlled_mean(value, [[1.0], [2.0]])


@pytest.mark.parametrize("dof", ["a", 0.5, -1, math.nan, [3.0]])
def test_degrees_of_freedom_are_one_or_more(dof):
    with pytest.raises(InputError, match="dof must be"):
        mean_of_samples([1.0, 2.0], dof)
    assert mean_of_samples([1.0, 2.0], math.inf).dof == math.inf


def test_controls_are_of_the_same_samples_and_fewer():
    for controls, message in (
        ("a", "controls must be"),
        ([1.0, 2.0, 3.0], "controls must be"),
        ([[1.0], [2.0]], "got 2 for 3"),
        ([[1.0, 5.0], [2.0, -1.0], [3.0, 7.0]], "more than the kinds"),
    ):
        with pytest.raises(InputError, match=message):
            controlled_mean([1.0, 2.0, 4.0], controls)


def test_bins_rise_and_hold_values_of_every_sample():
    for edges in ([1.0, -1.0], [0.0, 0.0], [50.0, 60.0]):
        with pytest.raises(InputError, match="edges must rise, and hold"):
            density(SERIES, edges)
    for edges in ("a", None, [0.0], [0.0, math.nan]):
        with pytest.raises(InputError, match="edges must be"):
            density(SERIES, edges)
    with pytest.raises(InputError, match="2 or more along the first axis"):
        density(SERIES[:1], [-5.0, 5.0])


def test_shares_lie_between_0_and_1_at_ascending_x():
    for x, shares in (([0.2, 0.1], [[1.0], [0.0]]), ([0.1, 0.2], [[2.0], [0.0]]), ([0.1], [[1.0], [0.0]])):
        with pytest.raises(InputError, match=r"shares must lie in \[0, 1\]"):
            crossing(x, shares, falling=True)
    for x, shares in ((None, [[1.0]]), ("a", [[1.0]]), ([0.1], "a"), ([0.1], None), ([0.1], [0.5]), ([0.1], [[math.nan]])):
        with pytest.raises(InputError, match="must be finite numbers"):
            crossing(x, shares, falling=False)
