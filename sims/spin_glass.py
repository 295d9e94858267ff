"""Spin glass: energy, specific heat, free energy and P(q) of networks beyond retrieval, by replica exchange against RSB."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import glassy
from glassy import RS, RSB, DenseHebbian, FullRSB, Lines, Remark, ReplicaExchange, Table, glass_table, plots
from ._sim import Case, Sampling, Tables

REDUCED = (0.40, 0.45, 0.50, 0.55, 0.60, 0.66, 0.73, 0.81, 0.92, 1.07, 1.30, 1.65, 2.2, 3.2, 5.5, math.inf)  # units of `unit`
HIST_T = (0.45, 0.60, 0.81)  # of REDUCED: where P(q) is kept
HOT = 1.9  # T/T_c from which ln Z of networks of these sizes fluctuates so little that its mean is that of F.1
NEAR = 1.2  # T/T_c up to which a continuous transition is felt


@dataclass(frozen=True, kw_only=True)
class Glass(Case):
    """One network beyond retrieval, and the ansatz it is held against; half as many sweeps are burnt in."""

    network: DenseHebbian
    load: float
    ansatz: RSB | FullRSB

    @property
    def T_c(self) -> float:
        """Where the glass begins."""
        return float(glassy.spin_glass_temperatures(self.network, self.load).T_c)

    @property
    def continuous(self) -> bool:
        """Whether replica symmetry breaks continuously."""
        return isinstance(self.ansatz, FullRSB)

    @property
    def unit(self) -> float:
        """Temperature by which those of the ladder are divided: T_c of a continuous glass, else sqrt(load)."""
        return self.T_c if self.continuous else math.sqrt(self.load)

    def powers(self, T: float) -> tuple[float, ...]:
        """Powers of 1/N: N^(-2/3) where symmetry breaks continuously, and near it, as Sherrington and Kirkpatrick's model."""
        return (2 / 3, 1.0) if self.continuous and NEAR * self.T_c > T else (1.0, 2.0)

    def says(self, T: float, ansatz: RS | RSB | FullRSB) -> dict[str, float]:
        """What theory says of infinitely many spins."""
        return named(s := glassy.glass_state(self.network, self.load, T, ansatz, continuous=self.continuous)) | {"<q^2>": s.q2}

    def of_N(self, says: dict[str, float], K: int, N: int, T: float) -> dict[str, float]:
        """What theory says of N spins: far above T_c the annealed free energy (F.1), else what it says of infinitely many."""
        return says if HOT * self.T_c > T else says | named(glassy.annealed(self.network, K, N, T))


def named(s: Any) -> dict[str, float]:
    return {"energy": s.energy, "specific heat": s.specific_heat, "-beta f": s.minus_beta_f}


# at P > 2 the load is so large that single patterns lie above the glass but for the smallest N
CASES = {c.name: replace(c, quick={"sizes": c.sizes[:2], "samples": (8, 8), "sweeps": (400, 400)}) for c in (
    Glass(
        name="P2", network=DenseHebbian(2), load=1.0, sizes=(48, 96, 192, 384), samples=(256, 192, 128, 64),
        sweeps=(1000, 1000, 1000, 1500), ansatz=FullRSB(), seed=102,
        claim="Below T_g the P = 2 network (load 1) is a glass with a continuous P(q): energy and free energy follow full RSB; "
        "one step is as good for them, but its two peaks are not those of P(q).",
    ),
    *(Glass(
        name=f"P{P}", network=DenseHebbian(P), load=4.0, sizes=sizes, samples=samples, sweeps=sweeps, ansatz=RSB(1),
        seed=100 + P, claim=f"Beyond retrieval the P = {P} network (load 4) is the Ising {P}-spin glass: annealed above T_c, "
        "one step of RSB below, with two peaks of P(q) at 0 and q_1.",
    ) for P, sizes, samples, sweeps in (
        (3, (24, 32, 48, 64, 80, 96), (400, 400, 256, 160, 64, 96), (2000, 3000, 4000, 6000, 14000, 10000)),
        (4, (24, 32, 40, 48), (320, 200, 128, 64), (2000, 3000, 6000, 8000)),
    )),
    Glass(
        name="P4-self-interacting", network=DenseHebbian(4, "self-interacting"), load=4.0, sizes=(24, 32, 40),
        samples=(200, 128, 64), sweeps=(2000, 3000, 3000), ansatz=FullRSB(), seed=104,
        claim="The self-interactions of P = 4 (load 4) make another glass of the same network: it sets in continuously, at a "
        "temperature 2.8 times as high, and follows full RSB with a continuous P(q).",
    ),
)}  # fmt: skip


def measure(case: Glass, run: Sampling) -> Tables:
    temperatures, table, histograms = [t * case.unit for t in REDUCED], Table(), Lines()
    says = {T: case.says(T, case.ansatz) for T in temperatures[:-1]}
    for N, S, sweeps in case.runs:
        options: Any = {"method": ReplicaExchange(every=2), "burn_in": sweeps // 2, "sweeps": sweeps, "seed": case.seed}
        ladder, few, other = (
            run(case.network, case.load, temperatures, N, start=start, samples=n, out=out, **options)
            for start, n, out in (("random", S, f"{N}"), ("random", 8, f"{N}"), ("pattern", 8, f"{N}_pattern"))
        )
        table += glass_table(ladder, few, other, theory=lambda K, N, T: case.of_N(says[T], K, N, T), load=case.load)
        for r, reduced in zip(ladder, REDUCED, strict=True):
            if reduced in HIST_T:  # one bin for each value that q takes: others would alias
                found = zip(*r.overlap_distribution(N + 1), strict=True)
                histograms += [{"N": N, "T": r.T, "reduced": reduced, "q": q, "density": p, "error": e} for q, p, e in found]
    for T in temperatures[:-1]:
        here = table.finite.where(T=T, quantity=says[T].__contains__)
        table += here.limits(case.powers(T), says[T])
        for power in (2 / 3, 1.0) if case.continuous else ():
            table += [replace(r, status=Remark.ONE_POWER) for r in here.limits((power,), says[T])]
    return {"data": table, "histograms": histograms, "lines": theory(case)}


def theory(case: Glass) -> Lines:
    lines = Lines()
    for label, ansatz in (("RS", RS()), ("RSB(1)", RSB(1))):
        for T in np.linspace(0.38, 1.4, 52) * case.unit:
            s = glassy.glass_state(case.network, case.load, float(T), ansatz, continuous=case.continuous)
            d = s.solution.overlap_distribution if s.solution.q_EA > 0.0 else None
            q_0, q_1, x = (d.q[0], d.q[-1], d.weight[0]) if d else (0.0, 0.0, 1.0)
            lines.append({"ansatz": label, "T": s.solution.T, "energy": s.energy, "heat": s.specific_heat, "q_0": q_0,
                          "q_1": q_1, "x": x, "minus_beta_f": s.minus_beta_f})  # fmt: skip
    return lines


def verdict(case: Glass, tables: Tables) -> str:
    data = tables["data"]
    proof = data.where(quantity="p of two starts")
    return f"{data.verdict()}; {len(proof.usable)} of {len(proof)} ladder points are equilibrated by series and two starts"


def panels(case: Glass, tables: Tables) -> Any:
    data, lines, histograms = tables["data"], tables["lines"], tables["histograms"]
    fig, axes = plots.figure(1, 3, width=4.3, height=3.9)
    low, top = lines["T"].min(), lines["T"].max()
    for ax, quantity, key in zip(axes[0], ("energy", "specific heat"), ("energy", "heat"), strict=False):
        for depth, ansatz in enumerate(("RS", "RSB(1)")):
            plots.stepped(ax, *(lines.where(ansatz=ansatz)[k] for k in ("T", key, "q_1")), **plots.depth_style(depth))
        shown = data.where(quantity=quantity, T=lambda T: top >= T, status=lambda s: s is not Remark.ONE_POWER)
        plots.points(ax, shown, "T", markers=plots.markers_of(data))
        if not case.continuous and quantity == "specific heat":
            ax.axvspan(0.83 * case.T_c, 1.45 * case.T_c, color="0.5", alpha=0.15, lw=0)
            ax.set_title("grey: rounded by finite N, two powers are not enough for limits", fontsize=8.5, pad=14)
        plots.mark(ax, case.T_c, "$T_c$")
        ax.set(xlabel="temperature T", ylabel=f"{quantity} per spin", xlim=(0.98 * low, top))
    theory = [("RS", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2], "RSB(1)")]
    plots.legend(axes[0][0], theory, [], extrapolated=True, unusable=True, below=True)
    plots.legend(axes[0][1], [], plots.markers_of(data), below=True)
    ax, N = axes[0][2], data.sizes[-1]
    for reduced, color in zip(HIST_T, plots.COLORS, strict=False):
        seen = histograms.where(reduced=reduced, N=N)
        style: Any = {"fmt": "o-", "ms": 2.5, "lw": 0.8, "color": color, "label": f"T = {seen['T'][0]:.3g}"}
        ax.errorbar(seen["q"], seen["density"], seen["error"], **style)
        near = min(lines.where(ansatz="RSB(1)"), key=lambda r: abs(r["T"] - seen["T"][0]))
        for q in {near["q_0"], near["q_1"]}:
            ax.axvline(q, color=color, lw=1.0)
    ax.set(xlabel="overlap q of two replicas", ylabel=f"P(q), N = {N}", xlim=(-1.0 if case.continuous else -0.5, 1.0))
    ax.set_title("vertical: levels of RSB(1)", fontsize=8.5)
    ax.legend(fontsize=7.5)
    kind = f"P = {case.network.P} {case.network.interactions}, load {case.load:g}"
    what = "full RSB, from which one step can hardly be told here," if case.continuous else "RSB(1)"
    fig.suptitle(f"{kind}: replica exchange goes to {what} for N → ∞ (black)", fontsize=10)
    return fig
