"""Noise and saddle-point equations of k-step replica symmetry breaking (R.2-R.4, N.3) as functions of the levels.

The unknowns are those that stay finite at T = 0: m, the gaps between levels, C = beta (1 - q_k) and y_i = x_i/T.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel

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
def moment(m: int, p: float, q: float) -> float:
    """Return int_q^p (v - q) v^m dv / (p - q)^2 as a sum of positive terms."""
    total = 0.0
    power = 1.0
    for j in range(m + 1):
        total = total * q + (j + 1) * power
        power *= p
    return total / ((m + 1) * (m + 2))


@kernel
def wishart_work(w: float) -> float:
    """Return [ln(1+w) - w/(1+w)]/w^2, 1/2 at w = 0, for w > -1."""
    if abs(w) > 0.02:
        return (math.log1p(w) - w / (1.0 + w)) / (w * w)
    total = 0.0
    power = 1.0
    for n in range(9):
        total += power * (n + 1.0) / (n + 2.0)
        power *= -w
    return total


@kernel
def wishart_log(C: float) -> float:
    """Return [-ln(1-C) - C]/C^2, 1/2 at C = 0."""
    if abs(C) > 0.02:
        return (-math.log1p(-C) - C) / (C * C)
    total = 0.0
    power = 1.0
    for n in range(9):
        total += power / (n + 2.0)
        power *= C
    return total


@kernel
def noise(
    coefficients: FloatArray, wishart: bool, load: float, T: float, gap: FloatArray, C: float, y: FloatArray, out: FloatArray
) -> tuple[bool, float, float, float]:
    """Fill out[5, k+1] with q_i, the variances r_i - r_{i-1}, the slopes r'(q_i), and over each step (1/2) int q r' dq and
    (1/2) int (q - q_{i-1}) r' dq.

    Return whether the point lies in the domain, and the noise parts of f, e and s (R.2, R.3 without Phi and the signal; the
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
        out[4, i] = 0.0
        if not wishart:
            variance = 0.0
            slope = 0.0
            work = 0.0
            bare = 0.0
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
                        bare += c * n * (n - 1) * moment(n - 2, q, before) * gap[i] ** 2
            out[1, i] = variance
            out[2, i] = slope
            out[3, i] = 0.5 * work
            out[4, i] = 0.5 * bare
    f = 0.0
    e = 0.0
    entropy = 0.0
    if not wishart:
        for n in range(1, coefficients.size):
            c = 0.5 * load * coefficients[n]
            e -= C * c * between(n, 1.0, q)
            curvature = 0.0
            for j in range(n - 1):
                curvature += (j + 1) * q**j
            f -= 0.5 * C * T * C * c * curvature
            entropy -= 0.5 * C * C * c * curvature
            for i in range(1, k + 1):
                e -= y[i] * c * between(n, out[0, i], out[0, i - 1]) * gap[i]
        for i in range(1, k + 1):
            f += y[i] * out[3, i]
        return True, f, e, entropy
    D = 1.0 - C
    if D <= 0.0:
        return False, 0.0, 0.0, 0.0
    f = T * math.log1p(-C)
    r = 0.0
    for i in range(k, 0, -1):
        outer = D - y[i] * gap[i]
        if outer <= 0.0:
            return False, 0.0, 0.0, 0.0
        w = y[i] * gap[i] / outer
        out[1, i] = load * gap[i] / (D * outer)
        out[2, i] = load / D**2
        out[4, i] = 0.5 * load * gap[i] ** 2 / outer**2 * wishart_work(w)
        out[3, i] = 0.5 * load * gap[i] * out[0, i - 1] / (D * outer) + out[4, i]
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
    return True, f, e, -0.5 * load * C * C * wishart_work(-C)


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
def deflated(
    averages: FloatArray, levels: FloatArray, gap: FloatArray, y: FloatArray, has_q0: bool, at: int, out: FloatArray
) -> None:
    """Fill out[at:] with the saddle-point equations of the overlaps and of the breakpoints, merged levels divided out.

    With D(q) = E_q[t^2] - q the saddle asks for D = 0 at every level and for int r' D dq = 0 over every gap; where a gap g is
    small these are D' = 0 twice over, so the equations taken are A = [D(q_i) - D(q_{i-1})]/g and (A + 4B)/g with
    B = -(1/2 r' g^2) int r' (D - D(q_{i-1})) dq, which stay independent (R.4b). averages[5, k+1]: E_i[t_i^2], E_i[c_i^2], the
    gains of phi, the spreads and the excesses of `sweep`; levels[5, k+1]: as in `noise`.
    """
    k = gap.size - 1
    steps = at + k if has_q0 else at + k - 1
    for i in range(k, 0, -1):
        A = averages[3, i] / gap[i] - 1.0
        B = (levels[4, i] - averages[4, i]) / (levels[1, i] * gap[i])
        if has_q0 or i < k:
            out[at] = A
            at += 1
        out[steps + i - 1] = (A + 4.0 * B) / gap[i]
