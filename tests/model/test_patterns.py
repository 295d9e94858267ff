"""Patterns as they are drawn."""

import numpy as np
import pytest

import glassy
from glassy import InputError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 4, 1), "K must be an integer >= 0, got -1"),
        ((2.5, 4, 1), "K must be an integer >= 0, got 2.5"),
        ((3, 0, 1), "N must be an integer >= 1, got 0"),
        ((3, 2.5, 1), "N must be an integer >= 1, got 2.5"),
        ((3, 4, 1, -1), "sample must be an integer >= 0, got -1"),
        ((3, 4, 1, 0.5), "sample must be an integer >= 0, got 0.5"),
        ((3, 4, None), "seed must be an integer >= 0"),
    ],
)
def test_draw_patterns_refuses_what_cannot_be_counted(arguments, message):
    with pytest.raises(InputError, match=message):
        glassy.draw_patterns(*arguments)


def test_draw_patterns_takes_numpy_integers():
    assert glassy.draw_patterns(0, 4, seed=1).shape == (0, 4)
    assert np.array_equal(
        glassy.draw_patterns(np.int64(3), np.int32(4), np.uint8(1), np.int64(2)), glassy.draw_patterns(3, 4, 1, 2)
    )
