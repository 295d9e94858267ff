"""one_curve: the exponent with which values at several N lie on one curve."""

import math

import numpy as np
import pytest

from glassy import Estimate, InputError
from glassy.analysis.collapse import one_curve

POINTS = [(t, N) for t in (0.01, 0.1, 0.2, 0.35) for N in (32, 48, 64, 96)]


def drawn(w, seed, error=0.01, shift=0.0):
    rng = np.random.default_rng(seed)
    return [Estimate(-1.0 / (1.0 + math.exp(t * N**w)) + shift / N + error * rng.normal(), error, samples=9) for t, N in POINTS]


@pytest.mark.parametrize("w", [0.2, 1 / 3, 0.5])
def test_the_exponent_is_found_with_a_true_error(w):
    """Over many draws it is unbiased, its scatter is its error, and chi2 is that of its degrees of freedom."""
    found = [one_curve(*zip(*POINTS, strict=True), drawn(w, k, 0.004)) for k in range(60)]
    z = np.array([(x - w) / x.error for x, _, _ in found])
    assert abs(z.mean()) < 0.7
    assert 0.6 < z.std() < 1.3
    assert {dof for _, _, dof in found} == {len(POINTS) - 5}
    assert 0.7 < np.mean([chi2 / dof for _, chi2, dof in found]) < 1.3
    assert found[0][0].samples == 9


def test_what_lies_on_no_curve_is_found_out():
    """A correction in 1/N that is no function of t N^w."""
    exponent, chi2, dof = one_curve(*zip(*POINTS, strict=True), drawn(0.5, 1, 0.004, shift=4.0))
    assert chi2 > 5.0 * dof
    assert exponent.error > one_curve(*zip(*POINTS, strict=True), drawn(0.5, 1, 0.004))[0].error


def test_what_says_nothing_of_the_exponent_says_so():
    exponent, _, _ = one_curve(*zip(*POINTS, strict=True), drawn(0.5, 2, error=10.0))
    assert exponent.error == math.inf


@pytest.mark.parametrize("change", ["few", "one size", "one t", "no error", "no value"])
def test_too_little_is_refused(change):
    points, values = POINTS, drawn(0.5, 3)
    if change == "few":
        points, values = points[:5], values[:5]
    elif change == "one size":
        points = [(t, 32) for t, _ in points]
    elif change == "one t":
        points = [(0.1, N) for _, N in points]
    else:
        values[0] = Estimate(1.0, 0.0) if change == "no error" else Estimate(math.nan, 1.0)
    with pytest.raises(InputError, match="6 or more at two or more N and t, with errors > 0"):
        one_curve(*zip(*points, strict=True), values)
