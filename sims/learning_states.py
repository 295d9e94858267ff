"""Learning states: a state at one example is a saddle of its own; P = 2; and who wins at which quality and temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import DenseHebbian, Lines, Table, plots, solve
from ._sim import NetworkCase, Sampling, Tables

PHASES = {"retrieval": "ground truth", "example": "one example", "spin_glass": "spin glass", "paramagnetic": "paramagnet"}


@dataclass(frozen=True, kw_only=True)
class States(NetworkCase):
    """One network at one load, T and quality: the phase that is measured, numbers of examples, and that of its plane (r, T)."""

    load: float
    T: float
    quality: float
    phase: str
    examples: tuple[int, ...]
    shown: tuple[int, ...]
    plane: int
    hottest: float


CASES = {c.name: c for c in (
    States(name="example", claim="A P = 3 network started at one of few examples stays in a state of its own, which replica "
           "symmetry with unequal overlaps describes (L.6): a large overlap with that example, smaller ones with the others.",
           network=DenseHebbian(3), load=0.02, T=1.5, quality=0.45, phase="example", examples=(2, 3, 4),
           shown=(2, 3, 4, 5, 7, 10), plane=3, hottest=2.0, seed=271_000_000, sizes=(160, 220, 300), samples=(72, 56, 40),
           sweeps=1500, quick={"sweeps": 100}),
    States(name="P2", claim="A P = 2 network that has seen M noisy examples of each ground truth retrieves what replica "
           "symmetry with the modes of its examples says (L.5).",
           network=DenseHebbian(2), load=0.02, T=0.2, quality=0.6, phase="retrieval", examples=(10, 20, 40),
           shown=(5, 7, 10, 14, 20, 28, 40, 57), plane=10, hottest=0.8, seed=272_000_000, sizes=(300, 500, 800),
           samples=(96, 64, 48), sweeps=600, quick={"sweeps": 100}),
)}  # fmt: skip


def measure(case: States, run: Sampling) -> Tables:
    table, lines, plane = Table(), [], []
    for index, M in enumerate(case.part_of(case.examples)):
        network, start = case.network.trained(int(M), case.quality), {"retrieval": "pattern"}.get(case.phase, case.phase)
        runs = [run(network, case.load, case.T, N, samples=S, sweeps=sweeps, seed=case.seed + 1000 * index, start=start,
                    out=f"{M} {N}") for N, S, sweeps in case.runs]  # fmt: skip
        table += Table.of(solve(network, case.load, case.T, case.phase), runs, curve=case.phase, network=repr(network))
    for M, phase in ((M, p) for M in case.shown for p in dict.fromkeys(("retrieval", case.phase))):
        s = solve(case.network.trained(M, case.quality), case.load, case.T, phase, strict=False)
        first = np.nan if s.n_first is None else s.n_first
        lines.append(Lines.row(s, "m", "n", "free_energy", "status", M=M, kind=phase, n_first=first))
    for r in np.linspace(0.3, 1.0, 29)[:-1].round(4).tolist():
        for T in np.linspace(0.03, case.hottest, 27).round(4).tolist():
            network = case.network.trained(case.plane, r)
            wins, s = (solve(network, case.load, T, p, strict=False) for p in ("equilibrium", "retrieval"))
            plane.append({"quality": r, "T": T, "phase": wins.phase, "replicon": s.replicon, "alike": s.alike})
    return {"data": table, "lines": Lines(lines), "plane": Lines(plane)}


def panels(case: States, tables: Tables) -> Any:
    data, lines, plane = tables["data"], tables["lines"], tables["plane"]
    fig, axes = plots.figure(1, 2, height=2.7)
    left, right = axes[0]
    shown = {"n_first": "overlap with one example", "n": "with all of them, mean", "m": "with the ground truth"}
    own = {"n_first": plots.PHASES["example"], "n": plots.COLORS[0], "m": plots.PHASES["retrieval"]}
    colors = {q: own[q] for q in shown if q in set(data["quantity"])}
    count = {repr(case.network.trained(M, case.quality)): float(M) for M in case.examples}
    for quantity, color in colors.items():
        for kind in dict.fromkeys(lines["kind"]):
            of = lines.where(kind=kind)
            left.plot(of["M"], of[quantity], ls=plots.STYLES["RS" if kind == case.phase else "other"], color=color, lw=1.2)
        options: Any = {"color": color, "markers": plots.markers_of(data)}
        plots.points(left, data.where(quantity=quantity), lambda row: count[row.network], **options)
    left.set(xlabel="examples M of each ground truth", ylabel="overlap", ylim=(0.2, 1.04))
    plots.legend(left, [(shown[q], c) for q, c in colors.items()], plots.markers_of(data), extrapolated=True, unusable=True,
                 below=True)  # fmt: skip
    r, T = (np.unique(np.array(plane[x], float)) for x in ("quality", "T"))
    which = np.array([list(PHASES).index(p) for p in plane["phase"]]).reshape(len(r), len(T)).T
    replicon = np.array(plane["replicon"], float).reshape(len(r), len(T)).T
    shades = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (plots.PHASES[p] for p in PHASES)]) / 255.0
    edges = [x + s * 0.5 * (v[1] - v[0]) for v in (r, T) for x, s in ((v[0], -1), (v[-1], 1))]
    right.imshow(0.5 + 0.5 * shades[which], extent=edges, origin="lower", aspect="auto")
    right.contour(r, T, replicon, levels=[0.0], colors="black", linewidths=1.0)
    found = [p for p in PHASES if p in set(plane["phase"])]
    plots.legend(right, [], [], dots=[(f"right: {PHASES[p]}", plots.PHASES[p]) for p in found], below=True)
    right.set(xlabel="quality r", ylabel="temperature T", title=f"who wins at M = {case.plane}; black: AT line")
    alone = "A network started at one example stays in a state of its own, which RS with unequal overlaps describes"
    finding = alone if case.phase == "example" else "Networks of noisy examples retrieve what RS with their modes says"
    where = f"P = {case.network.P}, load {case.load:g}; left: T = {case.T:g}, quality r = {case.quality:g}"
    return plots.headline(fig, finding, where)
