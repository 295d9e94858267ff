"""Beyond RS: retrieval at low T up to and past the spinodal of RS, in equilibrium behind a wall, against RS and RSB(1)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassy import DenseHebbian, plots, solve, spinodal
from glassy.core.provenance import Provenance
from glassy.core.results import short
from glassy.evidence.compare import predicted
from sims import GOOD, held
from sims.harness import _write, folder, read, samples_folder
from sims.held import hold
from sims.measured import Row, limits, main, summary, write
from sims.phase import ANSAETZE, COOLING, LOWER, REDUCED, Phase, T, of_cooling, of_size, of_start, of_wall, with_rule

COLD = 0.85  # of the largest load: loads drawn in the panels of cooling
_HELD = (
    "Held in their phase by a wall, networks of P = {P} retrieve in equilibrium from T near 0 upwards: m, q, energy and free "
    "energy extrapolate to RS where its replicon is positive"
)
_ALL = ", as it is at every point that has a limit here."
_ONE = ". Where it is negative, at low T, both ansaetze are one within the errors."
CASES = {
    "P2": Phase(
        DenseHebbian(2), (0.05, 0.1, 0.12), (500, 1000, 2000), (96, 64, 48), (1000, 1500, 2000), 0.88, 20,
        _HELD.format(P=2) + _ALL,
    ),
    "P3": Phase(
        DenseHebbian(3), (0.2, 0.3, 0.36, 0.4), (150, 250, 400), (128, 96, 64), (1000, 1500, 2000), 0.70, 30,
        _HELD.format(P=3) + ", and to RSB(1) where it is negative and the sizes hold (load 0.36), but for the hottest T of "
        "load 0.36, where a straight line in 1/N is too stiff. Cooled to below the AT line at load 0.4, the energy of a "
        "network falls as RSB(1) says and not as RS says, whose m falls with it until its saddle is gone.",
        slow=(0.36, 0.4), again=0.4, lower=0.55,
    ),
    "P4": Phase(
        DenseHebbian(4), (0.2, 0.3, 0.36), (64, 90, 120, 160), (96, 64, 48, 24), (1000, 1500, 2000, 2000), 0.82, 40,
        _HELD.format(P=4) + _ONE,
        powers=(1.0, 2.0),  # a straight line is not enough (trap 14)
        slow=(0.36,),
    ),
    "P4-self-interacting": Phase(
        DenseHebbian(4, "self-interacting"), (0.08, 0.1, 0.12), (64, 90, 120), (96, 64, 48), (1000, 1500, 2000), 0.72, 45,
        _HELD.format(P="4 (self-interacting)") + _ALL,
        warm=0.4 * math.sqrt(3.0), powers=(1.0, 2.0),  # the coldest T of sims.spin_glass
    ),
    "P5": Phase(
        DenseHebbian(5), (0.3, 0.36), (64, 80, 100), (96, 64, 24), (1000, 1000, 1000), 0.82, 50,
        _HELD.format(P=5) + _ONE, reduced=REDUCED[:-2],
    ),
}  # fmt: skip


def run(name: str, quick: bool) -> None:
    """Hold the phase at every load and size."""
    case, target = CASES[name], samples_folder("beyond_rs", name, quick)
    sizes = case.sizes[:2] if quick else case.sizes
    samples = (12, 12) if quick else case.samples
    lengths = (400, 400) if quick else case.sweeps
    rows: list[Row] = []
    origins: list[Provenance] = []
    for i, load in enumerate(case.loads[:2] if quick else case.loads):
        here: list[Row] = []
        path = case.temperatures(load)
        colder = [t for t in path if t <= case.warm * math.sqrt(load)]
        for N, S, sweeps in zip(sizes, samples, lengths, strict=True):
            print(f"beyond_rs/{name} load={load:g} N={N}", flush=True)
            burn_in = 2 * sweeps if load in case.slow else sweeps // 2
            options: dict[str, Any] = {"samples": S, "sweeps": sweeps, "burn_in": burn_in, "seed": case.seed + i}
            ladder = hold(case.network, load, path, N, case.wall, out=target / f"{load:g}_{N}", **options)
            here += of_size(case, load, ladder, sweeps)
            runs = [*ladder]
            if load == case.again:
                out = target / f"wall_at_{case.lower:g}_{load:g}_{N}"
                other = hold(case.network, load, path[1:], N, case.lower, out=out, **options)[: len(colder) - 1]
                here += of_cooling(case, load, other, held.fields(other[0]), sweeps, case.lower)
                here += of_wall(load, ladder[1 : len(colder)], other, sweeps)
                runs += other
            if (load, N) == (case.again, sizes[1]):
                out, near = target / f"from_the_wall_{load:g}_{N}", [math.nextafter(t, math.inf) for t in path[1:]]
                again = hold(case.network, load, near, N, case.wall, start=case.wall + 0.03, out=out, **options)
                here += of_start(load, ladder[1:], again[:], sweeps)
                runs += again
            origins += [r.provenance for r in runs]
        known = [r for r in here if r["curve"] in (*ANSAETZE, LOWER) and r["quantity"] != "share at the wall"]
        rows += here + [with_rule(case, r) for r in limits(known, case.powers)]
    write("beyond_rs", name, quick, case.claim, verdict(name, rows), {"data.csv": rows}, origins,
          sizes=sizes, samples=samples, sweeps=lengths, seed=case.seed, wall=case.wall, every=held.EVERY)  # fmt: skip
    for file, table in (("lines", against_load(case)), ("curves", against_T(case))):
        _write(folder("beyond_rs", name, quick) / f"{file}.csv", tuple(table[0]), table)


def against_load(case: Phase) -> list[Row]:
    """Return m of both ansaetze against load at T, up to their spinodals."""
    lines = []
    for k, a in ANSAETZE.items():
        end = spinodal(case.network, T, a).load
        for load in np.linspace(0.02, 1.0, 60) * end * (1.0 - 1e-6):
            s = solve(case.network, float(load), T, "retrieval", a, strict=False)
            lines.append({"ansatz": k, "load": load, "m": s.m, "replicon": s.replicon})
    return lines


def against_T(case: Phase) -> list[Row]:
    """Return m of both ansaetze against T at every load, and the changes of m and energy from warm sqrt(load) to T."""
    curves = []
    for load in case.loads:
        for k, a in ANSAETZE.items():
            warm = solve(case.network, load, case.warm * math.sqrt(load), "retrieval", a, strict=False)
            for t in np.linspace(0.01, 1.1, 60) * case.temperatures(load)[-1]:
                s = solve(case.network, load, t, "retrieval", a, strict=False)
                if s.status.ok:
                    change = {COOLING[x]: predicted(x, s) - predicted(x, warm) for x in COOLING}
                    curves.append({"ansatz": k, "load": load, "T": s.T, "m": s.m, "replicon": s.replicon, **change})
    return curves


def unstable(network: DenseHebbian, load: float, T: float) -> str:
    """Say of RS at one point: "stable", "unstable" where its replicon is negative, "gone" where it has no saddle."""
    s = solve(network, load, T, strict=False)
    return "gone" if not s.status.ok else "unstable" if s.replicon < 0.0 else "stable"


def farthest(rows: Iterable[Row]) -> float:
    """Return the z of the largest size, NaN where there is none."""
    return max((r["z"] for r in rows if math.isfinite(r["z"])), key=abs, default=math.nan)


def cooled(rows: list[Row], quantity: str) -> str:
    """Say what changes on cooling to T, at every load where RS has a saddle but is unstable there: the limit and both z."""
    text = ""
    for r in rows:
        if (r["curve"], r["quantity"], r["T"]) == ("RS", quantity, T) and math.isinf(r["N"]) and math.isfinite(r["z"]):
            (one,) = (x for x in rows if x["curve"] == "RSB(1)" and all(x[k] == r[k] for k in ("quantity", "load", "T", "N")))
            text += (
                f", {short(r['simulation'], r['error'])} at load {r['load']:g} (RSB(1) {one['theory']:.5f}, z = {one['z']:.1f};"
                f" RS {r['theory']:.5f}, z = {r['z']:.1f})"
            )
    return text[2:]


def _at(r: Row) -> str:
    where = "for 1/N -> 0" if math.isinf(r["N"]) else f"at N={r['N']:.0f}"
    return f"{short(r['simulation'], r['error'])} {where}"


def verdict(name: str, rows: list[Row]) -> str:
    """How the limits agree with each ansatz, where RS is stable, where it is unstable and where it has no saddle."""
    case = CASES[name]
    ends = [r for r in rows if math.isinf(r["N"]) and r["curve"] == "RSB(1)" and math.isfinite(r["z"])]
    text = f"RSB(1): {summary([r for r in rows if r['curve'] == 'RSB(1)'])}"
    for word, where in (("unstable", "RS is unstable"), ("gone", "RS has no saddle")):
        if here := [r for r in ends if unstable(case.network, r["load"], r["T"]) == word]:
            points = len({(r["load"], r["T"]) for r in here})
            text += f"; where {where}, {len(here)} limits at {points} points, at worst z = {farthest(here):.1f} from RSB(1)"
    below = [r for r in rows if unstable(case.network, r["load"], T) == "unstable"]
    behind = "" if math.isnan(case.lower) else f", wall at {case.lower:g}"
    for quantity in dict.fromkeys((COOLING["m"], COOLING["energy_excess"], COOLING["energy_excess"] + behind)):
        if said := cooled(below, quantity):
            text += f"; cooled from T = {case.warm:.3g} sqrt(load) to {T:g}, {quantity} {said}"
    if moved := [r for r in rows if r["curve"] == LOWER and r["T"] == T]:
        text += f"; the lower wall moves it by {', '.join(_at(r) for r in moved)}"
    if start := [r for r in rows if r["curve"] == "from the wall" and math.isfinite(r["z"])]:
        text += (
            f"; a start at the wall (load {case.again:g}, N={case.sizes[1]}) moves m and energy by at worst z = "
            f"{farthest(start):.1f} of {len(start)}"
        )
    kept = [r for r in rows if (r["curve"], r["quantity"]) == ("RSB(1)", "m") and math.isfinite(r["N"])]
    counts = Counter(r["status"] for r in kept)
    if off := [f"{n} {word}" for word, n in sorted(counts.items()) if word not in GOOD]:
        text += f"; of {len(kept)} points and sizes, kept and not extrapolated: {', '.join(off)}"
    return text


def points(ax: Any, rows: list[Row], x: str, colors: Sequence[str]) -> None:
    """Draw every size of one quantity, and its limits; one colour for each size."""
    sizes = sorted({r["N"] for r in rows if math.isfinite(r["N"])})
    for N, marker, color in zip(sizes, plots.MARKERS, colors, strict=False):
        at = [r for r in rows if r["N"] == N]
        plots.simulation(ax, [r[x] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                         [r["status"] in GOOD for r in at], color, marker)  # fmt: skip
    ends = [r for r in rows if math.isinf(r["N"])]
    plots.limit(ax, [r[x] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])


def draw_against_load(ax: Any, rows: list[Row], lines: list[Row]) -> None:
    """Draw m against load at T."""
    for k, depth in (("RS", 0), ("RSB(1)", 1)):
        line = [r for r in lines if r["ansatz"] == k]
        ax.plot([r["load"] for r in line], [r["m"] for r in line], **plots.depth_style(depth))
    broken = [r["load"] for r in lines if r["ansatz"] == "RS" and r["replicon"] < 0.0]
    if broken:
        ax.axvspan(min(broken), max(r["load"] for r in lines), color="0.5", alpha=0.12, lw=0)
    shades = (plots.COLORS[0], plots.COLORS[1], plots.COLORS[4], plots.COLORS[5])
    points(ax, [r for r in rows if r["quantity"] == "m" and r["T"] == T], "load", shades)
    ax.set_title(f"T = {T:g}" + ("; grey: RS unstable or gone" if broken else ""), fontsize=9)
    ax.set_ylim(bottom=min(r["m"] for r in lines) - 0.05)
    ax.set_xlabel("load")
    ax.set_ylabel("magnetization m")


def draw_against_T(ax: Any, quantity: str, rows: list[Row], curves: list[Row], colors: Mapping[float, str]) -> None:
    """Draw one quantity against T at the loads that have a colour; changes up to the T from which they are counted."""
    for load, color in colors.items():
        mine = [r for r in rows if r["quantity"] == quantity and r["load"] == load]
        end = max(r["T"] for r in mine) * (1.2 if quantity in COOLING.values() else 2.0)
        for k in ANSAETZE:
            line = [r for r in curves if r["ansatz"] == k and r["load"] == load and r["T"] <= end]
            plots.theory(ax, [r["T"] for r in line], [r[quantity] for r in line], color, k)
        points(ax, mine, "T", [color] * len(plots.MARKERS))
        ax.plot([], [], color=color, label=f"load {load:g}")
    ax.set_title("RS dashed, RSB(1) solid", fontsize=9)
    ax.set_xlabel("temperature T")


def plot(name: str, target: Path) -> None:
    """Draw m against load at T, m against T, and what changes as a network cools to below the AT line."""
    case = CASES[name]
    data, lines, curves = (read(target / f"{file}.csv") for file in ("data", "lines", "curves"))
    rows = [r for r in data if r["curve"] == "RSB(1)"]
    colors = dict(zip(sorted({r["load"] for r in rows}), plots.COLORS, strict=False))
    high = {load: color for load, color in colors.items() if load > COLD * max(colors)}
    fig, axes = plots.figure(2, 2, width=4.6, height=3.6)
    draw_against_load(axes[0][0], rows, lines)
    draw_against_T(axes[0][1], "m", rows, curves, colors)
    axes[0][1].set_ylabel("magnetization m")
    for ax, (quantity, change) in zip(axes[1], COOLING.items(), strict=True):
        draw_against_T(ax, change, rows, curves, high)
        ax.set_ylabel("change of m" if quantity == "m" else "change of energy per spin")
        ax.set_title(f"on cooling from T = {case.warm:.3g} √load; RS dashed, RSB(1) solid", fontsize=9)
    axes[0][1].legend(fontsize=7.5)
    handles = [("RS", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2], "RSB(1)")]
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    plots.legend(
        axes[1][0], handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True
    )
    fig.suptitle(
        f"P = {case.network.P}, {case.network.interactions}: retrieval behind a wall at m = {case.wall:g}, in equilibrium",
        fontsize=10,
    )
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("beyond_rs", __doc__, {name: name for name in CASES}, run, plot)
