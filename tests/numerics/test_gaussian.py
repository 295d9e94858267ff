"""Gaussian averages against mpmath quadrature, and their continuity into T = 0 (R.6 at RS)."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassy.numerics.gaussian import field_averages


def oracle(a, s, T):
    """The same averages by adaptive quadrature with 30 digits."""
    with mp.workdps(30):
        a, s, T = mp.mpf(a), mp.mpf(s), mp.mpf(T)

        def average(f):
            def g(z):
                return f((a + s * z) / T) * mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)

            centre, width = -a / s, T / s
            cuts = {mp.mpf(k) for k in range(-14, 15)}
            for k in (-40, -10, -3, -1, 0, 1, 3, 10, 40):
                cuts.add(min(max(centre + k * width, mp.mpf(-14)), mp.mpf(14)))
            return mp.quad(g, sorted(cuts))

        sech2 = lambda u: mp.sech(u) ** 2  # noqa: E731
        return (
            T * average(lambda u: abs(u) + mp.log1p(mp.exp(-2 * abs(u)))),
            average(lambda u: 1 - mp.tanh(u)),
            average(sech2) / T,
            average(lambda u: mp.tanh(u) * sech2(u)) / T**2,
            average(lambda u: 2 * sech2(u) - 3 * sech2(u) ** 2) / T**3,
            average(lambda u: sech2(u) ** 2) / T,
            average(lambda u: abs(u) + mp.log1p(mp.exp(-2 * abs(u))) - u * mp.tanh(u)),
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("a", "s", "T"),
    [(1.0, 0.5, 0.3), (2.0, 0.8, 0.8), (2.0, 0.8, 0.79), (0.0, 1.0, 0.05), (0.3, 1.0, 1e-3), (1.5, 0.1, 2.0), (0.7, 3.0, 2.5)],
)
def test_averages_against_quadrature(a, s, T):
    for value, exact in zip(field_averages(a, s, T), oracle(a, s, T), strict=True):
        assert abs(value - float(exact)) <= 2e-14 * max(1.0, abs(float(exact)))


@given(a=st.floats(0.0, 5.0), s=st.floats(0.01, 3.0))
def test_low_temperature_is_continuous_into_zero(a, s):
    cold, zero = field_averages(a, s, 1e-7 * s), field_averages(a, s, 0.0)
    for x, y in zip(cold, zero, strict=True):
        assert abs(x - y) <= 1e-6 * max(1.0, abs(y), 1.0 / s**2)


def test_the_two_rules_meet_where_s_equals_T():
    below, above = field_averages(0.9, 1.0, 1.0), field_averages(0.9, math.nextafter(1.0, 2.0), 1.0)
    np.testing.assert_allclose(below, above, rtol=1e-13, atol=1e-15)


def test_derivatives_are_those_of_the_averages():
    a, v, T, d = 0.8, 0.6, 0.4, 1e-5

    def f(a, v):
        return np.array(field_averages(a, math.sqrt(v), T))

    _, _, C, X, Y, _, _ = f(a, v)
    by_a, by_v = (f(a + d, v) - f(a - d, v)) / (2 * d), (f(a, v + d) - f(a, v - d)) / (2 * d)
    assert -by_a[1] == pytest.approx(C, rel=1e-8)
    assert by_v[1] == pytest.approx(X, rel=1e-8)
    assert by_a[2] == pytest.approx(-2 * X, rel=1e-8)
    assert by_v[2] == pytest.approx(Y, rel=1e-7)
    assert by_a[0] == pytest.approx(1 - f(a, v)[1], rel=1e-8)


def test_no_noise_is_the_plain_function():
    _, flip, C, _, _, _, _ = field_averages(0.7, 0.0, 0.5)
    assert 1 - flip == pytest.approx(math.tanh(1.4), rel=1e-14)
    assert C == pytest.approx((1 - math.tanh(1.4) ** 2) / 0.5, rel=1e-13)
    assert field_averages(0.7, 0.0, 0.0)[:3] == (0.7, 0.0, 0.0)
