"""Retrieval: m and energy against T at several loads and against load at several T, P = 2 to 5, distinct interactions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassy import DenseHebbian, plots, spinodal
from sims import GOOD
from sims.harness import Case, Curve, main, read


@dataclass(frozen=True)
class Grid:
    """State points of one P: temperatures along fixed loads, loads along fixed temperatures; sizes and their samples."""

    at_load: dict[float, tuple[float, ...]]
    at_T: dict[float, tuple[float, ...]]
    sizes: tuple[int, ...]
    samples: tuple[int, ...]
    reach: tuple[float, float]  # of the figure: T and load


_T3, _T4 = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_SCAN = (0.025, 0.075, 0.125, 0.175, 0.225, 0.275)
# at P = 2 and P = 5 where all samples of a size have more than three misaligned spins: fewer have no honest scatter
GRIDS = {
    2: Grid(
        {0.02: (0.3, 0.4, 0.5, 0.6), 0.05: (0.2, 0.3, 0.4, 0.5), 0.1: (0.1, 0.15, 0.2, 0.25, 0.3)},
        {0.2: (0.03, 0.05, 0.07, 0.09, 0.11), 0.4: (0.02, 0.03, 0.04, 0.05, 0.06, 0.07)},
        (500, 1000, 2000), (128, 96, 64), (0.75, 0.14),
    ),
    3: Grid(dict.fromkeys((0.05, 0.1, 0.2), _T3), dict.fromkeys((0.2, 0.4, 0.6), _SCAN), (100, 200, 400), (128, 96, 64),
            (0.75, 0.3)),
    4: Grid(dict.fromkeys((0.05, 0.1, 0.2), _T4), dict.fromkeys((0.2, 0.4, 0.6), _SCAN), (64, 100, 140, 200), (128, 96, 64, 64),
            (0.75, 0.3)),
    5: Grid(
        {0.2: (0.4, 0.5, 0.6), 0.3: (0.2, 0.3, 0.4, 0.5)}, {0.4: (0.19, 0.22, 0.25, 0.28)},
        (80, 100, 130), (48, 48, 32), (0.9, 0.35),
    ),
}  # fmt: skip


def _cases(quick: bool) -> list[tuple[Case, list[Curve]]]:
    found = []
    for P, grid in GRIDS.items():
        network = DenseHebbian(P)
        curves, lines = [], []
        for load, temperatures in grid.at_load.items():
            curves.append(Curve(f"load={load:g}", network, (load,), temperatures[1::3] if quick else temperatures))
            lines.append(Curve(f"load={load:g}", network, (load,), tuple(np.linspace(0.0, 1.0, 101))))
        for T, loads in grid.at_T.items():
            end = spinodal(network, T).load
            curves.append(Curve(f"T={T:g}", network, loads[1::3] if quick else loads, (T,)))
            lines.append(Curve(f"T={T:g}", network, (*np.linspace(0.002, end * (1 - 1e-9), 100), end * 1.001), (T,)))
        case = Case(
            name=f"P{P}",
            claim=f"In the retrieval phase at P = {P} (distinct) m, q and the energy of finite networks extrapolate in 1/N to "
            "the replica-symmetric theory, at every load and temperature where RS is stable.",
            curves=tuple(curves),
            sizes=grid.sizes[:2] if quick else grid.sizes,
            samples=(8, 8) if quick else grid.samples,
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
    reaches = GRIDS[int(folder.name[1:])].reach
    for column, (prefix, x, reach) in enumerate((("load=", "T", reaches[0]), ("T=", "load", reaches[1]))):
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
                        [r["status"] in GOOD for r in at], color, marker,
                    )  # fmt: skip
                ends = [r for r in mine if math.isinf(r["N"]) and r["status"] in GOOD]
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
