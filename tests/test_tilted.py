"""The innermost step of R.1 and R.6 against mpmath quadrature."""

import mpmath as mp
import numpy as np
import pytest

from glassy.numerics.gaussian import U, field_averages
from glassy.numerics.tilted import LN2, tilted_averages, tilted_weights


def oracle(h, s, y, T):
    with mp.workdps(20):
        phi = lambda x: abs(x) + (T * (mp.log1p(mp.exp(-2 * abs(x) / T)) - mp.log(2)) if T > 0 else 0)  # noqa: E731
        t = lambda x: mp.tanh(x / T) if T > 0 else mp.sign(x)  # noqa: E731
        end = 12 * s + y * s * s
        kinks = [float(v) for v in np.linspace(-40 * T, 40 * T, 21)]
        cuts = sorted({h - end, h + end, *(c for c in (*kinks, 0.0, h, h + y * s * s, h - y * s * s) if abs(c - h) < end)})

        def average(f):
            weight = lambda x: mp.exp(y * (phi(x) - phi(h)) - (x - h) ** 2 / (2 * s * s)) / (s * mp.sqrt(2 * mp.pi))  # noqa: E731
            return mp.quad(lambda x: f(x) * weight(x), cuts)

        Z = average(lambda x: 1)
        free = phi(h) + mp.log(Z) / y if y else average(phi) / Z
        rest = [average(t) / Z, average(phi) / Z]
        if T > 0:
            rest += [average(lambda x, n=n: mp.sech(x / T) ** n / T) / Z for n in (2, 4)]
            rest.append(average(lambda x: phi(x) / T + mp.log(2) - x / T * t(x)) / Z)
        return [float(v) for v in (free, *rest)]


POINTS = [(T, y) for T in (0.0, 0.02, 0.3, 2.0) for y in (0.0, 0.3, 2.0) if y * T <= 1.0]
QUICK = [(0.0, 2.0), (0.02, 2.0), (2.0, 0.3)]


@pytest.mark.parametrize(("T", "y"), [pytest.param(*p, marks=() if p in QUICK else pytest.mark.slow) for p in POINTS])
def test_tilted_averages_R6(T, y):
    weights = np.empty((6, U.size))
    tilted_weights(y * T, weights)
    for h in (-0.7, 0.2, 3.0):
        for s in (0.05, 1.5):
            expected = oracle(h, s, y, T)
            got = tilted_averages(h, s, y, T, weights)
            assert got[: len(expected)] == pytest.approx(expected, abs=3e-14)


@pytest.mark.parametrize("T", [0.0, 0.1, 1.0])
def test_no_tilt_is_the_plain_average(T):
    weights = np.empty((6, U.size))
    tilted_weights(0.0, weights)
    free, t, phi, C, E4, entropy = tilted_averages(0.4, 0.7, 0.0, T, weights)
    soft, flip, C0, _, _, E40, entropy0 = field_averages(0.4, 0.7, T)
    soft -= T * LN2
    assert (free, t, phi, C, E4, entropy) == pytest.approx((soft, 1 - flip, soft, C0, E40, entropy0))


def test_strong_tilt_does_not_overflow():
    weights = np.empty((6, U.size))
    tilted_weights(1.0, weights)
    for y, T in ((1e3, 1e-3), (1e6, 0.0)):
        tilted_weights(y * T, weights)
        free, t, *_ = tilted_averages(0.5, 2.0, y, T, weights)
        assert free == pytest.approx(0.5 + y * 2.0, rel=1e-3)  # |h| + y s^2/2
        assert t == pytest.approx(1.0)
