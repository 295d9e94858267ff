"""The measured phase diagram: every boundary as simulations and message passing measure it, over the lines of theory.

coexistence   where a pattern and what is beside it are equally deep: f(m) (landscape), two free energies (coexistence)
spinodal      where the barrier of f(m) is gone: by how much the load is to be shifted at which theory has the measured one
T_c           where the energy of the glass, prolonged in a straight line, meets that of the paramagnet, -load/(2T)
AT            T from which on iterations of message passing that began side by side meet on half of the networks
cooled        loads at which half of the networks lose their pattern on the way from T = 0.4, at each N: no limit
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, Measured, PhaseDiagram, Remark, Table, line_crossing, plots
from . import at_crossed, landscape, spin_glass
from ._sim import NetworkCase, Sampling, Tables

DRAWN, WAY, SHOWN = ("spinodal", "coexistence", "AT", "T_c"), "annealing from T=0.4", 0.53  # load at which T_c is drawn
CASES = {
    f"P{P}": NetworkCase(
        name=f"P{P}", network=DenseHebbian(P),
        claim=f"The phase diagram of P = {P} as networks show it: coexistence, the spinodal of retrieval, T_c of the glass and "
        "the AT line, each measured and for 1/N -> 0, lie on the lines of theory within their errors. Cooled networks keep a "
        "pattern to loads that grow with N, beyond the spinodal of RS.",
    )
    for P in (3, 4)
}  # fmt: skip


def half(kept: Table) -> Measured:
    """Return the load at which half of the networks of one size are lost, on the straight line through the shares about 1/2."""
    found, first = line_crossing(kept["load"], [r.value for r in kept], lambda x: 0.5, within=(0.1, 0.9)), kept.rows[0]
    return Measured.of(found, curve="cooled", T=first.T, N=first.N, quantity="load of half", status=Remark.MEASURED)


def measure(case: NetworkCase, run: Sampling) -> Tables:
    deep, both = (run.reads(claim, case.name)["data"].ends for claim in ("landscape", "coexistence"))
    crossed, cooled = run.reads("at_crossed", case.name)["data"], run.reads("escape", f"{case.name}-distinct")["data"]
    cooled = cooled.where(curve=WAY, quantity="share kept", simulation=lambda x: 0.15 < x < 0.85)
    glass, line = run.reads("spin_glass", case.name)["data"], landscape.CASES[case.name].line
    (meets,), (joined,) = (x.where(quantity="load of coexistence") for x in (deep, both))
    *_, barrier = deep.where(quantity="barrier")  # the one nearest to the spinodal
    rows = [
        replace(meets, curve="f(m)"), replace(joined, curve="two free energies"), replace(line.ends(barrier), curve="barrier"),
        replace(spin_glass.CASES[case.name].onset(glass), curve="T_c"),
        *(r.scaled(r.T, curve="AT", quantity="T of the AT line") for r in crossed.where(quantity=at_crossed.EDGE)),
        *(half(cooled.where(N=N)) for N in cooled.sizes),
    ]  # fmt: skip
    return {"data": Table(rows), "lines": run.results("phase_diagram", case.name)["lines"].where(line=DRAWN.__contains__)}


def verdict(case: NetworkCase, tables: Tables) -> str:
    said = ", ".join(f"{r.curve} {r.value} ({r.theory:.4f})" for r in tables["data"].judged())
    v = tables["data"].verdict()
    return f"{v.inside} of {v.counted} boundaries agree within 4 errors, rms z = {v.rms:.2f}; measured (theory): {said}"


def along(row: Measured) -> tuple[list[float], list[float]]:
    """Return loads and temperatures of a row, and one error below and above: as its boundary was crossed."""
    values = [row.simulation + k * row.error for k in (-1.0, 0.0, 1.0)]
    if row.curve == "AT":
        return [row.load] * 3, values
    if row.curve == "T_c":
        return [SHOWN] * 3, [x * math.sqrt(SHOWN / row.load) for x in values]
    return values, [row.T if row.curve == "cooled" else row.T * math.sqrt(x / row.theory) for x in values]


LOOKS: Any = {
    "f(m)": ("o", plots.COLORS[3], "coexistence, f(m)"), "two free energies": ("s", plots.COLORS[3], "coexistence, two f"),
    "barrier": ("^", plots.COLORS[2], "spinodal, barrier"), "T_c": ("D", plots.COLORS[5], "$T_c$ of the glass"),
    "AT": ("v", plots.COLORS[1], "AT line, iterations"), "cooled": ("P", plots.COLORS[4], "half lost on cooling"),
}  # fmt: skip


def panels(case: NetworkCase, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    found = [PhaseDiagram.of_rows(case.network, a, lines.where(ansatz=repr(a)), ()) for a in (RS(), RSB(1))]
    fig, ((ax,),) = plots.figure(1, 1, width=3.4, height=3.9)  # a column of a journal
    plots.draw_phase_diagram(ax, found)
    (onset,), sizes = data.where(curve="T_c"), data.where(curve="cooled").sizes
    load = np.linspace(0.0, found[-1].load_max, 99)  # T_c/sqrt(load) is one number: its error is a band
    low, high = ((onset.simulation + k * onset.error) * np.sqrt(load / onset.load) for k in (-1.0, 1.0))
    ax.fill_between(load, low, high, color=plots.COLORS[5], alpha=0.15, lw=0)
    for row in (r for r in data if math.isinf(r.N) or r.curve == "cooled"):
        marker, color, label = LOOKS[row.curve]
        (x, y), size = along(row), 5.0 if math.isinf(row.N) else 4.0 + 1.5 * sizes.index(int(row.N))
        ax.plot(x, y, color=color, lw=1.6, zorder=5)
        said = label if row.N in (math.inf, sizes[-1]) else ""
        ax.plot(x[1], y[1], marker, color=color, mec="w", mew=0.3, ms=size, zorder=6, label=said)
    for name in ("RS", "RSB(1)"):
        ax.plot([], [], color="0.3", ls=plots.STYLES[name], lw=plots.WIDTH, label=f"theory, {name}")
    for word in ax.texts:
        word.set(fontsize=6.5, **({"position": (0.515, 0.25)} if "spin" in word.get_text() else {}))  # above the points
    ax.legend(fontsize=7.5, ncols=2, loc="upper center", bbox_to_anchor=(0.45, -0.14), columnspacing=1.0, frameon=False)
    ax.set_title(f"P = {case.network.P}, lines: theory, points: measured", fontsize=9)
    return fig
