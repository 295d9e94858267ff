"""The AT line, seen: the share of single networks on which message passing settles, over the plane and through the line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Estimate, Lines, Measured, MessagePassing, Table, at_line, message_passing, plots, spinodal
from ._sim import NetworkCase, Sampling, Tables

SHARE, EDGE, LIMIT = "share that settles", "T/T_AT from which half settle", 500  # iterations
STARTS = {"retrieval": "pattern", "paramagnetic": "random"}  # by the phase whose AT line is crossed


@dataclass(frozen=True, kw_only=True)
class Seen(NetworkCase):
    """A plane of N, loads and T, from the pattern, and a path through the AT line of a phase at one load."""

    plane: tuple[int, tuple[float, ...], tuple[float, ...]]
    load: float
    phase: str
    factors: tuple[float, ...] = (0.8, 0.9, 0.96, 1.0, 1.04, 1.08, 1.14, 1.22, 1.3)  # T of the path, in units of T_AT


CLAIM = "The share of single networks on which message passing settles falls with the replicon of RS, about the AT line. "
STEPS = tuple(round(0.05 * k, 2) for k in range(1, 17))
CASES = {case.name: case for case in (
    Seen(name="P2", network=DenseHebbian(2), sizes=(300, 1000, 3000), samples=(48, 24, 8), sweeps=0, seed=71, load=0.2,
         phase="paramagnetic", plane=(600, tuple(0.4 * x for x in STEPS[:12]), tuple(2.01 * x for x in STEPS)),
         claim=CLAIM + "At P = 2 it falls sharply at the line of the paramagnet, T = 1 + sqrt(load)."),
    Seen(name="P3", network=DenseHebbian(3), sizes=(75, 150, 300, 600), samples=(96, 48, 24, 8), sweeps=0, seed=72, load=0.35,
         phase="retrieval", factors=(0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5), plane=(150, STEPS[:12], STEPS[:14]),
         claim=CLAIM + "At P = 3 in retrieval the fall is wide, and at N = 300 and 600 half of the networks settle only "
         "above the line: replicons of single networks scatter about that of RS."),
)}  # fmt: skip


def settled(point: MessagePassing) -> list[bool]:
    """Return whether each network settled at a stable state, wherever that is."""
    return [p.status is not glassy.Status.DIVERGED for p in point.points]


def share(each: list[bool]) -> Estimate:
    """Return a share with its binomial error, that of one network more of either kind: never 0."""
    n, p = len(each), (sum(each) + 1) / (len(each) + 2)
    return Estimate(sum(each) / n, math.sqrt(p * (1.0 - p) / n), samples=n)


def measure(case: Seen, run: Sampling) -> Tables:
    table, lines, network, (n, loads, temperatures) = Table(), Lines(), case.network, case.plane
    asked: Any = {"seed": case.seed, "max_iterations": LIMIT, "progress": False}
    AT, start = at_line(network, case.load, case.phase).T, dict[str, Any](start=STARTS[case.phase])
    for point in message_passing(network, loads, temperatures, n, **asked):
        table += [Measured.of(share(settled(point)), curve="plane", load=point.load, T=point.T, N=n, quantity=SHARE)]
    for N, S, _ in case.runs:
        path = message_passing(network, case.load, [f * AT for f in case.factors], N, samples=S, **asked, **start)
        each, where = [settled(point) for point in path], dict[str, Any](curve="path", load=case.load, N=N)
        table += [Measured.of(share(x), T=point.T, t=f, quantity=SHARE, **where)
                  for x, f, point in zip(each, case.factors, path, strict=True)]  # fmt: skip
        edge = glassy.crossing(case.factors, np.array(each, float), falling=False)
        table += [Measured.edge(edge, T=AT, quantity=EDGE, **where)]
    for phase, x in product(STARTS, np.linspace(0.01, loads[-1], 60)):
        lines.append({"line": f"AT line, {phase}", "load": x, "T": at_line(network, x, phase, strict=False).T})
    lines += [{"line": "spinodal of retrieval", "load": spinodal(network, T, strict=False).load, "T": T}
              for T in np.linspace(0.005, temperatures[-1], 60)]  # fmt: skip
    return {"data": table, "lines": lines}


def verdict(case: Seen, tables: Tables) -> str:
    half = [f"{r.value if math.isfinite(r.simulation) else '-'!r} (N = {r.N:g})" for r in tables["data"].where(quantity=EDGE)]
    return f"half of the networks settle from T/T_AT = {', '.join(half)}"


def panels(case: Seen, tables: Tables) -> Any:
    data, lines, (n, loads, _) = tables["data"], tables["lines"], case.plane
    fig, ((left, right),) = plots.figure(1, 2, height=2.7)
    plane, path = (data.where(curve=curve, quantity=SHARE) for curve in ("plane", "path"))
    dots = left.scatter(plane["load"], plane["T"], 30, plane["simulation"], marker="s", cmap="Greys", vmin=0, vmax=1)
    fig.colorbar(dots, ax=left, label=SHARE)
    there = dict.fromkeys(lines.where(T=math.isfinite)["line"])
    colors = {name: plots.PHASES.get(name.removeprefix("AT line, "), plots.COLORS[3]) for name in there}
    plots.lines(left, lines, "load", "T", "line", {name: {"color": c, "ls": plots.STYLES["RS"]} for name, c in colors.items()})
    plots.legend(left, list(colors.items()), [], below=True)
    left.set_xlim(0, 1.06 * loads[-1])
    left.set_title(f"N = {n}, from the pattern")
    plots.points(right, path, "t")
    plots.theory(right, [1.0, 1.0], [0.0, 1.0], colors[f"AT line, {case.phase}"])
    plots.legend(right, [], plots.markers_of(path), below=True)
    right.set(xlabel=f"$T/T_{{AT}}$ at load {case.load:g}", ylabel=SHARE)
    wide = case.phase == "retrieval"
    right.set_title("from the pattern" if wide else "from random spins")
    sharp = "Message passing settles on networks above the AT line of the paramagnet, and on few below"
    finding = "The networks on which message passing settles become fewer about the AT line" if wide else sharp
    return plots.headline(fig, finding, f"P = {case.network.P}; {LIMIT} iterations at most")
