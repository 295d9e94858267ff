"""An interactive phase diagram: one page that needs no network, in which the pointer shows solved points and nothing else."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from glassy.core import checks
from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.core.progress import progress_bar
from glassy.core.storage import ready
from glassy.phases.diagram import Line, PhaseDiagram, PhasePoint, phases_at
from glassy.plots.diagram import SHADES, look_of, regions, top_of
from glassy.plots.style import COLORS, short_ansatz
from glassy.theory.solution import Solution

Where = dict[tuple[float, float], dict[str, Any]]


@draws(PhaseDiagram, name="to_html")
def page(diagram: PhaseDiagram, path: str | Path | None = None, *, mesh: int = 16, progress: bool | None = None) -> str | Path:
    """Return a phase diagram as one self-contained HTML page, or write it: it loads nothing from anywhere.

    In the page the pointer (a tap, the arrow keys) shows the nearest solved point, marked by a ring: load, T, the phases that
    exist there with m, q, f and residual, and which wins. Nothing is interpolated. Solved points are those of the lines, the
    named points, and a mesh between them. Lines can be switched off, and a click gives and copies the Python line that solves
    there: executed, it returns the very numbers shown. "#point=3" after the address opens the page at a point. Printed, it is
    black on white.

    Parameters
    ----------
    diagram : PhaseDiagram
        What `glassy.phase_diagram` returned. All its points are solved afresh, in its ansatz.
    path : path, optional
        Where to write; the folder is made if missing. Default: the page is returned as text.
    mesh : int
        Steps of the mesh on each axis, 0 for none. A point takes 3 ms at RS and about ten times as much beyond.
    progress : bool, optional
        Progress bar on stderr; default: where stderr is a terminal.

    Returns
    -------
    str, or Path
        The page, or where it was written.

    Raises
    ------
    InputError
        If it is no PhaseDiagram, or the path does not end in .html.

    Examples
    --------
    >>> import glassy
    >>> diagram = glassy.phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.05)
    >>> text = glassy.plots.page(diagram, mesh=4)
    >>> text.startswith("<!DOCTYPE html>"), "http://" in text.replace("http://www.w3.org/2000/svg", "")
    (True, False)
    """
    if not isinstance(diagram, PhaseDiagram):
        raise InputError(f"diagram must be a PhaseDiagram, got {diagram!r}. Call glassy.phase_diagram.")
    if path is not None and Path(path).suffix.lower() not in (".html", ".htm"):
        raise InputError(f"path must end in .html, got {str(path)!r}. For a picture call plot(path=...).")
    mesh = checks.integer("mesh", mesh, 0, "It counts steps on each axis; try 16.")
    where = _places(diagram, mesh)
    with progress_bar(len(where), progress, "point") as bar:
        points = []
        for (load, T), named in where.items():
            points.append({"load": load, "T": T, **named, **_states(phases_at(diagram.network, load, T, diagram.ansatz))})
            bar.update()
    text = _filled(diagram, points, mesh)
    if path is None:
        return text
    path = ready(path)
    path.write_text(text, encoding="utf-8")
    return path


def _places(diagram: PhaseDiagram, mesh: int) -> Where:
    """Return where to solve: load and T, with the lines on which it lies and its name; each place once."""
    found: Where = {}

    def at(load: float, T: float) -> dict[str, Any]:
        return found.setdefault((float(load), float(T)), {"on": []})

    for line in diagram.lines:
        for load, T, residual, status in zip(line.load, line.T, line.residual, line.status, strict=True):
            if status.ok:
                at(load, T)["on"].append([line.name, _number(residual)])
    for point in diagram.points:
        at(point.load, point.T)["name"] = f"{point.name}: {point.meaning}" if point.meaning else point.name
    top = top_of(diagram)
    for x, y in np.ndindex(mesh + 1, mesh + 1) if mesh else ():
        at(_round(diagram.load_max * x / mesh), _round(top * y / mesh))
    return found


def _round(value: float) -> float:
    """Return a coordinate of the mesh with the few digits that a reader types."""
    return float(f"{value:.3g}")


def _states(point: PhasePoint) -> dict[str, Any]:
    """Return what the page says of the phases at a point, the equilibrium first."""
    every = [point.equilibrium, *point.metastable]
    found = [s for s in every if s.status.ok]
    failed = {_kind(s): f": {s.status.name}" for s in every if not s.status.ok}
    lacking = [name for name in ("retrieval", "m = 0") if all(_kind(s) != name for s in found)]
    absent = [name + failed.get(name, ": no saddle") for name in lacking]
    return {"states": [_state(s, found) for s in found], "absent": "; ".join(absent)}


def _kind(s: Solution) -> str:
    return "m = 0" if s.phase in ("spin_glass", "paramagnetic") else s.phase


def _state(s: Solution, states: list[Solution]) -> dict[str, Any]:
    tie = sum(bool(x.wins) for x in states) > 1
    role = "" if s.wins is None else "metastable" if not s.wins else "wins, as another of equal f" if tie else "wins"
    return {
        "phase": s.phase, "m": _number(s.m), "q": [_number(q) for q in s.q_levels], "f": _number(s.free_energy),
        "residual": _number(s.residual), "role": role, "remark": "; ".join(s.remarks),
    }  # fmt: skip


def _number(value: float) -> float | None:
    """Return a number that JSON has."""
    return float(value) if math.isfinite(value) else None


def _lines(diagram: PhaseDiagram) -> Iterator[dict[str, Any]]:
    """Yield the lines as the page draws them: null is where one breaks."""
    for line in diagram.lines:
        color, width, label, style = look_of(line.name, diagram)
        dashes = " ".join(f"{width * length:.3g}" for length in style[1]) if isinstance(style, tuple) else "none"
        yield {
            "name": line.name, "label": label.replace("$", ""), "color": mpl.colors.to_hex(color), "width": width + 0.3,
            "dash": dashes, "fill": SHADES.get(line.name, 0.0), "at": _ends(line),
        }  # fmt: skip


def _ends(line: Line) -> list[list[float] | None]:
    return [[float(x), float(T)] if s.ok else None for x, T, s in zip(line.load, line.T, line.status, strict=True)]


def _filled(diagram: PhaseDiagram, points: list[dict[str, Any]], mesh: int) -> str:
    """Return the template with what is particular to a diagram; text is escaped, and data cannot end their element."""
    network, ansatz, code = diagram.network, short_ansatz(diagram.ansatz), diagram.provenance
    top = top_of(diagram)
    lost = sum(not s.ok for line in diagram.lines for s in line.status)
    count = f"{len(points)} points are solved: those of the lines and the named points" + (
        ", and the small dots." if mesh else "."
    )
    count += f" {lost} points of lines were not found: a line breaks there." if lost else ""
    data = {
        "load": diagram.load_max, "top": top, "lines": list(_lines(diagram)), "points": points, "shade": COLORS[2],
        "named": [{"name": p.name, "load": p.load, "T": p.T} for p in diagram.points],
        "regions": [{"words": name.split("\n"), "load": x, "T": y} for name, x, y in regions([diagram], top)],
        "call": [f"glassy.solve(glassy.{network!r}, ", f", ansatz=glassy.{diagram.ansatz!r})"], "count": count,
    }  # fmt: skip
    words = {
        "title": f"Phase diagram of {network!r} in {ansatz}",
        "convention": "load: K = (2 load/P!) N^(P-1) stored patterns (H.1). T in the units of H, k_B = 1; f per spin. "
        f"Lines and numbers are those of N = infinity in {ansatz}.",
        "source": f"Made by glassy {code.glassy}, commit {code.commit}: glassy.phase_diagram(glassy.{network!r}, "
        f"glassy.{diagram.ansatz!r}).to_html(). Nothing is loaded from elsewhere.",
    }
    safe = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for mark in "<>&":
        safe = safe.replace(mark, f"\\u{ord(mark):04x}")
    filled = {name: html.escape(word) for name, word in words.items()} | {"data": safe}
    template = files("glassy.plots").joinpath("page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filled[found[1]], template)
