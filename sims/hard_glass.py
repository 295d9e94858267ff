"""Hard glass: networks beside the spin glass of as many spins that is their hard part (G.1, G.2), both simulated."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassy import RS, RSB, Estimate, GlassTheory, Lines, Measured, ReplicaExchange, SpinGlass, Table, glassiness, plots
from . import spin_glass
from ._sim import Case, Sampling, Tables

RESTS_ON, GLASS, OFF = ("spin_glass",), "spin glass", "network - spin glass"
AT = (1, 2, 4, 6, 7, 9, 11, 13)  # places in spin_glass.REDUCED: the fewer rungs, the faster configurations travel
BETWEEN = (0.3, 0.34, 0.38, 0.42, 0.565, 0.67, 0.88, 0.95, 1.04, 1.24, 1.35, 1.5, 1.7, 2.0, 2.8, 3.4, 4.2, 8.0)  # of P = 2
SHARED = ("energy", "specific heat", "-beta f", "<q^2>")
NAMED = [("RS", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2], "RSB(1)")]


@dataclass(frozen=True, kw_only=True)
class Twins(Case):
    """A network of spin_glass, and further temperatures at which its hard part alone is simulated."""

    of: spin_glass.Glass
    more: tuple[float, ...] = ()

    @property
    def twins(self) -> dict[float, float]:
        """Temperature of the network by that of its hard part, 1/beta_1 of G.1; for P > 2 they are the same."""
        T, soft = [spin_glass.REDUCED[i] * self.of.unit for i in AT], self.of.network.P == 2
        return {1.0 / glassiness(self.of.network, self.of.load, t, RSB(1)).beta_1 if soft else t: t for t in T}


SAME = """At P = {P} (load 4) the network is the Ising {P}-spin glass: simulated at the same N and T they differ in energy, \
specific heat, -beta f and <q^2> by what vanishes with 1/N, wherever three sizes of both are in equilibrium{where}."""
SOFT = """At P = 2 (load 1) the hard part is the glass of Sherrington and Kirkpatrick at 1/beta_1: simulated, its energy, \
-beta f and continuous P(q) follow full RSB from 0.3 T_c on; the network differs from it by soft part and remainder."""
CASES = {c.name: replace(c, quick={"samples": 8, "sweeps": 400}) for c in (
    Twins(name="P2", claim=SOFT, of=spin_glass.CASES["P2"], more=BETWEEN, seed=202,
          sizes=(48, 96, 192, 512), samples=(64, 48, 32, 12), sweeps=(30000, 30000, 60000, 100000)),
    Twins(name="P3", claim=SAME.format(P=3, where=", above and below T_c"), of=spin_glass.CASES["P3"], seed=203,
          sizes=(24, 32, 48, 64, 80, 96, 128), samples=48, sweeps=(20000, 20000, 40000, 80000, 80000, 80000, 120000)),
    Twins(name="P4", claim=SAME.format(P=4, where=" (here above T_c)"), of=spin_glass.CASES["P4"], seed=204,
          sizes=(24, 32, 40, 48, 56), samples=(64, 64, 48, 32, 16), sweeps=(20000, 40000, 40000, 60000, 80000)),
)}  # fmt: skip


def between(case: Twins, hard: GlassTheory, network: Table, glass: Table) -> Table:
    """Return network - spin glass at one N, of independent errors, and in theory; by T of the network, if it was run."""
    table = Table()
    for name, (cold, T) in ((name, pair) for pair in case.twins.items() for name in SHARED if len(network)):
        (a,), (b,) = network.where(T=T, quantity=name), glass.where(T=cold, quantity=name)
        off = Estimate(a.simulation - b.simulation, math.hypot(a.error, b.error), dof=min(a.error_dof, b.error_dof))
        theory, status = case.of.says(T)[name] - hard.says(cold)[name], (b if a.usable else a).status
        table += [Measured.of(off, theory, curve=OFF, load=a.load, T=T, N=a.N, quantity=name, status=status)]
    return table


def measure(case: Twins, run: Sampling) -> Tables:
    known, twins, glass, off, seen = run.reads("spin_glass", case.name), case.twins, Table(), Table(), Lines()
    hard = GlassTheory(SpinGlass({case.of.network.P: 1.0}), case.of.load, case.of.ansatz)
    for N, S, sweeps in case.runs:
        ladder = run(hard.network, hard.load, sorted((*case.more, *twins, math.inf)), N, samples=S, sweeps=sweeps,
                     burn_in=sweeps // 4, seed=case.seed, method=ReplicaExchange(every=1), out=f"{N}")  # fmt: skip
        here, kept = hard.rungs(ladder), known["histograms"].where(N=N)
        glass, off = glass + here, off + between(case, hard, known["data"].where(N=N), here)
        for r in ladder:
            pairs = zip(zip(*r.overlap_distribution(N + 1), strict=True), kept.where(T=twins.get(r.T)), strict=False)
            seen += [{"N": N, "T": r.T, "q": q, "density": p, "error": e, "network": k["density"]} for (q, p, e), k in pairs]
    near = 1.2 * case.of.T_c if case.of.continuous else 0.0
    ends = off.where(T=lambda x: x < near).limits((2 / 3, 1.0)) + off.where(T=lambda x: x >= near).limits()
    ends += hard.limits(glass).usable  # 1/N alone is not enough, N^(-2/3) of a continuous glass is
    data, cold = Table(replace(r, curve=r.curve or GLASS) for r in (*glass, *off, *ends) if r.powers != (1.0,)), min(glass["T"])
    return {"data": data, "histograms": seen, "lines": Lines(hard.curves(np.linspace(0.95, 3.5, 40) * cold))}


def verdict(case: Twins, tables: Tables) -> str:
    glass, off = (tables["data"].where(curve=curve).verdict() for curve in (GLASS, OFF))
    return f"{OFF}: {off}; {GLASS} against theory: {glass.inside} of {glass.counted}"


def panels(case: Twins, tables: Tables) -> Any:
    data, lines, seen = tables["data"], tables["lines"], tables["histograms"].where(N=max(tables["histograms"]["N"]))
    fig, ((left, middle, right),) = plots.figure(1, 3, height=2.5)
    P, markers, off = case.of.network.P, plots.markers_of(data), data.where(curve=OFF, quantity="-beta f")
    plots.lines(left, lines, "T", "energy", "ansatz", plots.ansatz_looks((RS(), RSB(1))), order="q_1")
    plots.points(left, data.where(curve=GLASS, quantity="energy", T=lambda T: lines["T"].max() >= T), "T", markers=markers)
    plots.theory(middle, off.ends["T"], off.ends["theory"], "k", "RSB(1)")
    plots.points(middle, off, "T", markers=markers)
    for T, color in plots.overlap_density(right, seen, dict.fromkeys(seen["T"], ()), below=True).items():
        right.plot(*(seen.where(T=T)[name] for name in ("q", "network")), color=color, lw=1.0)
    left.set(xlabel="T of the spin glass", ylabel="energy per spin")
    middle.set(xlabel="T of the network", ylabel=f"-βf: {OFF}", xscale="log")
    right.set(xlabel="overlap q", ylabel=f"P(q), N = {seen[0]['N']:g}", title="points: spin glass, lines: network")
    plots.legend(left, NAMED, markers, extrapolated=True, unusable=True, below=True)
    same = f"The network of P = {P} is the Ising {P}-spin glass: what they differ by vanishes with 1/N"
    finding = same if P > 2 else "The hard part of P = 2 is the glass of Sherrington and Kirkpatrick; the network is not"
    return plots.headline(fig, finding, f"P = {P}, load {case.of.load:g}; limits of three sizes and more in equilibrium")
