"""RS saddles at one example of several: unequal overlaps n_1 and n_2 = .. = n_M with those of one ground truth (L.6).

At fixed T they are a curve in (n_1, n_2, s), s the width of the local field, with an explicit load as R.5c has it. It is
followed from the state without noise to the first maximum of the load, where the phase ends. Nothing is singular there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from glassy.core.errors import ConvergenceError
from glassy.model.family import Network
from glassy.model.signal import FROZEN
from glassy.numerics.gaussian import field_averages
from glassy.theory.rs.equations import soft_limit, unit_variance, unit_variance_slope

FloatArray = npt.NDArray[np.float64]
STEP = 0.03  # along the curve, in units of overlaps, and of the field of the example for s
MOST = 2000  # steps
APART = 1e-4  # n_1 - n_2 up to which the examples are alike


@dataclass(frozen=True)
class Point:
    """A point (n_1, n_2, s) at a temperature, and both sides of L.6 there.

    Parameters
    ----------
    at, new : array (3,)
        n_1, n_2 and s; and what their fields make of n_1, n_2 and C.
    slope : array (3, 3)
        The derivatives of `new` in `at`.
    m, soft, E4, entropy : float
        The overlap with the ground truth, and averages as in `field_averages`.
    load : float
        That whose noise has this width, 0 where there is none.
    growth : array (3,)
        The derivatives of its logarithm in `at`.
    """

    at: FloatArray
    new: FloatArray
    slope: FloatArray
    m: float
    soft: float
    E4: float
    entropy: float
    load: float
    growth: FloatArray

    @property
    def C(self) -> float:
        """Local susceptibility."""
        return float(self.new[2])

    @property
    def apart(self) -> bool:
        """Whether the overlap with the first example is larger than those with the others."""
        return bool(self.at[0] - self.at[1] > APART)

    def direction(self, along: FloatArray, unit: FloatArray) -> FloatArray:
        """Return the tangent of the curve in some units, of length 1, on the side of a given direction."""
        tangent = np.cross(*(self.slope - np.eye(3))[:2]) / unit
        return np.asarray(tangent * math.copysign(1.0, tangent @ along) / math.sqrt(tangent @ tangent))

    def rise(self, along: FloatArray, unit: FloatArray) -> float:
        """Return the derivative of ln load along the curve on the side of a direction."""
        return float(self.growth * unit @ self.direction(along, unit)) if self.at[2] > 0.0 else math.inf


def point(network: Network, T: float, at: FloatArray) -> Point:
    """Return the point at any n_1, n_2 and s."""
    one, s = network.one_example, float(at[2])
    S, w, u = one.sizes, one.weights, one.aligned
    a, grow = one.fields(at[:2]), one.growth(at[:2])
    soft, flip, C, X, Y, E4, entropy = np.array([field_averages(a[0] + a[1] * x, s, T) for x in S.tolist()]).T
    C1, C2, C3, X1, X2 = w @ C, (w * S) @ C, (w * S * S) @ C, w @ X, (w * S) @ X
    slope = np.array([
        [C1 * grow[0], C2 * grow[1], -2.0 * s * X1],
        [C2 * grow[0], C3 * grow[1], -2.0 * s * X2],
        [-2.0 * X1 * grow[0], -2.0 * X2 * grow[1], 2.0 * s * (w @ Y)],
    ])  # fmt: skip
    q = 1.0 - T * float(C1)
    r = unit_variance(network, q, float(C1)) if soft_limit(network) > C1 else math.inf
    load, growth = 0.0, np.zeros(3)
    if 0.0 < r < math.inf and s > 0.0:
        load, growth = s * s / r, np.array([0.0, 0.0, 2.0 / s]) - unit_variance_slope(network, q, float(C1), T) / r * slope[2]
    return Point(
        at=at, new=np.array([1.0 - w @ flip, (w * S) @ (1.0 - flip), C1]), slope=slope, m=float(u @ (1.0 - flip)),
        soft=float(w @ soft), E4=float(w @ E4), entropy=float(w @ entropy), load=load, growth=growth,
    )  # fmt: skip


def without_noise(network: Network, T: float) -> Point | None:
    """Return the state at load 0 that lies nearest to one example, None where that is one at all of them.

    Each turn lowers the free energy, which is convex but for the signal: so it ends, and at the first state on its way.
    """
    n = np.array([1.0, network.one_example.weights @ network.one_example.sizes])
    for _ in range(5000):
        here = point(network, T, np.array([*n, 0.0]))
        moved, n = float(np.abs(here.new[:2] - n).max()), here.new[:2]
        if not here.apart:
            return None
        if moved < 1e-9:
            break
    across = np.array([0.0, 0.0, 1.0])
    found = corrected(network, T, np.array([*n, 0.0]), across, np.ones(3))
    return found if found is not None and found.apart else None


def corrected(network: Network, T: float, at: FloatArray, along: FloatArray, unit: FloatArray) -> Point | None:
    """Return the point of the curve in the plane through `at` across a direction, by Newton's method; None where it fails."""
    start, last = at, math.inf
    for _ in range(12):
        if not (0.0 < at[0] < 1.0 + 1e-9 and -1.0 < at[1] < 1.0 + 1e-9 and at[2] >= 0.0):
            return None
        here = point(network, T, at)
        J = np.vstack(((here.slope - np.eye(3))[:2], along / unit))
        F = np.array([*(here.new - at)[:2], along @ ((at - start) / unit)])
        try:
            d = -np.linalg.solve(J, F)
        except np.linalg.LinAlgError:
            return None
        size = float(np.abs(d / unit).max())
        if size < 1e-13 or (size < 1e-7 and size > 0.5 * last):
            return here
        at, last = at + d, size
    return None


def growth_of_difference(network: Network, load: float, T: float, n: float, q: float, C: float) -> float:
    """Return by how much a small difference between the overlaps with the examples grows in one turn of L.6, all else n.

    From 1 on examples that are alike do not stay so.
    """
    s = math.sqrt(load * unit_variance(network, q, C)) if load > 0.0 else 0.0
    here, rest = point(network, T, np.array([n, n, s])), 1.0 / (network.one_example.examples - 1.0)
    return float(here.slope[0, 0] - here.slope[0, 1] * rest)


@dataclass(frozen=True)
class Curve:
    """The branch of saddles at one example from load 0 to where it ends, at one temperature."""

    network: Network
    T: float
    points: tuple[Point, ...]
    unit: FloatArray

    @property
    def end(self) -> Point:
        """The last saddle, of the largest load."""
        return self.points[-1]

    def between(self, low: Point, high: Point, t: float) -> Point:
        """Return the point across the chord of two points, at a share t of it."""
        found = corrected(self.network, self.T, low.at + t * (high.at - low.at), (high.at - low.at) / self.unit, self.unit)
        if found is None:
            raise _lost(self.network, self.T)
        return found

    @property
    def turn(self) -> Point:
        """The point between the first and the last at which the load is largest."""
        chord = (self.end.at - self.points[0].at) / self.unit
        return self.where(lambda p: p.rise(chord, self.unit), self.points[0], self.end)

    @property
    def parting(self) -> Point:
        """The point between the first and the last at which n_1 is hardly more than n_2."""
        low, high = (p.at for p in self.points)
        d0, d1 = low[0] - low[1], high[0] - high[1]
        across = np.array([1.0, -1.0, 0.0])
        found = corrected(self.network, self.T, low + (d0 - 1.01 * APART) / (d0 - d1) * (high - low), across, self.unit)
        if found is None:
            raise _lost(self.network, self.T)
        return found

    def where(self, f: Callable[[Point], float], low: Point, high: Point) -> Point:
        """Return the point between two of the curve where a function changes its sign."""
        root = brentq(lambda t: f(self.between(low, high, t)), 0.0, 1.0, xtol=1e-16, rtol=1e-15)
        return self.between(low, high, root)

    def at(self, load: float) -> Point | None:
        """Return the saddle at a load, None beyond the end."""
        if load == 0.0 or load >= self.end.load:
            return self.points[0] if load == 0.0 else self.end if load == self.end.load else None
        i = next(i for i, p in enumerate(self.points) if p.load > load)
        near = self.where(lambda p: math.sqrt(p.load / load) - 1.0, self.points[i - 1], self.points[i])
        n1, n2, s = near.at.tolist()  # at small loads s has more digits than the distance along the curve
        at = np.array([n1, n2, s * math.sqrt(load / near.load)])
        return corrected(self.network, self.T, at, np.array([0.0, 0.0, 1.0]), self.unit) or near


@lru_cache(maxsize=256)
def curve(network: Network, T: float) -> Curve | None:
    """Return the branch at a temperature, None where there is no state at one example even without noise.

    It ends where the load is largest, or where the overlap with the first example is no more than with the others.
    """
    T = T if T >= FROZEN else 0.0
    first = without_noise(network, T)
    if first is None:
        return None
    unit = np.array([1.0, 1.0, float(network.one_example.fields(first.at[:2]).sum())])
    path, step, along = [first], STEP, np.array([0.0, 0.0, 1.0])
    for _ in range(MOST):
        here = path[-1]
        along = here.direction(along, unit)
        new = corrected(network, T, here.at + step * along * unit, along, unit)
        chord = np.zeros(3) if new is None else (new.at - here.at) / unit
        if new is None or abs(new.at[0] - new.at[1]) < APART or along @ chord < 0.995 * math.sqrt(chord @ chord):
            step *= 0.5  # lost, on the branch where all are alike, or on another
            if step > 1e-9:
                continue
            if here.at[0] - here.at[1] < 10.0 * APART:
                return Curve(network, T, tuple(path), unit) if here.load > 0.0 else None
            raise _lost(network, T)
        if new.load == 0.0:  # Wishart noise diverges
            return None
        if new.rise(along, unit) <= 0.0 or not new.apart:
            last = Curve(network, T, (here, new), unit)
            return Curve(network, T, (*path, last.turn if new.apart else last.parting), unit)
        path.append(new)
        step = min(1.5 * step, STEP)
    raise _lost(network, T)


def _lost(network: Network, T: float) -> ConvergenceError:
    return ConvergenceError(f"the saddles at one example of {network!r}, T={T:g} could not be followed. Move T a little.")
