"""Spin glass: energy, specific heat, free energy and P(q) of networks beyond retrieval, by replica exchange against RSB."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, FullRSB, GlassTheory, Lines, Remark, ReplicaExchange, Table, plots
from ._forms import forms, sentence
from ._sim import Case, Sampling, Tables

REDUCED = (0.40, 0.45, 0.50, 0.55, 0.60, 0.66, 0.73, 0.81, 0.92, 1.07, 1.30, 1.65, 2.2, 3.2, 5.5, math.inf)  # units of `unit`
HIST_T = (0.45, 0.60, 0.81)  # of REDUCED: where P(q) is kept


@dataclass(frozen=True, kw_only=True)
class Glass(Case, GlassTheory):
    """One network beyond retrieval, and the ansatz it is held against; half as many sweeps are burnt in."""

    @property
    def unit(self) -> float:
        """Temperature by which those of the ladder are divided: T_c of a continuous glass, else sqrt(load)."""
        return self.T_c if self.continuous else math.sqrt(self.load)


CONTINUOUS = """Below T_g the P = 2 network (load 1) is a glass with a continuous P(q): energy and free energy follow full \
RSB; one step is as good for them, but its two peaks are not those of P(q)."""
P_SPIN = """Beyond retrieval the P = {P} network (load 4) is the Ising {P}-spin glass: annealed above T_c, one step of RSB \
below, with two peaks of P(q) at 0 and q_1."""
ANOTHER = """The self-interactions of P = 4 (load 4) make another glass of the same network: it sets in continuously, at a \
temperature 2.8 times as high, and follows full RSB with a continuous P(q)."""
# at P > 2 the load is so large that single patterns lie above the glass but for the smallest N
CASES = {c.name: replace(c, quick={"samples": 8, "sweeps": 400}) for c in (
    Glass(name="P2", claim=CONTINUOUS, network=DenseHebbian(2), load=1.0, ansatz=FullRSB(), seed=102, sizes=(48, 96, 192, 384),
          samples=(128, 96, 48, 32), sweeps=(20000, 20000, 30000, 40000)),
    Glass(name="P3", claim=P_SPIN.format(P=3), network=DenseHebbian(3), load=4.0, ansatz=RSB(1), seed=103,
          sizes=(24, 32, 48, 64, 80, 96, 128), samples=(400, 200, 160, 64, 40, 48, 24),
          sweeps=(2000, 20000, 40000, 60000, 80000, 60000, 120000)),
    Glass(name="P4", claim=P_SPIN.format(P=4), network=DenseHebbian(4), load=4.0, ansatz=RSB(1), seed=104,
          sizes=(24, 32, 40, 48, 56), samples=(128, 96, 64, 40, 16), sweeps=(4000, 20000, 40000, 60000, 80000)),
    Glass(name="P4-self-interacting", claim=ANOTHER, network=DenseHebbian(4, "self-interacting"), load=4.0, ansatz=FullRSB(),
          seed=104, sizes=(24, 32, 40), samples=(200, 128, 64), sweeps=(2000, 6000, 5000)),
)}  # fmt: skip


def measure(case: Glass, run: Sampling) -> Tables:
    temperatures, table, histograms = [t * case.unit for t in REDUCED], Table(), Lines()
    for N, S, sweeps in case.runs:
        options: Any = {"method": ReplicaExchange(every=1), "burn_in": sweeps // 2, "sweeps": sweeps, "seed": case.seed}
        options |= {"kernel": "tensor" if case.network.P == 3 else "auto"}  # the same bits, sooner at N >= 80
        ladder, few, other = (
            run(case.network, case.load, temperatures, N, start=start, samples=n, out=out, **options)
            for start, n, out in (("random", S, f"{N}"), ("random", 8, f"{N}"), ("pattern", 8, f"{N}_pattern"))
        )
        table += case.rungs(ladder, few, other)
        for r, reduced in zip(ladder, REDUCED, strict=True):
            if reduced in HIST_T:  # one bin for each value that q takes: others would alias
                found = zip(*r.overlap_distribution(N + 1), strict=True)
                histograms += [{"N": N, "T": r.T, "reduced": reduced, "q": q, "density": p, "error": e} for q, p, e in found]
    lines = Lines(case.curves(np.linspace(0.38, 1.4, 52) * case.unit))
    around = {} if case.continuous else {"forms": forms(case, table)}
    return {"data": table + case.limits(table), "histograms": histograms, "lines": lines, **around}


def verdict(case: Glass, tables: Tables) -> str:
    data = tables["data"]
    proof = data.where(quantity="p of two starts")
    text = f"{data.verdict()}; {len(proof.usable)} of {len(proof)} ladder points are equilibrated"
    return f"{text} by series and two starts" if case.continuous else f"{text}; {sentence(tables['forms'])}"


def panels(case: Glass, tables: Tables) -> Any:
    data, lines, seen = tables["data"], tables["lines"], tables["histograms"]
    cold = data.where(quantity="energy", T=set(seen["T"]).__contains__)
    N = next((n for n in reversed(data.sizes) if all(r.usable for r in cold.where(N=n))), data.sizes[-1])
    fig, ((energy, heat, right),) = plots.figure(1, 3, height=2.5)
    looks, markers, T = plots.ansatz_looks((RS(), RSB(1))), plots.markers_of(data), lines["T"]
    shown = data.where(T=lambda x: x <= T.max(), status=lambda s: s is not Remark.ONE_POWER)
    for ax, quantity in ((energy, "energy"), (heat, "specific heat")):
        plots.lines(ax, lines, "T", quantity, "ansatz", looks, order="q_1")
        plots.points(ax, shown.where(quantity=quantity), "T", markers=markers)
        plots.mark(ax, case.T_c, "$T_g$" if case.continuous else "$T_c$")
        ax.set(ylabel=f"{quantity} per spin", xlim=(0.98 * T.min(), T.max()))
    if not case.continuous:
        heat.axvspan(0.83 * case.T_c, 1.45 * case.T_c, color="0.5", alpha=0.15, lw=0)
        heat.set_title("grey: rounded by finite N, no limits")
    named = [("RS", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2], "RSB(1)")]
    plots.legend(energy, named, [], extrapolated=True, unusable=True, below=True)
    plots.legend(heat, [], markers, below=True)
    seen, known = seen.where(N=N), lines.where(ansatz="RSB(1)")
    near = {T: known[int(np.argmin(abs(known["T"] - T)))] for T in dict.fromkeys(seen["T"])}
    plots.overlap_density(right, seen, {T: {r["q_0"], r["q_1"]} for T, r in near.items()}, below=True)
    right.set(ylabel=f"P(q), N = {N}", xlim=(-1.0 if case.continuous else -0.5, 1.0))
    right.set_title("vertical: levels of RSB(1)")
    what = "full RSB, from which one step can hardly be told here" if case.continuous else "RSB(1), and P(q) has two peaks"
    where = f"P = {case.network.P}, {case.network.interactions}, load {case.load:g}; ladders of replica exchange"
    return plots.headline(fig, f"As N grows the spin glass goes to {what}", where)
