"""Averages over a Gaussian local field h = a + s z, accurate from T = 0 to T = infinity.

tanh(h/T) is a step of width T/s on the scale of z, which defeats Gauss-Hermite at low T. Here:

* s > T: each average is its T = 0 form in closed form (erf, a Gaussian density) plus an integral over u = h/T of a fixed
  function that decays like exp(-2|u|), times the smooth density of h at u T. One Gauss-Legendre rule in panels
  of 0 < |u| < 19 serves every T down to and including T = 0: low T is continuous into it.
* s <= T: the integrand is analytic in a strip of half-width >= pi/2 around the real z axis; the trapezoidal rule with
  step 0.2 has an error below 1e-20.

The absolute accuracy is a few 1e-16 (tests/numerics/test_gaussian.py compares with mpmath).
"""

from __future__ import annotations

import math

import numpy as np

from glassy.numerics.jit import kernel

_x, _w = np.polynomial.legendre.leggauss(14)
_edges = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 19.0])  # one rule of 70 nodes would lose two digits in its end weights
_half = 0.5 * np.diff(_edges)[:, None]
U = (_edges[:-1, None] + _half * (_x + 1.0)).ravel()
W = (_half * _w).ravel()
E = np.exp(-2.0 * U)
_FLIP = W * 2.0 * E / (1.0 + E)  # 1 - tanh u
_SECH2 = W * 4.0 * E / (1.0 + E) ** 2
_SECH4 = _SECH2 * 4.0 * E / (1.0 + E) ** 2
_LOG = W * np.log1p(E)
_ENTROPY = _LOG + _FLIP * U
_Z = np.linspace(-10.0, 10.0, 101)
_WZ = 0.2 * np.exp(-0.5 * _Z**2) / math.sqrt(2.0 * math.pi)
RSQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)
SQRT_HALF = math.sqrt(0.5)


@kernel
def field_averages(a: float, s: float, T: float) -> tuple[float, float, float, float, float, float, float]:
    """Averages over h = a + s z, z standard normal, for s >= 0 and T >= 0 (not both zero unless a != 0).

    Parameters
    ----------
    a, s, T : float
        Mean and standard deviation of the local field, and the temperature.

    Returns
    -------
    soft : E[T ln 2cosh(h/T)], which is E|h| at T = 0
    flip : E[1 - tanh(h/T)], so m = 1 - flip, not rounded with m; its accuracy is absolute only, some 1e-15: a flip below that
        may have no correct digit
    C : E[sech^2(h/T)] / T = dm/da
    X : E[tanh sech^2] / T^2 = -dm/d(s^2) = -(1/2) dC/da
    Y : E[2 sech^2 - 3 sech^4] / T^3 = dC/d(s^2)
    E4 : E[sech^4(h/T)] / T
    entropy : E[ln 2cosh u - u tanh u], u = h/T

    Examples
    --------
    >>> soft, flip, C, *_ = field_averages(0.0, 1.0, 0.0)       # T = 0: E|z| and twice the density at 0
    >>> round(soft, 12) == round(C, 12) == round((2 / np.pi) ** 0.5, 12)
    True
    """
    soft = 0.0
    flip = 0.0
    C = 0.0
    X = 0.0
    Y = 0.0
    E4 = 0.0
    entropy = 0.0
    if s > T:
        rho = a / s
        flip = math.erfc(rho * SQRT_HALF)
        density = RSQRT_2PI * math.exp(-0.5 * rho * rho) / s
        soft = 2.0 * s * s * density + a * math.erf(rho * SQRT_HALF)
        step = T / s
        for j in range(U.size):
            zp = U[j] * step - rho
            zm = -U[j] * step - rho
            pp = RSQRT_2PI * math.exp(-0.5 * zp * zp) / s
            pm = RSQRT_2PI * math.exp(-0.5 * zm * zm) / s
            both = pp + pm
            flip += T * _FLIP[j] * (pp - pm)
            soft += T * T * _LOG[j] * both
            entropy += T * _ENTROPY[j] * both
            C += _SECH2[j] * both
            E4 += _SECH4[j] * both
            X -= 0.5 * _SECH2[j] * (pp * zp + pm * zm) / s
            Y += 0.5 * _SECH2[j] * (pp * (zp * zp - 1.0) + pm * (zm * zm - 1.0)) / (s * s)
    elif T > 0.0:
        beta = 1.0 / T
        for j in range(_Z.size):
            u = beta * (a + s * _Z[j])
            w = _WZ[j]
            e = math.exp(-2.0 * abs(u))
            small = 2.0 * e / (1.0 + e)  # 1 - |tanh u|
            tanh = math.copysign(1.0 - small, u)
            sech2 = 4.0 * e / ((1.0 + e) * (1.0 + e))
            log = math.log1p(e)
            flip += w * (small if u > 0.0 else 2.0 - small)
            soft += w * T * (abs(u) + log)
            entropy += w * (log + abs(u) * small)
            C += w * beta * sech2
            X += w * beta * beta * tanh * sech2
            Y += w * beta * beta * beta * (2.0 - 3.0 * sech2) * sech2
            E4 += w * beta * sech2 * sech2
    else:
        soft = abs(a)
        flip = 0.0 if a > 0.0 else 2.0
    return soft, flip, C, X, Y, E4, entropy
