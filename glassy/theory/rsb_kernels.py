"""Noise, free energy and saddle-point equations of k-step replica symmetry breaking (R.2-R.4, N.3) as functions of the levels.

The unknowns are those that stay finite at T = 0: m, the gaps between levels, C = beta (1 - q_k) and y_i = x_i/T.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel
from glassy.numerics.tilted import LN2
from glassy.theory.rsb_sweep import sweep

FloatArray = npt.NDArray[np.float64]


@kernel
def between(n: int, p: float, q: float) -> float:
    """Return (p^n - q^n)/(p - q) as a sum of positive terms."""
    total = 0.0
    power = 1.0
    for _ in range(n):
        total = total * q + power
        power *= p
    return total


@kernel
def wishart_work(w: float) -> float:
    """Return [ln(1+w) - w/(1+w)]/w^2, 1/2 at w = 0."""
    if w > 0.02:
        return (math.log1p(w) - w / (1.0 + w)) / (w * w)
    total = 0.0
    power = 1.0
    for n in range(9):
        total += power * (n + 1.0) / (n + 2.0)
        power *= -w
    return total


@kernel
def noise(
    coefficients: FloatArray, wishart: bool, load: float, T: float, gap: FloatArray, C: float, y: FloatArray, out: FloatArray
) -> tuple[bool, float, float]:
    """Fill out[4, k+1] with q_i, the variances r_i - r_{i-1}, the slopes r'(q_i), and (1/2) int q r' dq over each step.

    Return whether the point lies in the domain, and the noise parts of f and e (R.2, R.3 without Phi and the signal; the
    shift of H.2 at P = 2 is not in it).
    """
    k = gap.size - 1
    q = 0.0
    for i in range(k + 1):
        before = q
        q += gap[i]
        if i == k:
            q = 1.0 - T * C
        out[0, i] = q
        out[3, i] = 0.0
        if not wishart:
            variance = 0.0
            slope = 0.0
            work = 0.0
            for n in range(1, coefficients.size):
                c = 0.5 * load * coefficients[n]
                if i == 0:
                    variance += c * n * q ** (n - 1)
                elif n > 1:
                    variance += c * n * between(n - 1, q, before) * gap[i]
                if n > 1:
                    slope += c * n * (n - 1) * q ** (n - 2)
                    if i > 0:
                        work += c * (n - 1) * between(n, q, before) * gap[i]
            out[1, i] = variance
            out[2, i] = slope
            out[3, i] = 0.5 * work
    f = 0.0
    e = 0.0
    if not wishart:
        for n in range(1, coefficients.size):
            c = 0.5 * load * coefficients[n]
            e -= C * c * between(n, 1.0, q)
            curvature = 0.0
            for j in range(n - 1):
                curvature += (j + 1) * q**j
            f -= 0.5 * C * T * C * c * curvature
            for i in range(1, k + 1):
                e -= y[i] * c * between(n, out[0, i], out[0, i - 1]) * gap[i]
        for i in range(1, k + 1):
            f += y[i] * out[3, i]
        return True, f, e
    D = 1.0 - C
    if D <= 0.0:
        return False, 0.0, 0.0
    f = T * math.log1p(-C)
    r = 0.0
    for i in range(k, 0, -1):
        outer = D - y[i] * gap[i]
        if outer <= 0.0:
            return False, 0.0, 0.0
        w = y[i] * gap[i] / outer
        out[1, i] = load * gap[i] / (D * outer)
        out[2, i] = load / D**2
        out[3, i] = 0.5 * load * gap[i] * (out[0, i - 1] / (D * outer) + gap[i] / outer**2 * wishart_work(w))
        f -= math.log1p(w) / y[i] if y[i] > 0.0 else gap[i] / outer
        D = outer
    out[1, 0] = load * out[0, 0] / D**2
    out[2, 0] = load / D**2
    f = 0.5 * load * (f - out[0, 0] / D)
    for i in range(k + 1):
        before = r
        r += out[1, i]
        if i > 0:
            f += 0.5 * y[i] * (r * gap[i] + out[1, i] * out[0, i - 1])
    f += 0.5 * C * r
    e = -0.5 * load * (1.0 - q) / (1.0 - C) - 0.5 * r
    return True, f, e


@kernel
def evaluate(
    coefficients: FloatArray,
    wishart: bool,
    P: int,
    load: float,
    T: float,
    m: float,
    gap: FloatArray,
    C: float,
    y: FloatArray,
    fine: float,
    averages: FloatArray,
    levels: FloatArray,
) -> tuple[float, float, float, float, float, float]:
    """Evaluate functional, energy, entropy and both sides of R.4 at any point, saddle or not.

    Fill averages[3, k+1]: E_i[t_i^2], E_i[c_i^2] (level k: beta E sech^4) and the gains of phi; levels[4, k+1] as in `noise`.
    Return f, e, s, E_0[t_0], E_k[sech^2]/T and E_0[phi_0]; f is NaN outside the domain.
    """
    k = gap.size - 1
    ok, f, e = noise(coefficients, wishart, load, T, gap, C, y, levels)
    if not ok:
        return math.nan, math.nan, math.nan, math.nan, math.nan, math.nan
    s = np.empty(k + 1)
    for i in range(k + 1):
        s[i] = math.sqrt(max(levels[1, i], 0.0))
    a = 0.0
    power = 1.0
    for _ in range(P - 1):
        power *= m
    a = 0.5 * P * power
    t2 = np.empty(k)
    c2 = np.empty(k)
    gain = np.zeros(k + 1)
    phi, m_new, C_new, E4, entropy, _, _, _ = sweep(a, s, y, T, fine, t2, c2, gain)
    for i in range(k):
        averages[0, i] = t2[i]
        averages[1, i] = c2[i]
    averages[0, k] = 1.0 - T * C_new
    averages[1, k] = E4
    averages[2, :] = gain
    f += 0.5 * (P - 1) * power * m - phi - T * LN2
    e -= 0.5 * power * m
    q = levels[0, k]
    if wishart:
        entropy -= 0.5 * load * (math.log1p(-C) + C / (1.0 - C))
    else:
        for n in range(2, coefficients.size):
            curvature = 0.0
            for j in range(n - 1):
                curvature += (j + 1) * q**j
            entropy -= 0.25 * load * coefficients[n] * C * C * curvature
    return f, e, entropy, m_new, C_new, phi


@kernel
def unpack(u: FloatArray, T: float, has_m: bool, has_q0: bool, gap: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Map the unknowns u = (m?, ln C-like, logits of q_{i-1}/q_i, ln y-like) to m, C, gaps and y, always inside the domain."""
    k = gap.size - 1
    at = 0
    m = 0.0
    if has_m:
        m = u[0]
        at = 1
    e = math.exp(u[at])
    C = e / (1.0 + T * e)
    at += 1
    q = 1.0 / (1.0 + T * e)
    for i in range(k, 0, -1):
        if i == 1 and not has_q0:
            gap[1] = q
            q = 0.0
        else:
            x = u[at]
            at += 1
            if x > 0.0:
                e = math.exp(-x)
                gap[i] = q * e / (1.0 + e)
                q = q / (1.0 + e)
            else:
                e = math.exp(x)
                gap[i] = q / (1.0 + e)
                q = q * e / (1.0 + e)
    gap[0] = q
    y[0] = 0.0
    for i in range(1, k + 1):
        e = math.exp(u[at])
        at += 1
        y[i] = e / (1.0 + T * e)
    return m, C


@kernel
def equations(
    coefficients: FloatArray,
    wishart: bool,
    P: int,
    load: float,
    T: float,
    u: FloatArray,
    has_m: bool,
    has_q0: bool,
    k: int,
    fine: float,
    out: FloatArray,
) -> bool:
    """Fill out with the saddle-point equations in the unknowns of `unpack`.

    Merged levels are trivial roots and are divided out. With D(q) = E_q[t^2] - q the saddle asks for D = 0 at every level and
    for int r' D dq = 0 over every gap; where a gap g is small these are D' = 0 twice over, so the equations taken are
    A = [D(q_i) - D(q_{i-1})]/g and (A + 4B)/g with B = -(1/2 r' g^2) int r' (D - D(q_{i-1})) dq, which stay independent.
    Return False outside the domain.
    """
    gap = np.empty(k + 1)
    y = np.empty(k + 1)
    m, C = unpack(u, T, has_m, has_q0, gap, y)
    averages = np.empty((3, k + 1))
    levels = np.empty((4, k + 1))
    f, _, _, m_new, C_new, _ = evaluate(coefficients, wishart, P, load, T, m, gap, C, y, fine, averages, levels)
    if not math.isfinite(f):
        return False
    at = 0
    if has_m:
        out[0] = m_new - m
        at = 1
    out[at] = C_new / C - 1.0
    at += 1
    steps = at + k if has_q0 else at + k - 1
    for i in range(k, 0, -1):
        A = (averages[0, i] - averages[0, i - 1]) / gap[i] - 1.0
        before = averages[0, i - 1] - levels[0, i - 1]
        B = (0.5 * before - (averages[2, i] / y[i] - levels[3, i]) / levels[1, i]) / gap[i]
        if has_q0 or i < k:
            out[at] = A
            at += 1
        out[steps + i - 1] = (A + 4.0 * B) / gap[i]
    return True


@kernel
def jacobian(
    coefficients: FloatArray,
    wishart: bool,
    P: int,
    load: float,
    T: float,
    u: FloatArray,
    has_m: bool,
    has_q0: bool,
    k: int,
    fine: float,
    F: FloatArray,
    out: FloatArray,
    step: float,
) -> bool:
    """Fill out[n, n] with the derivatives of `equations` in u, by differences from F = equations(u)."""
    n = u.size
    plus = np.empty(n)
    v = u.copy()
    for j in range(n):
        v[j] = u[j] + step
        if not equations(coefficients, wishart, P, load, T, v, has_m, has_q0, k, fine, plus):
            return False
        v[j] = u[j]
        for i in range(n):
            out[i, j] = (plus[i] - F[i]) / step
    return True
