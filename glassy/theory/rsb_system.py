"""The saddle-point equations of RSB(k) in the unknowns of Newton's method, all of one evaluation in one kernel."""

from __future__ import annotations

import math

import numpy as np

from glassy.numerics.jit import kernel
from glassy.theory.rsb_kernels import SMALL, FloatArray, deflated, noise, unpack
from glassy.theory.rsb_sweep import WIDE, IntArray, layout, recursion


@kernel
def system(
    u: FloatArray, coefficients: FloatArray, wishart: bool, P: int, load: float, T: float, has_m: bool, has_q0: bool,
    F: FloatArray, known: FloatArray,
) -> tuple[bool, FloatArray, IntArray, FloatArray, FloatArray, IntArray, FloatArray]:  # fmt: skip
    """Fill F with the equations at u.

    known[15, k+1], filled: the gaps, y, the deviations s, the five rows of averages, the five of `noise`, C with its new
    value, and 1 - C. Return whether u lies in the domain, and what `sweep` returns.
    """
    size = u.size
    at_C = 1 if has_m else 0
    k = known.shape[1] - 1
    gap = known[0]
    y = known[1]
    s = known[2]
    levels = known[8:13]
    averages = known[3:8]
    values = np.empty(5)
    m, C, free = unpack(u, T, wishart, has_m, has_q0, gap, y)
    ok, _f, _e, _s = noise(coefficients, wishart, load, T, gap, C, free, y, levels)
    for j in range(size):
        ok = ok and math.isfinite(u[j])
    a = 0.5 * P * m ** (P - 1) if m != 0.0 else 0.0
    for i in range(k + 1):
        s[i] = math.sqrt(levels[1, i]) if ok and levels[1, i] > 0.0 else 0.0
    depth = k + 1 if s[k] <= WIDE * T else k
    n = np.empty(depth, np.int64)
    start = np.empty(depth + 2, np.int64)
    grid = np.empty((6, k + 1))
    pairs = layout(a, s, y, T, 1.0, n, start, grid) if ok else -1
    ok = pairs >= 0
    total = start[depth + 1] if ok else 0
    points = np.empty((8, total))
    links = np.zeros((3, total), np.int64)
    joint = np.empty(pairs if ok else 0)
    inner = np.empty((3, total - start[depth] if ok else 0))
    if ok:
        recursion(a, s, y, T, n, start, grid, points, links, joint, inner, np.empty(2 * total), averages, values)
        if has_m:
            F[0] = values[1] - m
        F[at_C] = values[2] / C - 1.0
        if 1.0 - T * C < SMALL:
            F[at_C] = averages[0, 0] / gap[0] - 1.0 if has_q0 else averages[3, 1] / gap[1] - 1.0
        deflated(averages, levels, gap, y, has_q0, at_C + 1, F)
        known[13, 0] = C
        known[13, 1] = values[2]
        known[14, 0] = free
        for j in range(size):
            if not math.isfinite(F[j]):
                ok = False
    return ok, points, links, joint, inner, start, grid
