"""Integers of many words: sums are exact and rounded once."""

import random
from fractions import Fraction

import numba
import numpy as np

from glassy.numerics.words import add, take_double, take_integer, words


@numba.njit
def total_of(times, digits, low, high):
    total = np.zeros(digits.shape[1], np.int64)
    for r in range(times.size):
        add(total, digits, low, high, r, times[r])
    return total


def test_sums_of_words_are_exact_and_rounded_once():
    rng = random.Random(1)
    for trial in range(4000):
        lengths, shifts = [1, 5, 31, 32, 33, 53, 54, 64, 90, 300], [0, 0, 3, 31, 32, 64, 100]
        numbers = [
            rng.choice([-1, 1]) * rng.getrandbits(rng.choice(lengths)) << rng.choice(shifts) for _ in range(rng.randint(1, 6))
        ]
        if trial % 3 == 0:
            numbers[-1] = -numbers[0] * rng.choice([1, 2]) + rng.choice([0, 1, -1])
        times = np.array([rng.choice([-2, -1, 0, 1, 2, 1000]) for _ in numbers])
        exact, shift = sum(int(t) * v for t, v in zip(times, numbers, strict=True)), rng.choice([0, -10, 5, -100])
        total = total_of(times, *words(numbers, 10_000))
        again, plain = total.copy(), total.copy()
        if trial % 10 == 0:
            assert getattr(take_double, "py_func", take_double)(plain, shift) == float(exact * Fraction(2) ** shift)
        assert take_double(total, shift) == float(exact * Fraction(2) ** shift)
        assert not total.any()
        if abs(exact) < 2**62:
            assert take_integer(again) == exact
