"""Learning: overlaps with ground truths and with examples against the number of examples, P = 3 and 4, and its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

from glassy import DenseHebbian, Lines, Table, plots, solve, spinodal
from ._sim import NetworkCase, Sampling, Tables

SHOWN = tuple(dict.fromkeys(round(1.13**k) for k in range(39)))  # numbers of examples of the lines, to 104
KINDS = ((False, "unsupervised"), (True, "supervised"))


@dataclass(frozen=True, kw_only=True)
class Learning(NetworkCase):
    """One network at one load and T: numbers of examples by quality, and by quality where it is supervised."""

    load: float
    T: float
    unsupervised: dict[float, tuple[int, ...]]
    supervised: dict[float, tuple[int, ...]]

    @property
    def points(self) -> list[tuple[float, bool, int]]:
        """Quality, whether supervised, and number of examples of every state point, in the order of their seeds."""
        kinds = ((False, self.unsupervised), (True, self.supervised))
        return [(r, kind, int(M)) for kind, of in kinds for r, path in of.items() for M in self.part_of(path)]


CLAIM = """A P = {P} network that has seen M noisy examples of each ground truth retrieves what replica symmetry at finite M \
says (L.2, L.3): the examples at small M, the ground truth, which it never saw, at large M; and n is not r m."""
CASES = {c.name: c for c in (
    Learning(name="P3", claim=CLAIM.format(P=3), network=DenseHebbian(3), load=0.05, T=0.3, seed=241_000_000,
             sizes=(100, 140, 180), samples=(96, 72, 48), sweeps=200, quick={"sweeps": 60},
             supervised={0.5: (5, 20)},
             unsupervised={0.95: (1, 2, 3, 5, 10), 0.8: (2, 3, 5, 10, 20), 0.5: (1, 10, 20, 50)}),
    Learning(name="P4", claim=CLAIM.format(P=4), network=DenseHebbian(4), load=0.05, T=0.4, seed=242_000_000,
             sizes=(80, 100, 130), samples=(72, 56, 40), sweeps=200, quick={"sweeps": 60},
             unsupervised={0.9: (1, 2, 3, 5, 10), 0.75: (3, 5, 10, 20)}, supervised={}),
)}  # fmt: skip


def measure(case: Learning, run: Sampling) -> Tables:
    table, lines, ends = Table(), [], []
    for index, (r, supervised, M) in enumerate(case.points):
        network, kind = case.network.trained(M, r, supervised), dict(KINDS)[supervised]
        options: Any = {"seed": case.seed + 1000 * index, "start": "example" if M == 1 else "pattern"}
        runs = [run(network, case.load, case.T, N, samples=S, sweeps=sweeps, out=f"{kind} {r:g} {M} {N}", **options)
                for N, S, sweeps in case.runs]  # fmt: skip
        table += Table.of(solve(network, case.load, case.T, strict=False), runs, curve=kind, network=repr(network))
    for r, (supervised, kind), M in ((r, k, M) for r in case.unsupervised for k in KINDS for M in SHOWN):
        network, at = case.network.trained(M, r, supervised), {"M": M, "quality": r, "kind": kind}
        lines.append(Lines.row(solve(network, case.load, case.T, strict=False), "m", "n", "q", "replicon", "status", **at))
        ends.append(at | {"load": spinodal(network, case.T).load})
    return {"data": table, "lines": Lines(lines), "spinodal": Lines(ends)}


def rivals(case: Learning, data: Table) -> dict[str, list[float]]:
    """Return z of m and n at the largest N beside what must be wrong: r m in place of n, and theory with r off by 5 %."""
    known: dict[str, Any] = {repr(case.network.trained(M, r, s)): (r, s, M) for r, s, M in case.points}
    wrong: dict[str, list[float]] = {"n as r m": [], "r off by 5 %": []}
    for row in data.finite.usable.where(N=float(case.sizes[-1]), quantity=lambda name: name in ("m", "n")):
        r, supervised, M = known[row.network]
        own, off = (solve(case.network.trained(M, x * r, supervised), case.load, case.T, strict=False) for x in (1.0, 0.95))
        if row.quantity == "n":
            wrong["n as r m"].append(row.beside(r * own.m).z)
        if off.status.ok:
            wrong["r off by 5 %"].append(row.beside(getattr(off, row.quantity)).z)
    return {name: [z for z in of if math.isfinite(z)] for name, of in wrong.items()}


def verdict(case: Learning, tables: Tables) -> str:
    off = {name: (sum(abs(z) > 4.0 for z in of), len(of)) for name, of in rivals(case, tables["data"]).items()}
    return "; ".join(
        [str(tables["data"].verdict()), *(f"{name}: {bad} of {all_} are off" for name, (bad, all_) in off.items())]
    )


def panels(case: Learning, tables: Tables) -> Any:
    data, known = tables["data"], {repr(case.network.trained(M, r, s)): (r, float(M)) for r, s, M in case.points}
    fig, axes = plots.figure(1, 3, height=2.7)
    colors = dict(zip(case.unsupervised, plots.COLORS, strict=False))
    for ax, quantity in zip(axes[0], ("m", "n", "load"), strict=True):
        for (r, color), ((_, kind), style) in product(colors.items(), zip(KINDS, ("RS", "other"), strict=True)):
            of = tables["spinodal" if quantity == "load" else "lines"].where(quality=r, kind=kind)
            ax.plot(of["M"], of[quantity], ls=plots.STYLES[style], color=color, lw=1.2)
            if seen := data.where(quantity=quantity, curve=kind, network=lambda name, r=r: known[name][0] == r):
                plots.points(ax, seen, lambda row: known[row.network][1], color=color, markers=plots.markers_of(data))
        ax.set(xscale="log", xlabel="examples M of each truth")
    axes[0][0].set(ylabel="overlap m with the ground truth", ylim=(0.35, 1.02))
    axes[0][1].set(ylabel="overlap n with an example", ylim=(0.35, 1.02))
    axes[0][2].set(ylabel=f"spinodal load at T = {case.T:g}", ylim=(0.0, None), title=f"grey: the load, {case.load:g}")
    axes[0][2].axhline(case.load, color="0.5", lw=0.8)
    named = [*((f"r = {r:g}, RS", color) for r, color in colors.items()), ("supervised", "0.35", "other")]
    plots.legend(axes[0][0], named, plots.markers_of(data), extrapolated=True, unusable=True, below=True)
    finding = "With enough noisy examples a network retrieves the ground truth, which it never saw, as RS at finite M says"
    return plots.headline(fig, finding, f"P = {case.network.P}, load {case.load:g}, T = {case.T:g}; r: quality of the examples")
