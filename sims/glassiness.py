"""Glassiness: hard part, soft part and remainder of the free energy against T, at RS and RSB(1), for P = 2 and P = 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, Lines, glassiness, plots, spin_glass_temperatures
from ._sim import NetworkCase, Sampling, Tables

LOAD = 0.2
COLORS = dict(zip(("hard", "soft", "remainder", "total"), (*plots.COLORS[3:0:-1], plots.COLORS[5]), strict=True))
WIDTHS = {"hard": 2.6, "soft": 2.6}  # parts stay visible where they fall on each other


@dataclass(frozen=True, kw_only=True)
class Glass(NetworkCase):
    """One network, and the number of temperatures."""

    temperatures: int = 65


CLAIMS = {
    2: "Without retrieval the P = 2 network is a hard (Sherrington-Kirkpatrick) and a soft (Gaussian) spin glass and a "
    "remainder. The hard part dominates; replica symmetry breaking moves hard part and remainder by more than their sum.",
    4: "For P > 2 and distinct interactions only the hard part survives: the network is the Ising p-spin glass, with "
    "nothing left over.",
}
QUICK = {"temperatures": 13}
CASES = {f"P{P}": Glass(name=f"P{P}", claim=text, network=DenseHebbian(P), quick=QUICK) for P, text in CLAIMS.items()}


def measure(case: Glass, run: Sampling) -> Tables:
    grid = np.linspace(0.02, 1.3, case.temperatures) * spin_glass_temperatures(case.network, LOAD).T_c
    found = (glassiness(case.network, LOAD, float(T), ansatz) for T in grid for ansatz in (RS(), RSB(1)))
    return {"data": Lines(Lines.row(g, "ansatz", "T", *COLORS, "q", "x", "beta_1", "beta_2", "status") for g in found)}


def parts(tables: Tables, ansatz: str, part: str) -> Any:
    """Return a part of -f = T A against T."""
    mine = tables["data"].where(ansatz=ansatz)
    return mine["T"] * mine[part]


def verdict(case: Glass, tables: Tables) -> str:
    broken = tables["data"].where(ansatz="RSB(1)")["status"] == "CONVERGED"
    size = {p: max(abs(parts(tables, a, p)).max() for a in ("RS()", "RSB(1)")) for p in COLORS}
    moved = {p: abs(parts(tables, "RSB(1)", p) - parts(tables, "RS()", p))[broken].max() for p in COLORS}
    return (
        f"parts of -f = T A, largest over T: {', '.join(f'{p} {size[p]:.3g}' for p in COLORS)}; "
        f"RSB(1) changes {', '.join(f'{p} by {moved[p]:.2g}' for p in COLORS)}"
    )


def panels(case: Glass, tables: Tables) -> Any:
    fig, axes = plots.figure(1, 2)
    whole, change = axes[0]
    T = tables["data"].where(ansatz="RS()")["T"]
    glass = spin_glass_temperatures(case.network, LOAD)
    for part, color in COLORS.items():
        look: Any = {"color": color, "linewidth": WIDTHS.get(part, 1.0)}
        rs, one = (parts(tables, ansatz, part) for ansatz in ("RS()", "RSB(1)"))
        whole.plot(T, rs, linestyle=plots.STYLES["RS"], **look)
        whole.plot(T, one, label=part, **look)
        change.plot(T, one - rs, label=part, **look)
    for ax, ylabel in ((whole, "part of $-f = TA$, per spin"), (change, "RSB(1) - RS of that part")):
        plots.mark(ax, glass.T_c, "$T_g$" if glass.continuous else "$T_c$")
        ax.axhline(0.0, color="k", lw=0.6)
        ax.set(xlabel="temperature T", ylabel=ylabel)
    named = [(part, color, "RSB(1)") for part, color in COLORS.items()]
    plots.legend(whole, [("RS", "0.35"), ("RSB(1)", "0.35", "RSB(1)"), *named], [], below=True)
    two = "At P = 2 the glass is hard, soft and a remainder: RSB moves the parts by more than their sum"
    finding = two if case.network.P == 2 else "For P > 2 all of the glass is hard: soft part and remainder are 0"
    return plots.headline(fig, finding, f"P = {case.network.P}, load {LOAD:g}, without retrieval")
