"""Noise and saddle-point equations of k-step replica symmetry breaking (R.2-R.4, N.3a, N.3b) as functions of the levels.

The unknowns are those that stay finite at T = 0: m, the gaps between levels, C = beta (1 - q_k) and y_i = x_i/T.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel, part, shared
from glassy.theory.noise import wishart_work

FloatArray = npt.NDArray[np.float64]
SMALL = 0.5  # overlaps q_k below which the equation of C, in which they are lost, is replaced by that of the lowest level
FAR = 300.0  # logarithms of unknowns beyond which their squares leave the range of numbers
WILD = 10.0  # |m| beyond which no step of Newton's method is worth a look


@shared
def between(n: int, p: float, q: float) -> float:
    """Return (p^n - q^n)/(p - q) as a sum of positive terms."""
    total = 0.0
    power = 1.0
    for _ in range(n):
        total = total * q + power
        power *= p
    return total


@kernel
def mixed_noise(coefficients: FloatArray, load: float, T: float, gap: FloatArray, C: float, out: FloatArray) -> None:
    """Fill the rows of `noise` for the covariance sum_n c_n q^n.

    With p and q the overlaps at the two ends of a step, (p^n - q^n)/(p - q) and n(n-1) int_q^p (v - q) v^(n-2) dv/(p - q)^2 are
    sums of positive terms, each of which follows from that of n - 1.
    """
    k = gap.size - 1
    p = 0.0
    for i in range(k + 1):
        q = p
        p = q + gap[i] if i < k else 1.0 - T * C
        variance = 0.0
        slope = 0.0
        work = 0.0
        bare = 0.0
        before = 0.0  # p^(n - 2)
        power = 1.0  # p^(n - 1)
        ratio = 0.0
        second = 0.0
        for n in range(1, coefficients.size):
            c = 0.5 * load * coefficients[n]
            second = second * q + (n - 1) * before
            variance += c * n * (power if i == 0 else ratio)
            slope += c * n * (n - 1) * before
            ratio = ratio * q + power
            work += c * (n - 1) * ratio
            bare += c * second
            before = power
            power *= p
        out[0, i] = p
        out[1, i] = variance if i == 0 else variance * gap[i]
        out[2, i] = slope
        out[3, i] = 0.5 * work * gap[i] if i > 0 else 0.0
        out[4, i] = 0.5 * bare * gap[i] * gap[i] if i > 0 else 0.0


def wishart_noise(load: float, T: float, gap: FloatArray, C: float, free: float, y: FloatArray, out: FloatArray) -> bool:
    """Fill the rows of `noise` at P = 2."""
    q = np.cumsum(gap)
    q[-1] = 1.0 - T * C
    steps, tilts, D = gap.tolist(), y.tolist(), free
    if not (D > 0.0 and D * D > 0.0):
        return False
    out[0] = q
    out[2] = load / D**2
    for i in range(len(steps) - 1, 0, -1):
        gap_i, y_i = steps[i], tilts[i]
        outer = D - y_i * gap_i
        if not (outer > 0.0 and outer * outer > 0.0):
            return False
        bare = 0.5 * load * gap_i**2 / outer**2 * wishart_work(y_i * gap_i / outer)
        out[1, i] = load * gap_i / (D * outer)
        out[2, i] = load / D**2
        out[3, i] = 0.5 * load * gap_i * q.item(i - 1) / (D * outer) + bare
        out[4, i] = bare
        D = outer
    out[1, 0] = load * q.item(0) / D**2
    out[2, 0] = load / D**2
    out[3:, 0] = 0.0
    return True


def wishart_energies(
    load: float, T: float, gap: FloatArray, C: float, free: float, y: FloatArray, levels: FloatArray
) -> tuple[float, float, float]:
    """Return the noise parts of f, e and s at P = 2 (R.2, R.3 without Phi and the signal, and without the shift of H.2)."""
    D = free
    log = math.log1p(-C) if C < 0.5 else math.log(D)
    f = T * log
    r = np.cumsum(levels[1]).tolist()
    twice = 0.0
    for i in range(gap.size - 1, 0, -1):
        gap_i, y_i = gap.item(i), y.item(i)
        outer = D - y_i * gap_i
        f -= math.log1p(y_i * gap_i / outer) / y_i if y_i > 0.0 else gap_i / outer
        twice += y_i * (r[i] * gap_i + levels.item(1, i) * levels.item(0, i - 1))
        D = outer
    q0, q = levels.item(0, 0), levels.item(0, -1)
    f = 0.5 * (load * (f - q0 / D) + twice + C * r[-1])
    e = -0.5 * load * (1.0 - q) / free - 0.5 * r[-1]
    return f, e, -0.5 * load * (C * C * wishart_work(-C) if C < 0.5 else log + C / free)


@part
def noise_rates(
    coefficients: FloatArray, wishart: bool, load: float, levels: FloatArray, gap: FloatArray, free: float, y: FloatArray,
    dgap: FloatArray, dC: FloatArray, dy: FloatArray, dv: FloatArray, dwork: FloatArray,
) -> None:  # fmt: skip
    """Fill dv, dwork (k+1, n): the derivatives of rows 1 and 3 of `noise`, from those of the gaps, of C and of y.

    What vanishes with a gap is made of differences that do, so nothing is lost where levels nearly merge.
    """
    k = gap.size - 1
    for r in range(dC.size):
        if wishart:
            D = free
            dD = -dC[r]
            part = load * coefficients[2]
            for i in range(k, 0, -1):
                dq = 0.0
                for j in range(i):
                    dq += dgap[j, r]
                q = levels[0, i - 1]
                outer = D - y[i] * gap[i]
                douter = dD - dy[i, r] * gap[i] - y[i] * dgap[i, r]
                w = y[i] * gap[i] / outer
                dw = w * (dgap[i, r] / gap[i] - douter / outer) + dy[i, r] * gap[i] / outer
                added = 0.25 * part * gap[i] * (q + q + gap[i])
                dv[i, r] = (levels[1, i] - part * gap[i]) * (dgap[i, r] / gap[i] - dD / D - douter / outer) + part * dgap[i, r]
                F = wishart_work(w)
                rest = gap[i] / (outer * outer)
                dwork[i, r] = (levels[3, i] - added) * dgap[i, r] / gap[i] + 0.5 * load * gap[i] * (
                    (dq - q * (dD / D + douter / outer)) / (D * outer)
                    + (dgap[i, r] - 2.0 * gap[i] * douter / outer) / (outer * outer) * F
                    + rest * wishart_slope(w) * dw
                )
                dwork[i, r] += 0.5 * part * (dgap[i, r] * (q + gap[i]) + gap[i] * dq)
                D = outer
                dD = douter
            dv[0, r] = load / (D * D) * (dgap[0, r] - 2.0 * levels[0, 0] * dD / D) + part * dgap[0, r]
            dwork[0, r] = 0.0
        else:
            dv[0, r] = levels[2, 0] * dgap[0, r]
            dwork[0, r] = 0.0
            dq = dgap[0, r]
            for i in range(1, k + 1):
                p = levels[0, i - 1]
                q = levels[0, i]
                dv[i, r] = levels[2, i] * dgap[i, r]
                dwork[i, r] = 0.5 * q * levels[2, i] * dgap[i, r]
                for n in range(2, coefficients.size):
                    c = 0.5 * load * coefficients[n] * n * (n - 1) * gap[i] * dq
                    if c != 0.0:
                        dv[i, r] += c * between(n - 2, q, p)
                        dwork[i, r] += 0.5 * c * between(n - 1, q, p)
                dq += dgap[i, r]


@part
def wishart_slope(w: float) -> float:
    """Return the derivative of `wishart_work`."""
    if w > 0.05:
        return 1.0 / (w * (1.0 + w) ** 2) - 2.0 * wishart_work(w) / w
    total = 0.0
    power = 1.0
    for n in range(1, 12):
        total -= power * n * (n + 1.0) / (n + 2.0)
        power *= -w
    return total


def unpack(
    u: FloatArray, T: float, wishart: bool, has_m: bool, has_q0: bool, gap: FloatArray, y: FloatArray
) -> tuple[float, float, float] | None:
    """Map the unknowns u = (m?, ln C-like, logits of q_{i-1}/q_i, ln y-like) to m, C, 1 - C, gaps and y, inside the domain.

    C runs up to 1/T, at P = 2 and T < 1 up to 1. None where the numbers leave the range of floats.
    """
    k, values = gap.size - 1, u.tolist()
    m = values.pop(0) if has_m else 0.0
    if not (abs(m) < WILD and all(abs(x) < FAR for x in values)):
        return None
    e = math.exp(values[0])
    C, q = e / (1.0 + T * e), 1.0 / (1.0 + T * e)
    free = 1.0 - C
    if wishart and T < 1.0:
        C, free, q = e / (1.0 + e), 1.0 / (1.0 + e), (1.0 + (1.0 - T) * e) / (1.0 + e)
    at = 1
    for i in range(k, 0, -1):
        if i == 1 and not has_q0:
            gap[1], q = q, 0.0
            break
        x = values[at]
        at += 1
        e = math.exp(-abs(x))
        small, large = q * e / (1.0 + e), q / (1.0 + e)
        gap[i], q = (small, large) if x > 0.0 else (large, small)
    gap[0] = q
    y[0] = 0.0
    for i, x in enumerate(values[at:], 1):
        e = math.exp(x)
        y[i] = e / (1.0 + T * e)
    return m, C, free


@part
def unpack_rates(
    u: FloatArray, T: float, wishart: bool, has_m: bool, has_q0: bool, gap: FloatArray, C: float, free: float, y: FloatArray,
    dgap: FloatArray, dC: FloatArray, dy: FloatArray,
) -> None:  # fmt: skip
    """Fill the derivatives of `unpack` in the unknowns: dgap and dy (k+1, n), dC (n,); that of m is 1."""
    k = gap.size - 1
    for r in range(u.size):
        dC[r] = 0.0
        for i in range(k + 1):
            dgap[i, r] = 0.0
            dy[i, r] = 0.0
    at = 1 if has_m else 0
    q = 0.0
    for i in range(k + 1):
        q += gap[i]
    dC[at] = C * free if wishart and T < 1.0 else C * q
    dq = np.zeros(u.size)
    dq[at] = -T * dC[at]
    at += 1
    for i in range(k, 0, -1):
        if i == 1 and not has_q0:
            for r in range(u.size):
                dgap[1, r] = dq[r]
                dq[r] = 0.0
        else:
            outer = q - gap[i]
            if i == 1:
                outer = gap[0]
            for r in range(u.size):
                dgap[i, r] = gap[i] * (dq[r] / q)
                dq[r] *= outer / q
            dgap[i, at] -= gap[i] * (outer / q)
            dq[at] += gap[i] * (outer / q)
            q = outer
            at += 1
    for r in range(u.size):
        dgap[0, r] = dq[r]
    for i in range(1, k + 1):
        dy[i, at] = y[i] * (1.0 - T * y[i])
        at += 1


def deflated(averages: FloatArray, levels: FloatArray, gap: FloatArray, has_q0: bool, out: FloatArray) -> bool:
    """Fill out with the saddle-point equations of the overlaps and of the breakpoints, merged levels divided out.

    With D(q) = E_q[t^2] - q the saddle asks for D = 0 at every level and for int r' D dq = 0 over every gap; where a gap g is
    small these are D' = 0 twice over, so the equations taken are A = [D(q_i) - D(q_{i-1})]/g and (A + 4B)/g with
    B = -(1/2 r' g^2) int r' (D - D(q_{i-1})) dq, which stay independent (R.4b). averages[5, k+1]: E_i[t_i^2], E_i[c_i^2], the
    gains of phi, the spreads and the excesses of `sweep`; levels[5, k+1]: as in `noise`. False where a gap is lost.
    """
    steps, k = out.size, gap.size - 1
    at = 0
    for i in range(k, 0, -1):
        g = gap.item(i)
        unit = levels.item(1, i) * g
        if not unit > 0.0:
            return False
        A = averages.item(3, i) / g - 1.0
        B = (levels.item(4, i) - averages.item(4, i)) / unit
        if has_q0 or i < k:
            out[at] = A
            at += 1
        out[steps - k + i - 1] = (A + 4.0 * B) / g
    return True


@part
def deflated_rates(
    averages: FloatArray, levels: FloatArray, gap: FloatArray, y: FloatArray, has_q0: bool, at: int,
    total: FloatArray, dgap: FloatArray, dy: FloatArray, dv: FloatArray, dwork: FloatArray, J: FloatArray,
) -> None:  # fmt: skip
    """Fill J[at:]: the derivatives of `deflated`, from those of the averages, `total`, in the order of `rates`."""
    k = gap.size - 1
    steps = at + k if has_q0 else at + k - 1
    for i in range(k, 0, -1):
        A = averages[3, i] / gap[i] - 1.0
        excess = averages[2, i] / y[i] - levels[3, i]
        B = (levels[4, i] - averages[4, i]) / (levels[1, i] * gap[i])
        for r in range(J.shape[1]):
            dA = (total[i, r] - total[i - 1, r] - (1.0 + A) * dgap[i, r]) / gap[i]
            dq = 0.0
            for j in range(i):
                dq += dgap[j, r]
            dexcess = (total[k + 1 + i, r] - averages[2, i] * (dy[i, r] / y[i])) / y[i] - dwork[i, r]
            dB = 0.5 * (total[i - 1, r] - dq) - (dexcess - excess * (dv[i, r] / levels[1, i])) / levels[1, i]
            dB = (dB - B * dgap[i, r]) / gap[i]
            if has_q0 or i < k:
                J[at, r] = dA
            J[steps + i - 1, r] = (dA + 4.0 * dB - (A + 4.0 * B) * (dgap[i, r] / gap[i])) / gap[i]
        if has_q0 or i < k:
            at += 1
