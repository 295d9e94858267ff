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
QUICK = [(0.0, 2.0)]


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
    free, t, phi, C, E4, entropy, spread, excess = tilted_averages(0.4, 0.7, 0.0, T, weights)
    assert spread == pytest.approx(1.0 - T * C - t * t)
    assert excess == 0.0
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


@pytest.mark.parametrize("s", [1e-7, 1e-4, 0.01, 0.19, 0.21, 0.99, 1.01])
@pytest.mark.parametrize(("h", "y"), [(0.0, 1e-3), (0.4, 0.7), (-1.5, 1.0), (2.0, 0.01)])
def test_spread_and_excess_keep_their_digits_where_a_step_is_small_R4b(h, s, y):
    weights = np.empty((6, U.size))
    tilted_weights(y, weights)
    got = tilted_averages(h, s, y, 1.0, weights)[6:]
    with mp.workdps(50):
        z = [mp.mpf(i) / 4 for i in range(-64, 65)]  # the trapezoidal rule, at many digits
        u = [mp.mpf(h) + mp.mpf(s) * x for x in z]
        w = [mp.cosh(v) ** mp.mpf(y) * mp.exp(-x * x / 2) for v, x in zip(u, z, strict=True)]
        Z = mp.fsum(w)
        t = mp.fsum(a * mp.tanh(v) for a, v in zip(w, u, strict=True)) / Z
        phi = mp.fsum(a * mp.log(mp.cosh(v)) for a, v in zip(w, u, strict=True)) / Z
        spread = mp.fsum(a * (mp.tanh(v) - t) ** 2 for a, v in zip(w, u, strict=True)) / Z
        free = mp.log(Z / (4 * mp.sqrt(2 * mp.pi))) / mp.mpf(y)
        excess = (phi - free) / mp.mpf(y) - mp.mpf(s) ** 2 * t * t / 2
    small = s <= 0.2 or s > 1.0
    assert got[0] == pytest.approx(float(spread), rel=1e-10)
    assert got[1] == pytest.approx(float(excess), rel=1e-9 / min(s, 1.0) if small else 1e-8, abs=1e-300)


def test_spread_and_excess_at_zero_temperature_R4b():
    weights = np.empty((6, U.size))
    tilted_weights(0.0, weights)
    for h, s, y in (
        (0.0, 1e-6, 1e6),
        (3e-7, 1e-6, 1e6),
        (1.0, 1e-6, 1e6),
        (0.3, 0.2, 1.5),
        (0.3, 0.4, 1e-6),
        (0.0, 1.0, 0.009),
    ):
        free, t, phi, *_, spread, excess = tilted_averages(h, s, y, 0.0, weights)
        with mp.workdps(40):
            H, S, Y = mp.mpf(h), mp.mpf(s), mp.mpf(y)
            right = mp.ncdf(H / S + Y * S)
            left = mp.exp(-2 * Y * H) * mp.ncdf(Y * S - H / S)
            Z = right + left
            exact = ((H + Y * S * S) * right + (Y * S * S - H) * left + 2 * S * mp.npdf(H / S + Y * S)) / Z
            lift = H + Y * S * S / 2 + mp.log(Z) / Y
            t = (right - left) / Z
        assert spread == pytest.approx(float(1 - t * t), rel=1e-11, abs=1e-30)
        assert excess == pytest.approx(float((exact - lift) / Y - S * S * t * t / 2), rel=1e-9, abs=1e-16 * s * s)
