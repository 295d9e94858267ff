"""Hard glass: the parts of the free energy of a glass, with the simulation of results/spin_glass as the judge."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from glassy import RS, RSB, DenseHebbian, Estimate, glassiness, plots
from glassy.core.provenance import Provenance
from sims.harness import ROOT, _write, folder, read
from sims.measured import Row, main, row, summary, write
from sims.spin_glass import CASES, REDUCED

PARTS = ("hard", "soft", "remainder", "total")
TOP = 1.10  # of the unit of temperature: above it no part is glassy
CLAIM = {
    2: "At P = 2 (load 1) hard part, soft part and remainder add up to the free energy that replica exchange measures; the "
    "hard part alone does not.",
    **{
        P: f"At P = {P} (load 4) the hard part alone is the free energy that replica exchange measures: nothing is left over."
        for P in (3, 4)
    },
}


def measured(P: int) -> list[Row]:
    """Return -beta f of the networks at every T and size, and its limit, from results/spin_glass."""
    rows = read(ROOT / "results" / "spin_glass" / f"P{P}" / "data.csv")
    return [r for r in rows if (r["curve"], r["quantity"]) == ("ladder", "-beta f") and r["T"] <= TOP * CASES[f"P{P}"].unit]


def run(P: int, quick: bool) -> None:
    """Split -beta f where it was measured, at RS and at RSB(1)."""
    network, load = DenseHebbian(P), CASES[f"P{P}"].load
    rows: list[Row] = []
    for r in measured(P):
        value = Estimate(r["simulation"], r["error"], samples=int(r["samples"]))
        for ansatz in (RS(), RSB(1)):
            g = glassiness(network, load, r["T"], ansatz)
            rows += [
                row(f"{part}, {ansatz!r}", load, r["T"], r["N"], "-beta f", float(getattr(g, part)), value,
                    sweeps=r["sweeps"], status=r["status"])
                for part in ("total", "hard")
            ]  # fmt: skip
    lines = []
    for t in np.linspace(min(REDUCED) * 0.98, TOP, 50):
        for ansatz in (RS(), RSB(1)):
            g = glassiness(network, load, float(t) * CASES[f"P{P}"].unit, ansatz)
            lines.append({"ansatz": repr(ansatz), "T": g.T, **{part: float(getattr(g, part)) for part in PARTS}})
    source = json.loads((ROOT / "results" / "spin_glass" / f"P{P}" / "meta.json").read_text())
    write("hard_glass", f"P{P}", quick, CLAIM[P], verdict(P, rows), {"data.csv": rows, "lines.csv": lines},
          [Provenance(**source["provenance"])], **{k: source[k] for k in ("sizes", "samples", "sweeps", "seed")})  # fmt: skip
    _write(folder("hard_glass", f"P{P}", quick) / "lines.csv", tuple(lines[0]), lines)


def verdict(P: int, rows: list[Row]) -> str:
    """How the measured free energy judges the sum and the hard part, at both depths."""
    parts = []
    for name in ("total, RSB(1)", "hard, RSB(1)", "total, RS()"):
        mine = [r for r in rows if r["curve"] == name and math.isinf(r["N"])]
        low = min(mine, key=lambda r: r["T"])
        parts.append(f"{name}: {summary(mine)}, at the lowest T={low['T']:.3g} z = {low['z']:.1f}")
    return f"-beta f for 1/N -> 0 against {'; '.join(parts)}"


def plot(P: int, target: Path) -> None:
    """Draw -f = T A and its parts."""
    rows, lines = read(target / "data.csv"), read(target / "lines.csv")
    fig, axes = plots.figure(1, 2, width=4.3, height=3.6)
    left, right = axes[0]
    for part, color in zip(PARTS, (*plots.COLORS[3:0:-1], plots.COLORS[5]), strict=True):
        for ansatz in ("RS()", "RSB(1)"):
            line = [r for r in lines if r["ansatz"] == ansatz]
            plots.theory(left, [r["T"] for r in line], [r["T"] * r[part] for r in line], color, ansatz.replace("()", ""))
        left.plot([], [], color=color, label=part)
    ends = [r for r in rows if r["curve"] == "total, RSB(1)" and math.isinf(r["N"])]
    plots.limit(left, [r["T"] for r in ends], [r["T"] * r["simulation"] for r in ends], [r["T"] * r["error"] for r in ends])
    left.plot([], [], ".", color="k", label="replica exchange, N → ∞")
    left.plot([], [], color="0.5", ls=plots.STYLES["RS"], label="RS")
    left.plot([], [], color="0.5", ls=plots.STYLES["RSB(1)"], label="RSB(1)")
    left.set_ylabel("part of -f = T A")
    for name, color, label in (("total, RS()", plots.COLORS[3], "RS"), ("total, RSB(1)", plots.COLORS[2], "RSB(1)")):
        mine = [r for r in rows if r["curve"] == name and math.isinf(r["N"])]
        plots.simulation(right, [r["T"] for r in mine], [r["T"] * (r["simulation"] - r["theory"]) for r in mine],
                         [r["T"] * r["error"] for r in mine], np.ones(len(mine), bool), color, "o")  # fmt: skip
        right.plot([], [], "o", color=color, label=f"simulation - {label}")
    right.axhline(0.0, color="k", lw=0.8)
    right.set_ylabel("-f, simulation - theory")
    for ax in (left, right):
        ax.set_xlabel("temperature T")
        ax.legend(fontsize=7)
    what = "a hard and a soft glass, and a remainder" if P == 2 else "all of it is hard"
    fig.suptitle(f"P = {P}, load {CASES[f'P{P}'].load:g}: {what}; simulation is the judge", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("hard_glass", __doc__, {P: f"P{P}" for P in CLAIM}, run, plot)
