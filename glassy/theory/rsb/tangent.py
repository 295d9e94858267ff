"""Derivatives of the averages of a sweep in the signal a, in the variances v_i = s_i^2 and in y_i, on the points of the sweep.

With w the joint weights of `inward` and < > the average over the deeper points q of a point p, at step i,

    d phi_p = <d phi>,   d t_p = <d t> + y_i <(t - t_p) d phi>                                for what changes deeper,
    d phi_p = <phi - phi_p>/y_i,   d t_p = <(t - t_p) phi>                                    for y_i itself,
    d phi_p = <c + y_i t^2>/2,   d t_p = <(t - t_p)(z^2 - 1)>/(2 v_i)                         for v_i itself,

the heat equation having turned the Gaussian's derivative into one of phi; ln w changes by y_i (d phi_q - d phi_p), by
phi_q - <phi>, by (z^2 - 1)/(2 v_i) less its mean. So all derivatives take one more sweep, with a row of numbers at every point.
The rows are in the order y_k, v_k, y_{k-1}, v_{k-1}, .., y_1, v_1, a, v_0: what is deeper than a level comes first.
"""

from __future__ import annotations

import numpy as np

from glassy.numerics.gaussian import U
from glassy.numerics.jit import kernel, part
from glassy.numerics.tilted import tilted_slopes, tilted_tangent, tilted_weights
from glassy.theory.rsb.kernels import SMALL, deflated_rates, noise_rates, unpack_rates
from glassy.theory.rsb.sweep import BEND, COUNT, FIELD, LOW, PHI, RISE, SLOPE, SLOT, WEIGHT, FloatArray, IntArray


@part
def innermost_rates(
    s: float, y: float, T: float, bound: float, start: int, middle: int,
    points: FloatArray, dphi: FloatArray, dt: FloatArray, inner: FloatArray,
) -> None:  # fmt: skip
    """Fill the derivatives in y_k and v_k at the points of level k - 1; inner[4, :] those of the rise and of C."""
    weights = np.empty((6, U.size))
    slopes = np.empty((4, U.size))
    out = np.empty(6)
    tilted_weights(y * T, weights)
    tilted_slopes(y * T, slopes)
    end = points.shape[1]
    for p in range(middle, end):
        if abs(points[FIELD, p]) > bound:
            for j in range(6):
                out[j] = 0.0
            out[2] = 0.5 * s * s
            out[3] = 0.5 * y
            dphi[p, 0] = 0.5 * s * s
            dphi[p, 1] = 0.5 * y
        else:
            tilted_tangent(points[FIELD, p], s, y, T, weights, slopes, out)
            dphi[p, 0] = points[RISE, p] / y
            dphi[p, 1] = 0.5 * (points[BEND, p] + y * points[SLOPE, p] * points[SLOPE, p])
        dt[p, 0] = out[0]
        dt[p, 1] = out[1]
        for j in range(4):
            inner[j, p - start] = out[2 + j]


@part
def mirror_rates(start: int, end: int, count: int, dphi: FloatArray, dt: FloatArray) -> None:
    """Fill the first half of a level from the second."""
    for j in range((end - start) // 2):
        for r in range(count):
            dphi[start + j, r] = dphi[end - 1 - j, r]
            dt[start + j, r] = -dt[end - 1 - j, r]


@part
def inward_rates(
    i: int, s: FloatArray, y: FloatArray, middle: int, end: int,
    points: FloatArray, links: IntArray, joint: FloatArray, dphi: FloatArray, dt: FloatArray, drise: FloatArray,
) -> None:  # fmt: skip
    """Fill the derivatives at the points middle..end of level i - 1, and drise[p]: those of the rise in y_i and v_i."""
    k = s.size - 1
    deeper = 2 * (k - i)
    v = s[i] * s[i]
    tilt = y[i]
    for p in range(middle, end):
        if links[COUNT, p] == 0:
            for j in range(i, k + 1):
                dphi[p, 2 * (k - j)] = 0.5 * s[j] * s[j]
                dphi[p, 2 * (k - j) + 1] = 0.5 * y[j]
            for r in range(deeper + 2):
                dt[p, r] = 0.0
            drise[p, 0] = 0.5 * v
            drise[p, 1] = 0.5 * tilt
            continue
        for r in range(deeper):
            dphi[p, r] = 0.0
            dt[p, r] = 0.0
        low = links[LOW, p]
        slot = links[SLOT, p]
        phi = points[PHI, p]
        t = points[SLOPE, p]
        field = points[FIELD, p]
        mean_d = points[RISE, p]
        d2 = 0.0
        td = 0.0
        t2 = 0.0
        bend = 0.0
        bend_d = 0.0
        wide_t = 0.0
        for q in range(low, low + links[COUNT, p]):
            w = joint[slot + q - low]
            d = points[PHI, q] - phi - mean_d
            tq = points[SLOPE, q]
            c = points[BEND, q] + tilt * tq * tq
            h = points[FIELD, q] - field
            d2 += w * d * d
            td += w * (tq - t) * d
            t2 += w * tq * tq
            bend += w * c
            bend_d += w * c * d
            wide_t += w * (tq - t) * h * h
            along = w * tilt * (tq - t)
            for r in range(deeper):
                dphi[p, r] += w * dphi[q, r]
                dt[p, r] += w * dt[q, r] + along * dphi[q, r]
        dphi[p, deeper + 1] = 0.5 * bend
        dt[p, deeper + 1] = 0.5 * wide_t / (v * v) if v > 0.0 else 0.0
        drise[p, 1] = 0.5 * tilt * (t2 + bend_d)
        if i > 0:
            dphi[p, deeper] = mean_d / tilt
            dt[p, deeper] = td
            drise[p, 0] = d2 - mean_d / tilt


@part
def outward_rates(
    i: int, s: FloatArray, y: FloatArray, n: int, even: bool, start: int, middle: int, end: int,
    points: FloatArray, links: IntArray, joint: FloatArray, dphi: FloatArray, dt: FloatArray, drise: FloatArray,
    dP: FloatArray, dfrozen: FloatArray, dgain: FloatArray,
) -> None:  # fmt: skip
    """Carry the derivatives of the probabilities to level i; add those of the frozen part and of the gain of step i."""
    k = s.size - 1
    deeper = 2 * (k - i)
    own = deeper + 1  # of v_i; that of y_i is the one before, and at i = 0 that of a
    size = dP.shape[1]
    tilt = y[i]
    v = s[i] * s[i]
    source = np.empty(size)
    tilted = np.zeros(n)  # sum of P w (phi_q - <phi>): what y_i does to the probabilities
    for q in range(end, end + n):
        for r in range(size):
            dP[q, r] = 0.0
    for p in range(middle, end):
        twice = 2.0 if even and p != start + end - 1 - p else 1.0
        P = twice * points[WEIGHT, p]
        rise = points[RISE, p]
        for r in range(size):
            source[r] = twice * dP[p, r]
            dgain[r] += source[r] * rise
        dgain[own] += P * drise[p, 1]
        if i > 0:
            dgain[deeper] += P * drise[p, 0]
        if links[COUNT, p] == 0:
            for r in range(size):
                dfrozen[r] += source[r]
            continue
        low = links[LOW, p]
        slot = links[SLOT, p]
        if i > 0:
            for r in range(deeper):
                source[r] -= tilt * P * dphi[p, r]
            source[own] -= tilt * P * dphi[p, own]
        for q in range(low, low + links[COUNT, p]):
            w = joint[slot + q - low]
            for r in range(size):
                dP[q, r] += w * source[r]
            h = points[FIELD, q] - points[FIELD, p]
            if v > 0.0:
                dP[q, own] += w * P * 0.5 * (h * h / v - 1.0) / v
                if i == 0:
                    dP[q, deeper] += w * P * h / v
            tilted[q - end] += w * P * (points[PHI, q] - points[PHI, p] - rise)
    if even:
        for j in range((n + 1) // 2):
            a = end + j
            b = end + n - 1 - j
            tilted[j] = 0.5 * (tilted[j] + tilted[n - 1 - j])
            tilted[n - 1 - j] = tilted[j]
            for r in range(size):
                dP[a, r] = 0.5 * (dP[a, r] + dP[b, r])
                dP[b, r] = dP[a, r]
    if i > 0:
        for j in range(n):
            q = end + j
            P = tilt * points[WEIGHT, q]
            for r in range(deeper):
                dP[q, r] += P * dphi[q, r]
                dgain[r] += tilt * tilted[j] * dphi[q, r]
            dP[q, deeper] += tilted[j]


@kernel
def rates(
    out: FloatArray, T: float, even: bool, s: FloatArray, y: FloatArray, points: FloatArray, links: IntArray, joint: FloatArray,
    values: FloatArray, start: IntArray, grid: FloatArray,
) -> None:  # fmt: skip
    """Fill out[2k+4, 2k+2] after a sweep: the derivatives of E_i[t_i^2], then of the gains, then of C and of E_0[t_0]."""
    k = s.size - 1
    depth = start.size - 2
    size = 2 * k + 2
    total = points.shape[1]
    last = start[depth]
    dphi = np.empty((total, size))
    dt = np.empty((total, size))
    dP = np.empty((total, size))
    drise = np.empty((total, 2))
    inner = np.empty((4, total - last))
    for i in range(2 * k + 4):
        for r in range(size):
            out[i, r] = 0.0
    deep = depth == k + 1
    if not deep:
        middle = last + ((total - last) // 2 if even else 0)
        innermost_rates(s[k], y[k], T, grid[2, k], last, middle, points, dphi, dt, inner)
        if even:
            mirror_rates(last, total, 2 * (k - depth) + 2, dphi, dt)
    for i in range(depth - 1, -1, -1):
        end = start[i + 1]
        middle = start[i] + ((end - start[i]) // 2 if even else 0)
        inward_rates(i, s, y, middle, end, points, links, joint, dphi, dt, drise)
        if even:
            mirror_rates(start[i], end, 2 * (k - i) + 2, dphi, dt)
    dt[0, 2 * k] = points[BEND, 0]
    for r in range(size):
        out[2 * k + 3, r] = dt[0, r]
        dP[0, r] = 0.0
    frozen = 0.0
    dfrozen = np.zeros(size)
    for i in range(depth):
        end = start[i + 1]
        count = start[i + 2] - end
        middle = start[i] + ((end - start[i]) // 2 if even else 0)
        dgain = out[k + 1 + i]
        if i > 0:
            for r in range(size):
                dgain[r] = dfrozen[r] * 0.5 * y[i] * s[i] * s[i]
            dgain[2 * (k - i)] += frozen * 0.5 * s[i] * s[i]
            dgain[2 * (k - i) + 1] += frozen * 0.5 * y[i]
        outward_rates(
            i, s, y, count, even, start[i], middle, end, points, links, joint, dphi, dt, drise, dP, dfrozen, dgain
        )  # fmt: skip
        for p in range(start[i], end):
            if links[COUNT, p] == 0:
                frozen += points[WEIGHT, p]
        for r in range(size):
            out[i, r] = dfrozen[r]
        for q in range(end, end + count):
            t = points[SLOPE, q]
            P = 2.0 * points[WEIGHT, q] * t
            for r in range(size):
                out[i, r] += dP[q, r] * t * t
            for r in range(2 * (k - i)):
                out[i, r] += P * dt[q, r]
    dgain = out[2 * k + 1]
    dC = out[2 * k + 2]
    if not deep:
        for r in range(size):
            dgain[r] = dfrozen[r] * 0.5 * y[k] * s[k] * s[k]
        dgain[0] += frozen * 0.5 * s[k] * s[k]
        dgain[1] += frozen * 0.5 * y[k]
    for p in range(last + ((total - last) // 2 if even else 0), total):
        j = p - last
        twice = 2.0 if even and p != last + total - 1 - p else 1.0
        for r in range(size):
            dC[r] += twice * dP[p, r] * values[0, j]
        if not deep:
            P = twice * points[WEIGHT, p]
            for r in range(size):
                dgain[r] += twice * dP[p, r] * points[RISE, p]
            for r in range(2):
                dgain[r] += P * inner[r, j]
                dC[r] += P * inner[2 + r, j]
    for r in range(size):
        out[k, r] = -T * dC[r]


@kernel
def chain(
    J: FloatArray, out: FloatArray, u: FloatArray, coefficients: FloatArray, wishart: bool, load: float, T: float,
    has_m: bool, has_q0: bool, known: FloatArray,
) -> None:  # fmt: skip
    """Fill J, the derivatives of the equations in the unknowns, from `rates`, out, its column of the signal times da/dm.

    known, as `system` fills it.
    """
    size = u.size
    k = known.shape[1] - 1
    gap = known[0]
    y = known[1]
    averages = known[3:8]
    levels = known[8:13]
    C = known[13, 0]
    C_new = known[13, 1]
    free = known[14, 0]
    dgap = np.empty((k + 1, size))
    dy = np.empty((k + 1, size))
    dv = np.empty((k + 1, size))
    dwork = np.empty((k + 1, size))
    dC = np.empty(size)
    unpack_rates(u, T, wishart, has_m, has_q0, gap, C, free, y, dgap, dC, dy)
    noise_rates(coefficients, wishart, load, levels, gap, free, y, dgap, dC, dy, dv, dwork)
    total = np.zeros((2 * k + 4, size))
    for i in range(2 * k + 4):
        for j in range(k + 1):
            at = 2 * (k - j)
            for r in range(size):
                total[i, r] += out[i, at + 1] * dv[j, r]
                if j > 0:
                    total[i, r] += out[i, at] * dy[j, r]
        if has_m:
            total[i, 0] += out[i, 2 * k]
    at = 0
    if has_m:
        for r in range(size):
            J[0, r] = total[2 * k + 3, r]
        J[0, 0] -= 1.0
        at = 1
    for r in range(size):
        J[at, r] = (total[2 * k + 2, r] - C_new / C * dC[r]) / C
        if 1.0 - T * C < SMALL:
            if has_q0:
                J[at, r] = (total[0, r] - averages[0, 0] / gap[0] * dgap[0, r]) / gap[0]
            else:
                J[at, r] = (total[1, r] - total[0, r] - averages[3, 1] / gap[1] * dgap[1, r]) / gap[1]
    deflated_rates(averages, levels, gap, y, has_q0, at + 1, total, dgap, dy, dv, dwork, J)
