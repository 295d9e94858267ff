"""Complexity: how many metastable states of the spin glass have a given free energy (1RSB, theory, section 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.progress import current_bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.model.signal import FROZEN
from glassy.numerics.roots import between
from glassy.phases.spin_glass_temperatures import critical_temperature, static
from glassy.theory.ansatz import RSB
from glassy.theory.rsb import curve as rsb_curve
from glassy.theory.rsb.functional import evaluate
from glassy.theory.solve import check_point, solvable, solve

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Complexity(Drawn, Saved):
    """The curve Sigma(f): exp(N Sigma) metastable states have free energy f per spin.

    From the lowest states (Sigma = 0) to the highest that 1RSB has. The slope d Sigma/df is y = beta x.

    Parameters
    ----------
    free_energy, complexity : ndarray
        f of a state (its energy at T = 0) and Sigma, by falling y.
    y, q_EA, replicon : ndarray
        beta x, the overlap within a state and S.1 within a state: where it is negative (always at T = 0) the states are
        themselves broken up and Sigma is the 1RSB estimate.
    T_d, T_c : float
        Dynamical and static transition at this load.
    f_dominant, complexity_dominant : float
        The states that dominate: x = 1 between T_c and T_d; the lowest below T_c.
    reason : str
        Why there is no curve, where status is NO_BOUNDARY.

    Examples
    --------
    >>> import glassy
    >>> c = glassy.complexity(glassy.DenseHebbian(P=3), load=1.0, T=0.6)
    >>> round(float(max(c.complexity)), 5), c.status.name
    (0.02723, 'CONVERGED')
    """

    network: Network
    load: float
    T: float
    free_energy: FloatArray
    complexity: FloatArray
    y: FloatArray
    q_EA: FloatArray
    replicon: FloatArray
    T_d: float
    T_c: float
    f_dominant: float
    complexity_dominant: float
    status: Status
    reason: str = ""

    axis = "y"

    def __repr__(self) -> str:
        where = f"{self.network!r} load={self.load:g} T={self.T:g}"
        if not self.status.ok:
            return f"Complexity({where}: {self.status.name}; {self.reason})"
        return (
            f"Complexity({where}: f from {self.free_energy[0]:.8g} to {self.free_energy[-1]:.8g}, "
            f"Sigma up to {self.complexity.max():.4g}, dominant {self.complexity_dominant:.4g})"
        )


class _NoStateError(Exception):
    """The saddle at fixed y was lost."""


@dataclass(frozen=True)
class _State:
    y: float
    f: float
    sigma: float
    q: float
    replicon: float
    B: float


@corrects
def complexity(
    network: Network,
    load: float,
    T: float | None = None,
    *,
    beta: float | None = None,
    points: int = 60,
    strict: bool = True,
    progress: bool | None = None,
) -> Complexity:
    """Return Sigma(f) of the spin glass along the 1RSB saddle at fixed x (B.2).

    Sigma = x^2 d(beta f_rep)/dx at f = d(x f_rep)/dx.

    Parameters
    ----------
    network : DenseHebbian or SpinGlass
        One with a discontinuous onset (P > 2): elsewhere its 1RSB states are unstable at every T, and no curve is drawn.
    load : float
        Storage load, > 0.
    T : float
        Temperature, 0 <= T <= T_d; T = 0 counts energy minima.
    beta : float, optional
        1/T, instead of T; inf is T = 0.
    points : int
        Points of the curve.
    strict : bool
        If False, empty arrays, status NO_BOUNDARY and a reason instead of an error.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Raises
    ------
    PhaseError
        If `strict` and there is no such curve.

    Examples
    --------
    >>> import glassy
    >>> curve = complexity(glassy.DenseHebbian(P=3), load=1.0, T=0.0)
    >>> round(curve.f_dominant, 6) == round(glassy.solve(curve.network, 1.0, 0.0, "spin_glass", glassy.RSB(1)).free_energy, 6)
    True
    """
    network, (load, T) = solvable(network, "glass"), check_point(load, checks.given_temperature(T, beta))
    points = checks.integer("points", points, 3, "A curve needs a few.")
    if load == 0.0:
        raise InputError("load must be > 0 for a complexity, got 0. Without noise there is no glass.")
    checks.truth("strict", strict)
    with progress_bar(points, progress, "point", f"complexity at T={T:g}") as bar:
        bar.step = 0.0  # what comes before the curve is no point of it
        return _complexity(network, load, T, points, strict)


def _complexity(network: Network, load: float, T: float, points: int, strict: bool) -> Complexity:
    reason, T_d, T_c = _refusal(network, load, T)

    def none(status: Status, reason: str) -> Complexity:
        nan, nothing = math.nan, np.empty(0)
        return Complexity(
            network=network, load=load, T=T, free_energy=nothing, complexity=nothing, y=nothing, q_EA=nothing,
            replicon=nothing, T_d=T_d, T_c=T_c, f_dominant=nan, complexity_dominant=nan, status=status, reason=reason,
        )  # fmt: skip

    if reason:
        if strict:
            raise PhaseError(f"no complexity at {network!r}, load={load:g}, T={T:g}: {reason}.")
        return none(Status.NO_BOUNDARY, reason)
    scale = math.sqrt(load)  # T and load enter through T/sqrt(load) alone
    unit = min(T / scale, T_d / scale * (1.0 - 1e-10))  # at T_d itself the states merge
    unit = unit if unit >= FROZEN else 0.0
    try:
        curve = _curve(network, unit, points)
    except (_NoStateError, ConvergenceError) as lost:
        if strict:
            raise ConvergenceError(
                f"no complexity found at {network!r}, load={load:g}, T={T:g}: {lost}. Try another T."
            ) from lost
        return none(Status.NOT_CONVERGED, str(lost))
    dominant = curve[0]
    if T_c <= T:
        dominant = _state(network, unit, 1.0 / unit) or dominant
    f, sigma, y, q, replicon = (np.array([getattr(s, name) for s in curve]) for name in ("f", "sigma", "y", "q", "replicon"))
    return Complexity(
        network=network, load=load, T=T, free_energy=scale * f, complexity=sigma, y=y / scale, q_EA=q, replicon=replicon,
        T_d=T_d, T_c=T_c, f_dominant=scale * dominant.f, complexity_dominant=dominant.sigma, status=Status.CONVERGED,
    )  # fmt: skip


def _refusal(network: Network, load: float, T: float) -> tuple[str, float, float]:
    """Return (why there is no curve, or nothing; T_d; T_c)."""
    nan, scale = math.nan, math.sqrt(load)
    if network.unit_covariance.has_field:
        return "a random field leaves no q_0 = 0, from which states are counted", nan, nan
    if network.wishart:
        return "the onset is continuous, and 1RSB states are unstable at every T below it", nan, nan
    T_d, T_c = static(network)
    if not T_c**2 > network.unit_covariance(0.0, 2):
        at = critical_temperature(network, load)
        return f"the onset at T={at:.6g} is continuous, and 1RSB states are unstable at every T below it", at, at
    if T_c * scale > T and solve(network, load, T, "spin_glass", RSB(1), strict=False).q_levels[0] > 0.0:
        return "a q^2 term makes q_0 = 0, from which states are counted, unstable here; raise T", T_d * scale, T_c * scale
    if T_d * scale < T:
        return f"above T_d={T_d * scale:.8g} no exponential number of states dominates; lower T", T_d * scale, T_c * scale
    return "", T_d * scale, T_c * scale


def _state(network: Network, T: float, y: float, near: float | None = None) -> _State | None:
    """Return the 1RSB saddle with q_0 = 0 and y = beta x held, at load 1: the solution of largest q; None where there is none.

    `near`: B = beta s at a neighbouring y, which saves the search.
    """
    levels = rsb_curve.states(network, T, y, near)
    if levels is None:
        return None
    at, sigma = evaluate(network, 1.0, T, levels), rsb_curve.complexity(network, T, levels)
    replicon = 1.0 - float(at.slope[1] * at.c2[1]) / T if T > 0.0 else -math.inf
    B = math.sqrt(at.variance[1]) / T if T > 0.0 else math.inf
    return _State(y=y, f=at.free_energy + sigma / y, sigma=sigma, q=float(at.q[1]), replicon=replicon, B=B)


def _curve(network: Network, T: float, points: int) -> list[_State]:
    """The states from Sigma = 0 to the largest f, where the saddle ends or f turns back, at load 1."""
    seed = _seed(network, T)
    lowest = seed
    while abs(lowest.sigma) > 1e-12:  # larger y: lower states
        up = lowest.sigma > 0.0
        other = _state(network, T, lowest.y * (1.05 if up else 0.999), lowest.B)
        if other is None:
            raise _NoStateError(f"the states of Sigma = 0 were lost at y={lowest.y:.6g}")
        if (other.sigma > 0.0) is not up:
            lowest = _between(network, T, lowest, other)
            break
        lowest = other
    walk, factor = [lowest], 0.97
    while factor < 1.0 - 1e-7:  # smaller y: higher states, until the saddle is lost or f falls again
        last = walk[-1]
        new = _state(network, T, factor * last.y, last.B)
        if new is None or new.f <= last.f or abs(new.q - last.q) > 0.2:
            factor = math.sqrt(factor)
            continue
        walk.append(new)
        if factor < 0.9:
            factor = factor**2
    last = _highest(network, T, walk)
    ys = lowest.y + (last.y - lowest.y) * 0.5 * (1.0 - np.cos(np.linspace(0.0, math.pi, points)))
    curve = [lowest]
    bar = current_bar("point")
    for y in ys[1:-1]:
        bar.update(1.0)
        new = _state(network, T, float(y), curve[-1].B)
        if new is not None:
            curve.append(new)
    return [*curve, last]


def _highest(network: Network, T: float, walk: list[_State]) -> _State:
    """The state of largest f near the end of a walk, where f and Sigma turn back together."""
    before = walk[max(len(walk) - 4, 0)]

    def negative(y: float) -> float:
        s = _state(network, T, y, before.B)
        return -s.f if s is not None else 0.0

    found = minimize_scalar(negative, bounds=(walk[-1].y, before.y), method="bounded", options={"xatol": 1e-9 * before.y})
    return _state(network, T, float(found.x), before.B) or walk[-1]


def _between(network: Network, T: float, one: _State, other: _State) -> _State:
    """The state of Sigma = 0 between two whose Sigma has different signs."""
    y = between(lambda y: _sigma(network, T, y, one.B), one.y, other.y, one.sigma, other.sigma, 1e-14, 1e-13)
    return _state(network, T, y, one.B) or one


def _sigma(network: Network, T: float, y: float, near: float) -> float:
    s = _state(network, T, y, near)
    return s.sigma if s is not None else math.nan


def _seed(network: Network, T: float) -> _State:
    """A state on the curve: x = 1 above T_c; below, the equilibrium states, where Sigma = 0."""
    if static(network)[1] <= T:
        s = _state(network, T, 1.0 / T)
    else:
        one = solve(network, 1.0, T, "spin_glass", RSB(1))
        s = _state(network, T, one.y_levels[0])
    if s is None:
        raise _NoStateError("the equilibrium states were not found")
    return s
