"""The saddle-point equations of RSB(k): unknowns, Newton's method, residual and replicons (R.4, S.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from glassy.model.family import Network
from glassy.theory.rsb.functional import Averages, FloatArray, Levels
from glassy.theory.rsb.kernels import unpack
from glassy.theory.rsb.signals import Swept, all_rates
from glassy.theory.rsb.system import coefficients, system
from glassy.theory.rsb.tangent import chain

TOLERANCE = 1e-10
MERGED = 1e-7  # two levels q < p closer than this fraction of p or of 1 - q count as one


@dataclass(frozen=True)
class Problem:
    """The saddle-point equations of RSB(k) at one state point, in unknowns that keep every point inside the domain.

    Parameters
    ----------
    has_m : bool
        Whether m is an unknown; else m = 0.
    has_q0 : bool
        Whether q_0 is an unknown; else q_0 = 0.
    held : tuple of two float, optional
        The m at which the network is held, and a unit: the field along the pattern in this unit is an unknown in place of m.
    """

    network: Network
    load: float
    T: float
    k: int
    has_m: bool
    has_q0: bool
    held: tuple[float, float] | None = None

    @property
    def given_m(self) -> bool:
        """Whether m is given: 0, or where it is held. Of several saddles that of the largest free energy is right then."""
        return not self.has_m or self.held is not None

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return self.has_m + 2 * self.k + self.has_q0

    def pack(self, levels: Levels) -> FloatArray | None:
        """Return the unknowns of some levels, or None if the levels do not lie strictly inside the domain."""
        T = self.T
        q = levels.overlaps(T)
        gaps = levels.gaps(T)
        pairs = [(q[i - 1], gaps[i]) for i in range(self.k, 0, -1) if i > 1 or self.has_q0]
        edge = levels.free if self.network.wishart and T < 1.0 else 1.0 - T * levels.C
        odds = [(levels.C, edge), *pairs, *((y, 1.0 - T * y) for y in levels.y)]
        if not all(a > 0.0 and b > 0.0 and math.isfinite(a) for a, b in odds):
            return None
        first = levels.field(self.network) / self.held[1] if self.held else levels.m
        return np.array([*((first,) if self.has_m else ()), *(math.log(a / b) for a, b in odds)])

    def unpack(self, u: FloatArray) -> tuple[Levels, FloatArray]:
        """Return the levels and their gaps, the latter accurate where levels nearly merge."""
        gaps, y = np.empty(self.k + 1), np.empty(self.k + 1)
        point = unpack(u, self.T, self.network.wishart, self.has_m, self.has_q0, gaps, y)
        m, C, D = point or (math.nan,) * 3
        q = np.cumsum(gaps)
        m, a = (self.held[0], self.held[1] * m) if self.held else (m, None)
        return Levels(m=m, q=tuple(q[:-1].tolist()), C=C, y=tuple(y[1:].tolist()), D=D, a=a), gaps

    def equations(self, u: FloatArray) -> FloatArray | None:
        """Return the saddle-point equations at u, or None outside the domain."""
        F = np.empty(self.size)
        return F if self._system(u, F) else None

    @cached_property
    def _last(self) -> dict[bytes, tuple[FloatArray, tuple[Swept, ...]]]:
        """What the last evaluation of the equations has left: a Jacobian at the same point begins with it."""
        return {}

    def _system(self, u: FloatArray, F: FloatArray) -> tuple[FloatArray, tuple[Swept, ...]] | None:
        """Fill F with the equations at u; return all numbers of `system` and its sweep, None outside the domain."""
        known = np.empty((15, self.k + 1))
        swept = system(u, self.network, self.load, self.T, self.has_m, self.has_q0, F, known, self.held)
        if swept is None:
            return None
        if self.k > 1:
            self._last.clear()
            self._last[u.tobytes()] = known, swept
        return known, swept

    def jacobian(self, u: FloatArray, F: FloatArray) -> FloatArray | None:
        """Return the derivatives of the equations F in u; None outside the domain.

        From two steps on they are exact, by the sweep of `rates`. For one step forward differences cost hardly more, and where
        levels nearly merge they are the better ones: the equations keep their digits there, their exact derivatives do not.
        """
        J = np.empty((self.size, self.size))
        gaps = np.empty(self.k + 1)
        unpack(u, self.T, self.network.wishart, self.has_m, self.has_q0, gaps, np.empty(self.k + 1))
        merging, q = 0.0, 0.0
        for below, gap in pairwise(gaps.tolist()):
            q += below
            merging = max(merging, math.sqrt(max(1.0 - q, 0.0)) / max(gap, 1e-300))
        if self.k > 1 and merging < 1e3:
            found = self._last.get(u.tobytes()) or self._system(u, np.empty(self.size))
            if found is None:
                return None
            known, swept = found
            m, growth = self.held or (float(u[0]) if self.has_m else 0.0, None)
            out = all_rates(self.network, m, self.T, known[2], known[1], swept, growth)
            chain(
                J, out, u, coefficients(self.network), self.network.wishart, self.load, self.T, self.has_m, self.has_q0, known
            )
            if self.held:
                J[0, 0] += 1.0  # m is no unknown
            return J if bool(np.isfinite(J).all()) else None
        step = min(max(1e-8 * merging, 1e-6), 1e-3)
        for j in range(self.size):
            moved = u.copy()
            moved[j] += step
            plus = self.equations(moved)
            if plus is None:
                return None
            with np.errstate(over="ignore"):
                J[:, j] = (plus - F) / step
        return J

    def newton(self, u: FloatArray, steps: int = 40) -> FloatArray | None:
        """Newton's method with the natural monotonicity test (Deuflhard); None where it fails.

        A step is accepted where the next simplified correction is shorter, which does not depend on how the equations are
        scaled: near merging levels they are nearly parallel. The Jacobian is kept while it converges fast.
        """
        F = self.equations(u)
        J = None
        damping = 1.0
        for _ in range(steps):
            if F is None:
                return None
            if J is None:
                J = self.jacobian(u, F)
                if J is None:
                    return None
                fresh = True
            d = _solve(J, F)
            if d is None:
                return None
            length = float(np.abs(d).max())
            if length < 1e-11 or float(np.abs(F).max()) < 1e-14:
                return u + d
            if fresh:
                damping = min(1.0, 4.0 * damping, 1.0 / length)
            new, shorter = None, None
            while damping > 1e-3:
                new = self.equations(u + damping * d)
                shorter = None if new is None else _solve(J, new)
                if shorter is not None and float(np.abs(shorter).max()) < (1.0 - 0.25 * damping) * length:
                    break
                new = None
                if not fresh:
                    break
                damping *= 0.4
            if new is None or shorter is None:
                if fresh:
                    return self._settled(u, F, J) if length < 1e-3 else None
                J = None
                continue
            u, F, fresh = u + damping * d, new, False
            if float(np.abs(shorter).max()) > 0.03 * length:
                J = None
        return None

    def _settled(self, u: FloatArray, F: FloatArray, J: FloatArray) -> FloatArray:
        """Of u and a few full steps from it, where rounding hides the way, the point that meets the equations best.

        Those of nearly merging levels count with the gaps that they were divided by: what is left of them moves nothing.
        """
        best, at = math.inf, u
        for _ in range(4):
            gaps = self.unpack(u)[1]
            inner = gaps[:0:-1] if self.has_q0 else gaps[:1:-1]
            weights = np.concatenate((np.ones(self.size - len(inner) - self.k), inner, gaps[1:] ** 2))
            size = float(np.abs(weights * F).max())
            if size < best:
                best, at = size, u
            d = _solve(J, F)
            new = None if d is None else self.equations(u + d)
            if d is None or new is None:
                break
            u, F = u + d, new
        return at

    def distinct(self, u: FloatArray) -> bool:
        """Whether no two levels have merged and every breakpoint lies strictly between 0 and 1."""
        levels, gaps = self.unpack(u)
        q = np.cumsum(gaps)
        first = 0 if self.has_q0 else 1
        before = np.concatenate(([0.0], q[:-1]))
        apart = bool(np.all((gaps > MERGED * np.minimum(q, 1.0 - before))[first:]))
        if self.has_q0 and not self.has_m and not self.network.unit_covariance.has_field:
            apart = apart and gaps[0] > MERGED * gaps[1]  # else q_0 = 0 is the saddle
        y = np.array(levels.y)
        scale = (
            1.0 / levels.free if self.network.wishart else math.sqrt(max(self.load * self.network.unit_covariance(1.0), 1e-300))
        )
        rising = bool(np.all(np.diff(y, prepend=0.0) > MERGED * y[-1]))
        return apart and rising and y[-1] * self.T < 1.0 - MERGED and y[0] * scale > 1e-9

    def retrieves(self, u: FloatArray) -> bool:
        """Whether a saddle with m is on the stable side of the fold: m attracts when all other unknowns follow it."""
        if self.given_m:
            return True
        F = self.equations(u)
        J = None if F is None else self.jacobian(u, F)
        if J is None or u[0] <= 1e-9:
            return False
        follow = np.linalg.solve(J[1:, 1:], J[1:, 0])
        return bool(J[0, 0] - J[0, 1:] @ follow < 0.0)


def _solve(J: FloatArray, F: FloatArray) -> FloatArray | None:
    try:
        d: FloatArray = np.asarray(-np.linalg.solve(J, F), float)
    except np.linalg.LinAlgError:
        return None
    return d if bool(np.isfinite(d).all()) else None


def residual(network: Network, load: float, T: float, levels: Levels, at: Averages, held: int = 0) -> float:
    """Largest |right side - left side| of R.4; the last `held` equations of y_i left out.

    The equations of y_i are squares of energies: their unit is that of the signal, or the 2 xi(1) of the noise where larger.
    """
    k = levels.k
    unit = max(1.0, 2.0 * load * network.unit_covariance(1.0))
    worst = [abs(at.m - levels.m) if levels.m else 0.0, *np.abs(at.t2 - at.q)]
    if network.wishart:
        worst.append(abs(at.C - levels.C))
    worst += [abs(at.gain[i] / levels.y[i - 1] - at.work[i]) / unit for i in range(1, k + 1 - held)]
    return float(max(worst))


def replicons(T: float, at: Averages) -> tuple[float, ...]:
    """Return the replicon of every level (S.1)."""
    k = len(at.q) - 1
    outer = tuple(1.0 - float(at.slope[i] * at.c2[i]) for i in range(k))
    if T > 0.0:
        return (*outer, 1.0 - float(at.slope[k] * at.c2[k]) / T)
    return (*outer, -math.inf if at.slope[k] > 0.0 else 1.0)
