"""Beyond RS: retrieval at low T up to and past the spinodal of RS, in equilibrium behind a wall, against RS and RSB(1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, Held, Lines, Table, hold, plots, solve, spinodal
from ._sim import Case, Sampling, Tables

T = 0.1  # of the figure, in every ladder
REDUCED = (0.1, 0.16, 0.25, 0.55, 0.75, 1.0, 1.3, 1.6)  # of the warm temperature: the ladder, with T added
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1)}
FREE, COOLING = "free energy above the pattern", ("change of m", "change of energy")
COLD = 0.85  # of the largest load: loads drawn in the panels of cooling


@dataclass(frozen=True, kw_only=True)
class Phase(Case):
    """The phase of the pattern of one network, and how it is held.

    At `warm` sqrt(load) the free energy is measured, and from there a network cools; `powers` are those of 1/N. Burn-in is
    half the sweeps, but twice the sweeps at the loads in `slow`. At the load `again` all sizes also run behind the wall
    `lower`, with the same patterns and streams of random numbers, and the second size from a start just above its wall,
    with the same patterns and other streams: they go by T, and its T are the next larger numbers.
    """

    network: DenseHebbian
    loads: tuple[float, ...]
    wall: float
    again: float = math.nan
    lower: float = math.nan
    warm: float = 0.45
    powers: tuple[float, ...] = (1.0,)
    reduced: tuple[float, ...] = REDUCED
    slow: tuple[float, ...] = ()

    def warm_T(self, load: float) -> float:
        """The temperature from which a network cools."""
        return self.warm * math.sqrt(load)

    def temperatures(self, load: float) -> list[float]:
        """Return the temperatures of the ladder at one load, with T and the warm one among them."""
        return sorted({T, *(x * self.warm * math.sqrt(load) for x in self.reduced)})


def phase(P: int, where: str, **options: Any) -> Phase:
    """Return the case of one network."""
    network = options.pop("network", DenseHebbian(P))
    name = f"P{P}" if network.interactions == "distinct" else f"P{P}-{network.interactions}"
    kind = f"{P}" if network.interactions == "distinct" else f"{P} ({network.interactions})"
    quick = {"loads": options["loads"][:2], "sizes": options["sizes"][:2], "samples": (12, 12), "sweeps": (400, 400)}
    claim = (
        f"Held in their phase by a wall, networks of P = {kind} retrieve in equilibrium from T near 0 upwards: m, q, energy "
        f"and free energy extrapolate to RS where its replicon is positive{where}"
    )
    return Phase(name=name, claim=claim, network=network, quick=quick, **options)


_ALL = ", as it is at every point that has a limit here."
_ONE = ". Where it is negative, at low T, both ansaetze are one within the errors."
CASES = {c.name: c for c in (
    phase(2, _ALL, loads=(0.05, 0.1, 0.12), sizes=(500, 1000, 2000), samples=(96, 64, 48), sweeps=(1000, 1500, 2000), wall=0.88,
          seed=20),
    phase(3, ", and to RSB(1) where it is negative and the sizes hold (load 0.36), but for the hottest T of load 0.36, where a "
          "straight line in 1/N is too stiff. Cooled to below the AT line at load 0.4, the energy of a network falls as RSB(1) "
          "says and not as RS says, whose m falls with it until its saddle is gone.",
          loads=(0.2, 0.3, 0.36, 0.4), sizes=(150, 250, 400), samples=(128, 96, 64), sweeps=(1000, 1500, 2000), wall=0.70,
          seed=30, slow=(0.36, 0.4), again=0.4, lower=0.55),
    phase(4, _ONE, loads=(0.2, 0.3, 0.36), sizes=(64, 90, 120, 160), samples=(96, 64, 48, 24), sweeps=(1000, 1500, 2000, 2000),
          wall=0.82, seed=40, powers=(1.0, 2.0), slow=(0.36,)),  # a straight line is not enough (theory, trap 14)
    phase(4, _ALL, network=DenseHebbian(4, "self-interacting"), loads=(0.08, 0.1, 0.12), sizes=(64, 90, 120),
          samples=(96, 64, 48), sweeps=(1000, 1500, 2000), wall=0.72, seed=45, powers=(1.0, 2.0),
          warm=0.4 * math.sqrt(3.0)),  # the coldest T of sims.spin_glass
    phase(5, _ONE, loads=(0.3, 0.36), sizes=(64, 80, 100), samples=(96, 64, 24), sweeps=(1000, 1000, 1000), wall=0.82, seed=50,
          reduced=REDUCED[:-2]),
)}  # fmt: skip


def measure(case: Phase, run: Sampling) -> Tables:
    table = Table()
    for i, load in enumerate(case.loads):
        here, path, warm = Table(), case.temperatures(load), case.warm_T(load)
        for N, S, sweeps in case.runs:
            options: Any = {"samples": S, "sweeps": sweeps, "seed": case.seed + i, "how": hold}
            options["burn_in"] = 2 * sweeps if load in case.slow else sweeps // 2
            ladder = run(case.network, load, path, N, case.wall, out=f"{load:g}_{N}", **options)
            held, rest = (Held(part, load, case.wall, warm) for part in (ladder, ladder[1:]))
            here += [*held.rungs(), *held.free_energy(), *held.cooling(crowded=load == case.again)]
            if load == case.again:
                out = f"wall_at_{case.lower:g}_{load:g}_{N}"
                lower = Held(run(case.network, load, path[1:], N, case.lower, out=out, **options), load, case.lower, warm)
                here += lower.cooling("behind the lower wall", crowded=True)
                here += rest.against(lower, "lower wall", ("energy_excess",), change=True)
            if (load, N) == (case.again, case.sizes[1]):
                near, out = [math.nextafter(t, math.inf) for t in path[1:]], f"from_the_wall_{load:g}_{N}"
                again = run(case.network, load, near, N, case.wall, out=out, start=case.wall + 0.03, **options)
                here += rest.against(Held(again, load, case.wall, warm), "from the wall")
        known = here.where(curve=lambda name: name != "from the wall", quantity=lambda name: name != "share at the wall")
        rule = Held.error_of_rule(case.network, load, [t for t in path if t <= warm])  # is in every free energy
        table += [*here, *known.limits(case.powers, common={FREE: abs(rule)})]
    return {"data": table, **theory(case)}


def saddles(case: Phase, load: float, temperatures: Any) -> Lines:
    """Return m, replicon, and changes of m and energy from the warm T by both ansaetze at one load, where they exist."""
    lines = Lines()
    for k, a in ANSAETZE.items():
        warm, *found = (solve(case.network, load, t, "retrieval", a, strict=False) for t in (case.warm_T(load), *temperatures))
        for s in (s for s in found if s.status.ok):
            change = dict(zip(COOLING, (s.m - warm.m, s.energy - warm.energy), strict=True))
            lines.append({"ansatz": k, "load": load, "T": s.T, "m": s.m, "replicon": s.replicon, **change})
    return lines


def theory(case: Phase) -> Tables:
    """Return both ansaetze against load at T, up to their spinodals, and against T at every load."""
    lines = Lines()
    for k, a in ANSAETZE.items():
        for load in np.linspace(0.02, 1.0, 60) * spinodal(case.network, T, a).load * (1.0 - 1e-6):
            s = solve(case.network, float(load), T, "retrieval", a, strict=False)
            lines.append({"ansatz": k, "load": load, "m": s.m, "replicon": s.replicon})
    grids = {load: np.linspace(0.01, 1.1, 60) * case.temperatures(load)[-1] for load in case.loads}
    return {"lines": lines, "curves": Lines(r for load, grid in grids.items() for r in saddles(case, load, grid))}


def verdict(case: Phase, tables: Tables) -> str:
    data, cold = tables["data"], {"T": T, "load": case.again, "quantity": COOLING[1], "curve": ""}
    text = f"RSB(1): {data.where(ansatz='RSB(1)').verdict()}"
    rs, one = (data.ends.where(ansatz=k, **cold) for k in ANSAETZE)
    if len(rs):
        z = next(iter(rs)).z, next(iter(one)).z
        text += f"; cooled to T = {T:g} at load {case.again:g} the energy is off RS by z = {z[0]:.1f}, off RSB(1) by {z[1]:.1f}"
    return text


def panels(case: Phase, tables: Tables) -> Any:
    data, lines, curves = tables["data"].where(ansatz="RSB(1)", curve=""), tables["lines"], tables["curves"]
    colors = dict(zip(case.loads, plots.COLORS, strict=False))
    high = {load: color for load, color in colors.items() if load > COLD * max(colors)}
    fig, axes = plots.figure(2, 2, width=4.6, height=3.6)
    left, markers = axes[0][0], plots.markers_of(data)
    for k in ANSAETZE:
        line = lines.where(ansatz=k)
        plots.theory(left, line["load"], line["m"], "0.35", k)
    broken = [r["load"] for r in lines if r["ansatz"] == "RS" and r["replicon"] < 0.0]
    if broken:
        left.axvspan(min(broken), max(lines["load"]), color="0.5", alpha=0.12, lw=0)
    for load, color in colors.items():
        plots.points(left, data.where(quantity="m", T=T, load=load), "load", color=color, markers=markers)
    left.set(ylim=(min(lines["m"]) - 0.05, 1.005), xlabel="load", ylabel="magnetization m")
    left.set_title(f"T = {T:g}" + ("; grey: RS is unstable or gone" if broken else ""), fontsize=9)
    for ax, quantity, shown in zip(axes.flat[1:], ("m", *COOLING), (colors, high, high), strict=True):
        mine = data.where(quantity=quantity, load=lambda load, shown=shown: load in shown)
        for k in ANSAETZE:
            end = {load: max(mine.where(load=load)["T"]) * (2.0 if quantity == "m" else 1.2) for load in shown}
            line = [r for r in curves if r["ansatz"] == k and r["load"] in end and r["T"] <= end[r["load"]]]
            plots.panel(ax, mine, line, "T", quantity, colors=shown, ansatz=k, markers=markers, hollow=quantity == "m")
        ax.set_title("" if quantity == "m" else f"on cooling from T = {case.warm:.3g} √load", fontsize=9)
    axes[1][1].set_ylabel("change of energy per spin")
    loads = [(f"load {load:g}", color, "RSB(1)") for load, color in colors.items()]
    plots.legend(axes[1][0], [("RS", "0.35"), ("RSB(1)", "0.35", "RSB(1)")], markers, extrapolated=True, below=True)
    plots.legend(axes[1][1], loads, [], unusable=True, below=True)
    fig.suptitle(
        f"P = {case.network.P}, {case.network.interactions}: retrieval behind a wall at m = {case.wall:g}, in equilibrium: "
        "limits 1/N → 0 (black) against RS (dashed) and RSB(1) (solid)", fontsize=9.5,
    )  # fmt: skip
    return fig
