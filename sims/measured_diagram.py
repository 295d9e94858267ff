"""The measured phase diagram: its boundaries as simulations and message passing measure them, over the lines of theory.

coexistence   where a pattern and what is beside it are equally deep: f(m) (landscape), two free energies (coexistence)
spinodal      where the barrier of f(m) is gone: by how much the load is to be shifted at which theory has the measured one
T_c           where the energy of the glass, prolonged in a straight line, meets -load/(2T)
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

RESTS_ON = ("landscape", "coexistence", "at_crossed", "escape", "spin_glass", "phase_diagram")
DRAWN, WAY, SHOWN = ("spinodal", "coexistence", "AT", "T_c"), "annealing from T=0.4", 0.53  # load at which T_c is drawn
CASES = {
    f"P{P}": NetworkCase(name=f"P{P}", network=DenseHebbian(P),
        claim=f"The phase diagram of P = {P} as networks show it: coexistence, the spinodal of retrieval, T_c of the glass and "
        "the AT line, each measured and for 1/N -> 0, lie on the lines of theory within two errors. Cooled networks keep a "
        "pattern to loads that grow with N, beyond the spinodal of RS.")
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
    said, v = ", ".join(f"{r.curve} {r.value} ({r.theory:.4f})" for r in tables["data"].judged()), tables["data"].verdict()
    return f"{v.inside} of {v.counted} boundaries agree within 4 errors, rms z = {v.rms:.2f}; measured (theory): {said}"


def along(row: Measured) -> tuple[list[float], list[float]]:
    """Return loads and temperatures of a row, and one error below and above: as its boundary was crossed."""
    values = [row.simulation + k * row.error for k in (-1.0, 0.0, 1.0)]
    if row.curve in ("AT", "T_c"):
        at = {"AT": row.load, "T_c": SHOWN}[row.curve]  # T_c goes as the root of the load
        return [at] * 3, [x * math.sqrt(at / row.load) for x in values]
    return values, [row.T if row.curve == "cooled" else row.T * math.sqrt(x / row.theory) for x in values]


LOOKS: Any = {
    "f(m)": ("o", plots.COLORS[3], "coexistence, f(m)"), "two free energies": ("s", plots.COLORS[3], "coexistence, two f"),
    "barrier": ("^", plots.COLORS[2], "spinodal, barrier"), "T_c": ("D", plots.COLORS[5], "$T_c$ of the glass"),
    "AT": ("v", plots.COLORS[1], "AT line, iterations"), "cooled": ("P", plots.COLORS[4], "half lost on cooling"),
}  # fmt: skip


def panels(case: NetworkCase, tables: Tables) -> Any:
    data, of = tables["data"], tables["lines"].where
    drawn = [PhaseDiagram.of_rows(case.network, a, of(ansatz=repr(a)), ()) for a in (RS(), RSB(1))]
    fig, ((ax, off),) = plots.figure(1, 2, height=4.0)
    plots.draw_phase_diagram(ax, drawn)
    (onset,), sizes = data.where(curve="T_c"), data.where(curve="cooled").sizes
    x = np.linspace(0.0, drawn[-1].load_max, 99)  # T_c/sqrt(load) is one number: its error is a band
    band = ((onset.simulation + k * onset.error) * np.sqrt(x / onset.load) for k in (-1.0, 1.0))
    ax.fill_between(x.tolist(), *band, color=plots.COLORS[5], alpha=0.15, lw=0)
    for row in (r for r in data if math.isinf(r.N) or r.curve == "cooled"):
        marker, color, label = LOOKS[row.curve]
        way, size = along(row), 5.5 if math.isinf(row.N) else 4.0 + 1.5 * sizes.index(int(row.N))
        ax.plot(*way, color=color, lw=1.6, zorder=5)
        (last,) = ax.plot(*(x[1] for x in way), marker, color=color, mec="w", mew=0.3, ms=size, zorder=6, label=label)
    next(t for t in ax.texts if "spin" in t.get_text()).set_position((0.52, 0.22))  # above the cooled networks
    for at, row in enumerate(judged := data.judged()):
        (marker, color, _), found, error = LOOKS[row.curve], row.simulation / row.theory, row.error / row.theory
        off.errorbar(found, at, xerr=error, marker=marker, color=color, ms=5.5, capsize=2)
    off.set_yticks(range(len(judged)), [LOOKS[r.curve][2] for r in judged])
    off.axvline(1.0, color="0.7", lw=0.8).axes.set(xlabel="measured/theory", ylabel="boundary", ylim=(len(judged) - 0.5, -0.5))
    plots.legend(ax, [("RS", "0.3"), ("RSB(1)", "0.3", "RSB(1)")], [], more=[last], below=True)
    finding = f"Boundaries as networks show them lie on the lines of theory within {max(abs(judged['z'])):.1f} errors"
    return plots.headline(
        fig, finding, f"P = {case.network.P}: measured for 1/N → 0, crosses at N = {', '.join(map(str, sizes))}"
    )
