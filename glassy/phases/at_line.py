"""The de Almeida-Thouless line: where the replicon of RS vanishes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError, PhaseError
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.numerics.gaussian import field_averages
from glassy.numerics.roots import all_roots, aside, between
from glassy.phases.tracing import Knot, Record, Tracer, trace
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs import zero as rs_zero
from glassy.theory.rs.equations import form_of, soft_limit, unit_variance
from glassy.theory.rs.formulas import averages_of, local_signal
from glassy.theory.rsb.solve import zero_rs
from glassy.theory.solve import check_point, solvable, solve

COLDEST = 1e-100  # AT temperatures fall like exp(-1/load); below this one they are not resolved


@dataclass(frozen=True)
class ATLine(Saved):
    """Temperatures where the RS replicon vanishes at one load (S.1), smallest first; the residual is the largest |replicon|.

    Examples
    --------
    >>> import glassy
    >>> line = glassy.at_line(glassy.DenseHebbian(P=3), load=0.2)
    >>> [round(T, 6) for T in line.roots], line.status.name
    ([0.01513], 'CONVERGED')
    """

    network: Network
    load: float
    phase: str
    roots: tuple[float, ...]
    residual: float
    status: Status

    @property
    def T(self) -> float:
        """The highest root, below which replica symmetry first breaks on cooling; NaN if there is none."""
        return self.roots[-1] if self.roots else math.nan


@corrects
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
    network, load = solvable(network, "signal" if phase == "retrieval" else "covariance"), check_point(load=load)[0]
    if load == 0.0:
        raise InputError("load must be > 0 for an AT line, got 0. Without noise the replicon is 1 everywhere.")
    checks.choice("phase", phase, ("retrieval", "spin_glass", "paramagnetic"))
    checks.truth("strict", strict)
    if phase == "retrieval":
        roots = _retrieval_roots(network, load)
    elif network.unit_covariance.has_field or phase == "spin_glass":
        roots = _zero_roots(network, load)
    elif network.wishart:
        roots = [rs_zero.onset(network, load)]
    else:
        onset = load * network.unit_covariance(0.0, 2)
        roots = [math.sqrt(onset)] if onset > 0.0 else []
    if strict and not roots:
        raise PhaseError(
            f"no AT line at {network!r}, load={load:g}, phase={phase!r}: the RS replicon keeps its sign over the whole "
            f"range of T > {COLDEST:g} where this phase exists. Use strict=False to get an empty result."
        )
    phases = ("retrieval",) if phase == "retrieval" else ("spin_glass", "paramagnetic")  # a root is an end of both

    def residual(T: float) -> float:
        found = [solve(network, load, T, p, strict=False) for p in phases]
        return min((abs(s.replicon) for s in found if s.status.ok), default=math.nan)

    worst = max(map(aside(residual), roots), default=math.nan)
    status = Status.NO_BOUNDARY if not roots else Status.NOT_CONVERGED if math.isnan(worst) else Status.CONVERGED
    return ATLine(network=network, load=load, phase=phase, roots=tuple(sorted(roots)), residual=worst, status=status)


def _replicon(network: Network, B: float, q: float, E4: float) -> float:
    if network.wishart:
        return 1.0 - B * B * E4 / q
    return 1.0 - B * B * network.unit_covariance.stiffness(q) / q * E4


def _marginal(network: Network, A: float) -> tuple[float, float, float, float] | None:
    """Return (T, load, 1 - m, |replicon|) of the point with beta a = A and replicon 0; m is that of `rs.retrieval`."""
    form = form_of(network)

    def replicon(log_B: float) -> float:
        _, _, C, _, _, E4, *_ = averages_of(form, A, math.exp(log_B), 1.0)
        return _replicon(network, math.exp(log_B), max(1.0 - C, 1e-300), E4)

    top = math.log(10.0 * (A + 10.0))
    low = math.log(1e-6)
    B = math.exp(between(replicon, low, top, replicon(low), replicon(top), 1e-15, 1e-15))
    _, flip, rest, *_ = averages_of(form, A, B, 1.0)
    m, q = 1.0 - flip, 1.0 - rest
    T = local_signal(form, m) / A
    if T < COLDEST:
        return None
    C = rest / T
    if soft_limit(network) <= C:
        return None
    return T, (T * B) ** 2 / unit_variance(network, q, C), flip, abs(replicon(math.log(B)))


def _retrieval_roots(network: Network, load: float) -> list[float]:
    def mismatch(y: float) -> float:
        at = _marginal(network, math.exp(y))
        return math.log(max(at[1], 5e-324)) - math.log(load) if at is not None else math.nan

    # From A = e^5 on the load only falls, like 1/ln(1/T): coarse steps, and no further than the asked load.
    grid = np.linspace(math.log(1e-2), 5.0, 150).tolist()
    while mismatch(grid[-1]) > 0.0:
        grid.append(grid[-1] + 0.5)
    points = (_marginal(network, math.exp(y)) for y in all_roots(mismatch, grid))
    ends = [(T, 1.0 - flip, rs_retrieval.fold(network, T)) for T, _, flip, _ in filter(None, points)]
    return [T for T, m, end in ends if end is not None and m >= end.m * (1.0 - 1e-9)]


def at_curve(network: Network, extent: tuple[float, float], tolerance: float, record: Record) -> list[Knot]:
    """Return the AT line of the retrieval phase as a curve, from the spinodal to load 0; empty where RS is stable everywhere.

    ln(beta a) is its parameter. On the retrieval side of the spinodal the load falls with m.
    """

    def knot(y: float, near: object = None) -> tuple[Knot, None]:
        at = _marginal(network, math.exp(y))
        if at is None or at[1] < 1e-3 * extent[0]:
            return Knot(at=y, load=math.nan, T=math.nan, residual=math.nan, status=Status.NO_BOUNDARY), None
        T, load, _, residual = at
        status = Status.CONVERGED if slope(y) <= 0.0 else Status.NO_BOUNDARY
        return Knot(at=y, load=load, T=T, residual=residual, status=status), None

    def slope(y: float) -> float:
        at = _marginal(network, math.exp(y))
        if at is not None and at[2] < 1e-16:  # m is 1 to rounding: far from the spinodal the load falls with m
            return -math.inf
        return rs_retrieval.point(network, at[0], at[2]).slope if at is not None else math.nan

    grid = [*np.linspace(math.log(1e-2), 5.0, 80).tolist(), 10.0, 20.0, 40.0, 80.0, 160.0, 225.0]
    good = [knot(y)[0].status.ok for y in grid]
    if not any(good):
        return []
    last = len(good) - 1 - good[::-1].index(True)  # the retrieval side: connected to load 0
    first = last
    while first > 0 and good[first - 1]:
        first -= 1
    start = grid[first]
    if first > 0 and slope(grid[first - 1]) > 0.0:
        before = grid[first - 1]
        start = between(slope, before, start, slope(before), slope(start), 1e-14, 1e-14)
        while slope(start) > 0.0:
            start += 1e-13 * max(abs(start), 1.0)
    curve = Tracer(record, "AT", knot)
    knots = trace(curve, [start, *grid[first : last + 1]], extent, tolerance)
    return [k for k in knots if k.status.ok]


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
        T = (
            rs_zero.temperature_at(network, load, q / B / B, rest)
            if network.wishart
            else math.sqrt(load * unit_variance(network, q, 0.0)) / B
        )
        found = [s for s in zero_rs(network, load, T) if s.q_EA > 0.0]
        if found and abs(max(found, key=lambda s: s.free_energy).q_EA - q) < 1e-6:  # and not one that another supersedes
            roots.append(T)
    return roots
