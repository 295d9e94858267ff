"""Basins: final against initial overlap with a pattern, by descent at T = 0 and by Metropolis at T > 0, over load and P."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassy import DenseHebbian, Measured, Metropolis, Quench, Table, crossing, plots, solve, spinodal, unstable_overlap
from glassy import mean_of_samples as mean
from ._sim import Case, Lines, Sampling, Tables

TEMPERATURES = (0.0, 0.3)
STARTS = tuple(round(0.1 * k, 1) for k in range(11))
SHOWN = 0.1  # load of the maps that are drawn
NETWORKS = {f"P{P}": DenseHebbian(P) for P in (2, 3, 4, 5)}
SIZES = {"P2": (500, 1000), "P3": (150, 300), "P4": (64, 128), "P5": (32, 48)}
LOADS = {"P2": (0.02, 0.05, 0.08, 0.1, 0.12), **dict.fromkeys(("P3", "P4", "P5"), (0.02, 0.05, 0.1, 0.2, 0.3))}


@dataclass(frozen=True, kw_only=True)
class Falls(Case):
    """All networks, each with its own sizes and loads."""

    of: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: SIZES)
    loads: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: LOADS)


CASES = {"all": Falls(
    name="all", samples=24, sweeps=60, seed=2000,
    claim="A pattern is reached from a distance, and its basin shrinks with load and, for P > 2, with P: the initial overlap "
    "from which half of the chains return rises with both. For P > 2 and T = 0 it follows the unstable saddle of RS theory, "
    "where signal and noise of a start balance. At P = 2, where the noise of the saddle is that of spins which have "
    "settled, and at T > 0, where it is that of thermal averages, it does not.",
    sizes=tuple(N for sizes in SIZES.values() for N in sizes),
    quick={"samples": 8, "of": {k: v[:1] for k, v in SIZES.items()}, "loads": {k: v[1:3] for k, v in LOADS.items()}},
)}  # fmt: skip


def measure(case: Falls, run: Sampling) -> Tables:
    table, maps, lines = Table(), Lines(), Lines()
    for name, network in NETWORKS.items():
        for T in TEMPERATURES:
            for i, load in enumerate(case.loads[name]):
                theory = solve(network, load, T, strict=False)
                if not theory.status.ok:
                    continue  # no retrieval phase to return to
                for N in case.of[name] if T == 0.0 else case.of[name][-1:]:
                    here: Any = {"network": name, "load": load, "T": T, "N": N}
                    kept = []
                    for m0 in STARTS:
                        r = run(network, load, T, N, seed=1000 * network.P + i, samples=case.samples, start_overlap=m0,
                                burn_in=0, sweeps=case.sweeps, method=Metropolis() if T else Quench(),
                                out=f"{network.P}_{T:g}_{load:g}_{N}/{m0:g}")  # fmt: skip
                        final = r.series.m[..., -r.sweeps // 4 :].mean(axis=-1)
                        kept.append((final > 0.8 * theory.m).mean(axis=1))
                        each, settled = mean(final.mean(axis=1)), T == 0.0 and r.settled.all()
                        maps.append({**here, "start": m0, "final": float(each), "error": each.error, "kept": kept[-1].mean(),
                                     "samples": r.samples, "status": "settled" if settled else "moving"})  # fmt: skip
                    edge = crossing(STARTS, kept, falling=False)
                    table += [Measured.edge(edge, quantity="edge of the basin", sweeps=case.sweeps, **here)]
            for load in np.linspace(0.002, spinodal(network, T).load, 80):
                m = solve(network, float(load), T, strict=False).m
                saddle = unstable_overlap(network, float(load), T)
                lines.append({"network": name, "T": T, "load": load, "saddle": saddle, "m": m})
    return {"data": table, "maps": maps, "lines": lines}


def gaps(table: Table, T: float) -> dict[str, list[float]]:
    """Return edge minus unstable saddle at the largest N of every network."""
    found = {name: table.where(network=name, T=T, simulation=math.isfinite) for name in NETWORKS}
    return {
        name: [r.simulation - unstable_overlap(NETWORKS[name], r.load, T) for r in rows.where(N=max(rows["N"]))]
        for name, rows in found.items()
    }


def verdict(case: Falls, tables: Tables) -> str:
    cold, warm = (gaps(tables["data"], T) for T in TEMPERATURES)
    off = ", ".join(f"{name} {min(x):+.2f} to {max(x):+.2f}" for name, x in cold.items())
    far = max(max(map(abs, x)) for x in warm.values())
    return f"edge minus unstable saddle at T = 0: {off}; at T = {TEMPERATURES[1]:g} up to {far:.2f}"


def panels(case: Falls, tables: Tables) -> Any:
    data, maps, lines = tables["data"], tables["maps"], tables["lines"]
    colors = dict(zip(NETWORKS, plots.COLORS, strict=False))
    fig, axes = plots.figure(1, 3, width=4.2, height=3.9)
    left, *edges = axes[0]
    for name, color in colors.items():
        markers = list(zip(SIZES[name], plots.MARKERS, strict=False))
        for N, marker in markers:
            at = maps.where(network=name, T=0.0, load=SHOWN, N=N)
            if at:
                left.errorbar(at["start"], at["final"], at["error"], fmt=marker, ms=3.5, lw=0.8, color=color)
        for ax, T in zip(edges, TEMPERATURES, strict=True):
            mine, line = data.where(network=name, T=T), lines.where(network=name, T=T)
            plots.theory(ax, line["load"], line["saddle"], color)
            plots.points(ax, mine, "load", color=color, markers=markers)
            ax.set(xlabel="load", ylabel="edge of the basin: initial overlap $m_0$", ylim=(0.0, 1.02))
            ax.set_title(f"Metropolis dynamics, T = {T:g}" if T else "descent at T = 0", fontsize=9)
    left.plot([0, 1], [0, 1], color="0.6", lw=0.8)
    left.set(xlabel="initial overlap $m_0$", ylabel="final overlap m")
    left.set_title(f"descent at T = 0, load {SHOWN:g}: returns above the diagonal", fontsize=9)
    plots.legend(edges[0], [(f"P = {NETWORKS[name].P}", color) for name, color in colors.items()], [], below=True)
    what = "shrink with load and with P; at T = 0 and P > 2 they end near the unstable saddle of RS (dashed)"
    fig.suptitle(f"Basins of attraction {what}\ncircles: the smaller N of each P, squares: the larger", fontsize=9)
    return fig
