"""One inward and one outward sweep through the levels of k-step replica symmetry breaking (R.1, R.4, R.6).

In phi_i = T (g_i - ln 2) and y_i = x_i/T the recursion R.1 is finite at T = 0, so one kernel serves every temperature:

    phi_k(h) = T ln cosh(h/T),    phi_{i-1}(h) = (1/y_i) ln E exp{y_i phi_i(h + s_i z)},    s_i^2 = r_i - r_{i-1},  y_0 = 0.

Level i lives on its own points: a uniform grid on which the trapezoidal rule is accurate to rounding (the spacing resolves
both the Gaussian and the strip in which phi_i is analytic), or, where s_i is small on that scale, a cloud of Gauss-Hermite
nodes around every point of level i - 1. The innermost step, where phi_k has a kink on the scale of T, is `tilted_averages`.
Where |h| is beyond the reach of all deeper steps, phi is |h| plus a constant to rounding; such points need no deeper level.
Inward, the functions phi, t = phi' and c = phi'' come from the deeper level; outward, the probabilities of the points.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.gaussian import U
from glassy.numerics.jit import kernel
from glassy.numerics.tilted import LN2, merged, tilted_averages, tilted_weights

FloatArray = npt.NDArray[np.float64]

_x, _w = np.polynomial.hermite_e.hermegauss(7)
CLOUD_Z = _x.copy()
CLOUD_W = _w / _w.sum()
REACH = 8.5  # standard deviations kept on each side: the rest weighs 1e-17
MOST_POINTS = 400_000
MOST_PAIRS = 2_000_000
PAIRS_PER_TILT = 50  # an innermost average costs about as much as this many pairs


@kernel
def layout(
    a: float,
    s: FloatArray,
    y: FloatArray,
    T: float,
    fine: float,
    n: npt.NDArray[np.int64],
    grid: FloatArray,
    bound: FloatArray,
    lift: FloatArray,
    strip: FloatArray,
) -> npt.NDArray[np.int64]:
    """Choose the points of levels 0..k-1: n[i] points; grid[i] = (first point, spacing), spacing 0 for a cloud.

    Fill bound[i], the |h| at level i - 1 beyond which phi_{i-1}(h) = |h| + lift[i] - T ln 2, and strip[i], half the width of
    the strip in which phi_i is analytic. Return the number of pairs (point, deeper point) of every level.
    """
    k = s.size - 1
    pairs = np.zeros(k, np.int64)
    inner = np.zeros(k + 1)  # variance of all steps deeper than i
    for i in range(k - 1, -1, -1):
        inner[i] = inner[i + 1] + s[i + 1] ** 2
    total = 0.0
    for i in range(k, -1, -1):
        total += s[i] ** 2
        lift[i] = 0.5 * y[i] * s[i] ** 2 + (lift[i + 1] if i < k else 0.0)
        bound[i] = REACH * math.sqrt(total) + 2.0 * lift[i] + 19.0 * T
        if y[i] > 0.0:  # the other sign weighs exp(-2 y |h|), and fields that the drift y s^2 does not keep away from 0 nothing
            step = (bound[i + 1] if i < k else 19.0 * T) + REACH * s[i] - y[i] * s[i] ** 2
            bound[i] = min(bound[i], max(19.0 / y[i], step))
    variance = 0.0
    drift = 0.0
    before = 1
    for i in range(k):
        variance += s[i] ** 2
        drift += y[i] * s[i] ** 2
        strip[i] = 1.6 * math.sqrt(inner[i] + T * T)
        if y[i + 1] * strip[i] > 1.57:
            strip[i] = 1.57 / y[i + 1]
        spacing = min(s[i] / 2.0, strip[i] / 7.5) / fine
        length = REACH * math.sqrt(variance) + drift
        reach = REACH * s[i] + y[i] * s[i] ** 2
        first = max(a - length, -bound[i] - reach)
        count = 1
        if spacing > 0.0:
            count += int(min(max(math.ceil((min(a + length, bound[i] + reach) - first) / spacing), 0.0), MOST_POINTS))
        if s[i] == 0.0:
            n[i], grid[i, 1], pairs[i] = before, 0.0, before
        elif s[i] < 0.05 * strip[i] / fine and 7 * before < count:
            n[i], grid[i, 1], pairs[i] = 7 * before, 0.0, 7 * before
        else:
            n[i] = count
            grid[i, 0], grid[i, 1] = first, spacing
            if i > 0 and grid[i - 1, 1] > 0.0:
                before = min(before, int(2.0 * bound[i] / grid[i - 1, 1]) + 2)
            pairs[i] = before * min(2 * int(reach / spacing + 1.0) + 1, count)
        before = n[i]
    return pairs


@kernel
def sweep(
    a: float,
    s: FloatArray,
    y: FloatArray,
    T: float,
    fine: float,
    t2: FloatArray,
    c2: FloatArray,
    gain: FloatArray,
    spread: FloatArray,
    excess: FloatArray,
) -> tuple[float, float, float, float, float, FloatArray, FloatArray, FloatArray, npt.NDArray[np.int64]]:
    """Evaluate the recursion R.1 for a signal field a and the averages of R.4 and S.1.

    Parameters
    ----------
    a : float
        Local field of the signal.
    s : array (k+1,)
        Standard deviations of the steps, s_0 .. s_k.
    y : array (k+1,)
        y_i = x_i/T, y_0 = 0.
    T : float
        Temperature, >= 0.
    fine : float
        Refinement of the grids; 1 is accurate to about 1e-13, and any other value >= 0.7 must give the same.
    t2, c2, gain : arrays (k,), (k,), (k+1,), filled
        E_i[t_i^2] and E_i[c_i^2] for i < k; E_i[phi_i] - E_{i-1}[phi_{i-1}] for i = 1..k in gain[i].
    spread, excess : arrays (k+1,), filled for i = 1..k
        E_i[t_i^2] - E_{i-1}[t_{i-1}^2], a mean of variances, and gain_i/y_i - s_i^2 E_{i-1}[t_{i-1}^2]/2, a mean of relative
        entropies (R.4b): both with the digits that the difference of two averages loses where levels nearly merge.

    Returns
    -------
    phi, m, C, E4, entropy : float
        E_0[phi_0], E_0[t_0], E_k[sech^2(h/T)]/T, E_k[sech^4(h/T)]/T, E_k[ln 2cosh u - u tanh u]; NaN where the grids would
        be too large.
    points, free, weights, next_step : arrays
        Where the paths end: points, phi there and their probabilities (0 for points passed through). `next_step` is the first
        step not taken: k, or less where phi is |h| plus a constant for all deeper ones.
    """
    k = s.size - 1
    n = np.zeros(k + 1, np.int64)
    grid = np.zeros((k + 1, 2))
    bound = np.empty(k + 1)
    lift = np.empty(k + 1)
    strip = np.empty(k + 1)
    pairs = layout(a, s, y, T, fine, n, grid, bound, lift, strip)
    total = 1
    joints = 0
    for i in range(k):
        total += n[i]
        joints += pairs[i]
    tilts = n[k - 1] if k > 0 else 1
    if k > 0 and grid[k - 1, 1] > 0.0:
        tilts = min(tilts, int(2.0 * bound[k] / grid[k - 1, 1]) + 2)
    if total > MOST_POINTS or joints + PAIRS_PER_TILT * tilts > MOST_PAIRS:
        bad = np.full(1, math.nan)
        return math.nan, math.nan, math.nan, math.nan, math.nan, bad, bad, bad, pairs
    start = np.zeros(k + 2, np.int64)  # of level i - 1 in the arrays; "level -1" is the point a
    start[1] = 1
    for i in range(k):
        start[i + 2] = start[i + 1] + n[i]
    H = np.empty(total)
    H[0] = a
    for i in range(k):
        first = start[i + 1]
        for j in range(n[i]):
            if grid[i, 1] > 0.0:
                H[first + j] = grid[i, 0] + j * grid[i, 1]
            elif s[i] == 0.0:
                H[first + j] = H[start[i] + j]
            else:
                H[first + j] = H[start[i] + j // 7] + s[i] * CLOUD_Z[j % 7]
    phi = np.empty(total)
    t = np.empty(total)
    c = np.empty(total)
    weights = np.empty((6, U.size))
    tilted_weights(y[k] * T, weights)
    last = start[k]
    count = total - last
    inner = np.empty((count, 5))
    for j in range(count):
        h = H[last + j]
        if abs(h) > bound[k]:
            phi[last + j] = abs(h) + lift[k] - T * LN2
            t[last + j] = math.copysign(1.0, h)
            c[last + j] = 0.0
            inner[j] = 0.0
            continue
        free, mean, _, C, E4, entropy, variance, surplus = tilted_averages(h, s[k], y[k], T, weights)
        phi[last + j] = free
        t[last + j] = mean
        c[last + j] = C + y[k] * variance
        inner[j, 0] = variance
        inner[j, 4] = surplus
        inner[j, 1] = C
        inner[j, 2] = E4
        inner[j, 3] = entropy
    joint = np.empty(joints)  # probability of the deeper point, given the outer one
    low = np.empty(total, np.int64)
    high = np.empty(total, np.int64)
    rise = np.zeros(total)
    wide = np.zeros(total)
    slot = joints
    for i in range(k - 1, -1, -1):
        first = start[i + 1]
        slot -= pairs[i]
        at = slot
        window = REACH * s[i] + y[i] * s[i] ** 2
        small = y[i] * s[i] < 0.1
        close = y[i] > 0.0 and s[i] < 0.2 * strip[i]
        for p in range(start[i], start[i + 1]):
            if abs(H[p]) > bound[i] and grid[i, 1] > 0.0:
                phi[p] = abs(H[p]) + lift[i] - T * LN2
                t[p] = math.copysign(1.0, H[p])
                c[p] = 0.0
                low[p], high[p] = 0, 0
                continue
            if grid[i, 1] > 0.0:
                spacing = grid[i, 1]
                reach = int(window / spacing + 1.0)
                near = int((H[p] - grid[i, 0]) / spacing + 0.5)
                l0, l1 = max(near - reach, 0), min(near + reach + 1, n[i])
                near = min(max(near, 0), n[i] - 1)
            else:
                size = 1 if s[i] == 0.0 else 7
                l0 = (p - start[i]) * size
                l1 = l0 + size
                near = l0 + size // 2
            reference = phi[first + near]
            peak = 0.0 if small else 0.5 * (y[i] * s[i]) ** 2
            Z = 0.0
            base = 0.0
            for q in range(l0, l1):
                d = phi[first + q] - reference
                if grid[i, 1] > 0.0:
                    z = (H[first + q] - H[p]) / s[i]
                    if small:
                        w = math.exp(-0.5 * z * z)
                    else:
                        w = math.exp(y[i] * d - 0.5 * z * z - peak)
                else:
                    w = CLOUD_W[q - l0] if s[i] > 0.0 else 1.0
                    if not small:
                        w *= math.exp(y[i] * d - peak)
                if small:
                    base += w
                    e = math.expm1(y[i] * d)
                    Z += w * e
                    w *= 1.0 + e
                else:
                    Z += w
                joint[at + q - l0] = w
            if small:
                norm = base + Z
            else:
                norm = Z
                base = 1.0
                if grid[i, 1] > 0.0:
                    base = math.sqrt(2.0 * math.pi) * s[i] / grid[i, 1]
            mean_t = 0.0
            mean_t2 = 0.0
            mean_c = 0.0
            mean_d = 0.0
            about = t[first + near]
            for q in range(l0, l1):
                w = joint[at + q - l0] / norm
                joint[at + q - l0] = w
                x = first + q
                moved = t[x] - about
                mean_t += w * moved
                mean_t2 += w * moved * moved
                mean_c += w * c[x]
                mean_d += w * (phi[x] - reference)
            if y[i] == 0.0:
                free = mean_d
            elif small:
                free = math.log1p(Z / base) / y[i]
            else:
                free = (peak + math.log(Z / base)) / y[i]
            phi[p] = reference + free
            wide[p] = mean_t2 - mean_t * mean_t
            t[p] = about + mean_t
            c[p] = mean_c + y[i] * wide[p]
            if close:
                mu = y[i] * s[i] * t[p]
                total_rho = 0.0
                for q in range(l0, l1):
                    z = (H[first + q] - H[p]) / s[i] if grid[i, 1] > 0.0 else CLOUD_Z[q - l0]
                    rho = y[i] * (phi[first + q] - reference - free) - mu * (z - 0.5 * mu)
                    total_rho += joint[at + q - l0] * merged(rho)
                rise[p] = total_rho / (y[i] * y[i])
            elif y[i] > 0.0:
                rise[p] = (mean_d - free) / y[i] - 0.5 * (s[i] * t[p]) ** 2
            low[p], high[p] = l0, l1
            at += l1 - l0
    P = np.zeros(total)
    P[0] = 1.0
    slot = 0
    next_step = np.full(total, k)
    frozen = 0.0  # probability of the points that needed no deeper level: t^2 = 1 on all of them
    for i in range(k):
        at = slot
        first = start[i + 1]
        excess[i] = 0.0
        spread[i] = 0.0
        for p in range(start[i], start[i + 1]):
            excess[i] += P[p] * rise[p]
            spread[i] += P[p] * wide[p]
            if low[p] == high[p]:
                frozen += P[p]
                next_step[p] = i
                continue
            for q in range(low[p], high[p]):
                P[first + q] += P[p] * joint[at + q - low[p]]
            P[p] = 0.0
            at += high[p] - low[p]
        slot += pairs[i]
        gain[i] = y[i] * (excess[i] + 0.5 * s[i] ** 2 * t2[i - 1]) if i > 0 else 0.0
        t2[i] = frozen
        c2[i] = 0.0
        for q in range(first, first + n[i]):
            t2[i] += P[q] * t[q] * t[q]
            c2[i] += P[q] * c[q] * c[q]
    excess[k] = 0.0
    spread[k] = 0.0
    C = 0.0
    E4 = 0.0
    entropy = 0.0
    for j in range(count):
        w = P[last + j]
        spread[k] += w * inner[j, 0]
        excess[k] += w * inner[j, 4]
        C += w * inner[j, 1]
        E4 += w * inner[j, 2]
        entropy += w * inner[j, 3]
    gain[k] = y[k] * (excess[k] + 0.5 * s[k] ** 2 * t2[k - 1]) if k > 0 else 0.0
    return phi[0], t[0], C, E4, entropy, H, phi, P, next_step
