"""phase_diagram: trace every line of one network and ansatz, find where they end and cross."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.progress import Bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import named
from glassy.model.family import Network
from glassy.numerics.roots import beside, crossings
from glassy.phases.at_line import at_curve, at_line
from glassy.phases.coexistence import Coexistence, coexistence, curie_weiss_coexistence
from glassy.phases.diagram import Line, NamedPoint, PhaseDiagram
from glassy.phases.spin_glass_temperatures import rs_onset, spin_glass_temperatures
from glassy.phases.spinodal import Spinodal, spinodal
from glassy.phases.tracing import Knot, Record, Tracer, trace
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, Ansatz, FullRSB
from glassy.theory.solve import check_point, solvable

LINES = 5  # that are traced one after the other: spinodal, coexistence, AT, those of m = 0 together, and where they cross


@corrects
def phase_diagram(
    network: Network,
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    load_max: float | None = None,
    tolerance: float = 5e-4,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> PhaseDiagram:
    """Return all lines of the phase diagram in the (load, T) plane, with their ends and crossings (theory, section 5).

    Of a network that stores several examples of a ground truth the lines are those of retrieval with equal overlaps with all of
    them (L.3): the state at one example (L.6) has no line, which `absent` says, and may win where `PhaseDiagram.at` names it.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    ansatz : RS or RSB
        Of spinodal, coexistence and glass. The AT line is that of RS in every diagram: below it RSB(k) differs from RS.
    load_max : float, optional
        Where lines without an end stop; default 1.2 times the largest load of the RS spinodal.
    tolerance : float
        Each point lies within this fraction of the extent of the chord through its neighbours: a plotted line is smooth.
    out : path, optional
        File that keeps every computed point; the same call goes on where an interrupted one stopped.
    progress : bool, optional
        A bar on stderr that counts lines, and says how many points there are so far: how many there will be shows on the way.
        Default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    PhaseDiagram

    Raises
    ------
    InputError
        If an argument lies outside its domain, or `out` holds points of another diagram.

    Examples
    --------
    >>> import glassy
    >>> diagram = phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.01)
    >>> round(diagram.point("Nishimori point").load, 6) == round(glassy.spin_glass_temperatures(diagram.network).T_d ** 2, 6)
    True
    >>> diagram.at(0.1, 0.2).equilibrium.phase
    'retrieval'
    """
    network, ansatz = solvable(network, "signal", "glass"), ansaetze.check(ansatz)
    if isinstance(ansatz, FullRSB):
        raise InputError(f"ansatz must be RS() or RSB(k) for a diagram, got {ansatz!r}. Compare RSB(1) and RSB(2).")
    remedy = "It is a fraction of the extent of the figure; try 5e-4."
    tolerance = checks.number("tolerance", tolerance, remedy, most=0.1)
    if tolerance < 1e-5:
        raise InputError(f"tolerance must be at least 1e-5, got {tolerance:g}. {remedy}")
    if load_max is None:
        load_max = 1.2 * max(spinodal(network, T).load for T in _grid(network.signal.end[1])[:-1])
    load_max = check_point(load=load_max)[0]
    if load_max == 0.0:
        raise InputError("load_max must be > 0, got 0. Leave it out for 1.2 times the largest load of the RS spinodal.")
    if out is not None and not isinstance(out, str | os.PathLike):
        raise InputError(f"out must be the path of a file, got {out!r}.")
    part = None if out is None else named(out)
    if part is not None and not part.parent.is_dir():
        raise InputError(f"out must be a file in a folder that exists, got {out}. Make {part.parent} first.")
    with progress_bar(LINES, progress, "line", f"{network!r} {ansatz!r}", estimate=False) as bar:
        points, bar.step = itertools.count(1), 0.0  # how far a line is shows when it is whole

        def tick(line: str) -> None:
            bar.say(f"{bar.done:.0f} of {LINES} lines, {next(points)} points, at work: {line}")
            bar.update(0.0)

        record = Record(part, f"{network!r} {ansatz!r} tolerance={tolerance:g} load_max={load_max!r}", tick)
        try:
            return _Builder(network, ansatz, load_max, tolerance, record, bar).build()
        finally:  # Ctrl-C included
            record.save()


class _Builder:
    def __init__(self, network: Network, ansatz: Ansatz, load_max: float, tolerance: float, record: Record, bar: Bar) -> None:
        self.network, self.ansatz, self.load_max, self.bar = network, ansatz, load_max, bar
        self.tolerance, self.record = tolerance, record
        self.T_cw = network.signal.end[1]
        self.T_0 = curie_weiss_coexistence(network)
        self.extent = (load_max, 1.1 * self.T_cw)
        self.absent: list[str] = []
        if network.has_several:
            self.absent.append("lines of the state at one example: retrieval here is alike at all of them (L.3), ask phases_at")
        self.laws: dict[str, tuple[float, float]] = {}  # of the lines T = offset + c sqrt(load)
        self.tracers = {
            "spinodal": Tracer(record, "spinodal", self._spinodal),
            "coexistence": Tracer(record, "coexistence", self._coexistence),
        }

    def build(self) -> PhaseDiagram:
        lines = [*self._retrieval_lines(), *self._zero_lines()]
        self.bar.update(1.0)
        points = tuple(self._points({line.name: line for line in lines}))
        self.bar.update(1.0)
        return PhaseDiagram.of(self.network, self.ansatz, self.load_max, lines, points, self.absent)

    # ---- retrieval ----

    def _spinodal(self, T: float, near: Spinodal | None) -> tuple[Knot, Any]:
        if self.T_cw <= T:
            return Knot(at=T, load=0.0, T=T, residual=0.0, status=Status.CONVERGED), None
        s = spinodal(self.network, T, self.ansatz, start=near, strict=False)
        return Knot(at=T, load=s.load, T=T, residual=s.residual, status=s.status), s

    def _coexistence(self, T: float, near: Coexistence | None) -> tuple[Knot, Any]:
        if self.T_0 <= T:
            return Knot(at=T, load=0.0, T=T, residual=0.0, status=Status.CONVERGED), None
        s = coexistence(self.network, T, self.ansatz, start=near, strict=False)
        return Knot(at=T, load=s.load, T=T, residual=s.residual, status=s.status), s

    def _retrieval_lines(self) -> Iterator[Line]:
        for name, top, meaning in (
            ("spinodal", self.T_cw, "retrieval exists to the left"),
            ("coexistence", self.T_0, "retrieval is the equilibrium state to the left"),
        ):
            yield _line(name, meaning, trace(self.tracers[name], _grid(top), self.extent, self.tolerance))
            self.bar.update(1.0)
        at = at_curve(self.network, self.extent, self.tolerance, self.record)
        self.bar.update(1.0)
        if at:
            yield _line("AT", "replica symmetry is stable in the retrieval phase above", at)
        else:
            self.absent.append("AT line of the retrieval phase: RS is stable wherever retrieval exists")

    # ---- m = 0: T = c sqrt(load) for P > 2, 1 + sqrt(load) for P = 2 ----

    def _zero_lines(self) -> Iterator[Line]:
        network = self.network
        glass = None if isinstance(self.ansatz, RS) else spin_glass_temperatures(network)
        if network.wishart:
            yield self._root("T_g", "continuous onset of the spin glass, T = 1 + sqrt(load)", 1.0, 0.0, 1.0)
        elif glass is not None and glass.T_c > 0.0 and not glass.continuous:
            yield self._root("T_d", "metastable glassy states dominate below", glass.T_d, glass.residual)
            yield self._root("T_c", "the spin glass is the m = 0 state below", glass.T_c, glass.residual)
            if glass.T_G > 0.0:
                yield self._root("T_G", "RSB(1) of the spin glass is unstable below", glass.T_G, glass.residual)
            else:
                self.absent.append("T_G: RSB(1) of the spin glass is stable at every T reached")
        elif glass is not None and glass.continuous:
            yield self._root("T_c", "continuous onset of the spin glass", glass.T_c, glass.residual)
            self.absent.append("T_d and T_G: the onset is continuous, they coincide with T_c")
        elif network.unit_covariance.has_field:
            line = at_line(network, 1.0, "paramagnetic", strict=False)
            if line.roots:
                yield self._root("m = 0 AT", "replica symmetry is stable at m = 0 above", line.T, line.residual)
            else:
                self.absent.append("m = 0 AT: the RS replicon of m = 0 stays positive, or RS jumps over its zero")
            if glass is not None:
                self.absent.append("T_d, T_c, T_G: " + glass.reason)
        else:
            T, gap = rs_onset(network)
            text = "onset of the RS spin glass: below, its free energy lies above the paramagnet's"
            yield self._root("onset", text, T, gap)
        if network.P > 2 and network.interactions == "distinct":
            ends = np.array([0.0, self.load_max])
            ok = (Status.CONVERGED,) * 2
            text = "T = load: m = q, no replica symmetry breaking (B.1)"
            yield Line(name="Nishimori", meaning=text, load=ends, T=ends, residual=np.zeros(2), status=ok)
        else:
            self.absent.append("Nishimori line: it needs distinct interactions and P > 2")

    def _root(self, name: str, meaning: str, c: float, residual: float, offset: float = 0.0) -> Line:
        """A line T = offset + c sqrt(load), an exact law: drawn by points even in sqrt(load)."""
        self.laws[name] = offset, c
        root = np.linspace(0.0, math.sqrt(self.load_max), 60)
        T, even, good = offset + c * root, np.full(60, residual), (Status.CONVERGED,) * 60
        return Line(name=name, meaning=meaning, load=root**2, T=T, residual=even, status=good)

    # ---- points ----

    def _points(self, lines: dict[str, Line]) -> Iterator[NamedPoint]:
        spin, coex = lines["spinodal"], lines["coexistence"]
        for line, name, text in (
            (spin, "capacity", "storage capacity load_c of the ansatz"),
            (coex, "ground state", "retrieval is the ground state to the left"),
        ):
            if line.status[0].ok:
                yield NamedPoint(name, text, float(line.load[0]), 0.0)
        yield NamedPoint("spinodal end", "retrieval at load 0 ends (P-body Curie-Weiss)", 0.0, self.T_cw)
        if self.T_cw > self.T_0:
            yield NamedPoint("coexistence end", "retrieval and paramagnet coexist at load 0", 0.0, self.T_0)
        meetings = list(at_spinodal(self.network, spin.T[1:-1].tolist()))
        nose = self._nose(spin, meetings)
        if nose is None:
            self.absent.append("re-entrance: the spinodal has its largest load at T = 0")
        else:
            yield NamedPoint("spinodal nose", "largest load of the spinodal; below this T it bends back", nose.load, nose.T)
        for T in meetings:
            load = spinodal(self.network, T).load
            if "Nishimori" in lines and abs(T / load - 1.0) < 1e-6:
                yield NamedPoint("Nishimori point", "AT line, RS spinodal, T_d and Nishimori line meet at t_d^2 (B.1)", load, T)
            else:
                yield NamedPoint("AT on spinodal", "the AT line meets the RS spinodal", load, T)
        onset = next((lines[n] for n in ("T_c", "T_g", "onset", "m = 0 AT") if n in lines), None)
        for glass in (onset, lines.get("T_d")):
            if glass is not None:
                yield from self._crossing(coex, glass)

    def _nose(self, spin: Line, meetings: list[float]) -> Knot | None:
        """Largest load of the spinodal, T to about 1e-4; where RS breaks on it is a candidate (B.1)."""
        i = int(np.nanargmax(spin.load))
        if i in (0, len(spin.load) - 1):
            return None
        f = self.tracers["spinodal"]
        bounds = (float(spin.T[i - 1]), float(spin.T[i + 1]))

        def negative(T: float) -> float:
            load = f(T).load
            return -load if math.isfinite(load) else 0.0

        found = minimize_scalar(negative, bounds=bounds, method="bounded", options={"xatol": 1e-4 * bounds[1]})
        candidates = [f(T) for T in (float(found.x), float(spin.T[i]), *meetings)]
        return max((k for k in candidates if k.status.ok), key=lambda k: k.load)

    def _crossing(self, coex: Line, glass: Line) -> Iterator[NamedPoint]:
        """Where coexistence meets a line of the glass."""
        f = self.tracers["coexistence"]

        offset, c = self.laws[glass.name]

        def over(T: float) -> float:
            return T - offset - c * math.sqrt(f(T).load)

        meaning = "glassy states appear above it" if glass.name == "T_d" else "triple point"
        for T in crossings(over, coex.T.tolist(), 1e-10, 1e-10):
            at = T if math.isfinite(over(T)) else beside(over, T)
            if math.isfinite(at):
                yield NamedPoint(f"coexistence meets {glass.name}", meaning, f(at).load, at)
            else:
                self.absent.append(f"coexistence meets {glass.name}: the states there were not found")


def at_spinodal(network: Network, grid: Iterable[float]) -> Iterator[float]:
    """Temperatures at which the RS replicon vanishes on the RS spinodal, between those of a grid."""

    def replicon(T: float) -> float:
        return spinodal(network, T, strict=False).saddle.replicon

    yield from crossings(replicon, grid, 1e-14, 1e-14)


def _grid(top: float) -> list[float]:
    """First temperatures of a line that ends in T = top at load 0."""
    return [*(top * np.sin(np.linspace(0.0, 0.5 * math.pi, 13)[:-1])).tolist(), top]


def _line(name: str, meaning: str, knots: list[Knot]) -> Line:
    load, T, residual = (np.array([getattr(k, key) for k in knots]) for key in ("load", "T", "residual"))
    return Line(name=name, meaning=meaning, load=load, T=T, residual=residual, status=tuple(k.status for k in knots))
