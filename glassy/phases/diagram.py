"""A phase diagram: lines and named points in the (load, T) plane, and what wins where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.progress import progress_bar
from glassy.core.provenance import Provenance, provenance
from glassy.core.records import record, state_of
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Placed, Saved
from glassy.model.family import Network
from glassy.phases.coexistence import zero_state
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, Ansatz
from glassy.theory.solution import Solution, instability
from glassy.theory.solve import RETRIEVED, check_point, judged, rivals, solvable, solve

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line(Placed):
    """One boundary: arrays along it. Points that failed have NaN and their status, and the line breaks there.

    `residual` is that of the definition: of R.4 on a spinodal, the difference of free energies on a coexistence line, the
    replicon on an AT or Gardner line, the complexity on that of T_c.
    """

    name: str
    meaning: str
    load: FloatArray
    T: FloatArray
    residual: FloatArray
    status: tuple[Status, ...]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the points of the line."""
        for x, T, r, s in zip(self.load.tolist(), self.T.tolist(), self.residual.tolist(), self.status, strict=True):
            yield {**dict(self.state_point), "line": self.name, "load": x, "T": T, "residual": r, "status": s}

    def __repr__(self) -> str:
        failed = sum(not s.ok for s in self.status)
        return f"Line({self.name}: {self.meaning}; {len(self.load)} points{f', {failed} failed' if failed else ''})"


@dataclass(frozen=True)
class NamedPoint(Placed):
    """An end, a crossing or a multicritical point."""

    name: str
    meaning: str
    load: float
    T: float

    def __repr__(self) -> str:
        return f"NamedPoint({self.name}: load={self.load:.9g} T={self.T:.9g}, {self.meaning})"


@dataclass(frozen=True)
class PhasePoint(Saved):
    """What exists at one state point: the equilibrium state, and the metastable ones.

    Where two have equal free energies to rounding both win (`Solution.wins`): one is `equilibrium`, the other in `metastable`.

    Examples
    --------
    >>> import glassy
    >>> point = glassy.phases_at(glassy.DenseHebbian(P=4), load=0.3, T=0.2)
    >>> point.equilibrium.phase, [s.phase for s in point.metastable]
    ('paramagnetic', ['retrieval'])
    """

    network: Network
    load: float
    T: float
    ansatz: Ansatz
    equilibrium: Solution
    metastable: tuple[Solution, ...]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the equilibrium and the metastable states, told apart by "role"."""
        for role, states in (("equilibrium", (self.equilibrium,)), ("metastable", self.metastable)):
            for state in states:
                yield {"role": role, **record(state)}

    def __repr__(self) -> str:
        where = f"{self.network!r} {self.ansatz!r} load={self.load:g} T={self.T:g}"
        if not self.equilibrium.status.ok:
            return f"PhasePoint({where}: {self.equilibrium.status.name})"
        ties = ", ".join(_short(s) for s in self.metastable if s.wins)
        others = ", ".join(_short(s) for s in self.metastable if not s.wins)
        return f"PhasePoint({where}: {_short(self.equilibrium)}{ties and f' and {ties}'}; metastable: {others or 'none'})"


def _short(s: Solution) -> str:
    return f"{s.phase} f={s.free_energy:.8g}" + (f" {words}" if (words := instability(s)) else "")


@dataclass(frozen=True)
class PhaseDiagram(Drawn, Saved):
    """All boundaries of one network in one ansatz.

    Parameters
    ----------
    load_max : float
        Where lines without an end of their own stop.
    lines : tuple of Line
        Also by name: diagram["spinodal"].
    points : tuple of NamedPoint
        Ends, crossings and multicritical points.
    absent : tuple of str
        Which boundaries do not exist, and why.

    Examples
    --------
    >>> import glassy
    >>> diagram = glassy.phase_diagram(glassy.DenseHebbian(P=4))
    >>> [(p.name, round(p.load, 6)) for p in diagram.points][:2]
    [('capacity', 0.39572), ('ground state', 0.196544)]
    >>> diagram.at(load=0.3, T=0.2).equilibrium.phase
    'paramagnetic'
    """

    network: Network
    ansatz: Ansatz
    load_max: float
    lines: tuple[Line, ...]
    points: tuple[NamedPoint, ...]
    absent: tuple[str, ...]
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    def __getitem__(self, name: str) -> Line:
        """Return a line by its name."""
        for line in self.lines:
            if line.name == name:
                return line
        raise InputError(f"a line must be one of {[line.name for line in self.lines]}, got {name!r}.")

    def point(self, name: str) -> NamedPoint:
        """Return a named point."""
        for point in self.points:
            if point.name == name:
                return point
        raise InputError(f"a point must be one of {[point.name for point in self.points]}, got {name!r}.")

    def at(self, load: float, T: float | None = None, *, beta: float | None = None, progress: bool | None = None) -> PhasePoint:
        """Return which phase wins at (load, T) and which are metastable, solved afresh in this ansatz."""
        return phases_at(self.network, load, T, self.ansatz, beta=beta, progress=progress)

    def rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the points of all lines and the named points, as rows of two tables.

        Examples
        --------
        >>> import glassy
        >>> diagram = glassy.phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.05)
        >>> lines, points = diagram.rows()
        >>> list(lines[0]), list(points[0])
        (['line', 'load', 'T', 'residual', 'status'], ['point', 'load', 'T', 'meaning'])
        >>> PhaseDiagram.of_rows(diagram.network, diagram.ansatz, lines, points).points == diagram.points
        True
        """
        kept = ("line", "load", "T", "residual")
        lines = [{k: row[k] for k in kept} | {"status": row["status"].name} for line in self.lines for row in line.records()]
        return lines, [{"point": p.name, "load": float(p.load), "T": float(p.T), "meaning": p.meaning} for p in self.points]

    @classmethod
    def of_rows(
        cls, network: Network, ansatz: Ansatz, lines: Iterable[Mapping[str, Any]], points: Iterable[Mapping[str, Any]]
    ) -> PhaseDiagram:
        """Return the diagram of rows that `rows` gave, to draw it again; what its lines mean and lack is not in them."""
        named: dict[str, list[Mapping[str, Any]]] = {}
        for row in lines:
            named.setdefault(row["line"], []).append(row)
        found = []
        for name, mine in named.items():
            load, T, residual = (np.array([r[key] for r in mine]) for key in ("load", "T", "residual"))
            found.append(
                Line(name=name, meaning="", load=load, T=T, residual=residual, status=tuple(Status[r["status"]] for r in mine))
            )
        end = max(float(np.nanmax(line.load)) for line in found)
        marks = (NamedPoint(p["point"], p["meaning"], p["load"], p["T"]) for p in points)
        return cls.of(network, ansatz, end, found, marks, ())

    @classmethod
    def of(
        cls, network: Network, ansatz: Ansatz, load_max: float, lines: Iterable[Line], points: Iterable[NamedPoint],
        absent: Iterable[str],
    ) -> PhaseDiagram:  # fmt: skip
        """Return the diagram of lines and points, each of which knows the network and the ansatz."""
        bare = cls(network=network, ansatz=ansatz, load_max=load_max, lines=(), points=(), absent=tuple(absent))
        lines, points = tuple(line.placed(bare) for line in lines), tuple(p.placed(bare) for p in points)
        return replace(bare, lines=lines, points=points)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the points of all lines, and the named points as lines "point: NAME"."""
        state = dict(state_of(self))
        for line in self.lines:
            yield from (state | row for row in line.records())
        for p in self.points:
            where = {"line": f"point: {p.name}", "load": float(p.load), "T": float(p.T)}
            yield {**state, **where, "residual": None, "status": Status.CONVERGED}

    def to_html(self, path: str | os.PathLike[str] | None = None, *, mesh: int = 16, progress: bool | None = None) -> Any:
        """Return this diagram as one self-contained, interactive HTML page, or write it.

        The pointer shows the nearest solved point and never an interpolated number; a click gives the Python line that solves
        there.

        Parameters
        ----------
        path : path, optional
            Where to write, ending in .html; default: the page is returned as text.
        mesh : int
            Steps on each axis of a mesh of points that are solved beside those of the lines; 0 for none.
        progress : bool, optional
            Progress bar on stderr; default: where stderr is a terminal.

        Returns
        -------
        str, or Path
            The page, or where it was written.

        Examples
        --------
        >>> import glassy
        >>> diagram = glassy.phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.05)
        >>> "glassy.solve(glassy.DenseHebbian(P=3), " in diagram.to_html(mesh=0)
        True
        """
        return self.draw("to_html", path, mesh=mesh, progress=progress)

    def __repr__(self) -> str:
        names = ", ".join(line.name for line in self.lines)
        return f"PhaseDiagram({self.network!r} {self.ansatz!r}: {names}; {len(self.points)} named points)"


@corrects
def phases_at(
    network: Network,
    load: float,
    T: float | None = None,
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    beta: float | None = None,
    progress: bool | None = None,
) -> PhasePoint:
    """Return which phase wins at one state point and which are metastable, with all their order parameters (theory, section 5).

    The m = 0 state is the thermodynamic one (the paramagnet above T_c, the spin glass below); it and retrieval, where that
    exists, are compared by free energy. Where several examples of a ground truth are stored so is the state at one of them
    (L.6, phase "example"), at RS: steps of it are not known, and beyond RS `Solution.remarks` of the winner say so.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    load, T : float
        The state point.
    beta : float, optional
        1/T, instead of T; inf is T = 0.
    ansatz : RS, RSB or FullRSB
        Of all states.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    PhasePoint
        Where a state was not found, which one wins is unknown: `equilibrium` is then that NOT_CONVERGED Solution.

    Examples
    --------
    >>> import glassy
    >>> point = phases_at(glassy.DenseHebbian(P=4), load=0.42, T=0.2, ansatz=glassy.RSB(1))
    >>> point.equilibrium.phase, [s.phase for s in point.metastable]
    ('spin_glass', ['retrieval'])
    """
    network = solvable(network, "signal")
    (load, T), ansatz = check_point(load, checks.given_temperature(T, beta)), ansaetze.check(ansatz)
    retrieved = [p for p in rivals(network, ansatz) if p in RETRIEVED]
    with progress_bar(1.0 + len(retrieved), progress, "state", f"{ansatz!r} phases") as bar:
        every = [zero_state(network, load, T, ansatz)]
        bar.update()
        for phase in retrieved:
            every.append(solve(network, load, T, phase, ansatz, strict=False))
            bar.update()
    states = judged(every)
    found = sorted((s for s in states if s.status.ok), key=lambda s: float(s.free_energy))
    failed = [s for s in states if s.status is Status.NOT_CONVERGED]
    first, *rest = [*failed[:1], *found] or states[:1]  # which phase wins is unknown while one of them is
    return PhasePoint(network=network, load=load, T=T, ansatz=ansatz, equilibrium=first, metastable=tuple(rest))
