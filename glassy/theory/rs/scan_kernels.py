"""Compiled loops over chunks of a path: the saddles of RS at many state points, see `rs.scan`."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.numerics.gaussian import field_averages
from glassy.numerics.jit import kernel
from glassy.theory.rs.formulas import (
    TOLERANCE,
    Form,
    averages_of,
    local_signal,
    local_variance,
    newton_step,
    overlaps_of,
    polynomial,
    small_overlap,
    thermodynamics,
    wishart_rest,
    wishart_width,
)

FOUND, NONE, OPEN = 0, 1, 3  # what a kernel says of a point: the first two are places in STATUSES
CLEAR = 1e-3  # a slope of ln load along ln B, and a distance to the load of a fold, that are far above rounding
LOW, HIGH = math.log(1e-7), math.log(1e8)  # of B = beta s
BOUND = math.sqrt(2.0 / math.pi)
SETTLED = 1e-8  # a step along ln B after which the next one is below rounding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@kernel
def _newton(form: Form, load: float, T: float, m: float, C: float, steps: int) -> tuple[bool, float, float]:
    """Newton's method for R.5, as in `rs_retrieval`, with a final point or none."""
    for _ in range(steps):
        q = min(1.0 - T * C, 1.0)
        if not (m > 0.0 and q >= 0.0 and (form[0][1] == 0.0 or C < 1.0)):
            return False, m, C
        s = math.sqrt(load * local_variance(form, q, C))
        averages = averages_of(form, local_signal(form, m), s, T)
        _, m, C, det, final = newton_step(form, load, T, m, C, s, averages)
        if final:
            return det > 0.0 and m > 1e-9, m, C
        if not math.isfinite(m) or not math.isfinite(C):
            return False, m, C
    return False, m, C


@kernel
def _without_noise(form: Form, x: float) -> float:
    """Return E[S tanh(x S)]."""
    total = 0.0
    for j in range(int(form[0][4])):
        total += form[6][j] * form[5][j] * math.tanh(x * form[5][j])
    return total


@kernel
def _unloaded(form: Form, load: float, T: float) -> tuple[float, float]:
    """Return (m, C) near a saddle at small load: the magnetization without noise, then a few turns with it."""
    m, C = 1.0, 0.0
    for _ in range(40):
        before = m
        m = _without_noise(form, local_signal(form, m) / T) if T > 0.0 else 1.0
        if before - m < 1e-3 * (1.0 - m):
            break
    for _ in range(4):
        s = math.sqrt(load * local_variance(form, max(1.0 - T * C, 0.0), min(C, 0.5)))
        averages = averages_of(form, local_signal(form, m), s, T)
        m, C = 1.0 - averages[1], averages[2]
    return m, C


@kernel
def retrieval_chunk(
    form: Form, surely: FloatArray, load: FloatArray, T: FloatArray, numbers: FloatArray, said: IntArray
) -> None:
    """Solve a chunk of a path in the retrieval phase: FOUND where m lies above `surely`, else it stays OPEN."""
    near = False
    m = C = 0.0
    for i in range(load.size):
        found = False
        if load[i] > 0.0:
            if near:
                found, m, C = _newton(form, load[i], T[i], m, C, 8)
            if not found or m <= surely[i]:
                m, C = _unloaded(form, load[i], T[i])
                found, m, C = _newton(form, load[i], T[i], m, C, 20)
        near = found and m > surely[i]
        if near:
            q = min(1.0 - T[i] * C, 1.0)
            s = math.sqrt(load[i] * local_variance(form, q, C))
            averages = averages_of(form, local_signal(form, m), s, T[i])
            out = thermodynamics(form, load[i], T[i], m, q, C, s, 1.0 - C, averages)
            _write(numbers[i], overlaps_of(form, m, averages), q, C, out)
            if out[4] <= TOLERANCE:
                said[i] = FOUND


@kernel
def _write(
    row: FloatArray, overlaps: tuple[float, float], q: float, C: float, out: tuple[float, float, float, float, float]
) -> None:
    row[0], row[9], row[1], row[2] = overlaps[0], overlaps[1], q, C
    row[3], row[4], row[5], row[6], row[7], row[8] = out[0], out[1], out[2], 0.0, out[3], out[4]


@kernel
def log_load(form: Form, T: float, y: float) -> tuple[float, float, float, float, float]:
    """Return ln load on the curve R.5d at y = ln B, its slope, q, 1 - q and dq/dy; -inf where P = 2 has no positive 1 - C."""
    B = math.exp(y)
    _, _, rest, _, Y, _, _ = field_averages(0.0, B, 1.0)
    if B < 1e-2:
        q, q_slope = small_overlap(B)
    else:
        q, q_slope = 1.0 - rest, -2.0 * B * B * Y
    if form[0][1] == 0.0:
        r = polynomial(form, 1, q)
        return 2.0 * (math.log(T) + y) - math.log(r), 2.0 - polynomial(form, 2, q) * q_slope / r, q, rest, q_slope
    D = T - rest if T < 0.5 else (T - 1.0) + q  # T (1 - C)
    if D <= 0.0:
        return -math.inf, math.nan, q, rest, q_slope
    part = form[0][8] * D / T / T
    value = 2.0 * (y + math.log(D)) - math.log(q) - math.log1p(part * D)
    return value, 2.0 + q_slope * (2.0 / D - 1.0 / q - 2.0 * part / (1.0 + part * D)), q, rest, q_slope


@kernel
def _root(form: Form, load: float, T: float, low: float, high: float, up: float, y: float) -> tuple[bool, float, float, float]:
    """Return y, q and 1 - q of the saddle between two y, where ln load rises (up = 1) or falls (-1); False: not settled."""
    target = math.log(load)
    for _ in range(60):
        value, slope, q, rest, q_slope = log_load(form, T, y)
        off = value - target
        if up * off > 0.0:
            high = y
        else:
            low = y
        step = -off / slope if math.isfinite(off) else math.nan
        if abs(step) <= SETTLED:
            q_new, rest_new = q + q_slope * step, rest - q_slope * step
            return abs(slope) > CLEAR and q > 0.0, y + step, q_new, rest_new
        y = y + step if low < y + step < high else 0.5 * (low + high)
    return False, y, 0.0, 0.0


@kernel
def zero_chunk(
    form: Form, branches: FloatArray, field: bool, glass: bool,
    load: FloatArray, T: FloatArray, numbers: FloatArray, said: IntArray,
) -> None:  # fmt: skip
    """Solve a chunk of a path at m = 0: the spin glass, or with a random field the paramagnet, of largest free energy."""
    wishart = form[0][1] != 0.0
    last = np.full(branches.shape[0], math.nan)
    for i in range(load.size):
        if not load[i] > 0.0:
            continue
        width = wishart_width(form, load[i]) if wishart else math.sqrt(load[i] * polynomial(form, 1, 1.0))  # at T = 0
        best, open_ = -math.inf, False
        for b in range(branches.shape[0]):
            if T[i] == 0.0:
                if b > 0:
                    continue
                q, C, s = 1.0, BOUND / width, width
            else:
                low, high, at_low, at_high = branches[b]
                up = 1.0
                if wishart:
                    high = math.log(1.001 * width / T[i])
                    at_low, at_high = -math.inf, math.inf
                    if T[i] > 1.0:
                        at_low = 2.0 * math.log(T[i] - 1.0) - math.log1p(form[0][8] * (1.0 - 1.0 / T[i]) ** 2)
                    open_ |= high > HIGH
                else:
                    up = math.copysign(1.0, at_high - at_low)
                    at_low, at_high = at_low + 2.0 * math.log(T[i]), at_high + 2.0 * math.log(T[i])
                target = math.log(load[i])
                open_ |= abs(target - at_low) < CLEAR or abs(target - at_high) < CLEAR
                open_ |= (low == LOW and field and target < at_low) or (high == HIGH and target > at_high)
                open_ |= low == LOW and up < 0.0 and target > at_low
                if open_ or not min(at_low, at_high) < target < max(at_low, at_high):
                    continue
                y = last[b]
                if not low < y < high:
                    y = min(max(math.log(width / T[i]), low + 1e-3 * (high - low)), high - 1e-3 * (high - low))
                settled, y, q, rest = _root(form, load[i], T[i], low, high, up, y)
                last[b] = y
                C, s = rest / T[i], math.exp(y) * T[i]
                if not settled:
                    open_ = True
                    continue
            D = wishart_rest(form, load[i], q, s) if wishart else 1.0
            averages = averages_of(form, 0.0, s, T[i])
            out = thermodynamics(form, load[i], T[i], 0.0, q, C, s, D, averages)
            open_ |= not out[4] <= TOLERANCE or (field and abs(out[3]) < 1e-9)
            if out[0] > best and not (field and glass != (out[3] <= 0.0)):
                best = out[0]
                _write(numbers[i], (0.0, 0.0), q, C, out)
        if not open_:
            said[i] = FOUND if best > -math.inf else NONE


@kernel
def free_chunk(form: Form, load: FloatArray, T: FloatArray, numbers: FloatArray, said: IntArray) -> None:
    """Evaluate a chunk of a path at the saddle q = 0, where it exists."""
    for i in range(load.size):
        if load[i] > 0.0:
            if T[i] > form[0][1]:  # 0, and 1 at P = 2
                C = 1.0 / T[i]
                averages = averages_of(form, 0.0, 0.0, T[i])
                out = thermodynamics(form, load[i], T[i], 0.0, 0.0, C, 0.0, (T[i] - 1.0) / T[i], averages)
                _write(numbers[i], (0.0, 0.0), 0.0, C, out)
                if out[4] <= TOLERANCE:
                    said[i] = FOUND
            else:
                said[i] = NONE
