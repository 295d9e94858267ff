"""Iterates: message passing from a distance, beside state evolution step by step; the edge of its basin, beside Monte Carlo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Lines, Measured, Table, message_passing, plots, state_evolution
from ._sim import Case, Sampling, Tables

NETWORKS = {f"P{P}": DenseHebbian(P) for P in (2, 3, 4, 5)}
SIZES = {"P2": 1000, "P3": 300, "P4": 128, "P5": 48}  # the larger ones of the claim basins
LOADS = {"P2": (0.02, 0.05, 0.08, 0.1), **dict.fromkeys(("P3", "P4", "P5"), (0.1, 0.2, 0.3))}
AROUND = tuple(round(0.03 * k, 2) for k in range(-6, 7))  # starts, from the edge of state evolution
RESTS_ON, CURVES = ("basins",), ("message passing", "Monte Carlo")
T, STEPS, EDGE = 0.3, 30, "edge of the basin"


@dataclass(frozen=True, kw_only=True)
class Iterates(Case):
    """The load and the starts whose iterates are shown, of P = 3."""

    load: float
    starts: tuple[float, ...]


CASES = {"all": Iterates(
    name="all", sizes=tuple(SIZES.values()), samples=16, sweeps=0, seed=9700, load=0.3, starts=(0.4, 0.5, 0.6, 0.8, 1.0),
    claim="From a distance m follows state evolution step by step, to the pattern from inside of its basin and away from it "
    "from outside. The edge of the basin is that of state evolution. At T = 0.3 and P > 2 so is, nearly, that of Metropolis "
    "dynamics, and small N shift both alike; at P = 2 its basin is wider.",
)}  # fmt: skip


def edge(network: DenseHebbian, load: float) -> float:
    """Return the start from which on state evolution ends at the pattern, by halving."""
    low, high = 0.0, 1.0
    for _ in range(20):
        m = 0.5 * (low + high)
        low, high = (low, m) if state_evolution(network, load, T, m, steps=400).m[-1] > 0.5 else (m, high)
    return high


def measure(case: Iterates, run: Sampling) -> Tables:
    table, lines, basins = Table(), Lines(), run.results("basins", "all")["data"]
    asked: Any = {"T": T, "seed": case.seed, "samples": int(np.max(case.samples)), "max_iterations": STEPS, "progress": False}
    for name, network in NETWORKS.items():
        N = SIZES[name]
        for load in case.part_of(LOADS[name]):
            theory = edge(network, load)
            starts = [theory + x for x in AROUND]
            ends = [message_passing(network, load, N=N, start_overlap=m, **asked).each("m") for m in starts]
            found = glassy.crossing(starts, np.array(ends) > 0.5, falling=False)
            where = {"network": name, "load": load, "T": T, "N": N, "quantity": EDGE}
            table += [Measured.edge(found, theory=theory, curve="message passing", **where)]
            table += [r.beside(theory, curve="Monte Carlo", status=glassy.Remark.MEASURED) for r in basins.where(**where)]
    for start in case.starts:
        evolution = state_evolution(NETWORKS["P3"], case.load, T, start, STEPS)
        mine = message_passing(NETWORKS["P3"], case.load, N=SIZES["P3"], start_overlap=start, **asked)
        for t in range(1, STEPS + 1):
            m = [p.m_history[min(t, p.iterations)] for p in mine.points]
            lines.append({"start": start, "t": t, "theory": evolution.m[t], "m": np.mean(m), "scatter": np.std(m)})
    return {"data": table, "lines": lines}


def verdict(case: Iterates, tables: Tables) -> str:
    data = tables["data"].where(simulation=math.isfinite)
    own = Table(data.where(curve=CURVES[0])).verdict()
    off = {curve: [r.simulation - r.theory for r in data.where(curve=curve, network=lambda n: n != "P2")] for curve in CURVES}
    parts = [f"{curve} {min(x):+.3f} to {max(x):+.3f}" for curve, x in off.items()]
    return (
        f"edges of message passing: {own.inside} of {own.counted} within 4 errors of state evolution; P > 2: {', '.join(parts)}"
    )


def panels(case: Iterates, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    fig, ((left, right),) = plots.figure(1, 2, height=2.8)
    for start, color in zip(case.starts, plots.COLORS, strict=False):
        line = lines.where(start=start)
        plots.theory(left, [0, *line["t"]], [start, *line["theory"]], color)
        left.errorbar(line["t"], line["m"], line["scatter"], fmt="o", ms=3, lw=0.8, color=color)
    left.set(xlabel="iteration", ylabel="magnetization m", xlim=(-0.5, 20.5))
    left.set_title(f"P = 3, load {case.load:g}, N = {SIZES['P3']}; bars: scatter of networks")
    for name, color in zip(NETWORKS, plots.COLORS, strict=False):
        mine = data.where(network=name, curve=CURVES[0])
        plots.theory(right, mine["load"], mine["theory"], color)
        for curve, marker in zip(CURVES, plots.MARKERS, strict=False):
            plots.points(right, data.where(network=name, curve=curve), "load", color=color, markers=[(SIZES[name], marker)])
    named = [(f"P = {network.P}", color) for network, color in zip(NETWORKS.values(), plots.COLORS, strict=False)]
    starts = [(f"left: from {start:g}", color) for start, color in zip(case.starts, plots.COLORS, strict=False)]
    plots.legend(right, [(f"right: {word}", color) for word, color in named], [], dots=starts, below=True)
    right.set(xlabel="load", ylabel="edge of the basin, $m_0$")
    right.set_title("circles: message passing; squares: Metropolis")
    finding = "Message passing finds the pattern from inside of the basin of state evolution"
    return plots.headline(fig, finding, f"T = {T:g}; dashed: state evolution")
