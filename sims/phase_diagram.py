"""Phase diagrams: every boundary in the (load, T) plane at RS and RSB(1), for P = 2, 3, 4, 6 and both kinds of interactions.

lines.csv   every line of every ansatz: load, T, residual, status
points.csv  ends, crossings and multicritical points
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from glassy import RS, RSB, DenseHebbian, Lines, PhaseDiagram, phase_diagram, plots
from ._sim import NetworkCase, Sampling, Tables

ANSAETZE = (RS(), RSB(1))
CLAIMS = {
    "wishart": "The diagram of Amit, Gutfreund and Sompolinsky: retrieval in equilibrium, metastable, lost. RSB(1) moves "
    "coexistence to larger loads and takes most of the small re-entrance of the spinodal away.",
    "distinct": "On the Nishimori line T = load the AT line, the RS spinodal and T_d meet, and RSB(1) coexistence meets T_c. "
    "RS bends far back below it; RSB(1) takes nearly all of that re-entrance away: its boundaries are almost vertical.",
    "self-interacting": "The extra noise of the self-interactions shrinks retrieval and turns the onset of the glass "
    "continuous (a random field at odd P) unless a discontinuous one comes first; RSB(1) removes most of the re-entrance.",
}


@dataclass(frozen=True, kw_only=True)
class Diagram(NetworkCase):
    """One network; each point of a line lies within the tolerance of the chord through its neighbours."""

    tolerance: float = 5e-4


CASES = {
    name: Diagram(
        name=name, network=DenseHebbian(P, kind), claim=CLAIMS["wishart" if P == 2 else kind], quick={"tolerance": 5e-3}
    )
    for P in (2, 3, 4, 6)
    for name, kind in ((f"P{P}", "distinct"), (f"P{P}-self-interacting", "self-interacting"))
    if P > 2 or kind == "distinct"  # at P = 2 both have one diagram
}


def measure(case: Diagram, run: Sampling) -> Tables:
    tables = {"lines": Lines(), "points": Lines()}
    for ansatz in ANSAETZE:
        found = phase_diagram(case.network, ansatz, tolerance=case.tolerance)
        for table, rows in zip(tables.values(), found.rows(), strict=True):
            table += [{"ansatz": repr(ansatz), **row} for row in rows]
    return tables


def verdict(case: Diagram, tables: Tables) -> str:
    rs, one = ({p["point"]: p["load"] for p in tables["points"].where(ansatz=repr(a))} for a in ANSAETZE)
    back = [d.get("spinodal nose", d["capacity"]) - d["capacity"] for d in (rs, one)]  # no nose: it does not bend
    text = f"capacity at T = 0: {rs['capacity']:.6f} RS, {one['capacity']:.6f} RSB(1); the spinodal bends back by "
    text += f"{back[0]:.2g} and {back[1]:.2g}; coexistence at T = 0: {rs['ground state']:.6f} and {one['ground state']:.6f}"
    if "Nishimori point" in one:
        text += f"; Nishimori point at load = T = {one['Nishimori point']:.9f}, RSB(1) triple point at "
        text += f"{one.get('coexistence meets T_c', math.nan):.9f}"
    return text


def panels(case: Diagram, tables: Tables) -> Any:
    rows = tables["lines"], tables["points"]
    found = [PhaseDiagram.of_rows(case.network, a, *(x.where(ansatz=repr(a)) for x in rows)) for a in ANSAETZE]
    fig, axes = plots.figure(1, 1, height=4.0)
    plots.draw_phase_diagram(axes[0][0], found)
    where: Any = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
    axes[0][0].legend(handles=plots.diagram_legend(found), fontsize=plots.TEXT["legend"], **where)
    rs, one = (next(p.load for p in d.points if p.name == "capacity") for d in found)
    finding = f"RSB(1) raises the capacity from {rs:.4g} to {one:.4g} and takes most of the re-entrance away"
    return plots.headline(fig, finding, f"P = {case.network.P}, {case.network.interactions}")
