"""Hard glass: the parts of the free energy of a glass, with the simulation of results/spin_glass as the judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, RSB, Glassiness, Lines, Remark, Table, glassiness, plots
from . import spin_glass
from ._sim import Case, Sampling, Tables
from .glassiness import COLORS

PARTS = tuple(COLORS)
TOP = 1.10  # of the unit of temperature: above it no part is glassy
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1)}


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


def split(case: Parts, T: float) -> Iterator[tuple[str, Glassiness]]:
    """Yield the parts by both ansaetze."""
    for name, ansatz in ANSAETZE.items():
        yield name, glassiness(case.glass.network, case.glass.load, T, ansatz)


def measure(case: Parts, run: Sampling) -> Tables:
    top, data = TOP * case.glass.unit, run.reads("spin_glass", case.name)["data"]
    rows = data.where(quantity="-beta f", T=lambda T: top >= T, status=lambda status: status is not Remark.ONE_POWER)
    each = ((r, k, g, part) for r in rows for k, g in split(case, r.T) for part in ("total", "hard"))
    table = Table(r.beside(float(getattr(g, part)), curve=part, ansatz=k) for r, k, g, part in each)
    temperatures = np.linspace(min(spin_glass.REDUCED) * 0.98, TOP, 50) * case.glass.unit
    lines = Lines(Lines.row(g, "T", *PARTS, ansatz=k) for T in temperatures for k, g in split(case, float(T)))
    return {"data": table, "lines": lines}


def verdict(case: Parts, tables: Tables) -> str:
    total, hard = (tables["data"].ends.where(curve=part, ansatz="RSB(1)").verdict() for part in ("total", "hard"))
    assert hard.worst is not None
    return f"the sum at RSB(1): {total}; the hard part alone: {hard.inside} of {hard.counted}, worst z = {hard.worst.z:.1f}"


def panels(case: Parts, tables: Tables) -> Any:
    limits, lines = Table(r.scaled(r.T) for r in tables["data"].ends.where(curve="total")), tables["lines"]
    fig, axes = plots.figure(1, 2, width=4.5, height=3.8)
    left, right = axes[0]
    named, what = [(part, COLORS[part], "RSB(1)") for part in PARTS], "hard, soft and remainder add up to what is measured"
    if np.allclose(lines["soft"], 0.0) and np.allclose(lines["remainder"], 0.0):
        named, what = [("hard = total", COLORS["total"], "RSB(1)")], "all of it is hard: soft part and remainder are zero"
    for part in PARTS[-len(named) :]:
        for k in ANSAETZE:
            line = lines.where(ansatz=k)
            plots.theory(left, line["T"], line["T"] * line[part], COLORS[part], k)
    ends = limits.where(ansatz="RSB(1)")
    plots.limit(left, ends["T"], ends["simulation"], ends["error"])
    plots.legend(left, [*named, ("RS", "0.4"), ("RSB(1)", "0.4", "RSB(1)")], [], extrapolated=True, below=True)
    for k, color in zip(ANSAETZE, (plots.COLORS[3], plots.COLORS[2]), strict=True):
        ends = limits.where(ansatz=k)
        off = ends["simulation"] - ends["theory"]
        plots.simulation(right, ends["T"], off, ends["error"], np.isfinite(off), color, "o")
        right.plot([], [], "o", color=color, label=f"measured - {k}")
    right.axhline(0.0, color="k", lw=0.8)
    right.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    left.set(xlabel="temperature T", ylabel="part of -f = T A")
    right.set(xlabel="temperature T", ylabel="-f for 1/N → 0: measured - theory")
    fig.suptitle(f"P = {case.glass.network.P}, load {case.glass.load:g}: {what}", fontsize=10)
    return fig
