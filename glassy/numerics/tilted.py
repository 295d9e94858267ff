"""Averages over a Gaussian local field tilted by exp{y phi(h)}, phi(h) = T ln cosh(h/T): the innermost step of R.1 and R.6.

The T ln 2 that is missing in phi is left to the caller: without it phi is small where the fields are, and keeps its digits.

At T = 0 phi is |h| and every average is closed (R.6). At T > 0 the separation of scales of `gaussian` holds: where the field
is wider than T, the closed form plus an integral over u = |h|/T of functions that decay like exp(-2u), times the smooth
tilted densities; where it is narrower, the trapezoidal rule. All exponents are <= 0: nothing overflows.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.gaussian import RSQRT_2PI, SQRT_HALF, E, U, W
from glassy.numerics.jit import kernel, part

LN2 = math.log(2.0)
FAINT = 0.01  # y s below which the tilt is a small change
LEGENDRE_X, LEGENDRE_W = np.polynomial.legendre.leggauss(60)
_Z = np.linspace(-10.0, 10.0, 81)
_WZ = 0.25 * RSQRT_2PI * np.exp(-0.5 * _Z**2)
_LOG = np.log1p(E)
_FLIP = 2.0 * E / (1.0 + E)
_SECH2 = W * 4.0 * E / (1.0 + E) ** 2
_SECH4 = _SECH2 * 4.0 * E / (1.0 + E) ** 2


@kernel
def tilted_weights(x: float, out: npt.NDArray[np.float64]) -> None:
    """Fill out[6, U.size]: the fixed functions of u = |h|/T that multiply the tilted densities, for x = y T."""
    for j in range(U.size):
        w = math.exp(x * _LOG[j])
        small = math.expm1(x * _LOG[j])
        out[0, j] = W[j] * small
        out[1, j] = W[j] * (small - _FLIP[j] * w)
        out[2, j] = W[j] * (U[j] * small + _LOG[j] * w)
        out[3, j] = _SECH2[j] * w
        out[4, j] = _SECH4[j] * w
        out[5, j] = W[j] * (_LOG[j] + U[j] * _FLIP[j]) * w


@kernel
def tilted_slopes(x: float, out: npt.NDArray[np.float64]) -> None:
    """Fill out[4, U.size]: the derivatives in x of the first four rows of `tilted_weights`."""
    for j in range(U.size):
        w = W[j] * _LOG[j] * math.exp(x * _LOG[j])
        out[0, j] = w
        out[1, j] = w * (1.0 - _FLIP[j])
        out[2, j] = w * (U[j] + _LOG[j])
        out[3, j] = _SECH2[j] * _LOG[j] * math.exp(x * _LOG[j])


@part
def log_cosh(u: float) -> float:
    """Return ln cosh u for u >= 0, relatively accurate also where it is small."""
    if u < 1.0:
        half = math.sinh(0.5 * u)
        return math.log1p(2.0 * half * half)
    return u + math.log1p(math.exp(-2.0 * u)) - LN2


@part
def merged(rho: float) -> float:
    """Return rho + exp(-rho) - 1 >= 0, relatively accurate where rho is small."""
    if abs(rho) > 0.03:
        return rho + math.expm1(-rho)
    x = 1.0 - rho / 7.0 * (1.0 - rho / 8.0)
    x = 1.0 - rho / 3.0 * (1.0 - rho / 4.0 * (1.0 - rho / 5.0 * (1.0 - rho / 6.0 * x)))
    return 0.5 * rho * rho * x


@part
def faint_excess(A: float, s: float, y: float, T: float, log_Z: float, t: float, rest: float) -> float:
    """Return the excess of `tilted_averages` for s > T and a small tilt y s, where differences over y^2 have lost it.

    The mean of `merged` over the tilted step, right and left of the kink of phi and, at T > 0, on it. log_Z as there, without
    y s^2/2; rest = 1 - t.
    """
    ys = y * s
    mu = ys * t
    shift = 0.5 * mu * mu - 0.5 * ys * ys - log_Z
    total = 0.0
    for side in (1.0, -1.0):
        slope = ys * rest if side > 0.0 else -ys * (2.0 - rest)
        offset = shift if side > 0.0 else shift - 2.0 * y * A
        # h' = side T u: z = (side T u - A)/s
        low = max((19.0 * T - side * A) / s, -11.0)
        for j in range(LEGENDRE_X.size):
            if low < 11.0:
                half = 0.5 * (11.0 - low)
                z = side * (low + half * (LEGENDRE_X[j] + 1.0))
                rho = slope * z + offset
                w = half * LEGENDRE_W[j] * RSQRT_2PI * math.exp(-0.5 * z * z + rho + mu * (z - 0.5 * mu))
                total += w * merged(rho)
        if T > 0.0:
            for j in range(U.size):
                z = (side * T * U[j] - A) / s
                rho = slope * z + offset + y * T * _LOG[j]
                w = T / s * W[j] * RSQRT_2PI * math.exp(-0.5 * z * z + rho + mu * (z - 0.5 * mu))
                total += w * merged(rho)
    return total / (y * y)


@kernel
def tilted_averages(
    h: float, s: float, y: float, T: float, weights: npt.NDArray[np.float64]
) -> tuple[float, float, float, float, float, float, float, float]:
    """Averages over h' = h + s z with weight exp{y phi(h')}, z standard normal, phi(h') = T ln cosh(h'/T).

    Parameters
    ----------
    h, s, y, T : float
        Mean, standard deviation (>= 0), tilt (>= 0) and temperature (>= 0; s and T not both zero).
    weights : array (6, U.size)
        From `tilted_weights(y T, weights)`.

    Returns
    -------
    free : (1/y) ln E exp{y phi}, which is E phi at y = 0
    t : <tanh(h'/T)>, the derivative of free
    phi : <phi>
    C : <sech^2(h'/T)>/T
    E4 : <sech^4(h'/T)>/T
    entropy : <ln 2cosh u - u tanh u>, u = h'/T
    spread : <tanh^2> - t^2 = 1 - T C - t^2, without cancellation where s is small
    excess : (phi - free)/y - s^2 t^2/2 >= 0, the same; 0 at y = 0

    Examples
    --------
    >>> weights = np.empty((6, U.size))
    >>> tilted_weights(0.0, weights)
    >>> free, t, *_ = tilted_averages(0.3, 1.0, 2.0, 0.0, weights)      # T = 0: R.6
    >>> from scipy.special import ndtr
    >>> bool(abs(free - (2 + np.log(np.exp(0.6) * ndtr(2.3) + np.exp(-0.6) * ndtr(1.7))) / 2) < 1e-15)
    True
    """
    A = abs(h)
    sign = 1.0 if h >= 0.0 else -1.0
    x = y * T
    if s > T:
        ys = y * s
        mean_r = A + ys * s
        mean_l = ys * s - A
        image = math.exp(-2.0 * y * A)
        right = 0.5 * math.erfc(-mean_r / s * SQRT_HALF)
        left = 0.5 * image * math.erfc(-mean_l / s * SQRT_HALF)
        edge = RSQRT_2PI * math.exp(-0.5 * (mean_r / s) ** 2)
        Z = right + left
        t = right - left
        rise = ys * s * right + (ys * s - 2.0 * A) * left + 2.0 * s * edge  # of phi over A
        minus = 2.0 * left  # Z - t and Z + t
        plus = 2.0 * right
        C = 0.0
        E4 = 0.0
        entropy = 0.0
        if T == 0.0:
            C = 2.0 * edge / s
            E4 = 2.0 / 3.0 * C
        elif mean_r - 19.0 * T < 38.0 * s:  # beyond it the densities at the kink underflow
            for j in range(U.size):
                a = (U[j] * T - mean_r) / s
                b = (U[j] * T - mean_l) / s
                pr = RSQRT_2PI * math.exp(-0.5 * a * a) / s
                pl = image * RSQRT_2PI * math.exp(-0.5 * b * b) / s
                both = pr + pl
                dZ = T * weights[0, j] * both
                dt = T * weights[1, j] * (pr - pl)
                Z += dZ
                t += dt
                minus += dZ - dt
                plus += dZ + dt
                rise += T * T * weights[2, j] * both - A * dZ
                C += weights[3, j] * both
                E4 += weights[4, j] * both
                entropy += T * weights[5, j] * both
        t /= Z
        phi = A + rise / Z - T * LN2
        free = phi
        excess = 0.0
        if y > 0.0:
            if ys < FAINT:
                excess = faint_excess(A, s, y, T, math.log(Z), t, minus / Z)
                free = phi - y * (excess + 0.5 * (s * t) ** 2)
            else:
                lift = 0.5 * ys * s + math.log(Z) / y
                free = A + lift - T * LN2
                excess = (rise / Z - lift) / y - 0.5 * (s * t) ** 2
        return free, sign * t, phi, C / Z, E4 / Z, entropy / Z, minus * plus / (Z * Z) - T * C / Z, excess
    u0 = A / T
    r = s / T
    base = log_cosh(u0)
    e = math.exp(-2.0 * u0)
    t0 = (1.0 - e) / (1.0 + e)
    sech2_0 = 4.0 * e / ((1.0 + e) * (1.0 + e))
    Z = 0.0
    t = 0.0
    phi = 0.0
    square = 0.0
    C = 0.0
    E4 = 0.0
    entropy = 0.0
    for j in range(_Z.size):
        delta = r * _Z[j]
        v = abs(u0 + delta)
        e = math.exp(-2.0 * v)
        small = 2.0 * e / (1.0 + e)
        sech2 = small * (2.0 - small)
        half = math.sinh(0.5 * delta)
        tanh = math.tanh(delta)
        d = math.log1p(2.0 * half * half + t0 * math.sinh(delta))  # ln cosh u - ln cosh u0
        moved = sech2_0 * tanh / (1.0 + t0 * tanh)  # tanh u - t0
        w = _WZ[j] * math.exp(x * d)
        Z += _WZ[j] * math.expm1(x * d)
        t += w * moved
        square += w * moved * moved
        phi += w * d
        C += w * sech2
        E4 += w * sech2 * sech2
        entropy += w * (math.log1p(e) + v * small)
    inv = 1.0 / (1.0 + Z)
    t *= inv
    spread = square * inv - t * t
    t += t0
    if x == 0.0:
        phi = T * (base + phi)
        return phi, sign * t, phi, C / T, E4 / T, entropy, spread, 0.0
    log = math.log1p(Z)
    mu = y * s * t
    excess = 0.0
    if r > 0.2:
        excess = T * (phi * inv - log / x) / y - 0.5 * (s * t) ** 2
    else:
        for j in range(_Z.size):
            half = math.sinh(0.5 * r * _Z[j])
            d = math.log1p(2.0 * half * half + t0 * math.sinh(r * _Z[j]))
            excess += _WZ[j] * math.exp(x * d) * merged(x * d - log - mu * (_Z[j] - 0.5 * mu))
        excess *= inv / (y * y)
    return T * (base + log / x), sign * t, T * (base + phi * inv), C * inv / T, E4 * inv / T, entropy * inv, spread, excess


@kernel
def tilted_tangent(
    h: float, s: float, y: float, T: float, weights: npt.NDArray[np.float64], slopes: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    """Derivatives of `tilted_averages` in y and in v = s^2, for s > T and y > 0.

    Parameters
    ----------
    h, s, y, T, weights
        As in `tilted_averages`.
    slopes : array (4, U.size)
        From `tilted_slopes(y T, slopes)`.
    out : array (6,), filled
        The derivatives of t, of phi - free and of C, each in y and in v.
    """
    A = abs(h)
    v = s * s
    mean_r = A + y * v
    mean_l = y * v - A
    image = math.exp(-2.0 * y * A)
    right = 0.5 * math.erfc(-mean_r / s * SQRT_HALF)
    left = 0.5 * image * math.erfc(-mean_l / s * SQRT_HALF)
    edge = RSQRT_2PI * math.exp(-0.5 * (mean_r / s) ** 2)
    right_y = edge * s
    right_v = edge * mean_l / (2.0 * s * v)
    left_y = edge * s - 2.0 * A * left
    left_v = edge * mean_r / (2.0 * s * v)
    edge_y = -edge * mean_r
    edge_v = -edge * mean_r * mean_l / (2.0 * v * v)
    Z = right + left
    Z_y = right_y + left_y
    Z_v = right_v + left_v
    t = right - left
    t_y = right_y - left_y
    t_v = right_v - left_v
    phi = mean_r * right + mean_l * left + 2.0 * s * edge
    phi_y = v * Z + mean_r * right_y + mean_l * left_y + 2.0 * s * edge_y
    phi_v = y * Z + mean_r * right_v + mean_l * left_v + edge / s + 2.0 * s * edge_v
    C = 0.0
    C_y = 0.0
    C_v = 0.0
    if T == 0.0:
        C = 2.0 * edge / s
        C_y = 2.0 * edge_y / s
        C_v = 2.0 * edge_v / s - edge / (s * v)
    elif mean_r - 19.0 * T < 9.0 * s:
        for j in range(U.size):
            a = (U[j] * T - mean_r) / s
            b = (U[j] * T - mean_l) / s
            pr = RSQRT_2PI * math.exp(-0.5 * a * a) / s
            pl = image * RSQRT_2PI * math.exp(-0.5 * b * b) / s
            r_v = pr * ((a * a - 1.0) / (2.0 * v) + a * y / s)
            l_v = pl * ((b * b - 1.0) / (2.0 * v) + b * y / s)
            r_y = pr * a * s
            l_y = pl * (b * s - 2.0 * A)
            Z += T * weights[0, j] * (pr + pl)
            Z_v += T * weights[0, j] * (r_v + l_v)
            Z_y += T * (weights[0, j] * (r_y + l_y) + T * slopes[0, j] * (pr + pl))
            t += T * weights[1, j] * (pr - pl)
            t_v += T * weights[1, j] * (r_v - l_v)
            t_y += T * (weights[1, j] * (r_y - l_y) + T * slopes[1, j] * (pr - pl))
            phi += T * T * weights[2, j] * (pr + pl)
            phi_v += T * T * weights[2, j] * (r_v + l_v)
            phi_y += T * T * (weights[2, j] * (r_y + l_y) + T * slopes[2, j] * (pr + pl))
            C += weights[3, j] * (pr + pl)
            C_v += weights[3, j] * (r_v + l_v)
            C_y += weights[3, j] * (r_y + l_y) + T * slopes[3, j] * (pr + pl)
    t /= Z
    phi /= Z
    C /= Z
    free = A + 0.5 * y * v + math.log(Z) / y
    sign = 1.0 if h >= 0.0 else -1.0
    out[0] = sign * (t_y - t * Z_y) / Z
    out[1] = sign * (t_v - t * Z_v) / Z
    out[2] = (phi_y - phi * Z_y) / Z - (phi - free) / y
    out[3] = (phi_v - phi * Z_v) / Z - 0.5 * (C + y * (1.0 - T * C))
    out[4] = (C_y - C * Z_y) / Z
    out[5] = (C_v - C * Z_v) / Z
