"""Boundaries of phases: the retrieval spinodal and the AT line at RS."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from glassy import checks
from glassy.errors import InputError, PhaseError
from glassy.network import DenseHebbian
from glassy.numerics.gaussian import field_averages
from glassy.numerics.roots import all_roots
from glassy.results import Status
from glassy.storage import Saved
from glassy.theory import ansatz as ansaetze
from glassy.theory import rs_retrieval, rs_zero
from glassy.theory.ansatz import RS
from glassy.theory.rs_equations import residual, unit_variance, unit_variance_slope
from glassy.theory.solve import check_network, solve

COLDEST = 1e-100  # AT temperatures fall like exp(-1/load); below this one they are not resolved


@dataclass(frozen=True)
class Spinodal(Saved):
    """The largest load with a retrieval saddle at temperature T, and the saddle there."""

    network: DenseHebbian
    T: float
    ansatz: RS
    load: float
    m: float
    q_levels: tuple[float, ...]
    residual: float
    status: Status

    def __repr__(self) -> str:
        return f"Spinodal({self.network!r} {self.ansatz!r} T={self.T:g}: load={self.load:.10g} m={self.m:.6g})"


@dataclass(frozen=True)
class ATLine(Saved):
    """Temperatures where the RS replicon vanishes at one load (S.1), smallest first."""

    network: DenseHebbian
    load: float
    phase: str
    roots: tuple[float, ...]
    status: Status

    @property
    def T(self) -> float:
        """The highest root, below which replica symmetry first breaks on cooling; NaN if there is none."""
        return self.roots[-1] if self.roots else math.nan


def spinodal(network: DenseHebbian, T: float, ansatz: RS = RS(), *, strict: bool = True) -> Spinodal:  # noqa: B008
    """Return the retrieval spinodal load_s(T): a turning point d load/dm = 0 of the saddles R.5 (section 5, R.5c).

    Parameters
    ----------
    network : DenseHebbian
        The network.
    T : float
        Temperature; T = 0 gives the RS storage capacity load_c.
    ansatz : RS
        Replica symmetry.
    strict : bool
        If False, NaN and status NO_BOUNDARY instead of an error where no load retrieves.

    Returns
    -------
    Spinodal
        Load to about 1e-14, m to about 1e-10. At m = 1 - O(N^0) the residual is that of R.5.

    Raises
    ------
    PhaseError
        If `strict` and T lies above the P-body Curie-Weiss limit, where not even load = 0 retrieves.

    Examples
    --------
    >>> import glassy
    >>> end = spinodal(glassy.DenseHebbian(P=2), T=0.0)        # 0.137905566, m = 0.967: Amit, Gutfreund, Sompolinsky
    >>> round(end.load, 9), round(end.m, 3)
    (0.137905566, 0.967)
    """
    network, T = check_network(network), checks.temperature(T)
    ansatz = ansaetze.check(ansatz)
    end = rs_retrieval.fold(network, T)
    if end is None:
        limit = rs_retrieval.curie_weiss_limit(network.P)[1]
        if strict:
            raise PhaseError(f"no retrieval at {network!r}, T={T:g}: it ends at T={limit:.8g}, load=0. Lower T.")
        nan = math.nan
        return Spinodal(network, T, ansatz, nan, nan, (nan,), nan, Status.NO_BOUNDARY)
    error = residual(network, end.load, T, end.m, end.q, end.C)
    status = Status.CONVERGED if error <= 1e-12 else Status.NOT_CONVERGED
    return Spinodal(network, T, ansatz, end.load, end.m, (end.q,), error, status)


def at_line(network: DenseHebbian, load: float, phase: str = "retrieval", *, strict: bool = True) -> ATLine:
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
    network, load = check_network(network), checks.load(load)
    if load == 0.0:
        raise InputError("load must be > 0 for an AT line, got 0. Without noise the replicon is 1 everywhere.")
    checks.choice("phase", phase, ("retrieval", "spin_glass", "paramagnetic"))
    if phase == "retrieval":
        roots = _retrieval_roots(network, load)
    elif network.unit_covariance.has_field or phase == "spin_glass":
        roots = _zero_roots(network, load)
    elif network.P == 2:
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


def _replicon(network: DenseHebbian, B: float, q: float, E4: float) -> float:
    if network.P == 2:
        return 1.0 - B * B * E4 / q
    return 1.0 - B * B * network.unit_covariance.stiffness(q) / q * E4


def _marginal(network: DenseHebbian, A: float) -> tuple[float, float, float] | None:
    """Return (T, load, det) of the point with beta a = A and replicon 0; det > 0 on the stable side of the spinodal."""

    def replicon(log_B: float) -> float:
        _, _, C, _, _, E4, _ = field_averages(A, math.exp(log_B), 1.0)
        return _replicon(network, math.exp(log_B), max(1.0 - C, 1e-300), E4)

    top = math.log(10.0 * (A + 10.0))
    B = math.exp(brentq(replicon, math.log(1e-6), top, xtol=1e-15, rtol=1e-15))
    _, flip, rest, X, Y, _, _ = field_averages(A, B, 1.0)
    m, q = 1.0 - flip, 1.0 - rest
    T = 0.5 * network.P * m ** (network.P - 1) / A
    if T < COLDEST:
        return None
    C = rest / T
    if network.P == 2 and C >= 1.0:
        return None
    load = (T * B) ** 2 / unit_variance(network, q, C)
    a_slope = (network.P - 1) * A * T / m
    r_slope = load * unit_variance_slope(network, q, C, T)
    X, Y = X / T**2, Y / T**3
    det = (C * a_slope - 1.0) * (Y * r_slope - 1.0) - 2.0 * X * X * a_slope * r_slope
    return T, load, det


def _retrieval_roots(network: DenseHebbian, load: float) -> list[float]:
    def mismatch(y: float) -> float:
        at = _marginal(network, math.exp(y))
        return math.log(at[1] / load) if at is not None else math.nan

    # From A = e^5 on the load only falls, like 1/ln(1/T): coarse steps, and no further than the asked load.
    grid = np.linspace(math.log(1e-2), 5.0, 150).tolist()
    while mismatch(grid[-1]) > 0.0:
        grid.append(grid[-1] + 0.5)
    points = (_marginal(network, math.exp(y)) for y in all_roots(mismatch, grid))
    return [at[0] for at in points if at is not None and at[2] > 0.0]


def _zero_roots(network: DenseHebbian, load: float) -> list[float]:
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
        T = rest + math.sqrt(load * q) / B if network.P == 2 else math.sqrt(load * unit_variance(network, q, 0.0)) / B
        found = [solve(network, load, T, phase, strict=False) for phase in ("spin_glass", "paramagnetic")]
        if any(abs(s.q_EA - q) < 1e-6 for s in found):  # and not a saddle that another one supersedes
            roots.append(T)
    return roots
