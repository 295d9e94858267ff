"""One step of replica symmetry breaking for a share t of a network in fields: two random ones, outside and inside (J.1b)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from glassy.core.errors import PhaseError
from glassy.model.network import DenseHebbian
from glassy.theory.rs.formulas import TOLERANCE
from glassy.theory.rsb.sweep import sweep

FloatArray = npt.NDArray[np.float64]
Start = tuple[float, float, float]  # m, q_0, q_1
MERGED = 1e-7  # levels closer than this are one
PLAIN, TRIES = 25, 8  # iterations before Newton's method is tried, and how often
STEP = 1e-7  # of a difference
ROUNDING = 1e-11
LOGITS = (*np.linspace(-4.5, 4.5, 19).tolist(), 6.0, 8.0)  # of theta, at T of the scale of the noise
APART, ONE = 1e-6, 0.1  # m of two states is further apart than this, that of one with and without levels less
HALVINGS = 12  # of the way to where a branch ends
PATTERN = [(1.0, 1.0, 1.0), (1.0, 0.9, 0.999)]  # all spins along it, in one state and in several


@dataclass(frozen=True)
class Step:
    """A solution at one theta: m, q_0, q_1, phi and dA/dtheta, and the residual."""

    m: float
    q: tuple[float, float]
    theta: float
    phi: float
    slope: float
    residual: float

    @property
    def broken(self) -> bool:
        """Whether there are two levels."""
        return self.q[1] - self.q[0] > MERGED


@dataclass(frozen=True)
class TwoFields:
    """A share t of a network at one load, in random fields of variance x_1 and, inside the average of power theta, x_2."""

    network: DenseHebbian
    load: float
    T: float
    t: float
    x: tuple[float, float]
    y: float

    def source(self, m: float, q: tuple[float, float], theta: float) -> float:
        """Return S of J.1b."""
        xi, beta, P = self.network.unit_covariance, 1.0 / self.T, self.network.P
        noise = (1.0 - q[1]) ** 2 * xi.curvature(q[1]) - theta * self._work(q)
        return -0.5 * beta * (P - 1) * m**P + 0.5 * beta * beta * self.load * noise

    def velocity(self, m: float, q: tuple[float, float]) -> tuple[float, float, float]:
        """Return dx_1/dt, dy/dt and dx_2/dt."""
        xi, beta, P = self.network.unit_covariance, 1.0 / self.T, self.network.P
        outer, inner = (self.load * xi(v, 1) for v in q)
        return -beta * beta * outer, -0.5 * beta * P * m ** (P - 1), -beta * beta * (inner - outer)

    def action(self, step: Step) -> float:
        """Return A."""
        return step.phi / self.T + math.log(2.0) + self.t * self.source(step.m, step.q, step.theta)

    def at(self, theta: float, starts: list[Start], floor: float | None = None) -> Step | None:
        """Return what is met at theta from some m, q_0, q_1: of several the one of smallest A, that of the largest f.

        With a `floor` of m, only of those above it: of those near the largest m the one with levels.
        """
        found = self._all(theta, starts)
        if floor is None or not found:
            return min(found, key=self.action, default=None)
        least = max(floor + APART, max(s.m for s in found) - ONE)
        return max((s for s in found if s.m > least), key=lambda s: (s.broken, s.m), default=None)

    def stationary(self, starts: list[Start], floor: float | None = None, thetas: Iterable[float] | None = None) -> Step | None:
        """Return the solution at the theta where A is smallest of what `at` finds; RS itself, at theta = 1, where none is.

        It is looked for between `thetas`, all by default. None where `at` finds nothing at any.

        Raises
        ------
        PhaseError
            If there are solutions, and A is smallest at none of them.
        """
        rs = self.at(1.0, [(m, q, q) for m, q, top in starts if q == top], floor)
        path: list[Step] = []
        best = [rs] if rs is not None else []
        last, before = None, 0.0
        for theta in sorted(self.thetas() if thetas is None else thetas):
            step = self.at(theta, [*([(last.m, *last.q)] if last else []), *starts], floor)
            step = step if step is not None and step.broken else None
            low, high = last, step
            if low and high and abs(low.m - high.m) > ONE:  # another state
                low, high = (None, high) if high.m > low.m else (low, None)
            if low is None and high is not None and high.slope >= 0.0:
                low = self._towards(high, before)
            elif high is None and low is not None and low.slope < 0.0:
                high = self._towards(low, theta)
            if low and high and low.slope < 0.0 <= high.slope and abs(low.m - high.m) < ONE:
                end = self._root(low, high)
                best += [end] if end is not None else []
            path += [step] if step is not None else []
            last, before = step, theta
        if not best and not path:
            return None
        if floor is not None and best:  # a state between two is a third
            top = max(s.m for s in best) - ONE
            best, path = [s for s in best if s.m > top], [s for s in path if s.m > top]
        found, least = min(best, key=self.action, default=None), min(map(self.action, path), default=math.inf)
        if found is None or self.action(found) > least + ROUNDING * max(1.0, abs(least)):
            raise PhaseError(
                f"{self.network!r} has solutions with RSB(1) at load={self.load:g}, T={self.T:g}, t={self.t:g}, "
                f"x={self.x[0]:g}, y={self.y:g}, but A is smallest at no theta. Give theta, or another start, or a lower load."
            )
        return found

    def thetas(self) -> list[float]:
        """Return where theta is looked for, at T on the scale of the noise."""
        unit = math.sqrt(2.0 * max(self.t * self.load, 1e-12) * self.network.unit_covariance(1.0))
        return [*(1.0 / (1.0 + math.exp(-u) * max(unit / self.T, 1.0)) for u in LOGITS), 1.0]

    def _all(self, theta: float, starts: list[Start]) -> list[Step]:
        """Return what is met at theta from each start."""
        return [s for s in (self._from(theta, start) for start in starts) if s is not None]

    def _towards(self, step: Step, end: float) -> Step | None:
        """Return the first solution from a step towards a theta without one at which dA/dtheta has the other sign."""
        last = step
        for _ in range(HALVINGS):
            theta = 0.5 * (last.theta + end)
            new = self._from(theta, (last.m, *last.q)) if theta > 0.0 else None
            if new is None or not new.broken or abs(new.m - last.m) > ONE:
                end = theta
            elif (new.slope < 0.0) != (step.slope < 0.0):
                return new
            else:
                last = new
        return None

    def _root(self, low: Step, high: Step) -> Step | None:
        """Return the solution between two at which dA/dtheta vanishes."""
        near = {low.theta: low, high.theta: high}

        def slope(theta: float) -> float:
            if theta not in near:
                start = near[min(near, key=lambda known: abs(known - theta))]
                step = self._from(theta, (start.m, *start.q))
                if step is None or not step.broken:
                    return math.nan
                near[theta] = step
            return near[theta].slope

        end = float(brentq(slope, low.theta, high.theta, xtol=1e-15, rtol=1e-14))
        return None if math.isnan(slope(end)) else near[end]

    def _work(self, q: tuple[float, float]) -> float:
        """Return the integral of q xi'' between the levels, per load."""
        xi = self.network.unit_covariance
        return q[1] * xi(q[1], 1) - q[0] * xi(q[0], 1) - (xi(q[1]) - xi(q[0]))

    def _evaluated(self, theta: float, u: FloatArray) -> tuple[FloatArray, Step] | None:
        """Return the equations of u = (m, q_0, q_1) and what is there; None outside the domain."""
        m, q0, q1 = u.tolist()
        if not 0.0 <= q0 <= q1 <= 1.0:
            return None
        T, t, xi, P = self.T, self.t, self.network.unit_covariance, self.network.P
        outer, inner = xi(q0, 1), xi(q1, 1)
        s = np.sqrt([T * T * self.x[0] + t * self.load * outer, T * T * self.x[1] + t * self.load * (inner - outer)])
        averages, values = np.empty((5, 2)), np.empty(5)
        a = T * self.y + t * 0.5 * P * m ** (P - 1)
        if sweep(a, s, np.array([0.0, theta / T]), T, 1.0, averages, values) is None:
            return None
        phi, m_new, C, _, _ = values.tolist()
        F = np.array([m_new - m, averages[0, 0] - q0, 1.0 - T * C - q1])
        beta = 1.0 / T
        slope = beta * float(averages[2, 1]) / theta - 0.5 * t * beta * beta * self.load * self._work((q0, q1))
        return F, Step(m, (q0, q1), theta, phi, slope, float(np.abs(F).max()))

    def _from(self, theta: float, start: Start) -> Step | None:
        """Return the solution that is met from m, q_0, q_1: plain iteration, and Newton's method as soon as that converges."""
        u = np.array(start)
        for _ in range(TRIES):
            found = self._newton(theta, u)
            if found is not None:
                return found
            for _ in range(PLAIN):
                now = self._evaluated(theta, u)
                if now is None:
                    return None
                u = u + now[0]
                u[1:] = np.clip(u[1:], 0.0, 1.0)
                u[2] = max(u[1], u[2])
        return None

    def _newton(self, theta: float, u: FloatArray) -> Step | None:
        """Return what Newton's method finds from close by; None unless every step halves the residual."""
        now = self._evaluated(theta, u)
        if now is None or now[1].residual > 0.03:
            return None
        for _ in range(12):
            F, step = now
            if step.residual < 1e-15:
                return step
            J = np.empty((3, 3))
            for j, h in enumerate((STEP, -STEP, STEP)):  # the levels move apart
                moved = u.copy()
                moved[j] += h if 0.0 <= u[j] + h <= 1.0 or j == 0 else -h
                there = self._evaluated(theta, moved)
                if there is None:
                    return step if step.residual <= TOLERANCE else None
                J[:, j] = (there[0] - F) / (moved[j] - u[j])
            try:
                new = u - np.linalg.solve(J, F)
            except np.linalg.LinAlgError:
                return None
            if new[2] < new[1]:  # the levels have merged
                new[1:] = 0.5 * (new[1] + new[2])
            after = self._evaluated(theta, new)
            if after is None or after[1].residual > 0.5 * step.residual:
                return step if step.residual <= TOLERANCE else None
            u, now = new, after
        return now[1] if now[1].residual <= TOLERANCE else None


def starts_near(m: float, q: float) -> list[Start]:
    """Return where the solutions at m and q of RS are looked for: itself, one that has just broken, and one far apart."""
    return [(m, q, q), (m, 0.9 * q, q + 0.5 * (1.0 - q)), (m, min(m * m, q), max(1.0 - 1e-3, q))]
