"""Phase diagrams: every boundary in the (load, T) plane at RS and RSB(1), for P = 2, 3, 4, 6 and both kinds of interactions.

lines.csv   every line of every ansatz: load, T, residual, status
points.csv  ends, crossings and multicritical points
Any network: python -m sims.phase_diagram all --P 5 --interactions self-interacting
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, PhaseDiagram, phase_diagram, plots
from glassy.core.results import Status
from glassy.phases.diagram import Line, NamedPoint
from glassy.theory.ansatz import Ansatz
from sims.harness import command_line, folder, read, write_theory

ORDERS = (2, 3, 4, 6)
ANSAETZE: tuple[Ansatz, ...] = (RS(), RSB(1))
KINDS = ("distinct", "self-interacting")
CLAIMS = {
    "wishart": "The diagram of Amit, Gutfreund and Sompolinsky: retrieval in equilibrium, metastable, lost. RSB(1) moves "
    "coexistence to larger loads and takes most of the small re-entrance of the spinodal away.",
    "distinct": "On the Nishimori line T = load the AT line, the RS spinodal and T_d meet, and RSB(1) coexistence meets T_c. "
    "RS bends far back below it; RSB(1) takes nearly all of that re-entrance away: its boundaries are almost vertical.",
    "self-interacting": "The extra noise of the self-interactions shrinks retrieval and turns the onset of the glass "
    "continuous (a random field at odd P) unless a discontinuous one comes first; RSB(1) removes most of the re-entrance.",
}


def case(P: int, interactions: str) -> str:
    """Name of the folder of a network."""
    return f"P{P}" + ("" if interactions == "distinct" else f"-{interactions}")


def run(P: int, interactions: str, quick: bool) -> None:
    """Trace both diagrams of one network."""
    network, name = DenseHebbian(P, interactions), case(P, interactions)
    store = folder("phase_diagram", name, True).parents[1] / "parts"
    store.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    diagrams = []
    for ansatz in ANSAETZE:
        out = store / f"phase_diagram_{name}_{ansatz!r}{'_quick' if quick else ''}.npz"
        diagrams.append(phase_diagram(network, ansatz, tolerance=5e-3 if quick else 5e-4, out=out))
    seconds = time.perf_counter() - began
    lines = [
        {"ansatz": repr(d.ansatz), "line": line.name, "load": x, "T": T, "residual": r, "status": s.name}
        for d in diagrams
        for line in d.lines
        for x, T, r, s in zip(line.load.tolist(), line.T.tolist(), line.residual.tolist(), line.status, strict=True)
    ]
    points = [
        {"ansatz": repr(d.ansatz), "point": p.name, "load": float(p.load), "T": float(p.T), "meaning": p.meaning}
        for d in diagrams
        for p in d.points
    ]
    claim = CLAIMS["wishart" if network.wishart else interactions]
    write_theory(
        "phase_diagram", name, quick, claim, verdict(points), seconds, {"lines.csv": lines, "points.csv": points},
        arguments=f" --P {P} --interactions {interactions}",
    )  # fmt: skip


def verdict(points: list[dict[str, Any]]) -> str:
    """What the named points say, in numbers."""

    def load(ansatz: str, name: str) -> float:
        return next((p["load"] for p in points if p["ansatz"] == ansatz and p["point"] == name), math.nan)

    back = {a: load(a, "spinodal nose") - load(a, "capacity") for a in ("RS()", "RSB(1)")}
    at = {name: tuple(load(a, name) for a in ("RS()", "RSB(1)")) for name in ("capacity", "ground state")}
    text = (
        f"capacity at T = 0: {at['capacity'][0]:.6f} RS, {at['capacity'][1]:.6f} RSB(1); the spinodal bends back by "
        f"{back['RS()']:.2g} at RS, {back['RSB(1)']:.2g} at RSB(1); coexistence at T = 0: {at['ground state'][0]:.6f} RS, "
        f"{at['ground state'][1]:.6f} RSB(1)"
    )
    nishimori, triple = load("RSB(1)", "Nishimori point"), load("RSB(1)", "coexistence meets T_c")
    if math.isfinite(nishimori):
        text += f"; Nishimori point at load = T = {nishimori:.9f}, RSB(1) triple point at {triple:.9f}"
    return text


def restored(P: int, interactions: str, target: Path) -> list[PhaseDiagram]:
    """Return the diagrams of the committed tables, for the figure."""
    rows, points = read(target / "lines.csv"), read(target / "points.csv")
    network = DenseHebbian(P, interactions)
    found = []
    for ansatz in ANSAETZE:
        mine = [r for r in rows if r["ansatz"] == repr(ansatz)]
        lines = []
        for name in dict.fromkeys(r["line"] for r in mine):
            line = [r for r in mine if r["line"] == name]
            load, T, residual = (np.array([r[key] for r in line]) for key in ("load", "T", "residual"))
            lines.append(Line(name, "", load, T, residual, tuple(Status[r["status"]] for r in line)))
        named = tuple(NamedPoint(p["point"], p["meaning"], p["load"], p["T"]) for p in points if p["ansatz"] == repr(ansatz))
        end = max(float(np.nanmax(line.load)) for line in lines)
        found.append(PhaseDiagram(network, ansatz, end, tuple(lines), named, ()))
    return found


def main() -> None:
    """Run and draw."""
    parser = command_line("phase_diagram", __doc__ or "")
    parser.add_argument("--P", type=int, help="one order instead of all of 2, 3, 4, 6")
    parser.add_argument("--interactions", choices=KINDS, help="one kind instead of both")
    arguments: argparse.Namespace = parser.parse_args()
    for P in (arguments.P,) if arguments.P else ORDERS:
        for kind in (arguments.interactions,) if arguments.interactions else KINDS:
            if P == 2 and kind == "self-interacting" and not arguments.interactions:
                continue  # the diagram of P = 2 is the same for both
            if arguments.what != "plot":
                run(P, kind, arguments.quick)
            target = folder("phase_diagram", case(P, kind), arguments.quick)
            if arguments.what != "run":
                plots.phase_diagram(restored(P, kind, target), target / "figure")


if __name__ == "__main__":
    main()
