"""A line of a phase diagram: points of a curve placed where it bends, kept as they come."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from glassy.core.errors import InputError
from glassy.core.results import Status
from glassy.core.storage import Saved, load
from glassy.numerics.roots import ASIDE


@dataclass(frozen=True)
class Knot(Saved):
    """A computed point of a line: its parameter, where it lies, its residual and status."""

    at: float
    load: float
    T: float
    residual: float
    status: Status


@dataclass(frozen=True)
class _File(Saved):
    description: str
    knots: tuple[tuple[str, Knot], ...]


class Record:
    """Every computed point of a diagram, at hand and, where a path is given, on disk: finished points are never lost."""

    def __init__(self, path: Path | None, description: str, tick: Callable[[str], None]) -> None:
        self.path, self.description, self.tick = path, description, tick
        self.kept: dict[tuple[str, float], Knot] = {}
        self.unsaved = 0
        if path is not None and path.exists():
            found = load(path)
            held = found.description if isinstance(found, _File) else repr(found)
            if not isinstance(found, _File) or held != description:
                raise InputError(f"out={path} must hold points of {description}, it holds {held}. Give another file.")
            self.kept = {(name, knot.at): knot for name, knot in found.knots}

    def get(self, line: str, at: float) -> Knot | None:
        """Return a point computed before, in this run or an interrupted one."""
        return self.kept.get((line, at))

    def add(self, line: str, knot: Knot) -> None:
        """Keep a point."""
        self.kept[line, knot.at] = knot
        self.unsaved += 1
        if self.unsaved >= 20:
            self.save()
        self.tick(line)

    def save(self) -> None:
        """Write all points, if there is somewhere to write to."""
        if self.path is not None and self.unsaved:
            _File(self.description, tuple((name, knot) for (name, _), knot in self.kept.items())).save(self.path)
        self.unsaved = 0


class Tracer:
    """Evaluates one line, each new point started from the state at the nearest old one."""

    def __init__(self, record: Record, name: str, f: Callable[[float, Any], tuple[Knot, Any]]) -> None:
        self.record, self.name, self.f = record, name, f
        self.states: dict[float, Any] = {}

    def __call__(self, at: float) -> Knot:
        """Return the point at a value of the parameter."""
        at = float(at)
        knot = self.record.get(self.name, at)
        if knot is None:
            near = min(self.states, key=lambda x: abs(x - at), default=None)
            start = None if near is None else self.states[near]
            knot, state = self.f(at, start)
            if knot.status is Status.NOT_CONVERGED:  # a single point may fail: its neighbour stands for it
                tries = (self.f(at * (1.0 + move), start) for move in ASIDE[:4])
                knot, state = next((found for found in tries if found[0].status.ok), (knot, state))
                knot = replace(knot, at=at)
            if knot.status.ok and state is not None:
                self.states[at] = state
            self.record.add(self.name, knot)
        return knot


def trace(f: Tracer, grid: Iterable[float], extent: tuple[float, float], tolerance: float, most: int = 160) -> list[Knot]:
    """Return points of a curve such that each lies within `tolerance` (of the extent) of the chord through its neighbours.

    Parameters
    ----------
    f : Tracer
        The curve.
    grid : iterable of float
        First values of the parameter, both ends among them.
    extent : (float, float)
        Units of load and T.
    tolerance : float
        How far a point may lie from the chord, as a fraction of the extent.
    most : int
        Points at most.
    """
    knots = {x: f(x) for x in sorted(float(x) for x in grid)}
    while len(knots) < most:
        order = [knots[x] for x in sorted(knots)]
        new: set[float] = set()
        for a, b, c in zip(order, order[1:], order[2:], strict=False):
            if not (a.status.ok and b.status.ok and c.status.ok):
                continue
            if _sagitta(a, b, c, extent) > tolerance:
                new |= {0.5 * (a.at + b.at), 0.5 * (b.at + c.at)}
        for a, b in pairwise(order):  # an end within the grid is closed in on
            if a.status.ok != b.status.ok and abs(b.at - a.at) > 0.01 * abs(order[-1].at - order[0].at):
                new.add(0.5 * (a.at + b.at))
        new -= knots.keys()
        if not new:
            break
        for x in sorted(new):
            knots[x] = f(x)
    return [knots[x] for x in sorted(knots)]


def _sagitta(a: Knot, b: Knot, c: Knot, extent: tuple[float, float]) -> float:
    """Distance of b from the line through a and c, in units of the extent."""
    p, q, r = (np.array([k.load / extent[0], k.T / extent[1]]) for k in (a, b, c))
    along = r - p
    length = math.hypot(*along)
    off = q - p
    return float(abs(along[0] * off[1] - along[1] * off[0]) / length) if length > 0.0 else math.hypot(*off)
