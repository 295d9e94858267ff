"""The retrieval spinodal: the largest load with a retrieval saddle, a turning point of the branch."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from glassy.core import checks
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.progress import current_bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs.saddle import rs_saddle
from glassy.theory.rsb import fold as rsb_fold
from glassy.theory.rsb import solve as rsb_solve
from glassy.theory.solution import Solution, instability, missing
from glassy.theory.solve import COLDEST, check_point, check_steps, solvable, steps_of


@dataclass(frozen=True)
class Spinodal(Saved):
    """The largest load with a retrieval saddle at temperature T, and the saddle there.

    Examples
    --------
    >>> import glassy
    >>> end = glassy.spinodal(glassy.DenseHebbian(P=4), T=0.0)
    >>> round(end.load, 6), round(end.m, 6)
    (0.39572, 0.917922)
    """

    network: Network
    T: float
    ansatz: Ansatz
    load: float
    m: float
    saddle: Solution
    status: Status

    @property
    def others(self) -> tuple[float, ...]:
        """Larger loads to which other branches of stable RS saddles reach, of smaller m; empty but of few examples (L.3).

        Examples
        --------
        >>> import glassy
        >>> end = glassy.spinodal(glassy.DenseHebbian(P=4).trained(5, 0.7), T=0.33)
        >>> [round(x, 4) for x in (end.load, *end.others)]
        [0.145, 0.1653]
        """
        if not self.status.ok or not isinstance(self.ansatz, RS):
            return ()
        return tuple(branch.end.load for branch in rs_retrieval.branches(self.network, self.T)[1:])

    @property
    def q_levels(self) -> tuple[float, ...]:
        """Overlaps at the fold."""
        return self.saddle.q_levels

    @property
    def x_levels(self) -> tuple[float, ...]:
        """Parisi breakpoints at the fold."""
        return self.saddle.x_levels

    @property
    def residual(self) -> float:
        """Largest |right side - left side| of R.4 or R.5 at the fold."""
        return self.saddle.residual

    def __repr__(self) -> str:
        if not self.status.ok:
            return f"Spinodal({self.network!r} {self.ansatz!r} T={self.T:g}: {self.status.name})"
        words = instability(replace(self.saddle, ansatz=self.ansatz))
        others = "".join(f"; another branch reaches load={x:.6g}" for x in self.others)
        numbers = f"load={self.load:.10g} m={self.m:.6g}{others}{words and '; '}{words}"
        return f"Spinodal({self.network!r} {self.ansatz!r} T={self.T:g}: {numbers})"


@corrects
def spinodal(
    network: Network,
    T: float | None = None,
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    beta: float | None = None,
    start: Spinodal | None = None,
    strict: bool = True,
    progress: bool | None = None,
) -> Spinodal:
    """Return the retrieval spinodal load_s(T): a turning point of the load along the branch of saddles (R.5c).

    Of few examples (L.3) there may be several branches of stable saddles. The spinodal is the end of the one that begins at
    m = 1 and small loads, and `Spinodal.others` says how far those of smaller m reach.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    T : float
        Temperature; T = 0 gives the storage capacity load_c of the ansatz.
    beta : float, optional
        1/T, instead of T; inf is T = 0.
    ansatz : RS, RSB or FullRSB
        Replica symmetry, k steps of its breaking, or the limit of many steps: load and m are then Estimates, extrapolated in k.
        Where RS is stable at its spinodal RSB(k) is COLLAPSED and equal.
    start : Spinodal, optional
        The spinodal at a neighbouring temperature, same ansatz: RSB(k) starts there.
    strict : bool
        If False, NaN and status NO_BOUNDARY (no load retrieves) or NOT_CONVERGED instead of an error.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    Spinodal
        Load to about 1e-14 at RS and 1e-12 beyond (relative), m to 2e-10 (P = 2 .. 12, one to three steps, against a
        polynomial through ln load(m): the worst 1.4e-10, half of all better than 4e-12). The residual is that of R.5 or R.4.
        Just below the temperature where RS breaks on its spinodal the steps lie too close to be told apart: COLLAPSED, the
        load to 1e-7 at RSB(1) and, of a second and later step, to 1e-8.

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
    network, T = solvable(network, "signal"), check_point(T=checks.given_temperature(T, beta))[1]
    checks.truth("strict", strict)
    ansatz = ansaetze.check(ansatz)
    if start is not None and not isinstance(start, Spinodal):
        raise InputError(f"start must be a Spinodal at a neighbouring temperature, got {start!r}. Leave it out.")
    if start is not None and (start.network, start.ansatz) != (network, ansatz):
        raise InputError(f"start must be of {network!r} and {ansatz!r}, got {start!r}. Leave it out.")
    check_steps(network, "retrieval", ansatz)
    with progress_bar(steps_of(ansatz), progress, "step", f"{ansatz!r} spinodal"):
        found = _fold(network, T, ansatz, start.saddle if start is not None else None)
    if not strict or found.status.ok:
        return found
    if found.status is Status.NO_BOUNDARY:
        highest = network.signal.end[1]
        raise PhaseError(f"no retrieval at {network!r}, T={T:g}: it ends at T={highest:.8g}, load=0. Lower T.")
    raise ConvergenceError(
        f"the branch of {ansatz!r} at {network!r}, T={T:g} could not be followed to its fold. Try a smaller k, or a "
        "neighbouring temperature and start=."
    )


def _fold(network: Network, T: float, ansatz: Ansatz, near: Solution | None, below: Solution | None = None) -> Spinodal:
    end = rs_retrieval.fold(network, T)
    if end is not None and isinstance(ansatz, FullRSB):
        return _limit(network, T, ansatz)
    if end is None:
        s = missing(network, math.nan, T, "retrieval", ansatz)
    elif isinstance(ansatz, RSB):
        found = rsb_fold.fold(network, T if T > COLDEST else 0.0, ansatz.k, near, below)
        s = found or missing(network, math.nan, T, "retrieval", ansatz, Status.NOT_CONVERGED)
    else:
        s = rs_saddle(network, end.load, T, "retrieval", end.m, end.q, end.C)
    status = Status.NO_BOUNDARY if end is None else s.status
    return Spinodal(network=network, T=T, ansatz=ansatz, load=s.load, m=s.m, saddle=s, status=status)


def _limit(network: Network, T: float, ansatz: FullRSB) -> Spinodal:
    """Spinodals of RSB(1), RSB(2), ... extrapolated to infinitely many steps."""
    path: list[Spinodal] = []
    for k in range(1, ansatz.steps + 1):
        path.append(_fold(network, T, RSB(k), None, path[-1].saddle if path else None))
        current_bar("step").reach(k)
        if path[-1].status is Status.NOT_CONVERGED and len(path) > 4:  # the steps found tell the limit, and its error
            del path[-1]
            break
        if path[-1].status is not Status.CONVERGED:
            return replace(path[-1], ansatz=ansatz)
    load, m = (rsb_solve.limit([getattr(p, name) for p in path]) for name in ("load", "m"))
    return replace(path[-1], ansatz=ansatz, load=load, m=m)
