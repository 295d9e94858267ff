"""Guerra: the interpolation from free spins to the network, measured; its integrand is the error of replica symmetry (I.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import glassy
from glassy import RSB, DenseHebbian, Interpolation, Measured, Table, plots, solve
from ._sim import Case, Lines, Sampling, Tables, results

HOTTER = (1.0, 1.2, 1.45, 1.8, 2.4, 4.0)  # rungs above the measured one, in the glass
NODES = 6
ONSET = 0.32  # t at which replica symmetry breaks in the glass, continuously: q fluctuates by N^(-1/3) there
CLAIM = (
    "Guerra's interpolation I.1 gives the free energy of the network from overlaps alone. Its integrand vanishes with N in the "
    "retrieval phase, where RS is exact, and in the spin glass tends to the finite curve of RSB(1), whose area is the error of "
    "RS in -beta f."
)


@dataclass(frozen=True, kw_only=True)
class State(Case):
    """One phase of the P = 3 network."""

    load: float
    T: float
    network: DenseHebbian = DenseHebbian(3)  # noqa: RUF009

    @property
    def phase(self) -> Any:
        """Its name for solve."""
        return "retrieval" if self.name == "retrieval" else "spin_glass"

    @property
    def saddle(self) -> glassy.Solution:
        """The RS saddle of infinite N."""
        return solve(self.network, self.load, self.T, self.phase)

    def of_size(self, N: int) -> Interpolation:
        """Return the interpolation of N spins; in the glass at the load of the noise that they really have."""
        K = self.network.patterns(self.load, N)
        load = self.network.load(K, N) if self.name == "retrieval" else glassy.noise_load(self.network, K, N)
        return Interpolation(solve(self.network, load, self.T, self.phase))

    def power(self, t: float) -> float:
        """Power of 1/N with which the integrand, a square of overlaps, meets its limit."""
        return 2 / 3 if self.name == "glass" and t > ONSET else 1.0


_COMMON: Any = {"claim": CLAIM, "samples": (128, 96, 64, 48), "seed": 900}
CASES = {c.name: c for c in (
    State(name="retrieval", load=0.1, T=0.4, sizes=(60, 100, 160, 240), sweeps=(300,) * 4, **_COMMON,
          quick={"sizes": (60, 100), "samples": (12, 12), "sweeps": (200, 200)}),
    State(name="glass", load=4.0, T=0.8, sizes=(24, 32, 48, 64), sweeps=(2000, 3000, 4000, 6000), **_COMMON,  # T = 0.61 T_c
          quick={"sizes": (24, 32), "samples": (12, 12), "sweeps": (200, 200)}),
)}  # fmt: skip


def simulated(case: State, run: Sampling, guerra: Interpolation, N: int, S: int, sweeps: int, t: float) -> Any:
    """Run N spins at t: in the glass the coldest rung of a ladder."""
    T: Any
    T, added = guerra.simulated(N, t, np.random.default_rng([3, N, 17]).normal(size=(1000, N))[:S])
    options: Any = {"seed": 900 + N, "samples": S, "perturbation": added, "sweeps": sweeps, "out": f"{N}_{t:.4f}"}
    if case.name == "glass":
        options |= {"start": "random", "burn_in": sweeps // 2, "method": glassy.ReplicaExchange(every=5)}
        T = [T * x for x in HOTTER]
    found = run(case.network, case.load, T, N, **options)
    return found[0] if case.name == "glass" else found


def measure(case: State, run: Sampling) -> Tables:
    table, nodes, whole = Table(), Interpolation.nodes(NODES)[0].tolist(), Interpolation(case.saddle)
    one = -solve(case.network, case.load, case.T, case.phase, RSB(1), strict=False).free_energy / case.T
    for N, S, sweeps in case.runs:
        guerra = case.of_size(N)
        found = guerra.measured({t: simulated(case, run, guerra, N, S, sweeps, t) for t in nodes}, one)
        table += [replace(r, load=case.load) for r in found]
    table += (ends := whole.limits(table, case.power))
    if len(ends) == NODES:
        value = whole.minus_beta_f(table, ends)
        table += [Measured.of(value, one, quantity="-beta f", load=case.load, T=case.T, N=math.inf)]
    return {"data": table, "lines": Lines({"t": t, "RSB(1)": whole.expected(float(t))} for t in np.linspace(0.001, 0.999, 60))}


def end_of(table: Table) -> Measured | None:
    return next(iter(table.ends.where(quantity="-beta f")), None)


def verdict(case: State, tables: Tables) -> str:
    rs, end, nodes = (
        -case.saddle.free_energy / case.T,
        end_of(tables["data"]),
        tables["data"].where(quantity="integrand").verdict(),
    )
    if end is None or nodes.worst is None:
        return "fewer than two sizes are equilibrated at every t"
    glass = f" (z = {end.beside(rs).z:.0f}), RSB(1) {end.theory:.4f}" if case.name == "glass" else ""
    text = f"-beta f for 1/N -> 0 is {end.value}, RS {rs:.5f}{glass} (z = {end.z:.2f})"
    return f"{text}; the integrand at {nodes.counted} t tends to theory, worst z = {nodes.worst.z:.2f}"


def panels(case: State, tables: Tables) -> Any:
    data, lines, glass = tables["data"], tables["lines"], case.name == "glass"
    fig, axes = plots.figure(1, 2, width=4.6, height=3.9)
    left, right = axes[0]
    mine = data.where(quantity="integrand")
    plots.points(left, mine, "t")
    left.axhline(0.0, color=plots.COLORS[3], ls=plots.STYLES["RS"], lw=1.3)
    if glass:
        plots.theory(left, lines["t"], lines["RSB(1)"], plots.COLORS[2], "RSB(1)")
    left.set(xlabel="t: from free spins (0) to the network (1)", ylabel="integrand of I.1: the error of RS")
    named = [("RS: 0", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2], "RSB(1)")][: 1 + glass]
    plots.legend(left, named, plots.markers_of(mine), extrapolated=True, unusable=True, below=True)
    finite, end = data.finite.where(quantity="-beta f"), end_of(data)
    plots.points(right, finite, lambda r: 1.0 / r.N, color=plots.COLORS[5], markers=plots.markers_of(mine))
    note = ""
    if glass:
        plots.mark(left, ONSET, "RS breaks")
        found = ladder(case)
        x, y, e = 1.0 / found["N"], found["simulation"], found["error"]
        right.errorbar(x, y, e, fmt="x", color=plots.COLORS[1], label="ladder from T = inf")
        far = max(abs(mine.ends["z"]))
        note = (
            "\nlimits in 1/N left of the onset, in $N^{-2/3}$ right of it; all t share their patterns: neighbours are off "
            f"together\n(by up to {far:.1f} errors), their area is not. The ladder knows the energies of single patterns, "
            "which I.1 leaves out"
        )
    right.axhline(-case.saddle.free_energy / case.T, color=plots.COLORS[3], ls=plots.STYLES["RS"], lw=1.3, label="RS")
    if end:
        plots.limit(right, [0.0], [end.simulation], [end.error])
        right.axhline(end.theory, color=plots.COLORS[2], lw=1.3 * glass, label="RSB(1)" if glass else None)
    right.plot([], [], "o", color=plots.COLORS[5], ms=4.5, label="RS + area under the integrand")
    right.set(xlabel="1/N", ylabel="free energy, -βf")
    right.locator_params(axis="x", nbins=5)
    right.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    what = "the spin glass, where RS is broken" if glass else "retrieval, where RS is exact"
    fig.suptitle(f"Guerra's interpolation in {what} (P = 3, load {case.load:g}, T = {case.T:g}){note}", fontsize=9)
    return fig


def ladder(case: State) -> Table:
    """Return -beta f of the same state by replica exchange from T = inf (M.8), of the claim spin_glass."""
    rows: Table = results("spin_glass", "P3")["data"].finite.usable.where(quantity="-beta f", load=case.load)
    return rows.where(T=lambda T: abs(T - case.T) < 1e-9)
