"""Retrieval: m and energy against T at several loads and against load at several T, P = 3 and 4, distinct interactions."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from glassy import DenseHebbian, plots, spinodal
from sims.harness import Case, Curve, main, read

LOADS = {3: (0.05, 0.1, 0.2), 4: (0.05, 0.1, 0.2)}
TEMPERATURES = {3: (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), 4: (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)}
FIXED_T = (0.2, 0.4, 0.6)
SCANNED_LOADS = (0.025, 0.075, 0.125, 0.175, 0.225, 0.275)


def _cases(quick: bool) -> list[tuple[Case, list[Curve]]]:
    found = []
    for P in (3, 4):
        network = DenseHebbian(P)
        curves, lines = [], []
        for load in LOADS[P]:
            curves.append(Curve(f"load={load:g}", network, (load,), TEMPERATURES[P][1::3] if quick else TEMPERATURES[P]))
            lines.append(Curve(f"load={load:g}", network, (load,), tuple(np.linspace(0.0, 1.0, 101))))
        for T in FIXED_T:
            end = spinodal(network, T).load
            curves.append(Curve(f"T={T:g}", network, SCANNED_LOADS[1::3] if quick else SCANNED_LOADS, (T,)))
            lines.append(Curve(f"T={T:g}", network, (*np.linspace(0.002, end * (1 - 1e-9), 100), end * 1.001), (T,)))
        sizes = {3: (100, 200, 400), 4: (64, 100, 140, 200)}[P]
        samples = (128, 96, 64) if P == 3 else (128, 96, 64, 64)
        case = Case(
            name=f"P{P}",
            claim=f"In the retrieval phase at P = {P} (distinct) m, q and the energy of finite networks extrapolate in 1/N to "
            "the replica-symmetric theory, at every load and temperature where RS is stable.",
            curves=tuple(curves),
            sizes=sizes[:2] if quick else sizes,
            samples=(8, 8) if quick else samples,
            sweeps=100 if quick else 240,
            seed=10_000_000 * P,
        )
        found.append((case, lines))
    return found


def _plot(folder: Path) -> None:
    rows, lines = read(folder / "data.csv"), read(folder / "lines.csv")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(2, 2, width=4.2, height=3.1)
    for column, (prefix, x) in enumerate((("load=", "T"), ("T=", "load"))):
        names = sorted({r["curve"] for r in rows if r["curve"].startswith(prefix)}, key=lambda n: float(n.split("=")[1]))
        for row, (observable, attribute, label) in enumerate(
            (("m", "m", "magnetization m"), ("energy_excess", "energy_excess", "energy above the pattern, per spin"))
        ):
            ax = axes[row][column]
            for name, color in zip(names, plots.COLORS, strict=False):
                line = [r for r in lines if r["curve"] == name]
                plots.theory(ax, [r[x] for r in line], [r[attribute] for r in line], color)
                mine = [r for r in rows if r["curve"] == name and r["observable"] == observable]
                for N, marker in zip(sizes, plots.MARKERS, strict=False):
                    at = [r for r in mine if r["N"] == N]
                    plots.simulation(
                        ax, [r[x] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                        [r["status"] == "EQUILIBRATED" for r in at], color, marker,
                    )  # fmt: skip
                ends = [r for r in mine if math.isinf(r["N"]) and r["status"] == "EQUILIBRATED"]
                if ends:
                    plots.limit(ax, [r[x] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
            ax.set_xlabel("temperature T" if x == "T" else "load")
            ax.set_ylabel(label)
            ax.set_xlim(0.0, 0.75 if x == "T" else 0.34)
            ax.set_ylim(*((0.55, 1.02) if observable == "m" else (-0.01, 0.11)))
        plots.legend(
            axes[0][column], list(zip([n.replace("=", " = ") for n in names], plots.COLORS, strict=False)),
            list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, ncols=2, loc="lower left",
        )  # fmt: skip
    fig.suptitle(
        f"P = {folder.name[1:]}, distinct interactions: RS theory (dashed) through Monte Carlo started at the pattern",
        fontsize=10,
    )
    plots.save(fig, folder / "figure")


if __name__ == "__main__":
    main("retrieval", __doc__, _cases, _plot)
