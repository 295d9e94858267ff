"""Boundaries of phases: the retrieval spinodal, the AT line of RS, the temperatures of the spin glass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from glassy import checks
from glassy.errors import ConvergenceError, InputError, PhaseError
from glassy.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.numerics.roots import all_roots
from glassy.results import Status
from glassy.spin_glass import Network
from glassy.storage import Saved
from glassy.theory import ansatz as ansaetze
from glassy.theory import rs_retrieval, rs_zero, rsb_fold
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.rs_equations import residual, unit_variance
from glassy.theory.rsb_solve import marginal, marginal_excess, marginal_roots, rest_of
from glassy.theory.solution import Solution
from glassy.theory.solve import check_network, solve

COLDEST = 1e-100  # AT temperatures fall like exp(-1/load); below this one they are not resolved


@dataclass(frozen=True)
class Spinodal(Saved):
    """The largest load with a retrieval saddle at temperature T, and the saddle there."""

    network: DenseHebbian
    T: float
    ansatz: Ansatz
    load: float
    m: float
    q_levels: tuple[float, ...]
    x_levels: tuple[float, ...]
    y_levels: tuple[float, ...]
    residual: float
    status: Status

    def __repr__(self) -> str:
        return f"Spinodal({self.network!r} {self.ansatz!r} T={self.T:g}: load={self.load:.10g} m={self.m:.6g})"


@dataclass(frozen=True)
class ATLine(Saved):
    """Temperatures where the RS replicon vanishes at one load (S.1), smallest first."""

    network: Network
    load: float
    phase: str
    roots: tuple[float, ...]
    status: Status

    @property
    def T(self) -> float:
        """The highest root, below which replica symmetry first breaks on cooling; NaN if there is none."""
        return self.roots[-1] if self.roots else math.nan


def spinodal(
    network: DenseHebbian,
    T: float,
    ansatz: Ansatz = RS(),  # noqa: B008
    *,
    strict: bool = True,
) -> Spinodal:
    """Return the retrieval spinodal load_s(T): a turning point of the load along the branch of saddles (section 5, R.5c).

    Parameters
    ----------
    network : DenseHebbian
        The network.
    T : float
        Temperature; T = 0 gives the storage capacity load_c of the ansatz.
    ansatz : RS or RSB
        Replica symmetry, or k steps of its breaking. Where RS is stable at its spinodal RSB(k) is COLLAPSED and equal.
    strict : bool
        If False, NaN and status NO_BOUNDARY (no load retrieves) or NOT_CONVERGED instead of an error.

    Returns
    -------
    Spinodal
        Load to about 1e-14 at RS and 1e-10 beyond, m to about 1e-9. The residual is that of R.5 or R.4.

    Raises
    ------
    PhaseError
        If `strict` and T lies above the P-body Curie-Weiss limit, where not even load = 0 retrieves.
    ConvergenceError
        If `strict` and the branch of RSB(k) could not be followed to its fold.

    Examples
    --------
    >>> import glassy
    >>> end = spinodal(glassy.DenseHebbian(P=2), T=0.0)        # 0.137905566, m = 0.967: Amit, Gutfreund, Sompolinsky
    >>> round(end.load, 9), round(end.m, 3)
    (0.137905566, 0.967)
    >>> round(spinodal(glassy.DenseHebbian(P=2), 0.0, glassy.RSB(1)).load, 6)          # Steffan and Kuehn
    0.138186
    """
    checked, T = check_network(network, signal=True), checks.temperature(T)
    assert isinstance(checked, DenseHebbian)
    network, ansatz = checked, ansaetze.check(ansatz)
    if isinstance(ansatz, FullRSB):
        raise InputError(f"ansatz must be RS() or RSB(k) for a spinodal, got {ansatz!r}. Compare RSB(1), RSB(2), RSB(3).")
    nan = math.nan
    end = rs_retrieval.fold(network, T)
    if end is None:
        limit = rs_retrieval.curie_weiss_limit(network.P)[1]
        if strict:
            raise PhaseError(f"no retrieval at {network!r}, T={T:g}: it ends at T={limit:.8g}, load=0. Lower T.")
        return Spinodal(network, T, ansatz, nan, nan, (nan,), (), (), nan, Status.NO_BOUNDARY)
    if isinstance(ansatz, RS):
        error = residual(network, end.load, T, end.m, end.q, end.C)
        status = Status.CONVERGED if error <= 1e-12 else Status.NOT_CONVERGED
        return Spinodal(network, T, ansatz, end.load, end.m, (end.q,), (), (), error, status)
    s = rsb_fold.fold(network, T, ansatz.k)
    if s is None:
        if strict:
            raise ConvergenceError(
                f"the branch of {ansatz!r} at {network!r}, T={T:g} could not be followed to its fold; the RS spinodal is at "
                f"load={end.load:.8g}. Try a smaller k, or follow the branch with scan."
            )
        return Spinodal(network, T, ansatz, nan, nan, (nan,), (), (), nan, Status.NOT_CONVERGED)
    return Spinodal(network, T, ansatz, s.load, s.m, s.q_levels, s.x_levels, s.y_levels, s.residual, s.status)


@dataclass(frozen=True)
class SpinGlassTemperatures(Saved):
    """Temperatures of the m = 0 glass at one load; NaN where a transition does not exist, as `reason` says.

    Parameters
    ----------
    T_d : float
        Dynamical transition: below it the 1RSB saddle with x_1 = 1 exists.
    T_c : float
        Static transition: its complexity vanishes and x_1 leaves 1; or the continuous onset.
    T_G : float
        Gardner temperature: below it 1RSB is unstable (S.1 at the largest level).
    continuous : bool
        Whether T_c is a continuous onset (q grows from zero), where T_d = T_c and 1RSB is never stable.
    """

    network: Network
    load: float
    T_d: float
    T_c: float
    T_G: float
    continuous: bool
    reason: str

    def __repr__(self) -> str:
        kind = "continuous" if self.continuous else "discontinuous"
        return (
            f"SpinGlassTemperatures({self.network!r} load={self.load:g}: T_d={self.T_d:.8g} T_c={self.T_c:.8g} "
            f"T_G={self.T_G:.8g} {kind}{'; ' if self.reason else ''}{self.reason})"
        )


def spin_glass_temperatures(network: Network, load: float = 1.0) -> SpinGlassTemperatures:
    """Return T_d, T_c and T_G of the m = 0 glass (section 5): from 1RSB at x_1 = 1 and the replicon S.1.

    For distinct interactions and P > 2 they are sqrt(load) times the numbers of the Ising p-spin glass.

    Parameters
    ----------
    network : DenseHebbian or SpinGlass
        The network.
    load : float
        Storage load, > 0.

    Returns
    -------
    SpinGlassTemperatures
        To about 1e-9 (relative). P = 2 and covariances whose q^2 term orders first have the continuous onset in T_c = T_d and
        T_G = T_c; a random field leaves no transition but the AT line of `at_line`, and NaN here.

    Examples
    --------
    >>> import glassy
    >>> t = spin_glass_temperatures(glassy.DenseHebbian(P=3))          # Montanari and Ricci-Tersenghi: 0.682, 0.651, 0.240
    >>> round(t.T_d, 3), round(t.T_c, 3), round(t.T_G, 3)
    (0.682, 0.651, 0.24)
    """
    network, load = check_network(network), checks.load(load)
    if load == 0.0:
        raise InputError("load must be > 0 for a spin glass, got 0. Without noise there is none.")
    nan = math.nan
    if network.unit_covariance.has_field:
        text = "a random field leaves no onset; see at_line(phase='paramagnetic')"
        return SpinGlassTemperatures(network, load, nan, nan, nan, False, text)
    if network.wishart:
        T_g = 1.0 + math.sqrt(load)
        return SpinGlassTemperatures(network, load, T_g, T_g, T_g, True, "")
    scale = math.sqrt(load)  # T and load enter through T/sqrt(load) alone
    T_d, T_c, T_G = (scale * t for t in _unit_temperatures(network))
    onset = math.sqrt(load * network.unit_covariance(0.0, 2))
    if not T_c > onset:
        return SpinGlassTemperatures(network, load, onset, onset, onset, True, "")
    return SpinGlassTemperatures(network, load, T_d, T_c, T_G, False, "")


@lru_cache(maxsize=64)
def _unit_temperatures(network: Network) -> tuple[float, float, float]:
    """Return (T_d, T_c, T_G) at load 1 of the discontinuous glass; NaN where there is none."""
    onset = math.sqrt(network.unit_covariance(0.0, 2))

    def complexity(T: float) -> float:
        roots = marginal_roots(network, 1.0, T)
        return marginal(network, 1.0, T, roots[0]).complexity if roots else math.nan

    T_d = _dynamical(network)
    if not T_d > onset:
        return math.nan, math.nan, math.nan
    T_c = _vanishing(complexity, np.geomspace(T_d * (1.0 - 1e-9), max(0.2 * T_d, 1.0001 * onset), 40).tolist())
    return T_d, T_c, _gardner(network, T_c)


def _dynamical(network: Network) -> float:
    """T_d: the maximum over q of the temperature at which q solves 1RSB with x_1 = 1; two solutions merge there."""

    def temperature(x: float) -> float:
        rest = rest_of(x)
        span = math.sqrt(network.unit_covariance(1.0 - rest, 1))
        if span < 1e-3:  # q^(P-1) so small that T is, too: not the maximum
            return span
        return brentq(lambda T: marginal_excess(network, 1.0, T, rest), 0.03 * span, 60.0 * span, xtol=1e-14, rtol=1e-14)

    grid = np.linspace(-40.0, 4.0, 60)
    i = int(np.argmax([temperature(x) for x in grid]))
    bounds = (grid[max(i - 1, 0)], grid[min(i + 1, grid.size - 1)])
    found = minimize_scalar(lambda x: -temperature(x), bounds=bounds, method="bounded", options={"xatol": 1e-9})
    return float(-found.fun)


def _vanishing(f: Callable[[float], float], grid: list[float]) -> float:
    """The largest root of f on a falling grid; NaN if f keeps its sign."""
    for high, low in pairwise(grid):
        if f(high) * f(low) < 0.0:
            return float(brentq(f, low, high, xtol=1e-14, rtol=1e-13))
    return math.nan


def _gardner(network: Network, T_c: float) -> float:
    """T_G: where the replicon of the largest level of 1RSB vanishes on cooling from T_c."""
    if math.isnan(T_c):
        return math.nan
    path: list[Solution] = []

    def replicon(T: float) -> float:
        start = path[-1] if path else None
        s = solve(network, 1.0, T, "spin_glass", RSB(1), start=start, strict=False)
        if s.status.ok:
            path.append(s)
        return s.replicons[-1] if s.status.ok else math.nan

    return _vanishing(replicon, np.geomspace(0.999 * T_c, 1e-9 * T_c, 90).tolist())


def at_line(network: Network, load: float, phase: str = "retrieval", *, strict: bool = True) -> ATLine:
    """Return all temperatures at which the RS replicon vanishes at one load (S.1): the de Almeida-Thouless line.

    The replicon of R.5 depends on A = beta a and B = beta s alone, and so do beta^2 load and m: the AT line is the curve
    B(A) of replicon = 0 with T = a(m)/A and an explicit load. Every point of the line at the asked load is a root in A.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    load : float
        Storage load, > 0.
    phase : {"retrieval", "spin_glass", "paramagnetic"}
        "retrieval": m > 0, on the stable side of the spinodal. "paramagnetic": where the m = 0 paramagnet becomes unstable
        (P = 2: T = 1 + sqrt(load); a q^2 term in xi: sqrt(xi''(0)); a random field: its AT temperature).
        "spin_glass": where the replicon of the q > 0 saddle vanishes.
    strict : bool
        If False, no roots and status NO_BOUNDARY instead of an error where the line does not exist.

    Raises
    ------
    PhaseError
        If `strict` and there is no root at this load.

    Examples
    --------
    >>> import glassy
    >>> glassy.at_line(glassy.DenseHebbian(P=2), load=0.04, phase="paramagnetic").T       # 1 + sqrt(load)
    1.2
    """
    network, load = check_network(network, signal=phase == "retrieval"), checks.load(load)
    if load == 0.0:
        raise InputError("load must be > 0 for an AT line, got 0. Without noise the replicon is 1 everywhere.")
    checks.choice("phase", phase, ("retrieval", "spin_glass", "paramagnetic"))
    if phase == "retrieval":
        assert isinstance(network, DenseHebbian)
        roots = _retrieval_roots(network, load)
    elif network.unit_covariance.has_field or phase == "spin_glass":
        roots = _zero_roots(network, load)
    elif network.wishart:
        roots = [1.0 + math.sqrt(load)]
    else:
        onset = load * network.unit_covariance(0.0, 2)
        roots = [math.sqrt(onset)] if onset > 0.0 else []
    if strict and not roots:
        raise PhaseError(
            f"no AT line at {network!r}, load={load:g}, phase={phase!r}: the RS replicon keeps its sign over the whole "
            f"range of T > {COLDEST:g} where this phase exists. Use strict=False to get an empty result."
        )
    return ATLine(network, load, phase, tuple(sorted(roots)), Status.CONVERGED if roots else Status.NO_BOUNDARY)


def _replicon(network: Network, B: float, q: float, E4: float) -> float:
    if network.wishart:
        return 1.0 - B * B * E4 / q
    return 1.0 - B * B * network.unit_covariance.stiffness(q) / q * E4


def _marginal(network: DenseHebbian, A: float) -> tuple[float, float, float] | None:
    """Return (T, load, m) of the point with beta a = A and replicon 0."""

    def replicon(log_B: float) -> float:
        _, _, C, _, _, E4, _ = field_averages(A, math.exp(log_B), 1.0)
        return _replicon(network, math.exp(log_B), max(1.0 - C, 1e-300), E4)

    top = math.log(10.0 * (A + 10.0))
    B = math.exp(brentq(replicon, math.log(1e-6), top, xtol=1e-15, rtol=1e-15))
    _, flip, rest, *_ = field_averages(A, B, 1.0)
    m, q = 1.0 - flip, 1.0 - rest
    T = 0.5 * network.P * m ** (network.P - 1) / A
    if T < COLDEST:
        return None
    C = rest / T
    if network.wishart and C >= 1.0:
        return None
    return T, (T * B) ** 2 / unit_variance(network, q, C), m


def _retrieval_roots(network: DenseHebbian, load: float) -> list[float]:
    def mismatch(y: float) -> float:
        at = _marginal(network, math.exp(y))
        return math.log(at[1] / load) if at is not None else math.nan

    # From A = e^5 on the load only falls, like 1/ln(1/T): coarse steps, and no further than the asked load.
    grid = np.linspace(math.log(1e-2), 5.0, 150).tolist()
    while mismatch(grid[-1]) > 0.0:
        grid.append(grid[-1] + 0.5)
    points = (_marginal(network, math.exp(y)) for y in all_roots(mismatch, grid))
    ends = [(T, m, rs_retrieval.fold(network, T)) for T, _, m in filter(None, points)]
    return [T for T, m, end in ends if end is not None and m >= end.m * (1.0 - 1e-9)]


def _zero_roots(network: Network, load: float) -> list[float]:
    """Roots along the m = 0 curve R.5d, where the replicon depends on B alone and T is explicit."""

    def replicon(y: float) -> float:
        B = math.exp(y)
        q, _ = rs_zero.overlap(B)
        E4 = field_averages(0.0, B, 1.0)[5]
        return _replicon(network, B, q, E4)

    roots = []
    for y in all_roots(replicon, np.linspace(math.log(1e-2), math.log(1e3), 400).tolist()):
        B = math.exp(y)
        q, rest = rs_zero.overlap(B)
        T = rest + math.sqrt(load * q) / B if network.wishart else math.sqrt(load * unit_variance(network, q, 0.0)) / B
        found = [solve(network, load, T, phase, strict=False) for phase in ("spin_glass", "paramagnetic")]
        if any(abs(s.q_EA - q) < 1e-6 for s in found):  # and not a saddle that another one supersedes
            roots.append(T)
    return roots
