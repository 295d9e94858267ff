"""Beyond RS: retrieval at low T up to and past the spinodal of RS, in equilibrium behind a wall, against RS and RSB(1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from glassy import DenseHebbian, HeldPhase, Lines, Table, plots
from ._held import hold
from ._sim import Case, Sampling, Tables

FREE, COOLING = "free energy above the pattern", ("change of m", "change of energy")


@dataclass(frozen=True, kw_only=True)
class Phase(Case, HeldPhase):
    """The phase of the pattern of one network. Burn-in is half the sweeps; at loads in `slow` both are three times the sweeps.

    At the load `again` all sizes also run behind the wall `lower`, with the same patterns and streams of random numbers, and
    the second size from a start just above its wall, with other streams: they go by T, and its T are the next larger numbers.
    """

    loads: tuple[float, ...]
    again: float = math.nan
    lower: float = math.nan
    powers: tuple[float, ...] = (1.0,)  # of 1/N: at P = 4 a straight line is not enough (sharp bits, trap 14)
    slow: tuple[float, ...] = ()
    reduced: tuple[float, ...] = (0.1, 0.16, 0.25, 0.44, 0.55, 0.65, 0.75, 0.87, 1.0, 1.14, 1.3, 1.44, 1.6)


SAYS = """Held in their phase by a wall, networks of P = {} retrieve in equilibrium from T near 0 upwards: m, q, energy and \
free energy extrapolate to RS where its replicon is positive{}"""
ALL = ", as it is at every point that has a limit here."
ONE = ". Where it is negative, at low T, both ansaetze are one within the errors."
NOT_RS = """, and to RSB(1) where it is negative (lines in 1/N are a little too stiff at loads 0.3 and 0.36). Cooled to below \
the AT line the energy falls as RSB(1) says (load 0.36; at 0.4 that of N = 600 a little less), not as RS says."""
CASES = {c.name: replace(c, quick={"loads": c.loads[:2], "samples": 12, "sweeps": 400}) for c in (
    Phase(name="P2", claim=SAYS.format(2, ALL), network=DenseHebbian(2), wall=0.88, loads=(0.05, 0.1, 0.12), seed=20,
          sizes=(500, 1000, 2000), samples=(96, 64, 48), sweeps=(1000, 1500, 2000)),
    Phase(name="P3", claim=SAYS.format(3, NOT_RS), network=DenseHebbian(3), seed=30, again=0.4, wall=0.7, lower=0.55,
          slow=(0.36, 0.4), loads=(0.2, 0.3, 0.36, 0.4), sizes=(150, 250, 400, 600), samples=(64, 48, 64, 64),
          sweeps=(10000, 6000, 2000, 2000)),
    Phase(name="P4", claim=SAYS.format(4, ONE), network=DenseHebbian(4), wall=0.82, loads=(0.2, 0.3, 0.36), slow=(0.36,),
          seed=40, sizes=(64, 90, 120, 160), samples=(48, 48, 48, 24), sweeps=(6000, 4000, 2500, 2000), powers=(1.0, 2.0)),
    Phase(name="P4-self-interacting", claim=SAYS.format("4 (self-interacting)", ALL), wall=0.72, loads=(0.08, 0.1, 0.12),
          seed=45, sizes=(64, 90, 120), samples=48, sweeps=(12000, 9000, 6000), powers=(1.0, 2.0),
          network=DenseHebbian(4, "self-interacting"), warm=0.4 * math.sqrt(3.0)),  # the coldest T of spin_glass
    Phase(name="P5", claim=SAYS.format(5, ONE), network=DenseHebbian(5), wall=0.82, loads=(0.3, 0.36), seed=50,
          sizes=(64, 80, 100), samples=(48, 48, 24), sweeps=(4000, 2000, 1000), reduced=(0.1, 0.16, 0.25, 0.55, 0.75, 1.0)),
)}  # fmt: skip


def measure(case: Phase, run: Sampling) -> Tables:
    table = Table()
    for i, load in enumerate(case.loads):
        here, path = Table(), case.temperatures(load)
        runs = partial(run, case.network, load, how=hold, long=load in case.slow, warm=case.warm_T(load), seed=case.seed + i)
        for N, S, sweeps in case.runs:
            at = partial(runs, N=N, samples=S, sweeps=sweeps)
            held = at(path, at=case.wall, out=f"{load:g}_{N}")
            here += held.rungs() + held.free_energy() + held.cooling(crowded=load == case.again)
            if load == case.again:
                here += held.behind(at(path[1:], at=case.lower, out=f"wall_at_{case.lower:g}_{load:g}_{N}"))
            if (load, N) == (case.again, case.sizes[1]):
                other = at([math.nextafter(T, 9.0) for T in path[1:]], at=case.wall, start=case.wall + 0.03, out=f"start_{N}")
                here += held.against(other, "from the wall")
        table += here + held.limits(here, case.powers)
    return {"data": table, "lines": Lines(case.branches()), "curves": Lines(r for x in case.loads for r in case.curves(x))}


def verdict(case: Phase, tables: Tables) -> str:
    cold = tables["data"].ends.where(T=case.cold, load=case.again, quantity=COOLING[1], curve="")["z"]
    said = f"; cooled to T = {case.cold:g} at load {case.again:g} the energy is off RS by z = {{:.1f}}, off RSB(1) by {{:.1f}}"
    return f"RSB(1): {tables['data'].where(ansatz='RSB(1)').verdict()}" + (said.format(*cold) if len(cold) else "")


def panels(case: Phase, tables: Tables) -> Any:
    data, lines, curves = tables["data"].where(ansatz="RSB(1)", curve=""), tables["lines"], tables["curves"]
    colors, markers = dict(zip(case.loads, plots.COLORS, strict=False)), plots.markers_of(data)
    fig, ((left, right), cooling) = plots.figure(2, 2, height=2.3)
    looks = {k: {"color": "0.35", "lw": plots.WIDTH, "ls": plots.STYLES[k]} for k in ("RS", "RSB(1)")}
    plots.lines(left, lines, "load", "m", "ansatz", looks)
    plots.panel(left, data.where(T=case.cold), [], "load", "m", colors=colors, markers=markers)
    if broken := lines.where(ansatz="RS", replicon=lambda x: x < 0.0):
        plots.mark(left, broken["load"].min(), "RS unstable or gone")
    left.set(xlabel=f"load, at T = {case.cold:g}", ylim=(lines["m"].min() - 0.05, 1.005))
    plots.panel(right, data, curves, "T", "m", colors=colors, markers=markers)
    near = [r for r in curves if r["T"] <= case.warm_T(r["load"])]
    ends = {r.load for r in data.ends.usable.where(quantity=COOLING.__contains__)}  # at low loads little changes
    high = {load: color for load, color in colors.items() if load in ends and load > 0.85 * max(ends)}
    for ax, quantity in zip(cooling, COOLING, strict=True):
        plots.panel(ax, data, near, "T", quantity, colors=high, markers=markers, hollow=False)
        ax.set_title(f"on cooling from T = {case.warm:.3g} √load; high loads that have a limit")
    plots.legend(cooling[0], [("RS", "0.35"), ("RSB(1)", "0.35", "RSB(1)")], markers, extrapolated=True, below=True)
    plots.legend(cooling[1], [(f"load {x:g}", c, "RSB(1)") for x, c in colors.items()], [], unusable=True, below=True)
    theory = "RSB(1) where RS is unstable" if case.again > 0.0 else "theory"
    where = f"P = {case.network.P}, {case.network.interactions}, wall at m = {case.wall:g}; hollow: not counted"
    return plots.headline(fig, f"Retrieval behind a wall extrapolates to {theory}, down to T near 0", where)
