"""One inward and one outward sweep through the levels of k-step replica symmetry breaking (R.1, R.4, R.6).

In phi_i = T (g_i - ln 2) and y_i = x_i/T the recursion R.1 is finite at T = 0, so one kernel serves every temperature:

    phi_k(h) = T ln cosh(h/T),    phi_{i-1}(h) = (1/y_i) ln E exp{y_i phi_i(h + s_i z)},    s_i^2 = r_i - r_{i-1},  y_0 = 0.

Level i lives on its own points: a uniform grid on which the trapezoidal rule is accurate to rounding (the spacing resolves
both the Gaussian and the strip in which phi_i is analytic), or, where s_i is small on that scale, a cloud of Gauss-Hermite
nodes around every point of level i - 1. The innermost step, where phi_k has a kink on the scale of T, is one more of these
where s_k is at most WIDE T, and `tilted_averages` where it is wider.
Where |h| is beyond the reach of all deeper steps, phi is |h| plus a constant to rounding; such points need no deeper level.
Inward, the functions phi, t = phi' and c = phi'' come from the deeper level; outward, the probabilities of the points.

Without a signal everything is even in h: the points of every level are a mirror image of themselves, point j of n that of point
n - 1 - j, and only the second half is worked out.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.gaussian import U, field_averages
from glassy.numerics.jit import kernel, part
from glassy.numerics.tilted import LN2, log_cosh, merged, tilted_averages, tilted_weights

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_x, _w = np.polynomial.hermite_e.hermegauss(7)
CLOUD_Z = 0.5 * (_x - _x[::-1])  # odd to the last bit
CLOUD_W = _w / _w.sum()
REACH = 8.5  # standard deviations kept on each side: the rest weighs 1e-17
MOST_POINTS = 400_000
MOST_PAIRS = 2_000_000
PAIRS_PER_TILT = 50  # an innermost average costs about as much as this many pairs
WIDE = 3.0  # s_k/T up to which level k has points of its own
SPAN = 600.0  # y phi of one level may differ by this much before exp{y phi} leaves the range of numbers
CLOSE = 0.2  # s_i in units of the strip below which a step is a small change
# rows of the points: h, phi, t = phi', c = phi'', E[phi_i] - phi, P, and the variance and the relative entropy of R.4b
FIELD, PHI, SLOPE, BEND, RISE, WEIGHT, SPREAD, EXCESS = range(8)
LOW, COUNT, SLOT = range(3)  # the deeper points of a point: the first, how many, and where their joint probabilities are


@kernel
def layout(a: float, s: FloatArray, y: FloatArray, T: float, fine: float, start: IntArray, grid: FloatArray) -> int:
    """Choose the points of the first levels, two fewer than start has entries.

    Fill start[i], the first point of level i - 1, "level -1" the point a, and the last entry, the number of all points;
    grid[0, i] and grid[1, i], the first point and the spacing, 0 for a cloud; grid[2, i], the |h| at
    level i - 1 beyond which phi_{i-1}(h) = |h| + grid[3, i] - T ln 2; grid[4, i], the variance of all steps deeper than i;
    grid[5, i], half the width of the strip where phi_i is analytic.
    Return the number of pairs (point, deeper point), at most; -1 where it is too large.
    """
    k = s.size - 1
    total = 0.0
    for i in range(k, -1, -1):
        grid[4, i] = total
        total += s[i] * s[i]
        lift = 0.5 * y[i] * s[i] * s[i]
        step = 19.0 * T
        if i < k:
            lift += grid[3, i + 1]
            step = grid[2, i + 1]
        grid[3, i] = lift
        bound = REACH * math.sqrt(total) + 2.0 * lift + 19.0 * T
        if y[i] > 0.0:  # the other sign weighs exp(-2 y |h|), and fields that the drift y s^2 does not keep away from 0 nothing
            step += REACH * s[i] - y[i] * s[i] * s[i]
            if step < 19.0 / y[i]:
                step = 19.0 / y[i]
            if step < bound:
                bound = step
        grid[2, i] = bound
    if not math.isfinite(grid[2, 0] + grid[3, 0]):  # levels so wild that no grid holds them
        return -1
    variance = 0.0
    drift = 0.0
    before = 1
    joints = 0
    start[0] = 0
    start[1] = 1
    depth = start.size - 2
    for i in range(depth):
        variance += s[i] * s[i]
        drift += y[i] * s[i] * s[i]
        strip = 1.6 * math.sqrt(grid[4, i] + T * T)
        if i < k and y[i + 1] * strip > 1.57:
            strip = 1.57 / y[i + 1]
        grid[5, i] = strip
        spacing = s[i] / 2.0
        if strip / 7.5 < spacing:
            spacing = strip / 7.5
        spacing /= fine
        length = REACH * math.sqrt(variance) + drift
        reach = REACH * s[i] + y[i] * s[i] * s[i]
        first = a - length
        end = a + length
        if first < -grid[2, i] - reach:
            first = -grid[2, i] - reach
        if end > grid[2, i] + reach:
            end = grid[2, i] + reach
        count = 1
        if spacing > 0.0:
            room = (end - first) / spacing
            if room > 0.0:
                count += math.ceil(room) if room < MOST_POINTS else MOST_POINTS
        grid[0, i] = 0.0
        grid[1, i] = 0.0
        if s[i] == 0.0:
            joints += before
        elif s[i] < 0.05 * strip / fine and 7 * before < count:
            before *= 7
            joints += before
        else:
            grid[0, i] = first if a != 0.0 else -0.5 * (count - 1) * spacing
            grid[1, i] = spacing
            if i > 0 and grid[1, i - 1] > 0.0:
                near = 2.0 * grid[2, i] / grid[1, i - 1] + 2.0
                if near < before:
                    before = int(near)
            window = 2.0 * (reach / spacing + 1.0) + 1.0
            joints += before * (int(window) + 1 if window < count else count)
            before = count
        start[i + 2] = start[i + 1] + before
    cost = joints
    if depth == k:
        if k > 0 and grid[1, k - 1] > 0.0:
            near = 2.0 * grid[2, k] / grid[1, k - 1] + 2.0
            if near < before:
                before = int(near)
        cost += PAIRS_PER_TILT * before
    return joints if start[depth + 1] <= MOST_POINTS and cost <= MOST_PAIRS else -1


@part
def place(a: float, s: FloatArray, grid: FloatArray, start: IntArray, points: FloatArray) -> None:
    """Fill in the fields of all points."""
    points[FIELD, 0] = a
    for i in range(start.size - 2):
        first = start[i + 1]
        for j in range(start[i + 2] - first):
            if grid[1, i] > 0.0:
                points[FIELD, first + j] = grid[0, i] + j * grid[1, i]
            elif s[i] == 0.0:
                points[FIELD, first + j] = points[FIELD, start[i] + j]
            else:
                points[FIELD, first + j] = points[FIELD, start[i] + j // 7] + s[i] * CLOUD_Z[j % 7]


@kernel
def deepest(
    a: float, s: FloatArray, T: float, grid: FloatArray, start: IntArray, points: FloatArray, inner: FloatArray
) -> None:
    """Place all points; fill phi_k, t, c of those of level k, and inner[3, :]: sech^2/T, sech^4/T and the entropy of a spin."""
    place(a, s, grid, start, points)
    last = start[start.size - 2]
    total = points.shape[1]
    for p in range(last + ((total - last) // 2 if a == 0.0 else 0), total):
        h = points[FIELD, p]
        v = abs(h) / T
        e = math.exp(-2.0 * v)
        flip = 2.0 * e / (1.0 + e)
        sech2 = flip * (2.0 - flip)
        points[PHI, p] = T * log_cosh(v)
        points[SLOPE, p] = math.copysign(1.0 - flip, h)
        points[BEND, p] = sech2 / T
        points[RISE, p] = 0.0
        points[SPREAD, p] = 0.0
        points[EXCESS, p] = 0.0
        inner[0, p - last] = sech2 / T
        inner[1, p - last] = sech2 * sech2 / T
        inner[2, p - last] = math.log1p(e) + v * flip


@kernel
def innermost(
    a: float, s: FloatArray, y: float, T: float, grid: FloatArray, start: IntArray, points: FloatArray, inner: FloatArray
) -> None:
    """Place all points; fill phi, t, c and the rise of those of level k - 1, and inner[3, :]: their C, E4 and entropy."""
    place(a, s, grid, start, points)
    k = s.size - 1
    bound = grid[2, k]
    lift = grid[3, k]
    last = start[start.size - 2]
    total = points.shape[1]
    weights = np.empty((6, U.size))
    tilted_weights(y * T, weights)
    for p in range(last + ((total - last) // 2 if a == 0.0 else 0), total):
        h = points[FIELD, p]
        free = abs(h) + lift - T * LN2
        mean = math.copysign(1.0, h)
        C = 0.0
        E4 = 0.0
        entropy = 0.0
        spread = 0.0
        excess = 0.0
        rise = lift
        if abs(h) <= bound:
            free, mean, _, C, E4, entropy, spread, excess = tilted_averages(h, s[k], y, T, weights)
            rise = y * (excess + 0.5 * (s[k] * mean) ** 2)
        points[PHI, p] = free
        points[SLOPE, p] = mean
        points[BEND, p] = C + y * spread
        points[RISE, p] = rise
        points[SPREAD, p] = spread
        points[EXCESS, p] = excess
        inner[0, p - last] = C
        inner[1, p - last] = E4
        inner[2, p - last] = entropy


def unbroken(a: float, s: float, T: float, points: FloatArray, inner: FloatArray) -> None:
    """Fill what `innermost` fills where there is no step, y_0 = 0: the averages of replica symmetry."""
    soft, flip, C, _, _, E4, entropy = field_averages(a, s, T)
    t = 1.0 - flip
    points[:, 0] = a, soft - T * LN2, t, C, 0.0, 1.0, 1.0 - T * C - t * t, 0.0
    inner[:, 0] = C, E4, entropy


@kernel
def inward(
    even: bool, deviations: FloatArray, breaks: FloatArray, T: float, start: IntArray, grid: FloatArray,
    points: FloatArray, links: IntArray, joint: FloatArray, tilt: FloatArray,
) -> None:  # fmt: skip
    """Fill phi, t, c and the rise of all points from those of the deepest level: an average over one step after another.

    joint holds, from its SLOT on, the probabilities of the deeper points of every point.
    On a grid a weight is exp{y phi} of the deeper point, once for all, times a Gaussian of the distance: with o the offset of
    the nearest deeper point and b the spacing, in units of s, exp(-(j b + o)^2/2) is exp(-(j b)^2/2) and a power of exp(-b o).
    """
    slot = start[0]
    for i in range(start.size - 3, -1, -1):
        s = deviations[i]
        y = breaks[i]
        first = start[i]
        end = start[i + 1]
        n = start[i + 2] - end
        if even:
            for j in range(n // 2):
                for row in range(PHI, EXCESS + 1):
                    points[row, end + j] = points[row, end + n - 1 - j]
                points[SLOPE, end + j] = -points[SLOPE, end + n - 1 - j]
                links[COUNT, end + j] = links[COUNT, end + n - 1 - j]
        spacing = grid[1, i]
        bound = grid[2, i]
        window = REACH * s + y * s * s
        small = y * s < 0.1
        close = y > 0.0 and s < CLOSE * grid[5, i]
        reach = 0
        powers = False
        lowest = 0.0
        if spacing > 0.0:
            reach = int(window / spacing + 1.0) if window < n * spacing else n
            if not small:
                lowest = points[PHI, end]
                highest = lowest
                for q in range(end, end + n):
                    if points[PHI, q] < lowest:
                        lowest = points[PHI, q]
                    if points[PHI, q] > highest:
                        highest = points[PHI, q]
                powers = y * (highest - lowest) < SPAN
            if powers:
                for q in range(n):
                    tilt[q] = math.exp(y * (points[PHI, end + q] - lowest))
                for j in range(n):
                    z = j * spacing / s
                    tilt[n + j] = math.exp(-0.5 * z * z)
        for p in range(first + ((end - first) // 2 if even else 0), end):
            h = points[FIELD, p]
            links[SLOT, p] = slot
            if abs(h) > bound and spacing > 0.0:
                points[PHI, p] = abs(h) + grid[3, i] - T * LN2
                points[SLOPE, p] = math.copysign(1.0, h)
                points[BEND, p] = 0.0
                points[RISE, p] = 0.5 * y * s * s
                points[SPREAD, p] = 0.0
                points[EXCESS, p] = 0.0
                links[COUNT, p] = 0  # LOW is 0
                continue
            if spacing > 0.0:
                near = math.floor((h - grid[0, i]) / spacing + 0.5)
                l0 = near - reach
                if l0 < 0:
                    l0 = 0
                l1 = near + reach + 1
                if l1 > n:
                    l1 = n
            else:
                size = 1 if s == 0.0 else 7
                l0 = (p - first) * size
                l1 = l0 + size
                near = l0 + size // 2
            inside = near
            if inside < 0:
                inside = 0
            if inside > n - 1:
                inside = n - 1
            reference = points[PHI, end + inside]
            count = l1 - l0
            low = end + l0
            peak = 0.0 if small else 0.5 * y * s * y * s
            Z = 0.0
            base = 0.0
            norm = 0.0
            mean_t = 0.0
            mean_t2 = 0.0
            mean_c = 0.0
            mean_d = 0.0
            about = points[SLOPE, end + inside]
            if powers and near == inside:
                o = (grid[0, i] + near * spacing - h) / s
                up = math.exp(-o * spacing / s)
                down = 1.0 / up
                scale = math.exp(-0.5 * o * o - peak) / tilt[inside]
                w = scale
                for q in range(near, l1):
                    joint[slot + q - l0] = w * tilt[n + q - near] * tilt[q]
                    w *= up
                w = scale * down
                for q in range(near - 1, l0 - 1, -1):
                    joint[slot + q - l0] = w * tilt[n + near - q] * tilt[q]
                    w *= down
            elif small:
                for q in range(count):
                    if spacing > 0.0:
                        z = (points[FIELD, low + q] - h) / s
                        w = math.exp(-0.5 * z * z)
                    else:
                        w = CLOUD_W[q] if s > 0.0 else 1.0
                    e = math.expm1(y * (points[PHI, low + q] - reference)) if y > 0.0 else 0.0
                    base += w
                    Z += w * e
                    joint[slot + q] = w * (1.0 + e)
            else:
                for q in range(count):
                    d = y * (points[PHI, low + q] - reference) - peak
                    if spacing > 0.0:
                        z = (points[FIELD, low + q] - h) / s
                        joint[slot + q] = math.exp(d - 0.5 * z * z)
                    else:
                        joint[slot + q] = CLOUD_W[q] * math.exp(d)
            for q in range(count):
                w = joint[slot + q]
                moved = points[SLOPE, low + q] - about
                norm += w
                mean_t += w * moved
                mean_t2 += w * moved * moved
                mean_c += w * points[BEND, low + q]
                mean_d += w * (points[PHI, low + q] - reference)
            inverse = 1.0 / norm
            for q in range(count):
                joint[slot + q] *= inverse
            mean_t *= inverse
            mean_t2 *= inverse
            mean_c *= inverse
            mean_d *= inverse
            if y == 0.0:
                free = mean_d
            elif small:
                free = math.log1p(Z / base) / y
            elif spacing > 0.0:
                free = (peak + math.log(norm * spacing / (math.sqrt(2.0 * math.pi) * s))) / y
            else:
                free = (peak + math.log(norm)) / y
            points[PHI, p] = reference + free
            spread = mean_t2 - mean_t * mean_t
            t = about + mean_t
            points[SLOPE, p] = t
            points[BEND, p] = mean_c + y * spread
            points[SPREAD, p] = spread
            excess = 0.0
            if close:
                mu = y * s * t
                for q in range(count):
                    z = (points[FIELD, low + q] - h) / s if spacing > 0.0 else CLOUD_Z[q]
                    rho = y * (points[PHI, low + q] - reference - free) - mu * (z - 0.5 * mu)
                    excess += joint[slot + q] * merged(rho)
                excess /= y * y
                points[RISE, p] = y * (excess + 0.5 * s * t * s * t)
            else:
                points[RISE, p] = mean_d - free
                if y > 0.0:
                    excess = (mean_d - free) / y - 0.5 * s * t * s * t
            points[EXCESS, p] = excess
            links[LOW, p] = low
            links[COUNT, p] = count
            slot += count


@kernel
def outward(
    even: bool, s: FloatArray, y: FloatArray, T: float, start: IntArray, points: FloatArray, links: IntArray,
    joint: FloatArray, inner: FloatArray, averages: FloatArray, values: FloatArray,
) -> None:  # fmt: skip
    """Carry the probability of the point a to all others, and fill the averages of `sweep`.

    That of points that need no deeper level stays where it is: t^2 = 1 on all of them.
    """
    k = s.size - 1
    depth = start.size - 2
    points[WEIGHT, 0] = 1.0
    frozen = 0.0  # probability of the points left behind
    C = 0.0
    E4 = 0.0
    entropy = 0.0
    for i in range(depth + 1):
        first = start[i]
        end = start[i + 1]
        spread = 0.0
        excess = 0.0
        if i < depth:
            for q in range(end, start[i + 2]):
                points[WEIGHT, q] = 0.0
        for p in range(first + ((end - first) // 2 if even else 0), end):
            P = points[WEIGHT, p]
            if even and p != first + end - 1 - p:
                P *= 2.0  # with its image
            spread += P * points[SPREAD, p]
            excess += P * points[EXCESS, p]
            if i == depth:
                C += P * inner[0, p - first]
                E4 += P * inner[1, p - first]
                entropy += P * inner[2, p - first]
            elif links[COUNT, p] == 0:
                frozen += P
            else:
                low = links[LOW, p]
                slot = links[SLOT, p]
                for q in range(links[COUNT, p]):
                    points[WEIGHT, low + q] += P * joint[slot + q]
        if i <= k:
            averages[2, i] = y[i] * (excess + 0.5 * s[i] * s[i] * averages[0, i - 1]) if i > 0 else 0.0
            averages[3, i] = spread
            averages[4, i] = excess
        if i < depth:
            n = start[i + 2] - end
            t2 = frozen
            c2 = 0.0
            for j in range(n):
                q = end + j
                P = points[WEIGHT, q]
                if even and j <= n - 1 - j:
                    P = 0.5 * (P + points[WEIGHT, end + n - 1 - j])
                    points[WEIGHT, q] = P
                    points[WEIGHT, end + n - 1 - j] = P
                t2 += P * points[SLOPE, q] * points[SLOPE, q]
                c2 += P * points[BEND, q] * points[BEND, q]
            averages[0, i] = t2
            averages[1, i] = c2
    averages[0, k] = 1.0 - T * C
    averages[1, k] = E4
    values[0] = points[PHI, 0]
    values[1] = points[SLOPE, 0]
    values[2] = C
    values[3] = E4
    values[4] = entropy


def sweep(
    a: float, s: FloatArray, y: FloatArray, T: float, fine: float, averages: FloatArray, values: FloatArray
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray, IntArray, FloatArray] | None:
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
    averages : array (5, k+1), filled
        E_i[t_i^2]; E_i[c_i^2], that of level k times T; E_i[phi_i] - E_{i-1}[phi_{i-1}]; and by R.4b, with the digits
        that these lose where levels nearly merge, E_i[t_i^2] - E_{i-1}[t_{i-1}^2] and gain_i/y_i - s_i^2 E_{i-1}[t_{i-1}^2]/2.
    values : array (5,), filled
        E_0[phi_0], E_0[t_0], E_k[sech^2(h/T)]/T, E_k[sech^4(h/T)]/T, E_k[ln 2cosh u - u tanh u].

    Returns
    -------
    points, links, joint, inner, start, grid : arrays
        The rows of the points (FIELD ..) and of the pairs (LOW ..), the probabilities of deeper points given the outer one,
        C, E4 and entropy of the deepest points, where the levels begin (level i at start[i + 1]), the bounds of `layout`. Paths
        end at a point with COUNT 0: at the deepest level, or before, where phi is |h| plus a constant for all deeper steps.
        None where the grids would be too large.
    """
    k = s.size - 1
    deep = s.item(k) <= WIDE * T  # level k has points of its own
    start, grid = np.empty(k + 3 if deep else k + 2, np.int64), np.empty((6, k + 1))
    pairs = layout(a, s, y, T, fine, start, grid)
    if pairs < 0:
        return None
    last, total = start[-2:].tolist()
    points, links, joint = np.empty((8, total)), np.zeros((3, total), np.int64), np.empty(pairs)
    inner, tilt = np.empty((3, total - last)), np.empty(2 * total)
    if deep:
        deepest(a, s, T, grid, start, points, inner)
    elif k == 0:
        unbroken(a, s.item(), T, points, inner)
    else:
        innermost(a, s, y.item(k), T, grid, start, points, inner)
    inward(a == 0.0, s, y, T, start, grid, points, links, joint, tilt)
    outward(a == 0.0, s, y, T, start, points, links, joint, inner, averages, values)
    return points, links, joint, inner, start, grid
