"""Hard glass: the parts of the free energy of a glass, with the simulation of results/spin_glass as the judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, RSB, Lines, Remark, Table, glassiness, plots
from . import spin_glass
from ._sim import Case, Sampling, Tables

PARTS = ("hard", "soft", "remainder", "total")
TOP = 1.10  # of the unit of temperature: above it no part is glassy
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1)}
COLORS = dict(zip(PARTS, (*plots.COLORS[3:0:-1], plots.COLORS[5]), strict=True))


@dataclass(frozen=True, kw_only=True)
class Parts(Case):
    """One glass of spin_glass, split."""

    glass: spin_glass.Glass


CASES = {
    f"P{P}": Parts(
        name=f"P{P}", glass=spin_glass.CASES[f"P{P}"],
        claim="At P = 2 (load 1) hard part, soft part and remainder add up to the free energy that replica exchange measures; "
        "the hard part alone does not." if P == 2 else
        f"At P = {P} (load 4) the hard part alone is the free energy that replica exchange measures: nothing is left over.",
    )
    for P in (2, 3, 4)
}  # fmt: skip


def measure(case: Parts, run: Sampling) -> Tables:
    glass, table = case.glass, Table()
    rows = run.reads("spin_glass", case.name)["data"].where(quantity="-beta f", T=lambda T: TOP * glass.unit >= T)
    for r in rows:
        if r.status is not Remark.ONE_POWER:
            for k, a in ANSAETZE.items():
                g = glassiness(glass.network, glass.load, r.T, a)
                table += [r.beside(float(getattr(g, part)), curve=part, ansatz=k) for part in ("total", "hard")]
    lines = Lines()
    for t in np.linspace(min(spin_glass.REDUCED) * 0.98, TOP, 50):
        for k, a in ANSAETZE.items():
            g = glassiness(glass.network, glass.load, float(t) * glass.unit, a)
            lines.append({"ansatz": k, "T": g.T, **{part: float(getattr(g, part)) for part in PARTS}})
    return {"data": table, "lines": lines}


def verdict(case: Parts, tables: Tables) -> str:
    total, hard = (tables["data"].ends.where(curve=part, ansatz="RSB(1)").verdict() for part in ("total", "hard"))
    assert hard.worst is not None
    return f"the sum at RSB(1): {total}; the hard part alone: {hard.inside} of {hard.counted}, worst z = {hard.worst.z:.1f}"


def panels(case: Parts, tables: Tables) -> Any:
    data, lines = tables["data"].ends, tables["lines"]
    fig, axes = plots.figure(1, 2, width=4.5, height=3.8)
    left, right = axes[0]
    only_hard = np.allclose(lines["soft"], 0.0) and np.allclose(lines["remainder"], 0.0)
    for part in ("total",) if only_hard else PARTS:
        for k in ANSAETZE:
            line = lines.where(ansatz=k)
            plots.theory(left, line["T"], line["T"] * line[part], COLORS[part], k)
    ends = data.where(curve="total", ansatz="RSB(1)")
    plots.limit(left, ends["T"], ends["T"] * ends["simulation"], ends["T"] * ends["error"])
    left.set_ylabel("part of -f = T A")
    named = [("hard = total", COLORS["total"], "RSB(1)")] if only_hard else [(part, COLORS[part], "RSB(1)") for part in PARTS]
    plots.legend(left, [*named, ("RS", "0.4"), ("RSB(1)", "0.4", "RSB(1)")], [], extrapolated=True, below=True)
    for k, color in zip(ANSAETZE, (plots.COLORS[3], plots.COLORS[2]), strict=True):
        mine = data.where(curve="total", ansatz=k)
        plots.simulation(right, mine["T"], mine["T"] * (mine["simulation"] - mine["theory"]), mine["T"] * mine["error"],
                         np.ones(len(mine), bool), color, "o")  # fmt: skip
        right.plot([], [], "o", color=color, label=f"measured - {k}")
    right.axhline(0.0, color="k", lw=0.8)
    right.set_ylabel("-f for 1/N → 0: measured - theory")
    right.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    for ax in (left, right):
        ax.set_xlabel("temperature T")
    what = (
        "all of it is hard: soft part and remainder are zero"
        if only_hard
        else "hard, soft and remainder add up to what is measured"
    )
    fig.suptitle(f"P = {case.glass.network.P}, load {case.glass.load:g}: {what}", fontsize=10)
    return fig
