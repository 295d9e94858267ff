"""Basins: final against initial overlap with a pattern, by descent at T = 0 and by Metropolis at T > 0, over load and P."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Kept, Lines, Measured, Table, crossing, plots, solve, unstable_overlap
from ._sim import Case, Sampling, Tables

TEMPERATURES = (0.0, 0.3)
STARTS = tuple(round(0.1 * k, 1) for k in range(11))
SHOWN = 0.1  # load of the maps that are drawn
NETWORKS = {f"P{P}": DenseHebbian(P) for P in (2, 3, 4, 5)}
SIZES = {"P2": (500, 1000), "P3": (150, 300), "P4": (64, 128), "P5": (32, 48)}
LOADS = {"P2": (0.02, 0.05, 0.08, 0.1, 0.12), **dict.fromkeys(("P3", "P4", "P5"), (0.02, 0.05, 0.1, 0.2, 0.3))}


CASES = {"all": Case(
    name="all", samples=24, sweeps=60, seed=2000, sizes=sum(SIZES.values(), ()),
    quick={"sizes": tuple(sizes[0] for sizes in SIZES.values()), "part": (1, 3)},
    claim="A pattern is reached from a distance, and its basin shrinks with load and, for P > 2, with P: the initial overlap "
    "from which half of the chains return rises with both. For P > 2 and T = 0 it follows the unstable saddle of RS theory, "
    "where signal and noise of a start balance. At P = 2, where the noise of the saddle is that of spins which have "
    "settled, and at T > 0, where it is that of thermal averages, it does not.",
)}  # fmt: skip


def measure(case: Case, run: Sampling) -> Tables:
    table, maps, lines = Table(), Lines(), Lines()
    for (name, network), T in product(NETWORKS.items(), TEMPERATURES):
        sizes = [N for N in SIZES[name] if N in case.sizes]
        for i, load in enumerate(case.part_of(LOADS[name])):
            theory = solve(network, load, T, strict=False)
            for N in sizes[-1 if T else 0 :] if theory.status.ok else ():  # else no phase to return to
                here: Any = {"network": name, "load": load, "T": T, "N": N}
                options: Any = {"seed": 1000 * network.P + i, "samples": case.samples, "burn_in": 0, "sweeps": case.sweeps,
                                "method": glassy.Metropolis() if T else glassy.Quench()}  # fmt: skip
                runs = [run(network, load, T, N, start_overlap=m, out=f"{network.P}_{T:g}_{load:g}_{N}/{m:g}", **options)
                        for m in STARTS]  # fmt: skip
                kept = [Kept(r, above=0.8 * theory.m, last=r.sweeps // 4) for r in runs]
                maps += [{**here, "start": m, "final": float(x.m), "error": x.m.error, "kept": float(x.share),
                          "samples": x.run.samples, "status": "moving" if T or not x.run.settled.all() else "settled"}
                         for m, x in zip(STARTS, kept, strict=True)]  # fmt: skip
                edge = crossing(STARTS, [x.shares for x in kept], falling=False)
                table += [Measured.edge(edge, quantity="edge of the basin", sweeps=case.sweeps, **here)]
        for load in np.linspace(0.002, glassy.spinodal(network, T).load, 80):
            m, saddle = solve(network, float(load), T, strict=False).m, unstable_overlap(network, float(load), T)
            lines.append({"network": name, "T": T, "load": load, "saddle": saddle, "m": m})
    return {"data": table, "maps": maps, "lines": lines}


def gaps(table: Table, name: str, T: float) -> list[float]:
    """Return edge minus unstable saddle at the largest N of a network."""
    rows = table.where(network=name, T=T, simulation=math.isfinite)
    return [r.simulation - unstable_overlap(NETWORKS[name], r.load, T) for r in rows.where(N=max(rows["N"]))]


def verdict(case: Case, tables: Tables) -> str:
    cold, warm = ({name: gaps(tables["data"], name, T) for name in NETWORKS} for T in TEMPERATURES)
    off = ", ".join(f"{name} {min(x):+.2f} to {max(x):+.2f}" for name, x in cold.items())
    far = max(max(map(abs, x)) for x in warm.values())
    return f"edge minus unstable saddle at T = 0: {off}; at T = {TEMPERATURES[1]:g} up to {far:.2f}"


def panels(case: Case, tables: Tables) -> Any:
    data, maps, lines = tables["data"], tables["maps"], tables["lines"]
    fig, axes = plots.figure(1, 3, height=2.6)
    left, *edges = axes[0]
    for (name, sizes), color in zip(SIZES.items(), plots.COLORS, strict=False):
        markers = list(zip(sizes, plots.MARKERS, strict=False))
        at = maps.where(network=name, T=0.0, load=SHOWN, N=sizes[-1])
        left.errorbar(at["start"], at["final"], at["error"], fmt=f"{markers[-1][1]}-", ms=3.0, lw=0.7, color=color)
        for ax, T in zip(edges, TEMPERATURES, strict=True):
            line = lines.where(network=name, T=T)
            plots.theory(ax, line["load"], line["saddle"], color)
            plots.points(ax, data.where(network=name, T=T), "load", color=color, markers=markers)
            ax.set(xlabel="load", ylabel="edge of the basin, $m_0$", ylim=(0.0, 1.02))
            ax.set_title(f"Metropolis dynamics at T = {T:g}" if T else "descent at T = 0")
    left.plot([0, 1], [0, 1], color="0.6", lw=0.8)
    left.set(xlabel="initial overlap $m_0$", ylabel="final overlap m")
    left.set_title(f"descent at T = 0, load {SHOWN:g}")
    named = [(f"P = {network.P}", color) for network, color in zip(NETWORKS.values(), plots.COLORS, strict=False)]
    plots.legend(edges[0], named, [], below=True)
    finding = "Basins shrink with load and with P; at T = 0 and P > 2 they end near the unstable saddle of RS"
    return plots.headline(fig, finding, "dashed: unstable saddle of RS; circles: the smaller N of each P, squares: the larger")
