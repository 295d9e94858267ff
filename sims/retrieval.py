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


PANELS = (
    ("m", "m", "magnetization m", False),
    ("m", "m", "misaligned fraction, (1 - m)/2", True),
    ("energy_excess", "energy_excess", "energy above the pattern, per spin", False),
)


def _plot(folder: Path) -> None:
    rows, lines = read(folder / "data.csv"), read(folder / "lines.csv")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(3, 2, width=4.4, height=2.9)
    for column, (prefix, x, reach) in enumerate((("load=", "T", 0.75), ("T=", "load", 0.3))):
        names = sorted({r["curve"] for r in rows if r["curve"].startswith(prefix)}, key=lambda n: float(n.split("=")[1]))
        for row, (observable, attribute, label, misaligned) in enumerate(PANELS):
            ax = axes[row][column]

            def y(values: list[float], misaligned: bool = misaligned) -> list[float]:
                return [(1.0 - v) / 2.0 for v in values] if misaligned else values

            scale = 0.5 if misaligned else 1.0
            for name, color in zip(names, plots.COLORS, strict=False):
                line = [r for r in lines if r["curve"] == name and r[x] <= reach]
                plots.theory(ax, [r[x] for r in line], y([r[attribute] for r in line]), color)
                mine = [r for r in rows if r["curve"] == name and r["observable"] == observable]
                for N, marker in zip(sizes, plots.MARKERS, strict=False):
                    at = [r for r in mine if r["N"] == N]
                    plots.simulation(
                        ax, [r[x] for r in at], y([r["simulation"] for r in at]), [scale * r["error"] for r in at],
                        [r["status"] == "EQUILIBRATED" for r in at], color, marker,
                    )  # fmt: skip
                ends = [r for r in mine if math.isinf(r["N"]) and r["status"] == "EQUILIBRATED"]
                if ends and not misaligned:
                    plots.limit(ax, [r[x] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
            ax.set_xlabel("temperature T" if x == "T" else "load")
            ax.set_ylabel(label)
            ax.set_xlim(0.0, reach)
            if misaligned:
                ax.set_yscale("log")
                ax.set_ylim(1e-6, 1.0)
        plots.legend(
            axes[2][column], list(zip([n.replace("=", " = ") for n in names], plots.COLORS, strict=False)),
            list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True,
        )  # fmt: skip
    fig.suptitle(
        f"P = {folder.name[1:]}, distinct interactions: RS theory (dashed) through Monte Carlo started at the pattern",
        fontsize=10,
    )
    plots.save(fig, folder / "figure")


if __name__ == "__main__":
    main("retrieval", __doc__, _cases, _plot)
