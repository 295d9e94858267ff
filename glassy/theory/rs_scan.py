"""Many state points of RS in one call: compiled loops over chunks of a path, on threads.

They evaluate the formulas of `rs_equations`, and find the saddles as `solve` does: retrieval by Newton's method from the
neighbour, m = 0 by Newton's method on every monotone branch of the curve R.5d. A point is left to `solve` wherever the answer
could depend on where it was started from: next to a fold, next to an onset, where the method does not settle. Chunks begin at
the same points whatever the number of threads, and so do the numbers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.numerics.jit import kernel
from glassy.numerics.roots import all_roots
from glassy.provenance import Provenance, provenance
from glassy.results import Status
from glassy.spin_glass import Network
from glassy.theory import rs_retrieval
from glassy.theory.ansatz import RS
from glassy.theory.rs_equations import (
    TOLERANCE,
    Form,
    form_of,
    local_signal,
    local_variance,
    newton_step,
    polynomial,
    thermodynamics,
)
from glassy.theory.rs_zero import small_overlap
from glassy.theory.solution import Solution

FEW = 8  # points that do not repay the machine code
CHUNK = 1024
NODES = 257
PHASES = ("retrieval", "spin_glass", "paramagnetic", "equilibrium")  # the last where no phase exists
STATUSES = (Status.CONVERGED, Status.LEFT_PHASE, Status.NOT_CONVERGED)
FOUND, NONE, OPEN = 0, 1, 3  # what a kernel says of a point: the first two are places in STATUSES
NUMBERS = ("m", "q_EA", "susceptibility", "free_energy", "energy", "entropy", "complexity", "replicon", "residual")
FAR = 1e20  # loads and temperatures, and their inverses, beyond which units matter
CLEAR = 1e-3  # a slope of ln load along ln B, and a distance to the load of a fold, that are far above rounding
LOW, HIGH = math.log(1e-7), math.log(1e8)  # of B = beta s
BOUND = math.sqrt(2.0 / math.pi)
SETTLED = 1e-8  # a step along ln B after which the next one is below rounding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """The numbers of a scan, from which its Solutions are made when they are asked for (`glassy.results.Rows`)."""

    network: Network
    provenance: Provenance
    load: FloatArray
    T: FloatArray
    numbers: FloatArray  # [point, NUMBERS]
    phase: IntArray  # in PHASES
    status: IntArray  # in STATUSES

    def __len__(self) -> int:
        return len(self.load)

    def row(self, i: int) -> Solution:
        """Return the Solution at point i."""
        m, q, C, free, energy, entropy, complexity, replicon, residual = self.numbers[i].tolist()
        return Solution(
            self.network, float(self.load[i]), float(self.T[i]), PHASES[self.phase[i]], RS(), m, (q,), (), (), C, free, energy,
            entropy, complexity, (replicon,), residual, STATUSES[self.status[i]], self.provenance,
        )  # fmt: skip

    def column(self, name: str) -> FloatArray | None:
        """Return an attribute of every point, if it is one of the numbers."""
        if name in ("load", "T"):
            return np.array(getattr(self, name))
        return self.numbers[:, NUMBERS.index(name)].copy() if name in NUMBERS else None

    def statuses(self) -> tuple[Status, ...]:
        """Return the status of every point."""
        return tuple(STATUSES[i] for i in self.status.tolist())

    def take(self, picked: IntArray) -> Table:
        """Return the table of some points."""
        return replace(self, **{x: getattr(self, x)[picked] for x in ("load", "T", "numbers", "phase", "status")})


# ---- retrieval ----


@kernel
def _newton(form: Form, load: float, T: float, m: float, C: float, steps: int) -> tuple[bool, float, float]:
    """Newton's method for R.5, as in `rs_retrieval`, with a final point or none."""
    for _ in range(steps):
        q = min(1.0 - T * C, 1.0)
        if not (m > 0.0 and q >= 0.0 and (form[0][1] == 0.0 or C < 1.0)):
            return False, m, C
        s = math.sqrt(load * local_variance(form, q, C))
        averages = field_averages(local_signal(form, m), s, T)
        _, m, C, det, final = newton_step(form, load, T, m, C, s, averages)
        if final:
            return det > 0.0 and m > 1e-9, m, C
        if not math.isfinite(m) or not math.isfinite(C):
            return False, m, C
    return False, m, C


@kernel
def _unloaded(form: Form, load: float, T: float) -> tuple[float, float]:
    """Return (m, C) near a saddle at small load: the magnetization without noise, then a few turns with it."""
    m, C = 1.0, 0.0
    for _ in range(40):
        before = m
        m = math.tanh(local_signal(form, m) / T) if T > 0.0 else 1.0
        if before - m < 1e-3 * (1.0 - m):
            break
    for _ in range(4):
        s = math.sqrt(load * local_variance(form, max(1.0 - T * C, 0.0), min(C, 0.5)))
        averages = field_averages(local_signal(form, m), s, T)
        m, C = 1.0 - averages[1], averages[2]
    return m, C


@kernel
def _retrieval(form: Form, surely: float, load: FloatArray, T: FloatArray, numbers: FloatArray, said: IntArray) -> None:
    """Solve a chunk of a path in the retrieval phase: FOUND where m lies above `surely`, else it stays OPEN."""
    near = False
    m = C = 0.0
    for i in range(load.size):
        found = False
        if load[i] > 0.0:
            if near:
                found, m, C = _newton(form, load[i], T[i], m, C, 8)
            if not found or m <= surely:
                m, C = _unloaded(form, load[i], T[i])
                found, m, C = _newton(form, load[i], T[i], m, C, 20)
        near = found and m > surely
        if near:
            q = min(1.0 - T[i] * C, 1.0)
            s = math.sqrt(load[i] * local_variance(form, q, C))
            averages = field_averages(local_signal(form, m), s, T[i])
            out = thermodynamics(form, load[i], T[i], m, q, C, s, 1.0 - C, averages)
            _write(numbers[i], m, q, C, out)
            if out[4] <= TOLERANCE:
                said[i] = FOUND


@kernel
def _write(row: FloatArray, m: float, q: float, C: float, out: tuple[float, float, float, float, float]) -> None:
    row[0], row[1], row[2] = m, q, C
    row[3], row[4], row[5], row[6], row[7], row[8] = out[0], out[1], out[2], 0.0, out[3], out[4]


# ---- m = 0 ----


@kernel
def _curve(form: Form, T: float, y: float) -> tuple[float, float, float, float, float]:
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
    return 2.0 * (y + math.log(D)) - math.log(q), 2.0 + q_slope * (2.0 / D - 1.0 / q), q, rest, q_slope


@kernel
def _root(form: Form, load: float, T: float, low: float, high: float, up: float, y: float) -> tuple[bool, float, float, float]:
    """Return y, q and 1 - q of the saddle between two y, where ln load rises (up = 1) or falls (-1); False: not settled."""
    target = math.log(load)
    for _ in range(60):
        value, slope, q, rest, q_slope = _curve(form, T, y)
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
def _zero(
    form: Form, branches: FloatArray, field: bool, glass: bool,
    load: FloatArray, T: FloatArray, numbers: FloatArray, said: IntArray,
) -> None:  # fmt: skip
    """Solve a chunk of a path at m = 0: the spin glass, or with a random field the paramagnet, of largest free energy."""
    wishart = form[0][1] != 0.0
    last = np.full(branches.shape[0], math.nan)
    for i in range(load.size):
        if not load[i] > 0.0:
            continue
        width = math.sqrt(load[i]) + BOUND if wishart else math.sqrt(load[i] * polynomial(form, 1, 1.0))  # at T = 0
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
                    at_low, at_high = -math.inf if T[i] <= 1.0 else 2.0 * math.log(T[i] - 1.0), math.inf
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
            D = math.sqrt(load[i]) * math.sqrt(q) / s
            averages = field_averages(0.0, s, T[i])
            out = thermodynamics(form, load[i], T[i], 0.0, q, C, s, D, averages)
            open_ |= not out[4] <= TOLERANCE or (field and abs(out[3]) < 1e-9)
            if out[0] > best and not (field and glass != (out[3] <= 0.0)):
                best = out[0]
                _write(numbers[i], 0.0, q, C, out)
        if not open_:
            said[i] = FOUND if best > -math.inf else NONE


@kernel
def _free(form: Form, load: FloatArray, T: FloatArray, numbers: FloatArray, said: IntArray) -> None:
    """Evaluate a chunk of a path at the saddle q = 0, where it exists."""
    for i in range(load.size):
        if load[i] > 0.0:
            if T[i] > form[0][1]:  # 0, and 1 at P = 2
                C = 1.0 / T[i]
                averages = field_averages(0.0, 0.0, T[i])
                out = thermodynamics(form, load[i], T[i], 0.0, 0.0, C, 0.0, (T[i] - 1.0) / T[i], averages)
                _write(numbers[i], 0.0, 0.0, C, out)
                if out[4] <= TOLERANCE:
                    said[i] = FOUND
            else:
                said[i] = NONE


def _array(network: Network) -> Any:
    """Return the form of a network for kernels."""
    return np.array(form_of(network))


@lru_cache(maxsize=64)
def branches_of(network: Network) -> FloatArray:
    """Return the monotone branches of ln load along y = ln B at T = 1: y at both ends, and ln load there.

    For P > 2 the curve R.5d at another temperature is the same but for 2 ln T. At P = 2 it is (B/sqrt q)(q - 1 + T) =
    sqrt(load), a product of rising functions: one branch.
    """
    if network.wishart:
        return np.array([[LOW, HIGH, math.nan, math.nan]])
    form = _array(network)
    grid = np.concatenate([np.linspace(LOW, math.log(20.0), 400), np.linspace(math.log(20.0), HIGH, 100)[1:]]).tolist()
    ends = [LOW, *all_roots(lambda y: _curve(form, 1.0, y)[1], grid), HIGH]
    loads = [_curve(form, 1.0, y)[0] for y in ends]
    return np.array([ends[:-1], ends[1:], loads[:-1], loads[1:]]).T.copy()


# ---- a path ----


def solve_path(
    network: Network, load: FloatArray, T: FloatArray, phase: str, threads: int, alone: Callable[[float, float], Solution]
) -> Table:
    """Return the table of a path; `alone` solves one point."""
    if phase == "equilibrium":
        found = {x: _phase(network, load, T, x, threads) for x in PHASES[:3]}
        numbers, said, which = _winners(found)
    else:
        numbers, said = _phase(network, load, T, phase, threads)
        which = np.full(len(load), PHASES.index(phase))
    numbers[said == NONE] = math.nan
    left = np.flatnonzero(said == OPEN)
    solutions = [alone(x, y) for x, y in zip(load[left].tolist(), T[left].tolist(), strict=True)]
    for i, s in zip(left.tolist(), solutions, strict=True):
        numbers[i] = [getattr(s, name) for name in NUMBERS]
        said[i], which[i] = STATUSES.index(s.status), PHASES.index(s.phase)
    return Table(network, provenance(), load, T, numbers, which, said)


def _phase(network: Network, load: FloatArray, T: FloatArray, phase: str, threads: int) -> tuple[FloatArray, IntArray]:
    """Return the numbers of one phase, and what is known of each point: FOUND, NONE or OPEN."""
    numbers, said = np.full((len(load), len(NUMBERS)), math.nan), np.full(len(load), OPEN)
    form, field = _array(network), network.unit_covariance.has_field
    run: Callable[..., None]
    if phase == "retrieval":
        if not isinstance(network, DenseHebbian):
            return numbers, np.full(len(load), NONE)
        run = partial(_retrieval, form, rs_retrieval.one_maximum(network.P))
    elif phase == "paramagnetic" and not field:
        run = partial(_free, form)
    else:
        run = partial(_zero, form, branches_of(network), field, phase == "spin_glass")
    load = np.where((load < FAR) & ((T == 0.0) | (T > 1.0 / FAR)) & (T < FAR) & (load > 1.0 / FAR), load, 0.0)  # 0 stays OPEN
    parts = [slice(i, i + CHUNK) for i in range(0, len(load), CHUNK)]
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        deque(pool.map(lambda part: run(load[part], T[part], numbers[part], said[part]), parts), maxlen=0)
    if isinstance(network, DenseHebbian) and phase == "retrieval":
        said[(said == OPEN) & _beyond(network, load, T, said == OPEN)] = NONE
    return numbers, said


def _beyond(network: DenseHebbian, load: FloatArray, T: FloatArray, asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether points that are asked for lie clearly beyond the spinodal.

    It is taken from both sides of T on a grid: between two of its points the spinodal load does not rise by CLEAR above both.
    """
    beyond = rs_retrieval.curie_weiss_limit(network.P)[1] <= T
    asked = asked & ~beyond
    temperatures = np.unique(T[asked])
    if len(temperatures) > NODES:
        temperatures = np.linspace(temperatures[0], temperatures[-1], NODES)
    if len(temperatures):
        ends = [rs_retrieval.fold(network, x) for x in temperatures.tolist()]
        loads = np.array([end.load if end else 0.0 for end in ends])
        right = np.clip(np.searchsorted(temperatures, T[asked]), 0, len(ends) - 1)
        left = np.where(temperatures[right] == T[asked], right, np.maximum(right - 1, 0))
        beyond[asked] = load[asked] > (1.0 + CLEAR) * np.maximum(loads[left], loads[right])
    return beyond


def _winners(found: dict[str, tuple[FloatArray, IntArray]]) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the phase in equilibrium: of the m = 0 saddles the one of larger free energy, or retrieval below it."""
    free = {
        x: np.where(said == FOUND, numbers[:, NUMBERS.index("free_energy")], math.nan) for x, (numbers, said) in found.items()
    }
    known = np.array([said for _, said in found.values()])
    glass, none = free["spin_glass"], np.isnan(free["paramagnetic"])
    which = np.where((glass > free["paramagnetic"]) | none, PHASES.index("spin_glass"), PHASES.index("paramagnetic"))
    zero = np.where(which == PHASES.index("spin_glass"), glass, free["paramagnetic"])
    which[(free["retrieval"] <= zero) | np.isnan(zero)] = PHASES.index("retrieval")
    numbers = np.choose(which[:, None], [found[x][0] for x in PHASES[:3]])
    said = np.choose(which, [found[x][1] for x in PHASES[:3]])
    which[said == NONE] = PHASES.index("equilibrium")
    return numbers, np.where((known == OPEN).any(axis=0), OPEN, said), which
