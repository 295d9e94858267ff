"""Newton's method for the saddle-point equations of RSB(k), with exact derivatives, in one kernel.

The linear equations are solved here by elimination: no library whose rounding depends on the processor takes part.
"""

from __future__ import annotations

import math

import numpy as np

from glassy.numerics.jit import kernel
from glassy.theory.rsb_kernels import (
    FloatArray,
    deflated,
    deflated_rates,
    noise,
    noise_rates,
    unpack,
    unpack_rates,
)
from glassy.theory.rsb_sweep import sweep
from glassy.theory.rsb_tangent import rates


@kernel
def system(
    u: FloatArray, coefficients: FloatArray, wishart: bool, P: int, load: float, T: float, has_m: bool, has_q0: bool,
    wanted: bool, F: FloatArray, J: FloatArray,
) -> bool:  # fmt: skip
    """Fill F with the equations at u and, if `wanted`, J with their derivatives; return False outside the domain."""
    size = u.size
    at_C = 1 if has_m else 0
    k = (size - at_C - (1 if has_q0 else 0)) // 2
    gap = np.empty(k + 1)
    y = np.empty(k + 1)
    s = np.empty(k + 1)
    averages = np.empty((3, k + 1))
    levels = np.empty((4, k + 1))
    values = np.empty(5)
    m, C = unpack(u, T, has_m, has_q0, gap, y)
    ok, f, e, entropy = noise(coefficients, wishart, load, T, gap, C, y, levels)
    if not ok:
        return False
    for i in range(k + 1):
        s[i] = math.sqrt(levels[1, i]) if levels[1, i] > 0.0 else 0.0
    a = 0.5 * P * m ** (P - 1) if m != 0.0 else 0.0
    fits, points, links, joint, inner, start, grid = sweep(a, s, y, T, 1.0, averages, values)
    if not fits:
        return False
    if has_m:
        F[0] = values[1] - m
    F[at_C] = values[2] / C - 1.0
    deflated(averages, levels, gap, y, has_q0, at_C + 1, F)
    for j in range(size):
        if not math.isfinite(F[j]):
            return False
    if not wanted:
        return True
    out = np.empty((2 * k + 4, 2 * k + 2))
    rates(s, y, T, a == 0.0, points, links, joint, inner, start, grid, out)
    dgap = np.empty((k + 1, size))
    dy = np.empty((k + 1, size))
    dv = np.empty((k + 1, size))
    dwork = np.empty((k + 1, size))
    dC = np.empty(size)
    unpack_rates(u, T, has_m, has_q0, gap, C, y, dgap, dC, dy)
    noise_rates(coefficients, wishart, load, levels, gap, C, y, dgap, dC, dy, dv, dwork)
    total = np.zeros((2 * k + 4, size))
    for i in range(2 * k + 4):
        for j in range(k + 1):
            at = 2 * (k - j)
            for r in range(size):
                total[i, r] += out[i, at + 1] * dv[j, r]
                if j > 0:
                    total[i, r] += out[i, at] * dy[j, r]
        if has_m:
            total[i, 0] += out[i, 2 * k] * 0.5 * P * (P - 1) * m ** (P - 2)
    for r in range(size):
        if has_m:
            J[0, r] = total[2 * k + 3, r]
        J[at_C, r] = (total[2 * k + 2, r] - values[2] * dC[r] / C) / C
    if has_m:
        J[0, 0] -= 1.0
    deflated_rates(averages, levels, gap, y, has_q0, at_C + 1, total[: k + 1], total[k + 1 : 2 * k + 2], dgap, dy, dv, dwork, J)
    for i in range(size):
        for j in range(size):
            if not math.isfinite(J[i, j]):
                return False
    return True


@kernel
def decompose(J: FloatArray, LU: FloatArray, order: FloatArray) -> bool:
    """Fill LU and the order of the rows by elimination with scaled partial pivoting; return False if J is singular."""
    n = J.shape[0]
    scale = np.empty(n)
    for i in range(n):
        order[i] = i
        largest = 0.0
        for j in range(n):
            LU[i, j] = J[i, j]
            if abs(J[i, j]) > largest:
                largest = abs(J[i, j])
        if largest == 0.0:
            return False
        scale[i] = 1.0 / largest
    for c in range(n):
        best = c
        for i in range(c + 1, n):
            if abs(LU[i, c]) * scale[i] > abs(LU[best, c]) * scale[best]:
                best = i
        if LU[best, c] == 0.0:
            return False
        if best != c:
            for j in range(n):
                LU[c, j], LU[best, j] = LU[best, j], LU[c, j]
            order[c], order[best] = order[best], order[c]
            scale[best] = scale[c]
        for i in range(c + 1, n):
            LU[i, c] /= LU[c, c]
            for j in range(c + 1, n):
                LU[i, j] -= LU[i, c] * LU[c, j]
    return True


@kernel
def correction(LU: FloatArray, order: FloatArray, F: FloatArray, d: FloatArray) -> float:
    """Fill d with the solution of J d = -F and return its largest component; NaN where it is not finite."""
    n = F.size
    length = 0.0
    for i in range(n):
        d[i] = -F[int(order[i])]
        for j in range(i):
            d[i] -= LU[i, j] * d[j]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            d[i] -= LU[i, j] * d[j]
        d[i] /= LU[i, i]
        if not math.isfinite(d[i]):
            return math.nan
        if abs(d[i]) > length:
            length = abs(d[i])
    return length


@kernel
def newton(
    u: FloatArray, coefficients: FloatArray, wishart: bool, P: int, load: float, T: float, has_m: bool, has_q0: bool, steps: int
) -> bool:
    """Move u to a saddle by Newton's method with the natural monotonicity test (Deuflhard); return False where it fails.

    A step is accepted where the next simplified correction is shorter, which does not depend on how the equations are
    scaled: near merging levels they are nearly parallel. The derivatives are kept while it converges fast.
    """
    n = u.size
    F = np.empty(n)
    J = np.empty((n, n))
    LU = np.empty((n, n))
    order = np.empty(n)
    d = np.empty(n)
    shorter = np.empty(n)
    trial = np.empty(n)
    damping = 1.0
    known = False  # F, at u
    fresh = False
    stale = True  # J
    for _ in range(steps):
        if stale or not known:
            if not system(u, coefficients, wishart, P, load, T, has_m, has_q0, True, F, J) or not decompose(J, LU, order):
                return False
            known, fresh, stale = True, True, False
        length = correction(LU, order, F, d)
        if not length >= 0.0:
            return False
        largest = 0.0
        for i in range(n):
            if abs(F[i]) > largest:
                largest = abs(F[i])
        if length < 1e-11 or largest < 1e-14:
            for i in range(n):
                u[i] += d[i]
            return True
        if fresh:
            damping = min(1.0, 4.0 * damping, 1.0 / length)
        next_length = math.nan
        while damping > 1e-3:
            for i in range(n):
                trial[i] = u[i] + damping * d[i]
            next_length = math.nan
            if system(trial, coefficients, wishart, P, load, T, has_m, has_q0, False, F, J):
                next_length = correction(LU, order, F, shorter)
                if next_length < (1.0 - 0.25 * damping) * length:
                    break
                next_length = math.nan
            if not fresh:
                break
            damping *= 0.4
        if math.isnan(next_length):
            if fresh:
                return length < 1e-3  # rounding: the residual tells
            stale = True
            continue
        u[:] = trial
        fresh = False
        stale = next_length > 0.03 * length
    return False
