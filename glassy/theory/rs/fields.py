"""All replica-symmetric states of a share t of a network in a random field and in one along the pattern (J.1).

At given t and x the overlap q fixes the width s of the local field, and then its mean a > 0, as E tanh^2 rises with a; m and
the field y along the pattern follow. So the states at all y with m > 0 lie on one curve, y as a function of q, in pieces that
end at a = 0, wherever there is a state with m = 0; those with m < 0 on another. No iteration has to find its way to them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from glassy.model.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.numerics.roots import all_roots
from glassy.theory.rs.equations import form_of, unit_variance
from glassy.theory.rs.formulas import TOLERANCE, polynomial

XI2 = 2  # row of a form: xi''
# of u = ln(q/(1 - q)): below it there are only spins without noise, above it m and q are 1 to rounding
GRID = (*np.linspace(-20.0, -12.0, 8, endpoint=False).tolist(), *np.linspace(-12.0, 12.0, 97).tolist(), *range(13, 34))
WEAK = 1e-4  # the fields y of spins without noise below the grid
ROUNDING = 1e-12


@dataclass(frozen=True)
class State:
    """One state, the residual of its equations, whether it attracts, and whether it can be without the pattern."""

    m: float
    q: float
    residual: float
    attracts: bool
    bare: bool


@dataclass(frozen=True)
class Fields:
    """A share t of a network at one load and temperature, in a random field of variance x, of beta h."""

    network: DenseHebbian
    load: float
    T: float
    t: float
    x: float

    def signal(self, m: float) -> float:
        """Return the field of the pattern at m."""
        return self.t * 0.5 * self.network.P * m ** (self.network.P - 1)

    def width(self, q: float) -> float:
        """Return the standard deviation of the local field at an overlap q."""
        return math.sqrt(self.T**2 * self.x + self.t * self.load * unit_variance(self.network, max(q, 0.0), 0.0))

    def states(self, y: float, sign: float = 1.0) -> list[State]:
        """Return the states at y whose m has a sign, or is 0, by growing q: those that attract, all where none does.

        Those without the pattern lie where a piece of the curve first rises, from m = 0 on.
        """
        rises = self._rises(sign)
        seeds = [(0.0 if u in self._ends else sign * self._point(u)[0], _overlap(u), u)
                 for u in all_roots(lambda u: self._field(u, sign) - y, self._grid)]  # fmt: skip
        if abs(y) < WEAK and self.width(0.0) == 0.0:
            seeds.append((y, y * y, GRID[0]))
        seeds.append((sign, 1.0, GRID[-1]))
        found: list[State] = []
        for m, q, u in sorted(seeds, key=lambda seed: seed[1]):
            state = self._polished(m, q, y, any(low <= u <= high for low, high in rises))
            new = all(abs(state.m - s.m) + abs(state.q - s.q) > ROUNDING for s in found)
            if new and state.residual <= TOLERANCE and state.m * sign > -ROUNDING:
                found.append(state)
        return [s for s in found if s.attracts] or found

    def last_loop(self) -> tuple[float, float] | None:
        """Return the smallest y of the states at the pattern and the largest of those below them; None where they are one."""
        grid, y = self._grid, [self._field(u) for u in self._grid]
        i = len(grid) - 1
        while i > 0 and y[i - 1] < y[i]:
            i -= 1
        if i == 0 or not y[i - 1] > y[i]:
            return None
        bounds = grid[i - 1], grid[min(i + 1, len(grid) - 1)]
        low = minimize_scalar(self._field, bounds=bounds, method="bounded", options={"xatol": 1e-10})
        return min(float(low.fun), y[i]), max(v for v in y[:i] if not math.isnan(v))

    def _rises(self, sign: float) -> list[tuple[float, float]]:
        """Return where each piece of the curve first moves away from y = 0."""
        found, start, last = [], math.nan, math.nan
        for u, y in [*((u, sign * self._field(u, sign)) for u in self._grid), (math.inf, math.nan)]:
            if math.isnan(last) and not math.isnan(y):
                start = u
            elif not (y > last or math.isnan(start)):
                found.append((start, u))
                start = math.nan
            last = y
        return found

    def _soft(self, u: float, a: float) -> float:
        """Return by how much 1 - q of a field of mean a is larger than that of u."""
        rest = self.T * field_averages(a, self.width(_overlap(u)), self.T)[2]
        return math.log(max(rest, 1e-300)) + math.log1p(math.exp(u))

    @cached_property
    def _known(self) -> dict[float, tuple[float, float]]:
        return dict.fromkeys(self._ends, (0.0, 0.0))

    def _point(self, u: float) -> tuple[float, float]:
        """Return m >= 0 and a at the overlap of u; NaN where no field has it."""
        if u not in self._known:
            least, m, a = self._soft(u, 0.0), math.nan, math.nan
            if least > 0.0:
                high = self.T
                while self._soft(u, high) > 0.0:
                    high *= 2.0
                a = float(brentq(lambda a: self._soft(u, a), 0.0, high, xtol=1e-18 * self.T, rtol=1e-15))
                m = 1.0 - field_averages(a, self.width(_overlap(u)), self.T)[1]
            elif least > -ROUNDING:
                m = a = 0.0
            self._known[u] = m, a
        return self._known[u]

    def _field(self, u: float, sign: float = 1.0) -> float:
        """Return y at the overlap of u, where m has a sign."""
        m, a = self._point(u)
        return (sign * a - self.signal(sign * m)) / self.T

    @cached_property
    def _ends(self) -> tuple[float, ...]:
        """The overlaps of all states with m = 0 and q > 0, as u."""
        return tuple(all_roots(lambda u: self._soft(u, 0.0), GRID))

    @cached_property
    def _grid(self) -> list[float]:
        """The grid with the ends of the curve, near which y goes with the root of the distance."""
        near = [u + side * 0.25**k for u in self._ends for side in (-1.0, 1.0) for k in range(2, 13)]
        return sorted({*GRID, *self._ends, *near})

    def _polished(self, m: float, q: float, y: float, bare: bool) -> State:
        """Return what Newton's method makes of a state, as long as that comes nearer."""
        form, P, T, best = form_of(self.network), self.network.P, self.T, State(m, q, math.inf, False, bare)
        for _ in range(20):
            q = min(max(q, 0.0), 1.0)
            _, flip, C, X, Y, _, _ = field_averages(T * y + self.signal(m), self.width(q), T)
            F, G = 1.0 - flip - m, 1.0 - T * C - q
            da = self.t * 0.5 * P * (P - 1) * m ** (P - 2)
            dv = self.t * self.load * polynomial(form, XI2, q)
            J = (C * da - 1.0, -X * dv, 2.0 * T * X * da, -T * Y * dv - 1.0)
            det = J[0] * J[3] - J[1] * J[2]
            residual = max(abs(F), abs(G))
            if not residual < best.residual:
                break
            best = State(m, q, residual, det > 0.0 and J[0] + J[3] < 0.0, bare)
            if det == 0.0 or residual == 0.0:
                break
            m, q = m + (-F * J[3] + G * J[1]) / det, q + (-G * J[0] + F * J[2]) / det
        return best


def _overlap(u: float) -> float:
    return 1.0 / (1.0 + math.exp(-u))
